//! Random lives of a small town: commands that the rules allow, and commands that they do not.

use std::{collections::BTreeSet, sync::LazyLock};

use callbox_domain::{
    AcknowledgeAlarm, ActorId, AddNarrative, AlarmId, AnswerQuestion, AnswerWelfare, AskWelfare,
    Caller, CancelAssignment, Center, ChangeUnitStatus, ClassifyIncident, Clock, CloseIncident,
    Command, Context, CorrectNarrative, CrewUnit, DeclareEmergency, DefineClock,
    DefineIncidentType, DefinePriority, DefineUnit, DefineWelfareRule, DispatchUnits,
    EmergencyCause, EndEmergency, Entry, EquipUnit, Event, Facts, IncidentId, KINDS, LineNo,
    LinkIncidents, LocalTime, LocateIncident, Moment, Place, PrioritiseIncident, PublishCards,
    Purpose, PutUnitInService, RaiseAlarms, ReassignUnit, ReceiveIncident, Refusal, Relation,
    ReleaseUnit, RemoveClock, ReopenIncident, SendSuggested, StackIncident, TakeUnitOutOfService,
    Target, Text, Undo, UnitId, UnstackIncident, WelfareRule, question::csv, script::DAY,
};
use proptest::{
    prelude::*,
    sample::select,
    strategy::{Union, ValueTree as _},
    test_runner::TestRunner,
};

use crate::town::{code, text, town};

/// Stands in every personal text.
pub(crate) const MARKER: &str = "Zq7personal";
/// Latitude and longitude of every place, in units of 1e-7 degrees.
pub(crate) const LAT_LON_E7: (i32, i32) = (123_456_789, -987_654_321);

/// Somebody asks for something.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) command: Command,
    /// How long after the last step, in seconds; negative for a late entry.
    after: i64,
    pub(super) actor: ActorId,
}

/// What the rules say to a step.
pub(crate) type Answer = Result<Vec<Event>, Refusal>;

/// Up to 60 steps in a town with six units, three priorities, and four calls at the beginning.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..60).prop_map(|mut steps| {
        // A slip is mostly noticed at once, by whoever made it.
        for at in 1..steps.len() {
            if matches!(steps[at - 1].command, Command::LiftClosure(_)) {
                steps[at].command = Undo.into();
                (steps[at].after, steps[at].actor) = (3, steps[at - 1].actor);
            }
            if matches!(steps[at].command, Command::Undo(_)) && at % 2 != 0 {
                (steps[at].after, steps[at].actor) = (3, steps[at - 1].actor);
            }
        }
        super::erasure::follow(&mut steps);
        let call = |incident_type| Step {
            command: receive(Some(incident_type), None).into(),
            after: 0,
            actor: ActorId(7),
        };
        let checks = Step {
            command: welfare_rule(60).into(),
            after: 0,
            actor: ActorId(7),
        };
        let cards = Step {
            command: PublishCards {
                effective: None,
                cards: csv::read(crate::samples::CARDS).expect("a well-formed table"),
            }
            .into(),
            after: 0,
            actor: ActorId(7),
        };
        let calls = ["FIRE", "MED", "FIRE", "MED"].map(call);
        let rules = Step {
            command: super::erasure::no_waiting(),
            after: 0,
            actor: ActorId(7),
        };
        [checks, cards, rules]
            .into_iter()
            .chain(calls)
            .chain(steps)
            .collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let after = prop_oneof![6 => 0..900i64, 6 => 0..15i64, 1 => -900..0i64];
    (command(), after, 7..9u64).prop_map(|(command, after, actor)| Step {
        command,
        after,
        actor: ActorId(actor),
    })
}

fn receive(incident_type: Option<&str>, priority: Option<&str>) -> ReceiveIncident {
    ReceiveIncident {
        incident_type: incident_type.map(code),
        priority: priority.map(code),
        place: Some(place(0)),
        caller: Some(Caller {
            name: Some(personal(1)),
            call_back: Some(personal(2)),
        }),
        reference: None,
    }
}

pub(super) fn personal(n: u32) -> Text {
    text(&format!("{MARKER} {n}"))
}

pub(super) fn place(n: u32) -> Place {
    let (lat, lon) = LAT_LON_E7;
    let degrees = |e7: i32| f64::from(e7) / 1e7;
    Place::new(personal(n), Some((degrees(lat), degrees(lon))))
}

pub(super) fn incident() -> impl Strategy<Value = IncidentId> {
    prop_oneof![12 => 1..=5u64, 1 => 0..=9u64].prop_map(IncidentId)
}

fn maybe_incident() -> impl Strategy<Value = Option<IncidentId>> {
    prop_oneof![Just(None), incident().prop_map(Some)]
}

fn unit() -> impl Strategy<Value = UnitId> {
    prop_oneof![20 => 1..=6u32, 1 => Just(99)].prop_map(UnitId)
}

fn words() -> impl Strategy<Value = Text> {
    (0..1_000u32).prop_map(personal)
}

fn maybe_words() -> impl Strategy<Value = Option<Text>> {
    prop::option::of(words())
}

fn priority() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => select(&["1", "2", "3"][..]), 1 => Just("9")]
}

fn incident_type() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => select(&["FIRE", "MED", "ODOUR"][..]), 1 => Just("NONE")]
}

fn status() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "AVL", "AVP", "DSP", "PGD", "ACK", "ENR", "ENR", "ONS", "ONS", "PAT", "TRN", "HOS",
            "OOS", "MEC", "NONE",
        ][..],
    )
}

/// A strategy of commands and how often it is chosen.
fn weighted<C: Into<Command> + 'static>(
    weight: u32,
    strategy: impl Strategy<Value = C> + 'static,
) -> (u32, BoxedStrategy<Command>) {
    (weight, strategy.prop_map(Into::into).boxed())
}

fn command() -> impl Strategy<Value = Command> {
    let dispatch = (
        incident(),
        prop::collection::vec(unit(), 0..4),
        any::<bool>(),
    );
    let status_change = (
        unit(),
        status(),
        maybe_incident(),
        prop::bool::weighted(0.2),
    );
    let relation = select(&[Relation::Related, Relation::Duplicate][..]);
    Union::new_weighted(vec![
        weighted(4, received()),
        weighted(
            2,
            (incident(), words()).prop_map(|(incident, _)| LocateIncident {
                incident,
                place: place(3),
            }),
        ),
        weighted(
            2,
            (incident(), incident_type()).prop_map(|(incident, incident_type)| ClassifyIncident {
                incident,
                incident_type: code(incident_type),
            }),
        ),
        weighted(
            2,
            (incident(), priority()).prop_map(|(incident, priority)| PrioritiseIncident {
                incident,
                priority: code(priority),
            }),
        ),
        weighted(
            3,
            (incident(), words()).prop_map(|(incident, text)| AddNarrative { incident, text }),
        ),
        weighted(
            3,
            (incident(), 0..4u32, words()).prop_map(|(incident, line, text)| CorrectNarrative {
                incident,
                line: LineNo(line),
                text,
            }),
        ),
        weighted(
            2,
            (incident(), incident(), relation).prop_map(|(incident, other, relation)| {
                LinkIncidents {
                    incident,
                    other,
                    relation,
                }
            }),
        ),
        weighted(
            5,
            (incident(), select(&["DONE", "FALSE", "DONE", "NONE"][..])).prop_map(
                |(incident, disposition)| CloseIncident {
                    incident,
                    disposition: code(disposition),
                },
            ),
        ),
        weighted(
            3,
            (incident(), words())
                .prop_map(|(incident, reason)| ReopenIncident { incident, reason }),
        ),
        weighted(
            22,
            dispatch.prop_map(|(incident, units, although_committed)| DispatchUnits {
                incident,
                units,
                although_committed,
            }),
        ),
        weighted(
            3,
            (
                incident(),
                1..3u8,
                prop::option::of(prop::collection::vec(unit(), 1..3)),
            )
                .prop_map(|(incident, alarm, instead)| SendSuggested {
                    incident,
                    alarm,
                    facts: Facts {
                        at: DAY,
                        local: LocalTime::default(),
                        units: vec![],
                    },
                    instead,
                    although_committed: false,
                }),
        ),
        weighted(
            30,
            status_change.prop_map(|(unit, status, incident, correction)| ChangeUnitStatus {
                unit,
                status: code(status),
                incident,
                correction,
            }),
        ),
        weighted(
            6,
            (unit(), maybe_incident(), maybe_words()).prop_map(|(unit, incident, reason)| {
                CancelAssignment {
                    unit,
                    incident,
                    reason,
                }
            }),
        ),
        weighted(
            4,
            (unit(), maybe_incident(), incident()).prop_map(|(unit, from, to)| ReassignUnit {
                unit,
                from,
                to,
                preempt: to.0 % 4 == 0,
            }),
        ),
        weighted(
            3,
            (unit(), incident()).prop_map(|(unit, incident)| StackIncident { unit, incident }),
        ),
        weighted(
            2,
            (unit(), incident()).prop_map(|(unit, incident)| UnstackIncident { unit, incident }),
        ),
        weighted(8, Just(Undo)),
        weighted(8, Just(RaiseAlarms)),
        weighted(
            3,
            (30..200u64).prop_map(|seq| AcknowledgeAlarm {
                alarm: AlarmId(seq),
            }),
        ),
        weighted(
            3,
            (incident(), prop::option::of(unit()))
                .prop_map(|(incident, unit)| AskWelfare { incident, unit }),
        ),
        weighted(
            3,
            (unit(), maybe_incident(), maybe_words()).prop_map(|(unit, incident, words)| {
                AnswerWelfare {
                    unit,
                    incident,
                    words,
                }
            }),
        ),
        weighted(
            2,
            unit().prop_map(|unit| DeclareEmergency {
                unit,
                cause: EmergencyCause::Mayday,
            }),
        ),
        weighted(
            3,
            (
                incident(),
                select(&["awake", "where", "age", "words", "none"][..]),
                select(&["yes", "no", "in", "out", "70", "unknown"][..]),
                0..1_000u32,
            )
                .prop_map(|(incident, question, answer, n)| AnswerQuestion {
                    incident,
                    card: code("BREATH"),
                    version: None,
                    question: code(question),
                    answer: if question == "words" {
                        personal(n)
                    } else {
                        text(answer)
                    },
                }),
        ),
        weighted(
            2,
            (unit(), words()).prop_map(|(unit, reason)| EndEmergency { unit, reason }),
        ),
        weighted(4, clock()),
        weighted(
            3,
            (unit(), maybe_incident(), words()).prop_map(|(unit, incident, reason)| ReleaseUnit {
                unit,
                incident,
                reason,
            }),
        ),
        weighted(2, unit().prop_map(|unit| PutUnitInService { unit })),
        weighted(
            1,
            (unit(), prop::option::of(status()), maybe_words()).prop_map(
                |(unit, status, reason)| TakeUnitOutOfService {
                    unit,
                    status: status.map(code),
                    reason,
                },
            ),
        ),
        weighted(1, defined()),
        weighted(
            5,
            (unit(), prop::option::of(select(&["A", "B"][..]))).prop_map(|(unit, name)| {
                EquipUnit {
                    unit,
                    equipment: vec![code("HOSE")],
                    seats: 1,
                    shared_crew: name.map(code),
                }
            }),
        ),
        weighted(
            1,
            (unit(), 0..4u8).prop_map(|(unit, size)| CrewUnit {
                unit,
                size,
                skills: vec![(code("EMT"), 2)],
            }),
        ),
        weighted(12, super::calls::command()),
        weighted(9, super::erasure::command()),
    ])
}

pub(super) fn received() -> impl Strategy<Value = ReceiveIncident> {
    (
        prop::option::of(incident_type()),
        prop::option::of(priority()),
        0..4u8,
    )
        .prop_map(|(incident_type, priority, known)| {
            let mut received = receive(incident_type, priority);
            received.place = received.place.filter(|_| known & 1 != 0);
            received.caller = received.caller.filter(|_| known & 2 != 0);
            received
        })
}

fn welfare_rule(answer_seconds: u32) -> DefineWelfareRule {
    DefineWelfareRule {
        rule: WelfareRule {
            code: code("PAR"),
            label: code("Accountability"),
            incident_types: vec![],
            unit_types: vec![],
            every_seconds: 120,
            answer_seconds,
            misses_to_mayday: 2,
        },
    }
}

fn clock() -> impl Strategy<Value = Command> {
    let moments = (select(Moment::ALL), select(Moment::ALL));
    prop_oneof![
        4 => (moments, 0..300u32, 80..102u8).prop_map(|((start, stop), seconds, percent)| {
            DefineClock {
                clock: Box::new(Clock {
                    code: code("CLOCK"),
                    label: code("Clock"),
                    start,
                    stop,
                    priorities: vec![],
                    unit_types: vec![],
                    warn_seconds: None,
                    alarm_seconds: Some(seconds),
                    escalate_seconds: Some(60),
                    action: None,
                    target: Some(Target { seconds, percent, standard: None, edition: None }),
                }),
            }
            .into()
        }),
        3 => Just(RemoveClock { code: code("CLOCK") }.into()),
        2 => (0..3u32).prop_map(|minutes| welfare_rule(60 * minutes).into()),
    ]
}

fn defined() -> impl Strategy<Value = Command> {
    let unit_type = select(&["ENGINE", "LADDER", "NONE"][..]);
    prop_oneof![
        (priority(), 0..5u8).prop_map(|(priority, rank)| DefinePriority {
            code: code(priority),
            label: code("Again"),
            rank,
            // Later than the alarm, which is refused.
            unassigned_warn_seconds: (rank == 4).then_some(90),
            unassigned_alarm_seconds: Some(60),
        }
        .into()),
        (incident_type(), priority()).prop_map(|(incident_type, priority)| DefineIncidentType {
            code: code(incident_type),
            label: code("Again"),
            priority: Some(code(priority)),
        }
        .into()),
        (select(&["E104", "A201", "NEW1"][..]), unit_type).prop_map(|(call_sign, unit_type)| {
            DefineUnit {
                call_sign: code(call_sign),
                agency: code("FIRE"),
                unit_type: code(unit_type),
                station: None,
            }
            .into()
        }),
    ]
}

/// A town in which steps are taken.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) center: Center,
    pub(crate) entries: Vec<Entry>,
    pub(crate) context: Context,
}

impl Life {
    /// The small town before its first call.
    pub(crate) fn new() -> Self {
        static TOWN: LazyLock<Life> = LazyLock::new(|| {
            let town = town();
            Life {
                center: town.center().clone(),
                entries: town.entries().to_vec(),
                context: Context {
                    at: DAY.plus_seconds(9 * 3_600),
                    actor: ActorId(7),
                    purpose: Purpose::EmergencyResponse,
                },
            }
        });
        TOWN.clone()
    }

    /// When, by whom and why the step will happen.
    pub(crate) fn context_of(&self, step: &Step) -> Context {
        Context {
            at: self.context.at.plus_seconds(step.after),
            actor: step.actor,
            ..self.context
        }
    }

    /// Takes one step: decides it and folds what follows.
    pub(crate) fn step(&mut self, step: &Step) -> Answer {
        self.context = self.context_of(step);
        let command = super::erasure::with_facts(&self.center, &step.command);
        self.submit(&command, self.context)
    }

    /// Decides a command and folds what follows.
    pub(crate) fn submit(&mut self, command: &Command, context: Context) -> Answer {
        let events = self.center.decide(command, &context)?;
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
            self.entries.push(entry);
        }
        Ok(events)
    }

    /// Takes all steps.
    pub(crate) fn live(steps: &[Step]) -> Self {
        let mut life = Self::new();
        for step in steps {
            let _ = life.step(step);
        }
        life
    }
}

/// The laws would hold of nothing if the lives were poor.
#[test]
fn lives_meet_all_that_happens_after_set_up() {
    let mut runner = TestRunner::deterministic();
    let histories = histories();
    let (mut met, mut steps, mut allowed) = (BTreeSet::new(), 0, 0);
    for _ in 0..3_600 {
        let history = histories.new_tree(&mut runner).unwrap().current();
        let mut life = Life::new();
        for step in &history {
            steps += 1;
            match life.step(step) {
                Ok(events) => {
                    allowed += 1;
                    met.extend(events.iter().map(|event| event.kind().name));
                }
                Err(refusal) => {
                    met.insert(refusal.code());
                }
            }
        }
    }
    let kinds = KINDS
        .iter()
        // Reads, sharing, accounts and the program's version change nothing that a life is about; transcripts
        // hold them.
        .filter(|row| row.number >= 20 && row.number != 69)
        .filter(|row| !matches!(row.number, 90..=99 | 120..=137))
        .map(|row| row.name);
    let missing: Vec<_> = kinds.filter(|name| !met.contains(name)).collect();
    assert!(missing.is_empty(), "no life meets {missing:?}");
    // Lists too long for a random life, and what a center that is set up does not meet.
    let rare = [
        "full",
        "unknown-grant",
        "own-grant",
        "reviews-due",
        "unknown-account",
        "account-taken",
        "account-in-use",
        "account-erasure-asked",
        "account-erasure-not-asked",
        "account-erasure-needs-two",
        "account-erased",
        "duty-out-of-bounds",
        "unknown-token",
        "too-many",
        "bad-plan",
        "bad-card",
        "too-few-corners",
        "area-of-areas",
        "no-status-for-meaning",
        "meaning-is-fixed",
        "shares-with-itself",
        "of-agency",
        "not-theirs",
        // Of alarms by plan; transcripts hold them.
        "no-such-alarm",
        "alarm-complete",
        "nobody-free",
    ];
    let missing: Vec<_> = Refusal::CODES
        .iter()
        .filter(|code| !met.contains(**code) && !rare.contains(*code))
        .collect();
    assert!(missing.is_empty(), "no life meets {missing:?}");
    assert!(
        allowed * 4 > steps,
        "only {allowed} of {steps} steps are allowed"
    );
}
