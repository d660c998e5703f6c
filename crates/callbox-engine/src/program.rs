//! Which version of callbox writes a record, and what an older one says of a newer one's.

use std::ops::ControlFlow;

use callbox_domain::{ActorId, Code, Context, Event, Purpose, RecordProgram};
use callbox_ledger::{Frame, Source};

use crate::{Engine, Submission, Ticket, entry, entry::EntryError};

/// The version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The number of the kind that says which version writes.
const PROGRAM_RECORDED: u16 = 99;

/// Says in `error` which version wrote the event that it is about, where the record tells.
pub(crate) fn name_writer(error: EntryError, source: &mut dyn Source) -> EntryError {
    match error {
        EntryError::Newer {
            seq, kind, schema, ..
        } => EntryError::Newer {
            seq,
            kind,
            schema,
            writer: writer_of(source, seq),
        },
        other => other,
    }
}

/// The version that wrote event `seq`: the last one that said so before it.
fn writer_of(source: &mut dyn Source, seq: u64) -> Option<String> {
    let mut writer = None;
    let read = source.visit(0, &mut |row| {
        if row.first_seq > seq {
            return ControlFlow::Break(());
        }
        for stored in Frame::new(row).events().flatten() {
            if stored.leaf.kind == PROGRAM_RECORDED
                && stored.seq < seq
                && let Ok(entry) = entry::decode(&stored, None)
                && let Event::ProgramRecorded(recorded) = entry.event
            {
                writer = Some(recorded.version.to_string());
            }
        }
        ControlFlow::Continue(())
    });
    // The reading failed already where this is asked; what cannot be read names nobody.
    read.ok().and(writer)
}

/// What is said of an event that a newer program wrote.
pub(crate) fn newer(writer: Option<&str>) -> String {
    match writer {
        Some(writer) if writer != VERSION => format!(
            "was written by callbox {writer}, a newer one than this ({VERSION}): update to {writer} or later"
        ),
        _ => format!("was written by a newer callbox than this one ({VERSION}): update it"),
    }
}

impl Engine {
    /// Records that from here on `version` writes, unless that was the last to write.
    pub(crate) fn record_program(&self, version: &str) {
        let version = Code::new(version).expect("a version is a short word");
        let submission = Submission {
            command: RecordProgram { version }.into(),
            context: Context {
                at: (self.shared.clock)(),
                actor: ActorId::SYSTEM,
                purpose: Purpose::Administration,
            },
            idempotency: None,
        };
        if let Err(error) = self.enqueue(submission).and_then(Ticket::wait) {
            tracing::warn!(error = %error, "which version writes is not on the record yet; the next start says it");
        }
    }
}
