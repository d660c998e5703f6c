//! A thread that works behind the commits.

use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Does one round of work after another, and a last one when it is told to end.
pub(crate) struct Worker {
    name: &'static str,
    stop: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Starts with a first round. `round` is told whether it is the last one, and gives how long to
    /// wait for the next.
    pub(crate) fn start(
        name: &'static str,
        mut round: impl FnMut(bool) -> Duration + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let work = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(round(false)) {}
            round(true);
        };
        let thread = thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(Self { name, stop, thread })
    }

    /// Does what is left, and ends.
    pub(crate) fn stop(self) {
        self.tell();
        if self.thread.join().is_err() {
            tracing::error!(
                thread = self.name,
                "a thread ended in a panic; what it does is behind"
            );
        }
    }

    /// Has it end by itself, for work that may wait for others and leaves nothing unfinished.
    pub(crate) fn leave(self) {
        self.tell();
    }

    fn tell(&self) {
        // A full channel means that the thread was told already.
        let _ = self.stop.try_send(());
    }
}
