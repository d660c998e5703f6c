//! A witness as others meet it: the paths, status codes and content types of C2SP tlog-witness.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use callbox_domain::Timestamp;
use callbox_ledger::{
    Checkpointer, Cosigner, Gate, KeyKind, Ledger, MemoryStore, Options, Signer, Witness,
    WitnessFile,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::WitnessServer;

/// Sends one request and gives status, content type and body of the answer.
async fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: witness\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(20), stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let kind = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: "))
        .unwrap_or_default();
    (status, kind.to_owned(), body.to_owned())
}

#[tokio::test]
async fn each_answer_is_as_the_specification_says() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let store = MemoryStore::new();
    let mut ledger = Ledger::open(store.clone(), Options::default()).unwrap();
    let signer = Signer::generate("elm.example/1", &place("key")).unwrap();
    let key = signer.verifier().clone();
    let gate = Gate::open(&place("gate")).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(store), signer, gate);
    let mut note = |n: u32| {
        ledger
            .append(&[callbox_ledger::Draft {
                kind: 7,
                schema: 1,
                stream: callbox_ledger::Stream { kind: 1, no: 1 },
                stream_version: n,
                at_us: i64::from(n),
                recorded_us: i64::from(n),
                actor: 1,
                purpose: 1,
                idempotency: None,
                open: b"\xa0",
                personal: None,
            }])
            .unwrap();
        checkpointer.advance().unwrap();
        checkpointer.gate().note().unwrap().unwrap()
    };
    let (one, two) = (note(1), note(2));
    let kind = KeyKind::Ed25519Cosignature;
    let cosigner = Cosigner::generate("court.example/w", kind, &place("court")).unwrap();
    let cosigner_key = cosigner.verifier().to_string();
    let state = WitnessFile::create(&place("state")).unwrap();
    let witness = Witness::new(vec![key], vec![cosigner], state).unwrap();
    let clock = Arc::new(|| Timestamp::from_seconds(1_700_000_000));
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = WitnessServer::bind(witness, clock, listen, None, false)
        .await
        .unwrap();
    let address: SocketAddr = server
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let running = tokio::spawn(server.run(std::future::pending()));

    let text = "text/plain; charset=utf-8";
    let add = |old: u64, note: &str| format!("old {old}\n\n{note}");
    let path = "/add-checkpoint";
    let stranger = Signer::generate("oak.example/1", &place("oak")).unwrap();
    let unknown = one.replace("elm.example/1", stranger.origin());
    let unsigned = {
        let (body, _) = one.split_once("\n\n").unwrap();
        let (_, foreign) = unknown.split_once("\n\n").unwrap();
        format!("{body}\n\n{foreign}")
    };
    for (old, note, expected, kind) in [
        (0, "x", 400, text),
        (5, one.as_str(), 400, text),
        (0, unknown.as_str(), 404, text),
        (0, unsigned.as_str(), 403, text),
        (1, one.as_str(), 409, "text/x.tlog.size"),
    ] {
        let (status, found, body) = ask(address, "POST", path, &add(old, note)).await;
        assert_eq!((status, found.as_str()), (expected, kind), "{body}");
        assert!(body.ends_with('\n'), "{body:?}");
    }
    let (status, _, lines) = ask(address, "POST", path, &add(0, &one)).await;
    assert_eq!(status, 200, "{lines}");
    assert!(lines.starts_with("— court.example/w ") && lines.ends_with('\n'));
    // It says where it is, in decimal and with a newline, and wants a proof from there.
    let conflict = ask(address, "POST", path, &add(0, &two)).await;
    assert_eq!(
        conflict,
        (409, "text/x.tlog.size".to_owned(), "1\n".to_owned())
    );
    let (status, _, _) = ask(address, "POST", path, &add(1, &two)).await;
    assert_eq!(status, 422);

    let (status, _, keys) = ask(address, "GET", "/keys", "").await;
    assert_eq!((status, keys), (200, format!("{cosigner_key}\n")));
    assert_eq!(ask(address, "GET", path, "").await.0, 405);
    assert_eq!(ask(address, "POST", "/sign-subtree", "").await.0, 404);
    let long = "x".repeat(callbox_ledger::MAX_REQUEST_BYTES + 1);
    assert_eq!(ask(address, "POST", path, &long).await.0, 413);
    running.abort();
}
