use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use super::World;
use crate::{
    access::{Role, rights},
    api::ENDPOINTS,
    security::{self, Verb},
    server,
};

/// The path with something in the place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "1")
        .replace("{line}", "1")
        .replace("{call}", "1")
        .replace("{note}", "1")
        .replace("{seq}", "1")
        .replace("{call_sign}", "E1")
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

#[tokio::test]
async fn the_table_of_rights_holds_for_every_route_and_role() {
    let world = World::set_up().await;
    world.take_call().await;
    for endpoint in ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.answer != "Change")
    {
        let path = filled(endpoint.route.path);
        let method = endpoint.route.verb.name();
        let request = Request::builder().method(method).uri(&path);
        let request = request.header("sec-fetch-site", "same-origin");
        let unsigned = world.send(request.body(Body::empty()).unwrap()).await;
        if rights::is_open(endpoint.route.action) {
            assert_eq!(unsigned.status, StatusCode::OK, "{method} {path}");
        } else {
            assert_eq!(unsigned.problem(), "401 not-signed-in", "{method} {path}");
        }
        for role in Role::ALL {
            let request = world.request(role, &path).method(method);
            let answer = world.send(request.body(Body::empty()).unwrap()).await;
            // A purpose that was not stated is another matter: see the tests of reads.
            let refused =
                answer.status == StatusCode::FORBIDDEN && answer.problem() == "403 not-permitted";
            let may = rights::may(role, endpoint.route.action);
            assert_eq!(refused, !may, "{role} {method} {path}: {}", answer.text);
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}

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
