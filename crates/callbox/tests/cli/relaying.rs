//! Verbs beside a running server ask it, and never open what it has open.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use crate::{
    running::{Running, wait},
    shop::Shop,
};

/// What the server answers to a token.
fn get(port: u16, token: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn signal(server: &Running, name: &str) {
    let pid = server.child.id().to_string();
    let asked = Command::new("kill").args([name, &pid]).status().unwrap();
    assert!(asked.success());
}

#[test]
fn verbs_about_accounts_are_carried_out_by_the_server_that_runs() {
    let shop = Shop::new();
    let init = shop.run("init --data center --center Elm --timezone UTC");
    assert_eq!(init.code, 0, "{}", init.stderr);
    let made = shop.run("token add supervisor --label test --data center");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let token = made
        .stdout
        .split_whitespace()
        .find(|word| word.starts_with("callbox_") && word.len() > 40);
    let token = token.unwrap();
    let (server, port) = Running::serve(&shop, "--listen 127.0.0.1:0");
    let done = |line: &str| {
        let ran = shop.run(&format!("{line} --data center"));
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        ran.stdout
    };
    done("user add mlee --role dispatcher");
    done("user role mlee supervisor");
    done("user duty mlee 12");
    done("policy set duty required");
    done("policy set account-requests 77");
    done("token add mlee --label export --scope read");
    // The server's own state has it: the record was written by it alone, as it holds the ledger.
    let seen = wait("the duty", || {
        let seen = get(port, token, "/api/v1/duty");
        (seen.contains("\"login\":\"mlee\"") && seen.contains("\"required\":true")).then_some(seen)
    });
    assert!(seen.contains("\"role\":\"supervisor\""), "{seen}");
    done("user duty mlee 0");
    done("user disable mlee");
    let seen = get(port, token, "/api/v1/duty");
    assert!(!seen.contains("mlee"), "{seen}");
    let second = shop.run("serve --data center --listen 127.0.0.1:0");
    assert_eq!(second.code, 4, "{}", second.stderr);

    // A server that does not answer: nothing is done behind its back.
    signal(&server, "-STOP");
    let waited = shop.run("user enable mlee --data center");
    signal(&server, "-CONT");
    assert_eq!(waited.code, 4, "{}", waited.stderr);
    assert!(
        waited.stderr.contains("does not answer"),
        "{}",
        waited.stderr
    );
    let listed = done("user list --format json");
    let mlee = listed.split("\"mlee\"").nth(1).unwrap();
    assert!(!mlee.contains("\"disabled\": null"), "{listed}");

    drop(server);
    let verified = shop.run("verify --data center");
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    // And without a server the same verb does it itself.
    done("user enable mlee");
}
