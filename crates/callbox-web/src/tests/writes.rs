use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{World, schema};
use crate::{access::Role, api::ENDPOINTS};

const CALL_TAKER: Role = Role::CallTaker;
const DISPATCHER: Role = Role::Dispatcher;

/// Sends a write, expects that it is done, and holds its answer against the description.
async fn done(world: &World, role: Role, path: &str, body: Value) -> Value {
    let answer = world.post(role, path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    schema::check("Receipt", &answer.json());
    answer.json()
}

#[tokio::test]
async fn a_call_from_its_beginning_to_its_end() {
    let world = World::set_up().await;
    let body = json!({
        "type": "FIRE", "place": "212 Elm St", "lat": 40.5, "lon": -74.25,
        "caller_name": "Ada", "caller_number": "555 0100", "reference": "CAD-1"
    });
    let answer = world.post(CALL_TAKER, "/api/v1/incidents", body).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("location"), "/api/v1/incidents/1");

    world.pass(5);
    let incident = "/api/v1/incidents/1";
    let at = |path: &str| format!("{incident}/{path}");
    done(
        &world,
        CALL_TAKER,
        &at("narrative"),
        json!({"text": "smoke from the roof"}),
    )
    .await;
    done(
        &world,
        CALL_TAKER,
        &at("narrative/1/correction"),
        json!({"text": "steam"}),
    )
    .await;
    done(&world, CALL_TAKER, &at("type"), json!({"type": "ALARM"})).await;
    done(
        &world,
        CALL_TAKER,
        &at("priority"),
        json!({"priority": "2"}),
    )
    .await;
    done(
        &world,
        CALL_TAKER,
        &at("place"),
        json!({"place": "214 Elm St"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        &at("units"),
        json!({"units": ["E1", "L 1/A"]}),
    )
    .await;
    world.pass(30);
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/E1/status",
        json!({"status": "ENR"}),
    )
    .await;
    world.pass(60);
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/E1/status",
        json!({"status": "ONS"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/L%201%2FA/cancel",
        json!({"reason": "not needed"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/L%201%2FA/out-of-service",
        json!({}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/L%201%2FA/in-service",
        json!({}),
    )
    .await;
    let second = done(&world, CALL_TAKER, "/api/v1/incidents", json!({})).await;
    assert_eq!(second["incident"], 2);
    done(
        &world,
        CALL_TAKER,
        &at("links"),
        json!({"other": 2, "relation": "duplicate"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/E1/reassign",
        json!({"to": 2, "preempt": true}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        &at("close"),
        json!({"disposition": "DONE"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        &at("reopen"),
        json!({"reason": "called again"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        &at("close"),
        json!({"disposition": "DONE"}),
    )
    .await;
    done(
        &world,
        DISPATCHER,
        "/api/v1/units/E1/release",
        json!({"reason": "end of shift"}),
    )
    .await;

    let shown = world.get(CALL_TAKER, incident).await.json();
    schema::check("Incident", &shown);
    assert_eq!(shown["row"]["state"], "closed");
    assert_eq!(shown["row"]["place"], "214 Elm St");
    assert_eq!(shown["received"], "2026-09-21T10:13:20.000000-04:00");
    assert_eq!(shown["caller"]["name"], "Ada");
    assert_eq!(shown["narrative"][1]["text"], "steam");
    assert_eq!(shown["narrative"][1]["corrects"], 1);
    assert_eq!(shown["narrative"][1]["author"]["name"], "call-taker One");
    assert_eq!(
        shown["assignments"][0]["times"]["on_scene"],
        "2026-09-21T10:14:55.000000-04:00"
    );
    assert_eq!(shown["assignments"][0]["ended"]["how"], "preempted");
    assert_eq!(shown["assignments"][0]["ended"]["to"], 2);
    assert_eq!(shown["assignments"][1]["ended"]["reason"], "not needed");
    assert_eq!(shown["links"][0]["relation"], "duplicate");
    assert_eq!(shown["reopened"][0]["reason"], "called again");

    let timeline = world.get(CALL_TAKER, &at("timeline")).await.json();
    schema::check("Timeline", &timeline);
    let kinds: Vec<_> = timeline["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "IncidentReceived",
            "NarrativeAdded",
            "NarrativeCorrected",
            "IncidentClassified",
            "IncidentPrioritised",
            "IncidentLocated",
            "UnitDispatched",
            "UnitDispatched",
            "AssignmentProgressed",
            "AssignmentProgressed",
            "AssignmentEnded",
            "IncidentsLinked",
            "AssignmentEnded",
            "IncidentClosed",
            "IncidentReopened",
            "IncidentClosed",
        ]
    );
    let first = world.get(CALL_TAKER, &at("timeline?limit=3")).await.json();
    let after = first["next_after"].as_u64().unwrap();
    let rest = world
        .get(CALL_TAKER, &at(&format!("timeline?after={after}")))
        .await
        .json();
    assert_eq!(rest["entries"].as_array().unwrap().len(), kinds.len() - 3);
    assert_eq!(rest["next_after"], Value::Null);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let world = World::set_up().await;
    for _ in 0..5 {
        let id = world.take_call().await;
        if id % 2 == 0 {
            let close = format!("/api/v1/incidents/{id}/close");
            done(&world, DISPATCHER, &close, json!({"disposition": "DONE"})).await;
        }
    }
    let ids = |page: &Value| -> Vec<u64> {
        schema::check("Incidents", page);
        page["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_u64().unwrap())
            .collect()
    };
    let page = world
        .get(CALL_TAKER, "/api/v1/incidents?limit=2")
        .await
        .json();
    assert_eq!((ids(&page), &page["next_before"]), (vec![5, 3], &json!(3)));
    let page = world
        .get(CALL_TAKER, "/api/v1/incidents?limit=2&before=3")
        .await
        .json();
    assert_eq!((ids(&page), &page["next_before"]), (vec![1], &Value::Null));
    let page = world
        .get(CALL_TAKER, "/api/v1/incidents?state=closed")
        .await
        .json();
    assert_eq!(ids(&page), [4, 2]);
    let page = world
        .get(CALL_TAKER, "/api/v1/history?limit=1")
        .await
        .json();
    assert_eq!((ids(&page), &page["next_before"]), (vec![4], &json!(4)));
    let units = world.get(CALL_TAKER, "/api/v1/units").await.json();
    schema::check("Units", &units);
    assert_eq!(units["units"].as_array().unwrap().len(), 3);
    let unit = world
        .get(CALL_TAKER, "/api/v1/units/L%201%2FA")
        .await
        .json();
    schema::check("UnitRow", &unit);
    assert_eq!(unit["station"], Value::Null);
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let world = World::set_up().await;
    let path = "/api/v1/incidents";
    let first = world
        .post_keyed(CALL_TAKER, path, "k", r#"{"type":"FIRE"}"#)
        .await;
    world.pass(20);
    let again = world
        .post_keyed(CALL_TAKER, path, "k", r#"{"type":"FIRE"}"#)
        .await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(
        (&first.json()["repeated"], &again.json()["repeated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(first.json()["incident"], again.json()["incident"]);
    assert_eq!(first.json()["events"], again.json()["events"]);
    assert_eq!(first.header("location"), again.header("location"));

    let other = world
        .post_keyed(CALL_TAKER, path, "k", r#"{"type":"ALARM"}"#)
        .await;
    assert_eq!(other.problem(), "409 key-reused Idempotency-Key");
    // Keys belong to whoever uses them.
    let mine = world
        .post_keyed(DISPATCHER, path, "k", r#"{"type":"FIRE"}"#)
        .await;
    assert_eq!(mine.json()["incident"], 2);
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let units = format!("/api/v1/incidents/{id}/units");
    let post = |path: &str, body: Value| {
        let path = path.to_owned();
        let world = &world;
        async move { world.post(DISPATCHER, &path, body).await }
    };
    let unknown = post("/api/v1/incidents/77/close", json!({"disposition": "DONE"})).await;
    assert_eq!(unknown.problem(), "404 unknown-incident");
    assert_eq!(
        post(&units, json!({"units": ["E9"]})).await.problem(),
        "404 unknown-unit"
    );
    assert_eq!(
        post("/api/v1/units/E9/in-service", json!({}))
            .await
            .problem(),
        "404 unknown-unit"
    );
    let line = format!("/api/v1/incidents/{id}/narrative/4/correction");
    assert_eq!(
        post(&line, json!({"text": "x"})).await.problem(),
        "404 unknown-line"
    );
    assert_eq!(
        post("/api/v1/incidents/0/close", json!({"disposition": "DONE"}))
            .await
            .problem(),
        "404 not-found"
    );
    assert_eq!(
        post("/api/v1/incidents/x/close", json!({"disposition": "DONE"}))
            .await
            .problem(),
        "404 not-found"
    );

    let close = format!("/api/v1/incidents/{id}/close");
    assert_eq!(
        post(&close, json!({"disposition": "X"})).await.problem(),
        "409 unknown-code"
    );
    done(&world, DISPATCHER, &units, json!({"units": ["E1"]})).await;
    let refused = post(&close, json!({"disposition": "DONE"})).await;
    assert_eq!(refused.problem(), "409 units-still-assigned");
    schema::check("Problem", &refused.json());
    let other = format!("/api/v1/incidents/{}/units", world.take_call().await);
    let refused = post(&other, json!({"units": ["E2", "E1"]})).await;
    assert_eq!(refused.problem(), "409 unit-committed");
    assert!(
        refused.json()["hint"]
            .as_str()
            .unwrap()
            .contains("reassign E1")
    );
    let free = world.get(DISPATCHER, "/api/v1/units/E2").await.json();
    assert_eq!(
        free["incident"],
        Value::Null,
        "one refused unit means that none is sent"
    );
    assert_eq!(
        post(&other, json!({"units": ["E1"], "although_committed": true}))
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .get(DISPATCHER, "/api/v1/incidents/77")
            .await
            .problem(),
        "404 unknown-incident"
    );
    assert_eq!(
        world.get(DISPATCHER, "/api/v1/units/E9").await.problem(),
        "404 unknown-unit"
    );
}

#[tokio::test]
async fn late_entries_keep_their_time_within_bounds() {
    let world = World::set_up().await;
    let at =
        |seconds: i64| json!({"type": "FIRE", "at": world.now().plus_seconds(seconds).to_string()});
    let path = "/api/v1/incidents";
    assert_eq!(
        world.post(CALL_TAKER, path, at(6)).await.problem(),
        "409 in-the-future at"
    );
    assert_eq!(
        world.post(CALL_TAKER, path, at(4)).await.status,
        StatusCode::CREATED
    );
    let old = -72 * 3_600;
    assert_eq!(
        world.post(CALL_TAKER, path, at(old - 1)).await.problem(),
        "409 too-long-ago at"
    );
    assert_eq!(
        world.post(DISPATCHER, path, at(old - 1)).await.problem(),
        "409 too-long-ago at"
    );
    assert_eq!(
        world.post(CALL_TAKER, path, at(old)).await.status,
        StatusCode::CREATED
    );
    let timeline = world
        .get(CALL_TAKER, "/api/v1/incidents/2/timeline")
        .await
        .json();
    let entry = &timeline["entries"][0];
    assert_eq!(entry["late"], true);
    assert_eq!(entry["at"], "2026-09-18T10:13:20.000000-04:00");
    assert_eq!(entry["recorded"], "2026-09-21T10:13:20.000000-04:00");
    assert_eq!(entry["purpose"], "emergency-response");

    let history = world.post(Role::Supervisor, path, at(-400 * 86_400)).await;
    assert_eq!(history.status, StatusCode::CREATED);
    let timeline = world
        .get(CALL_TAKER, "/api/v1/incidents/3/timeline")
        .await
        .json();
    assert_eq!(timeline["entries"][0]["purpose"], "history-import");
}

/// What the table calls optional is: no write fails inside when only the required members come.
#[tokio::test]
async fn required_members_suffice() {
    let world = World::set_up().await;
    world.take_call().await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.make.is_some()) {
        let path = endpoint
            .route
            .path
            .replace("{id}", "1")
            .replace("{line}", "1");
        let path = path.replace("{call_sign}", "E2");
        let mut body = json!({});
        for field in endpoint.fields.iter().filter(|field| field.required) {
            body[field.name] = schema::example(&field.kind.schema());
        }
        let answer = world.post(Role::Supervisor, &path, body).await;
        let expected = [
            StatusCode::OK,
            StatusCode::CREATED,
            StatusCode::NOT_FOUND,
            StatusCode::CONFLICT,
        ];
        assert!(expected.contains(&answer.status), "{path}: {}", answer.text);
    }
}
