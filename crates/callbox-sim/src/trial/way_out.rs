//! No state without a way out: every unit can become free, every incident can be closed.

use callbox_domain::{
    ActorId, Center, CloseIncident, Code, Command, Context, EndEmergency, Entry, Purpose,
    ReleaseUnit, Text, Timestamp,
};

/// What cannot be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck(pub String);

/// Ends everything in a copy of the state with the verbs that users have, or says what cannot be
/// ended: emergencies, assignments, then incidents.
pub fn way_out(center: &Center, at: Timestamp, disposition: &Code) -> Result<(), Stuck> {
    let mut center = center.clone();
    let reason = Text::new("the day ends").map_err(|error| Stuck(error.to_string()))?;
    let units: Vec<_> = center.units.iter().map(|(_, unit)| unit.clone()).collect();
    for unit in units {
        if unit.emergency.is_some() {
            let end = EndEmergency {
                unit: unit.id,
                reason: reason.clone(),
            };
            carry_out(&mut center, &end.into(), at)?;
        }
        for (incident, _) in &unit.active {
            let release = ReleaseUnit {
                unit: unit.id,
                incident: Some(*incident),
                reason: reason.clone(),
            };
            carry_out(&mut center, &release.into(), at)?;
        }
        let now = center.unit(unit.id);
        if now.is_none_or(|unit| !unit.active.is_empty() || unit.emergency.is_some()) {
            return Err(Stuck(format!("unit {} cannot become free", unit.call_sign)));
        }
    }
    let open: Vec<_> = center
        .incidents
        .iter()
        .map(|(_, incident)| incident)
        .filter(|incident| incident.closed.is_none() && incident.intake.merged_into.is_none())
        .map(|incident| incident.id)
        .collect();
    for incident in open {
        let close = CloseIncident {
            incident,
            disposition: disposition.clone(),
        };
        carry_out(&mut center, &close.into(), at)?;
    }
    let left = center.incidents.iter().map(|(_, incident)| incident);
    match left.into_iter().find(|incident| incident.closed.is_none()) {
        Some(incident) => Err(Stuck(format!("incident {} stays open", incident.id))),
        None => Ok(()),
    }
}

fn carry_out(center: &mut Center, command: &Command, at: Timestamp) -> Result<(), Stuck> {
    let context = Context {
        at,
        actor: ActorId::SIMULATED,
        purpose: Purpose::Exercise,
    };
    let events = center
        .decide(command, &context)
        .map_err(|refusal| Stuck(format!("{command:?} is refused: {refusal}")))?;
    for event in events {
        let entry = Entry {
            seq: center.next_seq(),
            at,
            recorded: at,
            actor: context.actor,
            purpose: context.purpose,
            event,
        };
        center.evolve(&entry);
    }
    center.check().map_err(|broken| Stuck(broken.to_string()))
}
