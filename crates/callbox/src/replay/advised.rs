//! What the response plans would have sent, asked with each first unit of a call.
//!
//! The units go as the history says. The suggestion, its driving times and what it rests on are
//! recorded beside them, as when a dispatcher sends others than the plan names. A unit is taken to be
//! where it arrived last: the history knows no stations and no positions.

use std::{collections::BTreeMap, time::Instant};

use callbox_domain::{
    Center, Drive, Event, Facts, IncidentId, Point, SendSuggested, Source, Timestamp, UnitFact,
    UnitId,
};
use callbox_geo::eta::{Snapped, Streets};
use serde::Serialize;

/// The drive of a unit on its way to an emergency.
const PROFILE: &str = "blue-light";

/// Counts and times of the suggestions.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Suggested {
    /// Calls for which a suggestion was made.
    pub(crate) calls: u64,
    /// Calls for which a plan stood.
    pub(crate) with_plan: u64,
    /// Calls whose first unit was among the units suggested.
    pub(crate) first_unit_agreed: u64,
    /// Units that were missing in all.
    pub(crate) missing: u64,
    /// Driving times by the streets, by the straight line, and unknown ones.
    pub(crate) by_road: u64,
    /// See `by_road`.
    pub(crate) by_straight_line: u64,
    /// See `by_road`.
    pub(crate) unknown: u64,
    /// Microseconds that finding out the driving times and suggesting took: median and p99.
    pub(crate) median_us: f64,
    /// See `median_us`.
    pub(crate) p99_us: f64,
    /// How often the whole state was held against its invariants; a broken one ends the replay.
    pub(crate) checks: u64,
}

/// Where units are, as far as the history tells.
pub(super) struct Advised<'a> {
    streets: Option<&'a Streets>,
    at: BTreeMap<UnitId, Stand>,
    micros: Vec<f64>,
    pub(super) counts: Suggested,
}

struct Stand {
    point: Point,
    snapped: Option<Snapped>,
    since: Timestamp,
}

impl<'a> Advised<'a> {
    pub(super) fn new(streets: Option<&'a Streets>) -> Self {
        Self {
            streets,
            at: BTreeMap::new(),
            micros: Vec::new(),
            counts: Suggested::default(),
        }
    }

    /// Notes where a unit arrived.
    pub(super) fn arrived(&mut self, unit: UnitId, place: Option<(f64, f64)>, at: Timestamp) {
        let Some((lat, lon)) = place else { return };
        let Some(point) = Point::from_degrees(lat, lon) else {
            return;
        };
        let snapped = self.streets.and_then(|streets| streets.snap(lat, lon));
        let since = at;
        self.at.insert(
            unit,
            Stand {
                point,
                snapped,
                since,
            },
        );
    }

    /// Sends a call's first unit with what the plans suggest at that moment.
    pub(super) fn send(
        &mut self,
        center: &Center,
        incident: IncidentId,
        unit: UnitId,
        although_committed: bool,
        at: Timestamp,
    ) -> SendSuggested {
        let begun = Instant::now();
        let facts = self.facts(center, incident, at);
        for fact in &facts.units {
            match fact.drive {
                Drive::Road(_) => self.counts.by_road += 1,
                Drive::Straight(_) => self.counts.by_straight_line += 1,
                Drive::Unknown => self.counts.unknown += 1,
            }
        }
        let send = SendSuggested {
            incident,
            alarm: 1,
            facts,
            instead: Some(vec![unit]),
            although_committed,
        };
        let question = callbox_domain::Question { incident, alarm: 1 };
        // The rules suggest once more when they decide; this is for the clock.
        let _ = std::hint::black_box(center.recommend(question, &send.facts));
        self.micros.push(begun.elapsed().as_secs_f64() * 1e6);
        send
    }

    /// Counts what was recorded.
    pub(super) fn count(&mut self, events: &[callbox_domain::Entry]) {
        let (mut suggested, mut sent) = (None, None);
        for entry in events {
            match &entry.event {
                Event::UnitsSuggested(event) => suggested = Some(event),
                Event::UnitDispatched(event) => sent = Some(event.unit),
                _ => {}
            }
        }
        let (Some(suggested), Some(sent)) = (suggested, sent) else {
            return;
        };
        self.counts.calls += 1;
        self.counts.with_plan += u64::from(suggested.plan.is_some());
        self.counts.first_unit_agreed += u64::from(suggested.suggested.contains(&sent));
        self.counts.missing += u64::from(suggested.missing);
    }

    /// The counts with the times.
    pub(super) fn finish(mut self) -> Suggested {
        self.micros.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = self.micros.len().saturating_sub(1);
            let micros = self.micros.get((last as f64 * share) as usize);
            micros.copied().unwrap_or_default().round()
        };
        (self.counts.median_us, self.counts.p99_us) = (at(0.5), at(0.99));
        self.counts
    }

    fn facts(&self, center: &Center, incident: IncidentId, at: Timestamp) -> Facts {
        let place = center
            .incident(incident)
            .and_then(|incident| incident.place.as_ref()?.known()?.lat_lon());
        let goal = place.and_then(|(lat, lon)| Point::from_degrees(lat, lon));
        let to = place.and_then(|(lat, lon)| {
            let streets = self.streets?;
            Some((streets, streets.snap(lat, lon)?, streets.profile(PROFILE)?))
        });
        let free = center.units.iter().map(|(_, unit)| unit);
        let free = free.filter(|unit| unit.in_service && unit.active.is_empty());
        let stands: Vec<_> = free.map(|unit| (unit.id, self.at.get(&unit.id))).collect();
        let on: Vec<Snapped> = stands
            .iter()
            .filter_map(|(_, stand)| stand.as_ref()?.snapped.clone())
            .collect();
        let mut times = match &to {
            Some((streets, to, profile)) => streets.eta_many_to_one(&on, to, *profile),
            None => vec![None; on.len()],
        }
        .into_iter();
        let units = stands.into_iter().map(|(unit, stand)| {
            let by_road = stand
                .and_then(|stand| stand.snapped.as_ref())
                .and_then(|_| times.next().flatten());
            let straight = stand
                .zip(goal)
                .map(|(stand, goal)| stand.point.meters_to(goal));
            UnitFact {
                unit,
                source: stand.map_or(Source::Unknown, |stand| {
                    Source::StaleFix(at.seconds_since(stand.since).max(0.0) as u32)
                }),
                drive: match (by_road, straight) {
                    (Some(eta), _) => Drive::Road(eta.seconds().round() as u32),
                    (None, Some(meters)) => Drive::straight(meters),
                    (None, None) => Drive::Unknown,
                },
                in_station: false,
            }
        });
        Facts {
            at,
            local: callbox_web::local_time(center, at),
            units: units.collect(),
        }
    }
}
