//! A callbox server of its own for one task: started on a free port, killed in the end.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use callbox_domain::Entry;
use callbox_engine::Engine;
use serde_json::Value;

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(20);

/// Hands every entry of a ledger to `visit`, in order; few of them are in memory at once.
pub(crate) fn each_entry(engine: &Engine, mut visit: impl FnMut(&Entry)) -> anyhow::Result<()> {
    const PAGE: usize = 10_000;
    let mut from = 0;
    loop {
        let page = engine.entries_from(from, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        from = last.seq + 1;
        page.iter().for_each(&mut visit);
    }
}

/// A directory below the system's temporary one, removed in the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// Makes a new directory whose name begins with `name`.
    pub(crate) fn new(name: &str) -> anyhow::Result<Self> {
        Self::below(&std::env::temp_dir(), name)
    }

    /// The same in memory, where the system has such a place: for what need not outlive anything.
    pub(crate) fn in_memory(name: &str) -> anyhow::Result<Self> {
        let memory = Path::new("/dev/shm");
        match memory.is_dir() {
            true => Self::below(memory, name),
            false => Self::new(name),
        }
    }

    fn below(parent: &Path, name: &str) -> anyhow::Result<Self> {
        let path = parent.join(format!("callbox-{name}-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `callbox` and gives its standard output; fails with its diagnostics.
pub(crate) fn callbox(binary: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}; build it first", binary.display()))?;
    let diagnostics = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "callbox {arguments:?} failed: {diagnostics}"
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes a dispatcher's account in the center at `data` and gives a token for it.
pub(crate) fn token(binary: &Path, data: &str) -> anyhow::Result<String> {
    token_of(binary, Path::new(data), "xtask", "dispatcher")
}

/// Makes an account with a role in the center at `data` and gives a token for it.
pub(crate) fn token_of(
    binary: &Path,
    data: &Path,
    login: &str,
    role: &str,
) -> anyhow::Result<String> {
    let data = data.to_str().context("the directory has a readable name")?;
    callbox(
        binary,
        &["user", "add", login, "--role", role, "--data", data],
    )?;
    let out = callbox(
        binary,
        &["token", "add", login, "--label", "xtask", "--data", data],
    )?;
    Ok(out
        .split_whitespace()
        .last()
        .context("no token was printed")?
        .to_owned())
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `callbox serve` on `data` and waits until it answers.
    pub(crate) fn start(binary: &Path, data: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(binary)
            .args(["serve", "--data"])
            .arg(data)
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(fs::File::create(data.with_extension("log"))?))
            .spawn()
            .with_context(|| format!("cannot run {}; build it first", binary.display()))?;
        let mut server = Self { child, address };
        let started = Instant::now();
        loop {
            if let Some(status) = server.child.try_wait()? {
                let log = fs::read_to_string(data.with_extension("log")).unwrap_or_default();
                bail!("the server ended at its start ({status}): {log}");
            }
            if Client::new(address, "")
                .get("/readyz")
                .is_ok_and(|(status, _)| status == 200)
            {
                return Ok(server);
            }
            ensure!(started.elapsed() < START, "the server does not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the server at once, as a loss of power would.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with one connection that it keeps.
pub(crate) struct Client {
    address: SocketAddr,
    token: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Makes a client that signs its requests with `token`.
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            token: token.to_owned(),
            connection: None,
        }
    }

    /// Reads a resource: status and body.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<(u16, Value)> {
        self.ask("GET", path, "", None)
    }

    /// Submits a command under an idempotency key: status and body.
    pub(crate) fn post(
        &mut self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<(u16, Value)> {
        self.ask(
            "POST",
            path,
            &format!("Idempotency-Key: {key}\r\n"),
            Some(body),
        )
    }

    /// Opens a stream of live changes; lines come without their ends.
    pub(crate) fn live(&self, path: &str) -> anyhow::Result<impl Iterator<Item = String> + use<>> {
        let mut stream = TcpStream::connect(self.address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.address, self.token
        )?;
        Ok(BufReader::new(stream).lines().map_while(Result::ok))
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Value)> {
        let was_kept = self.connection.is_some();
        let mut answer = self.try_ask(method, path, headers, body);
        if answer.is_err() {
            self.connection = None;
            if was_kept {
                // The server ends idle connections; the key makes it safe to ask again.
                answer = self.try_ask(method, path, headers, body);
            }
        }
        answer
    }

    fn try_ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Value)> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(START))?;
                none.insert(BufReader::new(stream))
            }
        };
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        connection.get_mut().write_all(request.as_bytes())?;
        read_answer(connection)
    }
}

fn read_answer(connection: &mut BufReader<TcpStream>) -> anyhow::Result<(u16, Value)> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line
        .split(' ')
        .nth(1)
        .context("the server ended the connection")?
        .parse()?;
    let mut length = 0;
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse()?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// Moments and choices: a small generator (splitmix64) whose seed repeats them.
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from `from` up to, not including, `to`.
    pub(crate) fn between(&mut self, from: f64, to: f64) -> f64 {
        from + self.unit() * (to - from)
    }

    /// A number from 0 up to, not including, `n`; 0 for an `n` of 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }
}
