//! What a console of one agency shows: the same stream, without what the agency does not see.

use std::collections::BTreeSet;

use axum::body::Bytes;
use callbox_domain::{Center, Code, IncidentId, UnitId};

use super::{Message, render};
use crate::state::AppState;

/// What one console of an agency was shown: two sets of numbers.
pub(super) struct Seen {
    agency: Code,
    /// Nothing before the first message.
    shown: Option<(BTreeSet<IncidentId>, BTreeSet<UnitId>)>,
}

impl Seen {
    pub(super) fn new(agency: Code) -> Self {
        Self {
            agency,
            shown: None,
        }
    }

    /// What changed for the agency since `from`. Where something came in sight or went out of it, the
    /// console fetches its board anew: so what is not shared any more is gone from it, whatever it showed.
    pub(super) fn since(&mut self, state: &AppState, from: u64) -> Message {
        let touched = state.engine.touched_since(from);
        // Taken after the list of what was touched, so that it holds at least that.
        let whole = state.engine.snapshot();
        let center = whole.seen_by(&self.agency);
        let now = in_sight(&center);
        let Some(mut touched) = touched else {
            self.shown = Some(now);
            return render::reset(state, &center);
        };
        let is_known = match &self.shown {
            // What was in sight when the board was fetched is known only if nothing happened since.
            None => touched.is_quiet && center.next_seq() == touched.seq,
            Some(before) => *before == now || touched.is_quiet,
        };
        if !is_known || touched.configuration {
            self.shown = Some(now);
            return render::reset(state, &center);
        }
        if touched.is_quiet {
            self.shown.get_or_insert(now);
            return Message::Change {
                from,
                seq: touched.seq,
                bytes: Bytes::new(),
            };
        }
        touched.incidents.retain(|id| now.0.contains(id));
        touched.units.retain(|id| now.1.contains(id));
        Message::Change {
            from,
            seq: touched.seq,
            bytes: render::change(state, &center, &touched),
        }
    }
}

fn in_sight(center: &Center) -> (BTreeSet<IncidentId>, BTreeSet<UnitId>) {
    let incidents = center.incidents.iter().map(|(_, incident)| incident.id);
    let units = center.units.iter().map(|(_, unit)| unit.id);
    (incidents.collect(), units.collect())
}
