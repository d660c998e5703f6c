//! Each rule is held against a file that breaks it and one that does not.

use super::{SourceFile, check};

const MANIFEST: &str =
    "[workspace.dependencies]\ncallbox-domain = { path = \"x\" }\nserde = \"1\"\n";
const USER: (&str, &str) = (
    "crates/callbox-sim/Cargo.toml",
    "[dependencies]\nserde.workspace = true\n[lints]\nworkspace = true\n",
);
const REASONS: &str = "| crate | reason |\n|---|---|\n| `serde` | reads JSON |\n";

/// Checks a small sound repository with `changed` laid over it, and lists the problems.
#[track_caller]
fn problems(changed: &[(&str, &str)]) -> Vec<String> {
    let sound = [
        ("Cargo.toml", MANIFEST),
        ("docs/dependencies.md", REASONS),
        USER,
    ];
    let kept = sound
        .iter()
        .filter(|(path, _)| !changed.iter().any(|(other, _)| other == path));
    let files: Vec<SourceFile> = kept
        .chain(changed)
        .map(|(path, text)| SourceFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        })
        .collect();
    check(&files).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_repository_has_no_problem() {
    assert_eq!(problems(&[]), Vec::<String>::new());
}

#[test]
fn a_dependency_needs_a_reason() {
    let manifest = format!("{MANIFEST}csv = \"1\"\n");
    let user = USER.1.replace("serde", "csv.workspace = true\nserde");
    let found = problems(&[("Cargo.toml", &manifest), (USER.0, &user)]);
    assert_eq!(
        found,
        ["Cargo.toml:4: 'csv' has no reason: add a line '| `csv` | … |' to docs/dependencies.md"]
    );
}

#[test]
fn a_dependency_needs_a_user() {
    let unused = "[lints]\nworkspace = true\n";
    let found = problems(&[(USER.0, unused)]);
    assert_eq!(
        found,
        ["Cargo.toml:3: 'serde' is used by no crate: remove it"]
    );
}

#[test]
fn a_reason_needs_a_dependency() {
    let reasons = format!("{REASONS}| `rand` | |\n");
    let found = problems(&[("docs/dependencies.md", &reasons)]);
    assert_eq!(
        found,
        ["docs/dependencies.md:4: 'rand' is no dependency in Cargo.toml: remove the line"]
    );
}

#[test]
fn a_source_file_has_at_most_600_lines() {
    let path = "crates/callbox/src/long.rs";
    assert_eq!(
        problems(&[(path, &"x\n".repeat(600))]),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&[(path, &"x\n".repeat(601))]),
        [format!("{path}: 601 lines, more than 600: split it")]
    );
}

#[test]
fn text_speaks_of_the_project_alone() {
    let workplace = concat!("see /wo", "rk/x\n");
    assert_eq!(problems(&[("docs/a.md", workplace)]).len(), 1);
    assert_eq!(
        problems(&[("crates/callbox/tests/a.rs", workplace)]).len(),
        1
    );

    let data = concat!("../shared", "/data\n");
    assert_eq!(problems(&[("docs/a.md", data)]).len(), 1);
    assert_eq!(
        problems(&[("crates/callbox/tests/a.rs", data)]),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&[("crates/callbox/src/replay/tests.rs", data)]),
        Vec::<String>::new()
    );

    assert_eq!(
        problems(&[("docs/a.md", concat!("fixes Issue", " #4\n"))]).len(),
        1
    );
}

#[test]
fn lines_end_cleanly_and_show_what_they_hold() {
    assert_eq!(
        problems(&[("a.md", "x \n")]),
        ["a.md:1: blank at the end of the line: remove it"]
    );
    assert_eq!(
        problems(&[("a.md", "x")]),
        ["a.md: no line end after the last line: add one"]
    );
    let found = problems(&[("a.md", "one\ntwo\u{202E}three\n")]);
    assert_eq!(
        found,
        ["a.md:2: invisible character U+202E: write it as an escape"]
    );
}

#[test]
fn the_guides_links_stay_in_its_book() {
    let beside = ("docs/a.md", "");
    let inside = ("docs/guide/b.md", "");
    let links = (
        "docs/guide/c.md",
        "[in](b.md) [out](../a.md) [web](https://example.org)\n",
    );
    assert_eq!(
        problems(&[beside, inside, links]),
        ["docs/guide/c.md:1: the link to '../a.md' leads out of the book: name the file instead"]
    );
}

#[test]
fn links_lead_somewhere() {
    let text = "[a](dependencies.md#x) ![b](../Cargo.toml) [c](../docs/) [d](https://example.org/) [e](#top)\n";
    assert_eq!(problems(&[("docs/a.md", text)]), Vec::<String>::new());
    assert_eq!(
        problems(&[("docs/a.md", "[a](b.md)\n")]),
        ["docs/a.md:1: the link to 'b.md' leads nowhere"]
    );
}

#[test]
fn crates_share_versions_and_lints() {
    let path = "crates/callbox-web/Cargo.toml";
    let sound = "[dependencies]\ncallbox-engine.workspace = true\nserde = { workspace = true }\n[lints]\nworkspace = true\n";
    assert_eq!(problems(&[(path, sound)]), Vec::<String>::new());

    let own_version = sound.replace("serde = { workspace = true }", "serde = \"1\"");
    let found = problems(&[(path, &own_version)]);
    assert_eq!(
        found,
        [format!(
            "{path}:3: 'serde' names its own version: write serde.workspace = true"
        )]
    );

    let no_lints = sound.replace("[lints]\nworkspace = true\n", "");
    let found = problems(&[(path, &no_lints)]);
    assert_eq!(
        found,
        [format!(
            "{path}: the lints of the workspace are missing: add [lints] workspace = true"
        )]
    );
}

#[test]
fn arrows_point_down() {
    let path = "crates/callbox-engine/Cargo.toml";
    let upward = "[dependencies]\ncallbox-web.workspace = true\n[lints]\nworkspace = true\n";
    let found = problems(&[(path, upward)]);
    assert_eq!(
        found,
        [format!(
            "{path}:2: 'callbox-web' is not in a lower layer than 'callbox-engine'"
        )]
    );

    let path = "crates/callbox-domain/Cargo.toml";
    let impure = "[dependencies]\ntokio.workspace = true\n[dev-dependencies]\nproptest.workspace = true\n[lints]\nworkspace = true\n";
    let found = problems(&[(path, impure)]);
    assert_eq!(
        found,
        [format!(
            "{path}:2: the domain is pure and must not use 'tokio'"
        )]
    );

    let found = problems(&[("crates/new/Cargo.toml", "[lints]\nworkspace = true\n")]);
    assert_eq!(
        found,
        ["crates/new/Cargo.toml: the crate has no layer: give it one in `cargo xtask tidy`"]
    );
}
