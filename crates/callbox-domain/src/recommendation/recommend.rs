use std::collections::BTreeMap;

use super::{
    Drive, Facts, Lateness, Note, Question, Recommendation, Shortfall, Source, Suggestion, WhyNot,
    assign::assign,
};
use crate::{
    Area, Center, Code, Crew, Incident, Plan, Refusal, Requirement, Tie, Unit, UnitId,
    response_plan::Asked,
};

/// What a unit counts as whose drive nobody knows, in seconds: behind all whose drive is known.
const UNKNOWN_SECONDS: u32 = 6 * 3_600;
/// What a place in the area's order of stations counts as, where nothing is known of the drive.
const ORDER_SECONDS: u32 = 300;
/// The greatest lateness that is told apart.
const MOST_SECONDS: u32 = 90_000;
/// Costs count in millionths of a second, so that the tie-breakers fit below a second.
const SECOND: i64 = 1_000_000;

impl Center {
    /// Says which units to send to an incident, by the plan that holds for it.
    ///
    /// Units on the incident count as sent, so that a later alarm gives what is missing only; so do those that
    /// did their work there and are clear, until it is reopened: an alarm is met once.
    /// Refusals: no such incident, or it is closed.
    pub fn recommend(&self, question: Question, facts: &Facts) -> Result<Recommendation, Refusal> {
        let incident = self.need_open(question.incident)?;
        Ok(Weighing::new(self, incident, question, facts).run())
    }

    /// Says why a unit is not among those to send; empty for one that is.
    pub fn why_not(
        &self,
        question: Question,
        facts: &Facts,
        recommendation: &Recommendation,
        unit: UnitId,
    ) -> Vec<WhyNot> {
        let Ok(incident) = self.need_incident(question.incident) else {
            return vec![];
        };
        let weighing = Weighing::new(self, incident, question, facts);
        match self.unit(unit) {
            Some(unit) => weighing.why_not(recommendation, unit),
            None => vec![],
        }
    }
}

struct Weighing<'a> {
    center: &'a Center,
    incident: &'a Incident,
    facts: &'a Facts,
    alarm: u8,
    areas: Vec<Code>,
    edition: u32,
    plan: Option<&'a Plan>,
    /// The order of stations of the first area that has one.
    order: &'a [Code],
    /// The crews that several units share, looked up once.
    crews: BTreeMap<&'a Code, SharedCrew<'a>>,
}

struct SharedCrew<'a> {
    out_with: Option<&'a Unit>,
    crew: Option<&'a Crew>,
    /// The first unit that shares it: it stands for all of them among the candidates.
    first: UnitId,
}

impl<'a> Weighing<'a> {
    fn new(
        center: &'a Center,
        incident: &'a Incident,
        question: Question,
        facts: &'a Facts,
    ) -> Self {
        let configuration = &center.configuration;
        let place = incident.place.as_ref().and_then(|place| place.known());
        let point = place.and_then(|place| {
            let (lat, lon) = place.lat_lon()?;
            crate::Point::from_degrees(lat, lon)
        });
        let areas = point.map_or_else(Vec::new, |point| configuration.areas_at(point));
        let edition = configuration.plans_at(facts.at);
        let plan = edition.and_then(|edition| {
            edition.best(&Asked {
                incident_type: incident.incident_type.as_ref(),
                areas: &areas,
                place: incident.place_text(),
                local: facts.local,
                conditions: &configuration.conditions,
            })
        });
        let known = |code: &Code| configuration.areas.get(code);
        let order = areas.iter().filter_map(known);
        let order = order.map(|area: &Area| area.station_order.as_slice());
        let order = order.into_iter().find(|order| !order.is_empty());
        let mut crews: BTreeMap<&Code, SharedCrew<'_>> = BTreeMap::new();
        for (_, unit) in center.units.iter() {
            let Some(name) = &unit.shared_crew else {
                continue;
            };
            let shared = crews.entry(name).or_insert(SharedCrew {
                out_with: None,
                crew: None,
                first: unit.id,
            });
            if !unit.active.is_empty() {
                shared.out_with = Some(unit);
            }
            if let Some(crew) = &unit.crew
                && shared.crew.is_none_or(|known| known.since <= crew.since)
            {
                shared.crew = Some(crew);
            }
        }
        Self {
            center,
            incident,
            facts,
            alarm: question.alarm,
            areas,
            edition: edition.map_or(0, |edition| edition.no),
            plan,
            order: order.unwrap_or_default(),
            crews,
        }
    }

    /// What all alarms up to the one that was asked for need.
    fn requirements(&self) -> Vec<Requirement> {
        let alarms = self.plan.map_or(&[][..], |plan| plan.alarms.as_slice());
        alarms
            .iter()
            .take(self.alarm.into())
            .flatten()
            .cloned()
            .collect()
    }

    fn run(self) -> Recommendation {
        let requirements = self.requirements();
        let mut costs: Vec<Vec<(usize, i64)>> = vec![Vec::new(); requirements.len()];
        // Who a candidate is for a kind of place, where several units share a crew.
        let mut sharing: BTreeMap<(usize, usize), (UnitId, i64)> = BTreeMap::new();
        let ranks = self.ranks();
        let done = self.done();
        for (_, unit) in self.center.units.iter() {
            let is_active = self.incident.active_of(unit.id).is_some();
            let is_here = is_active || done.contains(&unit.id);
            // What nobody looked for is not weighed; so a record of what was weighed is enough.
            if !is_here && (self.unavailable(unit).is_some() || !self.facts.knows(unit.id)) {
                continue;
            }
            for (kind, requirement) in requirements.iter().enumerate() {
                if self.unfit(unit, requirement).is_some() {
                    continue;
                }
                let cost = match is_here {
                    // Who is there now stands before who was.
                    true => i64::from(!is_active),
                    false => {
                        let seconds = self.counted_seconds(unit, requirement);
                        let rank = ranks
                            .as_ref()
                            .map_or(i64::from(unit.id.0), |ranks| ranks[unit.id.0 as usize]);
                        // Above the cost of a unit that is here already.
                        i64::from(seconds) * SECOND + 1 + rank.min(15_000)
                    }
                };
                match self.shared(unit) {
                    None => costs[kind].push((unit.id.0 as usize, cost)),
                    Some(shared) => {
                        let crew = shared.first.0 as usize;
                        let best = sharing.entry((kind, crew)).or_insert((unit.id, cost));
                        if cost < best.1 {
                            *best = (unit.id, cost);
                        }
                    }
                }
            }
        }
        for ((kind, crew), (_, cost)) in &sharing {
            costs[*kind].push((*crew, *cost));
        }
        let places: Vec<usize> = requirements
            .iter()
            .enumerate()
            .flat_map(|(kind, requirement)| std::iter::repeat_n(kind, requirement.count.into()))
            .collect();
        let taken = assign(&places, &costs);
        let mut outcome = Recommendation {
            plan: self.plan.map(|plan| plan.code.clone()),
            edition: self.edition,
            areas: self.areas.clone(),
            alarms: self.plan.map_or(0, |plan| plan.alarms.len() as u8),
            ..Recommendation::default()
        };
        let mut missing = vec![0_u8; requirements.len()];
        for (kind, who) in places.iter().zip(taken) {
            let Some(who) = who else {
                missing[*kind] += 1;
                continue;
            };
            let id = sharing
                .get(&(*kind, who))
                .map_or(UnitId(who as u32), |(unit, _)| *unit);
            let Some(unit) = self.center.unit(id) else {
                continue;
            };
            if self.incident.active_of(id).is_some() {
                outcome.present.push((id, *kind));
            } else if done.contains(&id) {
                outcome.done.push((id, *kind));
            } else {
                outcome
                    .suggested
                    .push(self.suggestion(unit, *kind, &requirements[*kind]));
            }
        }
        outcome.suggested.sort_by_key(|one| {
            // What nobody knows comes last.
            let arrival = one.lateness.arrival_seconds().unwrap_or(u32::MAX);
            (one.requirement, arrival, one.unit)
        });
        outcome.weighed = weighed(&costs, &sharing, places.len());
        for (kind, missing) in missing.into_iter().enumerate().filter(|(_, n)| *n > 0) {
            let reasons = self.reasons(&outcome, &requirements[kind]);
            outcome.shortfalls.push(Shortfall {
                requirement: kind,
                missing,
                reasons,
            });
        }
        outcome.requirements = requirements;
        outcome
    }

    /// The units that arrived and are clear, since the incident was opened last.
    fn done(&self) -> Vec<UnitId> {
        let opened = self.incident.reopened.last().map(|reopened| reopened.at);
        let is_done = |it: &crate::Assignment| {
            let arrived = it
                .stamps
                .on_scene
                .is_some_and(|at| opened.is_none_or(|opened| at > opened));
            arrived
                && it
                    .ended
                    .as_ref()
                    .is_some_and(|ended| ended.how == crate::AssignmentEnd::Cleared)
        };
        let all = self.incident.assignments.iter();
        all.filter(|it| is_done(it)).map(|it| it.unit).collect()
    }

    fn shared(&self, unit: &Unit) -> Option<&SharedCrew<'a>> {
        self.crews.get(unit.shared_crew.as_ref()?)
    }

    fn crew(&self, unit: &'a Unit) -> Option<&'a Crew> {
        match self.shared(unit) {
            Some(shared) => shared.crew,
            None => unit.crew.as_ref(),
        }
    }

    /// Why a unit cannot be sent at all.
    fn unavailable(&self, unit: &Unit) -> Option<WhyNot> {
        if !unit.in_service {
            return Some(WhyNot::OutOfService);
        }
        if let Some((id, _)) = unit.active.first() {
            return Some(match *id == self.incident.id {
                true => WhyNot::OnIt,
                false => WhyNot::OnIncident(*id),
            });
        }
        let other = self.shared(unit)?.out_with?;
        Some(WhyNot::CrewOut(other.call_sign.clone()))
    }

    /// Why a unit does not meet a requirement.
    fn unfit(&self, unit: &'a Unit, requirement: &Requirement) -> Option<WhyNot> {
        let wanted = |unit_type: &Code| {
            requirement
                .choices
                .iter()
                .any(|choice| choice.unit_type == *unit_type)
        };
        if !wanted(&unit.unit_type) {
            return Some(WhyNot::WrongType(unit.unit_type.clone()));
        }
        let missing = requirement.equipment.iter();
        if let Some(missing) = missing
            .into_iter()
            .find(|code| unit.equipment.binary_search(code).is_err())
        {
            return Some(WhyNot::LacksEquipment(missing.clone()));
        }
        if unit.seats < requirement.seats {
            return Some(WhyNot::FewSeats {
                has: unit.seats,
                needs: requirement.seats,
            });
        }
        if requirement.crew == 0 && requirement.skills.is_empty() {
            return None;
        }
        let Some(crew) = self.crew(unit) else {
            return Some(WhyNot::CrewUnknown);
        };
        if crew.size < requirement.crew {
            return Some(WhyNot::CrewSmall {
                has: crew.size,
                needs: requirement.crew,
            });
        }
        requirement.skills.iter().find_map(|(skill, needs)| {
            let has = crew.skilled(skill.as_str());
            (has < *needs).then(|| WhyNot::LacksSkill {
                skill: skill.clone(),
                has,
                needs: *needs,
            })
        })
    }

    /// Where its station comes in the area's order, from 1.
    fn station_place(&self, unit: &Unit) -> Option<u32> {
        let station = unit.station.as_ref()?;
        let at = self.order.iter().position(|code| code == station)?;
        Some(at as u32 + 1)
    }

    /// For how many seconds it has been free, while that is too short for rest.
    fn unrested(&self, unit: &Unit) -> Option<u32> {
        let rules = &self.center.configuration.dispatch_rules;
        let free = self.facts.at.seconds_since(unit.freed?).max(0.0) as u32;
        (free < rules.rest_seconds && rules.rest_penalty_seconds > 0).then_some(free)
    }

    fn lateness(&self, unit: &Unit, requirement: &Requirement) -> Lateness {
        let fact = self.facts.of(unit.id);
        let configuration = &self.center.configuration;
        let rules = &configuration.dispatch_rules;
        let turnout = configuration.turnouts.get(&unit.unit_type);
        let choice = requirement
            .choices
            .iter()
            .find(|choice| choice.unit_type == unit.unit_type);
        Lateness {
            drive: fact.drive,
            turnout_seconds: match fact.in_station {
                true => turnout.copied().unwrap_or(rules.turnout_seconds),
                false => 0,
            },
            rest_seconds: self
                .unrested(unit)
                .map_or(0, |_| rules.rest_penalty_seconds),
            substitute_seconds: choice.map_or(0, |choice| choice.later_seconds.into()),
        }
    }

    /// What a unit counts as for a requirement, in seconds, in steps of the plan's ties.
    fn counted_seconds(&self, unit: &Unit, requirement: &Requirement) -> u32 {
        let lateness = self.lateness(unit, requirement);
        let arrival = lateness.arrival_seconds().unwrap_or_else(|| {
            // Without streets and positions the order of stations decides.
            let place = self.station_place(unit).map(|place| place * ORDER_SECONDS);
            place.map_or(UNKNOWN_SECONDS, |seconds| seconds.min(UNKNOWN_SECONDS))
                + lateness.turnout_seconds
        });
        let seconds = arrival
            .saturating_add(lateness.rest_seconds)
            .saturating_add(lateness.substitute_seconds)
            .min(MOST_SECONDS);
        let step = u32::from(self.plan.map_or(0, |plan| plan.tie_seconds)).max(1);
        seconds / step * step
    }

    /// The place of each unit in the order of the plan's tie-breakers, by its number.
    fn ranks(&self) -> Option<Vec<i64>> {
        let ties = self.plan.map_or(&[][..], |plan| plan.ties.as_slice());
        if ties.is_empty() {
            return None;
        }
        let key = |unit: &Unit| {
            let one = |tie: &Tie| match tie {
                Tie::Rest => unit.freed.map_or(i64::MIN, |freed| freed.micros()),
                Tie::Station => self.station_place(unit).map_or(i64::MAX, i64::from),
                Tie::Plain => {
                    let skills = self.crew(unit).map_or(0, |crew| crew.skills.len());
                    (unit.equipment.len() + skills) as i64
                }
            };
            ties.iter().map(one).collect::<Vec<_>>()
        };
        let mut order: Vec<_> = self
            .center
            .units
            .iter()
            .map(|(_, unit)| (key(unit), unit.id))
            .collect();
        order.sort_unstable();
        let mut ranks = vec![0; order.iter().map(|(_, id)| id.0 as usize + 1).max()?];
        for (rank, (_, id)) in (0..).zip(order) {
            ranks[id.0 as usize] = rank;
        }
        Some(ranks)
    }

    fn suggestion(&self, unit: &Unit, kind: usize, requirement: &Requirement) -> Suggestion {
        let mut notes = Vec::new();
        if let Some(wanted) = requirement.choices.first()
            && wanted.unit_type != unit.unit_type
        {
            notes.push(Note::Substitute(wanted.unit_type.clone()));
        }
        notes.extend(self.unrested(unit).map(Note::NotRested));
        let fact = self.facts.of(unit.id);
        match fact.source {
            Source::Fix(_) | Source::Unknown => {}
            Source::StaleFix(age) => notes.push(Note::StalePosition(age)),
            Source::Station => notes.push(Note::FromStation),
            Source::StationForStale(age) => notes.push(Note::StationForStale(age)),
        }
        match (fact.drive, self.station_place(unit)) {
            (Drive::Road(_), _) => {}
            (Drive::Straight(_), _) => notes.push(Note::StraightLine),
            (Drive::Unknown, Some(place)) => notes.push(Note::StationOrder(place)),
            (Drive::Unknown, None) => notes.push(Note::NoDrive),
        }
        Suggestion {
            unit: unit.id,
            requirement: kind,
            lateness: self.lateness(unit, requirement),
            notes,
        }
    }

    /// Why the units of a requirement's types cannot be sent, the commonest reason first.
    fn reasons(&self, outcome: &Recommendation, requirement: &Requirement) -> Vec<(WhyNot, u32)> {
        let mut counts: BTreeMap<WhyNot, u32> = BTreeMap::new();
        for (_, unit) in self.center.units.iter() {
            let is_sent = outcome.suggested.iter().any(|one| one.unit == unit.id);
            let is_here = self.incident.active_of(unit.id).is_some();
            let unfit = self.unfit(unit, requirement);
            if is_sent || is_here || matches!(unfit, Some(WhyNot::WrongType(_))) {
                continue;
            }
            let why = self
                .unavailable(unit)
                .or(unfit)
                .or_else(|| self.crew_sent(outcome, unit));
            // On which incident does not matter where many are.
            let why = why.map(|why| match why {
                WhyNot::OnIncident(_) => WhyNot::OnIncident(crate::IncidentId(0)),
                why => why,
            });
            if let Some(why) = why {
                *counts.entry(why).or_default() += 1;
            }
        }
        let mut reasons: Vec<_> = counts.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }

    fn crew_sent(&self, outcome: &Recommendation, unit: &Unit) -> Option<WhyNot> {
        let crew = unit.shared_crew.as_ref()?;
        let sent = outcome.suggested.iter();
        let mut sent = sent.filter_map(|one| self.center.unit(one.unit));
        let other =
            sent.find(|other| other.id != unit.id && other.shared_crew.as_ref() == Some(crew))?;
        Some(WhyNot::CrewSent(other.call_sign.clone()))
    }

    fn why_not(&self, outcome: &Recommendation, unit: &'a Unit) -> Vec<WhyNot> {
        if outcome.suggested.iter().any(|one| one.unit == unit.id) {
            return vec![];
        }
        if let Some(why) = self.unavailable(unit) {
            return vec![why];
        }
        let mut reasons = Vec::new();
        for (kind, requirement) in outcome.requirements.iter().enumerate() {
            let why = match self.unfit(unit, requirement) {
                Some(why) => why,
                None => match self.crew_sent(outcome, unit) {
                    Some(why) => why,
                    None => self.later(outcome, unit, kind, requirement),
                },
            };
            if !reasons.contains(&why) {
                reasons.push(why);
            }
        }
        // That a type is wrong for one requirement matters only where it is for all.
        if reasons
            .iter()
            .any(|why| !matches!(why, WhyNot::WrongType(_)))
        {
            reasons.retain(|why| !matches!(why, WhyNot::WrongType(_)));
        }
        reasons
    }

    /// By how much a unit counts as later than the latest that is sent for a requirement.
    fn later(
        &self,
        outcome: &Recommendation,
        unit: &Unit,
        kind: usize,
        requirement: &Requirement,
    ) -> WhyNot {
        if self.facts.of(unit.id).drive == Drive::Unknown && self.station_place(unit).is_none() {
            return WhyNot::NoDrive;
        }
        let own = self.counted_seconds(unit, requirement);
        let sent = outcome.suggested.iter();
        let sent = sent.filter(|one| one.requirement == kind);
        let sent = sent.filter_map(|one| self.center.unit(one.unit));
        let latest = sent
            .map(|unit| self.counted_seconds(unit, requirement))
            .max();
        match latest {
            // All places are taken by units that are there already.
            None => WhyNot::WrongType(unit.unit_type.clone()),
            Some(latest) if own > latest => WhyNot::Later(own - latest),
            Some(_) => WhyNot::Tied,
        }
    }
}

/// The units whose facts decide: of each kind the best ones, as many as there are places.
fn weighed(
    costs: &[Vec<(usize, i64)>],
    sharing: &BTreeMap<(usize, usize), (UnitId, i64)>,
    places: usize,
) -> Vec<UnitId> {
    let mut ids = Vec::new();
    for (kind, candidates) in costs.iter().enumerate() {
        let mut best = candidates.clone();
        if best.len() > places && places > 0 {
            best.select_nth_unstable_by_key(places - 1, |(who, cost)| (*cost, *who));
            best.truncate(places);
        }
        for (who, _) in best {
            let unit = sharing.get(&(kind, who));
            ids.push(unit.map_or(UnitId(who as u32), |(unit, _)| *unit));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
