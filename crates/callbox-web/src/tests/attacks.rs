//! Attacks, each tried from outside; `docs/security/attacks.md` lists them with their outcomes.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use super::{World, second_factor::Browser};
use crate::access::{Kind, Role, Scope};

/// Words that would do something if they were not taken as words.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE sessions; --",
    "' OR '1'='1",
    "{{7*7}}${7*7}",
    "../../../../etc/passwd",
];

#[tokio::test]
async fn a_planted_session_is_not_signed_in() {
    let world = World::empty();
    let planted = "f".repeat(64);
    let mut victim = Browser::new("x");
    victim.cookie = format!("callbox={planted}");
    victim.sign_in(&world, "dispatcher").await;
    assert_ne!(victim.secret(), planted);
    let mut attacker = Browser::new("x");
    attacker.cookie = format!("callbox={planted}");
    let answer = attacker.get(&world, "/api/v1/me").await;
    assert_eq!(answer.problem(), "401 not-signed-in");

    // Somebody else's own session, planted before the victim signs in, ends by the sign-in.
    attacker.cookie.clear();
    attacker.sign_in(&world, "call-taker").await;
    victim.cookie = attacker.cookie.clone();
    victim.sign_in(&world, "dispatcher").await;
    assert_ne!(victim.cookie, attacker.cookie);
    let answer = attacker.get(&world, "/api/v1/me").await;
    assert_eq!(answer.problem(), "401 not-signed-in");
}

#[tokio::test]
async fn hostile_words_of_callers_stay_words() {
    let world = World::set_up().await;
    for words in HOSTILE {
        let body = json!({
            "place": words, "type": "FIRE", "caller_name": words, "caller_number": words,
            "text": words,
        });
        let taken = world.post(Role::CallTaker, "/api/v1/incidents", body).await;
        assert_ne!(taken.status, StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({"place": words, "type": "FIRE"});
        let taken = world.post(Role::CallTaker, "/api/v1/incidents", body).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text);
        let number = world.engine.snapshot().incidents.len();
        let path = format!("/api/v1/incidents/{number}/narrative");
        let told = world
            .post(Role::CallTaker, &path, json!({"text": words}))
            .await;
        assert!(told.status.is_success(), "{}", told.text);
    }
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let count = world.engine.snapshot().incidents.len();
    assert!(count >= HOSTILE.len());
    for number in 1..=count {
        let page = browser.get(&world, &format!("/incidents/{number}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<script>alert"), "{number}");
        assert!(!page.text.contains("<img src=x"), "{number}");
        assert!(!page.text.contains("49$49"), "{number}");
    }
    for page in ["/board", "/history", "/units", "/account"] {
        let page = browser.get(&world, page).await;
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"));
    }
}

#[tokio::test]
async fn hostile_words_in_forms_and_addresses_change_nothing() {
    let world = World::empty();
    let before = world.access.accounts().unwrap();
    for words in HOSTILE {
        let escaped: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut browser = Browser::new("x");
        let form = format!("login={escaped}&password={escaped}&next={escaped}");
        let answer = browser.post(&world, "/sign-in", &form).await;
        let leads_to = answer.header("location");
        assert!(leads_to.starts_with("/sign-in?problem=wrong"), "{leads_to}");

        let mut admin = Browser::new("y");
        admin.sign_in(&world, "administrator").await;
        let form = format!("login={escaped}&name=X&role={escaped}");
        let answer = admin.post(&world, "/accounts", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let path = format!("/accounts/{escaped}/disable");
        let answer = admin.post(&world, &path, "").await;
        assert_ne!(answer.status, StatusCode::OK, "{words}");
        let path = format!("/account/sessions/{escaped}/end");
        assert_ne!(
            admin.post(&world, &path, "").await.status,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        for path in [
            "/api/v1/incidents/",
            "/api/v1/units/",
            "/incidents/",
            "/units/",
        ] {
            let answer = admin.get(&world, &format!("{path}{escaped}")).await;
            assert!(answer.status.is_client_error(), "{path}{words}");
        }
    }
    assert_eq!(world.access.accounts().unwrap(), before);
}

#[tokio::test]
async fn no_path_leads_out_of_the_assets() {
    let world = World::empty();
    for path in [
        "/assets/1/../../access.db",
        "/assets/1/..%2f..%2faccess.db",
        "/assets/1/%2e%2e/%2e%2e/access.db",
        "/assets/1//etc/passwd",
        "/ledger/tile/../../access.db",
        "/ledger/tile/0/..%2f..%2faccess.db",
    ] {
        let answer = world.get(Role::Supervisor, path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.text.contains("SQLite") && !answer.text.contains("root:"));
    }
}

#[tokio::test]
async fn another_role_in_mid_session_counts_at_once() {
    let world = World::empty();
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "supervisor").await;
    let token = world.token(Role::Supervisor).to_owned();
    let found = world.access.session(Kind::Browser, browser.secret());
    let (session, _) = found.unwrap();
    world
        .access
        .set_role("supervisor", Role::CallTaker)
        .unwrap();
    let answer = browser.get(&world, "/api/v1/me").await;
    assert_eq!(answer.problem(), "401 not-signed-in");
    assert!(
        world.access.watch(&session).is_none(),
        "its live streams end too"
    );
    let request = Request::get("/metrics").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        answer.problem(),
        "403 not-permitted",
        "a token has the new role"
    );
}

#[tokio::test]
async fn a_clock_that_goes_back_does_not_bring_a_token_back_twice() {
    let world = World::empty();
    let token = world
        .access
        .add_token("dispatcher", "x", 1, Scope::Account)
        .unwrap();
    let ask = async || {
        let request = Request::get("/api/v1/me");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        world
            .send(request.body(Body::empty()).unwrap())
            .await
            .status
    };
    assert_eq!(ask().await, StatusCode::OK);
    world.pass(86_400);
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
    world.access.tidy().unwrap();
    world.pass(-86_400);
    world.access.tidy().unwrap();
    assert_eq!(
        ask().await,
        StatusCode::UNAUTHORIZED,
        "what is over stays over"
    );
}

#[tokio::test]
async fn forged_positions_of_the_stream_give_no_error_and_nothing_of_others() {
    let world = World::set_up().await;
    for position in ["-1", "18446744073709551616", "x", "999999999", "1 OR 1=1"] {
        let request = world
            .request(Role::Administrator, "/api/v1/live")
            .header("last-event-id", position);
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(), "403 not-permitted", "{position}");
        let request = world
            .request(Role::Dispatcher, "/api/v1/live")
            .header("last-event-id", position);
        let answer = world.open(request.body(Body::empty()).unwrap()).await;
        assert!(!answer.status().is_server_error(), "{position}");
    }
}

#[tokio::test]
async fn trace_and_other_methods_are_not_offered() {
    let world = World::set_up().await;
    for method in ["TRACE", "CONNECT", "OPTIONS", "PATCH", "DELETE", "PROPFIND"] {
        for path in ["/", "/api/v1/board", "/sign-in"] {
            let request = world.request(Role::Supervisor, path).method(method);
            let answer = world.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert!(
                !answer.text.contains("Bearer"),
                "nothing of it is sent back"
            );
        }
    }
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_is_refused() {
    let world = World::set_up().await;
    let answer = world
        .get(
            Role::Supervisor,
            "/api/v1/incidents?state=open&limit=1&state=closed",
        )
        .await;
    assert_eq!(answer.problem(), "422 bad-field state");
    assert_eq!(answer.json()["text"], "bad-field.twice");
}
