//! Object stores by their address: `s3://bucket/path`, `file:///path`, in memory for tests.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use callbox_engine::{ShipPlace, ShipTo};
use callbox_ledger::{Cause, Objects, fetch_objects};
use futures_util::TryStreamExt as _;
use object_store::{
    Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, parse_url_opts, path::Path,
};
use tokio::runtime::Runtime;

use super::ledger::ship_failure;
use crate::failure::{Failure, Outcome};

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether a place is an object store's address, and no directory.
pub(crate) fn is_address(place: &str) -> bool {
    place.contains("://")
}

/// The object store at this address.
///
/// What it needs beside the address, such as keys and region, comes from the environment by the names
/// that its own tools use: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`.
pub(crate) fn open(address: &str) -> Outcome<Arc<dyn Objects>> {
    let cannot = |error: &dyn std::fmt::Display| {
        let without = match cfg!(feature = "s3") {
            true => "",
            false => "; s3:// needs a program that was built with: cargo build --features s3",
        };
        Failure::Usage(format!(
            "{address} cannot be used as an object store: {error}{without}"
        ))
    };
    let url = url::Url::parse(address).map_err(|error| cannot(&error))?;
    if url.scheme() == "file" {
        // A directory that is not there is made, as where a directory is given.
        let path = url
            .to_file_path()
            .map_err(|()| cannot(&"it names no path"))?;
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::io(format_args!("cannot make {}", path.display()), &error))?;
    }
    // S3 has no other protection against a second writer than a condition on the request.
    let settings = std::env::vars()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| name.starts_with("aws_"));
    let (store, prefix) = parse_url_opts(&url, settings).map_err(|error| cannot(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start a thread", &error))?;
    Ok(Arc::new(Place {
        store,
        prefix,
        runtime,
        address: address.trim_end_matches('/').to_owned(),
    }))
}

struct Place {
    store: Box<dyn ObjectStore>,
    prefix: Path,
    runtime: Runtime,
    address: String,
}

impl Place {
    fn path(&self, name: &str) -> Path {
        name.split('/')
            .fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// Waits for an answer; no call waits for ever.
    fn wait<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Waited> {
        self.runtime.block_on(async {
            match tokio::time::timeout(PATIENCE, call).await {
                Ok(answer) => answer.map_err(Waited::Answer),
                Err(_) => Err(Waited::Silence),
            }
        })
    }

    fn put_as(&self, name: &str, bytes: Vec<u8>, mode: PutMode) -> Result<(), Waited> {
        let (path, options) = (self.path(name), PutOptions::from(mode));
        self.wait(self.store.put_opts(&path, bytes.into(), options))
            .map(drop)
    }
}

/// Why a call did not succeed.
#[derive(Debug)]
enum Waited {
    Answer(Error),
    Silence,
}

impl From<Waited> for Cause {
    fn from(waited: Waited) -> Self {
        match waited {
            Waited::Answer(error) => error.into(),
            Waited::Silence => "it does not answer".into(),
        }
    }
}

impl Objects for Place {
    fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Cause> {
        match self.put_as(name, bytes, PutMode::Create) {
            Ok(()) => Ok(true),
            Err(Waited::Answer(Error::AlreadyExists { .. })) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Cause> {
        Ok(self.put_as(name, bytes, PutMode::Overwrite)?)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Cause> {
        let path = self.path(name);
        let got = self.wait(async { self.store.get(&path).await?.bytes().await });
        match got {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Waited::Answer(Error::NotFound { .. })) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, Cause> {
        let path = self.path(prefix);
        let found: Vec<_> = self.wait(self.store.list(Some(&path)).try_collect())?;
        let names = found.into_iter().filter_map(|found| {
            let parts: Vec<_> = found.location.prefix_match(&self.prefix)?.collect();
            Some(
                parts
                    .iter()
                    .map(AsRef::as_ref)
                    .collect::<Vec<_>>()
                    .join("/"),
            )
        });
        Ok(names.collect())
    }

    fn delete(&self, name: &str) -> Result<(), Cause> {
        let path = self.path(name);
        match self.wait(self.store.delete(&path)) {
            Ok(()) | Err(Waited::Answer(Error::NotFound { .. })) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn address(&self) -> String {
        self.address.clone()
    }
}

/// Where a record is shipped to: directories or object stores.
pub(crate) fn ship_to(ledger: &std::path::Path, vault: &std::path::Path) -> Outcome<ShipTo> {
    Ok(ShipTo {
        ledger: place(ledger)?,
        vault: place(vault)?,
    })
}

fn place(place: &std::path::Path) -> Outcome<ShipPlace> {
    match place.to_str().filter(|text| is_address(text)) {
        Some(address) => Ok(ShipPlace::Objects(open(address)?)),
        None => Ok(ShipPlace::Directory(place.to_owned())),
    }
}

/// A directory with what an object store holds, readable by its owner only; removed when dropped.
pub(crate) struct Fetched(PathBuf);

impl Fetched {
    /// The directory.
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn new(beside: &std::path::Path, name: &str) -> Outcome<Self> {
        let path = beside.join(format!(".callbox-{name}-{}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .map_err(|error| Failure::io(format_args!("cannot make {}", path.display()), &error))?;
        Ok(Self(path))
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // What cannot be removed is readable by its owner only.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Fetches a ledger's copy, where `from` is an object store's address.
pub(crate) fn fetch(from: &std::path::Path, beside: &std::path::Path) -> Outcome<Option<Fetched>> {
    let Some(address) = from.to_str().filter(|text| is_address(text)) else {
        return Ok(None);
    };
    let place = open(address)?;
    let fetched = Fetched::new(beside, "fetched")?;
    fetch_objects(&*place, &fetched.0).map_err(|error| ship_failure(&error))?;
    Ok(Some(fetched))
}

/// Fetches the copies of vault and accounts, where `from` is an object store's address.
pub(crate) fn fetch_vault(
    from: &std::path::Path,
    beside: &std::path::Path,
) -> Outcome<Option<Fetched>> {
    let Some(address) = from.to_str().filter(|text| is_address(text)) else {
        return Ok(None);
    };
    let place = open(address)?;
    let fetched = Fetched::new(beside, "fetched-vault")?;
    for name in ["vault.db", "access.db"] {
        let bytes = (place.get(name))
            .map_err(|error| Failure::Input(format!("cannot read {address}/{name}: {error}")))?;
        let Some(bytes) = bytes else {
            continue;
        };
        let path = fetched.0.join(name);
        fs::write(&path, bytes).map_err(|error| {
            Failure::io(format_args!("cannot write {}", path.display()), &error)
        })?;
    }
    Ok(Some(fetched))
}
