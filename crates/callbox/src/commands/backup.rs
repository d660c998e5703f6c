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

/// Writes the center into one file: the ledger, verified, the accounts and the keys
///
/// Consistent while a server runs. The file holds the signing key and the hashes of the passwords:
/// keep it as safe as the data directory. An existing file is never overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox backup /mnt/backups/callbox-2026-01-31.tar --data callbox-data")]
pub(super) struct Backup {
    /// The file to write (a tar archive)
    #[arg(value_name = "FILE")]
    file: PathBuf,
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
        if self.file.exists() {
            return Err(Failure::Input(format!(
                "{} exists already and was left as it is; choose another name",
                self.file.display()
            )));
        }
        let parent = self
            .file
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
            return Err(Failure::Input(format!(
                "there is no directory {}; make it first",
                parent.display()
            )));
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
        let events = report.events;
        let json = json!({
            "file": self.file, "bytes": bytes, "events": events, "frames": report.frames,
            "root": report.root.to_string(), "at": times::now().to_string(),
        });
        // Only `doctor` reads it; the backup counts without it.
        let _ = fs::write(data.root.join(LAST), json.to_string());
        let text = format!(
            "{} holds {events} events, the accounts and the keys ({bytes} bytes); verified.\n\
             Keep it as safe as the data directory: it holds the signing key.",
            self.file.display()
        );
        output::result(self.printed.format, text, &json)
    }
}

/// Consistent copies beside the backup's file; removed when dropped.
struct Copies {
    ledger: PathBuf,
    access: PathBuf,
}

impl Copies {
    fn new(file: &Path) -> Self {
        let copies = Self {
            ledger: beside(file, ".ledger"),
            access: beside(file, ".access"),
        };
        // What a killed backup left behind.
        copies.remove();
        copies
    }

    fn remove(&self) {
        // What is not there, or cannot be removed, is in nobody's way.
        let _ = fs::remove_file(&self.ledger);
        let _ = fs::remove_file(&self.access);
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
            let cannot = |error: rusqlite::Error| {
                Failure::Internal(format!("the accounts cannot be copied: {error}"))
            };
            let db = rusqlite::Connection::open(data.access_db()).map_err(cannot)?;
            let to = self.access.to_string_lossy().into_owned();
            db.execute("VACUUM INTO ?1", [to]).map_err(cannot)?;
        }
        Ok(report.verified)
    }

    /// Packs everything into one file; gives its size.
    fn pack(&self, data: &DataDir, part: &Path) -> Outcome<u64> {
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
        let version = archive::VERSION.as_bytes();
        archive::put(&mut out, archive::FORMAT, version.len() as u64, now, &mut {
            version
        })
        .map_err(|error| cannot(&error))?;
        let members = [
            (archive::KEY, data.signing_key()),
            (archive::CHECKPOINT, data.checkpoint().join("checkpoint")),
            (archive::ACCESS, self.access.clone()),
            (archive::LEDGER, self.ledger.clone()),
        ];
        for (name, path) in members {
            if !path.exists() {
                continue;
            }
            let mut content = File::open(&path).map_err(|error| {
                Failure::io(format_args!("cannot read {}", path.display()), &error)
            })?;
            let size = content.metadata().map_err(|error| cannot(&error))?.len();
            archive::put(&mut out, name, size, now, &mut content)
                .map_err(|error| cannot(&error))?;
        }
        archive::end(&mut out).map_err(|error| cannot(&error))?;
        out.flush().map_err(|error| cannot(&error))?;
        let file = out.into_inner().map_err(|error| cannot(error.error()))?;
        file.sync_all().map_err(|error| cannot(&error))?;
        Ok(file.metadata().map_err(|error| cannot(&error))?.len())
    }
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
