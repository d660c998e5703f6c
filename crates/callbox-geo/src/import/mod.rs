//! Turns an extract into a directory of files, all or nothing.
//!
//! The directory holds one folder per import and a file `CURRENT` that names the one in use. An
//! import writes a new folder, syncs it, and then renames a new `CURRENT` over the old: whoever
//! opens the directory sees the old network or the new one, whole. A server that still has the old
//! files mapped keeps them until it opens the new ones (the folder's name goes, its bytes stay; on
//! systems that refuse to delete mapped files the next import deletes them).
//!
//! An import that was killed begins anew: it takes the lock on `import.lock`, which a killed process
//! does not keep, and removes what the killed one left before it writes anything, so that a disk
//! that was too full for it is not fuller for the next. [`clear`] does the same without importing.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    Progress, Stage, Step,
    eta::{StreetBuilder, StreetCounts},
    geocode::{self, GeocodeBuilder},
    map::MapBuilder,
    osm::{Extract, LeftOut, OsmError, Wants},
    roads::Network,
};

/// The file that names the folder in use.
const CURRENT: &str = "CURRENT";
/// What becomes [`CURRENT`] by a rename.
const NEXT: &str = "CURRENT.tmp";
/// The file that an import holds locked.
const LOCK: &str = "import.lock";

/// Says why an import was not done; the old network stays in place.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The extract cannot be used.
    #[error(transparent)]
    Extract(#[from] OsmError),
    /// The extract does not fit this network's files.
    #[error("{0}")]
    Unusable(String),
    /// Another import writes there.
    #[error("another import into {0} is running; wait for it, then import again")]
    Running(PathBuf),
    /// The files cannot be written.
    #[error("cannot write {path}; check free space and permissions, then import again")]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ImportError {
    /// Says that a file or directory cannot be written.
    pub fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}

/// Says why a directory has no network to open.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing was imported.
    #[error("{0} holds no streets; run `callbox import streets FILE.osm.pbf`")]
    Missing(PathBuf),
    /// The directory cannot be read.
    #[error("cannot read {path}; check its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Counts what an import did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imported {
    /// Ways of the extract that were kept.
    pub ways: u64,
    /// Nodes of those ways.
    pub nodes: u64,
    /// Nodes kept for their tags.
    pub tagged_nodes: u64,
    /// What the extract holds that cannot be used.
    pub left_out: LeftOut,
    /// What was made of the streets.
    pub streets: StreetCounts,
    /// What was made of ways on foot, where that was asked for.
    pub foot: Option<StreetCounts>,
    /// What was made of waterways, where that was asked for.
    pub boat: Option<StreetCounts>,
    /// What was made of names and addresses.
    pub addresses: geocode::Counts,
    /// Bytes of the files written.
    pub bytes: u64,
    /// Seconds for reading the extract.
    pub read_seconds: f64,
    /// Seconds for all.
    pub seconds: f64,
}

/// Writes one part of the network; its [`Wants`] say what it needs of the extract.
pub trait Builder: Wants {
    /// Writes the part's files into `dir`, which is not yet in use.
    fn build(
        &self,
        extract: &Extract,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<(), ImportError>;
}

/// Builds all files from an extract and puts them in use.
///
/// Nothing changes in `out_dir` that a reader could see until everything is written and synced; on
/// any error, and on a kill at any moment, the network in use stays as it was. One import at a time:
/// a second one is refused.
pub fn run(pbf: &Path, out_dir: &Path, progress: Progress<'_>) -> Result<Imported, ImportError> {
    run_for(&[], pbf, out_dir, progress)
}

/// Does what [`run`] does, for other networks beside that of vehicles.
pub fn run_for(
    networks: &[Network],
    pbf: &Path,
    out_dir: &Path,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    let (streets, addresses) = (StreetBuilder::default(), GeocodeBuilder::default());
    let (foot, boat) = (
        StreetBuilder::of(Network::Foot),
        StreetBuilder::of(Network::Boat),
    );
    let mut builders: Vec<&dyn Builder> = vec![&streets, &addresses, &MapBuilder];
    let wanted = |network| networks.contains(&network);
    let others = [(Network::Foot, &foot), (Network::Boat, &boat)];
    let others = others.into_iter().filter(|(network, _)| wanted(*network));
    builders.extend(others.map(|(_, builder)| builder as &dyn Builder));
    let mut imported = run_with(&builders, pbf, out_dir, progress)?;
    imported.streets = streets.counts();
    imported.foot = wanted(Network::Foot).then(|| foot.counts());
    imported.boat = wanted(Network::Boat).then(|| boat.counts());
    imported.addresses = addresses.counts();
    Ok(imported)
}

/// Does what [`run`] does, with builders of the caller's choice.
pub fn run_with(
    builders: &[&dyn Builder],
    pbf: &Path,
    out_dir: &Path,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    let start = Instant::now();
    fs::create_dir_all(out_dir).map_err(ImportError::write(out_dir))?;
    let _lock = lock(out_dir)?.ok_or_else(|| ImportError::Running(out_dir.to_owned()))?;
    clear_locked(out_dir);
    let wants: Vec<&dyn Wants> = builders
        .iter()
        .map(|&builder| builder as &dyn Wants)
        .collect();
    let extract = Extract::read(pbf, &wants, progress)?;
    let mut imported = Imported {
        ways: extract.ways().count() as u64,
        nodes: extract.node_count() as u64,
        tagged_nodes: extract.tagged_nodes().count() as u64,
        left_out: extract.left_out(),
        read_seconds: start.elapsed().as_secs_f64(),
        ..Imported::default()
    };
    let name = free_name(out_dir);
    let temporary = out_dir.join(format!("{name}.tmp"));
    fs::create_dir(&temporary).map_err(ImportError::write(&temporary))?;
    let made = builders
        .iter()
        .try_for_each(|builder| builder.build(&extract, &temporary, progress))
        .and_then(|()| {
            progress(Step {
                stage: Stage::Write,
                done: 0,
                total: 1,
            });
            imported.bytes = sync_files(&temporary)?;
            publish(out_dir, &temporary, &name)
        });
    if let Err(error) = made {
        // The first error is the one to tell; what cannot be removed now is removed next time.
        clear_locked(out_dir);
        return Err(error);
    }
    imported.seconds = start.elapsed().as_secs_f64();
    progress(Step {
        stage: Stage::Write,
        done: 1,
        total: 1,
    });
    Ok(imported)
}

/// Finds the folder in use: each reader of the network opens its files there.
pub fn current(dir: &Path) -> Result<PathBuf, FindError> {
    let path = dir.join(CURRENT);
    let name = match fs::read_to_string(&path) {
        Ok(name) => name,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(FindError::Missing(dir.to_owned()));
        }
        Err(source) => return Err(FindError::Io { path, source }),
    };
    let name = name.trim();
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let folder = dir.join(name);
    if !plain || !folder.is_dir() {
        return Err(FindError::Missing(dir.to_owned()));
    }
    Ok(folder)
}

/// Removes what a killed import left, unless another is running; the streets in use stay.
pub fn clear(dir: &Path) {
    if dir.is_dir()
        && let Ok(Some(_lock)) = lock(dir)
    {
        clear_locked(dir);
    }
}

/// Takes the lock that only one import has; `None` while another has it. A kill gives it back.
fn lock(dir: &Path) -> Result<Option<File>, ImportError> {
    let path = dir.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(ImportError::write(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(source)) => Err(ImportError::write(&path)(source)),
    }
}

/// Removes unfinished folders, and finished ones that did not come into use.
fn clear_locked(dir: &Path) {
    drop(fs::remove_file(dir.join(NEXT)));
    let used = match current(dir) {
        Ok(folder) => folder.file_name().map(ToOwned::to_owned),
        Err(FindError::Missing(_)) => None,
        // What is in use cannot be told: nothing is removed.
        Err(FindError::Io { .. }) => return,
    };
    remove_others(dir, used.as_deref());
}

/// The first name that no folder, finished or not, has.
fn free_name(out_dir: &Path) -> String {
    (1u32..)
        .map(|no| format!("network{no}"))
        .find(|name| !out_dir.join(name).exists() && !out_dir.join(format!("{name}.tmp")).exists())
        .expect("a directory holds fewer than 2^32 folders")
}

fn sync_files(dir: &Path) -> Result<u64, ImportError> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(ImportError::write(dir))? {
        let path = entry.map_err(ImportError::write(dir))?.path();
        let file = File::open(&path).map_err(ImportError::write(&path))?;
        file.sync_all().map_err(ImportError::write(&path))?;
        bytes += file.metadata().map_err(ImportError::write(&path))?.len();
    }
    sync_dir(dir)?;
    Ok(bytes)
}

fn publish(out_dir: &Path, temporary: &Path, name: &str) -> Result<(), ImportError> {
    let folder = out_dir.join(name);
    fs::rename(temporary, &folder).map_err(ImportError::write(&folder))?;
    let next = out_dir.join(NEXT);
    let mut file = File::create(&next).map_err(ImportError::write(&next))?;
    file.write_all(name.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(ImportError::write(&next))?;
    sync_dir(out_dir)?;
    fs::rename(&next, out_dir.join(CURRENT)).map_err(ImportError::write(&next))?;
    sync_dir(out_dir)?;
    remove_others(out_dir, Some(OsStr::new(name)));
    Ok(())
}

/// Removes older and unfinished folders; what cannot be removed now is removed next time.
fn remove_others(out_dir: &Path, keep: Option<&OsStr>) {
    let Ok(entries) = fs::read_dir(out_dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name
            .to_str()
            .is_some_and(|name| name.starts_with("network"));
        if ours && keep != Some(&name) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

#[cfg(unix)]
fn sync_dir(dir: &Path) -> Result<(), ImportError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(ImportError::write(dir))
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> Result<(), ImportError> {
    Ok(())
}

#[cfg(test)]
mod tests;
