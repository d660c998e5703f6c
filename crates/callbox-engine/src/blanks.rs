//! Blanked payloads and their reasons: the record itself has to say why something is missing.

use std::{collections::BTreeMap, ops::ControlFlow};

use callbox_domain::{ActorId, ErasureFacts, Event, IncidentId, KINDS, Stream};
use callbox_ledger::{Event as Stored, Frame, Personal, Source, SqliteReader};

use crate::{DataDir, ReadError, entry::EntryError, erasure::Payloads, sealer::stream_of};

/// The most positions that are named.
const NAMED: usize = 16;

/// What is blanked in a record, and whether the record says why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blanks {
    /// How many incidents and accounts were erased.
    pub erasures: u64,
    /// How many personal payloads are blanked without a reason.
    pub unexplained: u64,
    /// The positions of the first of them.
    pub first: Vec<u64>,
    /// Erasures, by position, that name other payloads than the ledger has.
    pub misfits: Vec<u64>,
    /// Erased incidents of which something is not blanked yet.
    pub unfinished: Vec<IncidentId>,
    /// Erased accounts of which something is not blanked yet.
    pub unfinished_accounts: Vec<ActorId>,
}

/// An erasure that stands on the record.
struct Found {
    stream: Stream,
    seq: u64,
    facts: ErasureFacts,
    payloads: Payloads,
}

/// Holds every blanked payload of a center's ledger against the erasures that the ledger records,
/// and these against the payloads that they name. Needs no key.
pub fn explain_blanks(dir: &DataDir) -> Result<Blanks, ReadError> {
    explain(&mut SqliteReader::open(&dir.ledger_db())?)
}

fn explain(source: &mut dyn Source) -> Result<Blanks, ReadError> {
    let kinds = ["DomainErased", "AccountErased"].map(|name| {
        let row = KINDS.iter().find(|row| row.name == name);
        row.expect("the table has the kind").number
    });
    // By stream: the positions that are blanked, in order.
    let mut blanked: BTreeMap<(u8, u64), Vec<u64>> = BTreeMap::new();
    let mut erased: BTreeMap<(u8, u64), Found> = BTreeMap::new();
    walk(source, |stored| {
        let stream = (stored.leaf.stream.kind, stored.leaf.stream.no);
        if stored.personal == Personal::Erased {
            blanked.entry(stream).or_default().push(stored.seq);
        }
        if kinds.contains(&stored.leaf.kind) {
            let leaf = &stored.leaf;
            let event = Event::decode(leaf.kind, leaf.schema, leaf.open, None)
                .map_err(|source| EntryError::content(stored.seq, source))?;
            let of = event.stream();
            debug_assert_eq!(stream_of(of), stored.leaf.stream);
            let facts = match event {
                Event::DomainErased(event) => Some(event.facts),
                Event::AccountErased(event) => Some(event.facts),
                _ => None,
            };
            if let Some(facts) = facts {
                let found = Found {
                    stream: of,
                    seq: stored.seq,
                    facts,
                    payloads: Payloads::default(),
                };
                erased.insert(stream, found);
            }
        }
        Ok(())
    })?;
    if !erased.is_empty() {
        walk(source, |stored| {
            let (seq, key) = (stored.seq, (stored.leaf.stream.kind, stored.leaf.stream.no));
            let Some(found) = erased.get_mut(&key) else {
                return Ok(());
            };
            let add = found.payloads.add(found.stream, stored);
            add.map_err(|source| EntryError::Sealed { seq, source })
        })?;
    }
    let mut blanks = Blanks {
        erasures: erased.len() as u64,
        ..Blanks::default()
    };
    for (stream, seqs) in &blanked {
        let reason = erased.get(stream).map_or(0, |found| found.seq);
        let without = seqs.iter().filter(|seq| **seq >= reason);
        for seq in without {
            blanks.unexplained += 1;
            if blanks.first.len() < NAMED {
                blanks.first.push(*seq);
            }
        }
    }
    blanks.first.sort_unstable();
    for found in erased.values() {
        let Found {
            facts, payloads, ..
        } = found;
        let fits =
            facts.payloads as usize == payloads.seqs.len() && facts.digest == payloads.digest();
        if !fits && blanks.misfits.len() < NAMED {
            blanks.misfits.push(found.seq);
        }
        if !payloads.kids.is_empty() {
            match found.stream {
                Stream::Incident(id) => blanks.unfinished.push(id),
                Stream::Account(id) => blanks.unfinished_accounts.push(id),
                _ => {}
            }
        }
    }
    Ok(blanks)
}

fn walk(
    source: &mut dyn Source,
    mut visit: impl FnMut(&Stored<'_>) -> Result<(), EntryError>,
) -> Result<(), ReadError> {
    let mut failed = None;
    source.visit(0, &mut |row| {
        let seq = row.first_seq;
        for stored in Frame::new(row).events() {
            let visited = stored
                .map_err(|source| EntryError::Malformed { seq, source })
                .and_then(|stored| visit(&stored));
            if let Err(error) = visited {
                failed = Some(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}
