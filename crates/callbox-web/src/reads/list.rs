use callbox_domain::{ActorId, ReadObject, ReadPurpose, Timestamp};
use callbox_engine::{Listed, ReadWanted};

use crate::{
    problem::Problem,
    state::{AppState, blocking},
};

/// How many reads a page has.
pub(crate) const ROWS: usize = 100;

/// What somebody looks for in the record of reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// The reader: a login name, or a pseudonym's number.
    pub(crate) reader: Option<String>,
    /// What was read.
    pub(crate) object: Option<ReadObject>,
    /// For which purpose.
    pub(crate) purpose: Option<ReadPurpose>,
    /// Only what was refused.
    pub(crate) refused: bool,
    /// From when on.
    pub(crate) from: Option<Timestamp>,
    /// Until before when.
    pub(crate) to: Option<Timestamp>,
    /// Before which read, as `SEQ-NO`.
    pub(crate) before: Option<(u64, u32)>,
}

/// The reads that a filter leaves, the newest first, and whether there are more.
pub(crate) async fn listed(
    state: &AppState,
    filter: &Filter,
) -> Result<(Vec<Listed>, bool), Problem> {
    let actor = match &filter.reader {
        None => None,
        Some(reader) => Some(actor(state, reader)?),
    };
    let wanted = ReadWanted {
        actor,
        object: filter.object,
        purpose: filter.purpose,
        refused: filter.refused,
        by_grant: false,
        from: filter.from,
        to: filter.to,
        before: filter.before,
        limit: ROWS + 1,
    };
    let engine = state.engine.clone();
    let mut found = blocking(move || engine.consultations(&wanted))
        .await?
        .map_err(|error| Problem::internal("the record of reads cannot be read", &error))?;
    let has_more = found.len() > ROWS;
    found.truncate(ROWS);
    Ok((found, has_more))
}

fn actor(state: &AppState, reader: &str) -> Result<ActorId, Problem> {
    if let Ok(number) = reader.trim_start_matches('a').parse() {
        return Ok(ActorId(number));
    }
    let known = state.access.account_named(reader);
    let known = known.map_err(|error| Problem::internal("the accounts cannot be read", &error))?;
    known.map(|account| account.actor).ok_or_else(|| {
        Problem::bad_field(
            "reader",
            "there is no such account",
            "give a login name, or the number of a pseudonym",
        )
        .in_words("bad-field.unknown")
    })
}

/// A place in the record of reads as addresses write it.
pub(crate) fn place(text: &str) -> Option<(u64, u32)> {
    let (seq, no) = text.split_once('-')?;
    Some((seq.parse().ok()?, no.parse().ok()?))
}
