use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use callbox_ledger::Checkpointer;

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

/// Signs the ledger's growth about once a second, from bytes that it read back itself.
pub(crate) struct SignerThread {
    stop: mpsc::SyncSender<()>,
    thread: JoinHandle<()>,
}

impl SignerThread {
    /// Starts; the first signature is tried at once.
    pub(crate) fn start(
        mut checkpointer: Checkpointer,
        signed: Arc<Mutex<Signed>>,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("signer".into())
            .spawn(move || {
                loop {
                    advance(&mut checkpointer, &signed);
                    match stopped.recv_timeout(EVERY) {
                        Err(mpsc::RecvTimeoutError::Timeout) => {}
                        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
                    }
                }
                // Whatever was acknowledged before the stop gets its signature too.
                advance(&mut checkpointer, &signed);
            })?;
        Ok(Self { stop, thread })
    }

    /// Signs what is there and ends.
    pub(crate) fn stop(self) {
        // A full channel means that the thread was told already.
        let _ = self.stop.try_send(());
        if self.thread.join().is_err() {
            tracing::error!("the signer ended in a panic; checkpoints may be behind");
        }
    }
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
