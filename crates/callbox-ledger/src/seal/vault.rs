use std::{
    collections::{HashMap, HashSet, VecDeque},
    fs, io,
    path::{Path, PathBuf},
};

use aws_lc_rs::error::Unspecified;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    cose::{self, CoseError, Opener},
    key::{Key, WRAP_BYTES},
    root::{RootError, WrapKeys},
};
use crate::{Hash, Stream, files, hash::sha256};

/// How many data keys are made durable at once: one flush for as many new domains.
const POOL: usize = 256;
/// How many data keys stay unwrapped in memory.
const OPEN: usize = 4_096;

const SCHEMA: &str = "
    CREATE TABLE key(
        kid INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        wrapped BLOB,
        domain_kind INTEGER,
        domain_no INTEGER,
        fingerprint BLOB NOT NULL,
        destroyed_us INTEGER
    ) STRICT;
    CREATE INDEX key_domain ON key(domain_kind, domain_no) WHERE domain_kind IS NOT NULL;
    CREATE TABLE state(id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL) STRICT;
    INSERT INTO state(id, epoch) VALUES (1, 1);
";

/// Tells why the vault could not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Its database failed.
    #[error("the key vault cannot be used: {0}; check the disk, or put its backup back")]
    Database(#[from] rusqlite::Error),
    /// A key file cannot be read or written.
    #[error("a key file cannot be used: {0}")]
    Io(#[from] io::Error),
    /// The root key is not the right one.
    #[error(transparent)]
    Root(#[from] RootError),
    /// Sealed bytes cannot be opened.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// The vault never had this key: it is older than the ledger, or another ledger's.
    #[error(
        "the key vault has no key {kid}; it is older than the ledger: put its newest backup back"
    )]
    Missing {
        /// The key's number.
        kid: u64,
    },
    /// The epoch's key is gone, so that nothing of that epoch can be opened.
    #[error("the key of epoch {epoch} is missing; put it back from where it is kept offline")]
    Epoch {
        /// The epoch.
        epoch: u32,
    },
    /// A wrapped key was changed, or belongs to another row.
    #[error("the wrapped key {kid} was changed; put the vault's backup back")]
    Changed {
        /// The key's number.
        kid: u64,
    },
    /// There is a vault already.
    #[error("there is a key vault in {} already", .0.display())]
    Exists(PathBuf),
    /// Somebody reads the vault, so that what was overwritten still stands in its log.
    #[error(
        "the key vault is being read (a backup, say), so that old bytes still stand in its files; \
         do it again when that has ended"
    )]
    Busy,
    /// The cipher or the system's random numbers failed.
    #[error("the cipher failed")]
    Failed,
}

impl From<Unspecified> for VaultError {
    fn from(_: Unspecified) -> Self {
        Self::Failed
    }
}

/// What became of a sealed payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Its content.
    Known(Vec<u8>),
    /// Its key was destroyed: it can never be opened again.
    Erased,
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The epoch that ended; its key is destroyed.
    pub ended: u32,
    /// The epoch that began.
    pub begun: u32,
    /// How many live keys were wrapped anew.
    pub keys: u64,
}

/// The data keys of all erasure domains: a small mutable file with a backup of its own.
///
/// A key is durable before anything is sealed with it. One owner at a time; share it behind a
/// mutex. After a crash keys that were made and not yet used stay unused: whether one was used
/// just before cannot be known, and no key ever serves two domains.
pub struct Vault {
    pub(super) db: Connection,
    directory: PathBuf,
    root: Box<dyn WrapKeys>,
    epoch: (u32, Key),
    /// Keys that are durable and serve no domain yet.
    pool: Vec<(u64, Key)>,
    domains: HashMap<Stream, u64>,
    /// The highest number among the domains of a kind that ever had a key. Most new domains are
    /// numbered above it, so that their first payload asks the file nothing.
    highest: HashMap<u8, i64>,
    /// Keys in use whose domain the file does not name yet; written with the next flush.
    pending: Vec<(u64, Stream)>,
    /// Keys that served no domain when the vault was opened; a crash may have forgotten which.
    loose: HashSet<u64>,
    pub(super) open: HashMap<u64, Key>,
    order: VecDeque<u64>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("epoch", &self.epoch.0)
            .finish_non_exhaustive()
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        // What is not written now, `claim` finds in the ledger, as after a crash.
        let _ = self.flush();
    }
}

impl Vault {
    /// Makes an empty vault in `directory`: `vault.db` and the first epoch's key.
    pub fn create(directory: &Path, root: Box<dyn WrapKeys>) -> Result<Self, VaultError> {
        let path = directory.join("vault.db");
        if path.exists() {
            return Err(VaultError::Exists(path));
        }
        let file = epoch_file(directory, 1);
        if !file.exists() {
            write_epoch(&*root, &file, 1, &Key::random()?)?;
        }
        let db = connect(&path)?;
        db.execute_batch(&format!("BEGIN;{SCHEMA}COMMIT;"))?;
        drop(db);
        Self::open(directory, root)
    }

    /// Opens the vault in `directory`; ends a rotation that a crash broke off.
    pub fn open(directory: &Path, root: Box<dyn WrapKeys>) -> Result<Self, VaultError> {
        let path = directory.join("vault.db");
        if !path.exists() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("{} is missing; put its backup back", path.display()),
            )
            .into());
        }
        let db = connect(&path)?;
        let no: u32 = db.query_row("SELECT epoch FROM state", [], |row| row.get(0))?;
        let epoch = (no, read_epoch(&*root, directory, no)?);
        // All rows change their epoch in one transaction, so that no row needs an older one.
        for other in [no.wrapping_sub(1), no + 1] {
            files::destroy(&epoch_file(directory, other))?;
        }
        let loose = {
            let mut select = db.prepare("SELECT kid FROM key WHERE domain_kind IS NULL")?;
            let rows = select.query_map([], |row| Ok(row.get::<_, i64>(0)? as u64))?;
            rows.collect::<Result<_, _>>()?
        };
        Ok(Self {
            db,
            loose,
            directory: directory.to_owned(),
            root,
            epoch,
            pool: Vec::new(),
            domains: HashMap::new(),
            highest: HashMap::new(),
            pending: Vec::new(),
            open: HashMap::new(),
            order: VecDeque::new(),
        })
    }

    /// Seals `content` for `domain`, bound to `header`, which has to be given again to open it.
    ///
    /// The domain gets a key when it has none.
    pub fn seal(
        &mut self,
        domain: Stream,
        header: &[u8],
        content: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let kid = self.key_for(domain)?;
        let key = self.open.get(&kid).ok_or(VaultError::Missing { kid })?;
        Ok(cose::seal(key, kid, header, content)?)
    }

    /// Opens sealed bytes, unless their key was destroyed.
    pub fn open_sealed(&mut self, header: &[u8], sealed: &[u8]) -> Result<Opened, VaultError> {
        let kid = cose::kid_of(sealed)?;
        if !self.load(kid)? {
            return Ok(Opened::Erased);
        }
        let key = self.open.get(&kid).ok_or(VaultError::Missing { kid })?;
        Ok(Opened::Known(cose::open(key, header, sealed)?))
    }

    /// Gives what opens these sealed bytes and nothing else, unless their key was destroyed.
    pub fn disclose(&mut self, sealed: &[u8]) -> Result<Option<Opener>, VaultError> {
        let kid = cose::kid_of(sealed)?;
        if !self.load(kid)? {
            return Ok(None);
        }
        let key = self.open.get(&kid).ok_or(VaultError::Missing { kid })?;
        Ok(Some(cose::disclose(key, sealed)?))
    }

    /// Destroys every key of `domain` at `now_us` and gives their fingerprints: what these keys
    /// sealed can never be opened again. Safe to repeat.
    ///
    /// Until [`rotate`](Vault::rotate) a backup of the vault together with the present epoch's key
    /// still holds the key.
    pub fn destroy(&mut self, domain: Stream, now_us: i64) -> Result<Vec<Hash>, VaultError> {
        self.flush()?;
        let (kind, no) = (domain.kind, domain.no as i64);
        let fingerprints = {
            let mut select = self.db.prepare_cached(
                "SELECT kid, fingerprint FROM key WHERE domain_kind = ?1 AND domain_no = ?2 ORDER BY kid",
            )?;
            let rows = select.query_map(params![kind, no], |row| {
                Ok((row.get::<_, i64>(0)? as u64, row.get::<_, [u8; 32]>(1)?))
            })?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        self.db.execute(
            "UPDATE key SET wrapped = NULL, destroyed_us = coalesce(destroyed_us, ?3)
             WHERE domain_kind = ?1 AND domain_no = ?2",
            params![kind, no, now_us],
        )?;
        self.domains.remove(&domain);
        for (kid, _) in &fingerprints {
            self.open.remove(kid);
        }
        // In memory it is gone whatever becomes of the files.
        self.scrub()?;
        Ok(fingerprints
            .into_iter()
            .map(|(_, fingerprint)| Hash(fingerprint))
            .collect())
    }

    /// Notes that key `kid` serves `domain`, where a crash forgot it; read from sealed bytes.
    pub fn claim(&mut self, kid: u64, domain: Stream) -> Result<(), VaultError> {
        if self.loose.remove(&kid) {
            self.note_highest(domain)?;
            self.pending.push((kid, domain));
        }
        if self.pending.len() >= POOL {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Makes durable which keys serve which domains.
    ///
    /// Called before a state is kept that later starts go on from; what a crash forgets of the
    /// time after it, [`claim`](Vault::claim) finds in the ledger.
    pub fn flush(&mut self) -> Result<(), VaultError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction()?;
        name_domains(&transaction, &self.pending)?;
        transaction.commit()?;
        self.pending.clear();
        Ok(())
    }

    /// SHA-256 of key `kid`, which stays after it was destroyed.
    pub fn digest(&self, kid: u64) -> Result<Hash, VaultError> {
        let digest = self
            .db
            .prepare_cached("SELECT fingerprint FROM key WHERE kid = ?1")?
            .query_row([kid as i64], |row| row.get::<_, [u8; 32]>(0))
            .optional()?;
        digest.map(Hash).ok_or(VaultError::Missing { kid })
    }

    /// The highest number of a key; a vault that knows fewer than the ledger uses is too old.
    pub fn highest(&self) -> Result<u64, VaultError> {
        let highest: i64 =
            self.db
                .query_row("SELECT coalesce(max(kid), 0) FROM key", [], |row| {
                    row.get(0)
                })?;
        Ok(highest as u64)
    }

    /// Begins a new epoch: wraps every live key anew and destroys the old epoch's key, so that no
    /// older copy of the vault can be opened any more.
    pub fn rotate(&mut self) -> Result<Rotation, VaultError> {
        let (ended, begun) = (self.epoch.0, self.epoch.0 + 1);
        let fresh = Key::random()?;
        write_epoch(
            &*self.root,
            &epoch_file(&self.directory, begun),
            begun,
            &fresh,
        )?;
        let transaction = self.db.transaction()?;
        let mut keys = 0;
        {
            let mut select =
                transaction.prepare("SELECT kid, wrapped FROM key WHERE wrapped IS NOT NULL")?;
            let mut update = transaction.prepare("UPDATE key SET wrapped = ?2 WHERE kid = ?1")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let kid = row.get::<_, i64>(0)? as u64;
                let wrapped: Vec<u8> = row.get(1)?;
                let key = unwrap_row(&self.epoch, kid, &wrapped)?;
                let wrapped = fresh.wrap(&key, &bound(begun, kid))?;
                update.execute(params![kid as i64, wrapped])?;
                keys += 1;
            }
        }
        transaction.execute(
            "UPDATE key SET epoch = ?1 WHERE wrapped IS NOT NULL",
            [begun],
        )?;
        transaction.execute("UPDATE state SET epoch = ?1", [begun])?;
        transaction.commit()?;
        self.epoch = (begun, fresh);
        self.scrub()?;
        files::destroy(&epoch_file(&self.directory, ended))?;
        Ok(Rotation { ended, begun, keys })
    }

    /// Writes a copy of the vault to `path`, for its backup; it opens nothing without the epoch's
    /// key, which is kept apart from it.
    pub fn backup(&mut self, path: &Path) -> Result<(), VaultError> {
        self.flush()?;
        let mut copy = Connection::open(path)?;
        rusqlite::backup::Backup::new(&self.db, &mut copy)?.run_to_completion(
            1_000,
            std::time::Duration::ZERO,
            None,
        )?;
        Ok(())
    }

    /// The number of the domain's key; its bytes are in memory afterwards.
    fn key_for(&mut self, domain: Stream) -> Result<u64, VaultError> {
        if let Some(kid) = self.domains.get(&domain).copied()
            && self.load(kid)?
        {
            return Ok(kid);
        }
        let known = match self.note_highest(domain)? {
            true => None,
            false => self.named(domain)?,
        };
        let kid = match known {
            Some(kid) => kid,
            None => self.take(domain)?,
        };
        if !self.load(kid)? {
            return Err(VaultError::Missing { kid });
        }
        if self.domains.len() >= OPEN {
            self.flush()?;
            self.domains.clear();
        }
        self.domains.insert(domain, kid);
        Ok(kid)
    }

    /// The newest key that the file names for the domain and that was not destroyed.
    fn named(&self, domain: Stream) -> Result<Option<u64>, VaultError> {
        let kid: Option<i64> = self
            .db
            .prepare_cached(
                "SELECT max(kid) FROM key
                 WHERE domain_kind = ?1 AND domain_no = ?2 AND wrapped IS NOT NULL",
            )?
            .query_row(params![domain.kind, domain.no as i64], |row| row.get(0))?;
        Ok(kid.map(|kid| kid as u64))
    }

    /// Notes that the domain has a key from now on; true when it is numbered above all others of
    /// its kind, which therefore had none.
    fn note_highest(&mut self, domain: Stream) -> Result<bool, VaultError> {
        let no = domain.no as i64;
        if let Some(highest) = self.highest.get_mut(&domain.kind) {
            let is_new = no > *highest;
            *highest = no.max(*highest);
            return Ok(is_new);
        }
        let stored: Option<i64> = self.db.query_row(
            "SELECT max(domain_no) FROM key WHERE domain_kind = ?1",
            [domain.kind],
            |row| row.get(0),
        )?;
        let is_new = stored.is_none_or(|stored| no > stored);
        let highest = stored.map_or(no, |stored| stored.max(no));
        self.highest.insert(domain.kind, highest);
        Ok(is_new)
    }

    /// Gives the domain a key of the pool.
    fn take(&mut self, domain: Stream) -> Result<u64, VaultError> {
        if self.pool.is_empty() {
            self.fill()?;
        }
        let (kid, key) = self.pool.pop().ok_or(VaultError::Failed)?;
        self.pending.push((kid, domain));
        self.remember(kid, key);
        Ok(kid)
    }

    /// Makes new keys durable, and with the same flush which domains the last ones serve.
    fn fill(&mut self) -> Result<(), VaultError> {
        let fresh = (0..POOL)
            .map(|_| Key::random())
            .collect::<Result<Vec<_>, _>>()?;
        let transaction = self.db.transaction()?;
        let last: i64 =
            transaction.query_row("SELECT coalesce(max(kid), 0) FROM key", [], |row| {
                row.get(0)
            })?;
        name_domains(&transaction, &self.pending)?;
        let mut pool = Vec::with_capacity(POOL);
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO key(kid, epoch, wrapped, fingerprint) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (i, key) in fresh.into_iter().enumerate() {
                let kid = last as u64 + 1 + i as u64;
                let wrapped = self.epoch.1.wrap(&key, &bound(self.epoch.0, kid))?;
                let fingerprint = sha256(key.bytes()).0;
                insert.execute(params![kid as i64, self.epoch.0, wrapped, fingerprint])?;
                pool.push((kid, key));
            }
        }
        transaction.commit()?;
        self.pending.clear();
        // The lowest number is handed out first.
        pool.reverse();
        self.pool = pool;
        Ok(())
    }

    /// Brings a key into memory; false when it was destroyed.
    fn load(&mut self, kid: u64) -> Result<bool, VaultError> {
        if self.open.contains_key(&kid) {
            return Ok(true);
        }
        let row = self
            .db
            .prepare_cached("SELECT wrapped FROM key WHERE kid = ?1")?
            .query_row([kid as i64], |row| row.get::<_, Option<Vec<u8>>>(0))
            .optional()?;
        let Some(wrapped) = row.ok_or(VaultError::Missing { kid })? else {
            return Ok(false);
        };
        let key = unwrap_row(&self.epoch, kid, &wrapped)?;
        self.remember(kid, key);
        Ok(true)
    }

    fn remember(&mut self, kid: u64, key: Key) {
        if self.open.insert(kid, key).is_none() {
            self.order.push_back(kid);
        }
        while self.order.len() > OPEN {
            if let Some(oldest) = self.order.pop_front() {
                self.open.remove(&oldest);
            }
        }
    }

    /// Overwrites what the database no longer refers to, in its log too.
    ///
    /// Refuses while somebody reads the vault: the old bytes then still stand in its files.
    pub fn scrub(&self) -> Result<(), VaultError> {
        let busy: i64 = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        match busy {
            0 => Ok(()),
            _ => Err(VaultError::Busy),
        }
    }
}

/// Writes which keys serve which domains.
fn name_domains(db: &Connection, pending: &[(u64, Stream)]) -> Result<(), VaultError> {
    let mut update =
        db.prepare_cached("UPDATE key SET domain_kind = ?2, domain_no = ?3 WHERE kid = ?1")?;
    for (kid, domain) in pending {
        update.execute(params![*kid as i64, domain.kind, domain.no as i64])?;
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, VaultError> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    Ok(db)
}

/// What a wrapped data key is bound to: its epoch and number.
fn bound(epoch: u32, kid: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&epoch.to_be_bytes());
    bytes[4..].copy_from_slice(&kid.to_be_bytes());
    bytes
}

fn unwrap_row(epoch: &(u32, Key), kid: u64, wrapped: &[u8]) -> Result<Key, VaultError> {
    if wrapped.len() < WRAP_BYTES {
        return Err(VaultError::Changed { kid });
    }
    epoch
        .1
        .unwrap_key(wrapped, &bound(epoch.0, kid))
        .map_err(|_| VaultError::Changed { kid })
}

/// Checks that a root key opens the epoch's key in `directory`; changes nothing.
pub(super) fn try_root(
    directory: &Path,
    root: &dyn WrapKeys,
    epoch: u32,
) -> Result<(), VaultError> {
    let wrapped = fs::read(epoch_file(directory, epoch))?;
    root.unwrap_key(&wrapped, epoch_bound(epoch).as_bytes())?;
    Ok(())
}

fn epoch_file(directory: &Path, epoch: u32) -> PathBuf {
    directory.join(format!("epoch-{epoch}.key"))
}

/// What an epoch's wrapped key is bound to.
fn epoch_bound(epoch: u32) -> String {
    format!("callbox epoch {epoch}")
}

fn write_epoch(root: &dyn WrapKeys, file: &Path, epoch: u32, key: &Key) -> Result<(), VaultError> {
    let wrapped = root.wrap(key.bytes(), epoch_bound(epoch).as_bytes())?;
    // A rotation that a crash broke off may have left the file; its key serves nothing.
    files::destroy(file)?;
    Ok(files::create_secret(file, &wrapped)?)
}

fn read_epoch(root: &dyn WrapKeys, directory: &Path, epoch: u32) -> Result<Key, VaultError> {
    let wrapped = match fs::read(epoch_file(directory, epoch)) {
        Ok(wrapped) => wrapped,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(VaultError::Epoch { epoch });
        }
        Err(error) => return Err(error.into()),
    };
    let mut bytes = root.unwrap_key(&wrapped, epoch_bound(epoch).as_bytes())?;
    Ok(Key::new(&mut bytes))
}
