//! Sign-in beyond the password: second factors, proofs for grave acts, sessions that are ended.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{Answer, PASSWORD, World};
use crate::{
    access::{Kind, Role, Scope, authenticator_app, form_token},
    security::TYPED,
};

/// A browser with its cookie.
#[derive(Clone)]
pub(super) struct Browser {
    name: &'static str,
    pub(super) cookie: String,
}

impl Browser {
    pub(super) fn new(name: &'static str) -> Self {
        let cookie = String::new();
        Self { name, cookie }
    }

    pub(super) fn secret(&self) -> &str {
        self.cookie.split_once('=').map_or("", |(_, secret)| secret)
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "cad.example")
            .header(header::USER_AGENT, self.name)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
    }

    pub(super) async fn get(&self, world: &World, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        world.send(request).await
    }

    /// Sends a form with the session's token; keeps the cookie that comes back.
    pub(super) async fn post(&mut self, world: &World, path: &str, form: &str) -> Answer {
        self.send(world, "POST", path, form).await
    }

    /// The same by another method.
    pub(super) async fn send(
        &mut self,
        world: &World,
        method: &str,
        path: &str,
        form: &str,
    ) -> Answer {
        let form = format!("csrf={}&{form}", form_token(self.secret()));
        let request = self
            .request(method, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = world.send(request).await;
        if let Some(pair) = answer.header("set-cookie").split(';').next()
            && !pair.is_empty()
            && !pair.starts_with(TYPED)
        {
            self.cookie = pair.to_owned();
        }
        answer
    }

    pub(super) async fn sign_in(&mut self, world: &World, login: &str) -> Answer {
        let form = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
        self.post(world, "/sign-in", &form).await
    }
}

/// What the page shows to type into the app, as bytes.
fn secret_on(page: &str) -> Vec<u8> {
    let letters = page.split("<code>").nth(1).unwrap();
    let letters = letters.split('<').next().unwrap();
    let mut bits = String::new();
    let groups: Vec<_> = letters.split(' ').map(str::len).collect();
    assert_eq!(groups, [4; 8], "{letters}");
    for letter in letters.bytes().filter(|it| *it != b' ') {
        let five = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        bits += &format!("{five:05b}");
    }
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

pub(super) fn now(world: &World) -> i64 {
    world.now().micros() / 1_000_000
}

/// The codes on a page that shows new ones.
pub(super) fn codes_on(page: &str) -> Vec<String> {
    let codes = page.split("<li><code>").skip(1);
    codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// Sets an authenticator up; gives its secret and the codes for recovery.
pub(super) async fn enrol(world: &World, browser: &mut Browser) -> (Vec<u8>, Vec<String>) {
    let page = browser.post(world, "/account/authenticator", "").await;
    let secret = secret_on(&page.text);
    assert_eq!(secret.len(), 20);
    let wrong = browser
        .post(world, "/account/authenticator/confirm", "code=000000")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(secret_on(&wrong.text), secret, "the same secret stays");
    let form = format!("code={}", authenticator_app(&secret, now(world)));
    let page = browser
        .post(world, "/account/authenticator/confirm", &form)
        .await;
    let codes = codes_on(&page.text);
    assert_eq!(codes.len(), 10, "{}", page.text);
    (secret, codes)
}

#[tokio::test]
async fn an_authenticator_is_asked_for_once_it_is_set_up() {
    let world = World::empty();
    let mut browser = Browser::new("Firefox/140 Linux");
    browser.sign_in(&world, "dispatcher").await;
    let (secret, recovery) = enrol(&world, &mut browser).await;

    world.pass(60);
    let answer = browser.sign_in(&world, "dispatcher").await;
    assert_eq!(answer.header("location"), "/sign-in/code?next=/");
    let half = browser.clone();
    assert_eq!(
        half.get(&world, "/api/v1/me").await.problem(),
        "401 code-first"
    );
    let led = half.get(&world, "/account").await;
    assert_eq!(led.header("location"), "/sign-in/code?next=/account");
    let wrong = browser.post(&world, "/sign-in/code", "code=123456").await;
    assert_eq!(
        wrong.header("location"),
        "/sign-in/code?problem=wrong&next=/"
    );

    let form = format!("code={}", authenticator_app(&secret, now(&world)));
    let answer = browser.post(&world, "/sign-in/code", &form).await;
    assert_eq!(answer.header("location"), "/board");
    assert_ne!(browser.cookie, half.cookie, "each step has its own session");
    assert_eq!(browser.get(&world, "/board").await.status, StatusCode::OK);
    let old = half.get(&world, "/api/v1/me").await;
    assert_eq!(old.problem(), "401 not-signed-in", "the half one is over");

    browser.sign_in(&world, "dispatcher").await;
    let again = browser.post(&world, "/sign-in/code", &form).await;
    assert_eq!(
        again.header("location"),
        "/sign-in/code?problem=wrong&next=/",
        "a code that was used opens nothing"
    );

    for (code, expected) in [
        (recovery[3].to_uppercase(), "/board"),
        (recovery[3].clone(), "/sign-in/code?problem=wrong&next=/"),
    ] {
        browser.sign_in(&world, "dispatcher").await;
        let form = format!("code={code}");
        let answer = browser.post(&world, "/sign-in/code", &form).await;
        assert_eq!(answer.header("location"), expected);
    }
}

#[tokio::test]
async fn wrong_codes_lock_although_the_password_is_right() {
    let world = World::empty();
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let (secret, _) = enrol(&world, &mut browser).await;
    world.pass(60);
    for _ in 0..5 {
        browser.sign_in(&world, "dispatcher").await;
        browser.post(&world, "/sign-in/code", "code=123456").await;
    }
    browser.sign_in(&world, "dispatcher").await;
    let form = format!("code={}", authenticator_app(&secret, now(&world)));
    let answer = browser.post(&world, "/sign-in/code", &form).await;
    assert_eq!(
        answer.header("location"),
        "/sign-in/code?problem=locked&next=/"
    );
    world.pass(15 * 60);
    browser.sign_in(&world, "dispatcher").await;
    let form = format!("code={}", authenticator_app(&secret, now(&world)));
    let answer = browser.post(&world, "/sign-in/code", &form).await;
    assert_eq!(answer.header("location"), "/board");
}

#[tokio::test]
async fn where_a_second_factor_is_required_it_is_set_up_first() {
    let world = World::empty();
    world
        .access
        .set_policy("second-factor", "required")
        .unwrap();
    let mut browser = Browser::new("x");
    let answer = browser.sign_in(&world, "dispatcher").await;
    assert_eq!(answer.header("location"), "/account");
    assert_eq!(
        browser.get(&world, "/board").await.header("location"),
        "/account?next=/board"
    );
    assert_eq!(
        browser.get(&world, "/api/v1/board").await.problem(),
        "403 factor-first"
    );
    enrol(&world, &mut browser).await;
    assert_eq!(browser.get(&world, "/board").await.status, StatusCode::OK);
}

#[tokio::test]
async fn grave_acts_ask_who_somebody_is_once_more() {
    let world = World::empty();
    let mut browser = Browser::new("x");
    let answer = browser.sign_in(&world, "administrator").await;
    assert_eq!(answer.header("location"), "/accounts");
    assert_eq!(
        browser.get(&world, "/accounts").await.status,
        StatusCode::OK
    );
    world.pass(10 * 60);
    let led = browser.get(&world, "/accounts").await;
    assert_eq!(led.header("location"), "/confirm?next=/accounts");
    let add = "login=new&name=New&role=dispatcher";
    let refused = browser.post(&world, "/accounts", add).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let leads = "href=\"/confirm?next=/accounts\"";
    assert!(refused.text.contains(leads), "{}", refused.text);
    for (path, form) in [
        ("/account/password", "password=other+words+that+are+long"),
        ("/account/authenticator", ""),
        ("/account/authenticator/remove", ""),
        ("/account/recovery-codes", ""),
        ("/account/passkeys/1/remove", ""),
        ("/account/passkeys/options", ""),
    ] {
        let refused = browser.post(&world, path, form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        let leads = "href=\"/confirm?next=/account\"";
        assert!(refused.text.contains(leads), "{path}: {}", refused.text);
    }

    let wrong = browser.post(&world, "/confirm", "password=wrong").await;
    assert_eq!(wrong.header("location"), "/confirm?problem=wrong&next=/");
    let form = format!("password={}&next=/accounts", PASSWORD.replace(' ', "+"));
    let answer = browser.post(&world, "/confirm", &form).await;
    assert_eq!(answer.header("location"), "/accounts");
    let added = browser.post(&world, "/accounts", add).await;
    assert_eq!(added.status, StatusCode::OK);
    assert!(added.text.contains("<code>"), "the password is shown once");

    let by_token = world.get(Role::Administrator, "/accounts").await;
    assert_eq!(
        by_token.problem(),
        "403 out-of-scope",
        "a token never is proof"
    );
}

#[tokio::test]
async fn an_account_for_an_emergency_ends_by_itself() {
    let world = World::empty();
    let mut admin = Browser::new("x");
    admin.sign_in(&world, "administrator").await;
    let form = "login=helper&name=Helper&role=dispatcher&emergency=yes";
    let page = admin.post(&world, "/accounts", form).await;
    let password = page.text.split("<code>").nth(1).unwrap();
    let password = password.split('<').next().unwrap().to_owned();
    let sign_in = format!("login=helper&password={password}");
    let mut helper = Browser::new("y");
    world.pass(72 * 3_600 - 600);
    let answer = helper.post(&world, "/sign-in", &sign_in).await;
    assert_eq!(answer.header("location"), "/board");
    world.pass(600);
    let over = helper.get(&world, "/api/v1/me").await;
    assert_eq!(over.problem(), "401 not-signed-in", "also in mid-session");
    let answer = helper.post(&world, "/sign-in", &sign_in).await;
    assert_eq!(answer.header("location"), "/sign-in?problem=wrong&next=/");
}

#[tokio::test]
async fn a_cookie_that_turns_up_in_another_browser_ends() {
    let world = World::empty();
    let mut browser = Browser::new("Firefox/140");
    browser.sign_in(&world, "dispatcher").await;
    let thief = Browser {
        name: "curl/8",
        cookie: browser.cookie.clone(),
    };
    let answer = thief.get(&world, "/api/v1/me").await;
    assert_eq!(answer.problem(), "401 not-signed-in");
    let answer = browser.get(&world, "/api/v1/me").await;
    assert_eq!(answer.problem(), "401 not-signed-in", "for both");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_from_afar() {
    let world = World::empty();
    let mut here = Browser::new("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    let mut there = Browser::new("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36");
    here.sign_in(&world, "dispatcher").await;
    there.sign_in(&world, "dispatcher").await;
    let page = here.get(&world, "/account").await.text;
    assert!(page.contains("Firefox, Linux") && page.contains("Chrome, Windows"));
    assert!(!page.contains(here.secret()) && !page.contains(there.secret()));
    let id = crate::Access::listed_as(there.secret());
    let path = format!("/account/sessions/{id}/end");

    let mut other = Browser::new("z");
    other.sign_in(&world, "supervisor").await;
    other.post(&world, &path, "").await;
    assert_eq!(
        there.get(&world, "/board").await.status,
        StatusCode::OK,
        "nobody ends the sessions of others"
    );
    here.post(&world, &path, "").await;
    assert_eq!(
        there.get(&world, "/api/v1/me").await.problem(),
        "401 not-signed-in"
    );
    let mut admin = Browser::new("a");
    admin.sign_in(&world, "administrator").await;
    let listed = admin.get(&world, "/accounts").await.text;
    assert!(listed.contains("Firefox, Linux"));
    admin
        .post(&world, "/accounts/dispatcher/sessions", "")
        .await;
    assert_eq!(
        here.get(&world, "/api/v1/me").await.problem(),
        "401 not-signed-in"
    );
    // Whoever is signed out from afar is told so where they end up; who comes for the first time is not.
    let over = here.get(&world, "/sign-in").await.text;
    assert!(over.contains("You were signed out."), "{over}");
    let fresh = Browser::new("b").get(&world, "/sign-in").await.text;
    assert!(!fresh.contains("You were signed out."), "{fresh}");
    let own = admin
        .post(&world, "/accounts/administrator/disable", "")
        .await;
    assert_eq!(
        own.status,
        StatusCode::CONFLICT,
        "nobody locks themselves out"
    );
}

#[tokio::test]
async fn the_next_person_takes_a_position_over() {
    let world = World::empty();
    let mut position = Browser::new("x");
    position.sign_in(&world, "dispatcher").await;
    let page = position
        .get(&world, "/sign-in?hand_over=yes&next=/board")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("stays signed in until you are"));
    let before = position.clone();
    let form = "login=supervisor&password=wrong&next=/board";
    position.post(&world, "/sign-in", form).await;
    assert_eq!(before.get(&world, "/board").await.status, StatusCode::OK);
    position.sign_in(&world, "supervisor").await;
    let me = position.get(&world, "/api/v1/me").await.json();
    assert_eq!(me["role"], "supervisor");
    assert_eq!(
        before.get(&world, "/api/v1/me").await.problem(),
        "401 not-signed-in"
    );
}

#[tokio::test]
async fn an_open_board_keeps_a_session_only_in_a_secured_room() {
    let world = World::empty();
    let watched = async |secured: &str| {
        world
            .access
            .set_policy("secured-addresses", secured)
            .unwrap();
        let mut browser = Browser::new("x");
        browser.sign_in(&world, "dispatcher").await;
        let found = world.access.session(Kind::Browser, browser.secret());
        let (session, _) = found.unwrap();
        world.pass(20 * 60);
        assert!(world.access.watch(&session).is_some());
        world.pass(20 * 60);
        world.access.watch(&session).is_some()
    };
    assert!(watched("127.0.0.0/8").await);
    assert!(!watched("10.0.0.0/8").await);
}

#[tokio::test]
async fn a_token_does_what_its_scope_says() {
    let world = World::set_up().await;
    let ask = async |token: &str, method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        world.send(request.body(Body::empty()).unwrap()).await
    };
    let add = |scope| world.access.add_token("supervisor", "x", 1, scope).unwrap();
    let read = add(Scope::Read);
    assert_eq!(
        ask(&read, "GET", "/api/v1/board").await.status,
        StatusCode::OK
    );
    let refused = ask(&read, "POST", "/api/v1/incidents").await;
    assert_eq!(refused.problem(), "403 out-of-scope");
    let metrics = add(Scope::Metrics);
    assert_eq!(
        ask(&metrics, "GET", "/metrics").await.status,
        StatusCode::OK
    );
    let refused = ask(&metrics, "GET", "/api/v1/board").await;
    assert_eq!(refused.problem(), "403 out-of-scope");
    let positions = add(Scope::Positions);
    let refused = ask(&positions, "POST", "/api/v1/positions").await;
    assert_eq!(
        refused.problem(),
        "403 not-permitted",
        "the role counts too"
    );
    let all = add(Scope::Account);
    let refused = ask(&all, "GET", "/account").await;
    assert_eq!(refused.problem(), "403 out-of-scope");
}

/// The form that changes [`PASSWORD`] into another one.
fn change(password: &str) -> String {
    format!("present={PASSWORD}&password={password}").replace(' ', "+")
}

#[tokio::test]
async fn another_password_takes_the_present_one() {
    let world = World::empty();
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let path = "/account/password";
    for present in ["", "present=&", "present=not+it&"] {
        let form = format!("{present}password=other+words+that+are+long");
        let refused = browser.post(&world, path, &form).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{present}"
        );
        assert!(refused.text.contains("the present password is not right"));
    }
    let form = change("other words that are long");
    let taken = browser.post(&world, path, &form).await;
    assert_eq!(taken.status, StatusCode::OK);
    // A stolen session does not try its way to the password: tries count as at sign-in.
    for _ in 0..5 {
        let refused = browser.post(&world, path, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = browser.post(&world, path, &form).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_password_holds_none_of_the_centers_own_words() {
    let world = World::empty();
    let words = world.access.set_policy("own-words", "Elm Ahornstadt");
    words.unwrap();
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let path = "/account/password";
    for holding in ["the way to ahornSTADT is long", "helmets for everybody"] {
        let refused = browser.post(&world, path, &change(holding)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("a word of the center"), "{holding}");
        let set = world.access.set_password("supervisor", holding);
        assert!(set.is_err(), "the command line does not get around it");
    }
    let form = change("the way to oak is long");
    let other = browser.post(&world, path, &form).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn beyond_the_most_sessions_the_one_unused_longest_ends() {
    let world = World::empty();
    world.access.set_policy("sessions", "2").unwrap();
    let mut first = Browser::new("first");
    first.sign_in(&world, "dispatcher").await;
    world.pass(60);
    let mut second = Browser::new("second");
    second.sign_in(&world, "dispatcher").await;
    world.pass(60);
    assert_eq!(first.get(&world, "/board").await.status, StatusCode::OK);
    world.pass(60);
    let mut third = Browser::new("third");
    third.sign_in(&world, "dispatcher").await;
    assert_eq!(first.get(&world, "/board").await.status, StatusCode::OK);
    assert_ne!(second.get(&world, "/board").await.status, StatusCode::OK);
    assert_eq!(third.get(&world, "/board").await.status, StatusCode::OK);
    // Others have their own count.
    let mut supervisor = Browser::new("fourth");
    supervisor.sign_in(&world, "supervisor").await;
    assert_eq!(first.get(&world, "/board").await.status, StatusCode::OK);
    assert_eq!(
        supervisor.get(&world, "/board").await.status,
        StatusCode::OK
    );
    // A password alone, without the second factor, signs nobody out.
    let (_, _) = enrol(&world, &mut first).await;
    third.sign_in(&world, "dispatcher").await;
    second.sign_in(&world, "dispatcher").await;
    assert_eq!(first.get(&world, "/board").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_breached_password_is_not_taken() {
    let world = World::empty();
    let list = world.dir.path().join("list");
    // SHA-1 of "correct horse battery staple".
    std::fs::write(&list, "ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42:216\n").unwrap();
    world
        .access
        .set_policy("breached-list", list.to_str().unwrap())
        .unwrap();
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let refused = browser
        .post(
            &world,
            "/account/password",
            &change("correct horse battery staple"),
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = &change("correct horse battery stable");
    let taken = browser.post(&world, "/account/password", form).await;
    assert_eq!(taken.status, StatusCode::OK);
    std::fs::remove_file(&list).unwrap();
    let form = "present=correct+horse+battery+stable&password=whatever+else+it+may+be";
    let closed = browser.post(&world, "/account/password", form).await;
    assert_eq!(
        closed.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "without the list nothing is let through"
    );
}

#[tokio::test]
async fn other_sessions_end_after_a_change_of_factors() {
    let world = World::set_up().await;
    let mut here = Browser::new("Firefox");
    here.sign_in(&world, "dispatcher").await;
    let mut there = Browser::new("Chrome");
    there.sign_in(&world, "dispatcher").await;
    assert_eq!(there.get(&world, "/board").await.status, StatusCode::OK);
    let (_, codes) = enrol(&world, &mut here).await;
    assert_eq!(here.get(&world, "/board").await.status, StatusCode::OK);
    assert_ne!(there.get(&world, "/board").await.status, StatusCode::OK);
    // New codes for recovery count as a change, too.
    there.sign_in(&world, "dispatcher").await;
    there
        .post(&world, "/sign-in/code", &format!("code={}", codes[0]))
        .await;
    assert_eq!(there.get(&world, "/board").await.status, StatusCode::OK);
    here.post(&world, "/account/recovery-codes", "").await;
    assert_eq!(here.get(&world, "/board").await.status, StatusCode::OK);
    assert_ne!(there.get(&world, "/board").await.status, StatusCode::OK);
}
