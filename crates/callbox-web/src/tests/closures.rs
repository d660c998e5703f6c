//! Closed streets: from the command to the driving time, and back.

use axum::http::StatusCode;
use callbox_geo::{
    Coord,
    eta::{Snapped, Streets},
};
use serde_json::{Value, json};

use super::{World, check_schema};
use crate::{access::Role, alarms, closures::Closures, settle};

const PATH: &str = "/api/v1/closures";

fn streets(world: &World) -> &Streets {
    &world.state.geography.as_ref().unwrap().streets
}

fn milliseconds(world: &World, from: &Snapped, to: &Snapped) -> u32 {
    let profile = streets(world).profile("blue-light").unwrap();
    streets(world)
        .route(from, to, profile)
        .unwrap()
        .milliseconds
}

fn snap(world: &World, at: Coord) -> Snapped {
    let (lat, lon) = at.degrees();
    streets(world).snap(lat, lon).unwrap()
}

/// Two places and a point on the way between them that can be gone round.
fn way(world: &World) -> (Snapped, Snapped, Coord) {
    let streets = streets(world);
    let profile = streets.profile("blue-light").unwrap();
    let count = streets.node_count();
    for (a, b) in (0..count).map(|no| (no, (no * 7 + count / 2) % count)) {
        let (from, to) = (snap(world, streets.node(a)), snap(world, streets.node(b)));
        let Some(route) = streets.route(&from, &to, profile) else {
            continue;
        };
        if route.points.len() < 20 {
            continue;
        }
        let middle = route.points[route.points.len() / 2];
        let edges = streets.edges_at(&snap(world, middle));
        streets.close(&edges);
        let around = streets.route(&from, &to, profile);
        streets.reopen(&edges);
        if around.is_some_and(|around| around.milliseconds > route.milliseconds + 1_000) {
            return (from, to, middle);
        }
    }
    panic!("the town has no way that can be gone round");
}

async fn close(world: &World, at: Coord, more: Value) -> u64 {
    let (lat, lon) = at.degrees();
    let mut body = json!({"cause": "works", "lat": lat, "lon": lon});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let closed = world.post(Role::Dispatcher, PATH, body).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
    check_schema("Receipt", &closed.json());
    closed.json()["closure"].as_u64().unwrap()
}

async fn list(world: &World) -> Value {
    let list = world.get(Role::CallTaker, PATH).await.json();
    check_schema("Closures", &list);
    list["closures"].clone()
}

#[tokio::test]
async fn a_closed_street_is_gone_round_until_it_is_lifted() {
    let world = World::with_streets();
    let (from, to, middle) = way(&world);
    let before = milliseconds(&world, &from, &to);
    let closure = close(&world, middle, json!({})).await;
    let around = milliseconds(&world, &from, &to);
    assert!(around > before, "{around} after, {before} before");

    let listed = list(&world).await;
    assert_eq!(listed[0]["closure"], closure);
    assert_eq!(listed[0]["found"], "same");
    assert!(listed[0]["lines"][0].as_array().unwrap().len() > 1);

    // The same piece once more: lifting one of the two opens nothing.
    let second = close(&world, middle, json!({"cause": "fire"})).await;
    let lift = |closure: u64| format!("{PATH}/{closure}/lift");
    let lifted = world
        .post(Role::Dispatcher, &lift(closure), json!({}))
        .await;
    assert_eq!(lifted.status, StatusCode::OK, "{}", lifted.text);
    assert_eq!(milliseconds(&world, &from, &to), around);
    world.post(Role::Dispatcher, &lift(second), json!({})).await;
    assert_eq!(milliseconds(&world, &from, &to), before);
    assert_eq!(list(&world).await, json!([]));
    let again = world.post(Role::Dispatcher, &lift(second), json!({})).await;
    assert_eq!(again.problem(), "404 unknown-closure");
}

/// A suggestion asks for the times as they are, so that only its speed may tell whether they have settled.
#[tokio::test]
async fn times_settle_once_nobody_changes_them_and_stay_the_same() {
    let world = World::with_streets();
    let geography = world.state.geography.clone().unwrap();
    let look = |seen| settle::look(&world.state, &geography, seen);
    let (from, to, middle) = way(&world);

    let seen = look(None).await;
    assert!(!geography.is_settled(), "one look alone changes nothing");
    let seen = look(seen).await;
    assert!(geography.is_settled());
    assert_eq!(look(seen).await, None, "nothing is left to do");

    let before = milliseconds(&world, &from, &to);
    let closure = close(&world, middle, json!({})).await;
    let around = milliseconds(&world, &from, &to);
    assert!(around > before);
    assert!(!geography.is_settled());
    let seen = look(None).await;
    // Another change: whoever closes one street after the other is not waited upon.
    let elsewhere = snap(&world, streets(&world).node(0));
    streets(&world).close(&streets(&world).edges_at(&elsewhere));
    let seen = look(seen).await;
    assert!(
        !geography.is_settled(),
        "the times changed since the last look"
    );
    streets(&world).reopen(&streets(&world).edges_at(&elsewhere));
    let seen = look(look(seen).await).await;
    assert!(geography.is_settled(), "{seen:?}");
    assert_eq!(milliseconds(&world, &from, &to), around);

    let path = format!("{PATH}/{closure}/lift");
    world.post(Role::Dispatcher, &path, json!({})).await;
    look(look(None).await).await;
    assert!(geography.is_settled());
    assert_eq!(milliseconds(&world, &from, &to), before);
}

#[tokio::test]
async fn a_closure_ends_by_the_clock() {
    let world = World::with_streets();
    let (from, to, middle) = way(&world);
    let before = milliseconds(&world, &from, &to);
    let until = world.now().plus_seconds(3_600).to_string();
    close(&world, middle, json!({"until": until})).await;
    world.pass(3_599);
    alarms::raise_due(&world.state).await;
    assert!(milliseconds(&world, &from, &to) > before);
    world.pass(1);
    alarms::raise_due(&world.state).await;
    assert_eq!(milliseconds(&world, &from, &to), before);
    assert_eq!(list(&world).await, json!([]));
}

#[tokio::test]
async fn closures_are_found_again_on_streets_that_are_imported_anew() {
    let world = World::with_streets();
    let (from, to, middle) = way(&world);
    close(&world, middle, json!({"impassable": true})).await;
    let around = milliseconds(&world, &from, &to);
    // Another import and a start from nothing: only the record knows what is closed.
    let other = World::with_streets();
    assert_ne!(milliseconds(&other, &from, &to), around);
    let closures = Closures::default();
    closures.catch_up(streets(&other), &world.state.engine.snapshot());
    assert_eq!(milliseconds(&other, &from, &to), around);
    // An older state than the one that is reckoned with changes nothing.
    closures.catch_up(streets(&other), &callbox_domain::Center::default());
    assert_eq!(milliseconds(&other, &from, &to), around);
}

#[tokio::test]
async fn a_suggestion_says_which_closed_street_its_unit_goes_round() {
    let world = World::with_streets().defined().await;
    let (from, to, middle) = way(&world);
    let (lat, lon) = from.point.degrees();
    let station = json!({"code": "F1", "name": "F1", "agency": "FIRE", "lat": lat, "lon": lon});
    world.define("stations", station).await;
    let unit = json!({"call_sign": "E1", "agency": "FIRE", "type": "ENGINE", "station": "F1"});
    world.define("units", unit).await;
    let table = "plan,alarm,count,units,skills,types\nFIRES,1,1,ENGINE,,FIRE\n";
    super::plans::put(&world, Role::Supervisor, json!({"table": table})).await;
    let (lat, lon) = to.point.degrees();
    let call = json!({"type": "FIRE", "place": "there", "lat": lat, "lon": lon});
    let taken = world.post(Role::CallTaker, "/api/v1/incidents", call).await;
    let id = taken.json()["incident"].as_u64().unwrap();
    let path = format!("/api/v1/incidents/{id}/recommendation");
    let asked = async || {
        let found = world.get(Role::Dispatcher, &path).await.json();
        check_schema("Recommendation", &found);
        found["suggested"][0].clone()
    };
    let before = asked().await;
    assert_eq!(before["detour"], Value::Null, "{before}");
    close(&world, middle, json!({})).await;
    let after = asked().await;
    let without = after["detour"]["seconds_without"].as_u64();
    assert!(
        without.is_some() && without < after["drive_seconds"].as_u64(),
        "{after}"
    );
    assert!(after["drive_seconds"].as_u64() > before["drive_seconds"].as_u64());
}

#[tokio::test]
async fn what_cannot_be_closed_is_said_so() {
    let world = World::with_streets();
    let body = |more: Value| {
        let mut body = json!({"cause": "works"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (more, problem) in [
        (json!({}), "422 bad-field from"),
        (json!({"lat": 0.0, "lon": 0.0}), "422 no-street from"),
        (
            json!({"from": "no such place at all"}),
            "422 no-street from",
        ),
    ] {
        let refused = world.post(Role::Dispatcher, PATH, body(more)).await;
        assert_eq!(refused.problem(), problem);
    }
    let without = World::empty();
    let refused = without
        .post(
            Role::Dispatcher,
            PATH,
            body(json!({"lat": 1.0, "lon": 1.0})),
        )
        .await;
    assert_eq!(refused.problem(), "422 no-street from");
}

/// Words that mean one crossing for certain, one whose street can be gone round.
fn crossing(world: &World) -> String {
    let geocoder = &world.state.geography.as_ref().unwrap().geocoder;
    let all = geocoder.sample(callbox_geo::geocode::Sample::Crossings, 5);
    all.into_iter().next().unwrap().label
}

async fn typed(world: &World, role: Role, path: &str, line: &str) -> super::Answer {
    world.post(role, path, json!({"line": line})).await
}

#[tokio::test]
async fn a_typed_line_closes_a_street_shows_it_before_and_is_undone() {
    let world = World::with_streets();
    let place = crossing(&world);
    let line = format!("bk works 4 @{place}");
    let shown = typed(&world, Role::Dispatcher, "/api/v1/line/preview", &line).await;
    check_schema("LinePreview", &shown.json());
    assert_eq!(shown.json()["state"], "ready", "{}", shown.text);
    assert_eq!(shown.json()["values"]["cause"], "works");
    assert_eq!(list(&world).await, json!([]), "asking closes nothing");

    let done = typed(&world, Role::Dispatcher, "/api/v1/line", &line).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let closed = list(&world).await;
    assert_eq!(closed[0]["street"], shown.json()["values"]["street"]);
    let until: jiff::Timestamp = closed[0]["until"].as_str().unwrap().parse().unwrap();
    let expected = world.now().plus_seconds(4 * 3_600);
    assert_eq!(until.as_microsecond(), expected.micros());

    // Undone by the same route as everything else; driving times follow.
    let back = world
        .post(Role::Dispatcher, "/api/v1/undo", json!({}))
        .await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text);
    assert_eq!(back.json()["events"][0]["kind"], "ClosureUndone");
    assert_eq!(list(&world).await, json!([]));
    assert_eq!(streets(&world).conditions(), []);

    world.pass(60);
    let done = typed(&world, Role::Dispatcher, "/api/v1/line", &line)
        .await
        .json();
    let number = done["closure"].as_u64().unwrap();
    world.pass(60);
    let lift = format!("LF {number}");
    typed(&world, Role::Dispatcher, "/api/v1/line", &lift).await;
    assert_eq!(streets(&world).conditions(), []);
    world
        .post(Role::Dispatcher, "/api/v1/undo", json!({}))
        .await;
    assert_eq!(list(&world).await[0]["closure"], number);
    assert!(!streets(&world).conditions().is_empty());
}

#[tokio::test]
async fn a_line_is_held_to_the_same_rules_as_the_page_and_the_interface() {
    let world = World::with_streets();
    let line = format!("BK works @{}", crossing(&world));
    let refused = typed(&world, Role::CallTaker, "/api/v1/line", &line).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let long = format!("BK works 20000 @{}", crossing(&world));
    let refused = typed(&world, Role::Dispatcher, "/api/v1/line", &long).await;
    assert_eq!(refused.problem(), "409 closure-out-of-bounds");
    let nowhere = typed(
        &world,
        Role::Dispatcher,
        "/api/v1/line",
        "BK works @no such place",
    )
    .await;
    assert_eq!(nowhere.problem(), "422 no-street from");
    let shown = typed(
        &world,
        Role::Dispatcher,
        "/api/v1/line/preview",
        "BK works @no such place",
    );
    let shown = shown.await.json();
    assert_eq!(shown["state"], "refused");
    assert_eq!(shown["problem"]["code"], "no-street");
    assert_eq!(list(&world).await, json!([]));
    // The second of two places is completed like the first.
    let half = format!("BK works @{0} > {0}", crossing(&world));
    let half = &half[..half.len() - 3];
    let offered = typed(&world, Role::Dispatcher, "/api/v1/line/preview", half)
        .await
        .json();
    let from = half.find('>').unwrap() as u64 + 1;
    assert_eq!(offered["replace"], from, "{offered}");
    assert_eq!(offered["candidates"][0]["kind"], "place");
}

#[tokio::test]
async fn what_is_drawn_is_shown_before_and_closed_as_shown() {
    let world = World::with_streets();
    let (from, to, middle) = way(&world);
    let line: Vec<[f64; 2]> = [from.point, middle, to.point]
        .iter()
        .map(|at| [at.degrees().0, at.degrees().1])
        .collect();
    let body = json!({"line": line});
    let preview = format!("{PATH}/preview");
    let shown = world.post(Role::Dispatcher, &preview, body.clone()).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let shown = shown.json();
    check_schema("ClosurePreview", &shown);
    assert!(shown["pieces"].as_u64().unwrap() > 1 && shown["meters"].as_u64().unwrap() > 0);
    assert_eq!(list(&world).await, json!([]));

    let mut body = body;
    body["cause"] = "flood".into();
    let closed = world.post(Role::Dispatcher, PATH, body).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
    let listed = list(&world).await;
    let count = |value: &Value| value["lines"].as_array().map(Vec::len);
    assert_eq!(count(&listed[0]), count(&shown));
    assert_eq!(listed[0]["street"], shown["street"]);

    for (role, line, problem) in [
        (Role::Dispatcher, json!([]), "422 bad-field line"),
        (
            Role::Dispatcher,
            json!(vec![[0.0, 0.0]; 25]),
            "422 bad-field line",
        ),
        (Role::CallTaker, json!([[0.0, 0.0]]), "403 not-permitted"),
    ] {
        let refused = world.post(role, &preview, json!({"line": line})).await;
        assert_eq!(refused.problem(), problem);
    }
    let nowhere = json!({"line": [[0.0, 0.0]]});
    let nowhere = world.post(Role::Dispatcher, &preview, nowhere).await.json();
    check_schema("ClosurePreview", &nowhere);
    assert_eq!(nowhere["problem"]["code"], "no-street");
}
