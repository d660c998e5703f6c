//! What was erased stays erased, whatever people do afterwards.

use callbox_domain::{
    ActorId, ApproveErasure, Center, Command, CompleteErasure, DefineErasureRules, ErasureFacts,
    ErasureRules, Event, IncidentId, LiftHold, PlaceHold, RefuseErasure, RequestErasure, Stream,
};
use proptest::{prelude::*, sample::select};

use super::{
    Life, Step, histories,
    life::{MARKER, incident},
    recorded,
};
use crate::town::code;

/// Somebody wants something erased, or kept.
pub(super) fn command() -> impl Strategy<Value = Command> {
    let basis = select(&["COURT-1", "COURT-1", "COURT-2"][..]);
    prop_oneof![
        2 => (incident(), basis.clone()).prop_map(|(incident, basis)| {
            PlaceHold { incident, basis: code(basis) }.into()
        }),
        3 => (incident(), basis).prop_map(|(incident, basis)| {
            LiftHold { incident, basis: code(basis) }.into()
        }),
        9 => incident().prop_map(|incident| {
            RequestErasure { incident, basis: code("LAW-12") }.into()
        }),
        3 => incident().prop_map(|incident| {
            RefuseErasure { incident, reason: code("WITHDRAWN") }.into()
        }),
        // Without facts it is an approval of something that has just changed.
        18 => (incident(), any::<bool>()).prop_map(|(incident, is_current)| {
            ApproveErasure { incident, facts: is_current.then(ErasureFacts::default) }.into()
        }),
        2 => incident().prop_map(completed),
        2 => select(&[0, 0, 0, 1][..]).prop_map(|wait_days| {
            DefineErasureRules { rules: ErasureRules { wait_days } }.into()
        }),
    ]
}

/// Who asks for something mostly has a reason: most steps of an erasure follow from the one before
/// them, and somebody else approves.
pub(super) fn follow(steps: &mut [Step]) {
    let mut last = [IncidentId(1); 4];
    let mut asker = ActorId(7);
    let mut approved = None;
    for (at, step) in steps.iter_mut().enumerate() {
        // The server says that it is done soon after it was approved.
        if let Some(incident) = approved.take().filter(|_| at % 4 != 1) {
            step.command = completed(incident);
        }
        let follows = at % 4 != 0;
        match &step.command {
            Command::RequestErasure(_) => asker = step.actor,
            Command::ApproveErasure(_) if at % 3 != 0 => step.actor = ActorId(15 - asker.0),
            _ => {}
        }
        let [closed, held, asked, erased] = &mut last;
        let (incident, from, to) = match &mut step.command {
            Command::CloseIncident(it) => (&mut it.incident, None, Some(closed)),
            Command::PlaceHold(it) => (&mut it.incident, Some(*closed), Some(held)),
            Command::LiftHold(it) => (&mut it.incident, Some(*held), None),
            Command::RequestErasure(it) => {
                let wanted = if at % 8 == 1 { *held } else { *closed };
                (&mut it.incident, Some(wanted), Some(asked))
            }
            Command::RefuseErasure(it) => (&mut it.incident, Some(*asked), None),
            Command::ApproveErasure(it) => (&mut it.incident, Some(*asked), Some(erased)),
            Command::CompleteErasure(it) => (&mut it.incident, Some(*erased), None),
            _ => continue,
        };
        if let Some(from) = from.filter(|_| follows) {
            *incident = from;
        }
        if let Some(to) = to {
            *to = *incident;
        }
        let incident = *incident;
        if matches!(step.command, Command::ApproveErasure(_)) {
            approved = Some(incident);
        }
    }
}

fn completed(incident: IncidentId) -> Command {
    CompleteErasure {
        incident,
        payloads: 1,
        keys: 1,
        epoch: 1,
    }
    .into()
}

/// Erasures that can be approved at once.
pub(super) fn no_waiting() -> Command {
    let rules = ErasureRules { wait_days: 0 };
    DefineErasureRules { rules }.into()
}

/// An approval with the facts of the moment, as the server looks them up.
pub(super) fn with_facts(center: &Center, command: &Command) -> Command {
    match command {
        Command::ApproveErasure(asked) => ApproveErasure {
            incident: asked.incident,
            facts: asked.facts.clone().map(|facts| ErasureFacts {
                version: center.incident(asked.incident).map_or(0, |it| it.version),
                ..facts
            }),
        }
        .into(),
        other => other.clone(),
    }
}

fn erased_at(life: &Life) -> Vec<(IncidentId, u64)> {
    let entries = life.entries.iter();
    entries
        .filter_map(|entry| match &entry.event {
            Event::DomainErased(erased) => Some((erased.incident, entry.seq)),
            _ => None,
        })
        .collect()
}

proptest! {
    #[test]
    fn nothing_personal_is_left_of_an_erased_incident(steps in histories()) {
        let life = Life::live(&steps);
        prop_assert_eq!(life.center.check(), Ok(()));
        for (id, seq) in erased_at(&life) {
            let bytes = life.center.incident(id).unwrap().to_bytes();
            prop_assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()));
            // Nor does anything personal follow in its stream: nothing needs a key again.
            for entry in life.entries.iter().filter(|entry| entry.seq > seq) {
                let is_its = entry.event.stream() == Stream::Incident(id);
                prop_assert!(!is_its || entry.event.personal().is_none(), "{:?}", entry.event);
            }
        }
    }

    #[test]
    fn without_the_erased_payloads_the_record_gives_the_same_state(steps in histories()) {
        let life = Life::live(&steps);
        let erased = erased_at(&life);
        let mut center = Center::default();
        for entry in &life.entries {
            let is_erased = erased.iter().any(|(id, _)| entry.event.stream() == Stream::Incident(*id));
            center.evolve(&match is_erased {
                true => super::without_personal(entry),
                false => recorded(entry),
            });
        }
        prop_assert_eq!(center.to_bytes(), life.center.to_bytes());
    }
}
