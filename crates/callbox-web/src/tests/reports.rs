//! Figures about the service's work, on pages and for programs.

use axum::http::StatusCode;
use serde_json::json;

use super::{World, check_schema, second_factor::Browser};
use crate::access::Role;

/// A center with a clock, a call that was answered in time and one to which nobody was sent.
async fn world() -> World {
    let world = World::set_up().await;
    let clock = json!({"code": "CALL", "label": "Call to dispatch", "start": "received", "stop": "first_dispatched", "target_seconds": 60, "target_percent": 90, "standard": "NFPA 1225", "edition": "2022"});
    world.define("clocks", clock).await;
    let first = world.take_call().await;
    world.pass(30);
    let sent = world
        .post(
            Role::Dispatcher,
            &format!("/api/v1/incidents/{first}/units"),
            json!({"units": ["E1"]}),
        )
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    world.take_call().await;
    world
}

async fn signed_in(world: &World) -> Browser {
    let mut browser = Browser::new("desk");
    browser.sign_in(world, "supervisor").await;
    browser
}

#[tokio::test]
async fn reports_are_the_same_for_people_and_programs() {
    let world = world().await;
    let targets = world
        .get(Role::Supervisor, "/api/v1/reports/targets")
        .await
        .json();
    check_schema("Report", &targets);
    let total = &targets["rows"][0]["total"];
    assert_eq!(total["n"], 1);
    assert_eq!(
        (&total["share"], &total["median"]),
        (&json!(1.0), &json!(30.0))
    );
    assert_eq!(
        total["excluded_missing"], 1,
        "the call without a unit is named, not hidden"
    );
    let browser = signed_in(&world).await;
    let page = browser.get(&world, "/reports").await.text;
    assert!(
        page.contains("100.0 %") && page.contains("NFPA 1225 (2022)") && page.contains("0:30"),
        "{page}"
    );
    let csv = browser.get(&world, "/reports/targets.csv").await;
    assert!(
        csv.header("content-disposition")
            .starts_with("attachment; filename=\"targets-20")
    );
    let mut lines = csv.text.lines();
    let (head, row) = (lines.next().unwrap(), lines.next().unwrap());
    let column = head
        .split(',')
        .position(|name| name == "total.excluded_missing")
        .unwrap();
    assert_eq!(row.split(',').nth(column), Some("1"), "{}", csv.text);
    for name in ["response-times", "workload", "utilisation", "dispositions"] {
        let report = world
            .get(Role::Supervisor, &format!("/api/v1/reports/{name}"))
            .await
            .json();
        check_schema("Report", &report);
        assert_eq!(
            browser
                .get(&world, &format!("/reports/{name}.csv"))
                .await
                .status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn what_is_recorded_later_is_in_the_next_report() {
    let world = world().await;
    let calls = async || {
        let report = world
            .get(Role::Supervisor, "/api/v1/reports/workload")
            .await
            .json();
        report["total"]["calls"].as_u64().unwrap()
    };
    assert_eq!(calls().await, 2);
    world.take_call().await;
    assert_eq!(calls().await, 3);
}

#[tokio::test]
async fn days_are_those_of_the_center_and_bad_ones_are_refused() {
    let world = world().await;
    let day = |query: &str| format!("/api/v1/reports/workload?{query}");
    let none = world
        .get(Role::Supervisor, &day("from=2020-01-01&to=2020-01-31"))
        .await
        .json();
    assert_eq!(none["total"]["calls"], 0);
    for (query, field) in [
        ("from=yesterday", "from"),
        ("from=2026-11-03&to=2026-11-02", "from"),
        ("to=2026-02-30", "to"),
    ] {
        let refused = world.get(Role::Supervisor, &day(query)).await;
        assert_eq!(
            refused.problem(),
            format!("422 bad-field {field}"),
            "{query}"
        );
    }
    assert_eq!(
        world
            .get(Role::Supervisor, "/api/v1/reports/officers")
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

/// Days that cannot be are said on the page itself, whose form stays to correct them.
#[tokio::test]
async fn a_page_with_days_that_cannot_be_keeps_its_form() {
    let world = world().await;
    let browser = signed_in(&world).await;
    let path = "/reports?from=2026-11-03&to=2026-11-02";
    let page = browser.get(&world, path).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = page.text.contains("name=\"from\"") && page.text.contains("name=\"to\"");
    assert!(
        form && page.text.contains("lies after the last one"),
        "{}",
        page.text
    );
    let page = browser.get(&world, "/reports").await.text;
    assert!(
        page.contains("<b>FIRE</b> <span class=\"quiet\">"),
        "a code with its words: {page}"
    );
    // Four weeks reach back beyond the first call: what units did then is not known.
    let begins = "The first call on record is of ";
    assert!(page.contains(begins), "{page}");
    let day = &page.split(begins).nth(1).unwrap()[..10];
    let path = format!("/reports?from={day}&to={day}");
    let page = browser.get(&world, &path).await.text;
    assert!(!page.contains(begins), "{page}");
}

/// Around the page: figures are for those who answer for the service or oversee it.
#[tokio::test]
async fn who_may_not_read_reports_gets_none() {
    let world = world().await;
    for role in [Role::CallTaker, Role::Dispatcher, Role::Service] {
        let refused = world.get(role, "/api/v1/reports/targets").await;
        assert_eq!(refused.problem(), "403 not-permitted");
    }
    assert_eq!(
        world
            .get(Role::Auditor, "/api/v1/reports/targets")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_wall_shows_figures_and_no_words() {
    let world = world().await;
    let wall = world.get(Role::CallTaker, "/api/v1/wall").await;
    check_schema("Wall", &wall.json());
    let shown = wall.json();
    assert_eq!(
        (&shown["open"], &shown["waiting"][0]["waiting"]),
        (&json!(2), &json!(1))
    );
    assert_eq!((&shown["free"], &shown["units"]), (&json!(2), &json!(3)));
    assert_eq!(shown["incidents"][0]["units"], 0, "who waits comes first");
    assert_eq!(
        (&shown["today"][0]["n"], &shown["today"][0]["share"]),
        (&json!(1), &json!(1.0))
    );
    assert!(
        !wall.text.contains("212") && !wall.text.contains("Elm St"),
        "{}",
        wall.text
    );
    let page = signed_in(&world).await.get(&world, "/wall").await;
    assert_eq!(page.status, StatusCode::OK);
}
