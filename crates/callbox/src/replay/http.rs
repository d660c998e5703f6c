//! The least of an HTTP/1.1 client: one connection, kept alive, JSON in and out.
//!
//! What is *absent*: TLS, redirects, proxies, compression. Answers are bounded.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use serde_json::Value;

use crate::failure::{Failure, Outcome};

/// The most bytes of an answer; a board with many units is the longest.
const MAX_BODY: u64 = 64 << 20;
const MAX_LINE: u64 = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(30);

/// A server and the token with which it is spoken to.
pub(crate) struct Client {
    url: String,
    host: String,
    token: String,
    connection: Option<BufReader<TcpStream>>,
}

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// What a problem says, for people.
    pub(crate) fn problem(&self) -> String {
        let text = |key: &str| self.body[key].as_str().unwrap_or_default();
        match (text("detail"), text("hint")) {
            ("", _) => format!("the server answered {}", self.status),
            (detail, "") => detail.to_owned(),
            (detail, hint) => format!("{detail}; {hint}"),
        }
    }
}

impl Client {
    /// Takes `http://HOST[:PORT]`; nothing is sent yet.
    pub(crate) fn new(url: &str, token: &str) -> Outcome<Self> {
        let usage = |why: &str| Failure::Usage(format!("{url}: {why}"));
        if url.starts_with("https://") {
            return Err(usage(
                "https is not supported in this version; run it on the server's machine \
                 with http://127.0.0.1:8110, or through an SSH tunnel",
            ));
        }
        let host = url
            .strip_prefix("http://")
            .ok_or_else(|| usage("write it as http://HOST:PORT"))?
            .trim_end_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if host.is_empty() || !host.chars().all(plain) {
            return Err(usage("write it as http://HOST:PORT, without a path"));
        }
        let has_port = host
            .rsplit(']')
            .next()
            .is_some_and(|rest| rest.contains(':'));
        let host = if has_port {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Failure::Input(
                "the token file holds no token; make one with: callbox token add".to_owned(),
            ));
        }
        Ok(Self {
            url: url.to_owned(),
            host,
            token: token.to_owned(),
            connection: None,
        })
    }

    /// Reads something.
    pub(crate) fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// Asks for an act, under a key that makes asking again harmless.
    pub(crate) fn post(&mut self, path: &str, key: &str, body: &Value) -> Outcome<Answer> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        );
        self.send(&head, &body.to_string())
    }

    fn send(&mut self, head: &str, body: &str) -> Outcome<Answer> {
        let request = format!(
            "{head}Host: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        let was_open = self.connection.is_some();
        let mut answer = self.exchange(&request);
        if answer.is_err() && was_open {
            // The server may have closed an idle connection; the key makes a second try harmless.
            answer = self.exchange(&request);
        }
        answer.map_err(|error| {
            Failure::Internal(format!(
                "the server at {} cannot be reached: {}; check that it runs, then run the same \
                 command again",
                self.url,
                crate::failure::said(&error)
            ))
        })
    }

    fn exchange(&mut self, request: &str) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(connect(&self.host)?),
        };
        connection.get_mut().write_all(request.as_bytes())?;
        let (answer, keep) = read(&mut connection)?;
        if keep {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn connect(host: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in host.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Reads one answer, and whether the connection may be used again.
fn read(from: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let status = line(from)?;
    let status: u16 = status
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .ok_or_else(|| bad("it does not speak HTTP/1.1"))?;
    let (mut length, mut chunked, mut keep) = (None, false, true);
    loop {
        let header = line(from)?;
        if header.is_empty() {
            break;
        }
        let Some((name, value)) = header.split_once(':') else {
            return Err(bad("a header cannot be read"));
        };
        let value = value.trim().to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<u64>().ok(),
            "transfer-encoding" => chunked = value == "chunked",
            "connection" => keep = value != "close",
            _ => {}
        }
    }
    let mut body = Vec::new();
    match length {
        _ if chunked => read_chunks(from, &mut body)?,
        Some(length) if length <= MAX_BODY => {
            from.take(length).read_to_end(&mut body)?;
            if (body.len() as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        _ => return Err(bad("its answer is too long")),
    }
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok((Answer { status, body }, keep))
}

fn read_chunks(from: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = line(from)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| bad("a chunk cannot be read"))?;
        if body.len() as u64 + size > MAX_BODY {
            return Err(bad("its answer is too long"));
        }
        let before = body.len() as u64;
        from.take(size).read_to_end(body)?;
        if body.len() as u64 - before < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line(from)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn line(from: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    from.take(MAX_LINE).read_line(&mut line)?;
    if !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
