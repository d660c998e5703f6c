//! What people complain of most in other open dispatch systems, each a test.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::World;
use crate::{access::Role, alarms};

async fn post(world: &World, role: Role, path: &str, body: Value) -> Value {
    let answer = world.post(role, path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

async fn assignments(world: &World, id: u64) -> Value {
    let path = format!("/api/v1/incidents/{id}");
    world.get(Role::Dispatcher, &path).await.json()["assignments"].clone()
}

/// The complaint: a unit's status bleeds into its other assignments.
#[tokio::test]
async fn complaint_a_units_status_bleeds_into_its_other_assignments() {
    let world = World::set_up().await;
    let (one, other) = (world.take_call().await, world.take_call().await);
    for id in [one, other] {
        let body = json!({"units": ["E1"], "although_committed": true});
        post(
            &world,
            Role::Dispatcher,
            &format!("/api/v1/incidents/{id}/units"),
            body,
        )
        .await;
    }
    for status in ["ENR", "ONS", "AVL"] {
        let before = assignments(&world, other).await;
        world.pass(40);
        let body = json!({"status": status, "incident": one});
        post(&world, Role::Dispatcher, "/api/v1/units/E1/status", body).await;
        assert_eq!(assignments(&world, other).await, before, "after {status}");
    }
    let left = assignments(&world, one).await;
    assert!(
        !left[0]["ended_at"].is_null() || !left[0]["ended"].is_null(),
        "{left}"
    );
}

/// The complaint: the other agency on the incident cannot see the call.
#[tokio::test]
async fn complaint_other_agencies_cannot_see_the_call() {
    let world = World::set_up().await;
    world
        .define("agencies", json!({"code": "EMS", "name": "Elm Ambulances"}))
        .await;
    world
        .define("unit-types", json!({"code": "AMB", "label": "Ambulance"}))
        .await;
    let unit = json!({"call_sign": "A1", "agency": "EMS", "type": "AMB"});
    world.define("units", unit).await;
    let id = world.take_call().await;
    let units = json!({"units": ["E1", "A1"]});
    post(
        &world,
        Role::Dispatcher,
        &format!("/api/v1/incidents/{id}/units"),
        units,
    )
    .await;
    for role in [Role::CallTaker, Role::Dispatcher, Role::Supervisor] {
        let board = world.get(role, "/api/v1/board").await.json();
        let row = board["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == id);
        let row = row.unwrap_or_else(|| panic!("{} does not see it", role.name()));
        assert!(
            row.to_string().contains("A1") && row.to_string().contains("E1"),
            "{row}"
        );
    }
}

/// The complaint: a setting can be set and changes nothing.
#[tokio::test]
async fn complaint_controls_do_nothing() {
    let world = World::set_up().await;
    for (code, lat) in [("F1", 40.51), ("F2", 40.56)] {
        let body = json!({"code": code, "name": code, "agency": "FIRE", "lat": lat, "lon": -74.25});
        world.define("stations", body).await;
    }
    for (unit, station) in [("E1", "F1"), ("E2", "F2")] {
        let body =
            json!({"call_sign": unit, "agency": "FIRE", "type": "ENGINE", "station": station});
        world.define("units", body).await;
    }
    world
        .define(
            "units",
            json!({"call_sign": "L 1/A", "agency": "FIRE", "type": "ENGINE"}),
        )
        .await;
    let table = "plan,alarm,count,units,skills,types,condition\nFIRES,1,1,ENGINE,,FIRE,\nSTORMS,1,2,ENGINE,,FIRE,STORM\n";
    super::plans::put(&world, Role::Supervisor, json!({"table": table})).await;
    let id = world.take_call().await;
    let suggestion = async || {
        let path = format!("/api/v1/incidents/{id}/recommendation");
        let answer = world.get(Role::Dispatcher, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let json = answer.json();
        let first = &json["suggested"][0];
        (
            json["plan"].clone(),
            first["unit"].clone(),
            first["eta_seconds"].clone(),
        )
    };
    let mut seen = vec![suggestion().await];
    // Each setting is felt where somebody works, not only on its own page.
    for (what, body) in [
        ("turnouts", json!({"type": "ENGINE", "seconds": 300})),
        (
            "stations",
            json!({"code": "F1", "name": "F1", "agency": "FIRE", "lat": 40.7, "lon": -74.25}),
        ),
        (
            "stations",
            json!({"code": "F2", "name": "F2", "agency": "FIRE", "lat": 40.56, "lon": -74.25, "closed": true}),
        ),
        ("conditions", json!({"condition": "STORM"})),
    ] {
        world.define(what, body).await;
        let now = suggestion().await;
        assert_ne!(Some(&now), seen.last(), "{what} changes nothing");
        seen.push(now);
    }
    // A limit that is set raises its alarm, and none that is not set.
    alarms::raise_due(&world.state).await;
    let alarms = async || {
        world.get(Role::Dispatcher, "/api/v1/alarms").await.json()["alarms"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(alarms().await, 0);
    let shorter =
        json!({"code": "1", "label": "Life at risk", "rank": 1, "unassigned_alarm_seconds": 20});
    world.define("priorities", shorter).await;
    world.pass(21);
    alarms::raise_due(&world.state).await;
    assert_eq!(alarms().await, 1);
}

/// The complaint: reports of intervals are wrong.
///
/// The cases are recomputed here from the times that were recorded, those left out too.
#[tokio::test]
async fn complaint_interval_reports_are_wrong() {
    let world = World::set_up().await;
    let clock = json!({
        "code": "OUT", "label": "Turnout", "start": "dispatched", "stop": "en_route",
        "target_seconds": 60, "target_percent": 90, "standard": "NFPA 1710", "edition": "2020",
    });
    world.define("clocks", clock).await;
    let mut good: Vec<i64> = Vec::new();
    for (turnout, what) in [
        (40, ""),
        (80, ""),
        (55, ""),
        (0, "missing"),
        (-20, "negative"),
        (0, "undone"),
    ] {
        let id = world.take_call().await;
        let units = format!("/api/v1/incidents/{id}/units");
        post(&world, Role::Dispatcher, &units, json!({"units": ["E1"]})).await;
        let sent = world.now();
        match what {
            "undone" => {
                post(&world, Role::Dispatcher, "/api/v1/undo", json!({})).await;
                continue;
            }
            "missing" => {}
            _ => {
                world.pass(turnout.max(1));
                let at = sent.plus_seconds(turnout).to_string();
                let body = json!({"status": "ENR", "at": at});
                post(&world, Role::Dispatcher, "/api/v1/units/E1/status", body).await;
            }
        }
        if what.is_empty() {
            good.push(turnout);
        }
        world.pass(600);
        post(
            &world,
            Role::Dispatcher,
            "/api/v1/units/E1/status",
            json!({"status": "AVL"}),
        )
        .await;
        let close = format!("/api/v1/incidents/{id}/close");
        post(
            &world,
            Role::Dispatcher,
            &close,
            json!({"disposition": "DONE"}),
        )
        .await;
    }
    good.sort_unstable();
    let report = world
        .get(Role::Supervisor, "/api/v1/reports/targets")
        .await
        .json();
    let rows = report["rows"].as_array().unwrap();
    let total = &rows
        .iter()
        .find(|row| row.to_string().contains("OUT"))
        .unwrap()["total"];
    let within = good.iter().filter(|seconds| **seconds <= 60).count();
    assert_eq!(total["n"], good.len(), "{total}");
    assert_eq!(total["share"], within as f64 / good.len() as f64, "{total}");
    assert_eq!(total["median"], good[good.len() / 2] as f64, "{total}");
    assert_eq!(
        (
            &total["excluded_missing"],
            &total["excluded_negative"],
            &total["excluded_undone"]
        ),
        (&json!(1), &json!(1), &json!(1)),
        "what is left out is counted: {total}"
    );
}
