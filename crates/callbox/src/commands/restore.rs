//! `callbox restore`: a center from a backup, or from a shipped copy.

mod shipped;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

use callbox_engine::DataDir;
use callbox_ledger::{Gate, MAX_POLICY_BYTES, RootKind, Vault, VaultError, VerifyReport};
use clap::Args;
use serde_json::json;

use super::{
    Data, Printed,
    verify::{check, key_of, read_checkpoint},
};
use crate::{
    archive, center,
    failure::{Failure, Outcome},
    output, passphrase,
};

/// The most bytes of the small members.
const MAX_SMALL: u64 = 64 * 1024;

/// Makes a data directory from a backup or a shipped copy; verifies its ledger before it says done
///
/// Never overwrites: the directory must be new or empty. Nothing is left behind when the backup is
/// damaged. From a shipped copy it restores up to any frame, and begins a new origin: under the old
/// name more may have been signed than the copy holds.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox restore /mnt/backups/callbox-2026-01-31.tar --keys /mnt/safe/callbox-keys-1.tar \
    --data callbox-restored
  callbox restore --from /mnt/far/ledger --vault /mnt/safe/vault --to-frame 1041 \
    --key \"$(cat elm.keys)\" --keys /mnt/safe/callbox-keys-1.tar --data callbox-restored")]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE", required_unless_present = "from")]
    file: Option<PathBuf>,
    /// A shipped copy of the ledger, instead of a backup: a directory, or an object store's address
    #[arg(
        long,
        value_name = "PLACE",
        conflicts_with = "file",
        requires = "vault"
    )]
    from: Option<PathBuf>,
    /// The shipped copy of the key vault
    #[arg(long, value_name = "PLACE", requires = "from")]
    vault: Option<PathBuf>,
    /// Leaves out everything after this frame; they count from 0
    #[arg(long, value_name = "N", requires = "from")]
    to_frame: Option<u64>,
    /// The new name of the record; without it one is made from the old
    #[arg(long, value_name = "ORIGIN", requires = "from")]
    origin: Option<String>,
    /// The record's verifier keys, from somebody you trust: a copy of another record, or one that they
    /// did not sign, is refused
    #[arg(long, value_name = "VERIFIER-KEYS", requires = "from")]
    key: Option<String>,
    /// The keys that open its personal data, as `backup --keys` wrote them
    #[arg(long, value_name = "KEY-FILE")]
    keys: PathBuf,
    #[command(flatten)]
    data: Data,
    /// A signed checkpoint that was kept elsewhere; an older backup is refused
    #[arg(long, value_name = "CHECKPOINT-FILE", conflicts_with = "from")]
    against: Option<PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

impl Restore {
    pub(super) fn run(self) -> Outcome {
        match (&self.file, &self.from, &self.vault) {
            (Some(file), _, _) => self.unpacked(file),
            (None, Some(from), Some(vault)) => shipped::run(&self, from, vault),
            _ => unreachable!("clap asks for a file, or for a copy and its vault"),
        }
    }

    fn unpacked(&self, path: &Path) -> Outcome {
        let dir = &self.data.data;
        let (file, keys) = (open(path)?, open(&self.keys)?);
        let part = center::vacant(dir)?;
        let made = directories(&part, dir)
            .and_then(|()| unpack_backup(file, path, &DataDir::new(&part)))
            .and_then(|()| place_keys(keys, &self.keys, &DataDir::new(&part)))
            .and_then(|()| open_vault(&part))
            .and_then(|()| self.verify(path, &part));
        let report = center::settle(made, &part, dir)?;
        let events = report.events;
        let json = json!({
            "data": dir, "events": events, "frames": report.frames,
            "root": report.root.to_string(), "verified": true,
        });
        let shown = dir.display();
        let witnesses = match DataDir::new(dir).witness_policy().exists() {
            true => {
                "\nIt has witnesses. One that has seen more than the backup holds will not cosign it: \
                 tell its people before you serve."
            }
            false => "",
        };
        let text = format!(
            "{shown} holds {events} events; verified.\nAnything that was recorded after the backup \
             is not in it. Next: callbox serve --data {shown}{witnesses}",
        );
        output::result(self.printed.format, text, &json)
    }

    /// Verifies what was unpacked, against every checkpoint that there is.
    fn verify(&self, file: &Path, part: &Path) -> Outcome<VerifyReport> {
        let data = DataDir::new(part);
        let key = key_of(&data)?;
        let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
        let mut checkpoints = vec![
            gate.checkpoint(&key)
                .map_err(|error| damaged(file, &crate::failure::chain(&error)))?,
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
                        file.display()
                    )));
                }
            }
        }
        Ok(report.expect("there is at least one round"))
    }
}

/// Makes the directories of a center that is to become `dir`.
fn directories(part: &Path, dir: &Path) -> Outcome {
    let data = DataDir::new(part);
    for path in [
        data.ledger(),
        data.keys(),
        data.vault(),
        data.checkpoint(),
        data.snapshot(),
        data.witness_authorities(),
    ] {
        fs::create_dir_all(&path)
            .map_err(|error| Failure::io(format_args!("cannot make {}", dir.display()), &error))?;
    }
    center::private(part)
}

fn unpack_backup(from: impl io::Read, file: &Path, data: &DataDir) -> Outcome {
    unpack(from, file, archive::VERSION, |name| match name {
        archive::KEY => Some(data.signing_key()),
        archive::SECOND_KEY => Some(data.second_key()),
        archive::CHECKPOINT => Some(data.checkpoint().join("checkpoint")),
        archive::ACCESS => Some(data.access_db()),
        archive::VAULT => Some(data.vault_db()),
        archive::LEDGER => Some(data.ledger_db()),
        archive::POLICY => Some(data.witness_policy()),
        name => {
            let witness = name
                .strip_prefix(archive::AUTHORITY)?
                .strip_suffix(".pem")?;
            data.witness_authority(witness)
        }
    })?;
    if !data.exists() || !data.signing_key().exists() || !data.vault_db().exists() {
        return Err(damaged(file, "the ledger or its keys are not in it"));
    }
    Ok(())
}

/// Unpacks the file of keys.
fn place_keys(from: impl io::Read, file: &Path, data: &DataDir) -> Outcome {
    unpack(from, file, archive::KEYS_VERSION, |name| match name {
        archive::ROOT => Some(data.root_key()),
        name if is_epoch(name) => Some(data.vault().join(name)),
        _ => None,
    })
}

fn open(path: &Path) -> Outcome<BufReader<File>> {
    let file = File::open(path)
        .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
    Ok(BufReader::new(file))
}

/// Whether a member is an epoch's key, as in `epoch-3.key`; nothing else gets a place by its name.
fn is_epoch(name: &str) -> bool {
    let number = name
        .strip_prefix("epoch-")
        .and_then(|rest| rest.strip_suffix(".key"));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// Unpacks an archive of this `version`; `place` says where its members go.
fn unpack(
    mut from: impl io::Read,
    file: &Path,
    version: &str,
    place: impl Fn(&str) -> Option<PathBuf>,
) -> Outcome {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(file, "it ends too early"),
        io::ErrorKind::InvalidData => damaged(file, &error.to_string()),
        _ => Failure::io(format_args!("cannot restore {}", file.display()), &error),
    };
    let mut is_ours = false;
    while let Some(member) = archive::next(&mut from).map_err(unreadable)? {
        let large = [archive::LEDGER, archive::ACCESS, archive::VAULT];
        let most = match member.name.as_str() {
            archive::POLICY => MAX_POLICY_BYTES as u64,
            _ => MAX_SMALL,
        };
        if !large.contains(&member.name.as_str()) && member.size > most {
            return Err(damaged(file, &format!("{} is too long", member.name)));
        }
        let mut content = (&mut from).take(member.size);
        if member.name == archive::FORMAT {
            let mut found = String::new();
            content.read_to_string(&mut found).map_err(unreadable)?;
            if found != version {
                let why = format!("it says {:?}, not {:?}", found.trim(), version.trim());
                return Err(damaged(file, &why));
            }
            is_ours = true;
        } else {
            let path = place(&member.name)
                .ok_or_else(|| damaged(file, &format!("it holds {:?}", member.name)))?;
            let written = write(&mut content, &path).map_err(unreadable)?;
            if written != member.size {
                return Err(damaged(file, "it ends too early"));
            }
        }
        archive::skip(&mut from, member.size).map_err(unreadable)?;
    }
    if is_ours {
        Ok(())
    } else {
        Err(damaged(file, "it does not say what it is"))
    }
}

/// Opens the unpacked vault with the unpacked keys: personal data that nobody can read was not
/// restored.
fn open_vault(part: &Path) -> Outcome {
    let data = DataDir::new(part);
    let unfit = |error: VaultError| {
        Failure::Input(format!(
            "the keys do not fit the backup: {}. Nothing was restored; use the keys of its epoch.",
            crate::failure::chain(&error)
        ))
    };
    let root = RootKind::open(&data.root_key(), &*passphrase::asker(false))
        .map_err(|error| unfit(error.into()))?;
    Vault::open(&data.vault(), root).map(drop).map_err(unfit)
}

fn damaged(file: &Path, why: &str) -> Failure {
    Failure::Input(format!(
        "{} cannot be restored: {why}. Nothing was restored; try another backup.",
        file.display()
    ))
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
