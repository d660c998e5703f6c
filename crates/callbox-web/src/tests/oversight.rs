//! The rules of oversight by their names, each by a way around the pages; docs/security/oversight.md
//! has the table, with what is tested elsewhere and what is not there.
//!
//! LED: Directive (EU) 2016/680. CJIS: the FBI's CJIS Security Policy, by its controls.

use axum::http::StatusCode;
use callbox_domain::{IncidentId, ReadAct, ReadObject, ReadOutcome, ReadPurpose};
use callbox_engine::ReadWanted;
use serde_json::{Value, json};

use super::{PASSWORD, World, second_factor::Browser};
use crate::access::{Role, Scope};

/// How many events of a kind stand in an answer.
fn count(answer: &super::Answer, kind: &str) -> usize {
    let events = answer.json()["events"].as_array().cloned();
    let events = events.unwrap_or_else(|| panic!("no receipt: {}", answer.text));
    events.iter().filter(|event| event["kind"] == kind).count()
}

/// What is on the record of reads about an incident, the oldest first.
fn reads(world: &World, id: u64) -> Vec<(ReadAct, Option<ReadPurpose>, ReadOutcome)> {
    let wanted = ReadWanted {
        limit: 1_000,
        ..ReadWanted::default()
    };
    let all = world.state.engine.consultations(&wanted).unwrap();
    let of = all.iter().rev().map(|one| &one.read);
    of.filter(|read| read.object == ReadObject::Incident(IncidentId(id)))
        .map(|read| (read.act, read.purpose, read.outcome))
        .collect()
}

async fn act(world: &World, role: Role, path: &str, body: Value) -> super::Answer {
    let answer = world.post(role, &format!("/api/v1/{path}"), body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer
}

async fn state(world: &World, role: Role, what: Value) -> super::Answer {
    let path = "/api/v1/consultations/purpose";
    world.post(role, path, what).await
}

fn why(purpose: &str) -> Value {
    json!({"object": "consultations", "purpose": purpose, "number": "2026-7", "reason": "yearly check"})
}

#[tokio::test]
async fn led_25_collection_writes_one_entry_by_whatever_way() {
    let world = World::set_up().await;
    let call = json!({"type": "FIRE", "place": "1 Elm St", "caller_name": "Ada"});
    let first = world
        .post_keyed(Role::CallTaker, "/api/v1/incidents", "k", &call.to_string())
        .await;
    assert_eq!(count(&first, "IncidentReceived"), 1);
    let next = world.engine.health().next_seq;
    let again = world
        .post_keyed(Role::CallTaker, "/api/v1/incidents", "k", &call.to_string())
        .await;
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(
        world.engine.health().next_seq,
        next,
        "repeated, it writes nothing"
    );
    let line = json!({"line": "N FIRE @2 Elm St //smoke"});
    let typed = act(&world, Role::CallTaker, "line", line).await;
    assert_eq!(count(&typed, "IncidentReceived"), 1);
}

#[tokio::test]
async fn led_25_alteration_writes_one_entry_by_whatever_way() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let at = |what: &str| format!("incidents/{id}/{what}");
    let by_program = act(
        &world,
        Role::CallTaker,
        &at("place"),
        json!({"place": "3 Elm St"}),
    )
    .await;
    assert_eq!(count(&by_program, "IncidentLocated"), 1);
    let typed = json!({"line": format!("NT {id} //second floor")});
    let typed = act(&world, Role::CallTaker, "line", typed).await;
    assert_eq!(count(&typed, "NarrativeAdded"), 1);
    let lines = async || {
        let path = format!("/api/v1/incidents/{id}/timeline");
        let timeline = world.get(Role::Dispatcher, &path).await.json();
        let entries = timeline["entries"].as_array().cloned().unwrap();
        let added = entries
            .iter()
            .filter(|entry| entry["kind"] == "NarrativeAdded");
        added.count()
    };
    let before = lines().await;
    assert_eq!(before, 1);
    let mut browser = Browser::new("x");
    browser.sign_in(&world, "dispatcher").await;
    let form = "text=by+the+page&key=page-1";
    let page = browser
        .post(&world, &format!("/incidents/{id}/narrative"), form)
        .await;
    assert!(
        page.status.is_redirection(),
        "{} {}",
        page.status,
        page.text
    );
    assert_eq!(lines().await, before + 1, "one entry by the page");
    // A correction stands beside what it corrects.
    let path = at("narrative/1/correction");
    let corrected = act(
        &world,
        Role::Dispatcher,
        &path,
        json!({"text": "third floor"}),
    )
    .await;
    assert_eq!(count(&corrected, "NarrativeCorrected"), 1);
    assert_eq!(lines().await, before + 1);
}

/// Takes a call and closes it; gives the incident.
async fn closed_case(world: &World) -> u64 {
    let id = world.take_call().await;
    act(
        world,
        Role::Dispatcher,
        &format!("incidents/{id}/close"),
        json!({"disposition": "DONE"}),
    )
    .await;
    id
}

#[tokio::test]
async fn led_25_consultation_and_disclosure_write_one_entry_each_with_purpose() {
    let world = World::set_up().await;
    let id = closed_case(&world).await;
    world.pass(3_600);
    world.state_purpose(Role::Supervisor, id).await;
    let path = format!("/api/v1/incidents/{id}");
    assert_eq!(
        world.get(Role::Supervisor, &path).await.status,
        StatusCode::OK
    );
    let court = Some(ReadPurpose::Court);
    let read = (ReadAct::Read, court, ReadOutcome::Shown);
    assert_eq!(reads(&world, id), [read]);
    world
        .get(Role::Supervisor, &format!("{path}/after-action"))
        .await;
    let out = (ReadAct::HandedOut, court, ReadOutcome::Shown);
    assert_eq!(reads(&world, id), [read, out]);
    // The page is the same gate.
    world
        .get(Role::Supervisor, &format!("/incidents/{id}"))
        .await;
    assert_eq!(reads(&world, id), [read, out, read]);
}

#[tokio::test]
async fn led_25_combination_and_erasure_write_one_entry_each() {
    let world = World::set_up().await;
    let (one, other) = (world.take_call().await, world.take_call().await);
    let path = format!("incidents/{other}/merge");
    let merged = act(&world, Role::Dispatcher, &path, json!({"into": one})).await;
    assert_eq!(count(&merged, "IncidentsMerged"), 1);
    let path = format!("incidents/{one}/links");
    let third = world.take_call().await;
    let linked = act(&world, Role::Dispatcher, &path, json!({"other": third})).await;
    assert_eq!(count(&linked, "IncidentsLinked"), 1);

    act(
        &world,
        Role::Dispatcher,
        &format!("incidents/{third}/close"),
        json!({"disposition": "DONE"}),
    )
    .await;
    let path = format!("incidents/{third}/erasure");
    let asked = act(
        &world,
        Role::Supervisor,
        &format!("{path}/request"),
        json!({"basis": "LAW-12"}),
    )
    .await;
    assert_eq!(count(&asked, "ErasureRequested"), 1);
    world
        .access
        .create("second", "Second", Role::Supervisor, PASSWORD)
        .unwrap();
    let token = world
        .access
        .add_token("second", "x", 30, Scope::Account)
        .unwrap();
    world.pass(8 * 86_400);
    let request = axum::http::Request::post(format!("/api/v1/{path}/approve"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", "approve");
    let approved = world.send(request.body("{}".into()).unwrap()).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    assert_eq!(count(&approved, "DomainErased"), 1);
}

#[tokio::test]
async fn led_4_a_read_without_purpose_is_refused_and_the_refusal_logged() {
    let world = World::set_up().await;
    let id = closed_case(&world).await;
    world.pass(3_600);
    for (n, role) in [Role::CallTaker, Role::Dispatcher, Role::Supervisor]
        .into_iter()
        .enumerate()
    {
        let refused = world.get(role, &format!("/api/v1/incidents/{id}")).await;
        assert_eq!(refused.problem(), "403 purpose-first");
        let refusals = reads(&world, id);
        assert_eq!(refusals.len(), n + 1);
        assert_eq!(refusals[n], (ReadAct::Read, None, ReadOutcome::NoPurpose));
    }
}

#[tokio::test]
async fn led_25_2_a_log_query_states_one_of_four_purposes_and_staff_performance_is_refused() {
    let world = World::set_up().await;
    let log = "/api/v1/consultations";
    for wrong in [
        "staff-performance",
        "performance",
        "follow-up",
        "court",
        "case-review",
    ] {
        let refused = state(&world, Role::Supervisor, why(wrong)).await;
        assert!(
            refused.status.is_client_error(),
            "{wrong}: {}",
            refused.text
        );
        assert_eq!(
            world.get(Role::Supervisor, log).await.problem(),
            "403 purpose-first"
        );
    }
    for right in [
        "lawfulness",
        "self-monitoring",
        "integrity",
        "criminal-proceedings",
    ] {
        let stated = state(&world, Role::Supervisor, why(right)).await;
        assert_eq!(stated.status, StatusCode::OK, "{right}: {}", stated.text);
        assert_eq!(
            world.get(Role::Supervisor, log).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn cjis_ac_7_five_failures_in_fifteen_minutes_lock() {
    let world = World::empty();
    let mut browser = Browser::new("x");
    let wrong = "login=dispatcher&password=not+the+password";
    for _ in 0..5 {
        let answer = browser.post(&world, "/sign-in", wrong).await;
        assert_eq!(answer.header("location"), "/sign-in?problem=wrong&next=/");
        // Within fifteen minutes altogether.
        world.pass(170);
    }
    let locked = browser.sign_in(&world, "dispatcher").await;
    assert_eq!(locked.header("location"), "/sign-in?problem=locked&next=/");
    // Four in any fifteen minutes do not.
    let mut other = Browser::new("x");
    let wrong = "login=supervisor&password=not+the+password";
    for _ in 0..4 {
        other.post(&world, "/sign-in", wrong).await;
    }
    let open = other.sign_in(&world, "supervisor").await;
    assert_eq!(open.header("location"), "/board");
}

#[tokio::test]
async fn cjis_ac_11_sessions_lock_after_thirty_minutes_but_not_at_a_dispatch_position() {
    let world = World::empty();
    for (secured, stays) in [("10.0.0.0/8", false), ("127.0.0.0/8", true)] {
        world
            .access
            .set_policy("secured-addresses", secured)
            .unwrap();
        let mut browser = Browser::new("x");
        browser.sign_in(&world, "dispatcher").await;
        let found = world
            .access
            .session(crate::access::Kind::Browser, browser.secret());
        let (session, _) = found.unwrap();
        // An open board asks for nothing: it is looked at.
        for _ in 0..2 {
            world.pass(16 * 60);
            world.access.watch(&session);
        }
        let answer = browser.get(&world, "/api/v1/me").await;
        assert_eq!(answer.status == StatusCode::OK, stays, "{secured}");
    }
}

#[tokio::test]
async fn cjis_ia_2_a_second_factor_for_all() {
    let world = World::empty();
    world
        .access
        .set_policy("second-factor", "required")
        .unwrap();
    for role in Role::ALL {
        let mut browser = Browser::new("x");
        let answer = browser.sign_in(&world, role.name()).await;
        assert_eq!(answer.header("location"), "/account", "{role}");
        for path in ["/api/v1/board", "/api/v1/wall", "/api/v1/me/reads"] {
            let refused = browser.get(&world, path).await;
            assert_eq!(refused.problem(), "403 factor-first", "{role} {path}");
        }
    }
}

#[tokio::test]
async fn cjis_ac_2_emergency_accounts_end_after_72_hours() {
    let world = World::empty();
    let made = world
        .access
        .create_for_emergency("helper", "Helper", Role::Dispatcher, PASSWORD);
    made.unwrap();
    let mut browser = Browser::new("x");
    world.pass(72 * 3_600 - 60);
    let answer = browser.sign_in(&world, "helper").await;
    assert_eq!(answer.header("location"), "/board");
    world.pass(60);
    let over = browser.get(&world, "/api/v1/me").await;
    assert_eq!(over.problem(), "401 not-signed-in");
    let again = browser.sign_in(&world, "helper").await;
    assert_eq!(again.header("location"), "/sign-in?problem=wrong&next=/");
}

#[tokio::test]
async fn cjis_au_8_every_event_has_its_time_with_hundredths_and_offset() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let path = format!("/api/v1/incidents/{id}/timeline");
    let timeline = world.get(Role::Dispatcher, &path).await.json();
    let own = world.get(Role::Dispatcher, "/api/v1/me/reads").await.json();
    let times = [&timeline["entries"], &own["reads"]]
        .into_iter()
        .flat_map(|rows| {
            let rows = rows.as_array().unwrap();
            assert!(!rows.is_empty());
            rows.iter()
                .map(|row| row["at"].as_str().unwrap().to_owned())
        });
    for time in times {
        let (_, second) = time.split_once('.').expect("a fraction");
        let (fraction, offset) = second.split_at(second.find(['+', '-', 'Z']).expect("an offset"));
        assert!(fraction.len() >= 2, "{time}");
        assert!(offset == "Z" || offset.len() == 6, "{time}");
    }
}

#[tokio::test]
async fn break_glass_needs_a_reason_tells_a_second_person_expires_is_reviewed_and_counted() {
    let world = World::set_up().await;
    let id = closed_case(&world).await;
    world.pass(4 * 86_400);
    let mut glass =
        json!({"object": "incident", "incident": id, "purpose": "break-glass", "number": "26-1"});
    let silent = state(&world, Role::Dispatcher, glass.clone()).await;
    assert_eq!(silent.problem(), "422 bad-field reason");
    glass["reason"] = json!("a child is missing");
    assert_eq!(
        state(&world, Role::Dispatcher, glass).await.status,
        StatusCode::OK
    );
    let path = format!("/api/v1/incidents/{id}");
    assert_eq!(
        world.get(Role::Dispatcher, &path).await.status,
        StatusCode::OK
    );
    let told = world.get(Role::Auditor, "/api/v1/break-glass").await.json();
    assert_eq!(
        (&told["opened"], &told["waiting"][0]["incident"]),
        (&json!(1), &json!(id))
    );
    world.pass(31 * 60);
    let over = world.get(Role::Dispatcher, &path).await;
    assert_eq!(over.problem(), "403 purpose-first");
    act(
        &world,
        Role::Auditor,
        "break-glass/1/review",
        json!({"finding": "unjustified"}),
    )
    .await;
    let counts = world
        .get(Role::Supervisor, "/api/v1/break-glass")
        .await
        .json();
    assert_eq!(counts["unjustified"], 1);
}

#[tokio::test]
async fn led_5_a_warning_about_a_place_has_an_end_and_a_review_date() {
    let world = World::set_up().await;
    let note = json!({
        "hazard": "substances", "owner": "FIRE", "place": "9 Elm St", "text": "acid in the yard",
        "expires": "2026-10-11T00:00:00Z", "review": "2026-10-01T00:00:00Z",
    });
    for date in ["expires", "review"] {
        let mut without = note.clone();
        without.as_object_mut().unwrap().remove(date);
        let refused = world
            .post(Role::Supervisor, "/api/v1/premises/notes", without)
            .await;
        assert_eq!(refused.problem(), format!("422 bad-field {date}"));
    }
    act(&world, Role::Supervisor, "premises/notes", note).await;
    let at = async || {
        let body = json!({"place": "9 Elm St"});
        let answer = act(&world, Role::CallTaker, "premises/at", body)
            .await
            .json();
        answer["notes"].as_array().cloned().unwrap()
    };
    assert_eq!(at().await.len(), 1);
    // 21 September to 11 October: over by itself.
    world.pass(21 * 86_400);
    assert_eq!(at().await.len(), 0);
}
