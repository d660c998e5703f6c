//! A program that runs beside a test, and what it says.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::shop::Shop;

pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A program that ends when it is dropped, and what it has said on stderr.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) said: Arc<Mutex<String>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (errors, kept) = (child.stderr.take().unwrap(), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        Self { child, said }
    }

    /// The callbox server, once it listens; gives its port.
    pub(crate) fn serve(shop: &Shop, more: &str) -> (Self, u16) {
        let command = shop.command(&format!("serve --data center {more}"));
        let mut server = Self::start(command);
        let mut line = String::new();
        let mut out = BufReader::new(server.child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse();
        let port = port.unwrap_or_else(|_| panic!("{line}{}", server.said.lock().unwrap()));
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        (server, port)
    }

    pub(crate) fn hang_up(&self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
        assert!(asked.success());
    }

    pub(crate) fn wait_for(&self, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.said.lock().unwrap().contains(words) {
            let said = self.said.lock().unwrap().clone();
            assert!(Instant::now() < end, "not said: {words}; but: {said}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Whatever ended before needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tries until it comes out.
pub(crate) fn wait<T>(what: &str, mut again: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = again() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
