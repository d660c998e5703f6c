//! `callbox backup`: one file that holds the center.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use callbox_engine::DataDir;
use callbox_ledger::{BackupError, Gate, Progress, VerifyReport, backup};
use clap::Args;
use serde_json::json;

use super::{Data, Printed, verify::key_of};
use crate::{
    archive, center,
    failure::{Failure, Outcome},
    output, times,
};

/// Writes the center into one file: the ledger, verified, the accounts and the signing key
///
/// Consistent while a server runs. The file holds the signing key and the hashes of the passwords:
/// keep it as safe as the data directory. Its personal data opens only with the keys, which --keys
/// writes to a file of their own: keep that one apart from the backups, and write it anew after
/// each `ledger rotate-keys`. An existing file is never overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox backup /mnt/backups/callbox-2026-01-31.tar --data callbox-data
  callbox backup first.tar --keys /mnt/safe/callbox-keys-1.tar")]
pub(super) struct Backup {
    /// The file to write (a tar archive)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also writes the keys that open its personal data, to this file
    #[arg(long, value_name = "KEY-FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

/// The file in the data directory that says when the last backup was made.
pub(super) const LAST: &str = "last-backup.json";

impl Backup {
    pub(super) fn run(self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        for file in [Some(&self.file), self.keys.as_ref()].into_iter().flatten() {
            vacant(file)?;
        }
        let part = beside(&self.file, ".part");
        let copies = Copies::new(&self.file);
        let written = copies.make(&data).and_then(|report| {
            let bytes = copies.pack(&data, &part)?;
            publish(&part, &self.file)?;
            Ok((report, bytes))
        });
        if written.is_err() {
            // A part that cannot be removed is overwritten by the next try.
            let _ = fs::remove_file(&part);
        }
        let (report, bytes) = written?;
        if let Some(keys) = &self.keys {
            write_keys(&data, keys)?;
        }
        let events = report.events;
        let json = json!({
            "file": self.file, "keys": self.keys, "bytes": bytes, "events": events, "frames": report.frames,
            "root": report.root.to_string(), "at": times::now().to_string(),
        });
        // Only `doctor` reads these; the backup counts without them.
        let _ = fs::write(data.root.join(LAST), json.to_string());
        let keys = match &self.keys {
            Some(keys) => {
                let json =
                    json!({"file": keys, "epoch": epoch(&data), "at": times::now().to_string()});
                let _ = fs::write(data.root.join(LAST_KEYS), json.to_string());
                format!(
                    "{} holds the keys of its personal data: keep it apart from the backups.",
                    keys.display()
                )
            }
            None => {
                "Its personal data opens only with the keys; --keys KEY-FILE writes them, once \
                     for each epoch."
                    .to_owned()
            }
        };
        let text = format!(
            "{} holds {events} events and the accounts ({bytes} bytes); verified.\n\
             Keep it as safe as the data directory: it holds the signing key.\n{keys}",
            self.file.display()
        );
        output::result(self.printed.format, text, &json)
    }
}

/// The file in the data directory that says when the keys were written last.
pub(super) const LAST_KEYS: &str = "last-keys-backup.json";

/// Refuses a file that exists, or whose directory does not.
fn vacant(file: &Path) -> Outcome {
    if file.exists() {
        return Err(Failure::Input(format!(
            "{} exists already and was left as it is; choose another name",
            file.display()
        )));
    }
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    match parent.filter(|parent| !parent.is_dir()) {
        Some(parent) => Err(Failure::Input(format!(
            "there is no directory {}; make it first",
            parent.display()
        ))),
        None => Ok(()),
    }
}

/// The certificate authorities of single witnesses, with their names in a backup.
fn authorities(data: &DataDir) -> Vec<(String, PathBuf)> {
    let items = fs::read_dir(data.witness_authorities())
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<_> = items
        .filter(|item| {
            item.path()
                .extension()
                .is_some_and(|extension| extension == "pem")
        })
        .map(|item| {
            let name = item.file_name().to_string_lossy().into_owned();
            (format!("{}{name}", archive::AUTHORITY), item.path())
        })
        .collect();
    found.sort();
    found
}

/// The key files of the vault's epochs: one, but for the moment of a rotation.
fn epochs(data: &DataDir) -> Vec<(String, PathBuf)> {
    let items = fs::read_dir(data.vault()).into_iter().flatten().flatten();
    let mut found: Vec<_> = items
        .map(|item| (item.file_name().to_string_lossy().into_owned(), item.path()))
        .filter(|(name, _)| name.starts_with("epoch-"))
        .collect();
    found.sort();
    found
}

/// The name of the present epoch's key file.
pub(super) fn epoch(data: &DataDir) -> Option<String> {
    epochs(data).pop().map(|(name, _)| name)
}

/// Writes the keys that open personal data into a file of their own.
fn write_keys(data: &DataDir, file: &Path) -> Outcome {
    let part = beside(file, ".part");
    let mut members = vec![(archive::ROOT.to_owned(), data.root_key())];
    members.extend(epochs(data));
    let members: Vec<_> = members
        .iter()
        .map(|(name, path)| (name.as_str(), path.clone()))
        .collect();
    let written = pack(archive::KEYS_VERSION, &members, &part).and_then(|_| publish(&part, file));
    if written.is_err() {
        // A part that cannot be removed is overwritten by the next try.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Consistent copies beside the backup's file; removed when dropped.
struct Copies {
    ledger: PathBuf,
    access: PathBuf,
    vault: PathBuf,
}

impl Copies {
    fn new(file: &Path) -> Self {
        let copies = Self {
            ledger: beside(file, ".ledger"),
            access: beside(file, ".access"),
            vault: beside(file, ".vault"),
        };
        // What a killed backup left behind.
        copies.remove();
        copies
    }

    fn remove(&self) {
        // What is not there, or cannot be removed, is in nobody's way.
        let _ = fs::remove_file(&self.ledger);
        let _ = fs::remove_file(&self.access);
        let _ = fs::remove_file(&self.vault);
    }

    /// The ledger first, so that everybody whom it names has an account in the other.
    fn make(&self, data: &DataDir) -> Outcome<VerifyReport> {
        let key = key_of(data)?;
        let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
        let signed = gate
            .checkpoint(&key)
            .map_err(|error| Failure::Check(crate::failure::chain(&error)))?;
        let bar = crate::progress::bar("verifying", signed.as_ref().map(|signed| signed.size));
        let mut progress = |progress: Progress| bar.set_position(progress.events);
        let report = backup(
            &data.ledger_db(),
            &self.ledger,
            signed.as_ref(),
            &mut progress,
        )
        .map_err(|error| failure(&error))?;
        bar.finish_and_clear();
        if data.access_db().exists() {
            copy_database("accounts", &data.access_db(), &self.access)?;
        }
        // The vault last: it has the key of every event in the copy of the ledger.
        copy_database("key vault", &data.vault_db(), &self.vault)?;
        Ok(report.verified)
    }

    /// Packs everything into one file; gives its size.
    fn pack(&self, data: &DataDir, part: &Path) -> Outcome<u64> {
        let authorities = authorities(data);
        let mut members = vec![
            (archive::KEY, data.signing_key()),
            (archive::SECOND_KEY, data.second_key()),
            (archive::CHECKPOINT, data.checkpoint().join("checkpoint")),
            (archive::POLICY, data.witness_policy()),
        ];
        members.extend((authorities.iter()).map(|(name, path)| (name.as_str(), path.clone())));
        members.extend([
            (archive::ACCESS, self.access.clone()),
            (archive::VAULT, self.vault.clone()),
            (archive::LEDGER, self.ledger.clone()),
        ]);
        pack(archive::VERSION, &members, part)
    }
}

/// Copies a SQLite file while a server uses it; what was deleted from it is not in the copy.
fn copy_database(what: &str, from: &Path, to: &Path) -> Outcome {
    let cannot =
        |error: rusqlite::Error| Failure::Internal(format!("the {what} cannot be copied: {error}"));
    let db = rusqlite::Connection::open(from).map_err(cannot)?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy().into_owned()])
        .map_err(cannot)?;
    Ok(())
}

/// Packs the files that exist into one archive; gives its size.
fn pack(version: &str, members: &[(&str, PathBuf)], part: &Path) -> Outcome<u64> {
    let cannot = |error: &std::io::Error| {
        Failure::io(format_args!("cannot write {}", part.display()), error)
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(part).map_err(|error| cannot(&error))?;
    let mut out = BufWriter::new(file);
    let now = times::now().millis() / 1_000;
    let mut version = version.as_bytes();
    archive::put(
        &mut out,
        archive::FORMAT,
        version.len() as u64,
        now,
        &mut version,
    )
    .map_err(|error| cannot(&error))?;
    for (name, path) in members {
        if !path.exists() {
            continue;
        }
        let mut content = File::open(path)
            .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
        let size = content.metadata().map_err(|error| cannot(&error))?.len();
        archive::put(&mut out, name, size, now, &mut content).map_err(|error| cannot(&error))?;
    }
    archive::end(&mut out).map_err(|error| cannot(&error))?;
    out.flush().map_err(|error| cannot(&error))?;
    let file = out.into_inner().map_err(|error| cannot(error.error()))?;
    file.sync_all().map_err(|error| cannot(&error))?;
    Ok(file.metadata().map_err(|error| cannot(&error))?.len())
}

impl Drop for Copies {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Gives the complete file its name; refuses a taken one.
fn publish(part: &Path, file: &Path) -> Outcome {
    // A hard link, unlike a rename, never replaces what somebody has put there meanwhile.
    let linked = fs::hard_link(part, file).and_then(|()| fs::remove_file(part));
    linked.map_err(|error| Failure::io(format_args!("cannot make {}", file.display()), &error))
}

fn failure(error: &BackupError) -> Failure {
    match error {
        BackupError::Exists(_) => Failure::Input(error.to_string()),
        BackupError::File { source, .. } => match Failure::io("", source) {
            Failure::Internal(_) => Failure::Internal(crate::failure::chain(error)),
            _ => Failure::Input(crate::failure::chain(error)),
        },
        BackupError::Store(error) => center::store(error),
        BackupError::Damaged { .. } => Failure::Check(error.to_string()),
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(extension);
    name.into()
}
