//! `callbox ledger`: what others need to check the record.

mod keys;
pub(super) mod prove;
mod second_key;
mod ship;
mod tiles;
mod witness;

pub(super) use keys::LogKeys;
pub(super) use ship::ship_failure;
pub(super) use witness::{cosigned_note, policy, published_by};

use callbox_engine::{DataDir, Options};
use callbox_ledger::{Checkpoint, Gate};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Data, Printed,
    verify::{Verify, key_of},
};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output::{self, Format},
};

/// Prints and checks what shows that the record is whole; renews the keys of personal data
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox ledger checkpoint > checkpoint-2026-01-31")]
pub(super) struct Ledger {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Prints the last signed checkpoint (a C2SP signed note)
    #[command(after_help = "Example:\n  callbox ledger checkpoint --data callbox-data")]
    Checkpoint(One),
    /// Prints the verifier keys
    #[command(after_help = "Example:\n  callbox ledger keys --data callbox-data")]
    Keys(One),
    /// Prints the proof that one event stands in the signed ledger (a C2SP tlog-proof)
    #[command(
        after_help = "Example:\n  callbox ledger prove --seq 41 --data callbox-data > event-41.tlog-proof"
    )]
    Prove(prove::Prove),
    /// Does what `callbox verify` does
    #[command(after_help = "Example:\n  callbox ledger verify --data callbox-data")]
    Verify(Verify),
    /// Checks a proof; needs neither a server nor the ledger
    #[command(
        after_help = "Example:\n  callbox ledger verify-proof event-41.tlog-proof --key \"$(cat keys)\" --policy witnesses.policy"
    )]
    VerifyProof(prove::VerifyProof),
    /// Writes the ledger as files for static hosting (C2SP tlog-tiles)
    #[command(
        after_help = "Example:\n  callbox ledger export-tiles /var/www/ledger --data callbox-data"
    )]
    ExportTiles(tiles::Export),
    /// Checks exported tiles; needs neither a server nor the ledger
    #[command(
        after_help = "Example:\n  callbox ledger check-tiles /var/www/ledger --key \"$(cat key)\""
    )]
    CheckTiles(tiles::Check),
    /// Ships the frames that a copy elsewhere does not have yet, and the key vault apart from it
    ///
    /// Works while a server runs; `serve --ship-to` does the same all the time. Every frame is
    /// checked before it goes and after it arrived. Refuses a ledger of another history, and names
    /// the frame after which the two differ.
    #[command(
        after_help = "Example:\n  callbox ledger ship /mnt/far/ledger --vault /mnt/safe/vault --data callbox-data"
    )]
    Ship(ship::Ship),
    /// Checks a shipped copy; needs neither a server nor the ledger
    #[command(
        after_help = "Example:\n  callbox ledger check-shipped /mnt/far/ledger --key \"$(cat key)\""
    )]
    CheckShipped(ship::CheckShipped),
    /// Makes the second signing key (ML-DSA-44) of a center that has none, or renews it
    #[command(after_help = "Example:\n  callbox ledger second-key --data callbox-data")]
    SecondKey(second_key::SecondKey),
    /// Says which witnesses cosign the checkpoints (C2SP tlog-witness), and how many are enough
    #[command(after_help = "Example:\n  callbox ledger witness list --data callbox-data")]
    Witness(witness::Witnesses),
    /// Begins a new key epoch, so that older backups no longer open what was erased
    ///
    /// Needs the server to be stopped. Afterwards write the keys anew with `backup --keys` and
    /// destroy every older copy of them: that is the moment from which no backup opens erased
    /// data.
    #[command(after_help = "Example:\n  callbox ledger rotate-keys --data callbox-data")]
    RotateKeys(One),
}

#[derive(Debug, Args)]
struct One {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Ledger {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Checkpoint(one) => checkpoint(&one),
            What::Keys(one) => keys(&one),
            What::Prove(prove) => prove::prove(&prove),
            What::Verify(verify) => verify.run(),
            What::VerifyProof(check) => prove::check(&check),
            What::ExportTiles(export) => tiles::export(&export),
            What::CheckTiles(check) => tiles::check(&check),
            What::Ship(ship) => ship::ship(&ship),
            What::CheckShipped(check) => ship::check(&check),
            What::SecondKey(second_key) => second_key.run(),
            What::Witness(witnesses) => witnesses.run(),
            What::RotateKeys(one) => rotate_keys(&one),
        }
    }
}

fn checkpoint(one: &One) -> Outcome {
    let data = center::existing(&one.data.data)?;
    let note = signed_note(&data)?;
    let checkpoint =
        Checkpoint::open(&note, &key_of(&data)?).map_err(|error| Failure::Check(chain(&error)))?;
    match one.printed.format {
        // The note as it is: a signature covers every byte.
        Format::Text => output::text(note),
        Format::Json => output::result(
            Format::Json,
            "",
            &json!({
                "origin": checkpoint.origin,
                "size": checkpoint.size,
                "root": checkpoint.root.to_string(),
                "note": note,
            }),
        ),
    }
}

/// The newest note that the server signed.
pub(super) fn signed_note(data: &DataDir) -> Outcome<String> {
    let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
    let note = gate.note().map_err(|error| Failure::Check(chain(&error)))?;
    note.ok_or_else(|| {
        Failure::Input(
            "nothing was signed yet; start the server, it signs within a second".to_owned(),
        )
    })
}

fn keys(one: &One) -> Outcome {
    let data = center::existing(&one.data.data)?;
    let signer = data
        .signer()
        .map_err(|error| Failure::Input(chain(&error)))?;
    let keys: Vec<_> = std::iter::once(signer.verifier())
        .chain(signer.ml_dsa_verifier())
        .collect();
    let text: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let json = keys.iter().map(|key| {
        json!({ "origin": key.name(), "kind": key.kind().to_string(), "verifier_key": key.to_string() })
    });
    let json = json!({ "keys": json.collect::<Vec<_>>() });
    output::result(one.printed.format, text.join("\n"), &json)
}

fn rotate_keys(one: &One) -> Outcome {
    let data = center::existing(&one.data.data)?;
    let engine = center::open(&data, Options::default())?;
    let rotated = engine.rotate_keys();
    engine.shutdown();
    let rotated = rotated.map_err(|error| Failure::internal(&error))?;
    let json = json!({ "ended": rotated.ended, "begun": rotated.begun, "keys": rotated.keys });
    let text = format!(
        "Epoch {} has ended, epoch {} begun: {} keys were wrapped anew.\nNext: write the keys with \
         callbox backup FILE --keys KEY-FILE, and destroy every older copy of them.",
        rotated.ended, rotated.begun, rotated.keys
    );
    output::result(one.printed.format, text, &json)
}
