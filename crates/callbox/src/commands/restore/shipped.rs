//! A center from a shipped copy, up to any frame: another history, under a name of its own.

use std::{
    fs::File,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::Path,
};

use callbox_engine::DataDir;
use callbox_ledger::{Progress, RestoredFrames, ShippedCopy, Signer, restore_frames};
use serde_json::json;

use super::{Restore, open, open_vault, place_keys, write};
use crate::{
    center,
    commands::{
        ledger::{LogKeys, ship_failure},
        objects,
    },
    failure::{Failure, Outcome, chain},
    output,
};

/// What was restored, and under which names.
struct Made {
    frames: RestoredFrames,
    old: String,
    new: String,
}

pub(super) fn run(restore: &Restore, from: &Path, vault: &Path) -> Outcome {
    let dir = &restore.data.data;
    let keys = open(&restore.keys)?;
    let beside = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    let (fetched, vaulted) = (
        objects::fetch(from, beside)?,
        objects::fetch_vault(vault, beside)?,
    );
    let copy = fetched.as_ref().map_or(from, |it| it.path());
    let vault = vaulted.as_ref().map_or(vault, |it| it.path());
    let copy = ShippedCopy::open(copy).map_err(|error| ship_failure(&error))?;
    if let Some(trusted) = &restore.key {
        must_be_of(trusted, &copy, from)?;
    }
    let part = center::vacant(dir)?;
    let made = super::directories(&part, dir)
        .and_then(|()| place_keys(keys, &restore.keys, &DataDir::new(&part)))
        .and_then(|()| fill(restore, copy, vault, &part));
    let made = center::settle(made, &part, dir)?;
    print(restore, &made)
}

/// Refuses a copy of another record, and one without a checkpoint by each of the trusted keys.
fn must_be_of(trusted: &str, copy: &ShippedCopy, from: &Path) -> Outcome {
    let trusted = LogKeys::parse(trusted)?;
    let found = copy.key().map_err(|error| ship_failure(&error))?;
    if found != trusted.first {
        return Err(Failure::Check(format!(
            "{} holds the record {found}, not {}; nothing was restored",
            from.display(),
            trusted.first
        )));
    }
    let signed = copy.note().map_err(|error| ship_failure(&error))?;
    let note = signed.ok_or_else(|| {
        Failure::Check(format!(
            "{} holds no signed checkpoint, so nobody vouches for it; nothing was restored",
            from.display()
        ))
    })?;
    trusted.all_signed(&note)
}

fn fill(restore: &Restore, mut copy: ShippedCopy, vault: &Path, part: &Path) -> Outcome<Made> {
    let data = DataDir::new(part);
    copied(&vault.join("vault.db"), &data.vault_db())?;
    if vault.join("access.db").exists() {
        copied(&vault.join("access.db"), &data.access_db())?;
    }
    open_vault(part)?;
    let key = copy.key().map_err(|error| ship_failure(&error))?;
    let old = key.name().to_owned();
    // Under the old name more may have been signed than is here. Seeded by the operating system:
    // it has to be unique, not secret.
    let random = RandomState::new().build_hasher().finish();
    let new = match &restore.origin {
        Some(origin) if *origin == old => {
            return Err(Failure::Usage(format!(
                "{old} has promised what may not be in the copy; choose another --origin"
            )));
        }
        Some(origin) => origin.clone(),
        None => format!("{old}/restored-{random:016x}"),
    };
    Signer::generate(&new, &data.signing_key())
        .and_then(|_| data.make_second_key(&new))
        .map_err(|error| Failure::Usage(format!("the origin cannot be used: {}", chain(&error))))?;
    let bar = crate::progress::bar("restoring", None);
    let mut progress = |progress: Progress| bar.set_position(progress.events);
    let frames = restore_frames(
        &mut copy,
        &data.ledger_db(),
        restore.to_frame,
        &mut progress,
    )
    .map_err(|error| ship_failure(&error))?;
    bar.finish_and_clear();
    Ok(Made { frames, old, new })
}

fn copied(from: &Path, to: &Path) -> Outcome {
    let mut file = File::open(from)
        .map_err(|error| Failure::io(format_args!("cannot read {}", from.display()), &error))?;
    write(&mut file, to)
        .map(drop)
        .map_err(|error| Failure::io(format_args!("cannot write {}", to.display()), &error))
}

fn print(restore: &Restore, made: &Made) -> Outcome {
    let (frames, dir) = (&made.frames, &restore.data.data);
    let signed = frames.signed.as_ref().map_or(0, |signed| signed.size);
    let json = json!({
        "data": dir, "events": frames.events, "frames": frames.frames,
        "root": frames.root.to_string(), "verified": true, "old_origin": made.old,
        "origin": made.new, "signed_under_old_origin": signed,
    });
    let lost = match signed.saturating_sub(frames.events) {
        0 => String::new(),
        lost => format!(
            "{lost} events that were signed under the old name are not in it: keep the copy.\n"
        ),
    };
    let text = format!(
        "{} holds {} events in {} frames; verified.\n{lost}Its record goes on as {}: say so to \
         whoever holds checkpoints of {}.\nNext: callbox serve --data {}",
        dir.display(),
        frames.events,
        frames.frames,
        made.new,
        made.old,
        dir.display()
    );
    output::result(restore.printed.format, text, &json)
}
