//! A root key that somebody else's program keeps: a key service, a hardware module, a smart card.

use std::{
    io::{self, Read as _, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::root::{RootError, WrapKeys};

/// How long the program may take: people may have to confirm it.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of an answer, and so of a wrapped key in base64.
const MAX_ANSWER: u64 = 64 * 1024;
/// The most bytes of what it says on its standard error that are shown.
const MAX_COMPLAINT: u64 = 400;

/// Has a program wrap and unwrap the epochs' keys.
///
/// It is started with `wrap` or `unwrap` after its own arguments, reads two lines of base64 from
/// standard input (what the key is bound to, then the key or the wrapped key), and writes one line
/// of base64 to standard output. Any exit code but 0 is a refusal, and standard error says why.
/// No shell is involved, and the key is on no command line.
pub struct CommandRoot {
    program: Vec<String>,
    patience: Duration,
}

impl std::fmt::Debug for CommandRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandRoot")
            .field("program", &self.program.first())
            .finish_non_exhaustive()
    }
}

impl CommandRoot {
    /// Takes the program and its arguments; refuses none.
    pub fn new(program: Vec<String>) -> Result<Self, RootError> {
        match program.first() {
            Some(first) if !first.trim().is_empty() => Ok(Self {
                program,
                patience: PATIENCE,
            }),
            _ => Err(RootError::Malformed),
        }
    }

    /// The same with another patience.
    #[cfg(test)]
    pub(crate) fn patient_for(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn ask(
        &self,
        verb: &str,
        bound: &[u8],
        content: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, RootError> {
        let failed = |what: String| RootError::Service {
            program: self.program[0].clone(),
            what,
        };
        let mut child = Command::new(&self.program[0])
            .args(&self.program[1..])
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("it cannot be started: {error}")))?;
        let request = Zeroizing::new(format!(
            "{}\n{}\n",
            STANDARD.encode(bound),
            STANDARD.encode(content)
        ));
        let answer = drain(child.stdout.take(), MAX_ANSWER + 1);
        let complaint = drain(child.stderr.take(), MAX_COMPLAINT);
        let sent = child
            .stdin
            .take()
            .map(|mut input| input.write_all(request.as_bytes()));
        let status = self
            .wait(&mut child)
            .map_err(|why| failed(why.to_owned()))?;
        let said = |bytes: &[u8]| -> String {
            let text = String::from_utf8_lossy(bytes);
            let plain: String = text
                .chars()
                .filter(|c| !c.is_control() || *c == '\n')
                .collect();
            plain.lines().next().unwrap_or_default().trim().to_owned()
        };
        let rest = Duration::from_secs(2);
        if !status.success() {
            let complaint = complaint.recv_timeout(rest).unwrap_or_default();
            return Err(failed(match said(&complaint).as_str() {
                "" => format!("it ended with {status} and said nothing"),
                words => format!("it ended with {status}: {words}"),
            }));
        }
        if let Some(Err(error)) = sent {
            return Err(failed(format!(
                "it did not read what it was given: {error}"
            )));
        }
        let answer = answer.recv_timeout(rest).unwrap_or_default();
        if answer.len() as u64 > MAX_ANSWER {
            return Err(failed("its answer is too long".to_owned()));
        }
        let line = answer.strip_suffix(b"\n").unwrap_or(&answer);
        STANDARD
            .decode(line)
            .map(Zeroizing::new)
            .map_err(|_| failed("its answer is not one line of base64".to_owned()))
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus, &'static str> {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if begun.elapsed() < self.patience => {
                    thread::sleep(Duration::from_millis(10));
                }
                Ok(None) => {
                    // It may have ended just now; either way nothing of it is used.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err("it did not answer in time and was ended");
                }
                Err(_) => return Err("the system lost track of it"),
            }
        }
    }
}

/// Reads at most so many bytes on a thread of its own, so that a full pipe stops nobody.
fn drain(
    from: Option<impl io::Read + Send + 'static>,
    most: u64,
) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (told, hear) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        if let Some(from) = from {
            // What cannot be read is missing in the answer, which is then refused.
            let _ = from.take(most).read_to_end(&mut bytes);
        }
        let _ = told.send(bytes);
    });
    hear
}

impl WrapKeys for CommandRoot {
    fn wrap(&self, key: &[u8; 32], bound: &[u8]) -> Result<Vec<u8>, RootError> {
        let wrapped = self.ask("wrap", bound, key)?;
        // A service that wraps but cannot unwrap is found out now, not after a restart.
        if *self.unwrap_key(&wrapped, bound)? != *key || wrapped.windows(32).any(|part| part == key)
        {
            return Err(RootError::Service {
                program: self.program[0].clone(),
                what: "what it wrapped does not unwrap to the same, or is the key itself"
                    .to_owned(),
            });
        }
        Ok(wrapped.to_vec())
    }

    fn unwrap_key(&self, wrapped: &[u8], bound: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let key = self.ask("unwrap", bound, wrapped)?;
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| RootError::Service {
            program: self.program[0].clone(),
            what: format!("it gave {} bytes, a key has 32", key.len()),
        })?;
        Ok(Zeroizing::new(key))
    }
}
