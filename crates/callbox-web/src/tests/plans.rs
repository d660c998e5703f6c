//! Plans and recommendations as their clients see them.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use super::{Answer, World, check_schema};
use crate::access::Role;

const TABLE: &str =
    "plan,alarm,count,units,skills,types\nFIRES,1,1,ENGINE,,FIRE\nFIRES,2,1,ENGINE,,\n";

pub(super) async fn put(world: &World, role: Role, body: Value) -> Answer {
    let request = world
        .request(role, "/api/v1/plans")
        .method("PUT")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", body.to_string().len().to_string());
    world
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn planned() -> World {
    let world = World::set_up().await;
    for (code, lat) in [("F1", 40.51), ("F2", 40.6)] {
        let body = json!({"code": code, "name": code, "agency": "FIRE", "lat": lat, "lon": -74.25});
        world.define("stations", body).await;
    }
    for (unit, station) in [("E1", "F2"), ("E2", "F1")] {
        let body =
            json!({"call_sign": unit, "agency": "FIRE", "type": "ENGINE", "station": station});
        world.define("units", body).await;
    }
    let answer = put(&world, Role::Supervisor, json!({"table": TABLE})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("Published", &answer.json());
    world
}

#[tokio::test]
async fn plans_are_published_previewed_and_come_back_the_same() {
    let world = planned().await;
    let plans = world.get(Role::Dispatcher, "/api/v1/plans").await.json();
    check_schema("Plans", &plans);
    assert_eq!(plans["edition"], 1);
    let table = plans["table"].as_str().unwrap();
    let again = put(
        &world,
        Role::Supervisor,
        json!({"table": table, "preview": true}),
    )
    .await;
    check_schema("Published", &again.json());
    assert_eq!(again.json()["changes"], json!([]));
    let other = TABLE.replace("FIRES,1,1", "FIRES,1,2");
    let said = put(
        &world,
        Role::Supervisor,
        json!({"table": other, "preview": true}),
    )
    .await;
    assert_eq!(
        said.json()["changes"],
        json!([{"plan": "FIRES", "change": "changed"}])
    );
    assert_eq!(
        world.get(Role::Dispatcher, "/api/v1/plans").await.json()["edition"],
        1
    );
    let later = json!({"table": other, "effective": world.now().plus_seconds(60).to_string()});
    put(&world, Role::Supervisor, later).await;
    let plans = world.get(Role::Dispatcher, "/api/v1/plans").await.json();
    check_schema("Plans", &plans);
    assert_eq!(
        (&plans["edition"], &plans["later"][0]["edition"]),
        (&json!(1), &json!(2))
    );
    world.pass(61);
    assert_eq!(
        world.get(Role::Dispatcher, "/api/v1/plans").await.json()["edition"],
        2
    );
}

#[tokio::test]
async fn a_mistake_in_the_table_is_named() {
    let world = planned().await;
    let bad = put(
        &world,
        Role::Supervisor,
        json!({"table": "plan,alarm,count,units\nA,1,x,ENGINE\n"}),
    )
    .await;
    assert_eq!(bad.problem(), "422 bad-table table");
    assert_eq!(bad.json()["values"]["line"], "2");
    assert_eq!(bad.json()["values"]["column"], "count");
    assert_eq!(bad.json()["text"], "bad-table.no-number");
    assert_eq!(
        bad.json()["detail"],
        "line 2, column count: 'x' is not a whole number up to 64"
    );
    // As a form sends it, the same line is meant.
    let table = "plan,alarm,count,units\r\nA,1,x,ENGINE\r\n";
    let bad = put(&world, Role::Supervisor, json!({"table": table})).await;
    assert_eq!(bad.json()["values"]["line"], "2");
    let unknown = put(
        &world,
        Role::Supervisor,
        json!({"table": "plan,alarm,count,units\nA,1,1,BOAT\n", "preview": true}),
    )
    .await;
    assert_eq!(unknown.problem(), "409 unknown-code");
    let role = put(&world, Role::Dispatcher, json!({"table": TABLE})).await;
    assert_eq!(role.problem(), "403 not-permitted");
    assert_eq!(
        put(&world, Role::Supervisor, json!({})).await.problem(),
        "422 bad-field table"
    );
}

#[tokio::test]
async fn the_nearest_unit_is_recommended_sent_and_recorded() {
    let world = planned().await;
    let id = world.take_call().await;
    let path = format!("/api/v1/incidents/{id}/recommendation");
    let found = world.get(Role::Dispatcher, &path).await.json();
    check_schema("Recommendation", &found);
    assert_eq!(found["suggested"][0]["unit"], "E2");
    assert_eq!(found["suggested"][0]["drive"], "straight");
    let other = found["others"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["unit"] == "E1")
        .unwrap();
    assert_eq!(other["why"][0]["code"], "later");
    // E1 reports from next to the place: it is nearer now.
    let fix = json!({"positions": [{"unit": "E1", "lat": 40.501, "lon": -74.25, "at": world.now().to_string()}]});
    let request = world
        .request(Role::Service, "/api/v1/positions")
        .method("POST");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    world
        .send(request.body(Body::from(fix.to_string())).unwrap())
        .await;
    let found = world.get(Role::Dispatcher, &path).await.json();
    assert_eq!(found["suggested"][0]["unit"], "E1");
    let alarm = format!("/api/v1/incidents/{id}/alarm");
    // Others are sent: both stand in the record.
    let sent = world
        .post(Role::Dispatcher, &alarm, json!({"units": ["E2"]}))
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let timeline = world
        .get(
            Role::Dispatcher,
            &format!("/api/v1/incidents/{id}/timeline"),
        )
        .await
        .json();
    check_schema("Timeline", &timeline);
    let entries = timeline["entries"].as_array().unwrap();
    assert_eq!(entries[1]["details"]["suggested"], json!([1]));
    assert_eq!(entries[2]["unit"], "E2");
    // The next alarm sends what is missing only.
    let sent = world
        .post(Role::Dispatcher, &alarm, json!({"alarm": 2}))
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let found = world.get(Role::Dispatcher, &path).await.json();
    check_schema("Recommendation", &found);
    assert_eq!(
        (&found["alarm"], &found["suggested"]),
        (&json!(2), &json!([]))
    );
    let again = world
        .post(Role::Dispatcher, &alarm, json!({"alarm": 2}))
        .await;
    assert_eq!(again.problem(), "409 alarm-complete");
    let beyond = world
        .post(Role::Dispatcher, &alarm, json!({"alarm": 3}))
        .await;
    assert_eq!(beyond.problem(), "409 no-such-alarm");
    let wrong = world
        .get(Role::Dispatcher, &format!("{path}?why_not=X9"))
        .await;
    assert_eq!(wrong.problem(), "404 unknown-unit");
}

#[tokio::test]
async fn a_stale_position_is_never_used_silently() {
    let world = planned().await;
    let id = world.take_call().await;
    let fix = |unit: &str| json!({"positions": [{"unit": unit, "lat": 40.501, "lon": -74.25, "speed": 10, "at": world.now().to_string()}]});
    for unit in ["E1", "L 1/A"] {
        let request = world
            .request(Role::Service, "/api/v1/positions")
            .method("POST");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = world
            .send(request.body(Body::from(fix(unit).to_string())).unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    world.pass(121);
    let path = format!("/api/v1/incidents/{id}/recommendation?alarm=2");
    let found = world.get(Role::Dispatcher, &path).await.json();
    // E1 falls back to its station; the one without a station is used and marked.
    let notes = |unit: &str| {
        let all = found["suggested"].as_array().unwrap();
        let one = all.iter().find(|one| one["unit"] == unit);
        one.map(|one| one["notes"][0]["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(notes("L 1/A").as_deref(), Some("stale-position"));
    assert_eq!(notes("E2").as_deref(), Some("from-station"));
    assert_eq!(notes("E1"), None);
}

#[tokio::test]
async fn areas_and_conditions_are_set() {
    let world = planned().await;
    let corners = json!([[40.0, -75.0], [40.0, -74.0], [41.0, -74.0]]);
    let body =
        json!({"code": "ALL", "name": "All", "corners": corners, "station_order": ["F1", "F2"]});
    world.define("areas", body).await;
    world
        .define("conditions", json!({"condition": "STORM"}))
        .await;
    let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
    check_schema("Board", &board);
    assert_eq!(board["areas"][0]["corners"], corners);
    assert_eq!(board["conditions"], json!(["STORM"]));
    world
        .define("conditions", json!({"condition": "STORM", "over": true}))
        .await;
    let bad = json!({"code": "B", "name": "B", "corners": [[1, 2, 3]]});
    let answer = world
        .post(Role::Supervisor, "/api/v1/configuration/areas", bad)
        .await;
    assert_eq!(answer.problem(), "422 bad-field corners");
}
