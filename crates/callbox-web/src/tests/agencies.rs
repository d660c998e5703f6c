//! An account that is bound to an agency sees that agency's incidents and those shared with it, by every way in.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use callbox_domain::Code;
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::timeout;

use super::{Answer, World, rights::filled};
use crate::{
    access::{Role, Scope, rights},
    live,
    security::{self, Reach, Verb, reach},
};

const PLACE: &str = "9 Hidden Lane";

/// A center with an incident of the fire department, and bound accounts of the ambulance service.
async fn world() -> (World, Vec<(Role, String)>) {
    let world = World::set_up().await;
    world
        .define("agencies", json!({"code": "EMS", "name": "Elm Ambulance"}))
        .await;
    let unit = json!({"call_sign": "A1", "agency": "EMS", "type": "ENGINE"});
    world.define("units", unit).await;
    let call = json!({"type": "FIRE", "place": PLACE, "lat": 40.5, "lon": -74.25});
    let taken = world.post(Role::CallTaker, "/api/v1/incidents", call).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text);
    send(&world, "E1").await;
    let agency = Code::new("EMS").unwrap();
    let bound = Role::ALL.map(|role| {
        let login = format!("ems-{}", role.name());
        let access = &world.access;
        access
            .create(&login, &login, role, super::PASSWORD)
            .unwrap();
        access.set_agency(&login, Some(&agency)).unwrap();
        let token = access.add_token(&login, "test", 30, Scope::Account);
        (role, token.unwrap())
    });
    (world, bound.to_vec())
}

async fn send(world: &World, unit: &str) {
    let units = json!({"units": [unit]});
    let sent = world
        .post(Role::Dispatcher, "/api/v1/incidents/1/units", units)
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
}

async fn act(world: &World, what: &str, body: serde_json::Value) {
    let path = format!("/api/v1/incidents/1/{what}");
    let done = world.post(Role::Supervisor, &path, body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

fn request(token: &str, verb: Verb, path: &str) -> Request<Body> {
    let request = Request::builder().method(verb.name()).uri(path);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    request.body(Body::empty()).unwrap()
}

async fn get(world: &World, token: &str, path: &str) -> Answer {
    world.send(request(token, Verb::Get, path)).await
}

/// The token of the bound account with this role.
fn of(bound: &[(Role, String)], role: Role) -> &str {
    &bound.iter().find(|(known, _)| *known == role).unwrap().1
}

#[tokio::test]
async fn nothing_of_another_agency_comes_by_any_route() {
    let (world, bound) = world().await;
    for route in security::all() {
        let path = filled(route.path);
        for (role, token) in &bound {
            let what = format!("{role} {} {path}", route.verb.name());
            let reads = route.verb == Verb::Get;
            let expected = if rights::is_open(route.action) {
                None
            } else if !route.action.is_open_to(Scope::Account, reads) {
                Some("403 out-of-scope")
            } else if !rights::may(*role, route.action) {
                Some("403 not-permitted")
            } else {
                match reach(route) {
                    Reach::NoIncident | Reach::Seen => None,
                    Reach::Incident => Some("404 unknown-incident"),
                    Reach::Center => Some("403 other-agencies"),
                }
            };
            let answer = world.open(request(token, route.verb, &path)).await;
            let status = answer.status();
            let problem = answer.extensions().get::<crate::problem::Problem>();
            let code = problem.map(|problem| format!("{} {}", status.as_u16(), problem.code));
            let refusals = [
                "out-of-scope",
                "not-permitted",
                "unknown-incident",
                "other-agencies",
            ];
            let code = code.filter(|code| refusals.iter().any(|known| code.ends_with(known)));
            assert_eq!(code.as_deref(), expected, "{what}");
            // A stream does not end: its beginning holds what it has to say.
            let mut body = answer.into_body().into_data_stream();
            let mut text = Vec::new();
            while let Some(piece) = body.next().await {
                text.extend_from_slice(&piece.unwrap());
                if route.path == "/api/v1/live" {
                    break;
                }
            }
            let text = String::from_utf8_lossy(&text).into_owned();
            assert!(!text.contains("Hidden"), "{what}: {text}");
        }
    }
}

#[tokio::test]
async fn what_is_shared_is_seen_while_it_is() {
    let (world, bound) = world().await;
    let token = of(&bound, Role::Dispatcher);
    let ways = ["/api/v1/board", "/api/v1/incidents/1", "/incidents/1"];
    let seen = async |expected: bool| {
        for way in ways {
            let answer = get(&world, token, way).await;
            assert_eq!(
                answer.text.contains(PLACE),
                expected,
                "{way}: {}",
                answer.text
            );
        }
        let units = get(&world, token, "/api/v1/units").await.json();
        let signs = units["units"].as_array().unwrap().iter();
        let signs: Vec<_> = signs
            .map(|unit| unit["call_sign"].as_str().unwrap())
            .collect();
        match expected {
            true => assert_eq!(signs, ["E1", "A1"]),
            false => assert_eq!(signs, ["A1"]),
        }
    };
    seen(false).await;
    act(&world, "share", json!({"agency": "EMS"})).await;
    seen(true).await;
    act(&world, "unshare", json!({"agency": "EMS"})).await;
    seen(false).await;
    // A unit of theirs makes it theirs.
    send(&world, "A1").await;
    seen(true).await;
    let unknown = json!({"agency": "NONE"});
    let refused = world
        .post(Role::Supervisor, "/api/v1/incidents/1/share", unknown)
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
}

/// Reads until the stream has said `word`, or ended; what came before it.
async fn until(stream: &mut BodyDataStream, word: &str) -> String {
    let mut text = String::new();
    while !text.contains(word) {
        let piece = timeout(Duration::from_secs(20), stream.next()).await;
        match piece.expect("the stream says something") {
            Some(piece) => text += &String::from_utf8_lossy(&piece.unwrap()),
            None => return text + "(ended)",
        }
    }
    text
}

#[tokio::test]
async fn a_stream_shows_what_its_agency_sees_and_ends_when_its_account_changes() {
    let (world, bound) = world().await;
    let running = tokio::spawn(live::run(world.state.clone()));
    let token = of(&bound, Role::Dispatcher);
    let board = get(&world, token, "/api/v1/board").await.json();
    assert_eq!(board["incidents"], json!([]));
    let path = format!("/api/v1/live?after={}", board["seq"]);
    let answer = world.open(request(token, Verb::Get, &path)).await;
    let mut stream = answer.into_body().into_data_stream();
    let first = until(&mut stream, "event: beat").await;
    assert!(!first.contains("event: reset"), "{first}");
    act(
        &world,
        "narrative",
        json!({"text": "smoke on the second floor"}),
    )
    .await;
    let other = until(&mut stream, "event: change").await;
    assert!(
        other.contains("\"incidents\":[]") && !other.contains("Hidden"),
        "{other}"
    );
    act(&world, "share", json!({"agency": "EMS"})).await;
    let shared = until(&mut stream, "event: change").await;
    assert!(
        shared.contains(PLACE) && shared.contains("E1"),
        "with its units: {shared}"
    );
    act(&world, "narrative", json!({"text": "all are out"})).await;
    let change = until(&mut stream, "event: change").await;
    assert!(change.contains(PLACE), "{change}");
    act(&world, "unshare", json!({"agency": "EMS"})).await;
    let gone = until(&mut stream, "event: reset").await;
    assert!(!gone.contains("Hidden"), "{gone}");
    act(&world, "narrative", json!({"text": "water is on"})).await;
    let after = until(&mut stream, "event: change").await;
    assert!(!after.contains("Hidden"), "{after}");
    // Another role, in the middle of the stream: it ends with the next thing that it would have said.
    world
        .access
        .set_role("ems-dispatcher", Role::Auditor)
        .unwrap();
    let end = until(&mut stream, "event: change").await;
    assert!(end.ends_with("(ended)"), "{end}");
    let refused = get(&world, token, "/api/v1/board").await;
    assert_eq!(refused.problem(), "403 not-permitted");
    running.abort();
}
