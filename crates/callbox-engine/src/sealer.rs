//! Personal payloads under lock: which key for which event, bound to what.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};

use callbox_domain::{Digest, Entry};
use callbox_ledger::{
    AskPassphrase, Leaf, Opened, Opener, RootKind, Rotation, Stream, Vault, VaultError, kid_of,
};
use minicbor::{Encoder, encode};

use crate::DataDir;

/// The domain of the state snapshot: the one payload that stands outside the ledger.
const SNAPSHOT: Stream = Stream { kind: 255, no: 0 };
const SNAPSHOT_HEADER: &[u8] = b"callbox snapshot";
const SPOOL_HEADER: &[u8] = b"callbox reads spool";

/// Seals and opens personal payloads; each incident and each unit is an erasure domain.
pub(crate) struct Sealer {
    vault: Mutex<Vault>,
    /// What was erased: nothing of it is opened any more, whether its key is destroyed yet or not.
    withheld: RwLock<HashSet<Stream>>,
}

impl Sealer {
    /// Opens the vault of a data directory with its root key.
    pub(crate) fn open(dir: &DataDir, ask: &AskPassphrase<'_>) -> Result<Self, VaultError> {
        let root = RootKind::open(&dir.root_key(), ask)?;
        Ok(Self {
            vault: Mutex::new(Vault::open(&dir.vault(), root)?),
            withheld: RwLock::default(),
        })
    }

    /// Seals the personal part of an entry that will be version `version` of its stream.
    pub(crate) fn seal(
        &self,
        entry: &Entry,
        version: u32,
        personal: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let row = entry.event.kind();
        let stream = stream_of(entry.event.stream());
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
        if self.is_withheld(leaf.stream) {
            return Ok(None);
        }
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

    /// Seals what a reader said, for the domain of what was read, bound to the read's salt.
    pub(crate) fn seal_words(
        &self,
        domain: callbox_domain::Stream,
        salt: &[u8; 16],
        words: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.vault()
            .seal(stream_of(domain), &words_header(salt), words)
    }

    /// Opens what a reader said; `None` when its key was destroyed, or what was read is erased.
    pub(crate) fn open_words(
        &self,
        domain: callbox_domain::Stream,
        salt: &[u8; 16],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        if self.is_withheld(stream_of(domain)) {
            return Ok(None);
        }
        known(self.vault().open_sealed(&words_header(salt), sealed)?)
    }

    /// Notes which domain a key of a reader's words serves, where a crash made the vault forget it.
    pub(crate) fn claim_words(
        &self,
        domain: callbox_domain::Stream,
        sealed: &[u8],
    ) -> Result<(), VaultError> {
        self.vault().claim(kid_of(sealed)?, stream_of(domain))
    }

    /// Seals a read for the spool, which has one key for all days: it has to be there when the disk is full.
    pub(crate) fn seal_spooled(&self, read: &[u8]) -> Result<Vec<u8>, VaultError> {
        let domain = stream_of(callbox_domain::Stream::Consultations(0));
        self.vault().seal(domain, SPOOL_HEADER, read)
    }

    /// Opens a read of the spool.
    pub(crate) fn open_spooled(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        known(self.vault().open_sealed(SPOOL_HEADER, sealed)?)
    }

    /// Whether a stream was erased.
    pub(crate) fn is_withheld(&self, stream: Stream) -> bool {
        let withheld = self.withheld.read().unwrap_or_else(PoisonError::into_inner);
        withheld.contains(&stream)
    }

    /// Opens nothing of an erased stream from now on.
    pub(crate) fn withhold(&self, stream: callbox_domain::Stream) {
        let mut withheld = self
            .withheld
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        withheld.insert(stream_of(stream));
    }

    /// SHA-256 of each of these keys.
    pub(crate) fn digests(&self, kids: &BTreeSet<u64>) -> Result<Vec<Digest>, VaultError> {
        let vault = self.vault();
        let digests = kids.iter().map(|kid| Ok(Digest(vault.digest(*kid)?.0)));
        digests.collect()
    }

    /// Destroys every key of a stream, those among `kids` that a crash left unnamed too, and gives
    /// their digests.
    pub(crate) fn destroy(
        &self,
        stream: callbox_domain::Stream,
        kids: &BTreeSet<u64>,
        now_us: i64,
    ) -> Result<Vec<Digest>, VaultError> {
        let (mut vault, stream) = (self.vault(), stream_of(stream));
        for kid in kids {
            vault.claim(*kid, stream)?;
        }
        let destroyed = vault.destroy(stream, now_us)?;
        Ok(destroyed.into_iter().map(|hash| Digest(hash.0)).collect())
    }

    /// Destroys the key of all state snapshots so far; the next one gets a new key.
    pub(crate) fn renew_snapshot_key(&self, now_us: i64) -> Result<(), VaultError> {
        self.vault().destroy(SNAPSHOT, now_us).map(drop)
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
        self.vault.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The stream as the ledger knows it.
pub(crate) fn stream_of(stream: callbox_domain::Stream) -> Stream {
    let (kind, no) = stream.key();
    Stream { kind, no }
}

fn words_header(salt: &[u8; 16]) -> Vec<u8> {
    [&b"callbox read words"[..], salt].concat()
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
