//! Blanked payloads and their reasons: the record itself has to say why something is missing.

use std::ops::ControlFlow;

use callbox_ledger::{Frame, Personal, Source, SqliteReader};

use crate::{DataDir, ReadError, entry::EntryError};

/// The most positions that are named.
const NAMED: usize = 16;

/// What is blanked in a record, and whether the record says why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blanks {
    /// How many personal payloads are blanked without a reason.
    pub unexplained: u64,
    /// The positions of the first of them.
    pub first: Vec<u64>,
}

/// Holds every blanked payload of a center's ledger against the erasures that the ledger records.
pub fn explain_blanks(dir: &DataDir) -> Result<Blanks, ReadError> {
    explain(&mut SqliteReader::open(&dir.ledger_db())?)
}

fn explain(source: &mut dyn Source) -> Result<Blanks, ReadError> {
    let mut blanks = Blanks::default();
    let mut failed = None;
    source.visit(0, &mut |row| {
        let first_seq = row.first_seq;
        for stored in Frame::new(row).events() {
            match stored {
                Ok(stored) if stored.personal == Personal::Erased => blanks.add(stored.seq),
                Ok(_) => {}
                Err(source) => {
                    failed = Some(EntryError::Malformed {
                        seq: first_seq,
                        source,
                    });
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    failed.map_or(Ok(blanks), |error| Err(error.into()))
}

impl Blanks {
    fn add(&mut self, seq: u64) {
        self.unexplained += 1;
        if self.first.len() < NAMED {
            self.first.push(seq);
        }
    }
}
