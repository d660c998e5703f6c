//! `callbox ledger prove` and `verify-proof`: one event, shown to somebody without the ledger.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callbox_ledger::{
    Checkpoint, Gate, MAX_PROOF_BYTES, ProveError, SqliteReader, TlogProof, VerifierKey,
    prove_event, verify_proof,
};
use clap::Args;
use serde_json::json;

use super::super::{Data, Printed, verify::key_of};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output::{self, Format},
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
    /// The ledger's verifier key, from somebody you trust
    #[arg(long, value_name = "VERIFIER-KEY")]
    key: String,
    #[command(flatten)]
    printed: Printed,
}

/// Proves one event against the last signed checkpoint.
pub(super) fn prove(prove: &Prove) -> Outcome {
    let data = center::existing(&prove.data.data)?;
    let key = key_of(&data)?;
    let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
    let note = gate
        .note()
        .map_err(|error| Failure::Check(chain(&error)))?
        .ok_or_else(|| {
            Failure::Input(
                "nothing was signed yet; start the server, it signs within a second".to_owned(),
            )
        })?;
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
    let key = VerifierKey::parse(check.key.trim()).map_err(|error| {
        Failure::Usage(format!(
            "the verifier key cannot be read: {}",
            chain(&error)
        ))
    })?;
    let text = read(&check.file)?;
    let unsound = |error| Failure::Check(chain(&error));
    let leaf = TlogProof::parse(&text)
        .map_err(unsound)?
        .extra
        .ok_or_else(|| {
            Failure::Input("the proof does not hold its event; ask for one that does".to_owned())
        })?;
    let verified = verify_proof(&text, &leaf, &key, None).map_err(unsound)?;
    let checkpoint = verified.checkpoint;
    let digits: String = leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    let json = json!({
        "ok": true, "seq": verified.seq, "origin": checkpoint.origin, "size": checkpoint.size,
        "root": checkpoint.root.to_string(), "leaf": digits,
    });
    let text = format!(
        "The proof holds: this is event {} of {} that {} has signed.\nroot  {}\nleaf  {digits}",
        verified.seq, checkpoint.size, checkpoint.origin, checkpoint.root,
    );
    output::result(check.printed.format, text, &json)
}

fn read(path: &Path) -> Outcome<String> {
    let cannot =
        |error: &std::io::Error| Failure::io(format_args!("cannot read {}", path.display()), error);
    let length = fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if length > MAX_PROOF_BYTES as u64 {
        return Err(Failure::Input(format!(
            "{} is too long for a proof",
            path.display()
        )));
    }
    fs::read_to_string(path).map_err(|error| cannot(&error))
}
