use std::sync::PoisonError;

use callbox_domain::{
    ActorId, Consultation, Event, KeptRead, ReadObject, ReadPurpose, ReadWords, Timestamp,
};

use super::{domain_of, index::ReadAt};
use crate::{Engine, ReadError, entry::EntryError};

/// How many events are looked through at once.
const PAGE: u64 = 10_000;

/// Which reads are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReadWanted {
    /// By whom.
    pub actor: Option<ActorId>,
    /// Of what.
    pub object: Option<ReadObject>,
    /// For which purpose.
    pub purpose: Option<ReadPurpose>,
    /// Only those that were refused.
    pub refused: bool,
    /// Only those by which the usual way was gone around.
    pub by_grant: bool,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until before when.
    pub to: Option<Timestamp>,
    /// Only those before this one.
    pub before: Option<(u64, u32)>,
    /// How many at most.
    pub limit: usize,
}

/// What is left of a reader's words.
#[derive(Clone, Debug, PartialEq)]
pub enum WordsKept {
    /// Nothing was said.
    Absent,
    /// They are here.
    Known(ReadWords),
    /// They were erased with what was read.
    Erased,
}

/// One read with its place in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The position of its batch in the ledger.
    pub seq: u64,
    /// Its own position in the batch, from 0.
    pub no: u32,
    /// What is recorded.
    pub read: Consultation,
    /// What the reader said.
    pub words: WordsKept,
}

/// One read as it is kept, with its batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// All reads of the batch.
    pub batch: Vec<KeptRead>,
    /// The day of the batch.
    pub day: u32,
}

impl Engine {
    /// Reads on the record, the newest first. The caller checks the right, and records this read.
    pub fn consultations(&self, wanted: &ReadWanted) -> Result<Vec<Listed>, ReadError> {
        self.index_reads()?;
        let found = {
            let index = self
                .shared
                .reads
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            index.find(wanted)?
        };
        let mut listed = Vec::with_capacity(found.len());
        let mut batch: Option<(u64, Kept)> = None;
        for (seq, no) in found {
            if batch.as_ref().is_none_or(|(known, _)| *known != seq) {
                batch = self.batch(seq)?.map(|kept| (seq, kept));
            }
            let Some((_, kept)) = &batch else { continue };
            if let Some(read) = kept.batch.get(no as usize) {
                listed.extend(self.listed(seq, no, kept.day, read)?);
            }
        }
        Ok(listed)
    }

    /// The batch at a position of the ledger; `None` where there is none, or it is erased.
    pub fn batch(&self, seq: u64) -> Result<Option<Kept>, ReadError> {
        if seq >= self.snapshot().next_seq() {
            return Ok(None);
        }
        let entry = self.entries(&[seq])?.pop();
        Ok(entry.and_then(|entry| match entry.event {
            Event::ConsultationsRecorded(recorded) => Some(Kept {
                day: recorded.day,
                batch: recorded.reads.known()?.clone(),
            }),
            _ => None,
        }))
    }

    pub(super) fn listed(
        &self,
        seq: u64,
        no: u32,
        day: u32,
        kept: &KeptRead,
    ) -> Result<Option<Listed>, ReadError> {
        let Ok(read) = Consultation::from_bytes(&kept.record) else {
            return Ok(None);
        };
        let words = match &kept.words {
            None => WordsKept::Absent,
            Some(sealed) => {
                let domain = domain_of(read.object, day);
                let opened = self
                    .shared
                    .sealer
                    .open_words(domain, &kept.salt, sealed)
                    .map_err(|source| EntryError::Sealed { seq, source })?;
                let words = opened.and_then(|bytes| ReadWords::from_bytes(&bytes).ok());
                words.map_or(WordsKept::Erased, WordsKept::Known)
            }
        };
        Ok(Some(Listed {
            seq,
            no,
            read,
            words,
        }))
    }

    /// Takes up into the index what the ledger got since the last look.
    fn index_reads(&self) -> Result<(), ReadError> {
        let mut index = self
            .shared
            .reads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let length = self.snapshot().next_seq();
        let mut through = index.through()?;
        if through > length {
            index.clear()?;
            through = 0;
        }
        while through < length {
            let end = (through + PAGE).min(length);
            let mut found: Vec<(ReadAt, Consultation)> = Vec::new();
            self.shared.reader.batches(through, end, |seq, reads| {
                for (no, kept) in (0..).zip(reads) {
                    if let Ok(read) = Consultation::from_bytes(&kept.record) {
                        found.push(((seq, no), read));
                    }
                }
            })?;
            index.put(&found, end)?;
            through = end;
        }
        Ok(())
    }
}
