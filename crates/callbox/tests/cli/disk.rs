//! A disk that breaks under the running server.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

use crate::shop::{Ran, Shop};

/// Builds what makes flushes fail. The project needs a C compiler anyway.
fn build_shim(shop: &Shop) -> std::path::PathBuf {
    let library = shop.path("flush.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/flush.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    library
}

/// Takes a call; gives the answer's first line, or nothing where the connection ends before.
fn take_call(url: &str, token: &str, key: &str) -> String {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let body = r#"{"type":"FIRE","place":"212 Elm St"}"#;
    let request = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut line = String::new();
    // A server that ends in the middle resets the connection: that is no answer either.
    let _ = BufReader::new(stream).read_line(&mut line);
    line.trim().to_owned()
}

fn events(shop: &Shop) -> u64 {
    let Ran { code, stdout, .. } = shop.run("verify --data center --format json");
    assert_eq!(code, 0, "{stdout}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    report["events"].as_u64().unwrap()
}

#[test]
fn a_failed_flush_ends_the_server_and_a_start_recovers() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC";
    assert_eq!(shop.run(init).code, 0);
    let token = shop.run("token add supervisor --label disk --data center");
    let token = token.stdout.trim().to_owned();
    let flag = shop.path("broken");
    let start = |shim: Option<&Path>| {
        let mut command = shop.command("serve --data center --listen 127.0.0.1:0");
        if let Some(shim) = shim {
            command.env("LD_PRELOAD", shim).env("FAIL_FLUSH", &flag);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        (child, url)
    };
    let shim = build_shim(&shop);
    let (mut child, url) = start(Some(&shim));
    let first = take_call(&url, &token, "one");
    assert!(first.starts_with("HTTP/1.1 201"), "{first}");
    fs::write(&flag, "").unwrap();
    let second = take_call(&url, &token, "two");
    assert!(!second.starts_with("HTTP/1.1 2"), "{second}");
    let status = child.wait().unwrap();
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(status.code(), Some(70), "{said}");
    assert!(said.contains("start it again"), "{said}");
    let flushes = fs::read(shop.path("broken.count")).unwrap().len();
    assert_eq!(flushes, 1, "a failed flush is not repeated: {said}");
    fs::remove_file(&flag).unwrap();

    let before = events(&shop);
    let (mut child, url) = start(None);
    // The repeated request is carried out once, whether its frame had reached the disk or not.
    let again = take_call(&url, &token, "two");
    assert!(again.starts_with("HTTP/1.1 20"), "{again}");
    let third = take_call(&url, &token, "two");
    assert!(third.starts_with("HTTP/1.1 20"), "{third}");
    let id = child.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(events(&shop) >= before);
}
