//! `callbox ledger prove` and `verify-proof`: one event, shown to somebody without the ledger.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callbox_ledger::{
    Checkpoint, MAX_POLICY_BYTES, MAX_PROOF_BYTES, Policy, ProveError, SqliteReader, TlogProof,
    prove_event, verify_proof,
};
use clap::Args;
use serde_json::json;

use callbox_engine::ConsultationProof;

use super::super::{Data, Printed, consultations, verify::key_of};
use super::keys::LogKeys;
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output::{self, Format},
    times,
};

#[derive(Debug, Args)]
pub(super) struct Prove {
    /// The event's position in the ledger, from 0
    #[arg(long)]
    seq: u64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
pub(super) struct VerifyProof {
    /// The proof, as `prove` printed it
    #[arg(value_name = "PROOF-FILE")]
    file: PathBuf,
    /// The ledger's verifier keys, one a line, from somebody you trust
    #[arg(long, value_name = "VERIFIER-KEYS")]
    key: String,
    /// Whose cosignatures it needs (a C2SP tlog-policy)
    #[arg(long, value_name = "POLICY-FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

/// Proves one event against the last signed checkpoint.
pub(super) fn prove(prove: &Prove) -> Outcome {
    let data = center::existing(&prove.data.data)?;
    let key = key_of(&data)?;
    let note = super::signed_note(&data)?;
    // With cosignatures, where enough witnesses gave them for a checkpoint that covers the event.
    let note = match super::cosigned_note(&data)? {
        Some((cosigned, size)) if prove.seq < size => cosigned,
        _ => note,
    };
    let signed = Checkpoint::open(&note, &key).map_err(|error| Failure::Check(chain(&error)))?;
    if prove.seq >= signed.size {
        return Err(Failure::Input(format!(
            "there is no event {} among the {} that are signed; they count from 0",
            prove.seq, signed.size
        )));
    }
    let mut reader =
        SqliteReader::open(&data.ledger_db()).map_err(|error| center::store(&error))?;
    let proven =
        prove_event(&mut reader, prove.seq, &note, &key).map_err(|error| failure(&error))?;
    match prove.printed.format {
        // The proof as it is: it is a file of its own.
        Format::Text => output::text(proven.proof),
        Format::Json => output::result(
            Format::Json,
            "",
            &json!({"seq": prove.seq, "proof": proven.proof}),
        ),
    }
}

fn failure(error: &ProveError) -> Failure {
    match error {
        ProveError::Store(error) => center::store(error),
        _ => Failure::Input(chain(error)),
    }
}

/// Checks a proof with nothing but the proof and the key.
pub(super) fn check(check: &VerifyProof) -> Outcome {
    let keys = LogKeys::parse(&check.key)?;
    let policy = check.policy.as_deref().map(read_policy).transpose()?;
    let text = read(&check.file, 2 * MAX_PROOF_BYTES, "a proof")?;
    if ConsultationProof::is_one(&text) {
        return consultations::checked(&text, &keys, policy.as_ref(), &check.printed);
    }
    let unsound = |error| Failure::Check(chain(&error));
    let proof = TlogProof::parse(&text).map_err(unsound)?;
    let leaf = proof.extra.ok_or_else(|| {
        Failure::Input("the proof does not hold its event; ask for one that does".to_owned())
    })?;
    let verified = verify_proof(&text, &leaf, &keys.first, policy.as_ref()).map_err(unsound)?;
    keys.all_signed(&proof.note)?;
    let cosigned = verified.cosigned.iter().map(
        |cosigned| json!({ "witness": cosigned.witness, "at": times::of_seconds(cosigned.at_s) }),
    );
    let checkpoint = verified.checkpoint;
    let digits: String = leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    let json = json!({
        "ok": true, "seq": verified.seq, "origin": checkpoint.origin, "size": checkpoint.size,
        "root": checkpoint.root.to_string(), "leaf": digits,
        "cosigned": cosigned.collect::<Vec<_>>(),
    });
    let mut text = format!(
        "The proof holds: this is event {} of {} that {} has signed.\nroot  {}\nleaf  {digits}",
        verified.seq, checkpoint.size, checkpoint.origin, checkpoint.root,
    );
    for cosigned in &verified.cosigned {
        let at = times::of_seconds(cosigned.at_s);
        text.push_str(&format!("\ncosigned by {} at {at}", cosigned.witness));
    }
    output::result(check.printed.format, text, &json)
}

/// Reads a policy.
pub(super) fn read_policy(path: &Path) -> Outcome<Policy> {
    let text = read(path, MAX_POLICY_BYTES, "a policy")?;
    Policy::parse(&text)
        .map_err(|error| Failure::Input(format!("{}: {}", path.display(), chain(&error))))
}

pub(in crate::commands) fn read(path: &Path, most: usize, what: &str) -> Outcome<String> {
    let cannot =
        |error: &std::io::Error| Failure::io(format_args!("cannot read {}", path.display()), error);
    let length = fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if length > most as u64 {
        return Err(Failure::Input(format!(
            "{} is too long for {what}",
            path.display()
        )));
    }
    fs::read_to_string(path).map_err(|error| cannot(&error))
}
