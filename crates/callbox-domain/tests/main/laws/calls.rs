//! Calls in random lives, and the laws of merging.

use callbox_domain::{
    ActivateScheduled, AssessPlace, Assessed, CallKind, Caller, CloseStreet, ClosedStretch,
    ClosureCause, ClosureId, Command, ExpireClosures, HandleCall, Handling, Hazard, IncidentId,
    LiftClosure, MergeIncidents, NoteDetails, NoteId, PlaceSource, PlaceVerdict, Point, RecordCall,
    Reported, RetirePremiseNote, Schedule, SetPremiseNote, TakeCall, TransferIncident,
    UnmergeIncident, script::DAY,
};
use proptest::{prelude::*, sample::select};

use super::{
    Life, histories,
    life::{incident, personal, place, received},
};
use crate::town::{code, text};

fn assessed(source: PlaceSource, verdict: PlaceVerdict) -> Assessed {
    Assessed {
        source,
        verdict,
        uncertainty_meters: Some(20),
        found: None,
        fit_percent: None,
        extent_meters: None,
    }
}

/// Any command about calls.
pub(super) fn command() -> impl Strategy<Value = Command> {
    let kind = || select(CallKind::ALL);
    let how = select(Handling::ALL);
    let verdict = (select(PlaceSource::ALL), select(PlaceVerdict::ALL));
    let reported = || Reported {
        place: place(4),
        source: PlaceSource::Device,
        uncertainty_meters: Some(80),
    };
    let hour = prop_oneof![2 => Just(None), 4 => Just(Some(80)), 1 => Just(Some(9))];
    // Few incidents, so that merges and their ends meet.
    let few = || (1..=3u64).prop_map(IncidentId);
    prop_oneof![
        2 => (received(), kind(), any::<bool>(), hour).prop_map(move |(received, kind, is_said, hour)| {
            TakeCall {
                received: Box::new(received),
                kind,
                reported: is_said.then(reported),
                assessed: Some(assessed(PlaceSource::Caller, PlaceVerdict::Certain)),
                scheduled: hour.map(|hour| Schedule {
                    at: DAY.plus_seconds(hour * 3_600),
                    warn_seconds: 900,
                }),
                told: is_said.then(|| personal(9)),
            }
            .into()
        }),
        2 => (incident(), prop::option::of(0..4u16), kind(), any::<bool>()).prop_map(move |(incident, call, kind, is_known)| {
            RecordCall {
                incident,
                call,
                kind,
                caller: is_known.then(|| Caller { name: Some(personal(5)), call_back: None }),
                reported: is_known.then(reported),
            }
            .into()
        }),
        2 => (prop::option::of(1..4u64), any::<bool>()).prop_map(|(note, fits)| {
            SetPremiseNote {
                note: note.map(NoteId),
                hazard: Hazard::Energy,
                owner: code("FIRE"),
                expires: DAY.plus_seconds(if fits { 864_000 } else { 0 }),
                review: DAY.plus_seconds(if fits { 86_400 } else { 0 }),
                details: NoteDetails { place: place(8), radius_meters: 40, text: personal(9) },
            }
            .into()
        }),
        1 => (1..3u64).prop_map(|note| RetirePremiseNote { note: NoteId(note) }.into()),
        2 => (0..3usize, prop::option::of(1..3_600i64)).prop_map(|(pieces, seconds)| {
            let point = Point::from_degrees(50.85, 4.35).unwrap();
            CloseStreet {
                cause: ClosureCause::Works,
                street: text("Elm Street"),
                impassable: false,
                stretches: vec![ClosedStretch { way: 7, from: point, to: point }; pieces],
                until: seconds.map(|seconds| DAY.plus_seconds(32_400 + seconds)),
            }
            .into()
        }),
        1 => (1..4u64).prop_map(|closure| LiftClosure { closure: ClosureId(closure) }.into()),
        1 => Just(ExpireClosures.into()),
        1 => (incident(), 0..4u16, how).prop_map(|(incident, call, how)| HandleCall { incident, call, how }.into()),
        1 => (incident(), verdict).prop_map(|(incident, (source, verdict))| {
            AssessPlace { incident, place: place(6), assessed: assessed(source, verdict) }.into()
        }),
        4 => (few(), few()).prop_map(|(incident, into)| MergeIncidents { incident, into }.into()),
        4 => (few(), few()).prop_map(|(incident, from)| UnmergeIncident { incident, from }.into()),
        7 => incident().prop_map(|incident| ActivateScheduled { incident }.into()),
        1 => (incident(), any::<bool>()).prop_map(|(incident, has_reason)| {
            TransferIncident {
                incident,
                to: code("Next Town"),
                reference: None,
                reason: has_reason.then(|| personal(7)),
            }
            .into()
        }),
    ]
}

proptest! {
    #[test]
    fn a_merge_and_its_end_leave_both_incidents_as_they_were(steps in histories()) {
        let mut life = Life::live(&steps);
        let context = life.context;
        let open: Vec<_> = life.center.incidents.iter().map(|(_, it)| it.id).collect();
        for (incident, into) in open.iter().flat_map(|a| open.iter().map(|b| (*a, *b))) {
            let shape = |life: &Life, id| {
                let mut it = (**life.center.incident(id).unwrap()).clone();
                // The traces stay: the timelines hold the merge and its end.
                (it.version, it.touched) = (0, 0);
                it.history.clear();
                it.to_bytes()
            };
            let before = (shape(&life, incident), shape(&life, into));
            if life.submit(&MergeIncidents { incident, into }.into(), context).is_err() {
                continue;
            }
            prop_assert_eq!(life.center.check(), Ok(()));
            life.submit(&UnmergeIncident { incident, from: into }.into(), context).unwrap();
            prop_assert_eq!(life.center.check(), Ok(()));
            prop_assert_eq!((shape(&life, incident), shape(&life, into)), before);
        }
    }

    #[test]
    fn a_merged_incident_has_no_unit_and_leads_to_one_that_knows_it(steps in histories()) {
        let life = Life::live(&steps);
        for (_, incident) in life.center.incidents.iter() {
            let Some(into) = incident.intake.merged_into else { continue };
            prop_assert_eq!(incident.active().count(), 0);
            let into = life.center.incident(into).unwrap();
            prop_assert!(into.intake.merged.contains(&incident.id));
            prop_assert_eq!(into.intake.merged_into, None);
        }
    }
}
