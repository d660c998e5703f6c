//! Two witnesses and a center, each a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use expect_test::expect_file;

use crate::{
    shop::{Ran, Shop},
    verbs::check,
};

/// A process that prints its address first; killed when dropped.
struct Running(Child, String);

impl Running {
    fn start(shop: &Shop, line: &str) -> Self {
        let mut child = (shop.command(line).stdout(Stdio::piped()))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        let url = said.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{said}");
        Self(child, url)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ok(shop: &Shop, line: &str) -> String {
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(line);
    assert_eq!(code, 0, "{line}: {stderr}");
    stdout
}

/// Runs `line` until what it prints satisfies.
fn until(shop: &Shop, line: &str, satisfies: impl Fn(&str) -> bool) -> String {
    let begun = Instant::now();
    loop {
        let said = shop.run(line).stdout;
        if satisfies(&said) {
            return said;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{line}: {said}");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn witness() {
    let shop = Shop::new();
    ok(
        &shop,
        "init --data center --center Elm --timezone UTC --origin elm.example/1",
    );
    shop.write("keys", ok(&shop, "ledger keys --data center"));
    let script = "
        witness init --name court.example/w --data court
        witness init --name court.example/w --data court
        witness init --name \"two words\" --data other
        witness keys --data nowhere
        witness serve --data nowhere --log keys
        witness serve --data court --log history.csv
        witness serve --data court --log nothing
        witness serve --data court --log keys --listen 0.0.0.0:0
        ledger witness list --data center
        ledger witness add court some-key https://court.example --data center
        ledger witness remove court --data center
        ledger witness need 1 --data center
    ";
    check(&shop, script, expect_file!["transcripts/witness.txt"]);
    // A witness without its memory does not start: it would sign a ledger that shrank.
    std::fs::remove_file(shop.path("court/witness.state")).unwrap();
    let Ran { code, stderr, .. } = shop.run("witness serve --data court --log keys");
    assert_eq!(code, 3);
    assert!(stderr.contains("is missing; put it back"), "{stderr}");
}

#[test]
fn two_witnesses_cosign_what_a_server_publishes() {
    let shop = Shop::new();
    ok(
        &shop,
        "init --data center --center Elm --timezone UTC --origin elm.example/1",
    );
    shop.write("keys", ok(&shop, "ledger keys --data center"));
    let key = |name: &str| {
        ok(&shop, &format!("witness keys --data {name}"))
            .trim()
            .to_owned()
    };
    let mut running = Vec::new();
    for name in ["court", "press"] {
        ok(
            &shop,
            &format!("witness init --name {name}.example/w --data {name}"),
        );
        let serve = format!("witness serve --data {name} --log keys --listen 127.0.0.1:0");
        let witness = Running::start(&shop, &serve);
        let (key, url) = (key(name), &witness.1);
        ok(
            &shop,
            &format!("ledger witness add {name} {key} {url}/ --data center"),
        );
        running.push(witness);
    }
    ok(&shop, "ledger witness need 2 --data center");
    let server = Running::start(&shop, "serve --data center --listen 127.0.0.1:0");
    let list = "ledger witness list --data center --format json";
    let said = until(&shop, list, |said| said.contains("\"fulfilled\": true"));
    assert_eq!(said.matches("\"cosigned\": \"20").count(), 2, "{said}");
    assert!(ok(&shop, "doctor --data center").contains("all 2 cosigned"));
    // The proof of an event carries them, and whoever has the policy is satisfied by it.
    shop.write("proof", ok(&shop, "ledger prove --seq 0 --data center"));
    let keys = ok(&shop, "ledger keys --data center")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let verify = format!("ledger verify-proof proof --key {keys} --policy center/witnesses.policy");
    let said = ok(&shop, &verify);
    assert_eq!(said.matches("cosigned by").count(), 2, "{said}");
    // So does an export, where nothing was recorded since.
    ok(&shop, "ledger export-tiles exported --data center");
    let exported = std::fs::read_to_string(shop.path("exported/checkpoint")).unwrap();
    assert!(exported.contains("— press.example/w "), "{exported}");
    // Without witnesses the server goes on and shows what it signed.
    drop(running);
    ok(&shop, "ledger witness remove press --data center");
    ok(&shop, "ledger witness remove court --data center");
    let published = || std::fs::read_to_string(shop.path("center/tiles/checkpoint")).unwrap();
    let begun = Instant::now();
    while published().contains("example/w") {
        assert!(begun.elapsed() < Duration::from_secs(120));
        thread::sleep(Duration::from_millis(200));
    }
    drop(server);
}
