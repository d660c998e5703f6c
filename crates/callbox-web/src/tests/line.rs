//! What is typed: read, said, and done by the right of the act.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{World, check_schema};
use crate::access::Role;

async fn preview(world: &World, role: Role, line: &str, incident: Option<u64>) -> Value {
    let body = json!({"line": line, "incident": incident});
    let answer = world.post(role, "/api/v1/line/preview", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("LinePreview", &answer.json());
    answer.json()
}

#[tokio::test]
async fn a_line_is_said_in_words_and_in_full_before_it_is_done() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let said = preview(&world, Role::Dispatcher, "d e1.e2 1", None).await;
    assert_eq!(said["state"], "ready");
    assert_eq!(said["line"], format!("D E1 E2 #{id}"));
    assert_eq!(said["values"]["units"], "E1, E2");
    assert_eq!(
        said["values"]["incident"],
        format!("#{id} Structure fire, 212 Elm St")
    );
    // Nothing was recorded by asking.
    assert!(
        world
            .engine
            .snapshot()
            .units
            .iter()
            .all(|(_, unit)| unit.active.is_empty())
    );

    let body = json!({"line": said["line"]});
    let answer = world.post(Role::Dispatcher, "/api/v1/line", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("Receipt", &answer.json());
    assert_eq!(answer.json()["events"].as_array().map(Vec::len), Some(2));

    // What would be refused is said before, with what to do.
    let again = preview(&world, Role::Dispatcher, "D E1 1", None).await;
    assert_eq!(again["state"], "refused");
    assert_eq!(again["problem"]["code"], "already-assigned");
}

#[tokio::test]
async fn a_call_in_one_line_is_one_act_with_its_narrative() {
    let world = World::set_up().await;
    let body = json!({"line": "N FIRE @3 Mill Rd //smoke, 2nd floor"});
    let answer = world
        .post_keyed(Role::CallTaker, "/api/v1/line", "once", &body.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let kinds: Vec<_> = answer.json()["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["IncidentReceived", "NarrativeAdded"]);
    // Sent twice, it happens once.
    let again = world
        .post_keyed(Role::CallTaker, "/api/v1/line", "once", &body.to_string())
        .await;
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(again.json()["incident"], answer.json()["incident"]);
}

#[tokio::test]
async fn a_line_needs_the_right_of_its_act() {
    let world = World::set_up().await;
    world.take_call().await;
    let body = json!({"line": "D E1 #1"});
    let answer = world.post(Role::CallTaker, "/api/v1/line", body).await;
    assert_eq!(answer.problem(), "403 not-permitted");
    let said = preview(&world, Role::CallTaker, "D E1 #1", None).await;
    assert_eq!(said["state"], "refused");
    assert_eq!(said["problem"]["code"], "not-permitted");
    assert_eq!(
        preview(&world, Role::CallTaker, "NT 1 //x", None).await["state"],
        "ready"
    );
}

#[tokio::test]
async fn a_line_that_cannot_be_read_says_where_and_what_to_type() {
    let world = World::set_up().await;
    let said = preview(&world, Role::Dispatcher, "D É999 1", None).await;
    assert_eq!(said["state"], "mistake");
    assert_eq!(said["problem"]["text"], "bad-line.unknown");
    // In the units of the browser's strings.
    assert_eq!(said["problem"]["values"]["from"], "2");
    assert_eq!(said["problem"]["values"]["to"], "6");
    assert_eq!(
        said["problem"]["values"]["usage"],
        "D [UNIT…] [INCIDENT] [!]"
    );
    // A word that something begins with is not wrong yet; one before it is.
    world.take_call().await;
    let begun = preview(&world, Role::Dispatcher, "D E", None).await;
    assert_eq!(begun["state"], "unfinished");
    let wrong = preview(&world, Role::Dispatcher, "D NOBODY 1", None).await;
    assert_eq!(wrong["state"], "mistake");
    assert_eq!(
        preview(&world, Role::Dispatcher, "EN ", None).await["state"],
        "unfinished"
    );

    let body = json!({"line": "ZZ"});
    let answer = world.post(Role::Dispatcher, "/api/v1/line", body).await;
    assert_eq!(answer.problem(), "422 bad-line");
    let body = json!({"line": "V E1"});
    let answer = world.post(Role::Dispatcher, "/api/v1/line", body).await;
    assert_eq!(answer.problem(), "422 bad-line");
}

#[tokio::test]
async fn a_macro_is_ones_own_or_everybodys() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let kept = preview(&world, Role::Dispatcher, "=sf=D E1 E2 $1", None).await;
    assert_eq!(kept["state"], "macro");
    let body = kept["macro"].clone();
    let answer = world.post(Role::Dispatcher, "/api/v1/macros", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("Macro", &answer.json());
    // Said in full, so that people see what it stands for.
    let said = preview(&world, Role::Dispatcher, "=SF 1", None).await;
    assert_eq!(said["line"], format!("D E1 E2 #{id}"));
    assert_eq!(
        preview(&world, Role::Supervisor, "=SF 1", None).await["state"],
        "mistake"
    );
    assert_eq!(
        preview(&world, Role::Dispatcher, "=S", None).await["candidates"][0]["insert"],
        "=SF"
    );

    // Only who configures keeps one for all.
    assert_eq!(
        preview(&world, Role::Dispatcher, "==SF=D E1 $1", None).await["state"],
        "refused"
    );
    let body = json!({"name": "SF", "line": "D E1 $1", "center": true});
    let answer = world
        .post(Role::Dispatcher, "/api/v1/macros", body.clone())
        .await;
    assert_eq!(answer.problem(), "403 not-permitted");
    let answer = world.post(Role::Supervisor, "/api/v1/macros", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let theirs = preview(&world, Role::Supervisor, "=SF 1", None).await;
    assert_eq!(theirs["line"], format!("D E1 #{id}"));
    // One's own goes before everybody's, and comes to an end.
    let own = preview(&world, Role::Dispatcher, "=SF 1", None).await;
    assert_eq!(own["line"], format!("D E1 E2 #{id}"));
    let body = json!({"name": "SF"});
    world.post(Role::Dispatcher, "/api/v1/macros", body).await;
    let list = world.get(Role::Dispatcher, "/api/v1/macros").await.json();
    check_schema("Macros", &list);
    assert_eq!(
        list["macros"],
        json!([{"name": "SF", "line": "D E1 $1", "center": true}])
    );
    let done = json!({"line": "=SF 1"});
    let answer = world.post(Role::Dispatcher, "/api/v1/line", done).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn a_layout_is_ones_own_or_of_everybody_at_the_position() {
    let world = World::set_up().await;
    let path = "/api/v1/layouts";
    let body = json!({"name": "Fire 1", "windows": ["incidents:55,units:45", "selected,map"], "center": true});
    let answer = world.post(Role::Dispatcher, path, body.clone()).await;
    assert_eq!(answer.problem(), "403 not-permitted");
    let answer = world.post(Role::Supervisor, path, body.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("Layout", &answer.json());
    let list = world.get(Role::Dispatcher, path).await.json();
    check_schema("Layouts", &list);
    assert_eq!(list["layouts"], json!([body]));

    // One's own goes before, and nobody else sees it.
    let own = json!({"name": "Fire 1", "windows": ["incidents"]});
    let answer = world.post(Role::Dispatcher, path, own).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let list = world.get(Role::Dispatcher, path).await.json();
    assert_eq!(list["layouts"][0]["windows"], json!(["incidents"]));
    let list = world.get(Role::Supervisor, path).await.json();
    assert_eq!(list["layouts"], json!([body]));
    let forgotten = world
        .post(Role::Dispatcher, path, json!({"name": "Fire 1"}))
        .await;
    assert_eq!(forgotten.status, StatusCode::OK, "{}", forgotten.text);
    let list = world.get(Role::Dispatcher, path).await.json();
    assert_eq!(list["layouts"], json!([body]));

    let wrong = json!({"name": "Fire 1", "windows": ["cameras"]});
    let answer = world.post(Role::Supervisor, path, wrong).await;
    assert_eq!(answer.problem(), "422 bad-field windows");
}

#[tokio::test]
async fn what_is_selected_is_meant_where_nothing_is_named() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let said = preview(&world, Role::Dispatcher, "D E1", Some(id)).await;
    assert_eq!(said["line"], format!("D E1 #{id}"));
    let none = preview(&world, Role::Dispatcher, "D E1", None).await;
    assert_eq!(none["state"], "unfinished");
    let inserts: Vec<_> = said["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["insert"].clone())
        .collect();
    assert_eq!(inserts, ["E1"]);
    let see = preview(&world, Role::Dispatcher, "LOC E1", None).await;
    assert_eq!(
        see["see"],
        json!({"kind": "position", "unit": "E1", "fix": null})
    );
}
