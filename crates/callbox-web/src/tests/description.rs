use std::collections::BTreeSet;

use serde_json::Value;

use super::{World, schema};
use crate::{access::Role, api::description, server};

/// Method and path of every operation that the description has.
fn described() -> BTreeSet<String> {
    let description = description();
    let paths = description["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[test]
fn what_is_mounted_is_described_and_the_other_way_round() {
    let mounted: BTreeSet<_> = server::mounted()
        .mounted
        .iter()
        .filter(|(_, path)| path.starts_with("/api/"))
        .map(|(verb, path)| format!("{} {path}", verb.name()))
        .collect();
    assert_eq!(mounted, described());
    assert!(mounted.len() > 30);
}

#[test]
fn every_operation_is_whole() {
    let description = description();
    let mut ids = BTreeSet::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            let parameters = operation["parameters"].as_array().unwrap();
            let in_path = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .count();
            assert_eq!(in_path, path.matches('{').count(), "{method} {path}");
            for response in operation["responses"].as_object().unwrap().values() {
                for content in response["content"].as_object().unwrap().values() {
                    let name = content["schema"]["$ref"].as_str().unwrap();
                    let pointer = name.trim_start_matches('#');
                    assert!(
                        description.pointer(pointer).is_some(),
                        "{name} is not described"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    for (path, name) in [
        ("/api/v1/openapi.json", "OpenApi"),
        ("/api/v1/me", "Me"),
        ("/api/v1/board", "Board"),
        ("/api/v1/units", "Units"),
        ("/api/v1/units/E1", "UnitRow"),
        ("/api/v1/positions", "Positions"),
        ("/api/v1/incidents", "Incidents"),
        ("/api/v1/history", "Incidents"),
        (&format!("/api/v1/incidents/{id}"), "Incident"),
        (&format!("/api/v1/incidents/{id}/timeline"), "Timeline"),
        ("/api/v1/incidents/77", "Problem"),
    ] {
        let answer = world.get(Role::Dispatcher, path).await;
        schema::check(name, &answer.json());
    }
    for role in Role::ALL {
        let answer = world.get(role, "/api/v1/me").await;
        schema::check("Me", &answer.json());
        assert_eq!(answer.json()["role"], role.name());
    }
}

#[tokio::test]
async fn the_board_is_as_its_consoles_expect_it() {
    let world = World::set_up().await;
    world.take_call().await;
    let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
    let expected = serde_json::json!({
        "id": 1, "state": "open", "type": "FIRE", "type_label": "Structure fire", "priority": "1",
        "rank": 1, "place": "212 Elm St", "place_withheld": false, "lat": 40.5, "lon": -74.25,
        "received": 1_790_000_000_000_i64, "first_dispatched": null, "first_on_scene": null,
        "closed": null, "disposition": null, "units": [], "lines": 0, "scheduled": null, "warn_from": null, "merged_into": null, "calls": 1,
        "call_backs": 0, "verdict": null, "stacked_on": [], "version": board["seq"],
    });
    assert_eq!(board["incidents"][0], expected);
    assert_eq!(board["units"][0]["meaning"], "available");
    assert_eq!(
        board["priorities"][1]["unassigned_warn_seconds"],
        Value::Null
    );
    assert_eq!(board["at"], "2026-09-21T10:13:20.000000-04:00");
}

#[tokio::test]
async fn outsiders_find_the_record() {
    let world = World::set_up().await;
    assert_eq!(world.get(Role::CallTaker, "/healthz").await.text, "ok\n");
    assert_eq!(world.get(Role::CallTaker, "/readyz").await.text, "ok\n");
    let keys = world.get(Role::CallTaker, "/ledger/keys").await.text;
    assert!(keys.starts_with("callbox.test+"), "{keys}");
    // The signer works at its own pace.
    let mut checkpoint = world.get(Role::CallTaker, "/ledger/checkpoint").await;
    for _ in 0..200 {
        if checkpoint.status.is_success() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        checkpoint = world.get(Role::CallTaker, "/ledger/checkpoint").await;
    }
    assert!(
        checkpoint.text.starts_with("callbox.test\n"),
        "{}",
        checkpoint.text
    );
}
