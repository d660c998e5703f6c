//! The record of one incident for somebody outside, and what is noticed when it was changed.

use axum::http::StatusCode;
use callbox_ledger::VerifierKey;
use serde_json::{Value, json};

use super::{World, ledger::published, schema};
use crate::{
    access::Role,
    after_action::{Checked, check},
};

/// An incident with a caller, a unit, a line and an end, and its file.
async fn handed_out() -> (Value, VerifierKey) {
    let world = World::set_up().await;
    let id = world.take_call().await;
    for (path, body) in [
        (format!("incidents/{id}/units"), json!({"units": ["E1"]})),
        (
            format!("incidents/{id}/narrative"),
            json!({"text": "smoke from the roof"}),
        ),
        (
            "units/E1/cancel".to_owned(),
            json!({"reason": "a pan on the stove"}),
        ),
    ] {
        let answer = world
            .post(Role::Dispatcher, &format!("/api/v1/{path}"), body)
            .await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
    }
    let (_, key) = published(&world).await;
    let path = format!("/api/v1/incidents/{id}/after-action");
    world.state_purpose(Role::Supervisor, id).await;
    let answer = world.get(Role::Supervisor, &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let name = answer.header("content-disposition");
    assert_eq!(name, format!("attachment; filename=\"incident-{id}.json\""));
    schema::check("AfterAction", &answer.json());
    let refused = world.get(Role::Dispatcher, &path).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    (answer.json(), key)
}

/// The position in the file of the first event of a kind.
fn at(file: &Value, kind: &str) -> usize {
    let events = file["events"].as_array().unwrap();
    events.iter().position(|row| row["kind"] == kind).unwrap()
}

#[tokio::test]
async fn a_case_is_handed_out_and_every_change_of_it_is_named() {
    let (file, key) = handed_out().await;
    let good = check(&file, &key);
    assert_eq!(good.faults, Vec::<String>::new());
    assert_eq!(good.events, file["events"].as_array().unwrap().len());
    assert_eq!(good.withheld, Vec::<u64>::new());
    let line = at(&file, "NarrativeAdded");
    assert_eq!(
        file["events"][line]["details"]["text"],
        "smoke from the roof"
    );
    assert_eq!(file["summary"]["assignments"][0]["how"], "cancelled");

    let changed = |change: &dyn Fn(&mut Value)| -> Checked {
        let mut file = file.clone();
        change(&mut file);
        check(&file, &key)
    };
    let named = |checked: &Checked, words: &str| {
        let all = checked.faults.join("\n");
        assert!(all.contains(words), "{words} is not named in: {all}");
    };
    // Words, times, the summary.
    let checked = changed(&|file| file["events"][line]["details"]["text"] = "no smoke".into());
    named(
        &checked,
        "details, text: the file says \"no smoke\", the record \"smoke from the roof\"",
    );
    let checked = changed(&|file| file["events"][0]["at"] = "2020-01-01T00:00:00Z".into());
    named(&checked, ", at: the file says");
    let checked = changed(&|file| file["summary"]["disposition"] = "DONE".into());
    named(&checked, "summary, disposition: the file says \"DONE\"");
    let checked = changed(&|file| file["summary"]["assignments"] = json!([]));
    named(&checked, "summary, assignments");
    // An event that is left out, one that comes twice, one of another case.
    let checked = changed(&|file| drop(file["events"].as_array_mut().unwrap().remove(line)));
    named(&checked, "1 events of the incident are missing");
    let checked = changed(&|file| {
        let twice = file["events"][line].clone();
        file["events"].as_array_mut().unwrap().push(twice);
    });
    named(&checked, "is not in its order");
    let checked = changed(&|file| file["incident"] = 77.into());
    named(&checked, "belongs to something else");
    // Another proof, another sealed part, another key to it.
    let checked =
        changed(&|file| file["events"][line]["proof"] = file["events"][0]["proof"].clone());
    assert_ne!(checked.faults, Vec::<String>::new());
    let checked =
        changed(&|file| file["events"][line]["sealed"] = file["events"][0]["sealed"].clone());
    named(&checked, "not the one that the signed ledger commits to");
    let checked = changed(&|file| {
        file["events"][line]["opens_with"] = file["events"][0]["opens_with"].clone();
    });
    named(&checked, "does not open");
    // What is held back is named, and cannot be talked about all the same.
    let checked = changed(&|file| file["events"][line]["sealed"] = Value::Null);
    assert_eq!(checked.withheld.len(), 1);
    named(&checked, "details, text");
}

#[tokio::test]
async fn a_file_of_another_ledger_or_of_nothing_does_not_hold() {
    let (file, _) = handed_out().await;
    let (_, other) = handed_out().await;
    assert_ne!(check(&file, &other).faults, Vec::<String>::new());
    for nothing in [
        json!(null),
        json!([]),
        json!({"format": "callbox-after-action/1"}),
    ] {
        assert_ne!(check(&nothing, &other).faults, Vec::<String>::new());
    }
    let mut empty = file.clone();
    empty["events"] = json!([]);
    assert_ne!(check(&empty, &other).faults, Vec::<String>::new());
}
