use super::request::AddCheckpoint;
use super::state::{Seen, WitnessState, WitnessStateError};
use crate::checkpoint::Checkpoint;
use crate::merkle::{Frontier, verify_consistency};
use crate::note::{Cosigner, Note, VerifierKey};

/// Cosigns checkpoints of known ledgers, each only when it continues what was cosigned before.
///
/// One call at a time: the comparison with the last state, keeping the new one, and signing are one
/// step. For each origin it never signs two roots of one size, and never a smaller size after a
/// larger one, whatever happens to the process.
#[derive(Debug)]
pub struct Witness<S> {
    logs: Vec<VerifierKey>,
    cosigners: Vec<Cosigner>,
    state: S,
}

/// Tells why a witness was not set up.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessSetupError {
    /// There is no key to cosign with.
    #[error("a witness needs a key; make one")]
    NoKey,
    /// The key is no ledger's.
    #[error("the key {0} makes cosignatures of a witness; give the ledger's own key")]
    NoLog(String),
    /// A cosigning key is also the key of a ledger.
    #[error("{0} is both a ledger's and the witness's key; make a key of its own for the witness")]
    Shared(String),
}

/// Holds the answer to one request; the web server adds nothing but HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body: signature lines, a size, or what is wrong.
    pub body: String,
}

impl<S: WitnessState> Witness<S> {
    /// Sets up a witness for ledgers with these keys; a ledger may have several.
    pub fn new(
        logs: Vec<VerifierKey>,
        cosigners: Vec<Cosigner>,
        state: S,
    ) -> Result<Self, WitnessSetupError> {
        if cosigners.is_empty() {
            return Err(WitnessSetupError::NoKey);
        }
        for log in &logs {
            if !log.is_log() {
                return Err(WitnessSetupError::NoLog(log.to_string()));
            }
            let same = |cosigner: &&Cosigner| cosigner.verifier().public() == log.public();
            if let Some(cosigner) = cosigners.iter().find(same) {
                let name = cosigner.verifier().name().to_owned();
                return Err(WitnessSetupError::Shared(name));
            }
        }
        Ok(Self {
            logs,
            cosigners,
            state,
        })
    }

    /// Gives the keys that check its cosignatures.
    pub fn verifiers(&self) -> impl Iterator<Item = &VerifierKey> {
        self.cosigners.iter().map(Cosigner::verifier)
    }

    /// Gives what it cosigned last of the ledger `origin`.
    pub fn seen(&self, origin: &str) -> Option<Seen> {
        self.state.seen(origin)
    }

    /// Answers `POST …/add-checkpoint` (C2SP tlog-witness) at a time in seconds since 1970.
    ///
    /// 200 with signature lines; 400 for what is no request; 404 for an unknown ledger; 403 where
    /// its key did not sign; 409 with the last size where `old` is not that, or where the root of
    /// that size is another; 422 where the proof does not hold; 500 where the state could not be
    /// kept, then nothing was signed. A clock that was set back does not set back the time in the
    /// cosignatures, and none is without a time.
    pub fn add_checkpoint(&mut self, body: &[u8], now_s: u64) -> WitnessAnswer {
        match self.decide(body, now_s) {
            Ok(lines) => WitnessAnswer::text(200, lines),
            Err(answer) => answer,
        }
    }

    fn decide(&mut self, body: &[u8], now_s: u64) -> Result<String, WitnessAnswer> {
        let bad = |what: &str| WitnessAnswer::text(400, format!("{what}\n"));
        let request = AddCheckpoint::parse(body).map_err(bad)?;
        let note = Note::parse(&request.note).map_err(|error| bad(&error.to_string()))?;
        let checkpoint = Checkpoint::parse(note.text).map_err(|error| bad(&error.to_string()))?;
        let origin = checkpoint.origin.as_str();
        self.must_be_signed(&note, origin)?;
        if request.old > checkpoint.size {
            return Err(bad("the old size is larger than the checkpoint's"));
        }
        let seen = self.state.seen(origin);
        let (old, old_root) = match seen {
            Some(seen) => (seen.size, seen.root),
            None => (0, Frontier::empty().root()),
        };
        if request.old != old || (old == checkpoint.size && old_root != checkpoint.root) {
            return Err(WitnessAnswer {
                status: 409,
                content_type: "text/x.tlog.size",
                body: format!("{old}\n"),
            });
        }
        let (size, root) = (checkpoint.size, checkpoint.root);
        verify_consistency(old, old_root, size, root, &request.proof).map_err(|error| {
            let what =
                format!("the ledger does not continue what was cosigned at {old}: {error}\n");
            WitnessAnswer::text(422, what)
        })?;
        let at_s = now_s
            .clamp(1, i64::MAX as u64)
            .max(seen.map_or(0, |seen| seen.at_s));
        self.state.keep(origin, Seen { size, root, at_s }).map_err(
            |error: WitnessStateError| {
                WitnessAnswer::text(500, format!("nothing was signed: {error}\n"))
            },
        )?;
        Ok(self
            .cosigners
            .iter()
            .map(|cosigner| cosigner.cosign(note.text, at_s))
            .collect())
    }

    fn must_be_signed(&self, note: &Note<'_>, origin: &str) -> Result<(), WitnessAnswer> {
        let (mut known, mut signed, mut spoilt) = (false, false, false);
        for key in self.logs.iter().filter(|key| key.name() == origin) {
            known = true;
            match note.signed_at(key) {
                Ok(at) => signed |= at.is_some(),
                // A bad signature of a known key makes a note malformed, whoever else signed it.
                Err(_) => spoilt = true,
            }
        }
        match (known, signed && !spoilt) {
            (_, true) => Ok(()),
            (false, _) => Err(WitnessAnswer::text(
                404,
                "this witness does not know the ledger; send its key to the witness\n".to_owned(),
            )),
            (true, false) => Err(WitnessAnswer::text(
                403,
                "no key of the ledger that this witness knows signed the checkpoint, or one of them did not hold\n"
                    .to_owned(),
            )),
        }
    }
}

impl WitnessAnswer {
    fn text(status: u16, body: String) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body,
        }
    }
}
