//! What is small enough for every run; `cargo xtask machines` does the rest.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use callbox_domain::{Center, script::Run};

use super::{Scope, TOWN, alphabet, explore, interleave};

fn town() -> Center {
    let mut run = Run::default();
    let transcript = run.play(TOWN).unwrap();
    assert!(!transcript.contains("refused"), "{transcript}");
    run.center().clone()
}

#[test]
fn one_unit_and_two_incidents_by_every_verb() {
    let explored = explore(&town(), &alphabet(Scope::All, 1), 1_000_000).unwrap();
    assert!(explored.complete, "{explored}");
    expect_test::expect!["408 states, 3532 transitions, 12520 refusals, 268 commands without effect, depth 7; no further state exists"].assert_eq(&explored.to_string());
}

#[test]
fn undoing_after_every_sequence_of_three() {
    let mut lines = alphabet(Scope::All, 1);
    lines.push("undo".into());
    let explored = interleave(&town(), &lines, 3).unwrap();
    expect_test::expect![
        "1471 states, 1470 transitions, 4262 refusals, 49 commands without effect, depth 3"
    ]
    .assert_eq(&explored.to_string());
}

/// The exploration can fail: an incident that can no longer be closed is found, with the way there.
#[test]
fn a_state_without_a_way_out_is_found() {
    let mut run = Run::default();
    let town = TOWN.replace("define disposition DONE \"Dealt with\"", "");
    run.play(&town).unwrap();
    let trap = explore(run.center(), &alphabet(Scope::Work, 1), 1_000).unwrap_err();
    assert_eq!(trap.path, ["dispatch E1 1"]);
    assert!(trap.what.contains("DONE"), "{}", trap.what);
}
