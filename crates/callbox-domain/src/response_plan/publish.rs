use std::{collections::BTreeSet, sync::Arc};

use minicbor::{Decode, Encode};

use super::{Edition, MAX_ALARMS, MAX_EDITIONS, MAX_PLANS, MAX_UNITS, Plan, changes, csv};
use crate::{
    Center, Code, Configuration, Context, Entry, Event, Refusal, Timestamp,
    base::bounded,
    command::Verb,
    configuration::known,
    event::{Payload, to_bytes},
    sheet::{Change, Published, TableError},
};

/// The most bytes of an edition in the ledger.
const MAX_EDITION_BYTES: usize = 60_000;

/// Publishes all response plans together, as they hold from a time on.
///
/// Refusals: a plan's code twice; an unknown incident type, area or unit type; a plan that asks for
/// nothing or for too much; too many plans.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishPlans {
    /// From when on they hold; without it at once.
    pub effective: Option<Timestamp>,
    /// All plans; those that are not among them do not hold any more.
    pub plans: Vec<Plan>,
}

/// A new edition of the response plans was published.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ResponsePlansPublished {
    /// The edition.
    #[n(0)]
    pub edition: Edition,
}

impl Verb for PublishPlans {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let editions = &center.configuration.editions;
        let no = 1 + editions.iter().map(|edition| edition.no).max().unwrap_or(0);
        check(center, &self.plans)?;
        let current = center.configuration.plans_at(context.at);
        if self.effective.is_none() && current.is_some_and(|edition| edition.plans == self.plans) {
            return Ok(vec![]);
        }
        let edition = Edition {
            no,
            effective: self.effective.unwrap_or(context.at),
            plans: self.plans.clone(),
        };
        // One event of the ledger has to hold them all.
        if let Some(last) = edition.plans.last()
            && to_bytes(&edition).len() > MAX_EDITION_BYTES
        {
            return Err(Refusal::BadPlan {
                plan: last.code.clone(),
                why: "all plans together have more than 60,000 bytes",
            });
        }
        Ok(vec![ResponsePlansPublished { edition }.into()])
    }
}

impl Published for PublishPlans {
    type Item = Plan;

    const ITEM: &'static str = "plan";

    fn publish(effective: Option<Timestamp>, plans: Vec<Plan>) -> Self {
        Self { effective, plans }
    }

    fn holding(configuration: &Configuration, at: Timestamp) -> Vec<Plan> {
        let edition = configuration.plans_at(at);
        edition.map_or_else(Vec::new, |edition| edition.plans.clone())
    }

    fn changes(configuration: &Configuration, at: Timestamp, new: &[Plan]) -> Vec<(Code, Change)> {
        let edition = configuration.plans_at(at);
        changes(edition.map_or(&[], |edition| &edition.plans), new)
    }

    fn read(table: &str) -> Result<Vec<Plan>, TableError> {
        csv::read(table)
    }

    fn write(plans: &[Plan]) -> String {
        csv::write(plans)
    }
}

fn check(center: &Center, plans: &[Plan]) -> Result<(), Refusal> {
    let configuration = &center.configuration;
    if plans.len() > MAX_PLANS {
        return Err(Refusal::TooMany {
            what: "the list of plans",
            max: MAX_PLANS,
        });
    }
    let mut codes: BTreeSet<&Code> = BTreeSet::new();
    for plan in plans {
        let bad = |why| Refusal::BadPlan {
            plan: plan.code.clone(),
            why,
        };
        if !codes.insert(&plan.code) {
            return Err(bad("it is there twice"));
        }
        for code in &plan.when.types {
            known("incident type", &configuration.incident_types, code)?;
        }
        for code in &plan.when.areas {
            known("area", &configuration.areas, code)?;
        }
        bounded("the list of incident types", plan.when.types.len())?;
        bounded("the list of areas", plan.when.areas.len())?;
        if plan.alarms.is_empty() || plan.alarms.iter().any(Vec::is_empty) {
            return Err(bad("an alarm asks for nothing"));
        }
        if plan.alarms.len() > MAX_ALARMS {
            return Err(bad("it has more than 10 alarms"));
        }
        let requirements = || plan.alarms.iter().flatten();
        let units: usize = requirements().map(|r| usize::from(r.count)).sum();
        if units > MAX_UNITS {
            return Err(bad("it asks for more than 64 units"));
        }
        for requirement in requirements() {
            if requirement.count == 0 || requirement.choices.is_empty() {
                return Err(bad("a requirement asks for nothing"));
            }
            for choice in &requirement.choices {
                known("unit type", &configuration.unit_types, &choice.unit_type)?;
            }
            bounded("the list of unit types", requirement.choices.len())?;
            bounded("the list of equipment", requirement.equipment.len())?;
            bounded("the list of qualifications", requirement.skills.len())?;
        }
    }
    Ok(())
}

impl Payload for ResponsePlansPublished {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let editions = &mut center.configure().editions;
        editions.push(Arc::new(self.edition.clone()));
        // The one in force and what comes later stay; of those before, as many as there is room for.
        while editions.len() > MAX_EDITIONS {
            let in_force = editions
                .iter()
                .filter(|edition| edition.effective <= entry.at)
                .max_by_key(|edition| (edition.effective, edition.no))
                .map(|edition| edition.no);
            let over = editions
                .iter()
                .position(|edition| Some(edition.no) != in_force && edition.effective <= entry.at);
            editions.remove(over.unwrap_or(0));
        }
    }
}
