//! Alarms, welfare checks, emergencies and undoing over HTTP.

use serde_json::{Value, json};

use super::{World, schema};
use crate::{access::Role, alarms::raise_due};

const DISPATCHER: Role = Role::Dispatcher;

async fn alarms(world: &World) -> Value {
    let listed = world.get(DISPATCHER, "/api/v1/alarms").await.json();
    schema::check("Alarms", &listed);
    listed["alarms"].clone()
}

async fn done(world: &World, path: &str, body: Value) {
    let answer = world.post(DISPATCHER, path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
}

#[tokio::test]
async fn a_call_that_waits_raises_one_alarm_that_an_acknowledgement_silences_and_a_unit_ends() {
    let world = World::set_up().await;
    let body = json!({
        "code": "WAIT", "label": "Call to dispatch", "start": "received",
        "stop": "first_dispatched", "alarm_seconds": 60, "escalate_seconds": 30,
        "action": "Send the nearest engine", "target_seconds": 60, "target_percent": 90,
        "standard": "NFPA 1225", "edition": "2022",
    });
    world.define("clocks", body).await;
    let id = world.take_call().await;
    raise_due(&world.state).await;
    assert_eq!(alarms(&world).await, json!([]));
    world.pass(61);
    raise_due(&world.state).await;
    raise_due(&world.state).await;
    let raised = alarms(&world).await;
    assert_eq!(raised.as_array().unwrap().len(), 1);
    assert_eq!(raised[0]["clock"], "WAIT");
    assert_eq!(raised[0]["action"], "Send the nearest engine");
    assert_eq!(raised[0]["incident"], id);
    let due = raised[0]["due"].as_i64().unwrap();
    assert_eq!(due, 1_790_000_000_000 + 60_000);
    // Nobody takes it on: it goes to the supervisors.
    world.pass(30);
    raise_due(&world.state).await;
    assert_eq!(alarms(&world).await[0]["escalated"], world.now().millis());
    let path = format!("/api/v1/alarms/{}/acknowledge", raised[0]["id"]);
    let call_taker = world.post(Role::CallTaker, &path, json!({})).await;
    assert_eq!(call_taker.problem(), "403 not-permitted");
    done(&world, &path, json!({})).await;
    assert!(alarms(&world).await[0]["acknowledged_by"].is_u64());
    // The board has the same.
    let board = world.get(DISPATCHER, "/api/v1/board").await.json();
    assert_eq!(board["alarms"], alarms(&world).await);
    assert_eq!(board["clocks"][0]["target"]["standard"], "NFPA 1225");
    done(
        &world,
        &format!("/api/v1/incidents/{id}/units"),
        json!({"units": ["E1"]}),
    )
    .await;
    assert_eq!(alarms(&world).await, json!([]));
    let over = world.post(DISPATCHER, &path, json!({})).await;
    assert_eq!(over.problem(), "404 unknown-alarm");
    let none = world
        .post(DISPATCHER, "/api/v1/alarms/first/acknowledge", json!({}))
        .await;
    assert_eq!(none.problem(), "404 unknown-alarm");
}

#[tokio::test]
async fn a_crew_that_does_not_answer_twice_is_in_need_until_somebody_says_what_was_found() {
    let world = World::set_up().await;
    let rule = json!({"code": "PAR", "label": "Accountability", "every_seconds": 1200});
    world.define("welfare-rules", rule).await;
    let id = world.take_call().await;
    let units = format!("/api/v1/incidents/{id}/units");
    done(&world, &units, json!({"units": ["E1"]})).await;
    done(&world, "/api/v1/units/E1/status", json!({"status": "ONS"})).await;
    let show = format!("/api/v1/incidents/{id}");
    let before = world.get(DISPATCHER, &show).await.json();
    assert_eq!(before["assignments"][0]["welfare"]["missed"], 0);
    for seconds in [1_200, 60, 60] {
        world.pass(seconds);
        raise_due(&world.state).await;
    }
    let lasts = alarms(&world).await;
    assert_eq!(lasts[0]["emergency"], "missed_checks");
    assert_eq!(lasts[1]["cause"], "welfare");
    let unit = world.get(DISPATCHER, "/api/v1/units/E1").await.json();
    assert_eq!(unit["emergency"], "missed_checks");
    // Where all units stand, by colour and in words.
    let marked = |page: &str| {
        page.matches("<tr data-emergency=\"missed_checks\">")
            .count()
    };
    let units = world.get(DISPATCHER, "/units").await.text;
    assert_eq!(marked(&units), 1);
    assert!(units.contains("<b>no answer to checks</b>"));
    let body = json!({"reason": "radio was off"});
    done(&world, "/api/v1/units/E1/end-emergency", body).await;
    assert_eq!(marked(&world.get(DISPATCHER, "/units").await.text), 0);
    assert_eq!(alarms(&world).await, json!([]));
    // A round by hand, and an answer on the crew's behalf.
    done(&world, &format!("{show}/welfare-check"), json!({})).await;
    assert_eq!(alarms(&world).await[0]["unit"], "E1");
    let answer = json!({"words": "four of four"});
    done(&world, "/api/v1/units/E1/well", answer).await;
    assert_eq!(alarms(&world).await, json!([]));
    let timeline = world.get(DISPATCHER, &format!("{show}/timeline")).await;
    assert!(timeline.text.contains("four of four"));
    let page = world.get(DISPATCHER, &format!("/incidents/{id}")).await;
    assert!(
        page.text.contains("says that all are well"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_slip_is_taken_back_and_leaves_no_time_behind() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let units = format!("/api/v1/incidents/{id}/units");
    done(&world, &units, json!({"units": ["E1"]})).await;
    done(&world, "/api/v1/undo", json!({})).await;
    let shown = world
        .get(DISPATCHER, &format!("/api/v1/incidents/{id}"))
        .await
        .json();
    schema::check("Incident", &shown);
    assert_eq!(shown["row"]["first_dispatched"], Value::Null);
    assert_eq!(shown["assignments"][0]["ended"]["how"], "undone");
    let again = world.post(DISPATCHER, "/api/v1/undo", json!({})).await;
    assert_eq!(again.problem(), "409 nothing-to-undo");
}

#[tokio::test]
async fn a_waiting_call_is_a_units_next() {
    let world = World::set_up().await;
    let (first, second) = (world.take_call().await, world.take_call().await);
    let units = |id| format!("/api/v1/incidents/{id}/units");
    done(&world, &units(first), json!({"units": ["E1"]})).await;
    let stack = json!({"incident": second});
    done(&world, "/api/v1/units/E1/stack", stack.clone()).await;
    let board = world.get(DISPATCHER, "/api/v1/board").await.json();
    schema::check("Board", &board);
    assert_eq!(board["incidents"][1]["stacked_on"], json!(["E1"]));
    done(&world, "/api/v1/units/E1/unstack", stack.clone()).await;
    let none = world
        .post(DISPATCHER, "/api/v1/units/E1/unstack", stack)
        .await;
    assert_eq!(none.problem(), "409 not-stacked");
}
