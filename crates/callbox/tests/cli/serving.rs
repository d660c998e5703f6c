//! The server as a process: address, second server, replay into it, backup of it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
};

use expect_test::expect_file;

use crate::shop::{Ran, Shop};

/// A running server; asked to end when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(shop: &Shop) -> Self {
        let mut child = shop
            .command("serve --data center --listen 127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }

    fn end(&mut self) -> Option<i32> {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `end` there is nothing to kill any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_refuses_what_cannot_be_served() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let script = "
        serve --data nowhere
        serve --data center --listen 0.0.0.0:0
        serve --data center --listen here
        serve --data center --tls-cert cert.pem
    ";
    expect_file!["transcripts/serve.txt"].assert_eq(&shop.transcript(script));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let Ran { code, stderr, .. } =
        shop.run(&format!("serve --data center --listen 127.0.0.1:{port}"));
    assert_eq!(code, 3, "{stderr}");
    assert!(
        stderr.contains(&format!("port {port} is in use")),
        "{stderr}"
    );
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let mut server = Server::start(&shop);
    for line in [
        "serve --data center --listen 127.0.0.1:0",
        "replay history.csv --map map.toml --data center",
    ] {
        let Ran { code, stderr, .. } = shop.run(line);
        assert_eq!(code, 4, "{line}: {stderr}");
        assert!(stderr.contains("another server (process "), "{stderr}");
    }
    for line in [
        "verify --data center",
        "report utilisation --data center",
        "doctor --data center",
        "ledger checkpoint --data center",
        "backup saved.tar --keys keys.tar --data center",
        "user list --data center",
    ] {
        let Ran { code, stderr, .. } = shop.run(line);
        assert_eq!(code, 0, "{line}: {stderr}");
    }
    assert_eq!(server.end(), Some(0));
    assert_eq!(
        shop.run("restore saved.tar --keys keys.tar --data restored")
            .code,
        0
    );
}

#[test]
fn a_replay_into_a_server_gives_what_an_offline_one_gives() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data offline")
            .code,
        0
    );
    let init = "init --data center --center Elm --timezone America/Los_Angeles";
    assert_eq!(shop.run(init).code, 0);
    let token = shop
        .run("token add supervisor --label replay --data center")
        .stdout;
    shop.write("token", token);
    shop.write("bad-token", "callbox_0");
    let mut server = Server::start(&shop);
    let line = format!(
        "replay history.csv --map map.toml --to {} --token-file",
        server.url
    );
    let Ran { code, stderr, .. } = shop.run(&format!("{line} bad-token"));
    assert_eq!(code, 4, "{stderr}");
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(&format!("{line} token --speed 100000 --format json"));
    assert_eq!(code, 0, "{stderr}");
    let first: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (&first["calls"], &first["rejected"]["total"]),
        (&3.into(), &1.into())
    );
    let Ran { code, stdout, .. } = shop.run(&format!("{line} token --format json"));
    let second: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &second["events"]), (0, &0.into()), "{stdout}");
    assert_eq!(second["already_there"]["calls"], 3);
    assert_eq!(server.end(), Some(0));
    for report in [
        "response-times --by type,priority,unit-type,hour",
        "utilisation",
    ] {
        let of = |data: &str| {
            shop.run(&format!("report {report} --format json --data {data}"))
                .stdout
        };
        assert_eq!(of("center"), of("offline"));
    }
    let Ran { code, stderr, .. } = shop.run(&format!("{line} token"));
    assert_eq!(code, 70, "{stderr}");
    assert!(stderr.contains("cannot be reached"), "{stderr}");
    let https = "replay history.csv --map map.toml --to https://example.org --token-file token";
    let Ran { code, stderr, .. } = shop.run(https);
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("https is not supported in this version"),
        "{stderr}"
    );
}

#[test]
fn streets_are_closed_and_opened_at_a_running_server() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC";
    let token = "token add supervisor --label closures --data center";
    assert_eq!(shop.run(init).code, 0);
    assert_eq!(shop.run("town town.osm.pbf --size 2").code, 0);
    assert_eq!(
        shop.run("import streets town.osm.pbf --data center").code,
        0
    );
    shop.write("token", shop.run(token).stdout);
    let mut server = Server::start(&shop);
    let asked = |line: &str| {
        let line = format!(
            "{line} --format json --server {} --token-file token",
            server.url
        );
        let Ran {
            code,
            stdout,
            stderr,
        } = shop.run(&line);
        assert_eq!(code, 0, "{line}: {stderr}");
        serde_json::from_str::<serde_json::Value>(&stdout).unwrap()
    };
    let place = "\"Larchmoor Road / Harbour Road\"";
    let shown = asked(&format!("closures close works {place} --dry-run"));
    assert!(shown["pieces"].as_u64() > Some(0));
    assert_eq!(asked("closures list")["closures"], serde_json::json!([]));
    let closed = asked(&format!("closures close works {place} --hours 4"));
    assert_eq!(closed["closure"], 1);
    let listed = asked("closures list");
    assert_eq!(listed["closures"][0]["street"], shown["street"]);
    assert!(listed["closures"][0]["until"].is_string());
    asked("closures lift 1");
    assert_eq!(asked("closures list")["closures"], serde_json::json!([]));

    // The rules are the server's: a whole street is no place, and what is open is not opened.
    let server_of = format!("--server {} --token-file token", server.url);
    for (line, why) in [
        ("closures close works \"Harbour Road\"", "whole street"),
        (
            "closures close rain \"1 Island Quay\"",
            "send one of: works",
        ),
        ("closures lift 1", "no closure 1"),
    ] {
        let Ran { code, stderr, .. } = shop.run(&format!("{line} {server_of}"));
        assert_eq!(code, 4, "{line}: {stderr}");
        assert!(stderr.contains(why), "{line}: {stderr}");
    }
    let covered = asked("coverage --from stations --minutes 8");
    assert_eq!(covered["seconds"], 480);
    assert!(covered["meters"].as_f64() > Some(1_000.0));
    // Times and the way between two places that are closed above and opened again.
    let places = asked("closures close works \"Larchmoor Road / Harbour Road\"");
    assert_eq!(places["closure"], 2);
    let lines = asked("closures list")["closures"][0]["lines"].clone();
    let end = |at: usize| {
        let line = lines[0].as_array().unwrap();
        let point = &line[at * (line.len() - 1)];
        format!("{},{}", point[1], point[0])
    };
    let (from, to) = (end(0), end(1));
    let way = asked(&format!("eta --from {from} --to {to}"));
    assert!(way["seconds"].as_f64() > Some(0.0), "{way}");
    let small = "--profile heavy --height 2.5 --width 2 --weight 3";
    let table = asked(&format!("eta --from {from} --from {to} --to {to} {small}"));
    assert_eq!(table["seconds"][1][0], 0.0);
    let Ran { stdout, .. } = shop.run(&format!("eta --from {from} --to {to} {server_of}"));
    assert!(stdout.contains(" m  blue-light\n"), "{stdout}");
    let unknown = shop.run(&format!(
        "eta --from {from} --to {to} --profile sledge {server_of}"
    ));
    assert_eq!(unknown.code, 4);
    assert!(
        unknown.stderr.contains("send one of: "),
        "{}",
        unknown.stderr
    );
    assert_eq!(server.end(), Some(0));
}

/// The complaint: hosting it oneself fails.
///
/// Two commands in an empty directory, and it answers; killed, it answers again with what it had.
#[test]
fn complaint_self_hosting_fails() {
    let shop = Shop::new();
    let made = shop.run("init --data center --center Elm --timezone UTC");
    assert_eq!(made.code, 0, "{}", made.stderr);
    for _ in 0..2 {
        let server = Server::start(&shop);
        for (path, holds) in [("/healthz", "ok"), ("/sign-in", "<form")] {
            let answer = get(&server.url, path);
            assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
            assert!(answer.contains(holds), "{path}: {answer}");
        }
        // The end of the loop kills it.
    }
    let checked = shop.run("doctor --data center");
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

fn get(url: &str, path: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
