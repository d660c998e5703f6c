//! Clients that send too much, too slowly, or take everything back.

use std::{net::IpAddr, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{Answer, World};
use crate::{Role, ServeOptions, Server, security::Peer, server};

/// An address that no policy calls a secured room.
const OUTSIDE: [u8; 4] = [192, 0, 2, 7];

async fn send_from(world: &World, address: impl Into<IpAddr>, request: Request<Body>) -> Answer {
    let router = server::routes(&world.state).layer(axum::Extension(Peer(address.into())));
    world.send_to(router, request).await
}

async fn board_from(world: &World, address: [u8; 4]) -> Answer {
    let request = world.request(Role::Dispatcher, "/api/v1/board");
    send_from(world, address, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_account_that_sends_too_much_is_told_when_to_go_on() {
    let world = World::set_up().await;
    world.access.set_policy("account-requests", "2").unwrap();
    for _ in 0..10 {
        assert_eq!(board_from(&world, OUTSIDE).await.status, StatusCode::OK);
    }
    let refused = board_from(&world, OUTSIDE).await;
    assert_eq!(refused.problem(), "429 too-many-requests");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    // Another address does not help; another account is not concerned.
    let elsewhere = board_from(&world, [192, 0, 2, 8]).await;
    assert_eq!(elsewhere.problem(), "429 too-many-requests");
    let request = world.request(Role::Supervisor, "/api/v1/board");
    let other = send_from(&world, OUTSIDE, request.body(Body::empty()).unwrap()).await;
    assert_eq!(other.status, StatusCode::OK);
    world.pass(1);
    assert_eq!(board_from(&world, OUTSIDE).await.status, StatusCode::OK);
    let figures = world.get(Role::Supervisor, "/metrics").await.text;
    assert!(figures.contains("callbox_limited_total 2\n"), "{figures}");
}

#[tokio::test]
async fn an_address_that_sends_too_much_is_turned_away_before_anything_else() {
    let world = World::empty();
    world.access.set_policy("address-requests", "1").unwrap();
    let ask = async |path: &str| {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        send_from(&world, OUTSIDE, request.body(Body::empty()).unwrap()).await
    };
    for path in ["/healthz", "/nothing", "/sign-in", "/board", "/api/v1/me"] {
        assert_ne!(ask(path).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let refused = ask("/sign-in").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.text.contains("wait 1 s"), "a page for people");
}

#[tokio::test]
async fn a_position_in_a_secured_room_is_never_kept_from_dispatching() {
    let world = World::set_up().await;
    for name in ["account-requests", "address-requests"] {
        world.access.set_policy(name, "1").unwrap();
    }
    // Its account is used up from elsewhere; the room is the machine itself.
    while board_from(&world, OUTSIDE).await.status == StatusCode::OK {}
    for _ in 0..50 {
        let answer = board_from(&world, [127, 0, 0, 1]).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    world
        .access
        .set_policy("secured-addresses", "10.1.2.0/24")
        .unwrap();
    let answer = board_from(&world, [127, 0, 0, 1]).await;
    assert_eq!(answer.problem(), "429 too-many-requests");
    let answer = board_from(&world, [10, 1, 2, 9]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[test]
fn a_limit_is_a_number() {
    let world = World::empty();
    for value in ["", "-1", "many", "100001"] {
        let refused = world.access.set_policy("account-requests", value);
        assert!(refused.unwrap_err().to_string().contains("100000"));
    }
}

async fn serve(world: &World) -> std::net::SocketAddr {
    let options = ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        ..ServeOptions::default()
    };
    let bound = Server::bind(world.engine.clone(), world.access.clone(), options).await;
    let server = bound.unwrap();
    let address = server.address();
    tokio::spawn(server.run(std::future::pending()));
    address
}

/// What comes until the server closes; it has a minute, because machines may be slow.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A connection that is reset is closed too.
    let _ = timeout(Duration::from_secs(60), stream.read_to_end(&mut bytes))
        .await
        .expect("the server ends a client that does not go on");
    bytes
}

#[tokio::test]
async fn slow_headers_and_slow_bodies_are_ended() {
    let world = World::empty();
    let address = serve(&world).await;
    let begin = async |bytes: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        rest(&mut stream).await
    };
    let body = "POST /sign-in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\
                Connection: close\r\n\r\nlogin=";
    let (headers, body, silent) =
        tokio::join!(begin("GET / HTTP/1.1\r\nHo"), begin(body), begin(""));
    let headers = String::from_utf8_lossy(&headers);
    assert!(
        headers.is_empty() || headers.starts_with("HTTP/1.1 408"),
        "{headers}"
    );
    let body = String::from_utf8_lossy(&body);
    assert!(body.starts_with("HTTP/1.1 504"), "{body}");
    assert!(body.contains("too-slow"), "{body}");
    assert!(silent.is_empty(), "{silent:?}");
}

/// One HTTP/2 frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// CVE-2023-44487: requests that are taken back as soon as they were sent.
#[tokio::test]
async fn rapid_resets_end_the_connection_and_nothing_else() {
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const GO_AWAY: u8 = 7;
    let world = World::empty();
    let address = serve(&world).await;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, b""));
    for number in 0..2_000 {
        // GET http / of authority x, in static HPACK; END_STREAM and END_HEADERS.
        let stream = 2 * number + 1;
        bytes.extend(frame(HEADERS, 5, stream, b"\x82\x86\x84\x41\x01x"));
        bytes.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read all.
    let _ = stream.write_all(&bytes).await;
    let answer = rest(&mut stream).await;
    let mut at = &answer[..];
    let mut goodbye = None;
    while let Some((head, after)) = at.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (payload, after) = after.split_at(length.min(after.len()));
        if head[3] == GO_AWAY {
            goodbye = payload.get(4..8).map(<[u8]>::to_vec);
        }
        at = after;
    }
    let calm = 0xb_u32.to_be_bytes().to_vec();
    assert_eq!(goodbye, Some(calm), "ENHANCE_YOUR_CALM");
    let mut other = TcpStream::connect(address).await.unwrap();
    other
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let healthy = rest(&mut other).await;
    assert!(healthy.starts_with(b"HTTP/1.1 200"), "others are served");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answers_is_let_go() {
    let world = World::set_up().await;
    let address = serve(&world).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    // More than the system keeps for both ends: the description, many times, and never read.
    let request = format!("GET /api/v1/openapi.json HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let many = request.repeat(400);
    let ended = async {
        // The server stops reading too, so that writing ends only with the connection.
        loop {
            if stream.write_all(many.as_bytes()).await.is_err() {
                break;
            }
        }
    };
    let ended = timeout(Duration::from_secs(120), ended).await;
    assert!(ended.is_ok(), "the connection is still there");
    let get = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(get.as_bytes()).await.unwrap();
    let answer = rest(&mut other).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "others are served");
}
