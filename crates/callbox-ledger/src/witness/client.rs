use super::request::{AddCheckpoint, MAX_REQUEST_BYTES};
use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::note::{Note, NoteError, VerifierKey, cosignatures_by};
use crate::store::Cause;
use crate::tile::{TileError, Tiles, consistency_proof_from_tiles};

/// Another submitter may come between a conflict's size and the next request.
const TRIES: usize = 3;

/// Posts a body to a witness and gives the status and the body of the answer.
pub type Post<'a> = dyn FnMut(&[u8]) -> Result<(u16, Vec<u8>), Cause> + 'a;

/// Asks one witness for cosignatures.
#[derive(Clone, Debug)]
pub struct WitnessClient {
    keys: Vec<VerifierKey>,
    known: u64,
}

/// Tells why a witness gave no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The checkpoint or a cosignature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The consistency proof could not be made.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// The witness cannot be reached.
    #[error("the witness cannot be reached; it is asked again with the next checkpoint")]
    Unreachable(#[source] Cause),
    /// The witness has cosigned more than the ledger now holds.
    #[error(
        "the witness has cosigned {seen} events and the ledger has {size}: an older copy was put back, or two servers write under one name; stop and find out before anything is signed"
    )]
    Ahead {
        /// How many the witness has cosigned.
        seen: u64,
        /// How many the checkpoint covers.
        size: u64,
    },
    /// The witness has cosigned another history.
    #[error(
        "the witness has cosigned another history of this ledger at {seen} events; keep both checkpoints, one of the two was written anew"
    )]
    Forked {
        /// The size at which they part, or before.
        seen: u64,
    },
    /// The witness does not know the ledger or its key.
    #[error("the witness does not know the ledger {origin} or its key; send it the verifier key")]
    Unknown {
        /// The ledger's name.
        origin: String,
    },
    /// The witness refused for another reason.
    #[error("the witness answered {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        text: String,
    },
}

impl WitnessClient {
    /// Makes a client of the witness with these keys; `known` is the size that it is believed to
    /// have cosigned, 0 where that is not known.
    pub fn new(keys: Vec<VerifierKey>, known: u64) -> Self {
        Self { keys, known }
    }

    /// Gives the size that the witness has cosigned, as far as is known; worth keeping, not
    /// needed: the witness says it when asked.
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Has the signed checkpoint `note` cosigned and gives the signature lines, checked, for
    /// [`add_cosignatures`](crate::add_cosignatures).
    ///
    /// `tiles` must cover the checkpoint. `send` posts a body to `…/add-checkpoint` and gives the
    /// status and the body of the answer, cut at [`MAX_REQUEST_BYTES`]; it sets its own deadline.
    /// It is called at most three times.
    pub fn cosign(
        &mut self,
        note: &str,
        log: &VerifierKey,
        tiles: &mut (impl Tiles + ?Sized),
        send: &mut Post<'_>,
    ) -> Result<String, WitnessError> {
        let checkpoint = Checkpoint::open(note, log)?;
        let size = checkpoint.size;
        // A ledger that was put back to an older copy is told by the witness, not by our memory.
        let mut old = self.known.min(size);
        for _ in 0..TRIES {
            let request = AddCheckpoint {
                old,
                proof: consistency_proof_from_tiles(tiles, old, size)?,
                note: note.to_owned(),
            };
            let (status, body) =
                send(request.to_string().as_bytes()).map_err(WitnessError::Unreachable)?;
            let text = match body.len() <= MAX_REQUEST_BYTES {
                true => String::from_utf8_lossy(&body),
                false => "".into(),
            };
            match status {
                200 => {
                    let (lines, _) = cosignatures_by(Note::parse(note)?.text, &text, &self.keys)?;
                    self.known = size;
                    return Ok(lines);
                }
                409 => {
                    let seen = text.strip_suffix('\n').and_then(parse_decimal);
                    let seen = seen.ok_or_else(|| refused(status, &text))?;
                    if seen > size {
                        return Err(WitnessError::Ahead { seen, size });
                    }
                    if seen == old {
                        return Err(WitnessError::Forked { seen });
                    }
                    old = seen;
                    self.known = seen;
                }
                422 => return Err(WitnessError::Forked { seen: old }),
                403 | 404 => {
                    let origin = checkpoint.origin;
                    return Err(WitnessError::Unknown { origin });
                }
                _ => return Err(refused(status, &text)),
            }
        }
        Err(refused(409, "its size changed between three requests"))
    }
}

fn refused(status: u16, text: &str) -> WitnessError {
    let printable = |c: &char| !c.is_control();
    WitnessError::Refused {
        status,
        text: text.chars().filter(printable).take(200).collect(),
    }
}
