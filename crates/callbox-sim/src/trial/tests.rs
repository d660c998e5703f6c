//! Some hundreds of days; `cargo xtask simulate` plays thousands.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::{Line, Seen, World, play, run, shrink};

use std::{collections::BTreeSet, ops::Range, thread};

use callbox_domain::Command;

/// Verbs that no day says, each with its reason.
const NOT_SAID: &[(&str, &str)] = &[
    ("AgreeSharing", "no agency of these days has an agreement"),
    ("EndSharing", "see AgreeSharing"),
    ("RecordProgram", "the server says it at its start"),
    (
        "KeepAccount",
        "no agency of these days keeps its accounts here; the accounts have tests of their own",
    ),
    (
        "ApproveErasure",
        "a start finishes it and takes back what was acknowledged; `xtask erasure` tries it",
    ),
    ("CompleteErasure", "only a start says it"),
    (
        "RecordConsultations",
        "only the recorder of reads says it; it has tests with faults of its own",
    ),
];
/// Kinds of events that do not come of these days, each with its reason.
const NOT_RECORDED: &[(&str, &str)] = &[
    ("SharingAgreed", "see AgreeSharing"),
    ("SharingEnded", "see EndSharing"),
    (
        "IncidentTakenFor",
        "no agency of these days has call-takers of its own",
    ),
    ("ProgramRecorded", "see RecordProgram"),
    ("AccountAdded", "see KeepAccount"),
    ("AccountRoleSet", "see KeepAccount"),
    ("AccountBound", "see KeepAccount"),
    ("AccountSwitched", "see KeepAccount"),
    ("DutySet", "see KeepAccount"),
    ("AccountErasureRequested", "see KeepAccount"),
    ("AccountErasureRefused", "see KeepAccount"),
    ("AccountErased", "see KeepAccount"),
    ("AccountErasureCompleted", "see KeepAccount"),
    ("CredentialChanged", "see KeepAccount"),
    ("TokenIssued", "see KeepAccount"),
    ("TokenEnded", "see KeepAccount"),
    ("SignInRuleSet", "see KeepAccount"),
    ("DomainErased", "see ApproveErasure"),
    ("ErasureCompleted", "see CompleteErasure"),
    ("ConsultationsRecorded", "see RecordConsultations"),
];

#[test]
fn days_in_which_everything_goes_wrong() {
    let total = thread::scope(|scope| {
        let halves = [0..120, 120..240].map(|seeds| scope.spawn(move || days(seeds)));
        let mut total = Seen::default();
        for half in halves {
            total.add(&half.join().unwrap());
        }
        total
    });
    // A trial that changes nothing tries nothing.
    assert!(total.done > 5_000, "{total:?}");
    assert!(total.refused > 1_000, "{total:?}");
    // A new verb and a new kind of event happen here, or somebody says why not.
    let unsaid = |all: &[&'static str], met: &BTreeSet<&'static str>, not: &[(&str, &str)]| {
        let missing = all.iter().filter(|name| !met.contains(*name));
        let missing: BTreeSet<_> = missing.copied().collect();
        let listed: BTreeSet<_> = not.iter().map(|(name, _)| *name).collect();
        assert_eq!(missing, listed, "what does not happen in these days");
    };
    unsaid(Command::NAMES, &total.verbs, NOT_SAID);
    let kinds: Vec<_> = callbox_domain::KINDS.iter().map(|kind| kind.name).collect();
    unsaid(&kinds, &total.kinds, NOT_RECORDED);
    // Each undoing rests on what those before it left.
    assert!(total.undone_in_a_row >= 5, "{total:?}");
    assert!(total.failed > 100 && total.starts > 300, "{total:?}");
}

fn days(seeds: Range<u64>) -> Seen {
    let mut total = Seen::default();
    for seed in seeds {
        let dir = tempfile::tempdir().unwrap();
        match run(seed, 60, dir.path()) {
            Ok(seen) => total.add(&seen),
            Err(broken) => panic!(
                "seed {seed}: {broken}\nshrink it: cargo xtask simulate --seed {seed} --steps 60"
            ),
        }
    }
    total
}

#[test]
fn a_seed_gives_the_same_day_each_time() {
    let both: Vec<_> = (0..2)
        .map(|_| {
            let dir = tempfile::tempdir().unwrap();
            run(7, 80, dir.path()).unwrap()
        })
        .collect();
    assert_eq!(both[0], both[1]);
}

#[test]
fn lines_are_read_as_they_are_written() {
    let lines = [
        "09:00:30 by 7 dispatch E104 1",
        "! fault unknown-not-persisted",
        "! skew -3600",
        "! kill",
        "! restart",
        "! restart-bare",
        "! again",
    ];
    for text in lines {
        assert_eq!(text.parse::<Line>().unwrap().to_string(), text);
    }
    for text in ["! fall", "dispatch E104 1", "9 by x undo", "! fault maybe"] {
        assert!(text.parse::<Line>().is_err(), "{text}");
    }
}

/// What shrinking is for: of a whole day the two lines that matter are left.
#[test]
fn a_failure_shrinks_to_what_it_needs() {
    let script = "\
08:00:00 by 7 receive FIRE 1
08:00:10 by 7 receive MED
! skew 60
08:01:00 by 8 dispatch E104 1
08:01:05 by 8 dispatch A201 2
! restart
08:02:00 by 8 status A201 ONS
08:02:30 by 9 note 2 // he is awake
! kill
08:30:00 by 8 status A201 AVL
08:31:00 by 9 close 2 DONE
08:32:00 by 9 note 1 // out";
    let lines: Vec<Line> = script.lines().map(|line| line.parse().unwrap()).collect();
    // The failure of this test: somebody closes the second incident.
    let fails = |lines: &[Line]| {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(dir.path()).unwrap();
        lines.iter().for_each(|line| world.step(line).unwrap());
        let second = world.center().incidents.get(2);
        second.is_some_and(|incident| incident.closed.is_some())
    };
    let left: Vec<String> = shrink(&lines, fails).iter().map(Line::to_string).collect();
    assert_eq!(
        left,
        [
            "08:00:00 by 7 receive FIRE 1",
            "08:00:10 by 7 receive MED",
            "08:31:00 by 9 close 2 DONE"
        ]
    );
}

/// A store that forgets what it acknowledged is found out: the trial itself can fail.
#[test]
fn a_ledger_that_lost_something_is_noticed() {
    let lines: Vec<Line> = ["08:00:00 by 7 receive FIRE 1", "08:01:00 by 7 receive MED"]
        .map(|line| line.parse().unwrap())
        .to_vec();
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path()).unwrap();
    for line in &lines {
        world.step(line).unwrap();
    }
    world.lose_the_last_frame();
    let what = world.step(&"! restart-bare".parse().unwrap()).unwrap_err();
    assert!(what.contains("is not in the ledger"), "{what}");
    let dir = tempfile::tempdir().unwrap();
    assert!(play(&lines, dir.path()).is_ok());
}
