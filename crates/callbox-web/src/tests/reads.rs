//! The oversight rules for reads, each by a way around the pages.

use axum::http::{StatusCode, header};
use callbox_domain::{ReadAct, ReadObject, ReadOutcome, ReadPurpose};
use callbox_engine::{Listed, ReadWanted};
use serde_json::{Value, json};

use super::World;
use crate::{
    access::Role,
    reads::table::{needs, rows},
    security,
};

/// All reads on the record, the newest first.
fn on_record(world: &World) -> Vec<Listed> {
    let wanted = ReadWanted {
        limit: 1_000,
        ..ReadWanted::default()
    };
    world.state.engine.consultations(&wanted).unwrap()
}

/// Those of one object, the oldest first.
fn of(world: &World, object: ReadObject) -> Vec<Listed> {
    let all = on_record(world).into_iter().rev();
    all.filter(|one| one.read.object == object).collect()
}

async fn closed_incident(world: &World) -> u64 {
    let id = world.take_call().await;
    let body = json!({"disposition": "DONE"});
    let path = format!("/api/v1/incidents/{id}/close");
    let answer = world.post(Role::Dispatcher, &path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    id
}

/// A closed incident that is nobody's present work any more.
async fn case(world: &World) -> u64 {
    let id = closed_incident(world).await;
    world.pass(3_600);
    id
}

async fn state(world: &World, role: Role, what: Value) -> super::Answer {
    let mut body = json!({"number": "CASE-7", "reason": "the prosecutor asks"});
    for (name, value) in what.as_object().unwrap() {
        body[name] = value.clone();
    }
    let path = "/api/v1/consultations/purpose";
    let request = world
        .request(role, path)
        .method("POST")
        .header(header::CONTENT_TYPE, "application/json");
    world
        .send(request.body(body.to_string().into()).unwrap())
        .await
}

fn about(id: u64, purpose: &str) -> Value {
    json!({"object": "incident", "incident": id, "purpose": purpose})
}

#[test]
fn a_route_that_may_read_personal_data_says_what_it_reads() {
    for route in security::all() {
        let need = needs(route.verb, route.path, route.action);
        assert!(need.is_some(), "{} has no row", route.path);
    }
    for (verb, path) in rows() {
        assert!(security::find(verb, path).is_some(), "{path} is no route");
    }
}

#[tokio::test]
async fn a_read_without_purpose_is_refused_and_the_refusal_is_on_the_record() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let object = ReadObject::Incident(callbox_domain::IncidentId(id));
    let ways = [
        format!("/api/v1/incidents/{id}"),
        format!("/api/v1/incidents/{id}/timeline"),
        format!("/api/v1/incidents/{id}/after-action"),
        format!("/api/v1/incidents/{id}/recommendation"),
        format!("/incidents/{id}"),
        format!("/incidents/{id}/proofs/1"),
    ];
    for (n, path) in ways.iter().enumerate() {
        let answer = world.get(Role::Supervisor, path).await;
        assert_eq!(answer.problem(), "403 purpose-first", "{path}");
        assert!(!answer.text.contains("Elm"), "{path}: {}", answer.text);
        let refused = of(&world, object);
        assert_eq!(refused.len(), n + 1, "{path}");
        assert_eq!(refused[n].read.outcome, ReadOutcome::NoPurpose, "{path}");
    }
    // A page that asks for the purpose turns nobody away; the record says that it showed nothing.
    let page = world
        .request(Role::Supervisor, &ways[4])
        .header(axum::http::header::ACCEPT, "text/html");
    let page = world
        .send(page.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("action=\"/purpose\""), "{}", page.text);
    assert!(!page.text.contains("case-times"), "{}", page.text);
    let last = of(&world, object).pop().unwrap().read;
    assert_eq!((last.outcome, last.purpose), (ReadOutcome::Asked, None));
    // Not by HEAD either.
    let head = world.request(Role::Supervisor, &ways[0]).method("HEAD");
    let head = world
        .send(head.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(head.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_stated_purpose_is_on_the_record_with_each_read_before_it_is_shown() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let object = ReadObject::Incident(callbox_domain::IncidentId(id));
    let stated = state(&world, Role::Supervisor, about(id, "court")).await;
    assert_eq!(stated.status, StatusCode::OK, "{}", stated.text);
    super::schema::check("Purpose", &stated.json());
    for n in 1..=2 {
        let path = format!("/api/v1/incidents/{id}");
        let shown = world.get(Role::Supervisor, &path).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        // The answer's own state already holds the record of the read.
        let last = on_record(&world).remove(0);
        assert!(shown.json()["seq"].as_u64().unwrap() > last.seq);
        let reads = of(&world, object);
        assert_eq!(reads.len(), n);
        assert_eq!(reads[n - 1].read.purpose, Some(ReadPurpose::Court));
        assert_eq!(reads[n - 1].read.outcome, ReadOutcome::Shown);
    }
    // It is the reader's own, and ends.
    let path = format!("/api/v1/incidents/{id}");
    let other = world.get(Role::Dispatcher, &path).await;
    assert_eq!(other.problem(), "403 purpose-first");
    world.pass(16 * 60);
    let late = world.get(Role::Supervisor, &path).await;
    assert_eq!(late.problem(), "403 purpose-first");
}

#[tokio::test]
async fn a_purpose_serves_only_those_and_that_for_which_it_is_meant() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let object = ReadObject::Incident(callbox_domain::IncidentId(id));
    let refused = state(&world, Role::CallTaker, about(id, "court")).await;
    assert_eq!(refused.problem(), "403 wrong-purpose");
    let last = of(&world, object).pop().unwrap();
    assert_eq!(last.read.outcome, ReadOutcome::WrongPurpose);
    assert_eq!(last.read.purpose, Some(ReadPurpose::Court));
    // Who may not read incidents at all gains nothing by a purpose.
    let refused = state(&world, Role::Administrator, about(id, "court")).await;
    assert_eq!(refused.problem(), "403 not-permitted");
    // A caller who calls again: for three days, then whoever leads reads.
    let stated = state(&world, Role::CallTaker, about(id, "follow-up")).await;
    assert_eq!(stated.status, StatusCode::OK);
    let path = format!("/api/v1/incidents/{id}");
    let shown = world.get(Role::CallTaker, &path).await;
    assert_eq!(shown.status, StatusCode::OK);
    world.pass(4 * 86_400);
    state(&world, Role::CallTaker, about(id, "follow-up")).await;
    let refused = world.get(Role::CallTaker, &path).await;
    assert_eq!(refused.problem(), "403 case-too-old");
    let last = of(&world, object).pop().unwrap();
    assert_eq!(last.read.outcome, ReadOutcome::WrongPurpose);
}

#[tokio::test]
async fn a_case_that_left_memory_is_as_old_as_its_record_says() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let later = (0..callbox_domain::CLOSED_AT_MOST).map(|_| closed_incident(&world));
    futures_util::future::join_all(later).await;
    let object = callbox_domain::IncidentId(id);
    assert!(world.engine.snapshot().incident(object).is_none());
    state(&world, Role::CallTaker, about(id, "follow-up")).await;
    let path = format!("/api/v1/incidents/{id}");
    let shown = world.get(Role::CallTaker, &path).await;
    assert_eq!(shown.status, StatusCode::OK);
    world.pass(4 * 86_400);
    state(&world, Role::CallTaker, about(id, "follow-up")).await;
    let refused = world.get(Role::CallTaker, &path).await;
    assert_eq!(refused.problem(), "403 case-too-old");
}

#[tokio::test]
async fn a_purpose_needs_a_number_and_a_reason() {
    let world = World::set_up().await;
    let id = case(&world).await;
    for lacking in ["number", "reason"] {
        let mut what = about(id, "court");
        what[lacking] = json!("  ");
        let refused = state(&world, Role::Supervisor, what).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut what = about(id, "court");
        what[lacking] = json!("x".repeat(1_001));
        let refused = state(&world, Role::Supervisor, what).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let path = format!("/api/v1/incidents/{id}");
    let refused = world.get(Role::Supervisor, &path).await;
    assert_eq!(refused.problem(), "403 purpose-first");
}

#[tokio::test]
async fn staff_performance_is_no_purpose_of_the_record_of_reads() {
    let world = World::set_up().await;
    let path = "/api/v1/consultations";
    for role in [Role::Supervisor, Role::Auditor] {
        let refused = world.get(role, path).await;
        assert_eq!(refused.problem(), "403 purpose-first");
    }
    let log = |purpose: &str| json!({"object": "consultations", "purpose": purpose});
    let refused = state(&world, Role::Supervisor, log("staff-performance")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wrong in ["case-review", "complaint", "follow-up"] {
        let refused = state(&world, Role::Supervisor, log(wrong)).await;
        assert_eq!(refused.problem(), "403 wrong-purpose");
    }
    let refused = state(&world, Role::CallTaker, log("lawfulness")).await;
    assert_eq!(refused.problem(), "403 not-permitted");
    for right in [
        "lawfulness",
        "self-monitoring",
        "integrity",
        "criminal-proceedings",
    ] {
        state(&world, Role::Auditor, log(right)).await;
        let shown = world.get(Role::Auditor, path).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        super::schema::check("Reads", &shown.json());
        // This look at the record is on the record.
        let first = &shown.json()["reads"][0];
        assert_eq!(first["object"], "consultations");
        assert_eq!(first["purpose"], right);
        assert_eq!(first["reason"], "the prosecutor asks");
    }
    let page = world.get(Role::Auditor, "/consultations").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("the prosecutor asks"));
}

#[tokio::test]
async fn live_work_carries_its_purpose_and_refreshes_are_not_recorded() {
    let world = World::set_up().await;
    let id = closed_incident(&world).await;
    let open = world.take_call().await;
    for _ in 0..3 {
        for id in [id, open] {
            let path = format!("/api/v1/incidents/{id}");
            let shown = world.get(Role::Dispatcher, &path).await;
            assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        }
        let board = world.get(Role::Dispatcher, "/api/v1/board").await;
        assert_eq!(board.status, StatusCode::OK);
        world.pass(30);
    }
    for object in [
        ReadObject::Incident(callbox_domain::IncidentId(id)),
        ReadObject::Incident(callbox_domain::IncidentId(open)),
        ReadObject::Board,
    ] {
        let reads = of(&world, object);
        assert_eq!(reads.len(), 1, "{object:?}");
        assert_eq!(reads[0].read.purpose, Some(ReadPurpose::LiveWork));
    }
    // Some minutes after its end an incident is a case.
    world.pass(15 * 60);
    let path = format!("/api/v1/incidents/{id}");
    let refused = world.get(Role::Dispatcher, &path).await;
    assert_eq!(refused.problem(), "403 purpose-first");
}

#[tokio::test]
async fn a_live_board_leaves_a_record_of_its_opening_and_its_end() {
    let world = World::set_up().await;
    let request = world.request(Role::Dispatcher, "/api/v1/live");
    let stream = world
        .open(request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(stream.status(), StatusCode::OK);
    drop(stream);
    for _ in 0..500 {
        if of(&world, ReadObject::Board).len() >= 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let acts: Vec<_> = of(&world, ReadObject::Board)
        .iter()
        .map(|one| one.read.act)
        .collect();
    assert_eq!(acts, [ReadAct::Opened, ReadAct::Closed]);
}

#[tokio::test]
async fn lists_of_closed_incidents_have_no_places_unless_a_purpose_was_stated() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let other = json!({"type": "FIRE", "place": "77 Marker Lane", "lat": 40.5, "lon": -74.25});
    let other = world
        .post(Role::CallTaker, "/api/v1/incidents", other)
        .await;
    let other = other.json()["incident"].as_u64().unwrap();
    assert!(other > id);
    let path = format!("/api/v1/incidents/{other}/close");
    world
        .post(Role::Dispatcher, &path, json!({"disposition": "DONE"}))
        .await;
    let ways = [
        "/api/v1/history",
        "/api/v1/incidents?state=closed",
        "/history",
    ];
    for path in ways {
        let listed = world.get(Role::Dispatcher, path).await;
        assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
        assert!(!listed.text.contains("Marker"), "{path}");
        assert!(!listed.text.contains("74.25"), "{path}");
    }
    assert!(of(&world, ReadObject::History).is_empty());
    let what = json!({"object": "history", "purpose": "related-emergency"});
    state(&world, Role::Dispatcher, what).await;
    for (n, path) in ways.iter().enumerate() {
        let listed = world.get(Role::Dispatcher, path).await;
        assert!(listed.text.contains("Marker"), "{path}: {}", listed.text);
        assert_eq!(of(&world, ReadObject::History).len(), n + 1);
    }
}

#[tokio::test]
async fn premise_notes_are_read_at_work_for_upkeep_or_for_a_purpose() {
    let world = World::set_up().await;
    for path in ["/api/v1/premises/notes", "/premises"] {
        let refused = world.get(Role::CallTaker, path).await;
        assert_eq!(refused.problem(), "403 purpose-first", "{path}");
        let shown = world.get(Role::Supervisor, path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}");
        let last = of(&world, ReadObject::Premises).pop().unwrap();
        assert_eq!(last.read.purpose, Some(ReadPurpose::Upkeep));
    }
    let body = json!({"place": "212 Elm St"});
    let asked = world
        .post(Role::CallTaker, "/api/v1/premises/at", body)
        .await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let last = of(&world, ReadObject::Premises).pop().unwrap();
    assert_eq!(last.read.purpose, Some(ReadPurpose::LiveWork));
}

#[tokio::test]
async fn a_file_that_leaves_the_service_needs_a_purpose_even_while_the_work_goes_on() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let path = format!("/api/v1/incidents/{id}/after-action");
    let refused = world.get(Role::Supervisor, &path).await;
    assert_eq!(refused.problem(), "403 purpose-first");
    state(&world, Role::Supervisor, about(id, "court")).await;
    let made = world.get(Role::Supervisor, &path).await;
    assert_ne!(made.status, StatusCode::FORBIDDEN, "{}", made.text);
    let object = ReadObject::Incident(callbox_domain::IncidentId(id));
    let last = of(&world, object).pop().unwrap();
    assert_eq!(last.read.act, ReadAct::HandedOut);
    assert_eq!(last.read.purpose, Some(ReadPurpose::Court));
}

#[tokio::test]
async fn everybody_sees_their_own_reads_and_nobody_elses() {
    let world = World::set_up().await;
    let open = world.take_call().await;
    let path = format!("/api/v1/incidents/{open}");
    world.get(Role::Dispatcher, &path).await;
    let own = world.get(Role::CallTaker, "/api/v1/me/reads").await;
    super::schema::check("Reads", &own.json());
    let objects = |answer: &super::Answer| -> Vec<String> {
        let reads = answer.json()["reads"].as_array().unwrap().clone();
        let objects = reads
            .iter()
            .map(|one| one["object"].as_str().unwrap().to_owned());
        objects.collect()
    };
    assert_eq!(objects(&own), ["consultations"]);
    let own = world.get(Role::Dispatcher, "/api/v1/me/reads").await;
    assert_eq!(objects(&own), ["consultations", "incident"]);
    let page = world.get(Role::Dispatcher, "/account/reads").await;
    assert_eq!(page.status, StatusCode::OK);
    let refused = world.get(Role::Dispatcher, "/api/v1/consultations").await;
    assert_eq!(refused.problem(), "403 not-permitted");
}

#[tokio::test]
async fn break_glass_takes_a_reason_tells_another_ends_and_is_reviewed_by_another() {
    let world = World::set_up().await;
    let id = case(&world).await;
    world.pass(4 * 86_400);
    let object = ReadObject::Incident(callbox_domain::IncidentId(id));
    let path = format!("/api/v1/incidents/{id}");
    state(&world, Role::Dispatcher, about(id, "follow-up")).await;
    let refused = world.get(Role::Dispatcher, &path).await;
    assert_eq!(refused.problem(), "403 case-too-old");
    // Nobody without the right to read incidents gains it, and a reason is needed.
    let none = state(&world, Role::Auditor, about(id, "break-glass")).await;
    assert_eq!(none.problem(), "403 not-permitted");
    let mut silent = about(id, "break-glass");
    silent["reason"] = json!(" ");
    let none = state(&world, Role::Dispatcher, silent).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let broken = state(&world, Role::Dispatcher, about(id, "break-glass")).await;
    assert_eq!(broken.status, StatusCode::OK, "{}", broken.text);
    let shown = world.get(Role::Dispatcher, &path).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let last = of(&world, object).pop().unwrap();
    assert_eq!(last.read.purpose, Some(ReadPurpose::BreakGlass));
    assert_eq!(last.read.grant, Some(1));
    assert!(matches!(last.words, callbox_engine::WordsKept::Known(_)));
    // Who oversees is told on every page, and sees the counts.
    for role in [Role::Supervisor, Role::Auditor] {
        let page = world.get(role, "/break-glass").await;
        assert!(page.text.contains("Break-glass: 1 unseen"), "{}", page.text);
        let list = world.get(role, "/api/v1/break-glass").await.json();
        super::schema::check("BreakGlass", &list);
        assert_eq!(list["opened"], 1);
        assert_eq!(list["waiting"][0]["incident"], id);
    }
    let denied = world.get(Role::Dispatcher, "/api/v1/break-glass").await;
    assert_eq!(denied.problem(), "403 not-permitted");
    // Who broke it sees that it holds, and until when; consoles of others say that there is something to look at.
    let own = world.get(Role::Dispatcher, "/units").await.text;
    assert!(own.contains(&format!("you read #{id} until")), "{own}");
    let others = world.get(Role::CallTaker, "/units").await.text;
    assert!(
        !others.contains(&format!("you read #{id} until")),
        "{others}"
    );
    for (role, glass) in [(Role::Dispatcher, 0), (Role::Supervisor, 1)] {
        let beat = first_beat(&world, role).await;
        assert!(beat.contains(&format!("\"glass\":{glass}")), "{beat}");
    }
    let seen = "/api/v1/break-glass/1/seen";
    let seen = world.post(Role::Auditor, seen, json!({})).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let page = world.get(Role::Supervisor, "/break-glass").await;
    assert!(!page.text.contains("unseen"), "{}", page.text);
    // It ends by itself.
    world.pass(31 * 60);
    let late = world.get(Role::Dispatcher, &path).await;
    assert_eq!(late.problem(), "403 purpose-first");
    let over = world.get(Role::Dispatcher, "/units").await.text;
    assert!(!over.contains(&format!("you read #{id} until")), "{over}");
    let review = "/api/v1/break-glass/1/review";
    let body = json!({"finding": "justified"});
    let denied = world.post(Role::Dispatcher, review, body.clone()).await;
    assert_eq!(denied.problem(), "403 not-permitted");
    let reviewed = world.post(Role::Auditor, review, body).await;
    assert_eq!(reviewed.status, StatusCode::OK, "{}", reviewed.text);
    let list = world.get(Role::Auditor, "/api/v1/break-glass").await.json();
    assert_eq!(list["justified"], 1);
    assert_eq!(list["waiting"], json!([]));
}

#[tokio::test]
async fn nobody_reviews_their_own_breaking_of_the_glass_nor_carries_a_file_away_by_it() {
    let world = World::set_up().await;
    let id = case(&world).await;
    let broken = state(&world, Role::Supervisor, about(id, "break-glass")).await;
    assert_eq!(broken.status, StatusCode::OK, "{}", broken.text);
    let out = format!("/api/v1/incidents/{id}/after-action");
    let refused = world.get(Role::Supervisor, &out).await;
    assert_eq!(refused.problem(), "403 purpose-first");
    let body = json!({"finding": "justified"});
    let own = world
        .post(Role::Supervisor, "/api/v1/break-glass/1/review", body)
        .await;
    assert_eq!(own.problem(), "409 own-grant");
    let own = world
        .post(Role::Supervisor, "/api/v1/break-glass/1/seen", json!({}))
        .await;
    assert_eq!(own.problem(), "409 own-grant");
}

/// What a console of this role is told first.
async fn first_beat(world: &World, role: Role) -> String {
    let request = world.request(role, "/api/v1/live");
    let answer = world
        .open(request.body(axum::body::Body::empty()).unwrap())
        .await;
    let mut stream = answer.into_body().into_data_stream();
    let mut text = String::new();
    while !text.contains("event: beat") || !text.ends_with("\n\n") {
        let piece = futures_util::StreamExt::next(&mut stream).await.unwrap();
        text += &String::from_utf8_lossy(&piece.unwrap());
    }
    text
}
