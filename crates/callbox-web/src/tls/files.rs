//! A certificate of one's own: read at the start, and again when its files change or SIGHUP comes.

use std::{fs, path::Path, sync::Arc, time::Duration, time::SystemTime};

use callbox_domain::Timestamp;
use callbox_engine::Clock;
use tokio_rustls::rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};

use super::{Facts, Held, TlsError, TlsFiles, provider};
use crate::state::{blocking, ticks};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How many days before its end a certificate is worth a warning.
const SOON_DAYS: i64 = 14;

/// Reads the files again when they change.
pub(super) struct Reloader {
    files: TlsFiles,
    held: Arc<Held>,
    seen: Option<Seen>,
}

/// By what a change of the files is known.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Reloader {
    /// Reads the files, and shows what they hold.
    pub(super) fn new(files: TlsFiles, held: Arc<Held>) -> Result<Self, TlsError> {
        let seen = Some(seen(&files));
        let (key, facts) = read(&files)?;
        held.show(key, facts);
        Ok(Self { files, held, seen })
    }

    /// Looks at the files without end.
    pub(super) async fn run(mut self, clock: Clock) {
        self.warn(clock());
        let mut ticks = ticks(LOOK);
        let mut asked = Asked::new();
        let mut day = day(clock());
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = asked.next() => self.seen = None,
            }
            let now = clock();
            let looked = blocking(move || {
                self.look(now);
                self
            });
            // The thread ends early only while the runtime ends.
            let Ok(next) = looked.await else { return };
            self = next;
            if day != self::day(clock()) {
                day = self::day(clock());
                self.warn(clock());
            }
        }
    }

    /// Reads the files if they changed; what cannot be used is told once, and the present one stays.
    fn look(&mut self, now: Timestamp) {
        let found = seen(&self.files);
        if self.seen.as_ref() == Some(&found) {
            return;
        }
        self.seen = Some(found);
        let path = self.files.certificate.display();
        match read(&self.files) {
            Ok((_, facts))
                if is_over(&facts, now)
                    && !self.held.facts().is_some_and(|old| is_over(&old, now)) =>
            {
                tracing::error!(ended = %facts.ends, "the new certificate in {path} is over already; the present one stays: get a newer one");
            }
            Ok((key, facts)) => {
                tracing::info!(ends = %facts.ends, "the certificate in {path} is taken up");
                self.held.show(key, facts);
            }
            Err(error) => {
                tracing::error!(error = %error, "the new certificate is not taken up; the present one stays");
            }
        }
    }

    fn warn(&self, now: Timestamp) {
        let path = self.files.certificate.display();
        let Some(facts) = self.held.facts() else {
            return;
        };
        if is_over(&facts, now) {
            tracing::error!(ended = %facts.ends, "the certificate in {path} is over, and browsers refuse it: put a newer one there, it is taken up without a restart");
        } else if facts.ends < now.plus_seconds(SOON_DAYS * 86_400) {
            tracing::warn!(ends = %facts.ends, "the certificate in {path} ends soon: put a newer one there, it is taken up without a restart");
        } else if facts.begins > now {
            tracing::error!(begins = %facts.begins, "the certificate in {path} does not hold yet, and browsers refuse it: check this machine's clock");
        }
    }
}

fn is_over(facts: &Facts, now: Timestamp) -> bool {
    facts.ends < now
}

fn day(now: Timestamp) -> i64 {
    now.micros() / 86_400_000_000
}

fn seen(files: &TlsFiles) -> Seen {
    let of = |path: &Path| {
        let found = fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    [of(&files.certificate), of(&files.key)]
}

/// Reads certificate and key, and checks that they belong together.
pub(super) fn read(files: &TlsFiles) -> Result<(CertifiedKey, Facts), TlsError> {
    let certificate = |reason: String| TlsError::Certificate {
        path: files.certificate.clone(),
        reason,
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| certificate(error.to_string()))?;
    let first = chain
        .first()
        .ok_or_else(|| certificate("it has none".into()))?;
    let facts = Facts::of(first).ok_or_else(|| certificate("its times cannot be read".into()))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| TlsError::Key {
        path: files.key.clone(),
        reason: error.to_string(),
    })?;
    let key = CertifiedKey::from_der(chain, key, &provider())?;
    Ok((key, facts))
}

/// Waits for SIGHUP, where there is one.
struct Asked(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

impl Asked {
    fn new() -> Self {
        #[cfg(unix)]
        {
            let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
            Self(signal.ok())
        }
        #[cfg(not(unix))]
        Self()
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
