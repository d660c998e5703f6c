//! What outsiders find at `/ledger`.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use callbox_ledger::{Checkpoint, TilePath, VerifierKey, verify_proof};

use super::{Answer, World};
use crate::access::Role;

async fn open(world: &World, path: &str) -> Answer {
    world
        .send(Request::get(path).body(Body::empty()).unwrap())
        .await
}

/// Waits until everything so far is published: signer and publisher work at their own pace.
pub(super) async fn published(world: &World) -> (Checkpoint, VerifierKey) {
    let keys = open(world, "/ledger/keys").await.text;
    let key = VerifierKey::parse(keys.lines().next().unwrap()).unwrap();
    let length = world.engine.snapshot().next_seq();
    for _ in 0..400 {
        let answer = open(world, "/ledger/checkpoint").await;
        if answer.status == StatusCode::OK {
            let checkpoint = Checkpoint::open(&answer.text, &key).unwrap();
            if checkpoint.size == length {
                return (checkpoint, key);
            }
        } else {
            assert_eq!(answer.problem(), "503 no-checkpoint");
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("nothing was published");
}

#[tokio::test]
async fn checkpoint_keys_and_tiles_are_open_to_every_site() {
    let world = World::set_up().await;
    let (checkpoint, key) = published(&world).await;
    let answer = open(&world, "/ledger/checkpoint").await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-cache");
    // The second key signs the same.
    let keys = open(&world, "/ledger/keys").await;
    let second = VerifierKey::parse(keys.text.lines().nth(1).unwrap()).unwrap();
    assert_ne!(second, key);
    assert_eq!(Checkpoint::open(&answer.text, &second).unwrap(), checkpoint);
    let path = format!("/ledger/tile/0/000.p/{}", checkpoint.size);
    let tile = open(&world, &path).await;
    assert_eq!(tile.status, StatusCode::OK, "{}", tile.text);
    assert_eq!(tile.header("content-type"), "application/octet-stream");
    assert!(tile.header("cache-control").contains("immutable"));
    for answer in [&answer, &keys, &tile] {
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "cross-origin"
        );
    }
    // A narrower tile that is gone is the beginning of the one that is there.
    assert_eq!(
        open(&world, "/ledger/tile/0/000.p/1").await.status,
        StatusCode::OK
    );
    let request = Request::get(&path).header(header::ACCEPT_ENCODING, "gzip");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-encoding"), "");
    for wrong in [
        "/ledger/tile/0/000",
        "/ledger/tile/0/999",
        "/ledger/tile/8/000",
        "/ledger/tile/0/0",
        "/ledger/tile/0/000.p/0",
        "/ledger/tile/0/000.p/256",
        "/ledger/tile/0/000.p/01",
        "/ledger/tile/00/000",
        "/ledger/tile/64/000",
        "/ledger/tile/0/x000/000",
        "/ledger/tile/0/0000",
        "/ledger/tile/0/..%2F..%2Fcheckpoint",
        "/ledger/tile/0/../../access.db",
    ] {
        let answer = open(&world, wrong).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(answer.header("cache-control"), "no-store", "{wrong}");
    }
}

#[tokio::test]
async fn entry_bundles_are_for_auditors() {
    let world = World::set_up().await;
    let (checkpoint, _) = published(&world).await;
    let path = format!("/ledger/tile/entries/000.p/{}", checkpoint.size);
    assert_eq!(open(&world, &path).await.problem(), "401 not-signed-in");
    for role in Role::ALL {
        let answer = world.get(role, &path).await;
        if role != Role::Auditor {
            assert_eq!(answer.problem(), "403 not-permitted", "{role}");
            continue;
        }
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("cache-control").starts_with("private"));
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let request = world
        .request(Role::Auditor, &path)
        .header(header::ACCEPT_ENCODING, "gzip");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    // Nothing else: an auditor is not on shift.
    for path in ["/api/v1/board", "/api/v1/incidents/1", "/metrics"] {
        let answer = world.get(Role::Auditor, path).await;
        assert_eq!(answer.problem(), "403 not-permitted", "{path}");
    }
    assert!(TilePath::parse(path.strip_prefix("/ledger/").unwrap()).is_some());
}

#[tokio::test]
async fn an_event_of_an_incident_is_downloaded_with_its_proof() {
    let world = World::set_up().await;
    let id = world.take_call().await;
    let (checkpoint, key) = published(&world).await;
    let timeline = format!("/api/v1/incidents/{id}/timeline");
    let timeline = world.get(Role::CallTaker, &timeline).await.json();
    let seq = timeline["entries"][0]["seq"].as_u64().unwrap();
    let path = format!("/incidents/{id}/proofs/{seq}");
    let answer = world.get(Role::CallTaker, &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let file = format!("attachment; filename=\"event-{seq}.tlog-proof\"");
    assert_eq!(answer.header("content-disposition"), file);
    let leaf = callbox_ledger::TlogProof::parse(&answer.text)
        .unwrap()
        .extra
        .unwrap();
    let verified = verify_proof(&answer.text, &leaf, &key, None).unwrap();
    assert_eq!((verified.seq, verified.checkpoint), (seq, checkpoint));
    assert!(!answer.text.contains("Elm"), "nobody's data is in a proof");
    let other = world
        .get(Role::CallTaker, &format!("/incidents/{id}/proofs/0"))
        .await;
    assert_eq!(other.problem(), "404 not-found");
    assert_eq!(open(&world, &path).await.status, StatusCode::UNAUTHORIZED);
    let page = world
        .get(Role::CallTaker, &format!("/incidents/{id}"))
        .await;
    assert!(page.text.contains(&path), "the timeline leads to it");
}

#[tokio::test]
async fn everybody_reads_how_to_check_and_the_page_that_checks_runs_only_itself() {
    let world = World::set_up().await;
    let (checkpoint, key) = published(&world).await;
    let page = open(&world, "/ledger").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&key.to_string()));
    assert!(page.text.contains(&format!("\n{}\n", checkpoint.size)));
    assert!(page.text.contains("/ledger/verify.html#lang=en&amp;key="));
    let verifier = open(&world, "/ledger/verify.html").await;
    assert_eq!(verifier.header("content-type"), "text/html; charset=utf-8");
    let policy = verifier.header("content-security-policy");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"));
    assert!(policy.contains("default-src 'none'"));
}
