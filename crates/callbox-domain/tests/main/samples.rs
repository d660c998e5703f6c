//! One event of every kind with all that it can hold, and one with as little as possible.

use callbox_domain::{
    AccountNames, ActorId, AlarmId, Area, Assessed, AssignmentEnd, AssignmentNo, CallKind,
    CallTemplate, Caller, CardEdition, Cause, Clock, ClosedStretch, Closure, ClosureCause,
    ClosureId, Consultation, Credential, CredentialChange, Digest, DispatchRules, Drive, Edition,
    EmergencyCause, ErasureFacts, ErasureRules, Event, Given, GrantId, Handling, Hazard,
    IncidentId, KeptRead, LineNo, LocalTime, Meaning, Moment, NoteDetails, NoteId, Personal, Place,
    PlaceSource, PlaceVerdict, Point, ReadAct, ReadObject, ReadOutcome, ReadPurpose, Relation,
    Reported, Schedule, Source, Stamps, Subject, Target, Timestamp, UnitFact, UnitId, WelfareRule,
    events::*,
    question::{Said, csv as cards},
    response_plan::csv,
};

use crate::town::{code, text};

/// A plan with all that a plan can say, and one with as little as possible.
pub(crate) const PLANS: &str = "\
plan,alarm,count,units,skills,equipment,crew,seats,types,areas,premise,hours,days,season,condition,ties
FULL,1,2,ENGINE|LADDER+120,EMT=2|PARAMEDIC=1,FOAM|HOSE,4,2,FIRE|MED,NORTH,12 Elm St,22:00-06:00,mon|sun,11-01/03-31,STORM,30:rest|station|plain
FULL,2,1,LADDER,,,,,,,,,,,,
BARE,1,1,ENGINE,,,,,,,,,,,,
";

/// A card with all that a card can say, and one with as little as possible.
pub(crate) const CARDS: &str = "\
card,label,label_zh,types,question,kind,ask,ask_zh,say,say_zh,then,answer,words,words_zh,answer_then,answer_say,answer_say_zh,type,priority
BREATH,Breathing,呼吸,MED|FIRE,awake,yes-no,Is the person awake?,此人清醒吗？,Stay on the line.,请不要挂断。,,no,,,age,Kneel beside the person.,请跪在其身旁。,MED,1
,,,,where,choice,Where?,,,,,in,Inside,室内,,,,,
,,,,,,,,,,,out,Outside,,end,,,,2
,,,,age,number,How old?,,,,words,0,,,,,,,1
,,,,,,,,,,,65,,,end,,,,2
,,,,,,,,,,,unknown,,,,,,,
,,,,words,text,What else?,,,,end,,,,,,,,
BARE,Bare,,,only,text,What happened?,,,,,,,,,,,,
";

const INCIDENT: IncidentId = IncidentId(2_612);
const UNIT: UnitId = UnitId(104);
const NO: AssignmentNo = AssignmentNo(1);

/// The samples in the order of their kinds.
pub(crate) fn samples() -> Vec<Event> {
    let mut samples = configuration();
    samples.extend(premise());
    samples.extend(incident());
    samples.extend(calls());
    samples.extend(questions());
    samples.extend(assignment());
    samples.extend(unit());
    samples.extend(suggested());
    samples.extend(welfare());
    samples.extend(erasure());
    samples.extend(consultations());
    samples.extend(clocks());
    samples.extend(closures());
    samples.extend(shared());
    samples.extend(accounts());
    samples
}

fn configuration() -> Vec<Event> {
    let template = CallTemplate {
        code: code("BELL"),
        label: code("Fire bell"),
        incident_type: Some(code("FIRE")),
        priority: Some(code("2")),
        place: Some(text("Town hall")),
        text: Some(text("automatic alarm")),
        retired: false,
    };
    let bare = CallTemplate {
        incident_type: None,
        priority: None,
        place: None,
        text: None,
        retired: true,
        ..template.clone()
    };
    let priority = |seconds: Option<u32>| PriorityDefined {
        code: code("1"),
        label: code("Life at risk"),
        rank: 1,
        unassigned_warn_seconds: seconds,
        unassigned_alarm_seconds: seconds.map(|seconds| 2 * seconds),
    };
    let incident_type = |priority| IncidentTypeDefined {
        code: code("FIRE"),
        label: code("Structure fire"),
        priority,
    };
    let station = |point, open| StationDefined {
        code: code("F4"),
        name: code("Station 4"),
        agency: code("FIRE"),
        point,
        open,
    };
    vec![
        CenterDefined {
            name: code("Small Town"),
            timezone: code("Europe/Brussels"),
        }
        .into(),
        AgencyDefined {
            code: code("FIRE"),
            name: code("Fire department"),
        }
        .into(),
        priority(Some(60)).into(),
        priority(None).into(),
        incident_type(Some(code("1"))).into(),
        incident_type(None).into(),
        UnitTypeDefined {
            code: code("ENGINE"),
            label: code("Engine"),
        }
        .into(),
        UnitStatusDefined {
            code: code("ENR"),
            label: code("En route"),
            meaning: Meaning::EnRoute,
        }
        .into(),
        DispositionDefined {
            code: code("DONE"),
            label: code("Dealt with"),
        }
        .into(),
        station(Point::from_degrees(50.850_346_6, -4.351_721_1), true).into(),
        station(None, false).into(),
        CallTemplateDefined { template }.into(),
        CallTemplateDefined { template: bare }.into(),
        DispatchRulesDefined {
            rules: DispatchRules::default(),
        }
        .into(),
        AreaDefined {
            area: Area {
                code: code("NORTH"),
                name: code("North of the river"),
                corners: [(50.0, 4.0), (50.0, 5.0), (51.0, 4.5)]
                    .map(|(lat, lon)| Point::from_degrees(lat, lon).unwrap())
                    .to_vec(),
                members: vec![],
                station_order: vec![code("F4")],
            },
        }
        .into(),
        AreaDefined {
            area: Area {
                code: code("ALL"),
                name: code("Everywhere"),
                corners: vec![],
                members: vec![code("NORTH")],
                station_order: vec![],
            },
        }
        .into(),
        ResponsePlansPublished {
            edition: Edition {
                no: 7,
                effective: callbox_domain::script::DAY,
                plans: csv::read(PLANS).unwrap(),
            },
        }
        .into(),
        card(0, true),
        card(1, false),
        TurnoutDefined {
            unit_type: code("ENGINE"),
            seconds: 80,
        }
        .into(),
    ]
}

fn place() -> Place {
    Place::new(text("212 Elm St"), Some((50.850_346_6, -4.351_721_1)))
}

fn incident() -> Vec<Event> {
    let received = IncidentReceived {
        incident: INCIDENT,
        incident_type: Some(code("FIRE")),
        priority: Some(code("1")),
        reference: Some(code("2026/17")),
        has_place: true,
        has_caller: true,
        details: Personal::Known(ReceivedDetails {
            place: Some(place()),
            caller: Some(Caller {
                name: Some(text("Mrs Doe")),
                call_back: Some(text("555-0100")),
            }),
        }),
    };
    let bare = IncidentReceived {
        incident_type: None,
        priority: None,
        reference: None,
        has_place: false,
        has_caller: false,
        details: Personal::Erased,
        ..received.clone()
    };
    let located = |correction, place| IncidentLocated {
        incident: INCIDENT,
        correction,
        place: Personal::Known(place),
    };
    let linked = |relation| IncidentsLinked {
        incident: INCIDENT,
        other: IncidentId(2_613),
        relation,
    };
    vec![
        received.into(),
        bare.into(),
        located(false, place()).into(),
        located(true, Place::new(text("Elm St / Bell Ave"), None)).into(),
        IncidentClassified {
            incident: INCIDENT,
            incident_type: code("FIRE"),
        }
        .into(),
        IncidentPrioritised {
            incident: INCIDENT,
            priority: code("1"),
        }
        .into(),
        NarrativeAdded {
            incident: INCIDENT,
            line: LineNo(1),
            text: Personal::Known(text("smoke from the roof\ntwo people inside")),
        }
        .into(),
        NarrativeCorrected {
            incident: INCIDENT,
            line: LineNo(300),
            corrects: LineNo(1),
            text: Personal::Known(text("three people inside")),
        }
        .into(),
        linked(Relation::Related).into(),
        linked(Relation::Duplicate).into(),
        IncidentClosed {
            incident: INCIDENT,
            disposition: code("DONE"),
        }
        .into(),
        IncidentReopened {
            incident: INCIDENT,
            reason: Personal::Known(text("smoke again")),
        }
        .into(),
    ]
}

fn shared() -> Vec<Event> {
    let agency = code("EMS");
    let incident = INCIDENT;
    vec![
        IncidentShared {
            incident,
            agency: agency.clone(),
        }
        .into(),
        IncidentUnshared {
            incident,
            agency: agency.clone(),
        }
        .into(),
        IncidentTakenFor {
            incident,
            agency: agency.clone(),
        }
        .into(),
        SharingAgreed {
            agency: agency.clone(),
            with: code("FIRE"),
            incident_type: code("MED"),
        }
        .into(),
        SharingEnded {
            agency,
            with: code("FIRE"),
            incident_type: code("MED"),
        }
        .into(),
    ]
}

fn premise() -> Vec<Event> {
    let note = NoteId(3);
    let mut samples: Vec<Event> = Hazard::ALL
        .iter()
        .map(|hazard| {
            PremiseNoteSet {
                note,
                hazard: *hazard,
                owner: code("FIRE"),
                expires: Timestamp::from_micros(1_790_000_000_000_000),
                review: Timestamp::from_micros(1_780_000_000_000_000),
                details: Personal::Erased,
            }
            .into()
        })
        .collect();
    if let Some(Event::PremiseNoteSet(set)) = samples.first_mut() {
        set.details = Personal::Known(NoteDetails {
            place: place(),
            radius_meters: 40,
            text: text("solar panels cannot be switched off"),
        });
    }
    samples.push(PremiseNoteRetired { note }.into());
    samples
}

fn closures() -> Vec<Event> {
    let closure = ClosureId(4);
    let at = |lat, lon| Point::from_degrees(lat, lon).unwrap();
    let stretch = ClosedStretch {
        way: -7,
        from: at(50.85, 4.35),
        to: at(50.86, 4.35),
    };
    let mut samples: Vec<Event> = ClosureCause::ALL
        .iter()
        .map(|cause| {
            StreetClosed {
                closure,
                cause: *cause,
                street: text("Elm Street"),
                impassable: false,
                stretches: vec![stretch],
                until: None,
            }
            .into()
        })
        .collect();
    if let Some(Event::StreetClosed(closed)) = samples.first_mut() {
        closed.impassable = true;
        closed.until = Some(Timestamp::from_micros(1_790_000_000_000_000));
        closed.stretches.push(ClosedStretch {
            way: 9_007_199_254,
            ..stretch
        });
    }
    samples.push(ClosureLifted { closure }.into());
    samples.push(ClosureExpired { closure }.into());
    samples.push(
        ClosureUndone {
            closure,
            undoes: 40,
        }
        .into(),
    );
    let again = Closure {
        id: closure,
        cause: ClosureCause::Flood,
        street: text("Elm Street"),
        impassable: true,
        stretches: vec![stretch],
        until: Some(Timestamp::from_micros(1_790_000_000_000_000)),
        since: Timestamp::from_micros(1_780_000_000_000_000),
        by: ActorId(7),
        version: 1,
    };
    let closure = Box::new(again);
    samples.push(
        LiftUndone {
            closure,
            undoes: 41,
        }
        .into(),
    );
    samples
}

fn card(at: usize, in_use: bool) -> Event {
    let edition = CardEdition {
        version: 3,
        effective: callbox_domain::script::DAY,
        in_use,
        card: cards::read(CARDS).unwrap().swap_remove(at),
    };
    QuestionCardPublished { edition }.into()
}

fn questions() -> Vec<Event> {
    let answered = |given| QuestionAnswered {
        incident: INCIDENT,
        card: code("BREATH"),
        version: 3,
        said: Personal::Known(Said {
            question: code("awake"),
            given,
        }),
    };
    let ruled = |code: Option<callbox_domain::Code>| QuestionsRuled {
        incident: INCIDENT,
        incident_type: code.clone(),
        priority: code,
    };
    let given = [
        Given::Choice(code("in")),
        Given::Yes,
        Given::No,
        Given::Number(65),
        Given::Text(text("smoke from the roof")),
        Given::NotKnown,
    ];
    let mut samples: Vec<Event> = given.into_iter().map(|it| answered(it).into()).collect();
    samples.push(ruled(Some(code("1"))).into());
    samples.push(ruled(None).into());
    samples
}

fn consultations() -> Vec<Event> {
    let full = Consultation {
        at: Timestamp::from_micros(1_790_000_000_000_000),
        actor: ActorId(7),
        object: ReadObject::Incident(INCIDENT),
        act: ReadAct::HandedOut,
        purpose: Some(ReadPurpose::Court),
        outcome: ReadOutcome::Shown,
        words: Some(Digest([3; 32])),
        grant: Some(4),
    };
    let bare = Consultation {
        object: ReadObject::Board,
        act: ReadAct::Opened,
        purpose: None,
        outcome: ReadOutcome::NoPurpose,
        words: None,
        grant: None,
        ..full.clone()
    };
    let kept = |record: &Consultation, words: Option<&[u8]>| KeptRead {
        salt: [9; 16],
        record: record.to_bytes(),
        words: words.map(<[u8]>::to_vec),
    };
    vec![
        ConsultationsRecorded {
            day: 20_717,
            count: 2,
            root: Digest([5; 32]),
            spool: Some(3),
            reads: Personal::Known(vec![kept(&full, Some(b"sealed")), kept(&bare, None)]),
        }
        .into(),
        ConsultationsRecorded {
            day: 0,
            count: 0,
            root: Digest::default(),
            spool: None,
            reads: Personal::Erased,
        }
        .into(),
        BreakGlassOpened {
            grant: GrantId(4),
            incident: INCIDENT,
            seconds: 1_800,
        }
        .into(),
        BreakGlassSeen { grant: GrantId(4) }.into(),
        BreakGlassReviewed {
            grant: GrantId(4),
            is_justified: true,
            file: Some(code("R-7")),
        }
        .into(),
        BreakGlassReviewed {
            grant: GrantId(5),
            is_justified: false,
            file: None,
        }
        .into(),
    ]
}

fn erasure() -> Vec<Event> {
    let basis = code("GDPR 17(1)(d)");
    let facts = ErasureFacts {
        version: 31,
        payloads: 12,
        digest: Digest([0xd1; 32]),
        keys: vec![Digest([0x4e; 32]), Digest([0x4f; 32])],
    };
    let erased = |facts| DomainErased {
        incident: INCIDENT,
        basis: basis.clone(),
        requested_by: ActorId(8_000_000_000),
        request: 4_711,
        facts,
    };
    vec![
        HoldPlaced {
            incident: INCIDENT,
            basis: code("Court 7 O 12/26"),
        }
        .into(),
        HoldLifted {
            incident: INCIDENT,
            basis: code("Court 7 O 12/26"),
        }
        .into(),
        ErasureRequested {
            incident: INCIDENT,
            basis: basis.clone(),
            wait_days: 7,
        }
        .into(),
        ErasureRefused {
            incident: INCIDENT,
            reason: code("WITHDRAWN"),
        }
        .into(),
        erased(facts).into(),
        erased(ErasureFacts::default()).into(),
        ErasureCompleted {
            incident: INCIDENT,
            payloads: 12,
            keys: 2,
            epoch: 3,
        }
        .into(),
        ErasureRulesDefined {
            rules: ErasureRules { wait_days: 30 },
        }
        .into(),
        ProgramRecorded {
            version: code("0.2.0"),
        }
        .into(),
    ]
}

fn calls() -> Vec<Event> {
    let assessed = |source, verdict| Assessed {
        source,
        verdict,
        uncertainty_meters: Some(12),
        found: Some(code("house-point")),
        fit_percent: Some(97),
        extent_meters: Some(8),
    };
    let call = |kind, details: Option<CallDetails>| CallRecorded {
        incident: INCIDENT,
        call: 2,
        kind,
        has_caller: details.as_ref().is_some_and(|it| it.caller.is_some()),
        has_reported: details.as_ref().is_some_and(|it| it.reported.is_some()),
        details: details.into(),
    };
    let known = |source| CallDetails {
        caller: Some(Caller {
            name: None,
            call_back: Some(text("555-0101")),
        }),
        reported: Some(Reported {
            place: place(),
            source,
            uncertainty_meters: Some(150),
        }),
    };
    let mut samples: Vec<Event> = vec![
        call(CallKind::Spoken, Some(known(PlaceSource::Device))).into(),
        call(
            CallKind::Relayed,
            Some(CallDetails {
                caller: None,
                ..known(PlaceSource::Caller)
            }),
        )
        .into(),
    ];
    samples.extend(CallKind::ALL.iter().map(|kind| call(*kind, None).into()));
    samples.extend(Handling::ALL.iter().map(|how| {
        CallHandled {
            incident: INCIDENT,
            call: 2,
            how: *how,
        }
        .into()
    }));
    let verdicts = PlaceVerdict::ALL.iter().zip(PlaceSource::ALL);
    samples.extend(verdicts.map(|(verdict, source)| {
        PlaceAssessed {
            incident: INCIDENT,
            assessed: assessed(*source, *verdict),
        }
        .into()
    }));
    let transferred = |reason: Option<&str>| IncidentTransferred {
        incident: INCIDENT,
        to: code("Next Town"),
        reference: reason.map(|_| code("NT-17")),
        has_reason: reason.is_some(),
        reason: reason.map(text).into(),
    };
    samples.extend([
        PlaceAssessed {
            incident: INCIDENT,
            assessed: Assessed {
                uncertainty_meters: None,
                found: None,
                fit_percent: None,
                extent_meters: None,
                ..assessed(PlaceSource::Caller, PlaceVerdict::Unverified)
            },
        }
        .into(),
        IncidentsMerged {
            incident: INCIDENT,
            into: IncidentId(2_611),
        }
        .into(),
        MergeUndone {
            incident: INCIDENT,
            from: IncidentId(2_611),
        }
        .into(),
        IncidentScheduled {
            incident: INCIDENT,
            schedule: Schedule {
                at: Timestamp::from_micros(1_790_000_000_000_000),
                warn_seconds: 900,
            },
        }
        .into(),
        ScheduleActivated { incident: INCIDENT }.into(),
        transferred(Some("the fire is beyond the bridge")).into(),
        transferred(None).into(),
    ]);
    samples
}

fn assignment() -> Vec<Event> {
    let dispatched = |concurrent| UnitDispatched {
        incident: INCIDENT,
        assignment: NO,
        unit: UNIT,
        unit_type: code("ENGINE"),
        status: code("DSP"),
        concurrent,
    };
    let progressed = |meaning: Meaning, flag| AssignmentProgressed {
        incident: INCIDENT,
        assignment: NO,
        unit: UNIT,
        status: code(meaning.name()),
        meaning,
        correction: flag,
        out_of_order: flag,
    };
    let ended = |how, reason: Option<&str>| AssignmentEnded {
        incident: INCIDENT,
        assignment: NO,
        unit: UNIT,
        how,
        status: code("AVL"),
        out_of_order: reason.is_some(),
        has_reason: reason.is_some(),
        reason: reason.map(text).into(),
    };
    let mut samples = vec![dispatched(false).into(), dispatched(true).into()];
    samples.extend(Meaning::ALL.map(|meaning| progressed(meaning, false).into()));
    samples.push(progressed(Meaning::EnRoute, true).into());
    samples.extend([
        ended(AssignmentEnd::Cleared, None).into(),
        ended(AssignmentEnd::Cancelled, Some("not needed")).into(),
        ended(AssignmentEnd::Reassigned(IncidentId(2_613)), None).into(),
        ended(AssignmentEnd::Released, Some("forgotten")).into(),
        DispatchUndone {
            incident: INCIDENT,
            assignment: NO,
            unit: UNIT,
            undoes: 4_711,
        }
        .into(),
        StatusUndone {
            incident: INCIDENT,
            assignment: NO,
            unit: UNIT,
            undoes: 4_712,
            status: code("ENR"),
            meaning: Meaning::EnRoute,
            since: Timestamp::from_seconds(1_767_571_260),
            stamps: Stamps {
                dispatched: Timestamp::from_seconds(1_767_571_200),
                acknowledged: None,
                en_route: Some(Timestamp::from_seconds(1_767_571_260)),
                on_scene: None,
                transporting: None,
                at_hospital: None,
            },
            out_of_order: false,
        }
        .into(),
        EndUndone {
            incident: INCIDENT,
            assignment: NO,
            unit: UNIT,
            undoes: 4_713,
        }
        .into(),
        CloseUndone {
            incident: INCIDENT,
            undoes: 4_714,
        }
        .into(),
        IncidentStacked {
            incident: INCIDENT,
            unit: UNIT,
        }
        .into(),
        IncidentUnstacked {
            incident: INCIDENT,
            unit: UNIT,
        }
        .into(),
    ]);
    samples
}

fn suggested() -> Vec<Event> {
    let fact = |unit, source, drive, in_station| UnitFact {
        unit: UnitId(unit),
        source,
        drive,
        in_station,
    };
    let suggested = UnitsSuggested {
        incident: INCIDENT,
        alarm: 2,
        plan: Some(code("FULL")),
        edition: 7,
        areas: vec![code("NORTH")],
        at: callbox_domain::script::DAY,
        local: LocalTime {
            minute: 600,
            weekday: 6,
            month: 12,
            day: 31,
        },
        facts: vec![
            fact(1, Source::Fix(20), Drive::Road(300), false),
            fact(2, Source::StaleFix(900), Drive::Straight(400), false),
            fact(3, Source::Station, Drive::Unknown, true),
            fact(4, Source::StationForStale(500), Drive::Road(90), true),
            fact(5, Source::Unknown, Drive::Unknown, false),
        ],
        suggested: vec![UnitId(1), UnitId(4)],
        missing: 1,
    };
    let bare = UnitsSuggested {
        plan: None,
        edition: 0,
        areas: vec![],
        facts: vec![],
        suggested: vec![],
        ..suggested.clone()
    };
    let condition = |in_force| ConditionSet {
        condition: code("STORM"),
        in_force,
    };
    vec![
        suggested.into(),
        bare.into(),
        condition(true).into(),
        condition(false).into(),
    ]
}

fn unit() -> Vec<Event> {
    let defined = |station| UnitDefined {
        unit: UNIT,
        call_sign: code("E104"),
        agency: code("FIRE"),
        unit_type: code("ENGINE"),
        station,
        status: code("AVL"),
    };
    let taken = |reason: Option<&str>| UnitTakenOutOfService {
        unit: UNIT,
        status: code("OOS"),
        has_reason: reason.is_some(),
        reason: reason.map(text).into(),
    };
    vec![
        defined(Some(code("F4"))).into(),
        defined(None).into(),
        UnitPutInService {
            unit: UNIT,
            status: code("AVL"),
        }
        .into(),
        taken(Some("flat tyre")).into(),
        taken(None).into(),
        UnitStatusSet {
            unit: UNIT,
            status: code("AVP"),
        }
        .into(),
        UnitEquipped {
            unit: UNIT,
            equipment: vec![code("FOAM"), code("HOSE")],
            seats: 2,
            shared_crew: Some(code("Station 4 A")),
        }
        .into(),
        UnitEquipped {
            unit: UNIT,
            equipment: vec![],
            seats: 0,
            shared_crew: None,
        }
        .into(),
        UnitCrewed {
            unit: UNIT,
            size: 4,
            skills: vec![(code("EMT"), 3), (code("PARAMEDIC"), 1)],
        }
        .into(),
    ]
}

fn welfare() -> Vec<Event> {
    let answered = |words: Option<&str>| WelfareAnswered {
        incident: INCIDENT,
        assignment: NO,
        unit: UNIT,
        has_words: words.is_some(),
        words: words.map(text).into(),
    };
    let asked = |due| WelfareAsked {
        incident: INCIDENT,
        assignment: NO,
        unit: UNIT,
        due,
    };
    let declared = |incident, cause| EmergencyDeclared {
        unit: UNIT,
        incident,
        cause,
    };
    vec![
        asked(true).into(),
        asked(false).into(),
        answered(Some("four of four")).into(),
        answered(None).into(),
        WelfareMissed {
            incident: INCIDENT,
            assignment: NO,
            unit: UNIT,
            missed: 2,
        }
        .into(),
        declared(Some(INCIDENT), EmergencyCause::Button).into(),
        declared(None, EmergencyCause::Mayday).into(),
        declared(Some(INCIDENT), EmergencyCause::MissedChecks).into(),
        EmergencyEnded {
            unit: UNIT,
            reason: Personal::Known(text("pressed by mistake")),
        }
        .into(),
    ]
}

fn clocks() -> Vec<Event> {
    let bare = Clock {
        code: code("WAIT"),
        label: code("Call to dispatch"),
        start: Moment::Received,
        stop: Moment::FirstDispatched,
        priorities: vec![],
        unit_types: vec![],
        warn_seconds: None,
        alarm_seconds: None,
        escalate_seconds: None,
        action: None,
        target: None,
    };
    let full = Clock {
        code: code("TURNOUT"),
        label: code("Turnout"),
        start: Moment::Dispatched,
        stop: Moment::EnRoute,
        priorities: vec![code("1"), code("2")],
        unit_types: vec![code("ENGINE")],
        warn_seconds: Some(60),
        alarm_seconds: Some(80),
        escalate_seconds: Some(60),
        action: Some(code("Call the station")),
        target: Some(Target {
            seconds: 80,
            percent: 90,
            standard: Some(code("NFPA 1710")),
            edition: Some(code("2020")),
        }),
    };
    let subject = Subject {
        incident: Some(INCIDENT),
        assignment: Some(NO),
        unit: Some(UNIT),
    };
    let of_incident = Subject {
        assignment: None,
        unit: None,
        ..subject
    };
    let raised = |cause, subject| AlarmRaised {
        cause,
        subject,
        due: Timestamp::from_seconds(1_767_571_260),
    };
    let of_unit = Subject {
        assignment: None,
        ..subject
    };
    vec![
        ClockDefined { clock: bare.into() }.into(),
        ClockDefined { clock: full.into() }.into(),
        ClockRemoved {
            code: code("TURNOUT"),
        }
        .into(),
        raised(Cause::Clock(code("TURNOUT")), subject).into(),
        raised(Cause::Waiting, of_incident).into(),
        raised(Cause::Next, of_unit).into(),
        AlarmAcknowledged {
            alarm: AlarmId(4_711),
            subject,
        }
        .into(),
        AlarmEscalated {
            alarm: AlarmId(4_711),
            subject: of_unit,
        }
        .into(),
        WelfareRuleDefined {
            rule: WelfareRule {
                code: code("PAR"),
                label: code("Accountability"),
                incident_types: vec![code("FIRE")],
                unit_types: vec![code("ENGINE")],
                every_seconds: 1_200,
                answer_seconds: 60,
                misses_to_mayday: 2,
            },
        }
        .into(),
    ]
}

fn accounts() -> Vec<Event> {
    let account = ActorId(4_711_000_001);
    let added = |expires, names| AccountAdded {
        account,
        role: code("dispatcher"),
        expires,
        names,
    };
    let names = AccountNames {
        login: code("mlee"),
        name: code("M. Lee"),
    };
    let changed = |credential, change| CredentialChanged {
        account,
        credential,
        change,
    };
    vec![
        added(
            Some(Timestamp::from_seconds(1_790_000_000)),
            Personal::Known(names),
        )
        .into(),
        added(None, Personal::Erased).into(),
        AccountRoleSet {
            account,
            role: code("supervisor"),
        }
        .into(),
        AccountBound {
            account,
            agency: Some(code("EMS")),
        }
        .into(),
        AccountBound {
            account,
            agency: None,
        }
        .into(),
        AccountSwitched {
            account,
            disabled: true,
        }
        .into(),
        AccountErasureRequested {
            account,
            basis: code("LAW-12"),
            wait_days: 7,
        }
        .into(),
        AccountErasureRefused {
            account,
            reason: code("WITHDRAWN"),
        }
        .into(),
        AccountErased {
            account,
            basis: code("LAW-12"),
            facts: ErasureFacts {
                version: 4,
                payloads: 1,
                digest: Digest([7; 32]),
                keys: vec![Digest([9; 32])],
            },
        }
        .into(),
        AccountErasureCompleted {
            account,
            payloads: 1,
            keys: 1,
            epoch: 3,
        }
        .into(),
        DutySet {
            account,
            until: Some(Timestamp::from_seconds(1_790_000_000)),
        }
        .into(),
        DutySet {
            account,
            until: None,
        }
        .into(),
        changed(Credential::Password, CredentialChange::Replaced).into(),
        changed(Credential::Authenticator, CredentialChange::Added).into(),
        changed(Credential::RecoveryCodes, CredentialChange::Replaced).into(),
        changed(Credential::Passkey, CredentialChange::Added).into(),
        changed(Credential::SecondFactors, CredentialChange::Removed).into(),
        changed(Credential::Provider, CredentialChange::Added).into(),
        TokenIssued {
            account,
            token: 3,
            scope: code("read"),
            expires: Timestamp::from_seconds(1_790_000_000),
        }
        .into(),
        TokenEnded { account, token: 3 }.into(),
        SignInRuleSet {
            name: code("second-factor"),
            value: text("required"),
        }
        .into(),
    ]
}
