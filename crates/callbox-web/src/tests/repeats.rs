//! A request that comes twice is carried out once, whatever the clock shows by then.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use super::{Answer, World, second_factor::Browser};
use crate::{
    access::{Role, Scope},
    api::{ENDPOINTS, Endpoint},
    security::Verb,
};

/// Every act in an order in which each can be carried out; `{open}` and the like stand for numbers.
fn acts(world: &World) -> Vec<(&'static str, &'static str, Value)> {
    let later = |days: i64| world.now().plus_seconds(days * 86_400).to_string();
    let basis = || json!({"basis": "LAW-12"});
    let note = |text: &str| {
        json!({
            "hazard": "access", "owner": "FIRE", "place": "212 Elm St", "lat": 40.5, "lon": -74.25,
            "text": text, "expires": later(200), "review": later(100),
        })
    };
    let (lat, lon) = {
        let streets = &world.state.geography.as_ref().unwrap().streets;
        streets.node(streets.node_count() / 2).degrees()
    };
    let plans = "plan,alarm,count,units,skills,types\nFIRES,1,1,ENGINE,,FIRE\n";
    let cards = "card,label,types,question,kind,ask,answer,type,priority\n\
        SMOKE,Smoke,FIRE,inside,yes-no,Is anybody inside?,yes,,1\n";
    let act = |path, values: &'static str, body| (path, values, body);
    let configure = |what, body| (what, "", body);
    vec![
        configure(
            "/api/v1/configuration/center",
            json!({"name": "Oak County", "timezone": "America/New_York"}),
        ),
        configure(
            "/api/v1/configuration/agencies",
            json!({"code": "EMS", "name": "Elm Ambulances"}),
        ),
        configure(
            "/api/v1/configuration/priorities",
            json!({"code": "3", "label": "Can wait", "rank": 3}),
        ),
        configure(
            "/api/v1/configuration/incident-types",
            json!({"code": "MED", "label": "Medical"}),
        ),
        configure(
            "/api/v1/configuration/unit-types",
            json!({"code": "AMB", "label": "Ambulance"}),
        ),
        configure(
            "/api/v1/configuration/unit-statuses",
            json!({"code": "ACK", "label": "On the way out", "meaning": "acknowledged"}),
        ),
        configure(
            "/api/v1/configuration/dispositions",
            json!({"code": "FALSE", "label": "False alarm"}),
        ),
        configure(
            "/api/v1/configuration/stations",
            json!({"code": "F1", "name": "Station 1", "agency": "FIRE", "lat": 40.51, "lon": -74.25}),
        ),
        configure(
            "/api/v1/configuration/units",
            json!({"call_sign": "E3", "agency": "FIRE", "type": "ENGINE", "station": "F1"}),
        ),
        configure(
            "/api/v1/configuration/dispatch-rules",
            json!({"rest_seconds": 600}),
        ),
        configure(
            "/api/v1/configuration/turnouts",
            json!({"type": "ENGINE", "seconds": 90}),
        ),
        configure(
            "/api/v1/configuration/areas",
            json!({"code": "NORTH", "name": "North", "corners": [[40.4, -74.3], [40.6, -74.3], [40.6, -74.2]]}),
        ),
        configure(
            "/api/v1/configuration/conditions",
            json!({"condition": "STORM"}),
        ),
        configure(
            "/api/v1/configuration/templates",
            json!({"code": "LIFT", "label": "Lifting help", "incident_type": "MED"}),
        ),
        configure(
            "/api/v1/configuration/clocks",
            json!({"code": "OUT", "label": "Turnout", "start": "dispatched", "stop": "en_route", "alarm_seconds": 60}),
        ),
        configure(
            "/api/v1/configuration/clocks/remove",
            json!({"code": "OUT"}),
        ),
        configure(
            "/api/v1/configuration/welfare-rules",
            json!({"code": "PAR", "label": "Accountability", "every_seconds": 600}),
        ),
        configure("/api/v1/plans", json!({"table": plans})),
        configure("/api/v1/cards", json!({"table": cards})),
        act("/api/v1/premises/notes", "", note("gate code at the desk")),
        act(
            "/api/v1/premises/notes/{note}",
            "note=1",
            note("the gate is open now"),
        ),
        act("/api/v1/premises/notes/{note}/retire", "note=1", json!({})),
        act(
            "/api/v1/closures",
            "",
            json!({"cause": "works", "lat": lat, "lon": lon}),
        ),
        act("/api/v1/closures/{closure}/lift", "closure=1", json!({})),
        act(
            "/api/v1/incidents",
            "",
            json!({"type": "FIRE", "place": "212 Elm St", "lat": 40.5, "lon": -74.25, "caller_number": "555 0100"}),
        ),
        act(
            "/api/v1/incidents/{id}/calls",
            "id=1",
            json!({"kind": "silent"}),
        ),
        act(
            "/api/v1/incidents/{id}/calls/{call}",
            "id=1 call=2",
            json!({"caller_name": "A. Marker"}),
        ),
        act(
            "/api/v1/incidents/{id}/calls/{call}/handling",
            "id=1 call=2",
            json!({"how": "reached"}),
        ),
        act(
            "/api/v1/incidents/{id}/answers",
            "id=1",
            json!({"card": "SMOKE", "question": "inside", "answer": "no"}),
        ),
        act(
            "/api/v1/incidents/{id}/narrative",
            "id=1",
            json!({"text": "smoke from the roof"}),
        ),
        act(
            "/api/v1/incidents/{id}/narrative/{line}/correction",
            "id=1 line=1",
            json!({"text": "steam from the roof"}),
        ),
        act(
            "/api/v1/incidents/{id}/place",
            "id=1",
            json!({"place": "214 Elm St", "lat": 40.51, "lon": -74.25}),
        ),
        act(
            "/api/v1/incidents/{id}/type",
            "id=1",
            json!({"type": "ALARM"}),
        ),
        act(
            "/api/v1/incidents/{id}/priority",
            "id=1",
            json!({"priority": "2"}),
        ),
        act(
            "/api/v1/incidents/{id}/units",
            "id=1",
            json!({"units": ["E1"]}),
        ),
        act("/api/v1/undo", "", json!({})),
        act(
            "/api/v1/incidents/{id}/alarm",
            "id=1",
            json!({"units": ["E1", "E2"]}),
        ),
        act(
            "/api/v1/units/{call_sign}/status",
            "call_sign=E1",
            json!({"status": "ONS"}),
        ),
        act(
            "/api/v1/incidents/{id}/welfare-check",
            "id=1",
            json!({"unit": "E1"}),
        ),
        act(
            "/api/v1/units/{call_sign}/well",
            "call_sign=E1",
            json!({"words": "all out"}),
        ),
        act(
            "/api/v1/units/{call_sign}/emergency",
            "call_sign=E1",
            json!({"cause": "mayday"}),
        ),
        // What the clock raised is taken on.
        act("/api/v1/alarms/{alarm}/acknowledge", "alarm=?", json!({})),
        act(
            "/api/v1/units/{call_sign}/end-emergency",
            "call_sign=E1",
            json!({"reason": "found well"}),
        ),
        // The second and third call.
        act("/api/v1/line", "", json!({"line": "N MED 3 @Oak Ave"})),
        act(
            "/api/v1/incidents/{id}/links",
            "id=2",
            json!({"other": 1, "relation": "related"}),
        ),
        act(
            "/api/v1/agreements",
            "",
            json!({"agency": "FIRE", "with": "EMS", "type": "MED"}),
        ),
        act(
            "/api/v1/agreements/end",
            "",
            json!({"agency": "FIRE", "with": "EMS", "type": "MED"}),
        ),
        act(
            "/api/v1/incidents/{id}/share",
            "id=2",
            json!({"agency": "FIRE"}),
        ),
        act(
            "/api/v1/incidents/{id}/unshare",
            "id=2",
            json!({"agency": "FIRE"}),
        ),
        act(
            "/api/v1/units/{call_sign}/stack",
            "call_sign=E1",
            json!({"incident": 2}),
        ),
        act(
            "/api/v1/units/{call_sign}/unstack",
            "call_sign=E1",
            json!({"incident": 2}),
        ),
        act(
            "/api/v1/units/{call_sign}/reassign",
            "call_sign=E2",
            json!({"to": 2}),
        ),
        act(
            "/api/v1/units/{call_sign}/release",
            "call_sign=E1",
            json!({"reason": "gone home"}),
        ),
        act(
            "/api/v1/units/{call_sign}/cancel",
            "call_sign=E2",
            json!({"reason": "not needed"}),
        ),
        act("/api/v1/incidents/{id}/merge", "id=2", json!({"into": 1})),
        act("/api/v1/incidents/{id}/unmerge", "id=2", json!({"from": 1})),
        act(
            "/api/v1/incidents/{id}/transfer",
            "id=2",
            json!({"to": "Elsewhere"}),
        ),
        act(
            "/api/v1/units/{call_sign}/crew",
            "call_sign=E1",
            json!({"size": 4}),
        ),
        act(
            "/api/v1/units/{call_sign}/equipment",
            "call_sign=E1",
            json!({"seats": 4}),
        ),
        act(
            "/api/v1/units/{call_sign}/out-of-service",
            "call_sign=E1",
            json!({"reason": "tyre"}),
        ),
        act(
            "/api/v1/units/{call_sign}/in-service",
            "call_sign=E1",
            json!({}),
        ),
        act("/api/v1/incidents/{id}/activate", "id=3", json!({})),
        act(
            "/api/v1/incidents/{id}/close",
            "id=1",
            json!({"disposition": "DONE"}),
        ),
        act(
            "/api/v1/incidents/{id}/reopen",
            "id=1",
            json!({"reason": "it smokes again"}),
        ),
        act("/api/v1/break-glass/{grant}/seen", "grant=1", json!({})),
        act(
            "/api/v1/break-glass/{grant}/review",
            "grant=1",
            json!({"finding": "justified"}),
        ),
        act("/api/v1/erasures/rules", "", json!({"wait_days": 0})),
        act("/api/v1/incidents/{id}/erasure/hold", "id=4", basis()),
        act("/api/v1/incidents/{id}/erasure/lift", "id=4", basis()),
        act("/api/v1/incidents/{id}/erasure/request", "id=4", basis()),
        act(
            "/api/v1/incidents/{id}/erasure/refuse",
            "id=4",
            json!({"reason": "HELD"}),
        ),
        act("/api/v1/incidents/{id}/erasure/approve", "id=5", json!({})),
    ]
}

fn row(path: &str) -> &'static Endpoint {
    let mut all = ENDPOINTS.iter();
    all.find(|it| it.route.path == path && it.route.verb != Verb::Get)
        .unwrap_or_else(|| panic!("{path} has no row"))
}

async fn send(world: &World, endpoint: &Endpoint, path: &str, key: &str, body: &str) -> Answer {
    let method = match endpoint.route.verb {
        Verb::Put => "PUT",
        _ => "POST",
    };
    let request = world
        .request(Role::Supervisor, path)
        .method(method)
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap();
    world.send(request).await
}

/// Bodies that say something else, each in one member.
fn others(body: &Value, now: &str) -> Vec<Value> {
    let members = body.as_object().unwrap();
    let mut others = Vec::new();
    for (name, value) in members {
        let other = match value {
            Value::String(table) if name == "table" => {
                json!(table.replace("FIRES", "BLAZE").replace("SMOKE", "HAZE"))
            }
            Value::String(_) if name == "finding" => json!("unjustified"),
            Value::String(text) => json!(format!("{text}X")),
            Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
            Value::Array(items) if items.iter().all(Value::is_string) => json!(["L 1/A"]),
            _ => continue,
        };
        let mut changed = body.clone();
        changed[name] = other;
        others.push(changed);
    }
    // A late entry of the same is another request, too.
    let mut late = body.clone();
    late["at"] = json!(now);
    others.push(late);
    others
}

/// What happens beside the acts: planned calls, closed ones, a broken glass, an alarm that is due.
async fn prepare(world: &World, path: &str) {
    let post = async |role, path: &str, body: Value| {
        let answer = world.post(role, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
    };
    match path {
        "/api/v1/incidents/{id}/activate" => {
            let at = world.now().plus_seconds(40 * 86_400).to_string();
            let planned = json!({"type": "FIRE", "place": "1 Later St", "scheduled": at});
            post(Role::CallTaker, "/api/v1/incidents", planned).await;
            for id in [4, 5] {
                post(
                    Role::CallTaker,
                    "/api/v1/incidents",
                    json!({"place": "9 Old Rd"}),
                )
                .await;
                let path = format!("/api/v1/incidents/{id}/close");
                post(Role::Dispatcher, &path, json!({"disposition": "DONE"})).await;
            }
        }
        "/api/v1/alarms/{alarm}/acknowledge" => crate::alarms::raise_due(&world.state).await,
        "/api/v1/break-glass/{grant}/seen" => {
            let body = json!({
                "object": "incident", "incident": 4, "purpose": "break-glass",
                "number": "CASE-7", "reason": "asked for",
            });
            post(Role::Dispatcher, "/api/v1/consultations/purpose", body).await;
        }
        "/api/v1/incidents/{id}/erasure/approve" => {
            let second = "second";
            let _ = world.access.create(
                second,
                "Second",
                Role::Supervisor,
                "a long enough passphrase 7",
            );
            let token = world
                .access
                .add_token(second, "test", 30, Scope::Account)
                .unwrap();
            let request = axum::http::Request::builder()
                .uri("/api/v1/incidents/5/erasure/request")
                .method("POST")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "second")
                .body(Body::from(json!({"basis": "LAW-12"}).to_string()))
                .unwrap();
            let asked = world.send(request).await;
            assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_act_that_is_asked_for_twice_happens_once() {
    let world = World::with_streets().defined().await;
    let mut random = 0x9e37_79b9_u64;
    let mut met = BTreeSet::new();
    for (no, (path, values, body)) in acts(&world).into_iter().enumerate() {
        let endpoint = row(path);
        met.insert((endpoint.route.verb.name(), path));
        prepare(&world, path).await;
        let mut filled = path.to_owned();
        for (name, value) in values.split(' ').filter_map(|pair| pair.split_once('=')) {
            let value = match value {
                "?" => world.state.engine.snapshot().alarms()[0].id.0.to_string(),
                value => value.to_owned(),
            };
            filled = filled.replace(&format!("{{{name}}}"), &value);
        }
        let key = format!("act-{no}");
        let first = send(&world, endpoint, &filled, &key, &body.to_string()).await;
        assert!(first.status.is_success(), "{filled}: {}", first.text);
        let answer = first.json();
        assert_eq!(answer["repeated"], false, "{filled}");
        assert_ne!(answer["events"], json!([]), "{filled} did nothing");
        let length = world.state.engine.snapshot().next_seq();

        // Seconds to hours later, spelt otherwise.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let passed = i64::try_from(random >> 40).unwrap() % 14_400;
        world.pass(if path == "/api/v1/incidents/{id}/units" {
            10
        } else {
            passed
        });
        let mut spelt = serde_json::to_string_pretty(&body).unwrap();
        spelt = spelt.replacen('{', "{ \"nothing\": null, ", 1);
        let spelt = match body.as_object().is_some_and(|it| it.is_empty()) {
            true => "{ }".to_owned(),
            false => spelt.replacen("\"nothing\": null, ", "", 1),
        };
        let again = send(&world, endpoint, &filled, &key, &spelt).await;
        assert_eq!(again.status, first.status, "{filled}: {}", again.text);
        let mut repeated = again.json();
        assert_eq!(repeated["repeated"], true, "{filled}");
        repeated["repeated"] = json!(false);
        assert_eq!(repeated, answer, "{filled}");

        // Something else under the same key: by its body, by its path.
        let now = world.now().to_string();
        let mut refused = 0;
        for other in others(&body, &now) {
            let other = send(&world, endpoint, &filled, &key, &other.to_string()).await;
            match other.problem().as_str() {
                "409 key-reused Idempotency-Key" => refused += 1,
                // What cannot be read at all is told so first.
                problem => assert!(
                    problem.starts_with("422") || problem.starts_with("400"),
                    "{filled}: {problem}"
                ),
            }
        }
        let has_members = !endpoint.fields.is_empty() || body.get("table").is_some();
        assert!(
            refused > 0 || !has_members,
            "{filled}: no other body was refused"
        );
        let elsewhere = row("/api/v1/configuration/agencies");
        let agency = json!({"code": "OTHER", "name": "Other"}).to_string();
        let other = send(&world, elsewhere, elsewhere.route.path, &key, &agency).await;
        assert_eq!(
            other.problem(),
            "409 key-reused Idempotency-Key",
            "{filled}"
        );
        assert!(
            other
                .text
                .contains("this idempotency key was used for another request")
        );
        assert_eq!(world.state.engine.snapshot().next_seq(), length, "{filled}");
    }
    // No route that takes a key is left out.
    let acts = ENDPOINTS.iter().filter(|it| {
        it.make.is_some()
            || it.route.verb != Verb::Get
                && matches!(it.answer, "Receipt" | "Published" | "CardsPublished")
    });
    let missing: Vec<_> = acts
        .map(|it| (it.route.verb.name(), it.route.path))
        .filter(|it| !met.contains(it))
        .collect();
    assert_eq!(missing, []);
}

#[tokio::test]
async fn a_street_that_is_closed_for_some_hours_by_a_form_sent_twice_is_closed_once() {
    let world = World::with_streets().defined().await;
    let mut browser = Browser::new("console");
    browser.sign_in(&world, Role::Dispatcher.name()).await;
    let at = {
        let geography = world.state.geography.as_ref().unwrap();
        let streets = &geography.streets;
        let (lat, lon) = streets.node(streets.node_count() / 2).degrees();
        format!("{lat},{lon}")
    };
    let form = |hours: u8| format!("key=one&from={at}&cause=works&hours={hours}");
    let first = browser.post(&world, "/closures", &form(2)).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let until = |world: &World| {
        let center = world.state.engine.snapshot();
        let found: Vec<_> = center.closures.iter().map(|(_, it)| it.until).collect();
        found
    };
    let closed = until(&world);
    assert_eq!(closed, [Some(world.now().plus_seconds(7_200))]);
    world.pass(61);
    let again = browser.post(&world, "/closures", &form(2)).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    assert_eq!(until(&world), closed);
    let other = browser.post(&world, "/closures", &form(3)).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(other.text.contains("the same key was used for another act"));
}
