//! The certificate of an erasure: printed from the ledger, checked without it.

use std::{fs, path::PathBuf};

use callbox_domain::IncidentId;
use callbox_ledger::{SqliteReader, prove_event};
use callbox_web::certificate;
use clap::Args;

use super::{Data, Printed, open};
use crate::{
    center,
    commands::{
        ledger::{LogKeys, signed_note},
        verify::key_of,
    },
    failure::{Failure, Outcome, chain},
    output,
};

#[derive(Debug, Args)]
pub(super) struct Print {
    /// The incident's number
    incident: u64,
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The certificate
    #[arg(value_name = "CERTIFICATE-FILE")]
    file: PathBuf,
    /// The ledger's verifier keys, one a line, from somebody you trust
    #[arg(long, value_name = "VERIFIER-KEYS")]
    key: String,
    #[command(flatten)]
    printed: Printed,
}

impl Print {
    pub(super) fn run(self) -> Outcome {
        let engine = open(&self.data)?;
        let center = engine.snapshot();
        engine.shutdown();
        let seqs = certificate::positions(&center, IncidentId(self.incident));
        let seqs = seqs.ok_or_else(|| {
            Failure::Input(format!(
                "incident {} has no complete erasure; see: callbox erase list",
                self.incident
            ))
        })?;
        let data = center::existing(&self.data.data)?;
        let key = key_of(&data)?;
        let note = signed_note(&data)?;
        let mut reader =
            SqliteReader::open(&data.ledger_db()).map_err(|error| center::store(&error))?;
        let mut prove = |seq| {
            prove_event(&mut reader, seq, &note, &key)
                .map(|proven| proven.proof)
                .map_err(|error| Failure::Check(chain(&error)))
        };
        let proofs = [prove(seqs[0])?, prove(seqs[1])?, prove(seqs[2])?];
        let made = certificate::make(proofs, &key);
        output::text(made.map_err(|error| Failure::Check(chain(&error)))?)
    }
}

impl Check {
    pub(super) fn run(self) -> Outcome {
        let keys = LogKeys::parse(&self.key)?;
        let cannot = |error: &std::io::Error| {
            Failure::io(format_args!("cannot read {}", self.file.display()), error)
        };
        let length = fs::metadata(&self.file)
            .map_err(|error| cannot(&error))?
            .len();
        if length > certificate::MAX_CERTIFICATE_BYTES as u64 {
            let file = self.file.display();
            return Err(Failure::Input(format!(
                "{file} is too long for a certificate"
            )));
        }
        let text = fs::read_to_string(&self.file).map_err(|error| cannot(&error))?;
        let checked = certificate::check(&text, &keys.first);
        let checked = checked.map_err(|error| Failure::Check(chain(&error)))?;
        checked
            .notes
            .iter()
            .try_for_each(|note| keys.all_signed(note))?;
        let statement = checked.statement;
        let mut words = "The certificate holds: the ledger says, and has signed, that".to_owned();
        for (name, value) in &statement {
            words.push_str(&format!("\n{name:<17} {value}"));
        }
        output::result(self.printed.format, words, &statement)
    }
}
