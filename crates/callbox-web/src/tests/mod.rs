//! The server as its clients see it: requests in, answers out, on a real engine.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

mod account_page;
mod accounts;
mod after_action;
mod agencies;
mod alarms;
mod attacks;
mod bodies;
mod bound;
mod calls;
mod cards;
mod closures;
mod complaints;
mod description;
mod duty;
mod erasures;
mod first_password;
mod former_access;
mod ledger;
mod limits;
mod line;
mod listener;
mod oversight;
mod plans;
mod positions;
mod pseudo;
mod reachable;
mod reads;
mod repeats;
mod reports;
mod rights;
mod schema;
mod second_factor;
mod settings;
mod sign_in;
mod street_map;
mod streets;
mod whole;
mod witness;
mod writes;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{
    Extension, Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use callbox_domain::{Purpose, Timestamp};
use callbox_engine::{Clock, DataDir, Engine, Options};
pub(crate) use schema::check as check_schema;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{
    access::{Access, Limits, Role, Scope},
    geography::Geography,
    security::Peer,
    server,
    state::AppState,
};

/// When the tests' world begins, in seconds since 1970.
const BEGIN: i64 = 1_790_000_000;
pub(crate) const PASSWORD: &str = "plain words make it long";

/// A center with its server, accounts and a clock that the test sets.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) engine: Engine,
    pub(crate) access: Access,
    pub(crate) state: AppState,
    router: Router,
    micros: Arc<AtomicI64>,
    keys: AtomicU64,
    tokens: Vec<(Role, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and field of a problem in one line, as in `422 bad-field text`.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let problem = self.json();
        assert_ne!(problem["hint"], "", "a problem says what to do");
        let field = problem["field"].as_str().unwrap_or_default();
        let (status, code) = (self.status.as_u16(), problem["code"].as_str().unwrap());
        format!("{status} {code} {field}").trim_end().to_owned()
    }
}

impl Drop for World {
    /// Threads that still draw random numbers while a process ends make the crypto library abort it.
    fn drop(&mut self) {
        let engine = self.state.engine.clone();
        // On a thread of its own: a test's runtime may not be blocked by what waits for the engine.
        let _ = std::thread::spawn(move || engine.shutdown()).join();
    }
}

impl World {
    /// An empty center with an account and a token for each role.
    pub(crate) fn empty() -> Self {
        Self::with_tls(false)
    }

    pub(crate) fn with_tls(tls: bool) -> Self {
        Self::make(tls, None)
    }

    /// An empty center with the streets of a small invented town.
    pub(crate) fn with_streets() -> Self {
        let dir = TempDir::new().unwrap();
        let (pbf, streets) = (dir.path().join("town.osm.pbf"), dir.path().join("streets"));
        let town = callbox_geo::town::Plan { size: 2, seed: 1 };
        town.write(std::fs::File::create(&pbf).unwrap()).unwrap();
        callbox_geo::import::run(&pbf, &streets, &callbox_geo::quiet).unwrap();
        Self::make(false, Geography::open(&streets).unwrap())
    }

    fn make(tls: bool, geography: Option<Geography>) -> Self {
        let dir = TempDir::new().unwrap();
        let data = DataDir::create(dir.path().join("data"), "callbox.test").unwrap();
        let micros = Arc::new(AtomicI64::new(BEGIN * 1_000_000));
        let clock: Clock = {
            let micros = Arc::clone(&micros);
            Arc::new(move || Timestamp::from_micros(micros.load(Ordering::Relaxed)))
        };
        let options = Options {
            clock: Arc::clone(&clock),
            exit_on_fatal: false,
            publish: true,
            ..Options::default()
        };
        let engine = Engine::open(&data, options).unwrap();
        let access =
            Access::open_with(&data.access_db(), Limits::default(), Arc::clone(&clock)).unwrap();
        let mut tokens = Vec::new();
        for role in Role::ALL {
            access
                .create(role.name(), &format!("{role} One"), role, PASSWORD)
                .unwrap();
            tokens.push((
                role,
                access
                    .add_token(role.name(), "test", 30, Scope::Account)
                    .unwrap(),
            ));
        }
        let purpose = Purpose::EmergencyResponse;
        let state = AppState::new(
            engine.clone(),
            access.clone(),
            purpose,
            clock,
            tls,
            geography,
            None,
        );
        let router = server::routes(&state).layer(Extension(Peer(IpAddr::from([127, 0, 0, 1]))));
        let keys = AtomicU64::new(1);
        Self {
            dir,
            engine,
            access,
            state,
            router,
            micros,
            keys,
            tokens,
        }
    }

    /// A center with types, statuses and three units, all defined over HTTP.
    pub(crate) async fn set_up() -> Self {
        Self::empty().defined().await
    }

    /// The same center with types, statuses and three units.
    pub(crate) async fn defined(self) -> Self {
        let world = self;
        let lines = [
            (
                "center",
                json!({"name": "Elm County", "timezone": "America/New_York"}),
            ),
            ("agencies", json!({"code": "FIRE", "name": "Elm Fire"})),
            (
                "priorities",
                json!({"code": "1", "label": "Life at risk", "rank": 1, "unassigned_warn_seconds": 60, "unassigned_alarm_seconds": 120}),
            ),
            (
                "priorities",
                json!({"code": "2", "label": "Urgent", "rank": 2}),
            ),
            (
                "incident-types",
                json!({"code": "FIRE", "label": "Structure fire", "priority": "1"}),
            ),
            (
                "incident-types",
                json!({"code": "ALARM", "label": "Fire alarm"}),
            ),
            ("unit-types", json!({"code": "ENGINE", "label": "Engine"})),
            (
                "dispositions",
                json!({"code": "DONE", "label": "Completed"}),
            ),
        ];
        for (what, body) in lines {
            world.define(what, body).await;
        }
        for (status, meaning) in [
            ("AVL", "available"),
            ("DSP", "dispatched"),
            ("ENR", "en_route"),
            ("ONS", "on_scene"),
            ("OOS", "out_of_service"),
        ] {
            let body = json!({"code": status, "label": status, "meaning": meaning});
            world.define("unit-statuses", body).await;
        }
        for call_sign in ["E1", "E2", "L 1/A"] {
            let body = json!({"call_sign": call_sign, "agency": "FIRE", "type": "ENGINE"});
            world.define("units", body).await;
        }
        world
    }

    pub(crate) async fn define(&self, what: &str, body: Value) {
        let path = format!("/api/v1/configuration/{what}");
        let answer = self.post(Role::Supervisor, &path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// Lets time go by.
    pub(crate) fn pass(&self, seconds: i64) {
        self.micros
            .fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.state.now()
    }

    pub(crate) fn token(&self, role: Role) -> &str {
        self.tokens
            .iter()
            .find(|(known, _)| *known == role)
            .map(|(_, token)| token)
            .unwrap()
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.send_to(self.router.clone(), request).await
    }

    /// Sends a request to routes that stand elsewhere, as for another address.
    pub(crate) async fn send_to(&self, router: Router, request: Request<Body>) -> Answer {
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// Sends a request whose answer goes on.
    pub(crate) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A request with a role's token, to be changed and sent.
    pub(crate) fn request(&self, role: Role, path: &str) -> axum::http::request::Builder {
        let token = format!("Bearer {}", self.token(role));
        Request::builder()
            .uri(path)
            .header(header::AUTHORIZATION, token)
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Answer {
        self.send(self.request(role, path).body(Body::empty()).unwrap())
            .await
    }

    /// Sends a write with a new idempotency key.
    pub(crate) async fn post(&self, role: Role, path: &str, body: Value) -> Answer {
        let key = self.keys.fetch_add(1, Ordering::Relaxed).to_string();
        self.post_keyed(role, path, &key, &body.to_string()).await
    }

    pub(crate) async fn post_keyed(&self, role: Role, path: &str, key: &str, body: &str) -> Answer {
        let request = self
            .request(role, path)
            .method("POST")
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// States why an incident is read.
    pub(crate) async fn state_purpose(&self, role: Role, incident: u64) {
        let body = json!({"object": "incident", "incident": incident, "purpose": "court", "number": "CASE-7", "reason": "asked for"});
        let request = self
            .request(role, "/api/v1/consultations/purpose")
            .method("POST")
            .header(header::CONTENT_TYPE, "application/json");
        let stated = self
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await;
        assert_eq!(stated.status, StatusCode::OK, "{}", stated.text);
    }

    /// Takes a call; gives the incident's number.
    pub(crate) async fn take_call(&self) -> u64 {
        let body = json!({"type": "FIRE", "place": "212 Elm St", "lat": 40.5, "lon": -74.25});
        let answer = self.post(Role::CallTaker, "/api/v1/incidents", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["incident"].as_u64().unwrap()
    }
}
