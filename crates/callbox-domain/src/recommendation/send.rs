use minicbor::{Decode, Encode};

use super::{Facts, Question, Recommendation, UnitFact};
use crate::{
    Center, Code, Context, DispatchUnits, Entry, Event, IncidentId, LocalTime, Refusal, Timestamp,
    UnitId, command::Verb, event::Payload,
};

/// Sends the units that are recommended for an alarm, or others instead, and records both.
///
/// Refusals: as for dispatching units; the plan has no such alarm; no unit is named and none is
/// recommended, with the reason: all are there, nobody is free, or no plan is for the incident.
#[derive(Clone, Debug, PartialEq)]
pub struct SendSuggested {
    /// To which incident.
    pub incident: IncidentId,
    /// For which alarm, from 1.
    pub alarm: u8,
    /// What the recommendation rests on.
    pub facts: Facts,
    /// The units to send; without them those that are recommended.
    pub instead: Option<Vec<UnitId>>,
    /// Whether a unit is expressly sent although it is on another incident, which it keeps.
    pub although_committed: bool,
}

/// Which units were recommended when others or the same were sent, and what that rested on.
///
/// The units that were sent stand in the events that follow. That they differ says nothing about
/// who sent them: whoever sends knows more than the plan.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitsSuggested {
    /// For which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// For which alarm.
    #[n(1)]
    pub alarm: u8,
    /// The plan; none where no plan was for the incident.
    #[n(2)]
    pub plan: Option<Code>,
    /// The edition of the plans; 0 where there was none.
    #[n(3)]
    pub edition: u32,
    /// The areas in which the incident lay.
    #[n(4)]
    pub areas: Vec<Code>,
    /// When it was asked for.
    #[n(5)]
    pub at: Timestamp,
    /// The time of day and the day at the center.
    #[n(6)]
    pub local: LocalTime,
    /// What was known of the units that came into question.
    #[n(7)]
    pub facts: Vec<UnitFact>,
    /// The units that were recommended.
    #[n(8)]
    pub suggested: Vec<UnitId>,
    /// How many units were missing.
    #[n(9)]
    pub missing: u8,
}

impl UnitsSuggested {
    fn new(command: &SendSuggested, recommendation: &Recommendation) -> Self {
        let weighed = &recommendation.weighed;
        let facts = weighed.iter().map(|unit| command.facts.of(*unit));
        let missing = recommendation.shortfalls.iter();
        Self {
            incident: command.incident,
            alarm: command.alarm,
            plan: recommendation.plan.clone(),
            edition: recommendation.edition,
            areas: recommendation.areas.clone(),
            at: command.facts.at,
            local: command.facts.local,
            facts: facts.collect(),
            suggested: recommendation
                .suggested
                .iter()
                .map(|one| one.unit)
                .collect(),
            missing: missing.map(|shortfall| shortfall.missing).sum(),
        }
    }

    /// The facts as they are recorded: with the state of that time they give the same units again.
    pub fn facts(&self) -> Facts {
        Facts {
            at: self.at,
            local: self.local,
            units: self.facts.clone(),
        }
    }
}

impl SendSuggested {
    /// An alarm that the plan does not have is a slip; and nobody is sent only for a reason that is said.
    fn check(&self, found: &Recommendation) -> Result<(), Refusal> {
        let (incident, alarm) = (self.incident, self.alarm);
        if let Some(plan) = found.plan.clone().filter(|_| alarm > found.alarms) {
            return Err(Refusal::NoSuchAlarm {
                plan,
                alarm,
                alarms: found.alarms,
            });
        }
        if self.instead.is_some() || !found.suggested.is_empty() {
            return Ok(());
        }
        Err(match &found.plan {
            None => Refusal::NoPlanFor(incident),
            Some(_) if found.shortfalls.is_empty() => Refusal::AlarmComplete { incident, alarm },
            Some(_) => Refusal::NobodyFree { incident, alarm },
        })
    }
}

impl Verb for SendSuggested {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let question = Question {
            incident: self.incident,
            alarm: self.alarm,
        };
        let recommendation = center.recommend(question, &self.facts)?;
        self.check(&recommendation)?;
        let suggested = UnitsSuggested::new(self, &recommendation);
        let units = match &self.instead {
            Some(units) => units.clone(),
            None => suggested.suggested.clone(),
        };
        let dispatch = DispatchUnits {
            incident: self.incident,
            units,
            although_committed: self.although_committed,
        };
        let mut events = vec![suggested.into()];
        events.extend(dispatch.decide(center, context)?);
        Ok(events)
    }
}

impl Payload for UnitsSuggested {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.alarm = incident.alarm.max(self.alarm);
        });
    }
}
