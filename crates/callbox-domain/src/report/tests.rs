#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::{sample::Sample, window::hour_of_day, window::hour_start, *};
use crate::{
    ActorId, Center, CloseIncident, Code, Command, Context, DefineAgency, DefineDisposition,
    DefineIncidentType, DefinePriority, DefineUnit, DefineUnitStatus, DefineUnitType,
    DispatchUnits, Entry, Event, IncidentId, Meaning, Purpose, ReceiveIncident, ReleaseUnit, Text,
    Timestamp, UnitId, assignment::ChangeUnitStatus,
};

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// A center whose every entry also goes into a history.
#[derive(Default)]
struct Desk {
    center: Center,
    history: History,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self::default();
        let name = |text| (code(text), code(text));
        let ((agency, label), (fire, fire_label)) = (name("FD"), name("FIRE"));
        desk.act(
            0,
            DefineAgency {
                code: agency,
                name: label,
            },
        );
        let (priority, priority_label) = name("1");
        desk.act(
            0,
            DefinePriority {
                code: priority,
                label: priority_label,
                rank: 1,
                unassigned_warn_seconds: None,
                unassigned_alarm_seconds: None,
            },
        );
        desk.act(
            0,
            DefineIncidentType {
                code: fire,
                label: fire_label,
                priority: None,
            },
        );
        for unit_type in ["ENGINE", "TRUCK"] {
            let (code, label) = name(unit_type);
            desk.act(0, DefineUnitType { code, label });
        }
        for meaning in Meaning::ALL {
            let (code, label) = name(meaning.name());
            desk.act(
                0,
                DefineUnitStatus {
                    code,
                    label,
                    meaning,
                },
            );
        }
        let (done, done_label) = name("DONE");
        desk.act(
            0,
            DefineDisposition {
                code: done,
                label: done_label,
            },
        );
        for (call_sign, unit_type) in [("E1", "ENGINE"), ("E2", "ENGINE"), ("T1", "TRUCK")] {
            desk.act(
                0,
                DefineUnit {
                    call_sign: code(call_sign),
                    agency: code("FD"),
                    unit_type: code(unit_type),
                    station: None,
                },
            );
        }
        desk
    }

    fn act(&mut self, seconds: i64, command: impl Into<Command>) -> Vec<Event> {
        let context = Context {
            at: at(seconds),
            actor: ActorId::HISTORY,
            purpose: Purpose::HistoryImport,
        };
        let events = self.center.decide(&command.into(), &context).unwrap();
        for event in &events {
            let entry = Entry {
                seq: self.center.next_seq(),
                at: context.at,
                recorded: context.at,
                actor: context.actor,
                purpose: context.purpose,
                event: event.clone(),
            };
            self.center.evolve(&entry);
            self.history.observe(&entry);
        }
        events
    }

    fn call(&mut self, seconds: i64, fire: bool) -> IncidentId {
        self.act(
            seconds,
            ReceiveIncident {
                incident_type: fire.then(|| code("FIRE")),
                priority: Some(code("1")),
                ..ReceiveIncident::default()
            },
        );
        self.center.last_incident()
    }

    fn send(&mut self, seconds: i64, incident: IncidentId, unit: u32) {
        self.act(
            seconds,
            DispatchUnits {
                incident,
                units: vec![UnitId(unit)],
                although_committed: true,
            },
        );
    }

    fn status(&mut self, seconds: i64, incident: IncidentId, unit: u32, meaning: Meaning) {
        self.change(seconds, incident, unit, meaning, false);
    }

    fn change(&mut self, seconds: i64, on: IncidentId, unit: u32, meaning: Meaning, fix: bool) {
        self.act(
            seconds,
            ChangeUnitStatus {
                unit: UnitId(unit),
                status: code(meaning.name()),
                incident: Some(on),
                correction: fix,
            },
        );
    }

    /// The history holds the same times as the live state.
    fn check(&self) {
        for ((_, incident), call) in self.center.incidents.iter().zip(self.history.calls()) {
            assert_eq!(incident.received, call.received);
            assert_eq!(incident.incident_type, call.incident_type);
            assert_eq!(incident.assignments.len(), call.work.len());
            for (assignment, work) in incident.assignments.iter().zip(&call.work) {
                for meaning in Meaning::ALL {
                    assert_eq!(
                        assignment.stamps.get(meaning),
                        work.at(meaning),
                        "{meaning}"
                    );
                }
                let ended = assignment.ended.as_ref().and_then(|ended| ended.at);
                assert_eq!(ended, work.ended);
                assert_eq!(assignment.unit_type, work.unit_type);
            }
        }
    }
}

fn utc(_: Timestamp) -> i32 {
    0
}

#[test]
fn quantiles_interpolate_between_order_statistics() {
    let figures = |seconds: &[i64]| {
        let mut sample = Sample::default();
        seconds
            .iter()
            .for_each(|it| sample.add(Some(at(0)), Some(at(*it))));
        sample.figures()
    };
    assert_eq!(figures(&[]), Interval::default());
    let one = figures(&[7]);
    assert_eq!(
        (one.median, one.p90, one.mean),
        (Some(7.0), Some(7.0), Some(7.0))
    );
    // R: quantile(c(1, 2, 4, 8), c(.5, .9), type = 7) gives 3.0 and 6.8.
    let four = figures(&[8, 1, 4, 2]);
    assert_eq!(
        (four.median, four.p90, four.mean),
        (Some(3.0), Some(6.8), Some(3.75))
    );
    let negative = figures(&[-1, 5, -2]);
    assert_eq!((negative.n, negative.excluded_negative), (1, 2));
}

#[test]
fn missing_and_negative_intervals_are_left_out() {
    let mut desk = Desk::new();
    let first = desk.call(100, true);
    desk.send(130, first, 1);
    desk.status(150, first, 1, Meaning::EnRoute);
    desk.status(140, first, 1, Meaning::OnScene);
    desk.status(500, first, 1, Meaning::Available);
    desk.send(160, first, 3);
    let reason = Text::new("nobody wrote down when it ended").unwrap();
    desk.act(
        600,
        ReleaseUnit {
            unit: UnitId(3),
            incident: Some(first),
            reason,
        },
    );
    desk.act(
        600,
        CloseIncident {
            incident: first,
            disposition: code("DONE"),
        },
    );
    let second = desk.call(200, false);
    desk.send(190, second, 2);
    desk.check();

    let report = response_times(&desk.history, Window::default(), &[], &utc);
    assert_eq!(report.window, Some((at(100), at(200))));
    let [
        call_to_dispatch,
        dispatch_to_arrival,
        call_to_arrival,
        turnout,
        travel,
        assigned,
    ] = report.total.intervals;
    assert_eq!((report.total.calls, report.total.assignments), (2, 3));
    assert_eq!(
        (call_to_dispatch.n, call_to_dispatch.excluded_negative),
        (1, 1)
    );
    assert_eq!(dispatch_to_arrival.median, Some(10.0));
    assert_eq!(call_to_arrival.median, Some(40.0));
    assert_eq!((turnout.n, turnout.median), (1, Some(20.0)));
    assert_eq!(
        (travel.n, travel.excluded_negative, travel.mean),
        (0, 1, None)
    );
    assert_eq!((assigned.n, assigned.mean), (1, Some(370.0)));
}

#[test]
fn a_correction_takes_later_times_back() {
    let mut desk = Desk::new();
    let call = desk.call(0, true);
    desk.send(10, call, 1);
    desk.status(20, call, 1, Meaning::OnScene);
    desk.change(30, call, 1, Meaning::EnRoute, true);
    desk.check();
    desk.status(50, call, 1, Meaning::OnScene);
    desk.status(55, call, 1, Meaning::Transporting);
    desk.status(60, call, 1, Meaning::AtHospital);
    desk.status(70, call, 1, Meaning::Transporting);
    desk.check();
    let report = response_times(&desk.history, Window::default(), &[], &utc);
    assert_eq!(report.total.intervals[4].median, Some(20.0));
}

#[test]
fn groups_are_ordered_and_a_call_counts_under_each_type_of_unit() {
    let mut desk = Desk::new();
    let first = desk.call(3_600, true);
    desk.send(3_610, first, 1);
    desk.send(3_620, first, 2);
    desk.send(3_630, first, 3);
    let _ = desk.call(7_200, false);
    let by = [Dimension::UnitType, Dimension::Hour];
    let report = response_times(&desk.history, Window::default(), &by, &utc);
    let groups: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            (
                row.group.clone(),
                row.figures.calls,
                row.figures.assignments,
            )
        })
        .collect();
    let unit = |text| GroupValue::Code(code(text));
    assert_eq!(
        groups,
        [
            (vec![unit("ENGINE"), GroupValue::Hour(1)], 1, 2),
            (vec![unit("TRUCK"), GroupValue::Hour(1)], 1, 1),
            (vec![GroupValue::Unknown, GroupValue::Hour(2)], 1, 0),
        ]
    );
    // The truck's row shows the call as a whole: its first dispatch was that of an engine.
    assert_eq!(report.rows[1].figures.intervals[0].median, Some(10.0));

    let window = Window {
        from: Some(at(3_600)),
        to: Some(at(7_200)),
    };
    let report = response_times(&desk.history, window, &[Dimension::Type], &utc);
    assert_eq!((report.rows.len(), report.total.calls), (1, 1));
}

#[test]
fn hours_follow_the_local_clock() {
    let india = |_: Timestamp| 19_800;
    assert_eq!(hour_of_day(at(0), &india), 5);
    assert_eq!(hour_start(at(0), &india), at(-1_800));
    assert_eq!(hour_of_day(at(-1), &utc), 23);
}

#[test]
fn utilisation_is_the_union_of_intervals_in_the_window() {
    let mut desk = Desk::new();
    let (first, second) = (desk.call(0, true), desk.call(0, true));
    desk.send(0, first, 1);
    desk.send(1_800, second, 1);
    desk.status(2_700, first, 1, Meaning::Available);
    desk.status(5_400, second, 1, Meaning::Available);
    desk.send(3_600, first, 2);
    desk.status(7_200, first, 2, Meaning::Available);
    let report = utilisation(&desk.history, Window::default(), &utc);
    assert_eq!(report.window, Some((at(0), at(7_200))));
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            (
                row.unit.as_str(),
                row.assignments,
                row.overlapping,
                row.busy_hours,
                row.utilisation,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("E1", 2, 1, 1.5, Some(0.75)),
            ("E2", 1, 0, 1.0, Some(0.5)),
            ("T1", 0, 0, 0.0, Some(0.0)),
        ]
    );
    let total = report.total;
    assert_eq!(
        (total.busy_hours, total.utilisation),
        (2.5, Some(2.5 / 6.0))
    );
    let busiest = total.busiest_hour.unwrap();
    assert_eq!((busiest.from, busiest.busy_hours), (at(3_600), 1.5));
    let most = MostConcurrent {
        assignments: 2,
        from: at(1_800),
        to: at(2_700),
    };
    assert_eq!(total.most_concurrent, Some(most));

    let window = Window {
        from: Some(at(1_800)),
        to: Some(at(3_600)),
    };
    let report = utilisation(&desk.history, window, &utc);
    assert_eq!(
        (report.rows[0].busy_hours, report.rows[0].assignments),
        (0.5, 1)
    );
    assert_eq!(
        (report.rows[1].busy_hours, report.rows[1].assignments),
        (0.0, 0)
    );
}

#[test]
fn an_empty_history_has_no_figures() {
    let history = History::default();
    assert_eq!(
        response_times(&history, Window::default(), &[], &utc).window,
        None
    );
    assert_eq!(utilisation(&history, Window::default(), &utc).rows, []);
}
