use std::collections::BTreeSet;

use callbox_domain::{ActorId, Alarm, Center};
use callbox_engine::Touched;
use serde::Serialize;

use super::{
    Event, Message,
    rows::{AlarmRow, IncidentRow, UnitRow, alarm_rows},
};
use crate::{positions::PositionRow, reads, state::AppState};

#[derive(Serialize)]
struct Change<'a> {
    seq: u64,
    at: i64,
    incidents: Vec<IncidentRow<'a>>,
    units: Vec<UnitRow<'a>>,
    /// All that last, so that a board never shows one that is over; nothing where none has come, changed or ended.
    alarms: Option<Vec<AlarmRow<'a>>>,
    /// Another one when other streets are closed: whoever draws them asks for them then.
    closures: (u64, u32),
}

#[derive(Serialize)]
struct Beat {
    at: i64,
    seq: u64,
    /// Whether a supervisor has to look at the record's page.
    troubled: bool,
    /// How often the glass was broken by others and nobody else has seen it.
    glass: usize,
}

/// What a beat says of broken glass, for who stands behind a console; for all where nobody of them broke it.
fn unseen(center: &Center, by: Option<ActorId>) -> usize {
    let grants = center.grants.iter().map(|(_, grant)| grant);
    let unseen = grants.filter(|grant| grant.seen.is_none());
    unseen.filter(|grant| Some(grant.reader) != by).count()
}

/// Whether somebody's own beat differs from that of all: what they did themselves is nothing to look at.
pub(super) fn has_own_beat(center: &Center, actor: ActorId) -> bool {
    let mut grants = center.grants.iter();
    grants.any(|(_, grant)| grant.reader == actor && grant.seen.is_none())
}

/// What changed since the ledger was `from` long, as one message.
pub(super) fn since(state: &AppState, from: u64) -> Message {
    let (touched, center) = state.engine.moment(from);
    between(state, from, touched.as_ref(), &center, None)
}

/// The same of what is known to have changed; `alarms` are those that lasted then, where they are known.
pub(super) fn between(
    state: &AppState,
    from: u64,
    touched: Option<&Touched>,
    center: &Center,
    alarms: Option<&[Alarm]>,
) -> Message {
    // A closed incident that has left memory meanwhile has no row: what is not said would stay as it was.
    let has_left = |touched: &Touched| {
        let mut incidents = touched.incidents.iter();
        incidents.any(|id| center.is_archived(*id))
    };
    match touched {
        Some(touched) if !touched.configuration && !has_left(touched) => {
            // Reads alone change no board: nothing is sent for them.
            let event = match touched.is_quiet {
                true => Event::default(),
                false => {
                    let is_same = !touched.alarms && alarms == Some(center.alarms());
                    change(state, center, touched, !is_same)
                }
            };
            Message::Change {
                from,
                seq: touched.seq,
                event,
            }
        }
        _ => reset(state, center),
    }
}

/// That a console has to fetch its board anew.
pub(super) fn reset(state: &AppState, center: &Center) -> Message {
    let seq = center.next_seq();
    let beat = Beat {
        at: now(state),
        seq,
        troubled: state.engine.health().is_troubled(),
        glass: unseen(center, None),
    };
    let event = event("reset", Some(seq), &beat);
    Message::Reset { seq, event }
}

/// That the server lives, and what time it is; for all, or for one person.
pub(super) fn beat(state: &AppState, by: Option<ActorId>) -> Event {
    event(
        "beat",
        None,
        &Beat {
            at: now(state),
            seq: state.engine.snapshot().next_seq(),
            troubled: state.engine.health().is_troubled(),
            glass: unseen(&state.engine.snapshot(), by),
        },
    )
}

/// Where all units of `center` are; `None` where nobody knows of any.
pub(super) fn positions(state: &AppState, center: &Center) -> Option<Event> {
    let rows = state.positions.rows(center);
    (!rows.is_empty()).then(|| moved(state, &rows.iter().collect::<Vec<_>>()))
}

/// Where units are, as a message.
pub(super) fn moved(state: &AppState, positions: &[&PositionRow]) -> Event {
    #[derive(Serialize)]
    struct Moved<'a> {
        at: i64,
        positions: &'a [&'a PositionRow],
    }
    let at = now(state);
    event("positions", None, &Moved { at, positions })
}

pub(super) fn change(
    state: &AppState,
    center: &Center,
    touched: &Touched,
    with_alarms: bool,
) -> Event {
    let incidents = touched
        .incidents
        .iter()
        .filter_map(|id| center.incident(*id));
    // Those who share the crew of a unit that went out or came back change with it.
    let touched_units = touched.units.iter().filter_map(|id| center.unit(*id));
    let crews: BTreeSet<_> = touched_units
        .filter_map(|unit| unit.shared_crew.as_ref())
        .collect();
    let ids: BTreeSet<_> = crews
        .into_iter()
        .flat_map(|crew| center.sharing(crew))
        .map(|unit| unit.id)
        .chain(touched.units.iter().copied())
        .collect();
    let units = ids.iter().filter_map(|id| center.unit(*id));
    let at = state.now();
    let change = Change {
        seq: touched.seq,
        at: now(state),
        incidents: incidents
            .map(|incident| match reads::is_live(incident, at) {
                true => IncidentRow::new(center, incident),
                // Something happened to a case: a board is not where it is read.
                false => IncidentRow::new(center, incident).without_place(),
            })
            .collect(),
        units: units.map(|unit| UnitRow::new(center, unit)).collect(),
        alarms: with_alarms.then(|| alarm_rows(center)),
        closures: center.closures_mark(),
    };
    event("change", Some(touched.seq), &change)
}

fn now(state: &AppState) -> i64 {
    state.now().millis()
}

/// One event in the wire format of server-sent events.
fn event(name: &str, id: Option<u64>, data: &impl Serialize) -> Event {
    let mut text = format!("event: {name}\n").into_bytes();
    if let Some(id) = id {
        text.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    text.extend_from_slice(b"data: ");
    // JSON of one line: serde_json escapes line breaks.
    serde_json::to_writer(&mut text, data).expect("rows are plain data");
    text.extend_from_slice(b"\n\n");
    text.into()
}
