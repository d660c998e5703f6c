use std::{net::SocketAddr, time::Duration};

use callbox_domain::Purpose;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};

use super::World;
use crate::{Role, ServeError, ServeOptions, Server, TlsError, TlsFiles};

const PATIENCE: Duration = Duration::from_secs(20);

fn on(listen: &str) -> ServeOptions {
    ServeOptions {
        listen: listen.parse().unwrap(),
        ..ServeOptions::default()
    }
}

async fn bind(world: &World, options: ServeOptions) -> Result<Server, ServeError> {
    Server::bind(world.engine.clone(), world.access.clone(), options).await
}

/// Sends bytes, gives back what comes until the server closes or goes on silently.
async fn talk(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn it_refuses_to_listen_unprotected_or_twice() {
    let world = World::empty();
    let error = bind(&world, on("0.0.0.0:0")).await.unwrap_err();
    assert!(error.to_string().contains("--tls-cert"), "{error}");
    let open = ServeOptions {
        insecure_listen: true,
        ..on("0.0.0.0:0")
    };
    assert!(bind(&world, open).await.is_ok());

    let first = bind(&world, on("127.0.0.1:0")).await.unwrap();
    let again = on(&first.address().to_string());
    let error = bind(&world, again).await.unwrap_err();
    let port = first.address().port();
    let expected = format!("port {port} is in use; stop the other server or use --listen");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn bad_certificates_are_named() {
    let world = World::empty();
    let path = world.dir.path().join("cert.pem");
    let tls = Some(TlsFiles {
        certificate: path.clone(),
        key: path.clone(),
    });
    let options = ServeOptions {
        tls,
        ..on("127.0.0.1:0")
    };
    let missing = bind(&world, options.clone()).await.unwrap_err();
    assert!(
        matches!(missing, ServeError::Tls(TlsError::Certificate { .. })),
        "{missing}"
    );
    std::fs::write(&path, "not PEM").unwrap();
    let empty = bind(&world, options).await.unwrap_err();
    assert!(empty.to_string().contains("cert.pem"), "{empty}");
}

#[tokio::test]
async fn it_serves_limits_and_ends_in_order() {
    let world = World::set_up().await;
    let options = ServeOptions {
        purpose: Purpose::Exercise,
        ..on("127.0.0.1:0")
    };
    let server = bind(&world, options).await.unwrap();
    let address = server.address();
    assert_eq!(server.url(), format!("http://{address}"));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        // Either way the test is over.
        let _ = stopped.await;
    }));

    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\r\n")
    };
    let health = talk(address, &get("/healthz", "")).await;
    assert!(
        health.starts_with("HTTP/1.1 200 OK\r\n") && health.ends_with("\r\n\r\nok\n"),
        "{health}"
    );
    let token = format!(
        "Authorization: Bearer {}\r\n",
        world.token(Role::Supervisor)
    );
    let me = talk(address, &get("/api/v1/me", &token)).await;
    assert!(me.contains("\"exercise\":true"), "{me}");

    let big = format!("X-Big: {}\r\n", "x".repeat(20_000));
    assert!(
        talk(address, &get("/healthz", &big))
            .await
            .starts_with("HTTP/1.1 431")
    );
    let many: String = (0..100).map(|n| format!("X-{n}: 1\r\n")).collect();
    assert!(
        talk(address, &get("/healthz", &many))
            .await
            .starts_with("HTTP/1.1 431")
    );

    // A console on the live stream does not hold the shutdown up.
    let mut console = TcpStream::connect(address).await.unwrap();
    console
        .write_all(get("/api/v1/live", &token).as_bytes())
        .await
        .unwrap();
    let mut first = [0; 4_096];
    assert_ne!(
        timeout(PATIENCE, console.read(&mut first))
            .await
            .unwrap()
            .unwrap(),
        0
    );
    stop.send(()).unwrap();
    timeout(PATIENCE, running).await.unwrap().unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, console.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

/// A certificate for localhost, made on the spot so that no key stands in the repository.
fn certificate(world: &World) -> TlsFiles {
    let files = TlsFiles {
        certificate: world.dir.path().join("cert.pem"),
        key: world.dir.path().join("key.pem"),
    };
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

#[tokio::test]
async fn over_tls_it_may_listen_and_shows_its_certificate() {
    use tokio_rustls::{
        TlsConnector,
        rustls::{
            ClientConfig, RootCertStore,
            crypto::aws_lc_rs,
            pki_types::{CertificateDer, ServerName, pem::PemObject as _},
        },
    };
    let world = World::empty();
    let files = certificate(&world);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&files.certificate).unwrap())
        .unwrap();
    let client = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let options = ServeOptions {
        tls: Some(files),
        ..on("0.0.0.0:0")
    };
    let server = bind(&world, options).await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
    let running = tokio::spawn(server.run(std::future::pending()));

    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(std::sync::Arc::new(client));
    let mut stream = connector.connect(name, stream).await.unwrap();
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age=31536000; includeSubDomains\r\n"),
        "{answer}"
    );
    running.abort();
}
