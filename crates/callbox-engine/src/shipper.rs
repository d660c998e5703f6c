//! Ships the ledger to a copy elsewhere, and its key vault to a place apart from it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use callbox_ledger::{
    ObjectShipper, Objects, ShipError, Shipped, Shipper, Source, StoreError, VerifierKey,
};
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use crate::{DataDir, worker::Worker};

/// How long a frame waits to be shipped at most, while all goes well.
const EVERY: Duration = Duration::from_secs(1);
/// How long it waits in an object store, where each round makes an object of its own.
const EVERY_OBJECT: Duration = Duration::from_secs(10);
/// How long the next try waits after a failure.
const AGAIN: Duration = Duration::from_secs(5);

/// Where a center's record is shipped to.
#[derive(Clone, Debug)]
pub struct ShipTo {
    /// The place of the ledger's copy.
    pub ledger: ShipPlace,
    /// The place of the key vault's and the accounts' copies: elsewhere, because together with
    /// the keys' file they open what the ledger holds.
    pub vault: ShipPlace,
}

/// A place for copies.
#[derive(Clone)]
pub enum ShipPlace {
    /// A directory, made where it is missing.
    Directory(PathBuf),
    /// An object store.
    Objects(Arc<dyn Objects>),
}

impl std::fmt::Debug for ShipPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_string())
    }
}

impl std::fmt::Display for ShipPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path) => path.display().fmt(f),
            Self::Objects(place) => f.write_str(&place.address()),
        }
    }
}

impl From<PathBuf> for ShipPlace {
    fn from(path: PathBuf) -> Self {
        Self::Directory(path)
    }
}

/// What brings frames to a place.
enum Frames {
    Directory(Box<Shipper>),
    Objects(Box<ObjectShipper>),
}

/// How the shipping does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipping {
    /// How many events have arrived.
    pub events: u64,
    /// How many frames have arrived.
    pub frames: u64,
    /// When everything that was recorded had last arrived; the start, before the first time.
    pub complete: Instant,
    /// Why nothing is shipped at present.
    pub refused: Option<String>,
}

impl Shipping {
    pub(crate) fn new() -> Self {
        Self {
            events: 0,
            frames: 0,
            complete: Instant::now(),
            refused: None,
        }
    }

    /// How old the oldest record can be that has not arrived: about a second while all goes well.
    pub fn lag_seconds(&self) -> u64 {
        self.complete.elapsed().as_secs()
    }
}

/// Why nothing was shipped.
#[derive(Debug, Error)]
pub enum ShippingError {
    /// The frames did not arrive.
    #[error(transparent)]
    Frames(Box<ShipError>),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault or the accounts were not copied.
    #[error("cannot copy {path}: {reason}")]
    Copy {
        /// What was to be copied.
        path: PathBuf,
        /// Why it was not.
        reason: String,
    },
    /// The copy and the vault's copy would stand together.
    #[error("ledger and key vault are shipped to one directory; choose another for one of them")]
    Together,
}

impl From<ShipError> for ShippingError {
    fn from(error: ShipError) -> Self {
        Self::Frames(Box::new(error))
    }
}

/// Brings the copies up to the center once; works beside a running server.
pub struct ShipOnce {
    shipper: Frames,
    vault: Copied,
    accounts: Copied,
}

impl std::fmt::Debug for ShipOnce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShipOnce").finish_non_exhaustive()
    }
}

impl ShipOnce {
    /// Opens both places, making them where they are missing.
    pub fn open(dir: &DataDir, to: &ShipTo, key: &VerifierKey) -> Result<Self, ShippingError> {
        let shipper = match &to.ledger {
            ShipPlace::Directory(path) => Frames::Directory(Box::new(Shipper::open(path, key)?)),
            ShipPlace::Objects(place) => {
                let place = Arc::clone(place);
                Frames::Objects(Box::new(ObjectShipper::open(place, key)?))
            }
        };
        let copy = |path: &Path, reason: String| ShippingError::Copy {
            path: path.to_owned(),
            reason,
        };
        if let ShipPlace::Directory(path) = &to.vault {
            fs::create_dir_all(path).map_err(|error| copy(path, error.to_string()))?;
        }
        let real =
            |path: &Path| fs::canonicalize(path).map_err(|error| copy(path, error.to_string()));
        let together = match (&to.ledger, &to.vault) {
            (ShipPlace::Directory(ledger), ShipPlace::Directory(vault)) => {
                real(ledger)? == real(vault)?
            }
            (ShipPlace::Objects(ledger), ShipPlace::Objects(vault)) => {
                ledger.address() == vault.address()
            }
            _ => false,
        };
        if together {
            return Err(ShippingError::Together);
        }
        // A copy for an object store is made beside the database, and removed once it arrived.
        let copied = |from: PathBuf, name: &'static str| match &to.vault {
            ShipPlace::Directory(path) => Copied::new(from, path.join(name), None),
            ShipPlace::Objects(place) => {
                let beside = from.with_extension("shipping");
                Copied::new(from, beside, Some((Arc::clone(place), name)))
            }
        };
        Ok(Self {
            shipper,
            vault: copied(dir.vault_db(), "vault.db"),
            accounts: copied(dir.access_db(), "access.db"),
        })
    }

    /// Ships what is new, with the signed checkpoint `note`.
    ///
    /// The vault goes first, and only frames that were there before it: a copy of the vault has
    /// the key of every event in the copy of the ledger.
    pub fn advance(
        &mut self,
        source: &mut dyn Source,
        note: Option<&str>,
    ) -> Result<Shipped, ShippingError> {
        let end = source.last()?.map_or(0, |last| last.no + 1);
        self.vault.refresh()?;
        self.accounts.refresh()?;
        Ok(match &mut self.shipper {
            Frames::Directory(shipper) => shipper.advance(source, end, note)?,
            Frames::Objects(shipper) => shipper.advance(source, end, note)?,
        })
    }
}

/// A database that is copied whenever it has changed.
struct Copied {
    from: PathBuf,
    to: PathBuf,
    /// The object store that it goes to from there, and its name in it.
    object: Option<(Arc<dyn Objects>, &'static str)>,
    /// A reader of it, and its version when it was last copied.
    seen: Option<(Connection, i64)>,
}

impl Copied {
    fn new(from: PathBuf, to: PathBuf, object: Option<(Arc<dyn Objects>, &'static str)>) -> Self {
        Self {
            from,
            to,
            object,
            seen: None,
        }
    }

    fn refresh(&mut self) -> Result<(), ShippingError> {
        if !self.from.exists() {
            return Ok(());
        }
        self.try_refresh().map_err(|reason| ShippingError::Copy {
            path: self.from.clone(),
            reason,
        })
    }

    fn try_refresh(&mut self) -> Result<(), String> {
        let text = |error: rusqlite::Error| error.to_string();
        let version = |db: &Connection| {
            db.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0))
                .map_err(text)
        };
        let is_same = match &self.seen {
            Some((db, seen)) => version(db)? == *seen,
            None => false,
        };
        if is_same {
            return Ok(());
        }
        let db = match self.seen.take() {
            Some((db, _)) => db,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let db = Connection::open_with_flags(&self.from, flags).map_err(text)?;
                db.busy_timeout(AGAIN).map_err(text)?;
                db
            }
        };
        // A change between the two is copied the next time.
        let seen = version(&db)?;
        let part = self.to.with_extension("part");
        // What a killed copy left behind; what is not there need not be removed.
        let _ = fs::remove_file(&part);
        let name = part.to_string_lossy().into_owned();
        db.execute("VACUUM INTO ?1", [name]).map_err(text)?;
        let put = || {
            private(&part)?;
            fs::File::open(&part)?.sync_all()?;
            fs::rename(&part, &self.to)?;
            let parent = self.to.parent().unwrap_or(Path::new("."));
            fs::File::open(parent)?.sync_all()
        };
        put().map_err(|error| error.to_string())?;
        if let Some((place, name)) = &self.object {
            let sent = fs::read(&self.to)
                .map_err(callbox_ledger::Cause::from)
                .and_then(|bytes| place.put(name, bytes));
            fs::remove_file(&self.to).map_err(|error| error.to_string())?;
            sent.map_err(|error| format!("{}/{name}: {error}", place.address()))?;
        }
        self.seen = Some((db, seen));
        Ok(())
    }
}

fn private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// What the thread works with.
pub(crate) struct ShipperSetup {
    pub(crate) dir: DataDir,
    pub(crate) to: ShipTo,
    pub(crate) key: VerifierKey,
    pub(crate) source: Box<dyn Source>,
    /// The newest signed checkpoint.
    pub(crate) note: Box<dyn Fn() -> Option<String> + Send>,
    pub(crate) shipping: Arc<Mutex<Shipping>>,
}

/// Ships about once a second, behind the commits, and what is left at the stop. A place that cannot
/// be used is tried again and again, and told of in the health.
pub(crate) fn start(mut setup: ShipperSetup) -> std::io::Result<Worker> {
    let mut open = None;
    let every = match &setup.to.ledger {
        ShipPlace::Directory(_) => EVERY,
        ShipPlace::Objects(_) => EVERY_OBJECT,
    };
    Worker::start("shipper", move |_| match round(&mut setup, &mut open) {
        true => every,
        false => AGAIN,
    })
}

fn round(setup: &mut ShipperSetup, open: &mut Option<ShipOnce>) -> bool {
    let begun = Instant::now();
    let outcome = (|| {
        if open.is_none() {
            *open = Some(ShipOnce::open(&setup.dir, &setup.to, &setup.key)?);
        }
        let ship = open.as_mut().expect("it was opened above");
        ship.advance(setup.source.as_mut(), (setup.note)().as_deref())
    })();
    let mut shipping = setup
        .shipping
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match outcome {
        Ok(shipped) => {
            if shipping.refused.take().is_some() {
                tracing::info!("the ledger is shipped again");
            }
            shipping.events = shipped.events;
            shipping.frames = shipped.frames;
            shipping.complete = begun;
            true
        }
        Err(error) => {
            // Opening it anew finds out what has arrived.
            *open = None;
            let text = error.to_string();
            if shipping.refused.as_ref() != Some(&text) {
                tracing::error!(error = %text, "the ledger is not shipped");
            }
            shipping.refused = Some(text);
            false
        }
    }
}
