use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{Answer, PASSWORD, World};
use crate::access::{Access, Limits};

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let form = format!(
        "login={login}&password={}&next=/x",
        password.replace(' ', "+")
    );
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(form))
        .unwrap();
    world.send(request).await
}

/// The cookie's pair, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

async fn me(world: &World, cookie: &str) -> StatusCode {
    let request = Request::get("/api/v1/me").header(header::COOKIE, cookie);
    world
        .send(request.body(Body::empty()).unwrap())
        .await
        .status
}

async fn sign_out(world: &World, cookie: &str, token: &str) -> Answer {
    let request = Request::post("/sign-out")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(format!("csrf={token}")))
        .unwrap();
    world.send(request).await
}

fn form_token(cookie: &str) -> String {
    crate::access::form_token(cookie.split_once('=').unwrap().1)
}

#[tokio::test]
async fn a_session_begins_and_ends() {
    let world = World::empty();
    let answer = sign_in(&world, "dispatcher", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/x");
    let set = answer.header("set-cookie");
    assert!(
        set.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{set}"
    );
    let cookie = cookie(&answer);
    assert_eq!(me(&world, &cookie).await, StatusCode::OK);

    let stale = sign_out(&world, &cookie, "another").await;
    assert_eq!(stale.problem(), "403 stale-form");
    assert_eq!(me(&world, &cookie).await, StatusCode::OK);
    let out = sign_out(&world, &cookie, &form_token(&cookie)).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(me(&world, &cookie).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_it() {
    let world = World::with_tls(true);
    let answer = sign_in(&world, "dispatcher", PASSWORD).await;
    let set = answer.header("set-cookie");
    assert!(
        set.starts_with("__Host-callbox=") && set.ends_with("; Secure"),
        "{set}"
    );
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age")
    );
    let request = Request::post("/language")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let switched = world
        .send(request.body(Body::from("lang=zh")).unwrap())
        .await;
    let set = switched.header("set-cookie");
    assert!(
        set.starts_with("__Host-lang=zh") && set.ends_with("; Secure"),
        "{set}"
    );
    let request = Request::get("/sign-in").header(header::COOKIE, cookie(&switched));
    let page = world.send(request.body(Body::empty()).unwrap()).await;
    assert!(page.text.contains("lang=\"zh"), "the language is kept");
    let without_prefix = cookie(&answer).replace("__Host-", "");
    assert_eq!(me(&world, &without_prefix).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words_and_as_a_page() {
    let world = World::empty();
    let form = "application/x-www-form-urlencoded";
    let post = |body: &'static str, kind: &'static str| {
        Request::post("/language")
            .header(header::CONTENT_TYPE, kind)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
    };
    let get = Request::get("/sign-in?next=a&next=b").body(Body::empty());
    let refusals = [
        (get, "400 bad-address"),
        (post("next=/", form), "422 bad-form"),
        (post("lang=zh", "text/plain"), "422 bad-form"),
    ];
    for (request, problem) in refusals {
        assert_eq!(world.send(request.unwrap()).await.problem(), problem);
    }
    let get = Request::get("/sign-in?next=a&next=b")
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, "zh-CN");
    let page = world.send(get.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("网址中有一部分不对"), "{}", page.text);
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let world = World::empty();
    // A name that nobody has gets the same answers, so that they tell nothing.
    for login in ["dispatcher", "nobody"] {
        for _ in 0..5 {
            let answer = sign_in(&world, login, "not the password").await;
            assert_eq!(answer.header("location"), "/sign-in?problem=wrong&next=/x");
        }
        let answer = sign_in(&world, login, PASSWORD).await;
        assert_eq!(answer.header("location"), "/sign-in?problem=locked&next=/x");
        // The name for the form, and no session.
        let cookie = format!("callbox-typed={login};");
        assert!(answer.header("set-cookie").starts_with(&cookie), "{login}");
    }
    world.pass(15 * 60 + 1);
    assert_eq!(
        sign_in(&world, "dispatcher", PASSWORD)
            .await
            .header("location"),
        "/x"
    );
}

#[tokio::test]
async fn a_success_takes_the_failures_back() {
    let world = World::empty();
    for _ in 0..3 {
        for _ in 0..4 {
            sign_in(&world, "dispatcher", "not the password").await;
        }
        assert_eq!(
            sign_in(&world, "dispatcher", PASSWORD)
                .await
                .header("location"),
            "/x"
        );
    }
}

#[tokio::test]
async fn an_address_is_locked_after_twenty() {
    let world = World::empty();
    for n in 0..20 {
        sign_in(&world, &format!("nobody{n}"), "not the password").await;
    }
    let answer = sign_in(&world, "dispatcher", PASSWORD).await;
    assert_eq!(answer.header("location"), "/sign-in?problem=locked&next=/x");
}

#[tokio::test]
async fn another_site_cannot_make_a_browser_write() {
    let world = World::set_up().await;
    let cookie = cookie(&sign_in(&world, "dispatcher", PASSWORD).await);
    let request = |site: &'static str| {
        Request::post("/api/v1/incidents")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", site)
            .header("sec-fetch-site", site)
            .body(Body::from("{}"))
            .unwrap()
    };
    assert_eq!(
        world.send(request("cross-site")).await.problem(),
        "403 foreign-origin"
    );
    assert_eq!(
        world.send(request("same-site")).await.problem(),
        "403 foreign-origin"
    );
    assert_eq!(
        world.send(request("same-origin")).await.status,
        StatusCode::CREATED
    );

    let foreign = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::HOST, "cad.example")
        .body(Body::from("login=dispatcher&password=x"))
        .unwrap();
    assert_eq!(world.send(foreign).await.problem(), "403 foreign-origin");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_a_shift() {
    let world = World::empty();
    let idle = cookie(&sign_in(&world, "dispatcher", PASSWORD).await);
    world.pass(30 * 60 - 1);
    assert_eq!(me(&world, &idle).await, StatusCode::OK);
    world.pass(30 * 60 - 1);
    assert_eq!(me(&world, &idle).await, StatusCode::OK);
    world.pass(30 * 60);
    assert_eq!(me(&world, &idle).await, StatusCode::UNAUTHORIZED);

    let busy = cookie(&sign_in(&world, "dispatcher", PASSWORD).await);
    for _ in 0..77 {
        world.pass(600);
        assert_eq!(me(&world, &busy).await, StatusCode::OK);
    }
    world.pass(600);
    assert_eq!(
        me(&world, &busy).await,
        StatusCode::UNAUTHORIZED,
        "13 hours are over"
    );
}

#[tokio::test]
async fn what_the_command_line_changes_reaches_a_running_server() {
    let world = World::empty();
    let cookie = cookie(&sign_in(&world, "dispatcher", PASSWORD).await);
    let other_process = Access::open(&world.dir.path().join("data/access.db")).unwrap();
    other_process.disable("dispatcher").unwrap();
    world.access.refresh().unwrap();
    assert_eq!(me(&world, &cookie).await, StatusCode::UNAUTHORIZED);
    let answer = sign_in(&world, "dispatcher", PASSWORD).await;
    assert_eq!(answer.header("location"), "/sign-in?problem=wrong&next=/x");
    assert_eq!(
        world
            .get(crate::Role::Dispatcher, "/api/v1/me")
            .await
            .problem(),
        "401 not-signed-in"
    );

    other_process.enable("dispatcher").unwrap();
    other_process
        .set_password("dispatcher", "other words, as long")
        .unwrap();
    world.access.refresh().unwrap();
    assert_eq!(
        sign_in(&world, "dispatcher", "other words, as long")
            .await
            .header("location"),
        "/x"
    );
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_secrets_are_not_stored() {
    let world = World::empty();
    let cookie = cookie(&sign_in(&world, "dispatcher", PASSWORD).await);
    let secret = cookie.split_once('=').unwrap().1;
    let path = world.dir.path().join("data/access.db");
    let clock = world.state.clock.clone();
    let again = Access::open_with(&path, Limits::default(), clock).unwrap();
    assert!(
        again
            .session(crate::access::Kind::Browser, secret)
            .is_some()
    );
    assert!(again.session(crate::access::Kind::Token, secret).is_none());
    for file in ["access.db", "access.db-wal"] {
        let bytes = std::fs::read(world.dir.path().join("data").join(file)).unwrap();
        for hidden in [secret, PASSWORD, world.token(crate::Role::Supervisor)] {
            assert!(
                !bytes
                    .windows(hidden.len())
                    .any(|window| window == hidden.as_bytes())
            );
        }
    }
}

#[tokio::test]
async fn after_a_wrong_password_the_login_name_stays_in_the_form() {
    let world = World::empty();
    let page = async |path: &str, cookie: &str| {
        let get = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookie);
        world.send(get.body(Body::empty()).unwrap()).await.text
    };
    let wrong = sign_in(&world, "+Dispatcher+", "not the password").await;
    let set = wrong.header("set-cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("Path=/sign-in;") && set.contains("Max-Age=120"),
        "{set}"
    );
    let kept = cookie(&wrong);
    let again = page("/sign-in?problem=wrong&next=/x", &kept).await;
    assert!(
        again.contains("name=\"login\" value=\"dispatcher\""),
        "{again}"
    );
    let anew = page("/sign-in", &kept).await;
    assert!(!anew.contains("value=\"dispatcher\""), "{anew}");
    // Whatever somebody puts into the cookie, nothing but a name comes back.
    let forged = "callbox-typed=\"><script>alert(1)</script>";
    let odd = page("/sign-in?problem=wrong", forged).await;
    assert!(!odd.contains("alert(1)"), "{odd}");
    // What cannot be a name may be a password.
    let wrong = sign_in(&world, "My Passw%C3%B6rd", "not the password").await;
    assert_eq!(wrong.header("set-cookie"), "");
}
