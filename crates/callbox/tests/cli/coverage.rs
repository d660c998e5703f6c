//! Every verb has its transcript.

use std::{fs, path::Path};

use crate::shop::{program, ran};

fn verbs(of: &[&str]) -> Vec<String> {
    let help = ran(program().args(of).arg("--help").output().unwrap());
    assert_eq!(help.code, 0);
    let commands = help.stdout.split("Commands:\n").nth(1).unwrap_or_default();
    commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|verb| verb != "help")
        .collect()
}

#[test]
fn every_verb_has_a_transcript_and_a_help_with_an_example() {
    let transcripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
    let all = verbs(&[]);
    assert!(all.len() >= 11, "{all:?}");
    for verb in &all {
        let path = transcripts.join(format!("{verb}.txt"));
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|_| panic!("{} is missing: add a transcript", path.display()));
        let inner = verbs(&[verb]);
        let lines: Vec<String> = if inner.is_empty() {
            vec![verb.clone()]
        } else {
            inner
                .iter()
                .map(|inner| format!("{verb} {inner}"))
                .collect()
        };
        for line in lines {
            let wanted = format!("$ callbox {line}");
            assert!(
                text.lines().any(|it| it.starts_with(&wanted)),
                "no '{wanted}' in {verb}.txt"
            );
            let parts: Vec<&str> = line.split(' ').chain(["--help"]).collect();
            let help = ran(program().args(&parts).output().unwrap());
            assert_eq!(help.code, 0, "{line}");
            let example = help.stdout.split("\nExample").nth(1).unwrap_or_default();
            assert!(
                example.contains(&format!("\n  callbox {line}")),
                "no example: {line}"
            );
        }
    }
}
