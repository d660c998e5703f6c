//! What the server writes to its log: who tried what, and nothing that was said or is secret.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::{running::Running, shop::Shop};

/// Sends one request; gives status and answer.
fn send(port: u16, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[test]
fn tries_and_refusals_are_in_the_log_and_no_secret_and_no_word_of_a_caller() {
    let shop = Shop::new();
    let made = shop.run("init --data center --center Elm --timezone UTC --format json");
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let password = made["supervisor"]["password"].as_str().unwrap();
    for role in ["call-taker", "administrator"] {
        let added = shop.run(&format!("user add {role} --role {role} --data center"));
        assert_eq!(added.code, 0, "{}", added.stderr);
    }
    let token = |login: &str| {
        let made = shop.run(&format!("token add {login} --label x --data center"));
        made.stdout.trim().to_owned()
    };
    let (taker, keeper) = (token("call-taker"), token("administrator"));
    let (server, port) = Running::serve(&shop, "--listen 127.0.0.1:0");

    // Signed in, wrongly, and by another site.
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let own = format!("{form}Sec-Fetch-Site: same-origin\r\n");
    let foreign = format!("{form}Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n");
    let right = format!("login=supervisor&password={password}");
    let wrong = "login=MARK-LOGIN&password=MARK-PASSWORD";
    let (status, signed) = send(port, "POST", "/sign-in", &own, &right);
    assert_eq!(status, 303, "{signed}");
    let cookie = signed
        .split("callbox=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    assert_eq!(send(port, "POST", "/sign-in", &own, wrong).0, 303);
    assert_eq!(send(port, "POST", "/sign-in", &foreign, wrong).0, 403);

    // A call with words, an answer to somebody who may not, requests that cannot be read.
    let json = |token: &str, key: &str| {
        format!(
            "Content-Type: application/json\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        )
    };
    let call = r#"{"place": "MARK-PLACE", "caller_name": "MARK-CALLER", "caller_number": "MARK-NUMBER", "text": "MARK-WORDS"}"#;
    let (status, taken) = send(port, "POST", "/api/v1/incidents", &json(&taker, "1"), call);
    assert_eq!(status, 201, "{taken}");
    let refused = send(port, "POST", "/api/v1/incidents", &json(&keeper, "2"), call);
    assert_eq!(refused.0, 403, "{}", refused.1);
    let broken = r#"{"place": "MARK-BROKEN", "#;
    assert_eq!(
        send(
            port,
            "POST",
            "/api/v1/incidents",
            &json(&taker, "3"),
            broken
        )
        .0,
        400
    );
    assert_eq!(send(port, "GET", "/MARK-PATH?MARK-QUERY", "", "").0, 404);

    server.wait_for("a request was refused");
    let said = server.said.lock().unwrap().clone();
    for expected in [
        "method=\"password\" outcome=\"wrong\"",
        "why=\"foreign-origin\"",
        "route=\"/api/v1/incidents\" why=\"not-permitted\"",
    ] {
        let plain: String = said.replace("\u{1b}", "");
        assert!(plain.contains(expected), "{expected}: {said}");
    }
    for secret in ["MARK-", password, &taker, &keeper, cookie, "evil.example"] {
        assert!(!said.contains(secret), "{secret} is in the log: {said}");
    }
    // Times with their offset, to the microsecond.
    for line in said.lines().filter(|line| line.starts_with("20")) {
        let time = line.split(' ').next().unwrap();
        assert!(time.ends_with('Z') && time.contains('.'), "{line}");
    }
}
