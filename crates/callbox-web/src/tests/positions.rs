//! Positions of units: who may report them, what is refused, and what consoles see.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::{Answer, World, check_schema};
use crate::{access::Role, live};

const PATH: &str = "/api/v1/positions";

async fn report(world: &World, role: Role, positions: Value) -> Answer {
    let body = json!({ "positions": positions }).to_string();
    let request = world
        .request(role, PATH)
        .method("POST")
        .header(header::CONTENT_TYPE, "application/json");
    world.send(request.body(Body::from(body)).unwrap()).await
}

fn at(world: &World, seconds: i64) -> String {
    world.now().plus_seconds(seconds).to_string()
}

#[tokio::test]
async fn a_terminal_reports_and_the_newest_position_is_shown() {
    let world = World::set_up().await;
    let batch = json!([
        {"unit": "E1", "lat": 40.5, "lon": -74.25, "at": at(&world, 0), "heading": 90, "speed": 12.5, "accuracy": 8},
        {"unit": "E1", "lat": 40.6, "lon": -74.25, "at": at(&world, -30)},
        {"unit": "E2", "lat": 40.5, "lon": -74.2, "at": at(&world, -30)},
    ]);
    let answer = report(&world, Role::Service, batch).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("Taken", &answer.json());
    assert_eq!(answer.json()["taken"], 2);
    assert_eq!(answer.json()["refused"][0]["code"], "older");
    let shown = world.get(Role::Dispatcher, PATH).await.json();
    check_schema("Positions", &shown);
    let first = &shown["positions"][0];
    assert_eq!(
        (&first["lat"], &first["heading"]),
        (&json!(40.5), &json!(90.0))
    );
    let until = first["stale_at"].as_i64().unwrap() - first["at"].as_i64().unwrap();
    assert_eq!(
        until, 120_000,
        "a moving unit's position is stale after two minutes"
    );
    let parked = &shown["positions"][1];
    let until = parked["stale_at"].as_i64().unwrap() - parked["at"].as_i64().unwrap();
    assert_eq!(until, 1_800_000);
    let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
    check_schema("Board", &board);
    assert_eq!(board["positions"], shown["positions"]);
}

#[tokio::test]
async fn what_cannot_be_right_is_refused() {
    let world = World::set_up().await;
    let now = at(&world, 0);
    let said = async |fix: Value| report(&world, Role::Service, json!([fix])).await.problem();
    let fix =
        |unit: &str, lat: f64, at: &str| json!({"unit": unit, "lat": lat, "lon": 0.0, "at": at});
    assert_eq!(
        said(fix("X9", 40.0, &now)).await,
        "422 unknown-unit positions[0]"
    );
    assert_eq!(
        said(fix("E1", 40.0, &at(&world, 60))).await,
        "422 in-the-future positions[0]"
    );
    assert_eq!(
        said(fix("E1", 40.0, &at(&world, -7_200))).await,
        "422 too-old positions[0]"
    );
    assert_eq!(said(fix("E1", 0.0, &now)).await, "422 outside positions[0]");
    assert_eq!(
        said(fix("E1", 91.0, &now)).await,
        "422 bad-field positions[0].lat"
    );
    assert_eq!(
        said(fix("E1", 40.0, "noon")).await,
        "422 bad-field positions[0].at"
    );
    assert_eq!(said(json!({"unit": "E1"})).await, "422 bad-field positions");
    let many = vec![fix("E1", 40.0, &now); 501];
    let answer = report(&world, Role::Service, many.into()).await;
    assert_eq!(answer.problem(), "422 bad-field positions");
    let answer = report(&world, Role::Service, json!([])).await;
    assert_eq!(answer.problem(), "422 bad-field positions");
    assert_eq!(
        world.get(Role::Dispatcher, PATH).await.json()["positions"],
        json!([])
    );
}

#[tokio::test]
async fn only_units_on_duty_are_located() {
    let world = World::set_up().await;
    let fix = json!([{"unit": "E1", "lat": 40.5, "lon": -74.25, "at": at(&world, 0)}]);
    assert_eq!(
        report(&world, Role::Service, fix.clone()).await.status,
        StatusCode::OK
    );
    let path = "/api/v1/units/E1/out-of-service";
    world.post(Role::Dispatcher, path, json!({})).await;
    assert_eq!(
        world.get(Role::Dispatcher, PATH).await.json()["positions"],
        json!([])
    );
    world
        .state
        .positions
        .forget_off_duty(&world.engine.snapshot());
    assert!(world.state.positions.read(|fixes| fixes.is_empty()));
    let answer = report(&world, Role::Service, fix).await;
    assert_eq!(answer.problem(), "422 off-duty positions[0]");
}

#[tokio::test]
async fn a_service_account_reports_and_sees_nothing_else() {
    let world = World::set_up().await;
    for path in ["/api/v1/board", "/api/v1/units", "/api/v1/incidents", PATH] {
        let answer = world.get(Role::Service, path).await;
        assert_eq!(answer.problem(), "403 not-permitted", "{path}");
    }
    let answer = report(&world, Role::Supervisor, json!([])).await;
    assert_eq!(answer.problem(), "403 not-permitted");
}

#[tokio::test]
async fn moves_reach_consoles_within_a_second() {
    let world = World::set_up().await;
    let running = tokio::spawn(live::run(world.state.clone()));
    let request = world.request(Role::Dispatcher, "/api/v1/live");
    let response = world.open(request.body(Body::empty()).unwrap()).await;
    let mut stream = response.into_body().into_data_stream();
    let fix = json!([{"unit": "E1", "lat": 40.5, "lon": -74.25, "at": at(&world, 0)}]);
    report(&world, Role::Service, fix).await;
    let mut text = String::new();
    while !text.contains("event: positions") {
        let bytes = stream.next().await.unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    assert!(text.contains(r#""lat":40.5"#), "{text}");
    // A console that comes later gets all positions first.
    let request = world.request(Role::Dispatcher, "/api/v1/live");
    let response = world.open(request.body(Body::empty()).unwrap()).await;
    let first = response.into_body().into_data_stream().next().await;
    let first = String::from_utf8_lossy(&first.unwrap().unwrap()).into_owned();
    assert!(first.contains("event: positions"), "{first}");
    running.abort();
}

#[tokio::test]
async fn stations_crews_and_equipment_are_shown() {
    let world = World::set_up().await;
    let station =
        json!({"code": "F4", "name": "Station 4", "agency": "FIRE", "lat": 40.5, "lon": -74.25});
    world.define("stations", station).await;
    world
        .define("turnouts", json!({"type": "ENGINE", "seconds": 80}))
        .await;
    world
        .define("dispatch-rules", json!({"rest_penalty_seconds": 120}))
        .await;
    let unit = json!({"call_sign": "E1", "agency": "FIRE", "type": "ENGINE", "station": "F4"});
    world.define("units", unit.clone()).await;
    for unit in ["E1", "E2"] {
        let path = format!("/api/v1/units/{unit}/equipment");
        let body = json!({"equipment": ["FOAM"], "seats": 2, "shared_crew": "A"});
        let answer = world.post(Role::Supervisor, &path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    let body = json!({"size": 4, "skills": {"PARAMEDIC": 1, "EMT": 3}});
    let answer = world
        .post(Role::Dispatcher, "/api/v1/units/E1/crew", body)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let id = world.take_call().await;
    let path = format!("/api/v1/incidents/{id}/units");
    world
        .post(Role::Dispatcher, &path, json!({"units": ["E1"]}))
        .await;
    let answer = world
        .post(Role::Dispatcher, &path, json!({"units": ["E2"]}))
        .await;
    assert_eq!(answer.problem(), "409 crew-is-out");
    let row = world.get(Role::Dispatcher, "/api/v1/units/E2").await.json();
    check_schema("UnitRow", &row);
    assert_eq!(row["crew_out_with"], "E1");
    assert_eq!(
        row["crew"],
        json!({"size": 4, "skills": {"EMT": 3, "PARAMEDIC": 1}})
    );
    let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
    check_schema("Board", &board);
    assert_eq!(board["stations"][0]["lat"], 40.5);
    assert_eq!(board["dispatch_rules"]["turnouts"]["ENGINE"], 80);
    let bad = json!({"code": "F5", "name": "Station 5", "agency": "FIRE", "lat": 40.5});
    let answer = world
        .post(Role::Supervisor, "/api/v1/configuration/stations", bad)
        .await;
    assert_eq!(answer.problem(), "422 bad-field lon");
}
