use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use callbox_ledger::Checkpointer;

use crate::worker::Worker;

/// How long the ledger's growth waits for a signature at most.
const EVERY: Duration = Duration::from_secs(1);

/// What the signer did last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signed {
    /// The last signed note.
    pub(crate) note: Option<String>,
    /// How many events it covers.
    pub(crate) size: u64,
    /// Why the last attempt was refused.
    pub(crate) refused: Option<String>,
}

/// Signs the ledger's growth about once a second, from bytes that it read back itself; whatever was
/// acknowledged before the stop gets its signature too.
pub(crate) fn start(
    mut checkpointer: Checkpointer,
    signed: Arc<Mutex<Signed>>,
) -> io::Result<Worker> {
    Worker::start("signer", move |_| {
        advance(&mut checkpointer, &signed);
        EVERY
    })
}

fn advance(checkpointer: &mut Checkpointer, signed: &Mutex<Signed>) {
    let outcome = checkpointer.advance();
    let mut signed = signed.lock().unwrap_or_else(PoisonError::into_inner);
    match outcome {
        Ok(checkpoint) => {
            signed.size = checkpoint.size;
            signed.refused = None;
            match checkpointer.gate().note() {
                Ok(note) => signed.note = note,
                Err(error) => signed.refused = Some(error.to_string()),
            }
        }
        Err(error) => {
            let text = error.to_string();
            if signed.refused.as_ref() != Some(&text) {
                tracing::error!(error = %error, "the ledger is not signed any more");
            }
            signed.refused = Some(text);
        }
    }
}
