//! The server's certificate: taken up anew without a restart, and got from an authority.
//!
//! The authority is Pebble, the test server of those who run Let's Encrypt, with its own DNS.

#![expect(clippy::print_stderr, reason = "a test that was skipped says so")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::Duration,
};

use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use crate::{
    running::{PATIENCE, Running, wait},
    shop::Shop,
};

/// What a server answers whose certificate has to stand for `name` and come from `root`.
fn ask(
    port: u16,
    name: &str,
    root: &CertificateDer<'static>,
    path: &str,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(config.into(), name).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .map_err(|error| error.to_string())?;
    let mut answer = String::new();
    match stream.read_to_string(&mut answer) {
        // Some end without saying so.
        Err(error) if answer.is_empty() => Err(error.to_string()),
        _ => Ok(answer),
    }
}

/// Makes a certificate that signs itself, valid from and until so many days from now.
fn certificate(shop: &Shop, name: &str, stem: &str, days: [i64; 2]) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let now = std::time::SystemTime::now();
    let at = |days: i64| match u64::try_from(days) {
        Ok(days) => now + Duration::from_secs(days * 86_400),
        Err(_) => now - Duration::from_secs(days.unsigned_abs() * 86_400),
    };
    params.not_before = at(days[0]).into();
    params.not_after = at(days[1]).into();
    let certificate = params.self_signed(&key).unwrap();
    shop.write(&format!("{stem}.key"), key.serialize_pem());
    shop.write(&format!("{stem}.pem"), certificate.pem());
    certificate.der().clone()
}

fn center() -> Shop {
    let shop = Shop::new();
    let made = shop.run("init --data center --center Elm --timezone UTC");
    assert_eq!(made.code, 0, "{}", made.stderr);
    shop
}

#[test]
fn a_certificate_is_taken_up_without_a_restart() {
    let shop = center();
    let first = certificate(&shop, "localhost", "cad", [-1, 30]);
    let (server, port) = Running::serve(
        &shop,
        "--listen 127.0.0.1:0 --tls-cert cad.pem --tls-key cad.key",
    );
    let answers = |root: &CertificateDer<'static>| {
        let answer = ask(port, "localhost", root, "/healthz").ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(())
    };
    answers(&first).expect("the first certificate is shown");

    let second = certificate(&shop, "localhost", "cad", [-1, 60]);
    server.hang_up();
    wait("the second certificate", || answers(&second));
    assert_eq!(answers(&first), None, "the first one is not shown any more");

    shop.write("cad.pem", "half of a certifi");
    server.hang_up();
    server.wait_for("the new certificate is not taken up; the present one stays");
    answers(&second).expect("what cannot be read changes nothing");

    certificate(&shop, "localhost", "cad", [-30, -1]);
    server.hang_up();
    server.wait_for("is over already; the present one stays");
    answers(&second).expect("what is over does not replace what holds");

    // Without a signal too: the files are looked at.
    let third = certificate(&shop, "localhost", "cad", [-1, 5]);
    wait("the third certificate", || answers(&third));
}

#[test]
fn a_certificate_that_is_over_is_told_with_what_to_do() {
    let shop = center();
    certificate(&shop, "localhost", "cad", [-30, -1]);
    let (server, _) = Running::serve(
        &shop,
        "--listen 127.0.0.1:0 --tls-cert cad.pem --tls-key cad.key",
    );
    server.wait_for("is over, and browsers refuse it: put a newer one there");
    drop(server);
    let other = KeyPair::generate().unwrap();
    shop.write("cad.key", other.serialize_pem());
    let refused = shop.run("serve --data center --tls-cert cad.pem --tls-key cad.key");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("check that they belong together"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_name_that_no_authority_certifies_is_refused_at_once() {
    let shop = center();
    let refused = shop.run("serve --data center --acme 10.0.0.1 --acme-accept-terms");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("like cad.elm.example"),
        "{}",
        refused.stderr
    );
    let refused = shop.run("serve --data center --acme cad.elm.example");
    assert!(
        refused.stderr.contains("--acme-accept-terms"),
        "{}",
        refused.stderr
    );
}

/// A port that was free a moment ago.
fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Pebble and its DNS, in which every name leads to this machine.
struct Pebble {
    directory: String,
    management: u16,
    own: CertificateDer<'static>,
    _running: [Running; 2],
}

impl Pebble {
    /// Starts it; it looks for proofs at `port`. `None` where it is not installed.
    fn start(shop: &Shop, port: u16) -> Option<Self> {
        for program in ["pebble", "pebble-challtestsrv"] {
            if Command::new("which")
                .arg(program)
                .output()
                .ok()?
                .stdout
                .is_empty()
            {
                eprintln!("skipped: there is no {program} (Debian: apt-get install pebble)");
                return None;
            }
        }
        let own = certificate(shop, "localhost", "pebble", [-1, 30]);
        let [acme, management, dns, other] = [free(), free(), free(), free()];
        let at = |name: &str| shop.path(name).display().to_string();
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "127.0.0.1:{acme}", "managementListenAddress": "127.0.0.1:{management}",
            "certificate": "{}", "privateKey": "{}", "httpPort": {other}, "tlsPort": {port},
            "ocspResponderURL": "", "externalAccountBindingRequired": false}}}}"#,
            at("pebble.pem"),
            at("pebble.key")
        );
        shop.write("pebble.json", config);
        let mut names = Command::new("pebble-challtestsrv");
        let (dns, held) = (format!("127.0.0.1:{dns}"), format!("127.0.0.1:{}", free()));
        names.args([
            "-defaultIPv4",
            "127.0.0.1",
            "-defaultIPv6",
            "",
            "-dns01",
            &dns,
        ]);
        names.args([
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
            "-management",
            &held,
        ]);
        let mut pebble = Command::new("pebble");
        pebble.args([
            "-config",
            &at("pebble.json"),
            "-dnsserver",
            &dns,
            "-strict",
            "true",
        ]);
        pebble
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_AUTHZREUSE", "0");
        let running = [Running::start(names), Running::start(pebble)];
        // Pebble talks on stdout; nobody reads it, and a full pipe would stop it.
        let mut running = running;
        for one in &mut running {
            let mut out = one.child.stdout.take().unwrap();
            std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        }
        wait("pebble", || ask(acme, "localhost", &own, "/dir").ok());
        Some(Self {
            directory: format!("https://localhost:{acme}/dir"),
            management,
            own,
            _running: running,
        })
    }

    /// The root of what it signs.
    fn root(&self) -> CertificateDer<'static> {
        let answer = ask(self.management, "localhost", &self.own, "/roots/0").unwrap();
        CertificateDer::from_pem_slice(answer.as_bytes()).unwrap()
    }
}

#[test]
fn an_authority_gives_and_renews_the_certificate() {
    let shop = center();
    let port = free();
    let Some(pebble) = Pebble::start(&shop, port) else {
        return;
    };
    let root = pebble.root();
    let serve = |port: u16| {
        let directory = &pebble.directory;
        Running::serve(
            &shop,
            &format!(
                "--listen 127.0.0.1:{port} --acme cad.elm.test --acme board.elm.test --acme-accept-terms --acme-contact it@elm.test --acme-directory {directory} --acme-authorities pebble.pem"
            ),
        )
    };
    let healthy = |name: &str, root: &CertificateDer<'static>| {
        let answer = ask(port, name, root, "/healthz").ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(())
    };

    // Nothing is kept: two names are proven, one certificate comes.
    let (server, _) = serve(port);
    wait("the first certificate", || healthy("cad.elm.test", &root));
    healthy("board.elm.test", &root).expect("it stands for both names");
    assert_eq!(healthy("other.elm.test", &root), None, "and for no other");
    for name in ["account.json", "certificate.pem", "key.pem"] {
        let mode = fs::metadata(shop.path("center/tls").join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let account = fs::read(shop.path("center/tls/account.json")).unwrap();
    drop(server);

    // What is kept is shown at once; what is near its end is replaced while it is shown.
    let kept = fs::read(shop.path("center/tls/certificate.pem")).unwrap();
    let old = old_certificate(&shop);
    let (server, _) = serve(port);
    wait("the second certificate", || healthy("cad.elm.test", &root));
    assert_eq!(healthy("cad.elm.test", &old), None, "the old one is gone");
    assert_ne!(
        fs::read(shop.path("center/tls/certificate.pem")).unwrap(),
        kept
    );
    assert_eq!(
        fs::read(shop.path("center/tls/account.json")).unwrap(),
        account,
        "one account"
    );
    drop(server);

    // The authority is away: the kept one is shown.
    drop(pebble);
    let (_server, _) = Running::serve(
        &shop,
        &format!(
            "--listen 127.0.0.1:{port} --acme cad.elm.test --acme-accept-terms --acme-directory https://localhost:1/dir --acme-authorities pebble.pem"
        ),
    );
    healthy("cad.elm.test", &root).expect("what is kept is shown without the authority");
}

/// Puts a certificate for the right names into the store that has lived 80 of its 90 days.
fn old_certificate(shop: &Shop) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let names = ["cad.elm.test", "board.elm.test"].map(str::to_owned);
    let mut params = CertificateParams::new(names.to_vec()).unwrap();
    let now = std::time::SystemTime::now();
    params.not_before = (now - Duration::from_secs(80 * 86_400)).into();
    params.not_after = (now + Duration::from_secs(10 * 86_400)).into();
    let certificate = params.self_signed(&key).unwrap();
    let store = Path::new("center/tls");
    shop.write(store.join("key.pem").to_str().unwrap(), key.serialize_pem());
    shop.write(
        store.join("certificate.pem").to_str().unwrap(),
        certificate.pem(),
    );
    certificate.der().clone()
}

#[test]
fn what_an_authority_refuses_is_told_with_what_to_do() {
    let shop = center();
    // Proofs are looked for at a port where nobody is.
    let Some(pebble) = Pebble::start(&shop, free()) else {
        return;
    };
    let directory = &pebble.directory;
    let (server, port) = Running::serve(
        &shop,
        &format!(
            "--listen 127.0.0.1:0 --acme cad.elm.test --acme-accept-terms --acme-directory {directory} --acme-authorities pebble.pem"
        ),
    );
    server.wait_for("let port 443 of each name through to this server");
    server.wait_for("until then nobody can open the console");
    // No certificate: no handshake, and nothing in plain text instead.
    assert!(ask(port, "cad.elm.test", &pebble.own, "/healthz").is_err());
    drop(server);
    let (server, _) = Running::serve(
        &shop,
        "--listen 127.0.0.1:0 --acme cad.elm.test --acme-accept-terms --acme-directory https://localhost:1/dir --acme-authorities pebble.pem",
    );
    server.wait_for("Check that this machine reaches https://localhost:1/dir");
}
