#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::{collections::BTreeMap, io::Write as _, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use flate2::write::GzDecoder;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{MAX_CLIENTS, Message, RING, render, run};
use crate::{
    access::{Kind, Role},
    tests::World,
};

/// How long a test waits for what must come; reached only when it does not.
const PATIENCE: Duration = Duration::from_secs(20);

/// A console: what it shows, and where it stands.
struct Console {
    stream: BodyDataStream,
    /// Browsers take gzip; scripts may not.
    unpacked: Option<GzDecoder<Vec<u8>>>,
    buffer: String,
    seq: u64,
    resets: usize,
    rows: BTreeMap<String, Value>,
    alarms: Value,
}

impl Console {
    /// Opens the board, then follows it.
    async fn open(world: &World) -> Self {
        let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
        let stream = stream(world, board["seq"].as_u64().unwrap()).await;
        let mut console = Self {
            stream,
            unpacked: Some(GzDecoder::new(Vec::new())),
            buffer: String::new(),
            seq: 0,
            resets: 0,
            rows: BTreeMap::new(),
            alarms: Value::Null,
        };
        console.apply(&board);
        console
    }

    fn apply(&mut self, change: &Value) {
        self.seq = change["seq"].as_u64().unwrap();
        if !change["alarms"].is_null() {
            self.alarms = change["alarms"].clone();
        }
        for row in change["incidents"].as_array().unwrap() {
            let key = format!("incident {}", row["id"]);
            if row["state"] == "open" {
                self.rows.insert(key, row.clone());
            } else {
                self.rows.remove(&key);
            }
        }
        for row in change["units"].as_array().unwrap() {
            self.rows.insert(format!("unit {}", row["id"]), row.clone());
        }
    }

    /// The next event: name and data; `None` when the server ended the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let event = event.to_owned();
                self.buffer = rest.to_owned();
                let line = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                };
                if let (Some(name), Some(data)) = (line("event"), line("data")) {
                    let data: Value = serde_json::from_str(data).unwrap();
                    if name == "beat" {
                        assert_eq!(line("id"), None, "a beat moves no position");
                    } else {
                        assert_eq!(line("id").unwrap(), data["seq"].to_string());
                    }
                    return Some((name.to_owned(), data));
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.stream.next())
                .await
                .expect("something comes")?;
            let mut chunk = chunk.unwrap().to_vec();
            if let Some(unpacked) = &mut self.unpacked {
                unpacked.write_all(&chunk).unwrap();
                unpacked.flush().unwrap();
                chunk = std::mem::take(unpacked.get_mut());
            }
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Follows until it stands where the center does.
    async fn catch_up(&mut self, world: &World) {
        while self.seq < world.engine.snapshot().next_seq() {
            match self.next().await.expect("the stream goes on") {
                (name, data) if name == "change" => self.apply(&data),
                (name, data) if name == "reset" => {
                    self.resets += 1;
                    self.seq = data["seq"].as_u64().unwrap();
                    let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
                    self.apply(&board);
                }
                _ => {}
            }
        }
    }

    /// Loses the connection and comes back with the position it has.
    async fn reconnect(&mut self, world: &World) {
        self.buffer.clear();
        self.stream = match &mut self.unpacked {
            Some(unpacked) => {
                *unpacked = GzDecoder::new(Vec::new());
                stream(world, self.seq).await
            }
            None => plain_stream(world, self.seq).await,
        };
    }

    /// Holds what it shows against the board; `version` says only when a row was made.
    async fn assert_exact(&self, world: &World) {
        let board = world.get(Role::Dispatcher, "/api/v1/board").await.json();
        let mut expected = Self {
            stream: Body::empty().into_data_stream(),
            unpacked: None,
            buffer: String::new(),
            seq: 0,
            resets: 0,
            rows: BTreeMap::new(),
            alarms: Value::Null,
        };
        expected.apply(&board);
        let without_version = |rows: &BTreeMap<String, Value>| {
            let mut rows = rows.clone();
            rows.values_mut().for_each(|row| {
                row.as_object_mut().unwrap().remove("version");
            });
            rows
        };
        assert_eq!(without_version(&self.rows), without_version(&expected.rows));
        assert_eq!(self.alarms, expected.alarms);
    }
}

async fn stream(world: &World, after: u64) -> BodyDataStream {
    let path = format!("/api/v1/live?after={after}");
    let request = world
        .request(Role::Dispatcher, &path)
        .header(header::ACCEPT_ENCODING, "gzip");
    let response = world.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(response.headers()[header::VARY], "accept-encoding");
    response.into_body().into_data_stream()
}

async fn plain_stream(world: &World, after: u64) -> BodyDataStream {
    let path = format!("/api/v1/live?after={after}");
    let request = world.request(Role::Dispatcher, &path);
    let response = world.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
    response.into_body().into_data_stream()
}

/// One more act of some day at the center.
async fn act(world: &World, n: u64) {
    let open = |world: &World| {
        let center = world.engine.snapshot();
        let open = center
            .incidents
            .iter()
            .filter(|(_, incident)| incident.closed.is_none());
        open.map(|(id, _)| id).collect::<Vec<_>>()
    };
    let some = open(world).into_iter().nth((n % 3) as usize);
    let (path, body) = match (n % 7, some) {
        (1, Some(id)) => (format!("incidents/{id}/units"), json!({"units": ["E1"]})),
        (2, _) => ("units/E1/status".into(), json!({"status": "ENR"})),
        (3, Some(id)) => (format!("incidents/{id}/narrative"), json!({"text": "line"})),
        (4, Some(id)) => (format!("incidents/{id}/priority"), json!({"priority": "2"})),
        (5, _) => ("units/E1/status".into(), json!({"status": "AVL"})),
        (6, Some(id)) => (
            format!("incidents/{id}/close"),
            json!({"disposition": "DONE"}),
        ),
        _ => ("incidents".into(), json!({"type": "FIRE"})),
    };
    // Some acts are refused; that is part of a day.
    world
        .post(Role::Dispatcher, &format!("/api/v1/{path}"), body)
        .await;
}

#[tokio::test]
async fn a_console_that_comes_and_goes_shows_what_is() {
    let world = World::set_up().await;
    let live = tokio::spawn(run(world.state.clone()));
    let mut steady = Console::open(&world).await;
    let mut shaky = Console::open(&world).await;
    let mut plain = Console::open(&world).await;
    plain.unpacked = None;
    plain.reconnect(&world).await;
    for n in 0..140 {
        act(&world, n).await;
        if n % 10 == 3 {
            shaky.reconnect(&world).await;
        }
        if n % 25 == 7 {
            shaky.catch_up(&world).await;
            shaky.assert_exact(&world).await;
        }
    }
    for console in [&mut steady, &mut shaky, &mut plain] {
        console.catch_up(&world).await;
        console.assert_exact(&world).await;
        assert_eq!(console.resets, 0);
    }
    live.abort();
}

#[tokio::test]
async fn alarms_come_where_one_is_another_one() {
    let world = World::set_up().await;
    let live = tokio::spawn(run(world.state.clone()));
    let mut console = Console::open(&world).await;
    let mut after = async |path: &str, body: Value| {
        let path = format!("/api/v1/{path}");
        world.post(Role::Dispatcher, &path, body).await;
        let mut told = None;
        while console.seq < world.engine.snapshot().next_seq() {
            let (name, data) = console.next().await.unwrap();
            if name == "change" {
                console.apply(&data);
                told = data["alarms"].as_array().map(Vec::len).or(told);
            }
        }
        console.assert_exact(&world).await;
        told
    };
    // What it is told first says what there is, and so does the first message to all.
    let call = || json!({"type": "FIRE"});
    assert_eq!(after("incidents", call()).await, Some(0));
    after("incidents", call()).await;
    assert_eq!(after("incidents", call()).await, None);
    let emergency = "units/E1/emergency";
    assert_eq!(after(emergency, json!({"cause": "mayday"})).await, Some(1));
    assert_eq!(after("incidents", call()).await, None);
    live.abort();
}

#[tokio::test]
async fn last_event_id_wins_over_after() {
    let world = World::set_up().await;
    world.take_call().await;
    let seq = world.engine.snapshot().next_seq();
    let request = world
        .request(Role::Dispatcher, "/api/v1/live?after=0")
        .header("last-event-id", seq - 1)
        .body(Body::empty())
        .unwrap();
    let response = world.open(request).await;
    let mut console = Console::open(&world).await;
    console.stream = response.into_body().into_data_stream();
    console.unpacked = None;
    let (name, data) = console.next().await.unwrap();
    assert_eq!(name, "change");
    assert_eq!(data["incidents"].as_array().unwrap().len(), 1);
    crate::tests::check_schema("Change", &data);
}

#[tokio::test]
async fn a_position_from_another_ledger_is_reset() {
    let world = World::set_up().await;
    let mut console = Console::open(&world).await;
    console.seq = 1_000_000;
    console.reconnect(&world).await;
    assert_eq!(console.next().await.unwrap().0, "reset");
    assert_eq!(console.next().await.unwrap().0, "beat");
}

#[tokio::test]
async fn a_new_configuration_resets_every_console() {
    let world = World::set_up().await;
    let live = tokio::spawn(run(world.state.clone()));
    let mut console = Console::open(&world).await;
    let body = json!({"code": "FIRE", "label": "Fire in a building", "priority": "1"});
    world
        .post(
            Role::Supervisor,
            "/api/v1/configuration/incident-types",
            body,
        )
        .await;
    console.catch_up(&world).await;
    assert_eq!(console.resets, 1);
    live.abort();
}

#[tokio::test]
async fn a_slow_console_gets_the_union_of_what_it_missed() {
    let world = World::set_up().await;
    let mut console = Console::open(&world).await;
    assert_eq!(console.next().await.unwrap().0, "beat");
    // More messages than the ring holds, none of which it has read.
    for _ in 0..3 {
        let from = world.engine.snapshot().next_seq();
        world.take_call().await;
        world.state.live.send(render::since(&world.state, from));
    }
    for _ in 0..RING + 10 {
        world.state.live.send(Message::Beat {
            event: render::beat(&world.state, None),
        });
    }
    let (name, data) = console.next().await.unwrap();
    assert_eq!(name, "change");
    assert_eq!(
        data["incidents"].as_array().unwrap().len(),
        3,
        "all at once"
    );
    console.apply(&data);
    console.assert_exact(&world).await;
    let figures = world.get(Role::Supervisor, "/metrics").await.text;
    assert!(
        figures.contains("callbox_live_dropped_total 13\n"),
        "{figures}"
    );
}

#[tokio::test]
async fn a_session_that_ends_ends_its_stream() {
    let world = World::set_up().await;
    let mut console = Console::open(&world).await;
    assert_eq!(console.next().await.unwrap().0, "beat");
    world.access.disable("dispatcher").unwrap();
    let from = world.engine.snapshot().next_seq();
    world.take_call().await;
    world.state.live.send(render::since(&world.state, from));
    assert_eq!(console.next().await, None, "nothing is sent any more");
}

#[tokio::test]
async fn an_open_board_keeps_a_session_in_use() {
    let world = World::set_up().await;
    let mut console = Console::open(&world).await;
    let account = world
        .access
        .accounts()
        .unwrap()
        .into_iter()
        .find(|a| a.login == "dispatcher");
    let secret = world
        .access
        .begin(account.unwrap().actor, &crate::access::begun())
        .unwrap();
    let request = Request::get("/api/v1/live")
        .header(header::COOKIE, format!("callbox={secret}"))
        .body(Body::empty())
        .unwrap();
    console.stream = world.open(request).await.into_body().into_data_stream();
    console.unpacked = None;
    for _ in 0..4 {
        assert_eq!(console.next().await.unwrap().0, "beat");
        world.pass(20 * 60);
        world.state.live.send(Message::Beat {
            event: render::beat(&world.state, None),
        });
    }
    drop(console);
    assert!(world.access.session(Kind::Browser, &secret).is_some());
    world.pass(31 * 60);
    assert!(world.access.session(Kind::Browser, &secret).is_none());
}

#[tokio::test]
async fn consoles_are_bounded_and_counted() {
    let world = World::set_up().await;
    let seq = world.engine.snapshot().next_seq();
    let mut streams = Vec::new();
    for _ in 0..MAX_CLIENTS {
        streams.push(stream(&world, seq).await);
    }
    let answer = world.get(Role::Dispatcher, "/api/v1/live").await;
    assert_eq!(answer.problem(), "503 live-full");
    assert_eq!(answer.header("retry-after"), "5");
    let figures = world.get(Role::Supervisor, "/metrics").await.text;
    assert!(
        figures.contains(&format!("callbox_live_clients {MAX_CLIENTS}\n")),
        "{figures}"
    );
    assert!(figures.contains("callbox_live_refused_total 1\n"));
    streams.clear();
    drop(stream(&world, seq).await);
    let figures = world.get(Role::Supervisor, "/metrics").await.text;
    assert!(figures.contains("callbox_live_clients 0\n"), "{figures}");
}

#[tokio::test]
async fn streams_end_when_the_server_does() {
    let world = World::set_up().await;
    let mut console = Console::open(&world).await;
    assert_eq!(console.next().await.unwrap().0, "beat");
    world.state.live.close();
    assert_eq!(console.next().await, None);
    assert_eq!(
        world.get(Role::Dispatcher, "/api/v1/live").await.problem(),
        "503 live-full"
    );
}

#[tokio::test]
async fn a_console_that_missed_a_closing_that_left_memory_begins_anew() {
    let world = World::set_up().await;
    let seq = world.engine.snapshot().next_seq();
    // Many at once: they share their frames.
    let calls = (0..=callbox_domain::CLOSED_AT_MOST).map(|_| world.take_call());
    let ids = futures_util::future::join_all(calls).await;
    let closed = world.engine.snapshot().next_seq();
    let still = Message::seq(&render::since(&world.state, seq));
    assert_eq!(still, Some(closed));
    assert!(matches!(
        render::since(&world.state, seq),
        Message::Change { .. }
    ));
    let closings = ids.iter().map(|id| {
        let path = format!("/api/v1/incidents/{id}/close");
        let world = &world;
        async move {
            world
                .post(Role::Dispatcher, &path, json!({"disposition": "DONE"}))
                .await
        }
    });
    futures_util::future::join_all(closings).await;
    assert!(world.engine.snapshot().incidents.len() <= callbox_domain::CLOSED_AT_MOST);
    // The first that closed has no row any more: to leave it out would leave it open on that board.
    assert!(matches!(
        render::since(&world.state, closed),
        Message::Reset { .. }
    ));
}
