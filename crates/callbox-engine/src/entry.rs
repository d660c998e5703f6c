//! The way between the domain's events and the ledger's bytes.

use callbox_domain::{ActorId, DecodeError, Entry, Event, Purpose, Timestamp};
use callbox_ledger::{Event as Stored, Leaf, Malformed, Personal, VaultError};
use thiserror::Error;

use crate::{program, sealer::Sealer};

/// Why a stored event cannot be read.
#[derive(Debug, Error)]
pub enum EntryError {
    /// Its frame's bytes are damaged.
    #[error("event {seq}: {source}")]
    Malformed {
        /// Its position.
        seq: u64,
        /// What is wrong.
        #[source]
        source: Malformed,
    },
    /// A newer program wrote it, in a form that this one does not know.
    #[error("event {seq} (kind {kind}, version {schema}) {}; nothing was changed", program::newer(.writer.as_deref()))]
    Newer {
        /// Its position.
        seq: u64,
        /// The kind's number.
        kind: u16,
        /// The kind's schema version.
        schema: u8,
        /// The version of the program that wrote it, where the record says so.
        writer: Option<String>,
    },
    /// Its content is damaged.
    #[error("event {seq}: {source}")]
    Content {
        /// Its position.
        seq: u64,
        /// What is wrong.
        #[source]
        source: DecodeError,
    },
    /// Its personal part cannot be unsealed.
    #[error("event {seq}: {source}")]
    Sealed {
        /// Its position.
        seq: u64,
        /// What is wrong.
        #[source]
        source: VaultError,
    },
    /// Its purpose is not known to this version.
    #[error("event {seq} has a purpose ({number}) that this version does not know; update callbox")]
    Purpose {
        /// Its position.
        seq: u64,
        /// The number in the leaf.
        number: u8,
    },
}

impl EntryError {
    /// Why the content of event `seq` cannot be read.
    pub(crate) fn content(seq: u64, source: DecodeError) -> Self {
        match source {
            DecodeError::Newer { kind, schema } => Self::Newer {
                seq,
                kind,
                schema,
                writer: None,
            },
            DecodeError::Malformed { .. } => Self::Content { seq, source },
        }
    }
}

/// Reads one stored event; where its personal part was erased, or there is no `sealer` to open it
/// with, the entry says that it is erased.
pub(crate) fn decode(stored: &Stored<'_>, sealer: Option<&Sealer>) -> Result<Entry, EntryError> {
    let (seq, leaf) = (stored.seq, &stored.leaf);
    let opened = match (stored.personal, sealer) {
        (Personal::Known(sealed), Some(sealer)) => sealer
            .open_personal(leaf, sealed)
            .map_err(|source| EntryError::Sealed { seq, source })?,
        _ => None,
    };
    entry_of(seq, leaf, opened.as_deref())
}

/// Reads an event from its leaf, and its personal part where that is known.
pub(crate) fn entry_of(
    seq: u64,
    leaf: &Leaf<'_>,
    personal: Option<&[u8]>,
) -> Result<Entry, EntryError> {
    let event = Event::decode(leaf.kind, leaf.schema, leaf.open, personal)
        .map_err(|source| EntryError::content(seq, source))?;
    let purpose = Purpose::from_number(leaf.purpose).ok_or(EntryError::Purpose {
        seq,
        number: leaf.purpose,
    })?;
    Ok(Entry {
        seq,
        at: Timestamp::from_micros(leaf.at_us),
        recorded: Timestamp::from_micros(leaf.recorded_us),
        actor: ActorId(leaf.actor),
        purpose,
        event,
    })
}

/// An entry with its parts as bytes, ready to be drafted.
pub(crate) struct Encoded {
    pub(crate) kind: u16,
    pub(crate) schema: u8,
    pub(crate) stream_version: u32,
    pub(crate) open: Vec<u8>,
    pub(crate) personal: Option<Vec<u8>>,
    pub(crate) idempotency: Option<[u8; 16]>,
}

impl Encoded {
    /// Encodes an entry's event and seals its personal part.
    pub(crate) fn new(
        entry: &Entry,
        stream_version: u32,
        idempotency: Option<[u8; 16]>,
        sealer: &Sealer,
    ) -> Result<Self, VaultError> {
        let kind = entry.event.kind();
        let personal = entry.event.personal();
        let personal = personal
            .map(|personal| sealer.seal(entry, stream_version, &personal))
            .transpose()?;
        Ok(Self {
            kind: kind.number,
            schema: kind.schema,
            stream_version,
            open: entry.event.open(),
            personal,
            idempotency,
        })
    }

    /// The draft of `entry`, whose bytes these are.
    pub(crate) fn draft<'a>(&'a self, entry: &Entry) -> callbox_ledger::Draft<'a> {
        let (kind, no) = entry.event.stream().key();
        callbox_ledger::Draft {
            kind: self.kind,
            schema: self.schema,
            stream: callbox_ledger::Stream { kind, no },
            stream_version: self.stream_version,
            at_us: entry.at.micros(),
            recorded_us: entry.recorded.micros(),
            actor: entry.actor.0,
            purpose: entry.purpose.number(),
            idempotency: self.idempotency,
            open: &self.open,
            personal: self.personal.as_deref(),
        }
    }
}
