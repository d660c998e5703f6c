//! Nothing exists that cannot be reached, no setting does nothing, and `docs/features.md` says what is.
//! All by looking at the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callbox_domain::Command;

use crate::security;

/// Commands that nobody asks for: the server says them itself, each with what brings it about.
const OWN: &[(&str, &str)] = &[
    ("ExpireClosures", "the end of a closure has come"),
    ("RaiseAlarms", "a clock ran out"),
    ("RecordProgram", "another version was started"),
    ("CompleteErasure", "an approved erasure was carried out"),
    ("RecordConsultations", "somebody read something"),
];

/// Fields that are kept as what they bring about, so that no rule has their name.
const KEPT_OTHERWISE: &[(&str, &str)] = &[
    ("in_force", "the conditions in force are a set of codes"),
    ("rules", "taken over as a whole"),
    ("rule", "taken over as a whole"),
    ("area", "taken over as a whole"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files below `dir` with one of these endings; sources of tests only where they are asked for.
fn files(dir: &str, endings: &[&str], with_tests: bool) -> Vec<(String, String)> {
    let (mut found, mut dirs) = (Vec::new(), vec![root().join(dir)]);
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().replace('\\', "/");
            let is_test = name.contains("/tests");
            if path.is_dir() && (with_tests || !is_test) {
                dirs.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending))
                && (with_tests || !is_test)
            {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Every verb of the rules is asked for by a route or the command line, or the server says it itself.
#[test]
fn every_command_can_be_asked_for() {
    let asking = [
        files("crates/callbox-web/src/api", &[".rs"], false),
        files("crates/callbox-web/src/reads", &[".rs"], false),
        files("crates/callbox-web/src/closures", &[".rs"], false),
        // Places as they are typed: the board, the pages and the interface make their commands here.
        files("crates/callbox-web/src/calls", &[".rs"], false),
        // Accounts are kept by their pages and by the command line alone.
        files("crates/callbox-web/src/access", &[".rs"], false),
    ]
    .concat();
    let serving = [
        files("crates/callbox-web/src", &[".rs"], false),
        files("crates/callbox-engine/src", &[".rs"], false),
    ]
    .concat();
    let made = |sources: &[(String, String)], name: &str| {
        let ways = [
            format!(" {name} {{"),
            format!("({name} {{"),
            format!("({name}.into()"),
            format!(" {name}.into()"),
            format!("{name}::"),
            format!("<{name}>"),
            format!("<{name},"),
        ];
        sources
            .iter()
            .any(|(_, source)| ways.iter().any(|way| source.contains(way)))
    };
    for name in Command::NAMES {
        let own = OWN.iter().any(|(own, _)| own == name);
        assert_ne!(
            own,
            made(&asking, name),
            "{name} is asked for by a route, or the server says it itself"
        );
        assert!(made(&serving, name), "nothing says {name}");
    }
}

/// Every field that a center is set up with is read by a rule or shown where people work, not only by the
/// pages that set it.
#[test]
fn no_setting_does_nothing() {
    let all = [
        files("crates/callbox-domain/src", &[".rs"], false),
        files("crates/callbox-engine/src", &[".rs"], false),
        files("crates/callbox-web/src", &[".rs"], false),
    ]
    .concat();
    let sets = |name: &str| {
        let places = ["configuration/", "clock/", "welfare/", "response_plan/"];
        let places = places.map(|place| format!("callbox-domain/src/{place}"));
        places.iter().any(|place| name.contains(place)) || name.ends_with("erasure/rules.rs")
    };
    let only_sets = |name: &str| {
        let places = ["/settings/", "pages/settings", "api/commands", "/script/"];
        name.contains("domain/src/configuration/") || places.iter().any(|it| name.contains(it))
    };
    let mut seen = 0;
    for (file, source) in all.iter().filter(|(name, _)| sets(name)) {
        let fields = source.lines().filter_map(|line| {
            let field = line.strip_prefix("    pub ")?.split_once(':')?.0;
            let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
            field.chars().all(is_name).then_some(field)
        });
        for field in fields {
            seen += 1;
            let read = format!(".{field}");
            let reads = |source: &str| {
                source.match_indices(&read).any(|(at, _)| {
                    let next = source[at + read.len()..].chars().next();
                    !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '(')
                })
            };
            let mut others = all
                .iter()
                .filter(|(name, _)| name != file && !only_sets(name));
            assert!(
                others.any(|(_, source)| reads(source))
                    || KEPT_OTHERWISE.iter().any(|(kept, _)| *kept == field),
                "{field} of {file} can be set and is read by nothing"
            );
        }
    }
    assert!(seen > 80, "only {seen} fields were found");
}

/// Every row of the list of parts says where it works, or 'not yet'; every route, file and test that it
/// names is there.
#[test]
fn the_list_of_parts_is_true() {
    let list = fs::read_to_string(root().join("docs/features.md")).unwrap();
    let tests = [
        files("crates", &[".rs"], true),
        files("tests", &[".py"], true),
    ]
    .concat();
    let is_test = |name: &str| {
        let ways = [format!("fn {name}("), format!("def {name}(")];
        let mut all = tests.iter();
        all.any(|(_, source)| ways.iter().any(|way| source.contains(way)))
    };
    let is_route = |path: &str| {
        let path = path.split(['?', ' ']).next().unwrap_or(path);
        let open = path.trim_end_matches('…');
        security::all().any(|route| match open == path {
            true => {
                let mut parts = route.path.split('/').zip(path.split('/'));
                route.path.split('/').count() == path.split('/').count()
                    && parts.all(|(route, named)| route.starts_with('{') || route == named)
            }
            false => route.path.starts_with(open),
        })
    };
    let (mut rows, mut named) = (0, 0);
    for row in list.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        if row.starts_with("| what ") || row.starts_with("| complaint ") {
            continue;
        }
        rows += 1;
        let works = cells
            .iter()
            .skip(1)
            .any(|cell| cell.contains('`') || cell.contains("]("));
        assert!(
            works || cells.contains(&"not yet"),
            "says neither where it works nor 'not yet': {row}"
        );
        let mut tested = false;
        for code in row.split('`').skip(1).step_by(2) {
            let path = code
                .trim_start_matches(|c: char| c.is_ascii_uppercase())
                .trim_start();
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if path.starts_with('/') {
                named += 1;
                assert!(is_route(path), "{code} is no route: {row}");
            } else if code.ends_with(".rs") || code.ends_with(".py") {
                named += 1;
                tested = true;
                let at = code
                    .strip_prefix("callbox-")
                    .map_or_else(|| root().join(code), |_| root().join("crates").join(code));
                assert!(at.exists(), "{code} is no file: {row}");
            } else if code.matches('_').count() >= 2 && code.chars().all(is_name) {
                named += 1;
                tested = true;
                assert!(is_test(code), "{code} is no test: {row}");
            }
        }
        // An interface's description and a bill of materials have tests of other kinds.
        assert!(tested || cells.contains(&"not yet"), "names no test: {row}");
    }
    assert!(rows > 40 && named > 80, "{rows} rows, {named} names");
}
