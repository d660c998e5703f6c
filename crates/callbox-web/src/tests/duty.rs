//! Rights by duty: what changes operations is kept for those on duty, where the center asks for it.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use callbox_domain::{Code, Event};
use serde_json::{Value, json};

use super::{Answer, PASSWORD, World, second_factor::Browser};
use crate::access::{Role, Scope};

const DUTY: &str = "/api/v1/duty";
const OTHERS: &str = "/api/v1/duty/others";

impl World {
    /// A center that asks for duty, with an open incident.
    async fn with_duty() -> Self {
        let world = Self::set_up().await;
        world.tie();
        world.take_call().await;
        world.access.set_policy("duty", "required").unwrap();
        world
    }

    async fn narrate(&self, role: Role) -> Answer {
        let path = "/api/v1/incidents/1/narrative";
        self.post(role, path, json!({"text": "smoke on the stairs"}))
            .await
    }

    async fn as_token(&self, token: &str, path: &str, body: Value) -> Answer {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }
}

#[tokio::test]
async fn off_duty_nothing_is_changed_and_the_refusal_says_what_to_do() {
    let world = World::with_duty().await;
    let refused = world.narrate(Role::Dispatcher).await;
    assert_eq!(refused.problem(), "403 duty-first");
    let problem = refused.json();
    assert_eq!(
        problem["detail"],
        "you are off duty, and here only those on duty may write narrative lines"
    );
    assert_eq!(
        problem["hint"],
        "sign on at /duty, or ask a supervisor to sign you on"
    );
    // By the typed line too, which says so before it is sent.
    let line = json!({"line": "NT 1 //smoke"});
    let typed = world.post(Role::Dispatcher, "/api/v1/line", line.clone());
    assert_eq!(typed.await.problem(), "403 duty-first");
    let preview = world.post(Role::Dispatcher, "/api/v1/line/preview", line);
    assert_eq!(preview.await.json()["problem"]["code"], "duty-first");
    // What somebody may read they may read, and they are told what they may.
    let board = world.get(Role::Dispatcher, "/api/v1/board").await;
    assert_eq!(board.status, StatusCode::OK);
    let me = world.get(Role::Dispatcher, "/api/v1/me").await.json();
    assert_eq!(
        (&me["duty_required"], &me["duty_until"]),
        (&json!(true), &Value::Null)
    );
    let may = me["may"].to_string();
    assert!(may.contains("POST /api/v1/duty") && !may.contains("/narrative"));
    // An incident is not the work of somebody off duty: it takes a purpose.
    let read = world.get(Role::Dispatcher, "/api/v1/incidents/1").await;
    assert_eq!(read.problem(), "403 purpose-first");
    let why = json!({"object": "incident", "incident": 1, "purpose": "follow-up", "number": "C-1", "reason": "asked for"});
    let stated = world
        .post(Role::Dispatcher, "/api/v1/consultations/purpose", why)
        .await;
    assert_eq!(stated.status, StatusCode::OK, "{}", stated.text);
    let read = world.get(Role::Dispatcher, "/api/v1/incidents/1").await;
    assert_eq!(read.status, StatusCode::OK);
    // The work of the office goes on.
    let word = json!({"code": "EMS", "name": "Elm Ambulance"});
    world.define("agencies", word).await;
}

#[tokio::test]
async fn a_duty_is_on_the_record_and_ends_by_itself() {
    let world = World::with_duty().await;
    for hours in [json!(25), json!(-1), json!("many")] {
        let refused = world.post(Role::Dispatcher, DUTY, json!({"hours": hours}));
        assert_eq!(refused.await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let seq = world.engine.snapshot().next_seq();
    let on = world
        .post(Role::Dispatcher, DUTY, json!({"hours": 8}))
        .await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.text);
    assert_eq!(world.narrate(Role::Dispatcher).await.status, StatusCode::OK);
    let entries = world.engine.entries_from(seq, 10).unwrap();
    let said = entries.iter().find_map(|entry| match entry.event {
        Event::DutySet(set) => Some((entry.actor, set.account)),
        _ => None,
    });
    let (by, whose) = said.unwrap();
    assert_eq!(by, whose);
    // Others see it; one's own duty is nobody else's.
    let seen = world.get(Role::CallTaker, DUTY).await.json();
    assert_eq!(seen["on_duty"][0]["login"], "dispatcher", "{seen}");
    assert_eq!(
        world.narrate(Role::CallTaker).await.problem(),
        "403 duty-first"
    );
    world.pass(8 * 3_600 - 1);
    assert_eq!(world.narrate(Role::Dispatcher).await.status, StatusCode::OK);
    world.pass(1);
    assert_eq!(
        world.narrate(Role::Dispatcher).await.problem(),
        "403 duty-first"
    );
    let seen = world.get(Role::CallTaker, DUTY).await.json();
    assert_eq!(seen["on_duty"], json!([]));
    // And when they say so.
    world
        .post(Role::Dispatcher, DUTY, json!({"hours": 1}))
        .await;
    world
        .post(Role::Dispatcher, DUTY, json!({"hours": 0}))
        .await;
    assert_eq!(
        world.narrate(Role::Dispatcher).await.problem(),
        "403 duty-first"
    );
    // Where the center does not ask for it, everybody works as before.
    world.access.set_policy("duty", "optional").unwrap();
    assert_eq!(world.narrate(Role::Dispatcher).await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_leads_signs_others_on_and_off() {
    let world = World::with_duty().await;
    let body = |login: &str, hours| json!({"login": login, "hours": hours});
    let refused = world.post(Role::Dispatcher, OTHERS, body("call-taker", 8));
    assert_eq!(refused.await.problem(), "403 not-permitted");
    // A supervisor need not be on duty for that: somebody has to be the first.
    let on = world
        .post(Role::Supervisor, OTHERS, body("call-taker", 8))
        .await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.text);
    assert_eq!(world.narrate(Role::CallTaker).await.status, StatusCode::OK);
    let seen = world.get(Role::Supervisor, DUTY).await.json();
    assert_eq!(seen["on_duty"][0]["by"]["name"], "supervisor One", "{seen}");
    world
        .post(Role::Supervisor, OTHERS, body("call-taker", 0))
        .await;
    assert_eq!(
        world.narrate(Role::CallTaker).await.problem(),
        "403 duty-first"
    );
    let nobody = world
        .post(Role::Supervisor, OTHERS, body("nobody", 8))
        .await;
    assert_eq!(nobody.problem(), "422 bad-field login");
    // Who is bound to an agency does so for its accounts; others are not there for them.
    let code = Code::new("FIRE").unwrap();
    let access = &world.access;
    for (login, role) in [("chief", Role::Supervisor), ("own", Role::CallTaker)] {
        access.create(login, login, role, PASSWORD).unwrap();
        access.set_agency(login, Some(&code)).unwrap();
    }
    let chief = access
        .add_token("chief", "test", 30, Scope::Account)
        .unwrap();
    let own = world.as_token(&chief, OTHERS, body("own", 8)).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
    let other = world.as_token(&chief, OTHERS, body("call-taker", 8)).await;
    assert_eq!(other.text, nobody.text);
    // An account that is out of use is on no duty, also when it comes back.
    access.disable("own").unwrap();
    let gone = world.as_token(&chief, OTHERS, body("own", 8)).await;
    assert_eq!(gone.text, nobody.text);
    access.enable("own").unwrap();
    let seen = world.get(Role::Supervisor, DUTY).await.json();
    assert_eq!(seen["on_duty"], json!([]));
}

#[tokio::test]
async fn breaking_the_glass_is_not_bound_to_duty() {
    let world = World::with_duty().await;
    world
        .post(Role::Dispatcher, DUTY, json!({"hours": 8}))
        .await;
    let close = json!({"disposition": "DONE"});
    let closed = world
        .post(Role::Dispatcher, "/api/v1/incidents/1/close", close)
        .await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
    world.pass(100 * 3_600);
    let path = "/api/v1/incidents/1";
    assert_eq!(
        world.get(Role::CallTaker, path).await.problem(),
        "403 purpose-first"
    );
    let glass = json!({"object": "incident", "incident": 1, "purpose": "break-glass", "number": "C-1", "reason": "a life"});
    let stated = world
        .post(Role::CallTaker, "/api/v1/consultations/purpose", glass)
        .await;
    assert_eq!(stated.status, StatusCode::OK, "{}", stated.text);
    assert_eq!(
        world.get(Role::CallTaker, path).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn pages_lead_off_duty_people_to_where_they_sign_on() {
    let world = World::with_duty().await;
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "call-taker").await;
    let led = browser.get(&world, "/calls/new").await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    assert_eq!(led.header("location"), "/duty?next=/calls/new");
    let page = browser.get(&world, "/duty?next=/calls/new").await;
    assert!(page.text.contains("You are off duty."), "{}", page.text);
    assert!(page.text.contains("Off duty: sign on"));
    let rights = browser.get(&world, "/rights?what=take+calls").await;
    assert!(rights.text.contains("on duty only"), "{}", rights.text);
    let on = browser
        .post(&world, "/duty", "hours=8&next=/calls/new")
        .await;
    assert_eq!(
        (on.status, on.header("location")),
        (StatusCode::SEE_OTHER, "/calls/new")
    );
    let taking = browser.get(&world, "/calls/new").await;
    assert_eq!(taking.status, StatusCode::OK);
    assert!(!taking.text.contains("Off duty: sign on"));
    let page = browser.get(&world, "/duty").await;
    assert!(page.text.contains("You are on duty until"), "{}", page.text);
    let refused = browser
        .post(&world, "/duty/others", "login=dispatcher&hours=8")
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let off = browser.post(&world, "/duty", "hours=0").await;
    assert_eq!(off.status, StatusCode::SEE_OTHER);
    let led = browser.get(&world, "/calls/new").await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
}
