//! The rows of the board: what a console shows of an incident and of a unit.

use std::collections::BTreeMap;

use callbox_domain::{
    Alarm, Cause, Center, EmergencyCause, Incident, IncidentState, Timestamp, Unit,
};
use serde::Serialize;

/// An incident on the board; times in milliseconds since 1970.
#[derive(Debug, Serialize)]
pub(crate) struct IncidentRow<'a> {
    id: u64,
    state: &'static str,
    r#type: Option<&'a str>,
    type_label: Option<&'a str>,
    priority: Option<&'a str>,
    /// 1 is the most urgent; 255 where there is no priority.
    rank: u8,
    place: Option<&'a str>,
    /// Whether there is a place that is shown only for a stated purpose.
    place_withheld: bool,
    lat: Option<f64>,
    lon: Option<f64>,
    received: i64,
    first_dispatched: Option<i64>,
    first_on_scene: Option<i64>,
    closed: Option<i64>,
    disposition: Option<&'a str>,
    units: Vec<&'a str>,
    lines: usize,
    /// When it begins, while that lies in the future.
    scheduled: Option<i64>,
    /// From when on a scheduled one stands out.
    warn_from: Option<i64>,
    merged_into: Option<u64>,
    calls: usize,
    /// How many of its calls wait for somebody to call back or to ask.
    call_backs: usize,
    /// How sure the place is, where that was recorded.
    verdict: Option<&'static str>,
    /// The units that are to do it next.
    stacked_on: Vec<&'a str>,
    /// The ledger's length that the row stands for: the higher one wins.
    version: u64,
}

/// A unit on the board; times in milliseconds since 1970.
#[derive(Debug, Serialize)]
pub(crate) struct UnitRow<'a> {
    id: u32,
    call_sign: &'a str,
    r#type: &'a str,
    agency: &'a str,
    station: Option<&'a str>,
    status: &'a str,
    meaning: &'static str,
    since: i64,
    incident: Option<u64>,
    equipment: Vec<&'a str>,
    seats: u8,
    shared_crew: Option<&'a str>,
    /// The unit with which its crew is out, where it shares one.
    crew_out_with: Option<&'a str>,
    crew: Option<CrewRow<'a>>,
    /// How it became known that the crew is in need of help itself.
    emergency: Option<&'static str>,
    /// What it is to do next, once it is free.
    stack: Vec<u64>,
    /// The ledger's length that the row stands for: the higher one wins.
    version: u64,
}

/// A unit's crew in numbers.
#[derive(Debug, Serialize)]
struct CrewRow<'a> {
    size: u8,
    skills: BTreeMap<&'a str, u8>,
}

impl<'a> IncidentRow<'a> {
    /// Leaves out where it was, for lists that are read without a purpose.
    pub(crate) fn without_place(mut self) -> Self {
        self.place_withheld = self.place.is_some();
        (self.place, self.lat, self.lon) = (None, None, None);
        self
    }

    /// Shows an incident as it stands in `center`, or in the archive.
    pub(crate) fn new(center: &'a Center, incident: &'a Incident) -> Self {
        let configuration = &center.configuration;
        let kind = incident.incident_type.as_ref();
        let label = kind.and_then(|code| configuration.incident_types.get(code));
        let place = incident.place.as_ref().and_then(|place| place.known());
        let lat_lon = place.and_then(|place| place.lat_lon());
        let called = |unit| {
            center
                .unit(unit)
                .map(|unit: &std::sync::Arc<Unit>| unit.call_sign.as_str())
        };
        let intake = &incident.intake;
        Self {
            id: incident.id.0,
            state: match incident.state() {
                IncidentState::Open => "open",
                IncidentState::Closed => "closed",
            },
            r#type: kind.map(|code| code.as_str()),
            type_label: label.map(|kind| kind.label.as_str()),
            priority: incident.priority.as_ref().map(|code| code.as_str()),
            rank: configuration.rank(incident.priority.as_ref()),
            place_withheld: false,
            place: incident.place_text(),
            lat: lat_lon.map(|(lat, _)| lat),
            lon: lat_lon.map(|(_, lon)| lon),
            received: incident.received.millis(),
            first_dispatched: incident.first_dispatched().map(Timestamp::millis),
            first_on_scene: incident.first_on_scene().map(Timestamp::millis),
            closed: incident.closed.as_ref().map(|closed| closed.at.millis()),
            disposition: incident
                .closed
                .as_ref()
                .map(|closed| closed.disposition.as_str()),
            units: incident
                .active()
                .filter_map(|active| called(active.unit))
                .collect(),
            lines: incident.lines.len(),
            scheduled: intake.scheduled.map(|it| it.at.millis()),
            warn_from: intake
                .scheduled
                .map(|it| it.at.plus_seconds(-i64::from(it.warn_seconds)).millis()),
            merged_into: intake.merged_into.map(|id| id.0),
            calls: intake.calls.len(),
            call_backs: intake.calls.iter().filter(|it| it.needs_handling()).count(),
            verdict: intake
                .assessed
                .as_ref()
                .map(|it| it.assessed.verdict.name()),
            stacked_on: incident
                .stacked_on
                .iter()
                .copied()
                .filter_map(called)
                .collect(),
            version: center.next_seq(),
        }
    }
}

impl<'a> UnitRow<'a> {
    /// Shows a unit as it stands in `center`.
    pub(crate) fn new(center: &'a Center, unit: &'a Unit) -> Self {
        let shown = unit.shown(center);
        let shares = unit.shared_crew.as_ref();
        let out = shares.and_then(|crew| center.out_with_crew(crew, unit.id));
        let crew = center.crew_of(unit).map(|crew| CrewRow {
            size: crew.size,
            skills: crew
                .skills
                .iter()
                .map(|(code, n)| (code.as_str(), *n))
                .collect(),
        });
        Self {
            id: unit.id.0,
            call_sign: unit.call_sign.as_str(),
            r#type: unit.unit_type.as_str(),
            agency: unit.agency.as_str(),
            station: unit.station.as_ref().map(|station| station.as_str()),
            status: shown.status.as_str(),
            meaning: shown.meaning.name(),
            since: shown.since.millis(),
            incident: shown.incident.map(|id| id.0),
            equipment: unit.equipment.iter().map(|code| code.as_str()).collect(),
            seats: unit.seats,
            shared_crew: shares.map(|code| code.as_str()),
            crew_out_with: out.map(|(other, _)| other.call_sign.as_str()),
            crew,
            emergency: unit.emergency.map(|it| it.cause.name()),
            stack: unit.stack.iter().map(|id| id.0).collect(),
            version: center.next_seq(),
        }
    }
}

/// An alarm that lasts; times in milliseconds since 1970.
#[derive(Debug, Serialize)]
pub(crate) struct AlarmRow<'a> {
    id: u64,
    cause: &'static str,
    /// Which clock ran out, where one did.
    clock: Option<&'a str>,
    clock_label: Option<&'a str>,
    /// What to do, where the center says so.
    action: Option<&'a str>,
    /// How a crew's emergency became known.
    emergency: Option<&'static str>,
    incident: Option<u64>,
    unit: Option<&'a str>,
    due: i64,
    raised: i64,
    acknowledged_by: Option<u64>,
    acknowledged_at: Option<i64>,
    escalated: Option<i64>,
}

/// The most alarms that a board shows; the oldest and every emergency come first.
const MAX_ALARMS: usize = 200;

/// The alarms that last: crews in need first, then the one that was raised longest ago.
pub(crate) fn alarm_rows(center: &Center) -> Vec<AlarmRow<'_>> {
    let mut alarms: Vec<&Alarm> = center.alarms().iter().collect();
    alarms.sort_by_key(|alarm| !matches!(alarm.cause, Cause::Emergency(_)));
    alarms.truncate(MAX_ALARMS);
    alarms
        .into_iter()
        .map(|alarm| AlarmRow::new(center, alarm))
        .collect()
}

impl<'a> AlarmRow<'a> {
    fn new(center: &'a Center, alarm: &'a Alarm) -> Self {
        let clock = match &alarm.cause {
            Cause::Clock(code) => center.configuration.clocks.get(code),
            _ => None,
        };
        let unit = alarm.subject.unit.and_then(|unit| center.unit(unit));
        Self {
            id: alarm.id.0,
            cause: alarm.cause.name(),
            clock: clock.map(|clock| clock.code.as_str()),
            clock_label: clock.map(|clock| clock.label.as_str()),
            action: clock.and_then(|clock| Some(clock.action.as_ref()?.as_str())),
            emergency: match alarm.cause {
                Cause::Emergency(cause) => Some(EmergencyCause::name(cause)),
                _ => None,
            },
            incident: alarm.subject.incident.map(|id| id.0),
            unit: unit.map(|unit| unit.call_sign.as_str()),
            due: alarm.due.millis(),
            raised: alarm.raised.millis(),
            acknowledged_by: alarm.acknowledged.map(|it| it.by.0),
            acknowledged_at: alarm.acknowledged.map(|it| it.at.millis()),
            escalated: alarm.escalated.map(Timestamp::millis),
        }
    }
}
