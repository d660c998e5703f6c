use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::World;
use crate::access::Role;

/// Sends bodies that are wrong; gives for each what the server says of it.
async fn said(path: &str, bodies: &[&str]) -> Vec<String> {
    let world = World::set_up().await;
    world.take_call().await;
    let before = world.engine.snapshot().next_seq();
    let mut said = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        let answer = world
            .post_keyed(Role::Supervisor, path, &format!("said-{n}"), body)
            .await;
        said.push(answer.problem());
    }
    assert_eq!(
        world.engine.snapshot().next_seq(),
        before,
        "nothing was recorded"
    );
    said
}

#[tokio::test]
async fn a_wrong_body_is_named_by_its_member() {
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(4_001));
    let said = said(
        "/api/v1/incidents/1/narrative",
        &[
            "",
            "{",
            "not json",
            "\u{0}",
            "[]",
            "7",
            "null",
            "{}",
            r#"{"text":null}"#,
            r#"{"text":7}"#,
            r#"{"text":""}"#,
            r#"{"text":"  "}"#,
            r#"{"text":"a\u0000b"}"#,
            &long,
            r#"{"text":"x","at":"yesterday"}"#,
            r#"{"text":"x","at":1790000000}"#,
            r#"{"text":"x","at":"2026-09-21T09:33:20"}"#,
            r#"{"text":"x","line":1}"#,
            r#"{"Text":"x"}"#,
        ],
    )
    .await;
    assert_eq!(
        said,
        [
            "422 bad-field text",
            "400 bad-json",
            "400 bad-json",
            "400 bad-json",
            "422 bad-body",
            "422 bad-body",
            "422 bad-body",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field text",
            "422 bad-field at",
            "422 bad-field at",
            "422 bad-field at",
            "422 bad-field line",
            "422 bad-field Text",
        ]
    );
}

#[tokio::test]
async fn wrong_numbers_flags_and_lists_are_named() {
    let dispatch = said(
        "/api/v1/incidents/1/units",
        &[
            r#"{"units":"E1"}"#,
            r#"{"units":[]}"#,
            r#"{"units":[1]}"#,
            r#"{"units":[""]}"#,
            r#"{"units":["E1"],"although_committed":"yes"}"#,
        ],
    )
    .await;
    let (units, flag) = ("422 bad-field units", "422 bad-field although_committed");
    assert_eq!(dispatch, [units, units, units, units, flag]);
    let place = said(
        "/api/v1/incidents/1/place",
        &[
            r#"{"place":"x","lat":40}"#,
            r#"{"place":"x","lon":40}"#,
            r#"{"place":"x","lat":91,"lon":0}"#,
            r#"{"place":"x","lat":"40","lon":0}"#,
            r#"{"lat":40,"lon":0}"#,
        ],
    )
    .await;
    assert_eq!(
        place,
        [
            "422 bad-field lon",
            "422 bad-field lat",
            "422 bad-field lat",
            "422 bad-field lat",
            "422 bad-field place"
        ]
    );
    let links = said(
        "/api/v1/incidents/1/links",
        &[
            r#"{"other":0}"#,
            r#"{"other":-1}"#,
            r#"{"other":1.5}"#,
            r#"{"other":2,"relation":"x"}"#,
        ],
    )
    .await;
    let other = "422 bad-field other";
    assert_eq!(links, [other, other, other, "422 bad-field relation"]);
}

#[tokio::test]
async fn parameters_are_held_against_the_table_too() {
    let world = World::set_up().await;
    let said = async |path: &str| world.get(Role::Supervisor, path).await.problem();
    assert_eq!(
        said("/api/v1/incidents?limit=0").await,
        "422 bad-field limit"
    );
    assert_eq!(
        said("/api/v1/incidents?limit=201").await,
        "422 bad-field limit"
    );
    assert_eq!(
        said("/api/v1/incidents?limit=x").await,
        "422 bad-field limit"
    );
    assert_eq!(
        said("/api/v1/incidents?state=all").await,
        "422 bad-field state"
    );
    assert_eq!(
        said("/api/v1/history?state=open").await,
        "422 bad-field state"
    );
    assert_eq!(said("/api/v1/live?after=x").await, "422 bad-field after");
    assert_eq!(said("/api/v1/live?from=1").await, "422 bad-field after");
}

#[tokio::test]
async fn requests_that_are_no_writes_are_refused() {
    let world = World::set_up().await;
    let request = || {
        world
            .request(Role::Supervisor, "/api/v1/incidents")
            .method("POST")
    };
    let json = || request().header(header::CONTENT_TYPE, "application/json");

    let answer = world.send(json().body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.problem(), "400 idempotency-key Idempotency-Key");
    let empty = json().header("idempotency-key", "");
    let answer = world.send(empty.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.problem(), "400 idempotency-key Idempotency-Key");
    let long = json().header("idempotency-key", "k".repeat(129));
    let answer = world.send(long.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.problem(), "400 idempotency-key Idempotency-Key");

    let form = request()
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("idempotency-key", "k");
    let answer = world
        .send(form.body(Body::from("type=FIRE")).unwrap())
        .await;
    assert_eq!(answer.problem(), "415 unsupported-media-type Content-Type");

    let big = format!(r#"{{"reference":"{}"}}"#, "x".repeat(65_536));
    let big_form = format!("table={}", "x".repeat(65_536));
    let announced = json()
        .header("idempotency-key", "k")
        .header(header::CONTENT_LENGTH, big.len());
    let answer = world
        .send(announced.body(Body::from(big.clone())).unwrap())
        .await;
    assert_eq!(answer.problem(), "413 too-large");
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(big)]);
    let unannounced = json()
        .header("idempotency-key", "k")
        .body(Body::from_stream(chunks));
    assert_eq!(
        world.send(unannounced.unwrap()).await.problem(),
        "413 too-large"
    );

    // Who filled in a form reads a page, with the way back.
    let form = Request::post("/plans")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::CONTENT_LENGTH, big_form.len());
    let page = world.send(form.body(Body::from(big_form)).unwrap()).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text.contains("<h1>"), "{}", page.text);

    let deep = "[".repeat(60_000);
    let answer = world
        .post_keyed(Role::Supervisor, "/api/v1/incidents", "k", &deep)
        .await;
    assert_eq!(answer.problem(), "400 bad-json");
}
