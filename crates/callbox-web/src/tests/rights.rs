use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use expect_test::expect_file;

use super::{World, second_factor::Browser};
use crate::{
    access::{Role, Scope, rights},
    problem::Problem,
    reads::{self, table::Need},
    security::{self, Route, Verb, who_can_see},
    server,
};

/// The path with something in the place of its parameters.
pub(super) fn filled(path: &str) -> String {
    path.replace("{id}", "1")
        .replace("{line}", "1")
        .replace("{call}", "1")
        .replace("{note}", "1")
        .replace("{seq}", "1")
        .replace("{call_sign}", "E1")
        .replace("{chapter}", "tour")
        .replace("{picture}", "board.png")
}

#[test]
fn every_route_has_a_row_and_a_reason() {
    let mounted = server::mounted().mounted;
    for (verb, path) in &mounted {
        assert!(
            security::find(*verb, path).is_some(),
            "{} {path} has no row",
            verb.name()
        );
    }
    for route in security::all() {
        let is_mounted = mounted.contains(&(route.verb, route.path));
        assert!(
            is_mounted,
            "{} {} is not mounted",
            route.verb.name(),
            route.path
        );
        assert!(
            route.reason.len() > 10,
            "{} {} has no reason",
            route.verb.name(),
            route.path
        );
        let twice = security::all().filter(|r| (r.verb, r.path) == (route.verb, route.path));
        assert_eq!(twice.count(), 1, "{} has one row", route.path);
    }
}

/// With what somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Token(Scope),
    Browser,
}

/// What the center asks of those who act, and how the askers stand to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    NotAsked,
    Off,
    On,
}

impl Duty {
    /// Brings the world into this state.
    fn set(self, world: &World) {
        let rule = if self == Self::NotAsked {
            "optional"
        } else {
            "required"
        };
        world.access.set_policy("duty", rule).unwrap();
        let hours = if self == Self::On { 12 } else { 0 };
        for role in Role::ALL {
            world.access.set_duty(role.name(), hours).unwrap();
        }
    }
}

/// What the tables say must come of a request: the code of the refusal, or none.
fn expected(route: &Route, role: Role, way: Way, duty: Duty) -> Option<&'static str> {
    if rights::is_open(route.action) {
        return None;
    }
    let reads = route.verb == Verb::Get;
    match way {
        Way::Token(scope) if !route.action.is_open_to(scope, reads) => Some("out-of-scope"),
        _ if !rights::may(role, route.action) => Some("not-permitted"),
        _ if duty == Duty::Off && route.action.is_for_those_on_duty() => Some("duty-first"),
        _ => None,
    }
}

/// Every route, unsigned and as each role by each way, with duty asked for and not, on it and off it,
/// around the pages.
#[expect(clippy::print_stdout, reason = "the counts are what is shown")]
#[tokio::test]
async fn the_table_of_rights_holds_for_every_route_role_scope_and_duty() {
    let world = World::set_up().await;
    world.tie();
    world.take_call().await;
    let mut sent = [0_u32; 4];
    let mut askers = Vec::new();
    for role in Role::ALL {
        for scope in Scope::ALL {
            let token = world.access.add_token(role.name(), "matrix", 30, scope);
            let header = (header::AUTHORIZATION, format!("Bearer {}", token.unwrap()));
            askers.push((role, Way::Token(scope), header));
        }
        let mut browser = Browser::new("x");
        browser.sign_in(&world, role.name()).await;
        askers.push((role, Way::Browser, (header::COOKIE, browser.cookie)));
    }
    for route in security::all() {
        let path = filled(route.path);
        let method = route.verb.name();
        let request = || {
            let request = Request::builder().method(method).uri(&path);
            request
                .header("sec-fetch-site", "same-origin")
                .header(header::USER_AGENT, "x")
        };
        let unsigned = world.open(request().body(Body::empty()).unwrap()).await;
        let code = unsigned.extensions().get::<Problem>().map(|p| p.code);
        let led_to = unsigned.headers().get(header::LOCATION);
        let led_to = led_to.map(|to| to.to_str().unwrap());
        if !rights::is_open(route.action) {
            assert!(
                code == Some("not-signed-in")
                    || led_to.is_some_and(|to| to.starts_with("/sign-in?next=")),
                "{method} {path}: {code:?} {led_to:?}"
            );
        }
        sent[0] += 1;
    }
    for duty in [Duty::NotAsked, Duty::Off, Duty::On] {
        duty.set(&world);
        for route in security::all() {
            for (role, way, (name, value)) in &askers {
                let request = Request::builder().method(route.verb.name());
                let request = request
                    .uri(filled(route.path))
                    .header("sec-fetch-site", "same-origin")
                    .header(header::USER_AGENT, "x")
                    .header(name, value);
                let answer = world.open(request.body(Body::empty()).unwrap()).await;
                let status = answer.status();
                let what = format!(
                    "{duty:?} {role} {way:?} {} {}: {status}",
                    route.verb.name(),
                    route.path
                );
                assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
                let expected = expected(route, *role, *way, duty);
                assert_eq!(refusal(&answer), expected, "{what}");
                sent[match expected {
                    Some("duty-first") => 2,
                    Some(_) => 1,
                    None => 3,
                }] += 1;
                // Without a duty an incident is nobody's own work: it takes a purpose, and then is read.
                let need = reads::table::needs(route.verb, route.path, route.action);
                if need == Some(Need::Incident) && expected.is_none() {
                    let code = answer.extensions().get::<Problem>().map(|it| it.code);
                    let asks = code == Some("purpose-first");
                    assert_eq!(asks, duty == Duty::Off, "{what} {code:?}");
                }
            }
        }
    }
    let routes = security::all().count() as u32;
    assert_eq!(
        sent.iter().sum::<u32>(),
        routes * (1 + 3 * askers.len() as u32)
    );
    println!(
        "{routes} routes: {} requests unsigned, {} refused by role or scope, {} by duty, {} let through",
        sent[0], sent[1], sent[2], sent[3]
    );
}

/// The code of what refused a request by right, also where a page leads on to what is lacking.
fn refusal(answer: &axum::response::Response) -> Option<&'static str> {
    let leads = answer.headers().get(header::LOCATION);
    if leads.is_some_and(|to| to.to_str().unwrap().starts_with("/duty?next=")) {
        return Some("duty-first");
    }
    let codes = [
        "not-signed-in",
        "out-of-scope",
        "not-permitted",
        "duty-first",
    ];
    let problem = answer.extensions().get::<Problem>()?;
    Some(problem.code).filter(|code| codes.contains(code))
}

/// The page that people read is the table that the server has; a change of either is seen in review.
#[test]
fn the_page_of_rights_is_the_table() {
    let mut page = String::from(PAGE);
    for grant in who_can_see("") {
        let who = match grant.roles.len() {
            _ if grant.open => "anybody".to_owned(),
            6 => "every role".to_owned(),
            _ => grant.roles.join(", "),
        };
        let scopes = grant.scopes.join(", ");
        let before = match (grant.grave, grant.read) {
            (true, _) => "proof",
            (false, read) => read.unwrap_or(""),
        };
        let duty = if grant.duty { "yes" } else { "" };
        page += &format!(
            "| {} `{}` | {who} | {scopes} | {before} | {duty} | {} | {} |\n",
            grant.method, grant.path, grant.agency, grant.right
        );
    }
    expect_file!["../../../../docs/security/rights.md"].assert_eq(&page);
}

const PAGE: &str = "\
# Who may do what

Every route of the server. The test `the_page_of_rights_is_the_table` writes this page and fails when it and the server's tables
differ; `the_table_of_rights_holds_for_every_route_role_scope_and_duty` sends each request as each role, by tokens of each scope and
by a browser, on duty and off. `callbox who-can-see ADDRESS` and the page `/rights` answer for one address, with the reason.

'Before' says what is put on the record as read before it is shown, or `proof` where who acts has to prove again who they are.
A scope counts within its account's role.

'Duty' says what is kept for those on duty where a center asks for it (`callbox policy set duty required`).

'Agency' says how far an account gets that is bound to one agency; `no` is for the whole center only.
`nothing_of_another_agency_comes_by_any_route` and `the_table_holds_for_bound_and_unbound_accounts_by_every_route` ask each of them.

| route | who | scopes of tokens | before | duty | agency | right |
|---|---|---|---|---|---|---|
";

/// The table itself against what the roles are for, in words of its own.
#[tokio::test]
async fn call_takers_take_calls_and_dispatchers_send() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let units = format!("/api/v1/incidents/{id}/units");
    let refused = world
        .post(Role::CallTaker, &units, json!({"units": ["E1"]}))
        .await;
    assert_eq!(refused.problem(), "403 not-permitted");
    assert_eq!(
        refused.json()["detail"],
        "as call-taker you may not dispatch units"
    );
    assert_eq!(refused.json()["hint"], "ask a dispatcher or supervisor");
    let sent = world
        .post(Role::Dispatcher, &units, json!({"units": ["E1"]}))
        .await;
    assert_eq!(sent.status, StatusCode::OK);
    let defined = world
        .post(
            Role::Dispatcher,
            "/api/v1/configuration/agencies",
            json!({"code": "X", "name": "X"}),
        )
        .await;
    assert_eq!(defined.problem(), "403 not-permitted");
    assert_eq!(
        world.get(Role::Dispatcher, "/metrics").await.problem(),
        "403 not-permitted"
    );
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let world = World::set_up().await;
    assert_eq!(
        world
            .get(Role::Supervisor, "/api/v1/nothing")
            .await
            .problem(),
        "404 not-found"
    );
    let request = world
        .request(Role::Supervisor, "/api/v1/board")
        .method("DELETE");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "405 method-not-allowed");
    let request = world
        .request(Role::Supervisor, "/api/v1/board")
        .method("POST");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "405 method-not-allowed");
}

#[tokio::test]
async fn pages_lead_to_the_sign_in() {
    let world = World::set_up().await;
    for page in crate::pages::ROUTES
        .iter()
        .filter(|route| route.verb == Verb::Get)
    {
        let path = filled(page.path);
        let request = Request::get(&path).header(header::ACCEPT, "text/html");
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        if rights::is_open(page.action) {
            assert_eq!(answer.status, StatusCode::OK, "{path}");
        } else {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(answer.header("location"), format!("/sign-in?next={path}"));
        }
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn a_token_is_no_cookie() {
    let world = World::empty();
    let token = world.token(Role::Supervisor).to_owned();
    let request = Request::get("/api/v1/me").header(header::COOKIE, format!("callbox={token}"));
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "401 not-signed-in");
    assert_eq!(
        world.get(Role::Supervisor, "/api/v1/me").await.status,
        StatusCode::OK
    );
    world.pass(30 * 86_400);
    assert_eq!(
        world.get(Role::Supervisor, "/api/v1/me").await.problem(),
        "401 not-signed-in"
    );
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let world = World::empty();
    let token = world
        .access
        .tokens()
        .unwrap()
        .into_iter()
        .find(|t| t.login == "supervisor");
    world.access.revoke_token(token.unwrap().id).unwrap();
    assert_eq!(
        world.get(Role::Supervisor, "/api/v1/me").await.problem(),
        "401 not-signed-in"
    );
    assert_eq!(
        world.get(Role::Dispatcher, "/api/v1/me").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let world = World::set_up().await;
    for path in ["/healthz", "/api/v1/board", "/nothing", "/readyz"] {
        let answer = world.get(Role::Supervisor, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("trusted-types callbox-worker"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn figures_are_counted() {
    let world = World::set_up().await;
    world.get(Role::Supervisor, "/api/v1/incidents/77").await;
    let figures = world.get(Role::Supervisor, "/metrics").await.text;
    let expected = "callbox_http_requests_total{method=\"GET\",path=\"/api/v1/incidents/{id}\",status=\"4xx\"} 1\n";
    assert!(figures.contains(expected), "{figures}");
    assert!(figures.contains("callbox_events_total 16\n"), "{figures}");
}
