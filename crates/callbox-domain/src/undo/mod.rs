//! Undo: a slip of the hand is taken back within half a minute, by events of its own.
//!
//! Nothing is removed from the record: a compensating event says that the act was undone, and
//! reports leave it out. What can be undone: sending units, a status, the end of an assignment
//! (cancelled, cleared, released, reassigned), closing an incident, closing a street and opening it.

mod compensate;
mod recent;

pub use compensate::{
    CloseUndone, ClosureUndone, DispatchUndone, EndUndone, LiftUndone, StatusUndone,
};
pub(crate) use recent::{Act, Before, Recent};

use recent::Subject;

use crate::{ActorId, Center, Context, Event, IncidentId, Refusal, command::Verb};

/// For how long an act can be undone.
pub const UNDO_SECONDS: u32 = 30;

/// Takes back the actor's own last act, as a whole, where nothing was done on top of it.
///
/// Refusals: the actor has done nothing that can be undone, or not in the last 30 seconds;
/// something has happened since to what the act changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Undo;

impl Verb for Undo {
    fn incidents_in(&self, center: &Center, context: &Context) -> Vec<IncidentId> {
        let Some(last) = last_of(center, context.actor) else {
            return Vec::new();
        };
        let act = act_of(center, last);
        let subjects = act.iter().map(|recent| recent.act.subject());
        subjects
            .filter_map(|subject| match subject {
                Subject::Incident(incident, _) => Some(incident),
                Subject::Closure(_) => None,
            })
            .collect()
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let last = last_of(center, context.actor).ok_or(Refusal::NothingToUndo)?;
        if context.at.seconds_since(last.recorded) > f64::from(UNDO_SECONDS) {
            return Err(Refusal::TooLateToUndo);
        }
        let act = act_of(center, last);
        let on_top = center.recents().filter(|recent| recent.seq > last.seq);
        let on_top: Vec<_> = on_top.map(|recent| recent.act.subject()).collect();
        if act
            .iter()
            .any(|recent| on_top.contains(&recent.act.subject()))
        {
            return Err(Refusal::ChangedSince);
        }
        act.iter()
            .map(|recent| compensate::event(center, recent, &act))
            .collect()
    }
}

/// The newest act of `actor` that may be undone.
fn last_of(center: &Center, actor: ActorId) -> Option<&Recent> {
    center.recents().rev().find(|recent| recent.actor == actor)
}

/// All that one command did, the last first: the same actor and moment, without a gap.
fn act_of<'a>(center: &'a Center, last: &Recent) -> Vec<&'a Recent> {
    let newest = center.recents().rev();
    newest
        .skip_while(|recent| recent.seq > last.seq)
        .zip(0..)
        .take_while(|(recent, back)| {
            recent.seq + back == last.seq && recent.actor == last.actor && recent.at == last.at
        })
        .map(|(recent, _)| recent)
        .collect()
}
