//! Calls over HTTP, from the first words to the merge, and what people complain of elsewhere.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::json;

use super::World;
use crate::{access::Role, calls::schedule};

async fn row(world: &World, id: u64) -> serde_json::Value {
    let path = format!("/api/v1/incidents/{id}");
    world.get(Role::Dispatcher, &path).await.json()
}

/// A template is the same by line, by request and by form: it fills in what is left out.
#[tokio::test]
async fn a_template_fills_in_what_a_request_and_a_form_leave_out() {
    let world = World::set_up().await;
    let bell = json!({"code": "BELL", "label": "Fire bell", "incident_type": "ALARM", "priority": "2", "place": "Town hall", "text": "panel rings"});
    world.define("templates", bell.clone()).await;
    let take = |body| world.post(Role::CallTaker, "/api/v1/incidents", body);
    let bare = take(json!({"template": "BELL"})).await.json();
    let known = row(&world, bare["incident"].as_u64().unwrap()).await;
    assert_eq!(known["row"]["type"], "ALARM");
    assert_eq!(known["row"]["priority"], "2");
    assert_eq!(known["row"]["place"], "Town hall");
    assert_eq!(known["narrative"][0]["text"], "panel rings");
    let own =
        json!({"template": "BELL", "type": "FIRE", "place": "9 Elm St", "text": "second floor"});
    let own = take(own).await.json();
    let known = row(&world, own["incident"].as_u64().unwrap()).await;
    assert_eq!(known["row"]["type"], "FIRE");
    assert_eq!(
        known["row"]["priority"], "1",
        "another type keeps its own priority"
    );
    assert_eq!(known["row"]["place"], "9 Elm St");
    assert_eq!(known["narrative"][0]["text"], "panel rings second floor");

    let mut browser = super::second_factor::Browser::new("desk");
    browser.sign_in(&world, Role::CallTaker.name()).await;
    let form = browser.get(&world, "/calls/new?template=BELL").await.text;
    for filled in [
        "value=\"Town hall\"",
        "value=\"panel rings\"",
        "value=\"ALARM\" selected",
    ] {
        assert!(form.contains(filled), "{filled} is not in {form}");
    }
    let mut retired = bell;
    retired["retired"] = true.into();
    world.define("templates", retired).await;
    let refused = take(json!({"template": "BELL"})).await;
    assert_eq!(refused.problem(), "409 unknown-code");
    let form = browser.get(&world, "/calls/new?template=BELL").await.text;
    assert!(
        !form.contains("value=\"Town hall\""),
        "a retired one fills nothing"
    );
}

#[tokio::test]
async fn a_call_is_attached_merged_and_taken_apart_again() {
    let world = World::set_up().await;
    let first = world.take_call().await;
    let asked = world
        .post(
            Role::CallTaker,
            "/api/v1/calls/candidates",
            json!({"place": "212 elm st", "lat": 40.5001, "lon": -74.25, "type": "FIRE"}),
        )
        .await;
    super::check_schema("Candidates", &asked.json());
    let found = &asked.json()["candidates"][0];
    assert_eq!(found["row"]["id"], first);
    assert_eq!(found["reasons"][0]["reason"], "same-place");
    assert_eq!(found["reasons"][1], json!({"reason": "near", "n": 11}));
    let calls = format!("/api/v1/incidents/{first}/calls");
    let body = json!({"kind": "abandoned", "caller_number": "555-0101", "device_lat": 40.5, "device_lon": -74.25, "device_uncertainty_meters": 60});
    let attached = world.post(Role::CallTaker, &calls, body).await;
    assert_eq!(attached.status, StatusCode::OK, "{}", attached.text);
    let known = row(&world, first).await;
    assert_eq!(known["row"]["call_backs"], 1);
    // What a device says is recorded with the call; the incident's place is what somebody set.
    assert_eq!(known["calls"][1]["reported"]["uncertainty_meters"], 60);
    assert_eq!(known["row"]["place"], "212 Elm St");
    let handled = world
        .post(
            Role::CallTaker,
            &format!("{calls}/2/handling"),
            json!({"how": "reached"}),
        )
        .await;
    assert_eq!(handled.status, StatusCode::OK, "{}", handled.text);
    assert_eq!(row(&world, first).await["row"]["call_backs"], 0);

    let second = world.take_call().await;
    let merge = format!("/api/v1/incidents/{second}/merge");
    let merged = world
        .post(Role::CallTaker, &merge, json!({"into": first}))
        .await;
    assert_eq!(merged.status, StatusCode::OK, "{}", merged.text);
    assert_eq!(row(&world, second).await["row"]["merged_into"], first);
    assert_eq!(row(&world, first).await["merged"], json!([second]));
    let units = format!("/api/v1/incidents/{second}/units");
    let refused = world
        .post(Role::Dispatcher, &units, json!({"units": ["E1"]}))
        .await;
    assert_eq!(refused.problem(), "409 incident-merged");
    // It stands in no list any more: from the one that goes on it is reached, and taken apart again.
    let page = format!("/incidents/{first}");
    let page = world.get(Role::CallTaker, &page).await.text;
    assert!(
        page.contains(&format!("href=\"/incidents/{second}\"")),
        "{page}"
    );
    assert!(
        page.contains(&format!("action=\"/incidents/{second}/unmerge\"")),
        "{page}"
    );
    let unmerge = format!("/api/v1/incidents/{second}/unmerge");
    let undone = world
        .post(Role::CallTaker, &unmerge, json!({"from": first}))
        .await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text);
    let timeline = world
        .get(
            Role::Dispatcher,
            &format!("/api/v1/incidents/{first}/timeline"),
        )
        .await
        .json();
    let kinds: Vec<_> = timeline["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "IncidentReceived",
            "CallRecorded",
            "CallHandled",
            "IncidentsMerged",
            "MergeUndone"
        ]
    );
    for id in [first, second] {
        super::check_schema("Incident", &row(&world, id).await);
    }
}

#[tokio::test]
async fn a_scheduled_call_begins_by_itself_and_survives_a_restart() {
    let world = World::set_up().await;
    let body = json!({"type": "FIRE", "place": "Market", "scheduled": "2026-09-21T11:00:00-04:00", "verdict": "unverified"});
    let taken = world
        .post(Role::CallTaker, "/api/v1/incidents", body.clone())
        .await;
    let id = taken.json()["incident"].as_u64().unwrap();
    schedule::begin_due(&world.state).await;
    let waits = row(&world, id).await;
    assert_eq!(waits["row"]["scheduled"], 1_790_002_800_000_i64);
    assert_eq!(waits["row"]["warn_from"], 1_790_001_900_000_i64);
    world.pass(2_800);
    schedule::begin_due(&world.state).await;
    // A second look begins nothing twice.
    schedule::begin_due(&world.state).await;
    let begun = row(&world, id).await;
    assert_eq!(begun["row"]["scheduled"], json!(null));
    assert_eq!(begun["row"]["received"], world.now().millis());
    let late = world.post(Role::CallTaker, "/api/v1/incidents", body).await;
    assert_eq!(late.problem(), "409 not-in-the-future");
}

#[tokio::test]
async fn a_draft_is_ones_own_and_never_recorded() {
    let world = World::set_up().await;
    let path = "/api/v1/calls/draft";
    let before = world.engine.snapshot().next_seq();
    let kept = world
        .post(
            Role::CallTaker,
            path,
            json!({"fields": "{\"text\":\"smoke\"}"}),
        )
        .await;
    super::check_schema("Draft", &kept.json());
    let mine = world.get(Role::CallTaker, path).await.json();
    assert_eq!(mine["fields"], "{\"text\":\"smoke\"}");
    let other = world.get(Role::Dispatcher, path).await.json();
    assert_eq!(other["fields"], json!(null));
    world.pass(1_801);
    assert_eq!(
        world.get(Role::CallTaker, path).await.json()["fields"],
        json!(null)
    );
    assert_eq!(world.engine.snapshot().next_seq(), before);
}

#[tokio::test]
async fn a_devices_location_is_read_and_applied_to_nothing() {
    let world = World::set_up().await;
    let before = world.engine.snapshot().next_seq();
    let send = async |body: &'static str| {
        let request = world
            .request(Role::CallTaker, "/api/v1/places/location")
            .method("POST")
            .header(header::CONTENT_TYPE, "application/pidf+xml")
            .body(Body::from(body));
        world.send(request.unwrap()).await
    };
    let read = send(
        r#"<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gs="http://www.opengis.net/pidflo/1.0" xmlns:gml="http://www.opengis.net/gml">
        <gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>42.5463 -73.2512</gml:pos>
        <gs:radius uom="urn:ogc:def:uom:EPSG::9001">120.5</gs:radius></gs:Circle></presence>"#,
    )
    .await;
    super::check_schema("Location", &read.json());
    assert_eq!(read.json()["uncertainty_meters"], 121);
    assert_eq!(send("<a/>").await.problem(), "422 bad-location");
    assert_eq!(world.engine.snapshot().next_seq(), before);
}

#[tokio::test]
async fn without_streets_a_place_stays_words_and_the_call_goes_on() {
    let world = World::set_up().await;
    let found = world
        .post(
            Role::CallTaker,
            "/api/v1/places/find",
            json!({"text": "212 Elm"}),
        )
        .await;
    super::check_schema("Places", &found.json());
    assert_eq!(found.json()["streets"], false);
    assert_eq!(found.json()["verdict"], "missing");
    world.take_call().await;
}

/// The complaint: the board shows another severity than the one stored.
#[tokio::test]
async fn complaint_severity_shown_is_the_severity_stored() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    for priority in ["2", "1"] {
        let path = format!("/api/v1/incidents/{id}/priority");
        world
            .post(Role::CallTaker, &path, json!({"priority": priority}))
            .await;
        let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
        let stored = world.engine.snapshot();
        let stored = stored.incident(callbox_domain::IncidentId(id)).unwrap();
        let stored = stored.priority.as_ref().unwrap().as_str().to_owned();
        for shown in [&board["incidents"][0], &row(&world, id).await["row"]] {
            assert_eq!(shown["priority"], stored);
            assert_eq!(shown["rank"].to_string(), priority);
        }
        // What was recorded last says the same.
        let timeline = format!("/api/v1/incidents/{id}/timeline");
        let entries = world.get(Role::Dispatcher, &timeline).await.json();
        let last = entries["entries"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(last["details"]["priority"], stored);
    }
}

/// The complaint: an incident that was reopened closes itself again.
#[tokio::test]
async fn complaint_a_reopened_call_stays_open_until_somebody_closes_it() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let path = |verb: &str| format!("/api/v1/incidents/{id}/{verb}");
    let done = json!({"disposition": "DONE"});
    world
        .post(Role::Dispatcher, &path("close"), done.clone())
        .await;
    world
        .post(
            Role::Dispatcher,
            &path("reopen"),
            json!({"reason": "smoke again"}),
        )
        .await;
    world.pass(20 * 24 * 3_600);
    schedule::begin_due(&world.state).await;
    world
        .post(Role::CallTaker, &path("calls"), json!({"kind": "spoken"}))
        .await;
    assert_eq!(row(&world, id).await["row"]["state"], "open");
    // A unit that comes and goes does not close it either.
    let status = "/api/v1/units/E1/status";
    world
        .post(Role::Dispatcher, &path("units"), json!({"units": ["E1"]}))
        .await;
    world
        .post(Role::Dispatcher, status, json!({"status": "AVL"}))
        .await;
    assert_eq!(row(&world, id).await["row"]["state"], "open");
    world.post(Role::Dispatcher, &path("close"), done).await;
    assert_eq!(row(&world, id).await["row"]["state"], "closed");
}

#[tokio::test]
async fn what_callers_say_never_stands_in_an_address() {
    for endpoint in crate::api::ENDPOINTS.iter() {
        let is_read = endpoint.route.verb == crate::security::Verb::Get;
        let asks = endpoint.fields.iter().map(|field| field.name);
        let personal = [
            "text",
            "place",
            "caller_name",
            "caller_number",
            "lat",
            "lon",
        ];
        let met: Vec<_> = asks
            .filter(|name| is_read && personal.contains(name))
            .collect();
        assert!(met.is_empty(), "{} takes {met:?}", endpoint.route.path);
    }
}

#[tokio::test]
async fn premise_notes_are_kept_by_supervisors_and_seen_by_those_who_send() {
    let world = World::set_up().await;
    let notes = "/api/v1/premises/notes";
    let body = json!({
        "hazard": "energy", "owner": "FIRE", "place": "212 Elm St", "lat": 40.5, "lon": -74.25,
        "text": "solar panels cannot be switched off",
        "expires": "2027-09-01T12:00:00Z", "review": "2026-09-22T12:00:00Z",
    });
    let refused = world.post(Role::Dispatcher, notes, body.clone()).await;
    assert_eq!(refused.problem(), "403 not-permitted");
    let set = world.post(Role::Supervisor, notes, body).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let id = world.take_call().await;
    let here = json!({"place": "Elm St 212", "lat": 40.5001, "lon": -74.25});
    let at = async || {
        let asked = world.post(Role::CallTaker, "/api/v1/premises/at", here.clone());
        let known = asked.await.json();
        super::check_schema("Premises", &known);
        known
    };
    let known = at().await;
    assert_eq!(known["notes"][0]["hazard"], "energy");
    assert_eq!(known["notes"][0]["overdue"], false);
    assert_eq!(known["earlier"][0]["id"], id);
    assert!(
        !known["earlier"].to_string().contains("Elm"),
        "only what happened, no words"
    );
    world.pass(2 * 24 * 3_600);
    assert_eq!(at().await["notes"][0]["overdue"], true);
    let list = world.get(Role::Supervisor, notes).await.json();
    super::check_schema("PremiseNotes", &list);
    let retired = world
        .post(Role::Supervisor, &format!("{notes}/1/retire"), json!({}))
        .await;
    assert_eq!(retired.status, StatusCode::OK, "{}", retired.text);
    world.pass(1);
    assert_eq!(at().await["notes"], json!([]));
    let gone = world
        .post(Role::Supervisor, &format!("{notes}/9/retire"), json!({}))
        .await;
    assert_eq!(gone.problem(), "404 unknown-note");
}
