//! The line about reads and how a transcript shows it.

use super::{NotACommand, verbs::Said, words::Words};
use crate::{Digest, Event, KeptRead, RecordConsultations, events::ConsultationsRecorded};

/// Reads what follows `reads`: as many empty ones as are asked for.
pub(super) fn record(w: &mut Words, _: &Said<'_>) -> Result<RecordConsultations, NotACommand> {
    let (day, count): (u32, usize) = (w.number("a day")?, w.number("a number of reads")?);
    let spool = match w.keyword("spool") {
        true => Some(w.number("a spool's number")?),
        false => None,
    };
    let read = KeptRead {
        salt: [0; 16],
        record: Vec::new(),
        words: None,
    };
    Ok(RecordConsultations {
        day,
        root: Digest::default(),
        spool,
        reads: vec![read; count.min(crate::MAX_READS + 1)],
    })
}

/// An event about reads.
pub(super) fn event(event: &Event) -> String {
    let Event::ConsultationsRecorded(ConsultationsRecorded {
        day, count, spool, ..
    }) = event
    else {
        unreachable!("only events about reads are shown here")
    };
    let spool = spool.map(|spool| format!(" spool={spool}"));
    format!("day={day} reads={count}{}", spool.unwrap_or_default())
}
