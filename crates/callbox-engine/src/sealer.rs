//! Personal payloads under lock: which key for which event, bound to what.

use std::sync::{Mutex, MutexGuard, PoisonError};

use callbox_domain::Entry;
use callbox_ledger::{
    AskPassphrase, Leaf, Opened, Opener, RootKind, Rotation, Stream, Vault, VaultError, kid_of,
};
use minicbor::{Encoder, encode};

use crate::DataDir;

/// The domain of the state snapshot: the one payload that stands outside the ledger.
const SNAPSHOT: Stream = Stream { kind: 255, no: 0 };
const SNAPSHOT_HEADER: &[u8] = b"callbox snapshot";

/// Seals and opens personal payloads; each incident and each unit is an erasure domain.
pub(crate) struct Sealer(Mutex<Vault>);

impl Sealer {
    /// Opens the vault of a data directory with its root key.
    pub(crate) fn open(dir: &DataDir, ask: &AskPassphrase<'_>) -> Result<Self, VaultError> {
        let root = RootKind::open(&dir.root_key(), ask)?;
        Ok(Self(Mutex::new(Vault::open(&dir.vault(), root)?)))
    }

    /// Seals the personal part of an entry that will be version `version` of its stream.
    pub(crate) fn seal(
        &self,
        entry: &Entry,
        version: u32,
        personal: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let row = entry.event.kind();
        let (kind, no) = entry.event.stream().key();
        let stream = Stream { kind, no };
        let header = Header {
            kind: row.number,
            schema: row.schema,
            stream,
            version,
            at_us: entry.at.micros(),
            actor: entry.actor.0,
            purpose: entry.purpose.number(),
        };
        self.vault().seal(stream, &header.to_bytes(), personal)
    }

    /// Opens the personal part of a stored event; `None` when its key was destroyed.
    pub(crate) fn open_personal(
        &self,
        leaf: &Leaf<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        known(self.vault().open_sealed(&header_of(leaf), sealed)?)
    }

    /// What opens the sealed part of one event and no other; `None` when its key was destroyed.
    pub(crate) fn disclose(&self, sealed: &[u8]) -> Result<Option<Opener>, VaultError> {
        self.vault().disclose(sealed)
    }

    /// Notes which domain a key serves, where a crash made the vault forget it.
    pub(crate) fn claim(&self, leaf: &Leaf<'_>, sealed: &[u8]) -> Result<(), VaultError> {
        self.vault().claim(kid_of(sealed)?, leaf.stream)
    }

    /// The highest number of a key in the vault.
    pub(crate) fn highest_key(&self) -> Result<u64, VaultError> {
        self.vault().highest()
    }

    /// Seals a state snapshot. A start goes on from it, so that the vault has to know by then which
    /// keys serve what stands before it.
    pub(crate) fn seal_snapshot(&self, content: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut vault = self.vault();
        vault.flush()?;
        vault.seal(SNAPSHOT, SNAPSHOT_HEADER, content)
    }

    /// Opens a state snapshot.
    pub(crate) fn open_snapshot(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        known(self.vault().open_sealed(SNAPSHOT_HEADER, sealed)?)
    }

    /// Begins a new key epoch: older copies of the vault open nothing any more.
    pub(crate) fn rotate(&self) -> Result<Rotation, VaultError> {
        self.vault().rotate()
    }

    fn vault(&self) -> MutexGuard<'_, Vault> {
        // The vault's state is its database; a panic elsewhere does not harm it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header to which a stored event's personal part is bound.
pub(crate) fn header_of(leaf: &Leaf<'_>) -> Vec<u8> {
    let header = Header {
        kind: leaf.kind,
        schema: leaf.schema,
        stream: leaf.stream,
        version: leaf.stream_version,
        at_us: leaf.at_us,
        actor: leaf.actor,
        purpose: leaf.purpose,
    };
    header.to_bytes()
}

fn known(opened: Opened) -> Result<Option<Vec<u8>>, VaultError> {
    Ok(match opened {
        Opened::Known(content) => Some(content),
        Opened::Erased => None,
    })
}

/// What a payload is bound to: its place in the record, so that it opens nowhere else.
///
/// As CBOR: an array of kind, schema, stream kind, stream number, stream version, time, actor and
/// purpose, as they stand in the leaf.
struct Header {
    kind: u16,
    schema: u8,
    stream: Stream,
    version: u32,
    at_us: i64,
    actor: u64,
    purpose: u8,
}

impl Header {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        let mut e = Encoder::new(&mut bytes);
        let written = (|| {
            e.array(8)?.u16(self.kind)?.u8(self.schema)?;
            e.u8(self.stream.kind)?
                .u64(self.stream.no)?
                .u32(self.version)?;
            e.i64(self.at_us)?.u64(self.actor)?.u8(self.purpose)?;
            Ok::<_, encode::Error<_>>(())
        })();
        written.expect("encoding into memory does not fail");
        bytes
    }
}
