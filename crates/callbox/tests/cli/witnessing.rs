//! Two witnesses and a center, each a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
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
        assert!(url.contains("://127.0.0.1:"), "{said}");
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
    // Whoever puts a backup back is told that they may have seen more than it holds.
    ok(&shop, "backup saved.tar --keys keys.tar --data center");
    let restored = ok(&shop, "restore saved.tar --keys keys.tar --data restored");
    assert!(restored.contains("It has witnesses."), "{restored}");
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
    // So does an export, once what the start recorded was cosigned too.
    let begun = Instant::now();
    for round in 0.. {
        ok(
            &shop,
            &format!("ledger export-tiles exported{round} --data center"),
        );
        let checkpoint = shop.path(&format!("exported{round}/checkpoint"));
        let exported = std::fs::read_to_string(checkpoint).unwrap();
        if exported.contains("— press.example/w ") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{exported}");
        thread::sleep(Duration::from_millis(200));
    }
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

/// An authority of one's own and a server's certificate by it, made on the spot so that no key stands
/// in the repository; whether there is an `openssl` to make them with.
fn certificates(shop: &Shop, name: &str) -> bool {
    let made = |arguments: &[&str]| {
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ])
            .args(["-nodes", "-days", "2"])
            .args(arguments)
            .current_dir(shop.path(""))
            .output();
        match made {
            Ok(made) => {
                let why = String::from_utf8_lossy(&made.stderr).into_owned();
                assert!(made.status.success(), "{why}");
                true
            }
            Err(_) => false,
        }
    };
    let (ca, ca_key) = (format!("{name}-ca.pem"), format!("{name}-ca.key"));
    let (cert, key) = (format!("{name}-cert.pem"), format!("{name}-key.pem"));
    made(&[
        "-subj",
        "/CN=An authority",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-keyout",
        &ca_key,
        "-out",
        &ca,
    ]) && made(&[
        "-subj",
        "/CN=A witness",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-CA",
        &ca,
        "-CAkey",
        &ca_key,
        "-keyout",
        &key,
        "-out",
        &cert,
    ])
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn a_witness_over_https_is_known_by_its_own_authority_and_both_come_back_from_a_backup() {
    let shop = Shop::new();
    if !certificates(&shop, "court") || !certificates(&shop, "other") {
        eprintln!("SKIPPED: there is no openssl to make certificates with");
        return;
    }
    let new = "init --data center --center Elm --timezone UTC --origin elm.example/1";
    ok(&shop, new);
    shop.write("keys", ok(&shop, "ledger keys --data center"));
    ok(&shop, "witness init --name court.example/w --data court");
    let key = ok(&shop, "witness keys --data court").trim().to_owned();
    let witness = Running::start(
        &shop,
        "witness serve --data court --log keys --listen 127.0.0.1:0 --tls-cert court-cert.pem \
         --tls-key court-key.pem",
    );
    let url = witness.1.clone();
    assert!(url.starts_with("https://"), "{url}");
    let add = |ca: &str| {
        let _ = shop.run("ledger witness remove court --data center");
        ok(
            &shop,
            &format!("ledger witness add court {key} {url} --data center{ca}"),
        );
    };
    for (line, why) in [
        (
            format!("ledger witness add court {key} {url} --ca keys --data center"),
            "BEGIN CERTIFICATE",
        ),
        (
            format!("ledger witness add court {key} {url} --ca nowhere --data center"),
            "nowhere",
        ),
        (
            format!(
                "ledger witness add court {key} http://127.0.0.1:1 --ca court-ca.pem --data center"
            ),
            "https://",
        ),
    ] {
        let ran = shop.run(&line);
        assert!(
            ran.code != 0 && ran.stderr.contains(why),
            "{line}: {}",
            ran.stderr
        );
    }
    // By nobody that this machine trusts, then by another's authority: it is not asked.
    add("");
    let log = shop.path("server.log");
    let mut child = (shop.command("serve --data center --listen 127.0.0.1:0"))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let refusals = || {
        let text = std::fs::read_to_string(&log).unwrap();
        (text.lines())
            .filter(|line| line.contains("did not cosign") && line.contains("certificate"))
            .count()
    };
    let begun = Instant::now();
    while refusals() == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "nobody was refused"
        );
        thread::sleep(Duration::from_millis(200));
    }
    // Long enough for it to be asked again, by another's authority.
    add(" --ca other-ca.pem");
    thread::sleep(Duration::from_secs(8));
    let list = "ledger witness list --data center --format json";
    assert!(ok(&shop, list).contains("\"fulfilled\": false"));
    // By its own.
    add(" --ca court-ca.pem");
    let said = until(&shop, list, |said| said.contains("\"fulfilled\": true"));
    assert!(said.contains("\"own_authority\": true"), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
    // Policy and authority are in the backup, and cosigning goes on from it.
    ok(&shop, "backup saved.tar --keys keys.tar --data center");
    ok(&shop, "restore saved.tar --keys keys.tar --data restored");
    let read = |path: &str| std::fs::read(shop.path(path)).unwrap();
    for file in ["witnesses.policy", "witness-authorities/court.pem"] {
        assert_eq!(
            read(&format!("center/{file}")),
            read(&format!("restored/{file}"))
        );
    }
    let server = Running::start(&shop, "serve --data restored --listen 127.0.0.1:0");
    let list = "ledger witness list --data restored --format json";
    until(&shop, list, |said| said.contains("\"fulfilled\": true"));
    drop(server);
}
