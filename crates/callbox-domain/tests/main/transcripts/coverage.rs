//! Every verb and every refusal stands in a transcript.

use std::collections::BTreeSet;

use callbox_domain::{Command, KINDS, Refusal, script::VERBS};

/// The files with the transcripts, as they are compiled into this binary.
const SOURCES: &[&str] = &[
    include_str!("accounts.rs"),
    include_str!("agencies.rs"),
    include_str!("calls.rs"),
    include_str!("clocks.rs"),
    include_str!("closure.rs"),
    include_str!("configuration.rs"),
    include_str!("consultations.rs"),
    include_str!("crew.rs"),
    include_str!("dispatch.rs"),
    include_str!("erasure.rs"),
    include_str!("incident.rs"),
    include_str!("plans.rs"),
    include_str!("templates.rs"),
    include_str!("premise.rs"),
    include_str!("questions.rs"),
    include_str!("status.rs"),
    include_str!("undo.rs"),
    include_str!("unit.rs"),
];

/// The lines of all expected transcripts; scripts, which nobody held against the rules, left out.
fn expected_lines() -> impl Iterator<Item = &'static str> {
    SOURCES
        .iter()
        .flat_map(|source| source.split("expect![[").skip(1))
        .flat_map(|rest| rest.split("]]").next().unwrap().lines())
        .filter(|line| !line.trim_start().starts_with("hint:"))
}

/// The verb with which a transcript's line begins, after time, actor and purpose.
fn verb(line: &str) -> Option<&'static str> {
    let mut words: Vec<_> = line.split_whitespace().collect();
    if words.first()?.contains(':') {
        words.remove(0);
    }
    for keyword in ["by", "for"] {
        if *words.first()? == keyword {
            words.drain(..2);
        }
    }
    let said = words.join(" ");
    let row = VERBS
        .iter()
        .find(|row| said == row.words || said.starts_with(&format!("{} ", row.words)))?;
    Some(row.command)
}

/// The pairs of a command's name and what followed from it: a kind of event or a refusal's code.
fn answers() -> BTreeSet<(&'static str, String)> {
    let mut answers = BTreeSet::new();
    let mut asked = None;
    for line in expected_lines() {
        let text = line.trim_start();
        if let Some(refused) = text.strip_prefix("refused ") {
            let code = refused.split(':').next().unwrap();
            answers.insert((asked.unwrap(), code.to_owned()));
        } else if text
            .split(' ')
            .next()
            .is_some_and(|w| w.parse::<u64>().is_ok())
        {
            let kind = text.split(' ').nth(1).unwrap();
            answers.insert((asked.unwrap(), kind.to_owned()));
        } else if let Some(command) = verb(line) {
            asked = Some(command);
        }
    }
    answers
}

#[test]
fn every_verb_succeeds_somewhere() {
    for name in Command::NAMES {
        let succeeds = answers()
            .iter()
            .any(|(command, answer)| command == name && KINDS.iter().any(|row| row.name == answer));
        assert!(succeeds, "no transcript shows what follows from {name}");
    }
}

#[test]
fn every_kind_of_event_follows_from_something() {
    for row in KINDS {
        let follows = answers().iter().any(|(_, answer)| answer == row.name);
        assert!(follows, "no transcript shows {}", row.name);
    }
}

#[test]
fn every_refusal_is_met_somewhere() {
    let met: BTreeSet<_> = answers().into_iter().map(|(_, answer)| answer).collect();
    let missing: Vec<_> = Refusal::CODES
        .iter()
        .filter(|code| !met.contains(**code))
        .collect();
    assert!(missing.is_empty(), "no transcript shows {missing:?}");
}

/// Each verb's refusals, as its documentation lists them.
const REFUSALS: &[(&str, &[&str])] = &[
    ("DefineCenter", &[]),
    ("DefineAgency", &[]),
    ("DefinePriority", &["alarm-before-warning"]),
    ("DefineIncidentType", &["unknown-code"]),
    ("DefineUnitType", &[]),
    ("DefineUnitStatus", &["meaning-is-fixed"]),
    ("DefineDisposition", &[]),
    ("DefineStation", &["unknown-code"]),
    ("DefineDispatchRules", &[]),
    ("DefineTurnout", &["unknown-code"]),
    (
        "DefineArea",
        &[
            "area-of-areas",
            "too-few-corners",
            "too-many",
            "unknown-code",
        ],
    ),
    ("DefineCallTemplate", &["too-many", "unknown-code"]),
    ("SetCondition", &["too-many"]),
    ("PublishPlans", &["bad-plan", "too-many", "unknown-code"]),
    ("PublishCards", &["bad-card", "too-many", "unknown-code"]),
    ("DefineUnit", &["no-status-for-meaning", "unknown-code"]),
    ("EquipUnit", &["crew-is-out", "too-many", "unknown-unit"]),
    ("CrewUnit", &["too-many", "unknown-unit"]),
    ("ReceiveIncident", &["unknown-code"]),
    (
        "LocateIncident",
        &["incident-closed", "incident-merged", "unknown-incident"],
    ),
    (
        "ClassifyIncident",
        &[
            "incident-closed",
            "incident-merged",
            "unknown-code",
            "unknown-incident",
        ],
    ),
    (
        "PrioritiseIncident",
        &[
            "incident-closed",
            "incident-merged",
            "unknown-code",
            "unknown-incident",
        ],
    ),
    (
        "AddNarrative",
        &["full", "incident-erased", "unknown-incident"],
    ),
    (
        "CorrectNarrative",
        &["full", "unknown-incident", "unknown-line"],
    ),
    (
        "LinkIncidents",
        &["full", "link-to-itself", "unknown-incident"],
    ),
    ("ShareIncident", &["unknown-code", "unknown-incident"]),
    ("UnshareIncident", &["unknown-code", "unknown-incident"]),
    (
        "AgreeSharing",
        &["shares-with-itself", "too-many", "unknown-code"],
    ),
    ("EndSharing", &["unknown-code"]),
    (
        "SetPremiseNote",
        &[
            "note-out-of-bounds",
            "too-many",
            "unknown-code",
            "unknown-note",
        ],
    ),
    ("RetirePremiseNote", &["unknown-note"]),
    ("CloseStreet", &["closure-out-of-bounds", "too-many"]),
    ("LiftClosure", &["unknown-closure"]),
    ("ExpireClosures", &[]),
    ("TakeCall", &["not-in-the-future", "unknown-code"]),
    ("RecordCall", &["full", "unknown-call", "unknown-incident"]),
    ("HandleCall", &["full", "unknown-call", "unknown-incident"]),
    (
        "AssessPlace",
        &["incident-closed", "incident-merged", "unknown-incident"],
    ),
    (
        "AnswerQuestion",
        &[
            "bad-answer",
            "full",
            "incident-closed",
            "incident-merged",
            "unknown-code",
            "unknown-incident",
        ],
    ),
    (
        "MergeIncidents",
        &[
            "full",
            "incident-closed",
            "incident-merged",
            "link-to-itself",
            "units-still-assigned",
            "unknown-incident",
        ],
    ),
    ("UnmergeIncident", &["not-merged", "unknown-incident"]),
    (
        "ActivateScheduled",
        &[
            "incident-closed",
            "incident-merged",
            "not-scheduled",
            "unknown-incident",
        ],
    ),
    (
        "TransferIncident",
        &[
            "full",
            "incident-closed",
            "incident-merged",
            "unknown-incident",
        ],
    ),
    (
        "CloseIncident",
        &[
            "incident-closed",
            "incident-merged",
            "units-still-assigned",
            "unknown-code",
            "unknown-incident",
        ],
    ),
    (
        "ReopenIncident",
        &[
            "incident-erased",
            "incident-merged",
            "incident-open",
            "unknown-incident",
        ],
    ),
    (
        "DispatchUnits",
        &[
            "already-assigned",
            "crew-is-out",
            "full",
            "incident-closed",
            "incident-merged",
            "named-twice",
            "no-status-for-meaning",
            "nothing-to-dispatch",
            "unit-committed",
            "unit-out-of-service",
            "unknown-incident",
            "unknown-unit",
        ],
    ),
    (
        "SendSuggested",
        &[
            "alarm-complete",
            "already-assigned",
            "crew-is-out",
            "incident-closed",
            "named-twice",
            "no-plan-for",
            "no-such-alarm",
            "nobody-free",
            "unit-committed",
            "unit-out-of-service",
            "unknown-incident",
            "unknown-unit",
        ],
    ),
    (
        "ChangeUnitStatus",
        &[
            "backward",
            "dispatch-needs-incident",
            "not-assigned",
            "not-committed",
            "same-status",
            "still-on-incident",
            "unknown-code",
            "unknown-incident",
            "unknown-unit",
            "which-incident",
        ],
    ),
    (
        "CancelAssignment",
        &[
            "has-arrived",
            "not-assigned",
            "not-committed",
            "unknown-incident",
            "unknown-unit",
            "which-incident",
        ],
    ),
    (
        "ReassignUnit",
        &[
            "already-assigned",
            "full",
            "incident-closed",
            "incident-merged",
            "not-assigned",
            "not-committed",
            "unknown-incident",
            "unknown-unit",
            "which-incident",
            "work-begun",
        ],
    ),
    (
        "ReleaseUnit",
        &[
            "not-assigned",
            "not-committed",
            "unknown-incident",
            "unknown-unit",
            "which-incident",
        ],
    ),
    ("PutUnitInService", &["unit-in-service", "unknown-unit"]),
    (
        "TakeUnitOutOfService",
        &[
            "no-status-for-meaning",
            "same-status",
            "still-on-incident",
            "unknown-code",
            "unknown-unit",
            "wrong-meaning",
        ],
    ),
    (
        "StackIncident",
        &[
            "already-assigned",
            "full",
            "incident-closed",
            "unit-out-of-service",
            "unknown-incident",
            "unknown-unit",
        ],
    ),
    (
        "UnstackIncident",
        &["not-stacked", "unknown-incident", "unknown-unit"],
    ),
    (
        "Undo",
        &["changed-since", "nothing-to-undo", "too-late-to-undo"],
    ),
    (
        "DefineClock",
        &[
            "alarm-before-warning",
            "clock-order",
            "full",
            "not-a-share",
            "unknown-code",
        ],
    ),
    ("RemoveClock", &["unknown-code"]),
    ("RaiseAlarms", &[]),
    ("AcknowledgeAlarm", &["unknown-alarm"]),
    (
        "DefineWelfareRule",
        &["full", "no-time-to-answer", "unknown-code"],
    ),
    (
        "AskWelfare",
        &[
            "incident-closed",
            "nobody-to-ask",
            "not-assigned",
            "unknown-incident",
            "unknown-unit",
        ],
    ),
    (
        "AnswerWelfare",
        &[
            "not-assigned",
            "not-committed",
            "unknown-incident",
            "unknown-unit",
            "which-incident",
        ],
    ),
    ("DeclareEmergency", &["unknown-unit"]),
    ("EndEmergency", &["no-emergency", "unknown-unit"]),
    ("RecordProgram", &[]),
    ("DefineErasureRules", &[]),
    (
        "PlaceHold",
        &["full", "incident-erased", "unknown-incident"],
    ),
    (
        "LiftHold",
        &["incident-erased", "not-on-hold", "unknown-incident"],
    ),
    (
        "RequestErasure",
        &[
            "already-requested",
            "incident-erased",
            "not-closed",
            "on-hold",
            "unknown-incident",
        ],
    ),
    (
        "RefuseErasure",
        &["incident-erased", "not-requested", "unknown-incident"],
    ),
    (
        "ApproveErasure",
        &[
            "incident-erased",
            "not-closed",
            "not-requested",
            "on-hold",
            "outdated",
            "same-actor",
            "too-early",
            "unknown-incident",
        ],
    ),
    ("CompleteErasure", &["not-erased"]),
    ("RecordConsultations", &["too-many"]),
    (
        "BreakGlass",
        &["incident-erased", "reviews-due", "unknown-incident"],
    ),
    ("SeeBreakGlass", &["own-grant", "unknown-grant"]),
    ("ReviewBreakGlass", &["own-grant", "unknown-grant"]),
    (
        "KeepAccount",
        &[
            "account-erased",
            "account-erasure-asked",
            "account-erasure-needs-two",
            "account-erasure-not-asked",
            "account-in-use",
            "account-taken",
            "duty-out-of-bounds",
            "too-early",
            "unknown-account",
            "unknown-token",
        ],
    ),
];

#[test]
fn every_refusal_of_a_verb_stands_in_the_list_and_in_a_transcript() {
    let listed: Vec<_> = REFUSALS.iter().map(|(command, _)| *command).collect();
    assert_eq!(listed, Command::NAMES);
    let answers = answers();
    for (command, codes) in REFUSALS {
        let met: Vec<_> = answers
            .iter()
            .filter(|(asked, answer)| asked == command && Refusal::CODES.contains(&answer.as_str()))
            .map(|(_, answer)| answer.as_str())
            // Whose something is, is asked after every verb alike.
            .filter(|code| !matches!(*code, "not-theirs" | "of-agency"))
            .collect();
        assert_eq!(met, *codes, "the refusals of {command}");
    }
}
