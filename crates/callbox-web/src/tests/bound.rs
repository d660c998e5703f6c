//! Work by accounts that are bound to an agency, by requests as a program sends them, not through pages.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use callbox_domain::Code;
use expect_test::expect;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::{Answer, World, rights::filled};
use crate::{
    access::{Role, Scope, rights},
    live,
    security::{self, Reach, Verb, reach},
};

/// Two agencies, each with a supervisor and a dispatcher of its own.
struct Two {
    world: World,
    tokens: Vec<(&'static str, Role, String)>,
    keys: std::cell::Cell<u64>,
}

impl Two {
    async fn set_up() -> Self {
        let world = World::set_up().await;
        let ems = json!({"code": "EMS", "name": "Elm Ambulance"});
        world.define("agencies", ems).await;
        for call_sign in ["A1", "A2"] {
            let unit = json!({"call_sign": call_sign, "agency": "EMS", "type": "ENGINE"});
            world.define("units", unit).await;
        }
        let mut tokens = Vec::new();
        for agency in ["FIRE", "EMS"] {
            for role in Role::ALL {
                let login = format!("{}-{}", agency.to_lowercase(), role.name());
                let access = &world.access;
                access
                    .create(&login, &login, role, super::PASSWORD)
                    .unwrap();
                let code = Code::new(agency).unwrap();
                access.set_agency(&login, Some(&code)).unwrap();
                let token = access.add_token(&login, "test", 30, Scope::Account);
                tokens.push((agency, role, token.unwrap()));
            }
        }
        Self {
            world,
            tokens,
            keys: std::cell::Cell::new(0),
        }
    }

    fn token(&self, agency: &str, role: Role) -> &str {
        let found = self.tokens.iter().find(|it| (it.0, it.1) == (agency, role));
        found.map(|(.., token)| token).unwrap()
    }

    fn request(&self, agency: &str, role: Role, verb: Verb, path: &str) -> Request<Body> {
        let token = self.token(agency, role);
        let request = Request::builder().method(verb.name()).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        request.body(Body::empty()).unwrap()
    }

    async fn get(&self, agency: &str, role: Role, path: &str) -> Answer {
        let request = self.request(agency, role, Verb::Get, path);
        self.world.send(request).await
    }

    async fn post(&self, agency: &str, role: Role, path: &str, body: Value) -> Answer {
        self.keys.set(self.keys.get() + 1);
        let token = self.token(agency, role);
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", format!("two-{}", self.keys.get()))
            .body(Body::from(body.to_string()));
        self.world.send(request.unwrap()).await
    }

    async fn done(&self, agency: &str, path: &str, body: Value) -> Value {
        let answer = self.post(agency, Role::Supervisor, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    }

    /// Takes a call as an agency; gives the incident's number.
    async fn take(&self, agency: &str, place: &str) -> u64 {
        let call =
            json!({"type": "FIRE", "place": place, "lat": 40.5, "lon": -74.25, "text": place});
        let taken = self.done(agency, "/api/v1/incidents", call).await;
        taken["incident"].as_u64().unwrap()
    }

    async fn send(&self, agency: &str, unit: &str, incident: u64) {
        let path = format!("/api/v1/incidents/{incident}/units");
        self.done(agency, &path, json!({"units": [unit]})).await;
    }
}

#[tokio::test]
async fn an_incident_of_others_is_answered_like_one_that_does_not_exist() {
    let two = Two::set_up().await;
    let hidden = two.take("FIRE", "9 Hidden Lane").await;
    two.send("FIRE", "E1", hidden).await;
    let own = two.take("EMS", "1 Open St").await;
    assert_eq!((hidden, own), (1, 2));
    let mut asked = 0;
    // By every route that names an incident in its path.
    for route in security::all().filter(|route| reach(route) == Reach::Incident) {
        let Some(role) = Role::ALL
            .into_iter()
            .find(|role| rights::may(*role, route.action) && *role != Role::CallTaker)
        else {
            continue;
        };
        let path = filled(route.path);
        let mut answers = Vec::new();
        for number in ["1", "9"] {
            let path = path.replace("/incidents/1", &format!("/incidents/{number}"));
            let request = two.request("EMS", role, route.verb, &path);
            let answer = two.world.send(request).await;
            let text = answer.text.replace("#9", "#1").replace("/9", "/1");
            answers.push((answer.status, text));
        }
        assert_eq!(answers[0], answers[1], "{} {path}", route.verb.name());
        asked += 1;
    }
    // And by all that name one in their body, their query or a typed line.
    let line = |words: &str| ("/api/v1/line", json!({"line": words}));
    let preview = |words: &str| ("/api/v1/line/preview", json!({"line": words}));
    let acts = [
        (
            "/api/v1/incidents/2/links",
            json!({"other": 1, "relation": "related"}),
        ),
        ("/api/v1/incidents/2/merge", json!({"into": 1})),
        ("/api/v1/incidents/2/unmerge", json!({"from": 1})),
        ("/api/v1/units/A1/reassign", json!({"to": 1})),
        ("/api/v1/units/A1/stack", json!({"incident": 1})),
        (
            "/api/v1/units/A1/status",
            json!({"status": "ENR", "incident": 1}),
        ),
        ("/api/v1/units/A1/cancel", json!({"incident": 1})),
        (
            "/api/v1/consultations/purpose",
            json!({"object": "incident", "incident": 1, "purpose": "court", "number": "C", "reason": "r"}),
        ),
        (
            "/api/v1/consultations/purpose",
            json!({"object": "incident", "incident": 1, "purpose": "break-glass", "number": "C", "reason": "r"}),
        ),
        line("D A1 1"),
        line("NT 1 //words"),
        line("C 1 DONE"),
        preview("V 1"),
        preview("D A1 1"),
        preview("NT 1 //words"),
    ];
    for (path, body) in acts {
        let mut answers = Vec::new();
        for number in ["1", "9"] {
            let mut body = body.clone();
            for value in body.as_object_mut().unwrap().values_mut() {
                if *value == json!(1) {
                    *value = number.parse::<u64>().unwrap().into();
                } else if let Some(words) = value.as_str().map(str::to_owned) {
                    *value = words.replace(" 1", &format!(" {number}")).into();
                }
            }
            let answer = two.post("EMS", Role::Supervisor, path, body).await;
            assert!(!answer.text.contains("Hidden"), "{path}: {}", answer.text);
            let text = answer
                .text
                .replace("9 ", "1 ")
                .replace("9\"", "1\"")
                .replace("#9", "#1");
            let text = text.replace("incident 9", "incident 1");
            answers.push((answer.status, text));
        }
        assert_eq!(answers[0], answers[1], "{path}");
        asked += 1;
    }
    for path in [
        "/api/v1/ways?incident=1",
        "/purpose?object=incident&incident=1",
    ] {
        let one = two.get("EMS", Role::Supervisor, path).await;
        let none = two
            .get("EMS", Role::Supervisor, &path.replace("=1", "=9"))
            .await;
        assert_eq!(one.status, none.status, "{path}");
        asked += 1;
    }
    expect!["73 questions"].assert_eq(&format!("{asked} questions"));
}

#[tokio::test]
async fn the_table_holds_for_bound_and_unbound_accounts_by_every_route() {
    let two = Two::set_up().await;
    two.take("FIRE", "9 Hidden Lane").await;
    let mut counts = std::collections::BTreeMap::new();
    for route in security::all() {
        for role in Role::ALL {
            for agency in ["", "FIRE", "EMS"] {
                let path = filled(route.path);
                let request = match agency {
                    "" => {
                        let request = two.world.request(role, &path).method(route.verb.name());
                        request.body(Body::empty()).unwrap()
                    }
                    agency => two.request(agency, role, route.verb, &path),
                };
                let answer = two.world.open(request).await;
                let problem = answer.extensions().get::<crate::problem::Problem>();
                let code = problem.map_or("", |problem| problem.code);
                let reads = route.verb == Verb::Get;
                let may = rights::is_open(route.action)
                    || (route.action.is_open_to(Scope::Account, reads)
                        && rights::may(role, route.action));
                let expected = match (may, agency, reach(route)) {
                    (false, ..) => "no right",
                    (true, "", _) => "whole center",
                    (true, _, Reach::Center) => "of the whole center only",
                    (true, "EMS", Reach::Incident) => "not theirs",
                    (true, ..) => "what they see",
                };
                let is_as_expected = match expected {
                    "no right" => matches!(code, "not-permitted" | "out-of-scope"),
                    "of the whole center only" => code == "other-agencies",
                    "not theirs" => code == "unknown-incident",
                    _ => !matches!(code, "not-permitted" | "out-of-scope" | "other-agencies"),
                };
                let what = format!("{agency} {role} {} {path}: {code}", route.verb.name());
                assert!(is_as_expected, "{what}, expected {expected}");
                *counts.entry(expected).or_insert(0) += 1;
            }
        }
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(what, n)| format!("{what}: {n}"))
        .collect();
    expect![[r#"
        no right: 2328
        not theirs: 138
        of the whole center only: 102
        what they see: 956
        whole center: 598"#]]
    .assert_eq(&counts.join("\n"));
}

#[tokio::test]
async fn an_agency_takes_its_own_calls_and_finds_them_in_lists_lines_and_figures() {
    let two = Two::set_up().await;
    let (fire, ems) = (
        two.take("FIRE", "9 Hidden Lane").await,
        two.take("EMS", "1 Open St").await,
    );
    two.send("FIRE", "E1", fire).await;
    two.send("EMS", "A1", ems).await;
    let path = "/api/v1/incidents/2/timeline";
    let timeline = two.get("EMS", Role::Dispatcher, path).await;
    assert!(
        timeline.text.contains("IncidentTakenFor"),
        "{}",
        timeline.text
    );
    // A likely duplicate is named only where it is theirs to see.
    let sought = json!({"place": "9 Hidden Lane", "lat": 40.5, "lon": -74.25, "type": "FIRE"});
    for (agency, expected) in [("FIRE", json!([1])), ("EMS", json!([2]))] {
        let path = "/api/v1/calls/candidates";
        let found = two
            .post(agency, Role::CallTaker, path, sought.clone())
            .await;
        let rows = found.json()["candidates"].as_array().unwrap().clone();
        let ids: Value = rows.iter().map(|row| row["row"]["id"].clone()).collect();
        assert_eq!(ids, expected, "{agency}");
    }
    // The line sends one's own units, and no others.
    for (line, expected) in [
        ("NT 2 //awake", StatusCode::OK),
        ("ENR A1", StatusCode::OK),
        ("ENR E1", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let path = "/api/v1/line";
        let said = two
            .post("EMS", Role::Dispatcher, path, json!({"line": line}))
            .await;
        assert_eq!(said.status, expected, "{line}: {}", said.text);
    }
    let lists = [
        "/api/v1/incidents",
        "/api/v1/alarms",
        "/api/v1/wall",
        "/api/v1/positions",
        "/map",
        "/wall",
        "/calls/new",
        "/closures",
        "/plans",
        "/cards",
        "/agencies",
        "/units/A1",
    ];
    for path in lists {
        let answer = two.get("EMS", Role::Dispatcher, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(!answer.text.contains("Hidden"), "{path}: {}", answer.text);
    }
    let open = two
        .get("EMS", Role::Dispatcher, "/api/v1/incidents")
        .await
        .json();
    assert_eq!(open["incidents"].as_array().unwrap().len(), 1);
    // Both are closed: each has its own in the history and in its figures.
    for (agency, unit, incident) in [("FIRE", "E1", fire), ("EMS", "A1", ems)] {
        let status = format!("/api/v1/units/{unit}/status");
        two.done(agency, &status, json!({"status": "AVL"})).await;
        let close = format!("/api/v1/incidents/{incident}/close");
        two.done(agency, &close, json!({"disposition": "DONE"}))
            .await;
    }
    for (agency, incident, unit) in [("FIRE", fire, "E1"), ("EMS", ems, "A1")] {
        let history = two
            .get(agency, Role::Dispatcher, "/api/v1/history")
            .await
            .json();
        let rows = history["incidents"].as_array().unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, [incident], "{agency}");
        let busy = "/api/v1/reports/utilisation";
        let figures = two.get(agency, Role::Auditor, busy).await.json();
        let rows = figures["rows"].as_array().unwrap();
        let worked = rows.iter().filter(|row| row["assignments"] != 0);
        let units: Vec<_> = worked.map(|row| row["unit"].as_str().unwrap()).collect();
        assert_eq!(units, [unit], "{agency}: {figures}");
        let all = two
            .get(agency, Role::Auditor, "/api/v1/reports/workload")
            .await
            .json();
        assert_eq!(all["total"]["calls"], 1, "{agency}: {all}");
    }
    let all = two
        .world
        .get(Role::Auditor, "/api/v1/reports/workload")
        .await
        .json();
    assert_eq!(all["total"]["calls"], 2, "{all}");
}

#[tokio::test]
async fn what_others_put_into_a_shared_record_stays_theirs() {
    let two = Two::set_up().await;
    let (fire, other) = (
        two.take("FIRE", "2 Shared St").await,
        two.take("FIRE", "9 Hidden Lane").await,
    );
    two.send("FIRE", "E1", fire).await;
    let share = format!("/api/v1/incidents/{fire}/share");
    two.done("FIRE", &share, json!({"agency": "EMS"})).await;
    let links = format!("/api/v1/incidents/{fire}/links");
    two.done(
        "FIRE",
        &links,
        json!({"other": other, "relation": "related"}),
    )
    .await;
    two.done("FIRE", "/api/v1/units/E1/reassign", json!({"to": other}))
        .await;
    let path = format!("/api/v1/incidents/{fire}");
    let seen = two.get("EMS", Role::Supervisor, &path).await.json();
    assert_eq!(seen["links"], json!([]), "{seen}");
    assert_eq!(
        seen["assignments"][0]["ended"]["how"], "reassigned",
        "{seen}"
    );
    assert_eq!(seen["assignments"][0]["ended"]["to"], Value::Null, "{seen}");
    let own = two.get("FIRE", Role::Supervisor, &path).await.json();
    assert_eq!(own["links"][0]["incident"], other);
    assert_eq!(own["assignments"][0]["ended"]["to"], other);
    let timeline = format!("{path}/timeline");
    let told = two.get("EMS", Role::Supervisor, &timeline).await.json();
    let kinds = told["entries"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|row| row["kind"].as_str().unwrap()).collect();
    assert!(!kinds.contains(&"IncidentsLinked"), "{kinds:?}");
    let page = two
        .get("EMS", Role::Supervisor, &format!("/incidents/{fire}"))
        .await;
    assert!(
        !page.text.contains(&format!("/incidents/{other}\"")),
        "{}",
        page.text
    );
    // A record that names others leaves by the hand of the whole center, whole or not at all.
    let purpose = json!({"object": "incident", "incident": fire, "purpose": "court", "number": "C-1", "reason": "asked for"});
    two.done("EMS", "/api/v1/consultations/purpose", purpose.clone())
        .await;
    let file = format!("{path}/after-action");
    let refused = two.get("EMS", Role::Supervisor, &file).await;
    assert_eq!(refused.problem(), "403 names-others");
    // What is shared is helped with; whose it is ends it, shares it on, and hands it over.
    let note = two
        .post(
            "EMS",
            Role::Dispatcher,
            &format!("{path}/narrative"),
            json!({"text": "we stand by"}),
        )
        .await;
    assert_eq!(note.status, StatusCode::OK, "{}", note.text);
    for (what, body) in [
        ("close", json!({"disposition": "DONE"})),
        ("share", json!({"agency": "FIRE"})),
        ("transfer", json!({"to": "Oak County"})),
    ] {
        let refused = two
            .post("EMS", Role::Supervisor, &format!("{path}/{what}"), body)
            .await;
        let code = refused.json()["code"].clone();
        let is_nothing = what == "share" && refused.status == StatusCode::OK;
        assert!(
            code == "not-theirs" || is_nothing,
            "{what}: {}",
            refused.text
        );
    }
}

#[tokio::test]
async fn agencies_agree_and_see_it_at_once_until_they_end_it() {
    let two = Two::set_up().await;
    let fire = two.take("FIRE", "5 Agreed Ave").await;
    let path = format!("/api/v1/incidents/{fire}");
    let agreement = json!({"agency": "FIRE", "with": "EMS", "type": "FIRE"});
    let status = async || two.get("EMS", Role::Dispatcher, &path).await.status;
    assert_eq!(status().await, StatusCode::NOT_FOUND);
    // An agency gives what it has, and takes nothing for itself.
    let refused = two
        .post(
            "EMS",
            Role::Supervisor,
            "/api/v1/agreements",
            agreement.clone(),
        )
        .await;
    assert_eq!(refused.json()["code"], "not-theirs", "{}", refused.text);
    two.done("FIRE", "/api/v1/agreements", agreement.clone())
        .await;
    assert_eq!(status().await, StatusCode::OK);
    for agency in ["FIRE", "EMS"] {
        let listed = two
            .get(agency, Role::CallTaker, "/api/v1/agreements")
            .await
            .json();
        assert_eq!(listed["agreements"][0]["with"], "EMS", "{listed}");
    }
    two.done("EMS", "/api/v1/agreements/end", agreement).await;
    assert_eq!(status().await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn consoles_of_an_agency_get_the_same_bytes_and_never_a_row_of_others() {
    let two = Two::set_up().await;
    let fire = two.take("FIRE", "9 Hidden Lane").await;
    two.send("FIRE", "E1", fire).await;
    let own = two.take("EMS", "1 Open St").await;
    let running = tokio::spawn(live::run(two.world.state.clone()));
    let board = two
        .get("EMS", Role::Dispatcher, "/api/v1/board")
        .await
        .json();
    let path = format!("/api/v1/live?after={}", board["seq"]);
    let mut streams = Vec::new();
    for role in [Role::Dispatcher, Role::Supervisor, Role::CallTaker] {
        let request = two.request("EMS", role, Verb::Get, &path);
        let answer = two.world.open(request).await;
        streams.push(answer.into_body().into_data_stream());
    }
    let mut texts = vec![String::new(); streams.len()];
    // A stream begins where its console stands once it is read, and not before.
    for (stream, text) in streams.iter_mut().zip(&mut texts) {
        let piece = stream.next().await.unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&piece));
    }
    for step in 0..24 {
        let (agency, incident) = [("FIRE", fire), ("EMS", own)][step % 2];
        let path = format!("/api/v1/incidents/{incident}/narrative");
        two.done(agency, &path, json!({"text": format!("step {step}")}))
            .await;
        if step % 6 == 0 {
            let unit = ["A1", "E2"][step / 6 % 2];
            let agency = ["EMS", "FIRE"][step / 6 % 2];
            let crew = format!("/api/v1/units/{unit}/crew");
            two.done(agency, &crew, json!({"size": step})).await;
        }
        let seq = two.world.engine.snapshot().next_seq();
        for (stream, text) in streams.iter_mut().zip(&mut texts) {
            while !text.contains(&format!("id: {seq}\n")) {
                let piece = stream.next().await.unwrap().unwrap();
                text.push_str(&String::from_utf8_lossy(&piece));
            }
        }
    }
    let changes = |text: &str| -> Vec<String> {
        let events = text.split("\n\n").map(str::to_owned);
        events.filter(|it| it.contains("event: change")).collect()
    };
    for text in &texts {
        assert!(
            !text.contains("Hidden") && !text.contains("\"E2\""),
            "{text}"
        );
        assert!(text.contains("1 Open St"), "{text}");
        assert!(!text.contains("event: reset"), "{text}");
    }
    let first = changes(&texts[0]);
    assert!(first.len() >= 24, "{first:?}");
    for text in &texts[1..] {
        assert_eq!(changes(text), first, "rendered once");
    }
    running.abort();
}
