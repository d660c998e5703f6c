//! No page holds words of its own: in a language that brackets every text, nothing stands outside.

use std::{fs, path::Path};

use axum::{body::Body, http::header};
use serde_json::json;

use super::World;
use crate::access::Role;

/// What is data of this test's center, a name of the program's own, or a code that people type.
const DATA: &[&str] = &[
    "callbox",
    "Elm",
    "County",
    "Mill",
    "Lane",
    "smoke",
    "Structure",
    "fire",
    "Fire",
    "Engine",
    "ENGINE",
    "FIRE",
    "ALARM",
    "alarm",
    "Life",
    "risk",
    "Urgent",
    "Completed",
    "supervisor",
    "One",
    "English",
    "AVL",
    "DSP",
    "ENR",
    "ONS",
    "OOS",
    "DONE",
    "OUT",
    "PAR",
    "ACK",
    "LOC",
    "EMT",
    "PARAMEDIC",
    // Addresses of the record, and columns of the plans' table.
    "ledger",
    "checkpoint",
    "keys",
    "IncidentReceived",
    "NarrativeAdded",
    "areas",
    "call",
    "condition",
    "days",
    "dispatcher",
    "hours",
    "premise",
    "season",
    "taker",
    "ties",
    "types",
    "plan",
    "count",
    "units",
    "skills",
    "equipment",
    "crew",
    "seats",
    "Alt",
    "Ctrl",
    "Enter",
    "Esc",
    "Tab",
    "Home",
    "kbd",
];

/// The words of a page that stand in no brackets, with those of attributes that are read out.
fn outside(html: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        for name in ["placeholder=\"", "aria-label=\"", "title=\"", "alt=\""] {
            if let Some((_, value)) = tag.split_once(name) {
                text.push_str(value.split('"').next().unwrap_or_default());
                text.push(' ');
            }
        }
        rest = after;
        // Data, programs, formats and examples are nobody's prose.
        for element in ["script", "style", "code", "pre", "svg", "datalist"] {
            if tag == element || tag.starts_with(&format!("{element} ")) {
                rest = rest
                    .split_once(&format!("</{element}>"))
                    .map_or("", |(_, after)| after);
            }
        }
    }
    let mut depth = 0;
    let mut left = String::new();
    for sign in text.chars() {
        match sign {
            '⟦' => depth += 1,
            '⟧' => depth -= 1,
            sign if depth == 0 => left.push(sign),
            _ => {}
        }
    }
    assert_eq!(
        depth, 0,
        "brackets that do not close: a text was cut or escaped"
    );
    let words = left.split(|sign: char| !sign.is_alphabetic());
    let long = words.filter(|word| word.chars().count() > 2 && !DATA.contains(word));
    long.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_word_of_a_page_is_in_the_tables_of_texts() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let note = json!({"text": "smoke"});
    world
        .post(
            Role::Dispatcher,
            &format!("/api/v1/incidents/{id}/narrative"),
            note,
        )
        .await;
    let incident = format!("/incidents/{id}");
    let pages = [
        "/board",
        "/units",
        "/units/E1",
        "/history",
        "/premises",
        "/ledger",
        "/calls/new",
        "/plans",
        &incident,
    ];
    let mut found = Vec::new();
    for page in pages {
        let request = world
            .request(Role::Supervisor, page)
            .header(header::COOKIE, "lang=pseudo")
            .header(header::ACCEPT, "text/html");
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert!(answer.status.is_success(), "{page}: {}", answer.status);
        assert!(
            answer.text.contains("⟦"),
            "{page} is not in the language that was asked for"
        );
        for word in outside(&answer.text) {
            let one = format!("{page}: {word}");
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    assert!(
        found.is_empty(),
        "no table of texts has these words:\n{}",
        found.join("\n")
    );
}

#[test]
fn scripts_hold_no_words_of_their_own() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/js");
    for entry in fs::read_dir(scripts).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap_or_default();
        for start in [
            "text: \"",
            "placeholder: \"",
            "\"aria-label\": \"",
            "title: \"",
            ".textContent = \"",
            "say(\"",
        ] {
            for (at, _) in source.match_indices(start) {
                let literal = source[at + start.len()..].split('"').next().unwrap();
                let is_prose = literal
                    .split(|sign: char| !sign.is_alphabetic())
                    .any(|word| word.len() > 2 && !DATA.contains(&word));
                assert!(
                    !is_prose,
                    "{}: {literal:?} belongs into the tables of texts",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn styles_do_not_know_left_from_right() {
    let styles = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/css");
    for entry in fs::read_dir(styles).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        for physical in [
            "margin-left",
            "margin-right",
            "padding-left",
            "padding-right",
            "border-left",
            "border-right",
            "text-align: left",
            "text-align: right",
            " left:",
            " right:",
            "float: left",
            "float: right",
        ] {
            assert!(
                !source.contains(physical),
                "{}: {physical} has a logical name, as in inline-start",
                path.display()
            );
        }
    }
}
