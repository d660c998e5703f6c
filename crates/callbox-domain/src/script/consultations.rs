//! The line about reads and how a transcript shows it.

use super::{
    NotACommand,
    verbs::Said,
    words::{Words, syntax},
};
use crate::{
    Digest, Event, GrantId, KeptRead, RecordConsultations, ReviewBreakGlass,
    events::{BreakGlassOpened, BreakGlassReviewed, BreakGlassSeen, ConsultationsRecorded},
};

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

/// Reads what follows `review`.
pub(super) fn review(w: &mut Words, _: &Said<'_>) -> Result<ReviewBreakGlass, NotACommand> {
    Ok(ReviewBreakGlass {
        grant: GrantId(w.number("a grant")?),
        is_justified: match w.keyword("justified") {
            true => true,
            false if w.keyword("unjustified") => false,
            false => return syntax("neither justified nor unjustified".to_owned()),
        },
        file: match w.is_empty() {
            true => None,
            false => Some(w.code("a file")?),
        },
    })
}

/// An event about reads.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::ConsultationsRecorded(ConsultationsRecorded {
            day, count, spool, ..
        }) => {
            let spool = spool.map(|spool| format!(" spool={spool}"));
            format!("day={day} reads={count}{}", spool.unwrap_or_default())
        }
        Event::BreakGlassOpened(BreakGlassOpened {
            grant,
            incident,
            seconds,
        }) => format!("{grant} {incident} seconds={seconds}"),
        Event::BreakGlassSeen(BreakGlassSeen { grant }) => grant.to_string(),
        Event::BreakGlassReviewed(BreakGlassReviewed {
            grant,
            is_justified,
            file,
        }) => {
            let finding = if *is_justified {
                "justified"
            } else {
                "unjustified"
            };
            let file = file.as_ref().map(|file| format!(" {file}"));
            format!("{grant} {finding}{}", file.unwrap_or_default())
        }
        _ => unreachable!("only events about reads are shown here"),
    }
}
