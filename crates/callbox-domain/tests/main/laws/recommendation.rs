//! Recommendations against all other ways, in 10,000 random situations; and from the record alone.

use callbox_domain::{
    Center, Drive, Event, Facts, IncidentId, LocalTime, Question, Recommendation, Source, UnitFact,
    UnitId,
    script::{DAY, Run},
};

use crate::town::town;

/// A small generator, so that a situation has a number.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const TYPES: [&str; 3] = ["ENGINE", "LADDER", "AMB"];

/// A town with random crews, shared crews, committed units and a random plan.
fn situation(random: &mut Random) -> Run {
    let mut run = town();
    let mut script = String::new();
    for unit in ["E104", "E105", "L110", "A201", "A202", "A203"] {
        let kind = TYPES[random.below(3) as usize];
        script += &format!("define unit {unit} FIRE {kind}\n");
        if random.below(2) == 0 {
            script += &format!(
                "crew {unit} {} EMT={}\n",
                1 + random.below(4),
                random.below(3)
            );
        }
        if random.below(3) == 0 {
            script += &format!(
                "equip {unit} shares {}\n",
                ["A", "B"][random.below(2) as usize]
            );
        }
    }
    script += "publish";
    for _ in 0..1 + random.below(4) {
        let first = random.below(3) as usize;
        let other = (first + 1) % 3;
        let skills = ["", "", "EMT"][random.below(3) as usize];
        let (count, later) = (1 + random.below(2), 100 * random.below(3));
        let alternative = match random.below(2) {
            0 => String::new(),
            _ => format!("|{}+{later}", TYPES[other]),
        };
        script += &format!(" \"P,1,{count},{}{alternative},{skills}\"", TYPES[first]);
    }
    script += "\nreceive FIRE\nreceive FIRE\n";
    for unit in ["E104", "L110"] {
        if random.below(3) == 0 {
            script += &format!("dispatch {unit} {}\n", 1 + random.below(2));
        }
    }
    run.play(&script).unwrap();
    run
}

fn facts(center: &Center, random: &mut Random) -> Facts {
    let units = center.units.iter().map(|(_, unit)| UnitFact {
        unit: unit.id,
        source: Source::Fix(1),
        drive: Drive::Road(10 * random.below(60) as u32),
        in_station: random.below(2) == 0,
    });
    Facts {
        at: DAY.plus_seconds(36_000),
        local: LocalTime::default(),
        units: units.collect(),
    }
}

/// How good a way is, the less the better: empty places, which ones, and the seconds in all.
type Value = (usize, usize, u64);

/// The value of the best of all ways, by trying every one.
fn best(center: &Center, facts: &Facts, found: &Recommendation) -> Value {
    let places: Vec<usize> = found
        .requirements
        .iter()
        .enumerate()
        .flat_map(|(at, r)| std::iter::repeat_n(at, r.count.into()))
        .collect();
    let mut least = (usize::MAX, usize::MAX, u64::MAX);
    let mut taken: Vec<UnitId> = Vec::new();
    try_all(
        center,
        facts,
        found,
        &places,
        0,
        (0, 0, 0),
        &mut taken,
        &mut least,
    );
    least
}

#[expect(
    clippy::too_many_arguments,
    reason = "a plain recursion says best what it does"
)]
fn try_all(
    center: &Center,
    facts: &Facts,
    found: &Recommendation,
    places: &[usize],
    at: usize,
    so_far: Value,
    taken: &mut Vec<UnitId>,
    least: &mut Value,
) {
    let Some(place) = places.get(at) else {
        *least = (*least).min(so_far);
        return;
    };
    let (empty, which, seconds) = so_far;
    let left = (empty + 1, which + places.len() - at, seconds);
    try_all(center, facts, found, places, at + 1, left, taken, least);
    for (_, unit) in center.units.iter() {
        let clash = taken.iter().any(|id| {
            let other = center.unit(*id).unwrap();
            *id == unit.id || (unit.shared_crew.is_some() && other.shared_crew == unit.shared_crew)
        });
        if clash {
            continue;
        }
        if let Some(cost) = cost(center, facts, found, *place, unit.id) {
            taken.push(unit.id);
            let with = (empty, which, seconds + cost);
            try_all(center, facts, found, places, at + 1, with, taken, least);
            taken.pop();
        }
    }
}

/// What a unit costs in a place, written down anew and plainly; `None` where it may not stand there.
fn cost(
    center: &Center,
    facts: &Facts,
    found: &Recommendation,
    place: usize,
    id: UnitId,
) -> Option<u64> {
    let unit = center.unit(id)?;
    let requirement = &found.requirements[place];
    let choice = requirement
        .choices
        .iter()
        .find(|choice| choice.unit_type == unit.unit_type)?;
    for (skill, needs) in &requirement.skills {
        (center.crew_of(unit)?.skilled(skill.as_str()) >= *needs).then_some(())?;
    }
    if unit
        .active
        .iter()
        .any(|(incident, _)| *incident == IncidentId(1))
    {
        return Some(0);
    }
    let crew_is_out = unit
        .shared_crew
        .as_ref()
        .is_some_and(|crew| center.out_with_crew(crew, id).is_some());
    if !unit.active.is_empty() || crew_is_out {
        return None;
    }
    let fact = facts.of(id);
    let Drive::Road(drive) = fact.drive else {
        return None;
    };
    let turnout = if fact.in_station { 60 } else { 0 };
    Some(u64::from(drive + turnout) + u64::from(choice.later_seconds))
}

fn value(center: &Center, facts: &Facts, found: &Recommendation) -> Value {
    let places: usize = found
        .requirements
        .iter()
        .map(|r| usize::from(r.count))
        .sum();
    let used = found
        .suggested
        .iter()
        .map(|one| (one.unit, one.requirement));
    let used: Vec<_> = used.chain(found.present.iter().copied()).collect();
    let costs = used
        .iter()
        .map(|(unit, at)| cost(center, facts, found, *at, *unit).unwrap());
    let seconds = costs.sum();
    // Places of one requirement are alike: its filled ones stand in front.
    let (mut which, mut before) = (0, 0);
    for (at, requirement) in found.requirements.iter().enumerate() {
        let filled = used.iter().filter(|(_, place)| *place == at).count();
        for own in filled..usize::from(requirement.count) {
            which += places - before - own;
        }
        before += usize::from(requirement.count);
    }
    (places - used.len(), which, seconds)
}

#[test]
fn no_other_way_is_better_in_ten_thousand_situations() {
    let mut random = Random(2_026);
    let (mut full, mut short) = (0, 0);
    for town in 0..200 {
        let run = situation(&mut random);
        let center = run.center();
        for round in 0..50 {
            let facts = facts(center, &mut random);
            let question = Question {
                incident: IncidentId(1),
                alarm: 1,
            };
            let found = center.recommend(question, &facts).unwrap();
            let (own, least) = (value(center, &facts, &found), best(center, &facts, &found));
            assert_eq!(own, least, "town {town}, round {round}: {found:?}");
            let missing: usize = found
                .shortfalls
                .iter()
                .map(|s| usize::from(s.missing))
                .sum();
            assert_eq!(missing, own.0);
            full += usize::from(missing == 0);
            short += usize::from(missing > 0);
            for one in &found.suggested {
                assert_eq!(center.why_not(question, &facts, &found, one.unit), []);
            }
        }
    }
    assert!(full > 1_000 && short > 1_000, "{full} full, {short} short");
}

#[test]
fn what_is_recorded_gives_the_same_units_again() {
    let mut random = Random(7);
    for _ in 0..60 {
        let run = situation(&mut random);
        let center = run.center();
        let facts = facts(center, &mut random);
        let send = callbox_domain::SendSuggested {
            incident: IncidentId(1),
            alarm: 1,
            facts,
            instead: Some(vec![]),
            although_committed: false,
        };
        let send = callbox_domain::SendSuggested {
            instead: None,
            ..send
        };
        let context = callbox_domain::Context {
            at: DAY.plus_seconds(36_000),
            actor: callbox_domain::ActorId(7),
            purpose: callbox_domain::Purpose::Exercise,
        };
        let Ok(events) = center.decide(&send.into(), &context) else {
            continue;
        };
        let Event::UnitsSuggested(recorded) = &events[0] else {
            panic!("{events:?}")
        };
        let question = Question {
            incident: recorded.incident,
            alarm: recorded.alarm,
        };
        let again = center.recommend(question, &recorded.facts()).unwrap();
        let again: Vec<_> = again.suggested.iter().map(|one| one.unit).collect();
        assert_eq!(again, recorded.suggested);
    }
}
