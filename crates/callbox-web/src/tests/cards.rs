//! Question cards as their clients see them.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use super::{Answer, World, check_schema};
use crate::access::Role;

const TABLE: &str = "card,label,types,question,kind,ask,answer,type,priority\n\
    SMOKE,Smoke,FIRE,inside,yes-no,Is anybody inside?,yes,,1\n\
    ,,,where,text,Where?,,,\n";

async fn put(world: &World, role: Role, body: Value) -> Answer {
    let request = world
        .request(role, "/api/v1/cards")
        .method("PUT")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", body.to_string().len().to_string());
    world
        .send(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn with_cards() -> World {
    let world = World::set_up().await;
    let answer = put(&world, Role::Supervisor, json!({"table": TABLE})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    check_schema("CardsPublished", &answer.json());
    world
}

#[tokio::test]
async fn cards_are_published_previewed_and_come_back_the_same() {
    let world = with_cards().await;
    let cards = world.get(Role::CallTaker, "/api/v1/cards").await.json();
    check_schema("Cards", &cards);
    assert_eq!(cards["cards"][0]["version"], 1);
    let again = json!({"table": cards["table"], "preview": true});
    let again = put(&world, Role::Supervisor, again).await.json();
    check_schema("CardsPublished", &again);
    assert_eq!(again["changes"], json!([]));
    let other = TABLE.replace("Where?", "Where is it?");
    let later = json!({"table": other, "effective": world.now().plus_seconds(60).to_string()});
    put(&world, Role::Supervisor, later).await;
    let cards = world.get(Role::CallTaker, "/api/v1/cards").await.json();
    check_schema("Cards", &cards);
    assert_eq!(
        (&cards["cards"][0]["version"], &cards["later"][0]["version"]),
        (&json!(1), &json!(2))
    );
    let bad = json!({"table": "card,label,question,kind,ask\nA,A,q,riddle,Q?\n"});
    assert_eq!(
        put(&world, Role::Supervisor, bad).await.problem(),
        "422 bad-table table"
    );
    let role = put(&world, Role::Dispatcher, json!({"table": TABLE})).await;
    assert_eq!(role.problem(), "403 not-permitted");
}

#[tokio::test]
async fn answers_are_recorded_and_shown_and_rule_where_nobody_chose() {
    let world = with_cards().await;
    let id = world.take_call().await;
    let path = format!("/api/v1/incidents/{id}");
    let answers = format!("{path}/answers");
    let answer = |question: &str, answer: &str| json!({"card": "SMOKE", "question": question, "answer": answer});
    let known = world.get(Role::CallTaker, &path).await.json();
    assert_eq!(known["questions"], json!(null));
    let wrong = world
        .post(Role::CallTaker, &answers, answer("inside", "perhaps"))
        .await;
    assert_eq!(wrong.problem(), "409 bad-answer");
    let told = world
        .post(Role::CallTaker, &answers, answer("inside", "yes"))
        .await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    // Two floors up: what the caller says stands in no address and in no open part.
    let words = json!({"card": "SMOKE", "version": 1, "question": "where", "answer": "unknown"});
    world.post(Role::CallTaker, &answers, words).await;
    let known = world.get(Role::CallTaker, &path).await.json();
    check_schema("Incident", &known);
    let own = |words: &str| json!({"own": words, "zh": null});
    assert_eq!(
        known["questions"]["steps"],
        json!([
            {"question": "inside", "ask": own("Is anybody inside?"), "answer": "yes", "words": null},
            {"question": "where", "ask": own("Where?"), "answer": "unknown", "words": null},
        ])
    );
    // A person changes the priority: it stays, and the difference is a suggestion.
    let other = if known["row"]["priority"] == "1" {
        "2"
    } else {
        "1"
    };
    world
        .post(
            Role::CallTaker,
            &format!("{path}/priority"),
            json!({"priority": other}),
        )
        .await;
    world
        .post(
            Role::CallTaker,
            &answers,
            answer("where", "on the second floor"),
        )
        .await;
    let known = world.get(Role::CallTaker, &path).await.json();
    assert_eq!(known["row"]["priority"], other);
    assert_eq!(known["questions"]["suggested_priority"], "1");
    let timeline = world
        .get(Role::CallTaker, &format!("{path}/timeline"))
        .await;
    check_schema("Timeline", &timeline.json());
    assert!(timeline.text.contains("on the second floor"));
    let page = world
        .get(Role::CallTaker, &format!("/incidents/{id}"))
        .await;
    assert!(page.text.contains("Is anybody inside?"), "{}", page.text);
    assert!(page.text.contains("on the second floor"));
}
