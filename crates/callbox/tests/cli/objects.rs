//! The record in an object store; here one that keeps its objects as files.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::shop::Shop;

fn ok(shop: &Shop, line: &str) -> String {
    let ran = shop.run(line);
    assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    ran.stdout
}

#[test]
fn a_record_is_shipped_to_an_object_store_and_comes_back_from_there() {
    let shop = Shop::new();
    ok(
        &shop,
        "init --data center --center Elm --timezone UTC --origin elm.example/1",
    );
    let at = |name: &str| format!("file://{}", shop.path(name).display());
    let (ledger, vault) = (at("store/ledger"), at("store/vault"));
    let ship = format!("ledger ship {ledger} --vault {vault} --data center");
    let said = ok(&shop, &ship);
    assert!(said.contains(&format!("{ledger} holds ")), "{said}");
    let token = ok(&shop, "token add supervisor --label replay --data center");
    shop.write("token", token);
    // Continuously, while a server runs, and what is recorded meanwhile with it.
    let serve = format!(
        "serve --data center --listen 127.0.0.1:0 --ship-to {ledger} --ship-vault-to {vault}"
    );
    let mut server = (shop.command(&serve).stdout(Stdio::piped()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    let replay =
        format!("replay history.csv --map map.toml --to {url} --token-file token --speed 100000");
    let parts = || {
        fs::read_dir(shop.path("store/ledger/frames"))
            .unwrap()
            .count()
    };
    let before = parts();
    let ran = shop.run(&replay);
    if ran.code == 0 {
        let begun = Instant::now();
        while parts() == before {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "nothing was shipped"
            );
            thread::sleep(Duration::from_millis(200));
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ok(&shop, &ship);
    let keys = ok(&shop, "ledger keys --data center");
    let key = keys.lines().next().unwrap();
    let said = ok(&shop, &format!("ledger check-shipped {ledger} --key {key}"));
    assert!(said.starts_with("The copy is as it was written"), "{said}");

    ok(&shop, "backup saved.tar --keys keys.tar --data center");
    for (more, data) in [("", "whole"), ("--to-frame 3", "early")] {
        let restore =
            format!("restore --from {ledger} --vault {vault} --keys keys.tar --data {data} {more}");
        ok(&shop, &restore);
        ok(&shop, &format!("verify --data {data}"));
    }
    let report = |data: &str| ok(&shop, &format!("report response-times --data {data}"));
    assert_eq!(report("center"), report("whole"));
    let left: Vec<String> = (shop.names().into_iter())
        .filter(|name| name.contains("fetched"))
        .collect();
    assert!(left.is_empty(), "{left:?}");

    // Another history under the same name is refused, and named.
    ok(&shop, "restore saved.tar --keys keys.tar --data twin");
    let history = fs::read_to_string(shop.path("history.csv")).unwrap();
    for (data, call) in [("center", "71"), ("twin", "72")] {
        let row = history
            .lines()
            .last()
            .unwrap()
            .replacen("4,", &format!("{call},"), 1);
        let row = row.replace("yesterday", "");
        let head = history.lines().next().unwrap();
        shop.write("more.csv", format!("{head}\n{row}\n"));
        ok(
            &shop,
            &format!("replay more.csv --map map.toml --data {data}"),
        );
    }
    ok(&shop, &ship);
    let ran = shop.run(&ship.replace("--data center", "--data twin"));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("there are two histories"),
        "{}",
        ran.stderr
    );
    let ran = shop.run(&format!(
        "ledger ship s3://bucket/elm --vault {vault} --data center"
    ));
    assert!(
        cfg!(feature = "s3") || ran.stderr.contains("--features s3"),
        "{}",
        ran.stderr
    );
}
