//! Legal holds and erasure over HTTP and on pages.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{PASSWORD, World, check_schema};
use crate::{Role, access::Scope};

/// A second supervisor's token.
fn another(world: &World) -> String {
    world
        .access
        .create("second", "Second Supervisor", Role::Supervisor, PASSWORD)
        .unwrap();
    world
        .access
        .add_token("second", "test", 30, Scope::Account)
        .unwrap()
}

async fn post_as(world: &World, token: &str, path: &str, key: &str, body: Value) -> super::Answer {
    let request = Request::builder()
        .uri(path)
        .method("POST")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn two_supervisors_erase_a_closed_incident_and_nobody_reads_it_any_more() {
    let world = World::set_up().await;
    let second = another(&world);
    let id = world.take_call().await;
    let at = |what: &str| format!("/api/v1/incidents/{id}/{what}");
    let done = async |role, what: &str, body: Value| world.post(role, &at(what), body).await;
    let ok = |answer: super::Answer| assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    ok(done(
        Role::CallTaker,
        "narrative",
        json!({"text": "MARKER words"}),
    )
    .await);
    let basis = || json!({"basis": "LAW-12"});
    let open = done(Role::Supervisor, "erasure/request", basis()).await;
    assert_eq!(open.problem(), "409 not-closed");
    ok(done(Role::Dispatcher, "close", json!({"disposition": "DONE"})).await);
    let denied = done(Role::Dispatcher, "erasure/request", basis()).await;
    assert_eq!(denied.problem(), "403 not-permitted");

    ok(done(
        Role::Supervisor,
        "erasure/hold",
        json!({"basis": "COURT-7"}),
    )
    .await);
    let held = done(Role::Supervisor, "erasure/request", basis()).await;
    assert_eq!(held.problem(), "409 on-hold");
    ok(done(
        Role::Supervisor,
        "erasure/lift",
        json!({"basis": "COURT-7"}),
    )
    .await);
    ok(done(Role::Supervisor, "erasure/request", basis()).await);
    ok(done(
        Role::Supervisor,
        "erasure/refuse",
        json!({"reason": "MISTAKE"}),
    )
    .await);
    ok(done(Role::Supervisor, "erasure/request", basis()).await);
    let same = done(Role::Supervisor, "erasure/approve", json!({})).await;
    assert_eq!(same.problem(), "409 same-actor");
    let approve = at("erasure/approve");
    let early = post_as(&world, &second, &approve, "a", json!({})).await;
    assert_eq!(early.problem(), "409 too-early");
    let shown = world.get(Role::Auditor, &at("erasure")).await.json();
    check_schema("Erasure", &shown);
    assert_eq!(shown["payloads"], 2);
    assert_eq!(shown["requested"]["basis"], "LAW-12");
    assert!(!shown.to_string().contains("MARKER"));

    world.pass(7 * 86_400);
    ok(post_as(&world, &second, &approve, "b", json!({})).await);
    let again = post_as(&world, &second, &approve, "b", json!({})).await;
    assert_eq!(again.json()["repeated"], true);
    world.state_purpose(Role::Supervisor, id).await;
    for path in [at(""), at("timeline")] {
        let read = world
            .get(Role::Supervisor, path.trim_end_matches('/'))
            .await;
        assert_eq!(read.status, StatusCode::OK);
        assert!(!read.text.contains("MARKER"), "{}", read.text);
        assert!(!read.text.contains("212 Elm"), "{}", read.text);
    }
    let late = done(Role::CallTaker, "narrative", json!({"text": "more"})).await;
    assert_eq!(late.problem(), "409 incident-erased");
    let list = world.get(Role::Auditor, "/api/v1/erasures").await.json();
    check_schema("Erasures", &list);
    assert_eq!(list["erasures"][0]["erased"]["completed_seq"], Value::Null);
    let certificate = format!("/incidents/{id}/erasure/certificate");
    let none = world.get(Role::Supervisor, &certificate).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "not complete yet");
    let denied = world.get(Role::Dispatcher, "/api/v1/erasures").await;
    assert_eq!(denied.problem(), "403 not-permitted");
}

#[tokio::test]
async fn the_pages_say_what_would_go_and_what_is_to_be_done() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let close = format!("/api/v1/incidents/{id}/close");
    let body = json!({"disposition": "DONE"});
    world.post(Role::Dispatcher, &close, body).await;
    let page = world
        .get(Role::Supervisor, &format!("/incidents/{id}/erasure"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in [
        "It would blank 1 personal payloads",
        "Ask for erasure",
        "Place a legal hold",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let list = world.get(Role::Auditor, "/erasures").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains("No legal hold"), "{}", list.text);
    let rules = world
        .post(
            Role::Supervisor,
            "/api/v1/erasures/rules",
            json!({"wait_days": 30}),
        )
        .await;
    assert_eq!(rules.status, StatusCode::OK, "{}", rules.text);
    let list = world.get(Role::Supervisor, "/erasures").await;
    assert!(list.text.contains("30 days have passed"), "{}", list.text);
}
