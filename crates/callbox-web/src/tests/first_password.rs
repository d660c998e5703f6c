//! Passwords that somebody else set: changed at the first sign-in, and over after a while.

use axum::http::StatusCode;

use super::{
    World,
    rights::filled,
    second_factor::{Browser, enrol, now},
};
use crate::{
    access::{authenticator_app, rights},
    security::{self, Verb},
};

/// What the accounts page shows once.
fn shown_on(page: &str) -> String {
    let password = page.split("<code>").nth(1).unwrap();
    password.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_password_that_somebody_else_set_is_changed_first() {
    let world = World::empty();
    world.access.set_policy("first-passwords", "72").unwrap();
    let mut admin = Browser::new("a");
    admin.sign_in(&world, "administrator").await;
    assert_eq!(
        admin.get(&world, "/accounts").await.status,
        StatusCode::OK,
        "passwords of before hold"
    );
    let page = admin
        .post(&world, "/accounts/dispatcher/password", "")
        .await;
    assert!(page.text.contains("within 72 hours"), "{}", page.text);
    let first = shown_on(&page.text);
    let mut browser = Browser::new("x");
    let form = format!("login=dispatcher&password={first}");
    let answer = browser.post(&world, "/sign-in", &form).await;
    assert_eq!(answer.header("location"), "/account");
    let led = browser.get(&world, "/board").await;
    assert_eq!(led.header("location"), "/account?next=/board");
    let refused = browser.get(&world, "/api/v1/board").await;
    assert_eq!(refused.problem(), "403 password-first");
    let page = browser.get(&world, "/account").await.text;
    assert!(page.contains("set by somebody else"), "{page}");
    // Nothing else is offered, and a factor instead of another password does not lead on.
    assert!(!page.contains("/account/authenticator"), "{page}");
    browser.post(&world, "/account/authenticator", "").await;
    let refused = browser.get(&world, "/api/v1/board").await;
    assert_eq!(refused.problem(), "403 password-first");
    let path = "/account/password";
    let same = format!("present={first}&password={first}");
    let refused = browser.post(&world, path, &same).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = format!("present={first}&password=words+of+my+own+are+long");
    let changed = browser.post(&world, path, &other).await;
    assert_eq!(
        (changed.status, changed.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(browser.get(&world, "/board").await.status, StatusCode::OK);
    // The next time there is nothing left to do.
    let form = "login=dispatcher&password=words+of+my+own+are+long";
    let answer = browser.post(&world, "/sign-in", form).await;
    assert_eq!(answer.header("location"), "/board");
}

#[tokio::test]
async fn a_first_password_ends_and_the_code_comes_before_the_change() {
    let world = World::empty();
    let mut admin = Browser::new("a");
    admin.sign_in(&world, "administrator").await;
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let (secret, _) = enrol(&world, &mut browser).await;
    world.access.set_policy("first-passwords", "1").unwrap();
    world
        .access
        .set_policy("second-factor", "required")
        .unwrap();
    let page = admin
        .post(&world, "/accounts/dispatcher/password", "")
        .await;
    let first = shown_on(&page.text);
    let form = format!("login=dispatcher&password={first}");
    world.pass(60);
    let answer = browser.post(&world, "/sign-in", &form).await;
    assert_eq!(answer.header("location"), "/sign-in/code?next=/");
    let code = format!("code={}", authenticator_app(&secret, now(&world)));
    let answer = browser.post(&world, "/sign-in/code", &code).await;
    assert_eq!(answer.header("location"), "/account");
    let refused = browser.get(&world, "/api/v1/board").await;
    assert_eq!(refused.problem(), "403 password-first");
    world.pass(3_600);
    let ended = browser.post(&world, "/sign-in", &form).await;
    assert_eq!(ended.header("location"), "/sign-in?problem=ended&next=/");
    let wrong = browser
        .post(&world, "/sign-in", "login=dispatcher&password=wrong")
        .await;
    assert_eq!(wrong.header("location"), "/sign-in?problem=wrong&next=/");
    let known = world.access.recognise("dispatcher", &first, "");
    assert!(known.unwrap().is_none());
    // Without the rule it holds like any other.
    world.access.set_policy("first-passwords", "0").unwrap();
    let answer = browser.post(&world, "/sign-in", &form).await;
    assert_eq!(answer.header("location"), "/sign-in/code?next=/");
}

/// Whoever else knows a password that was handed over could leave a passkey behind.
#[tokio::test]
async fn a_first_password_opens_nothing_but_its_change() {
    let world = World::empty();
    world.access.set_policy("first-passwords", "72").unwrap();
    let first = "a password of an administrator";
    world.access.set_password("supervisor", first).unwrap();
    let mut browser = Browser::new("x");
    let form = format!("login=supervisor&password={}", first.replace(' ', "+"));
    browser.post(&world, "/sign-in", &form).await;
    let mut refused = 0;
    for route in security::all() {
        let path = filled(route.path);
        let is_open = rights::is_open(route.action) || route.path.starts_with("/assets/");
        if is_open || (route.verb, route.path) == (Verb::Post, "/account/password") {
            continue;
        }
        let answer = match route.verb {
            Verb::Get => browser.get(&world, &path).await,
            verb => browser.send(&world, verb.name(), &path, "").await,
        };
        if matches!(
            (route.verb, route.path),
            (Verb::Get, "/account" | "/confirm")
        ) {
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            continue;
        }
        let name = route.verb.name();
        match answer.status {
            StatusCode::SEE_OTHER => {
                let location = answer.header("location");
                assert!(location.starts_with("/account?next="), "{path}: {location}");
                assert_eq!(route.verb, Verb::Get, "{path}");
            }
            status => {
                assert_eq!(
                    status,
                    StatusCode::FORBIDDEN,
                    "{name} {path}: {}",
                    answer.text
                );
                let said = answer.text.contains("password-first")
                    || answer.text.contains("set by somebody else");
                assert!(said, "{name} {path}: {}", answer.text);
            }
        }
        refused += 1;
    }
    assert!(refused > 150, "only {refused} routes were asked");
    let answer = browser.post(&world, "/sign-out", "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}
