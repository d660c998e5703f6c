//! `callbox restore`: a center from a backup.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

use callbox_engine::DataDir;
use callbox_ledger::{Gate, VerifyReport};
use clap::Args;
use serde_json::json;

use super::{
    Data, Printed,
    verify::{check, key_of, read_checkpoint},
};
use crate::{
    archive, center,
    failure::{Failure, Outcome},
    output,
};

/// The most bytes of the small members.
const MAX_SMALL: u64 = 64 * 1024;

/// Makes a data directory from a backup, and verifies its ledger before it says done
///
/// Never overwrites: the directory must be new or empty. Nothing is left behind when the backup is
/// damaged.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox restore /mnt/backups/callbox-2026-01-31.tar --data callbox-restored")]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// A signed checkpoint that was kept elsewhere; an older backup is refused
    #[arg(long, value_name = "CHECKPOINT-FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

impl Restore {
    pub(super) fn run(self) -> Outcome {
        let dir = &self.data.data;
        let file = File::open(&self.file).map_err(|error| {
            Failure::io(format_args!("cannot read {}", self.file.display()), &error)
        })?;
        let part = center::vacant(dir)?;
        let made = self
            .unpack(BufReader::new(file), &part)
            .and_then(|()| self.verify(&part));
        let report = center::settle(made, &part, dir)?;
        let events = report.events;
        let json = json!({
            "data": dir, "events": events, "frames": report.frames,
            "root": report.root.to_string(), "verified": true,
        });
        let text = format!(
            "{} holds {events} events; verified.\nAnything that was recorded after the backup is not \
             in it. Next: callbox serve --data {}",
            dir.display(),
            dir.display()
        );
        output::result(self.printed.format, text, &json)
    }

    fn unpack(&self, mut from: impl io::Read, part: &Path) -> Outcome {
        let data = DataDir::new(part);
        for path in [
            data.ledger(),
            data.keys(),
            data.checkpoint(),
            data.snapshot(),
        ] {
            fs::create_dir_all(&path).map_err(|error| {
                Failure::io(
                    format_args!("cannot make {}", self.data.data.display()),
                    &error,
                )
            })?;
        }
        center::private(part)?;
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged("it ends too early"),
            io::ErrorKind::InvalidData => self.damaged(&error.to_string()),
            _ => Failure::io(
                format_args!("cannot restore {}", self.file.display()),
                &error,
            ),
        };
        let mut is_ours = false;
        while let Some(member) = archive::next(&mut from).map_err(unreadable)? {
            let small = member.name != archive::LEDGER && member.name != archive::ACCESS;
            if small && member.size > MAX_SMALL {
                return Err(self.damaged(&format!("{} is too long", member.name)));
            }
            let mut content = (&mut from).take(member.size);
            let to = match member.name.as_str() {
                archive::FORMAT => {
                    let mut version = String::new();
                    content.read_to_string(&mut version).map_err(unreadable)?;
                    if version != archive::VERSION {
                        return Err(self.damaged("a newer callbox made it; use that one"));
                    }
                    is_ours = true;
                    None
                }
                archive::KEY => Some(data.signing_key()),
                archive::CHECKPOINT => Some(data.checkpoint().join("checkpoint")),
                archive::ACCESS => Some(data.access_db()),
                archive::LEDGER => Some(data.ledger_db()),
                other => return Err(self.damaged(&format!("it holds {other:?}"))),
            };
            if let Some(path) = to {
                let written = write(&mut content, &path).map_err(unreadable)?;
                if written != member.size {
                    return Err(self.damaged("it ends too early"));
                }
            }
            archive::skip(&mut from, member.size).map_err(unreadable)?;
        }
        if is_ours && data.exists() && data.signing_key().exists() {
            Ok(())
        } else {
            Err(self.damaged("the ledger or its key is not in it"))
        }
    }

    /// Verifies what was unpacked, against every checkpoint that there is.
    fn verify(&self, part: &Path) -> Outcome<VerifyReport> {
        let data = DataDir::new(part);
        let key = key_of(&data)?;
        let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
        let mut checkpoints = vec![
            gate.checkpoint(&key)
                .map_err(|error| self.damaged(&crate::failure::chain(&error)))?,
        ];
        if let Some(path) = &self.against {
            let given = read_checkpoint(path, &key)?.map_err(Failure::Check)?;
            checkpoints.push(Some(given));
        }
        let mut report = None;
        for checkpoint in &checkpoints {
            match check(&data.ledger_db(), checkpoint.as_ref())? {
                Ok(found) => report = Some(found),
                Err(fault) => {
                    return Err(Failure::Check(format!(
                        "the ledger in {} is not good: {fault}. Nothing was restored.",
                        self.file.display()
                    )));
                }
            }
        }
        Ok(report.expect("there is at least one round"))
    }

    fn damaged(&self, why: &str) -> Failure {
        Failure::Input(format!(
            "{} cannot be restored: {why}. Nothing was restored; try another backup.",
            self.file.display()
        ))
    }
}

/// Writes a member, readable by its owner only; gives its size.
fn write(content: &mut impl io::Read, to: &Path) -> io::Result<u64> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to)?;
    let written = io::copy(content, &mut file)?;
    file.sync_all()?;
    Ok(written)
}
