//! What a day brings: the same calls for the same seed.

use callbox_domain::{Caller, Place, Text};

use crate::{
    random::Random,
    town::{Kind, PlaceKind, Town},
};

#[cfg(test)]
mod tests;

const DAY_SECONDS: u32 = 86_400;

/// A call that will come in.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedCall {
    /// Its number within the day, in no particular order.
    pub no: usize,
    /// When, in seconds of the local day.
    pub second: u32,
    /// What about: an index into the town's kinds of incidents.
    pub kind: usize,
    /// Where.
    pub place: Place,
    /// In what kind of place that is.
    pub(crate) somewhere: PlaceKind,
    /// What the caller can say about the place at first, where that is not enough.
    pub rough: Option<Place>,
    /// Who calls, where that is known.
    pub caller: Option<Caller>,
    /// From which everything else about it follows.
    pub seed: u64,
    /// The call of the same day that told about this already.
    pub echo_of: Option<usize>,
}

/// The calls of a local day (counted from 1970-01-01), in order of time.
///
/// Each kind of incident comes as often as its Poisson distribution says, spread by its hours.
/// Some are told about several times; on some days a squall brings many calls within an hour.
pub fn day(town: &Town, seed: u64, day: i64) -> Vec<PlannedCall> {
    let random = Random::of(&[seed, day as u64, 0xca11]);
    let mut plan = Plan {
        town,
        random,
        calls: Vec::new(),
    };
    for (kind, definition) in town.kinds.iter().enumerate() {
        for _ in 0..plan.random.poisson(definition.per_day) {
            let hour = plan.random.weighted(definition.hours.table()) as f64;
            let second = (hour + plan.random.unit()) * 3_600.0;
            plan.call(kind, second);
        }
    }
    if plan.random.chance(0.3) {
        plan.squall();
    }
    plan.calls.sort_by_key(|call| (call.second, call.no));
    plan.calls
}

struct Plan<'a> {
    town: &'a Town,
    random: Random,
    calls: Vec<PlannedCall>,
}

impl Plan<'_> {
    /// A call, and those who call about the same.
    fn call(&mut self, kind: usize, second: f64) {
        let town = self.town;
        let definition = &town.kinds[kind];
        let somewhere = *self.random.pick(&definition.at);
        let place = town.somewhere(somewhere, &mut self.random);
        let vague = somewhere != PlaceKind::Road && self.random.chance(0.08);
        let rough = if vague { town.near(&place) } else { None };
        let first = self.add(kind, second, (somewhere, place.clone()), rough, None);
        if self.random.chance(definition.echo) {
            for _ in 0..=self.random.below(3) {
                let later = second + self.random.between(15.0, 240.0);
                let near = if self.random.chance(0.6) {
                    town.near(&place)
                } else {
                    None
                };
                let place = near.unwrap_or_else(|| place.clone());
                self.add(kind, later, (somewhere, place), None, Some(first));
            }
        }
    }

    fn add(
        &mut self,
        kind: usize,
        second: f64,
        (somewhere, place): (PlaceKind, Place),
        rough: Option<Place>,
        echo_of: Option<usize>,
    ) -> usize {
        let no = self.calls.len();
        let caller = self.caller(&self.town.kinds[kind], echo_of.is_some());
        self.calls.push(PlannedCall {
            no,
            second: (second as u32).min(DAY_SECONDS - 1),
            kind,
            place,
            somewhere,
            rough,
            caller,
            seed: self.random.next(),
            echo_of,
        });
        no
    }

    /// Gusts over less than an hour: branches, alarms, flooded cellars.
    fn squall(&mut self) {
        let begin = self.random.between(8.0, 22.0) * 3_600.0;
        for _ in 0..8 + self.random.below(7) {
            let code = *self
                .random
                .pick(&["HAZARD", "HAZARD", "ALARM", "FLOOD", "INTRUD", "CRASH"]);
            if let Some(kind) = self.town.kinds.iter().position(|kind| kind.code == code) {
                let second = begin + self.random.between(0.0, 3_000.0);
                self.call(kind, second);
            }
        }
    }

    fn caller(&mut self, kind: &Kind, echo: bool) -> Option<Caller> {
        let text = |words: &str| Text::new(words).expect("callers' names are printable");
        let number = text(&format!("555-01{:02}", self.random.below(100)));
        if let Some(desk) = &kind.caller
            && !echo
        {
            let number = text("555-0100");
            return Some(Caller {
                name: Some(text(desk)),
                call_back: Some(number),
            });
        }
        let people = &self.town.people;
        let (first, last) = (
            self.random.pick(&people.first),
            self.random.pick(&people.last),
        );
        let name = text(&format!("{first} {last}"));
        match self.random.below(10) {
            0 => None,
            1..=2 => Some(Caller {
                name: None,
                call_back: Some(number),
            }),
            _ => Some(Caller {
                name: Some(name),
                call_back: Some(number),
            }),
        }
    }
}
