use std::{
    fs, io,
    path::{Path, PathBuf},
};

use callbox_ledger::{
    AskPassphrase, Cosigner, KeyKind, NoteError, RootKind, Signer, SqliteStore, StoreError, Vault,
    VaultError,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// Where a center's files stand.
///
/// `ledger/` is the record. `keys/` holds the key that signs it and the root key; `vault/` the
/// keys of personal data, which can be destroyed. `checkpoint/` holds the last signed checkpoint,
/// outside the ledger and its backups. `tiles/` and `entries/` are what outsiders read, written
/// behind the ledger; `witnesses.policy` says who cosigns it. `access.db` holds accounts and sessions. `tls/`
/// holds the certificate where an authority gives it; it is got anew when it is lost. `snapshot/` and `archive.db` are projections: delete them and they are built anew from the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir {
    /// The directory that holds everything.
    pub root: PathBuf,
}

/// Why a data directory cannot be used.
#[derive(Debug, Error)]
pub enum DataDirError {
    /// There is no center.
    #[error("there is no center in {}; make one with: callbox init --data {} --center NAME", .0.display(), .0.display())]
    Missing(PathBuf),
    /// There is a center already.
    #[error("there is a center in {} already; choose another directory", .0.display())]
    Exists(PathBuf),
    /// The directory holds the signing key of another ledger.
    #[error(
        "the directory holds the signing key of {origin}; choose another directory, or move that key away if you are sure"
    )]
    OtherKey {
        /// The other ledger.
        origin: String,
    },
    /// The signing key cannot be made or read.
    #[error("the signing key cannot be used: {0}")]
    Key(#[from] NoteError),
    /// The key vault cannot be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The empty ledger cannot be made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A directory cannot be made or read.
    #[error("cannot use {}: {reason}; check that the disk is writable and has space", path.display())]
    Io {
        /// Which path.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// The error itself.
        #[source]
        source: io::Error,
    },
}

impl DataDir {
    /// Names the directory, whether it exists or not.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes a new, empty center: directories, a signing key for `origin`, an empty ledger.
    ///
    /// `origin` is the ledger's name in its checkpoints, like `dispatch.example.org/2026`. The
    /// ledger comes last, so that what a crash leaves behind does not count as a center.
    pub fn create(root: impl Into<PathBuf>, origin: &str) -> Result<Self, DataDirError> {
        Self::create_with(root, origin, &RootKind::File, &no_passphrase)
    }

    /// The same with a root key of another kind.
    pub fn create_with(
        root: impl Into<PathBuf>,
        origin: &str,
        kind: &RootKind,
        ask: &AskPassphrase<'_>,
    ) -> Result<Self, DataDirError> {
        let dir = Self::new(root);
        if dir.exists() {
            return Err(DataDirError::Exists(dir.root));
        }
        for path in [
            dir.ledger(),
            dir.keys(),
            dir.vault(),
            dir.checkpoint(),
            dir.snapshot(),
        ] {
            fs::create_dir_all(&path).map_err(|source| DataDirError::Io {
                path,
                reason: source.to_string(),
                source,
            })?;
        }
        if dir.signing_key().exists() {
            let signer = Signer::load(&dir.signing_key())?;
            if signer.origin() != origin {
                return Err(DataDirError::OtherKey {
                    origin: signer.origin().to_owned(),
                });
            }
        } else {
            Signer::generate(origin, &dir.signing_key())?;
        }
        if !dir.second_key().exists() {
            dir.make_second_key(origin)?;
        }
        if !dir.root_key().exists() {
            kind.create(&dir.root_key()).map_err(VaultError::from)?;
        }
        if !dir.vault_db().exists() {
            let root = RootKind::open(&dir.root_key(), ask).map_err(VaultError::from)?;
            Vault::create(&dir.vault(), root)?;
        }
        SqliteStore::create(&dir.ledger_db())?;
        Ok(dir)
    }

    /// Opens the directory of an existing center; refuses where there is none.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, DataDirError> {
        let dir = Self::new(root);
        if dir.exists() {
            Ok(dir)
        } else {
            Err(DataDirError::Missing(dir.root))
        }
    }

    /// Whether there is a center.
    pub fn exists(&self) -> bool {
        self.ledger_db().exists()
    }

    /// The directory of the record.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// The record itself.
    pub fn ledger_db(&self) -> PathBuf {
        self.ledger().join("ledger.db")
    }

    /// The directory of the signing keys.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The signing key, readable by its owner only.
    pub fn signing_key(&self) -> PathBuf {
        self.keys().join("ledger.key")
    }

    /// The ML-DSA-44 key that signs beside it; centers of before have none.
    pub fn second_key(&self) -> PathBuf {
        self.keys().join("ledger-ml-dsa.key")
    }

    /// Makes the ML-DSA-44 key; refuses where there is one.
    pub fn make_second_key(&self, origin: &str) -> Result<Cosigner, NoteError> {
        Cosigner::generate(origin, KeyKind::MlDsa44Cosignature, &self.second_key())
    }

    /// Loads the keys that sign checkpoints: the signing key, and the second one where it is there.
    pub fn signer(&self) -> Result<Signer, NoteError> {
        let signer = Signer::load(&self.signing_key())?;
        match self.second_key().exists() {
            true => signer.with_ml_dsa(Cosigner::load(&self.second_key())?),
            false => Ok(signer),
        }
    }

    /// Which witnesses cosign the checkpoints, and how many are enough (C2SP tlog-policy).
    pub fn witness_policy(&self) -> PathBuf {
        self.root.join("witnesses.policy")
    }

    /// The directory of the certificate authorities that single witnesses are known by.
    pub fn witness_authorities(&self) -> PathBuf {
        self.root.join("witness-authorities")
    }

    /// The authority that the witness of this name is known by, in PEM, where it has one of its own;
    /// `None` for what is no name.
    pub fn witness_authority(&self, witness: &str) -> Option<PathBuf> {
        let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let is_name = !witness.is_empty() && witness.chars().all(plain);
        is_name.then(|| self.witness_authorities().join(format!("{witness}.pem")))
    }

    /// The root key that wraps the vault's keys, readable by its owner only.
    pub fn root_key(&self) -> PathBuf {
        self.keys().join("root.key")
    }

    /// The directory of the key vault and of the present epoch's key.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// The key vault: one data key for each erasure domain.
    pub fn vault_db(&self) -> PathBuf {
        self.vault().join("vault.db")
    }

    /// The directory of the last signed checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.root.join("checkpoint")
    }

    /// The directory of the published checkpoint and hash tiles.
    pub fn tiles(&self) -> PathBuf {
        self.root.join("tiles")
    }

    /// The directory of the entry bundles, for auditors.
    pub fn entries(&self) -> PathBuf {
        self.root.join("entries")
    }

    /// The directory of the state snapshot.
    pub fn snapshot(&self) -> PathBuf {
        self.root.join("snapshot")
    }

    /// The state snapshot.
    pub fn snapshot_file(&self) -> PathBuf {
        self.snapshot().join("center.snapshot")
    }

    /// The read model of closed incidents.
    pub fn archive_db(&self) -> PathBuf {
        self.root.join("archive.db")
    }

    /// Reads that wait until the ledger can be written again.
    pub fn reads_spool(&self) -> PathBuf {
        self.root.join("reads.spool")
    }

    /// Where each read stands in the ledger; delete it and it is built anew.
    pub fn reads_db(&self) -> PathBuf {
        self.root.join("reads.db")
    }

    /// The road network and the geocoder, as they were imported.
    pub fn streets(&self) -> PathBuf {
        self.root.join("streets")
    }

    /// What an authority gave for TLS: the account there, the certificate and its key.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Accounts and sessions.
    pub fn access_db(&self) -> PathBuf {
        self.root.join("access.db")
    }
}

/// For centers whose root key is no passphrase.
pub(crate) fn no_passphrase() -> Result<Zeroizing<String>, String> {
    Err("it was not given".to_owned())
}

impl AsRef<Path> for DataDir {
    fn as_ref(&self) -> &Path {
        &self.root
    }
}
