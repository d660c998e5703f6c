//! `callbox verify`: is the record what was signed?

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::Instant,
};

use callbox_engine::{Blanks, DataDir, explain_blanks};
use callbox_ledger::{
    Checkpoint, Fault, Gate, Progress, Signer, SqliteReader, StoreError, VerifierKey, VerifyReport,
    verify,
};
use clap::Args;
use serde_json::json;

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome},
    output,
};

/// The most bytes of a checkpoint file.
const MAX_CHECKPOINT: u64 = callbox_ledger::MAX_NOTE_BYTES as u64;

/// Reads and hashes the whole ledger and compares it with the signed checkpoint
///
/// Exits with 1 and names the first bad frame when anything was altered, cut or exchanged, and when
/// personal data was blanked without an erasure on the record. Works while a server runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox verify --data callbox-data --against checkpoint-from-yesterday")]
pub(super) struct Verify {
    #[command(flatten)]
    data: Data,
    /// A signed checkpoint that was kept elsewhere; the ledger must still contain it
    #[arg(long, value_name = "CHECKPOINT-FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

impl Verify {
    pub(super) fn run(self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let key = key_of(&data)?;
        let mut checkpoints = Vec::new();
        let gate = Gate::open(&data.checkpoint()).map_err(|error| Failure::internal(&error))?;
        match gate.checkpoint(&key) {
            Ok(kept) => checkpoints.extend(kept.map(|kept| ("the kept checkpoint", kept))),
            Err(error) => return self.bad(&error.to_string(), None),
        }
        if let Some(path) = &self.against {
            match read_checkpoint(path, &key)? {
                Ok(given) => checkpoints.push(("the given checkpoint", given)),
                Err(why) => return self.bad(&why, None),
            }
        }
        let begun = Instant::now();
        let mut report = None;
        // One reading for each: a ledger mostly has one checkpoint.
        let mut rounds: Vec<Option<&(&str, Checkpoint)>> = checkpoints.iter().map(Some).collect();
        if rounds.is_empty() {
            rounds.push(None);
        }
        for round in rounds {
            match check(&data.ledger_db(), round.map(|(_, checkpoint)| checkpoint))? {
                Ok(found) => report = Some(found),
                Err(fault) => return self.bad(&fault.to_string(), Some(&fault)),
            }
        }
        let report = report.expect("there is at least one round");
        if report.erased > 0 {
            let blanks = explain_blanks(&data).map_err(|error| Failure::internal(&error))?;
            if blanks.unexplained > 0 {
                return self.bad(&unexplained(&blanks), None);
            }
            if let Some(seq) = blanks.misfits.first() {
                let why = format!("the erasure at event {seq} names other payloads than there are");
                return self.bad(&why, None);
            }
        }
        self.good(&report, &checkpoints, begun.elapsed().as_secs_f64())
    }

    fn good(
        &self,
        report: &VerifyReport,
        checkpoints: &[(&str, Checkpoint)],
        seconds: f64,
    ) -> Outcome {
        let per_second = (report.events as f64 / seconds.max(1e-9)).round();
        let signed = checkpoints
            .iter()
            .map(|(_, checkpoint)| checkpoint.size)
            .max();
        let last = report
            .last_recorded_us
            .map(|us| callbox_domain::Timestamp::from_micros(us).to_string());
        let json = json!({
            "ok": true,
            "frames": report.frames,
            "events": report.events,
            "bytes": report.bytes,
            "erased": report.erased,
            "last_recorded": last,
            "root": report.root.to_string(),
            "checkpoints": checkpoints.iter().map(|(name, checkpoint)| json!({
                "which": name, "origin": checkpoint.origin, "size": checkpoint.size,
                "root": checkpoint.root.to_string(),
            })).collect::<Vec<_>>(),
            "seconds": (seconds * 1e3).round() / 1e3,
            "events_per_second": per_second,
        });
        let signed = match signed {
            Some(signed) => format!("{signed} of them signed"),
            None => "no checkpoint was signed yet, so that a cut or rewritten end cannot be seen"
                .to_owned(),
        };
        let text = format!(
            "The ledger is as it was written: {} events in {} frames, {signed}.\n\
             root     {}\nerased   {}\nseconds  {seconds:.3} ({per_second} events a second)",
            report.events, report.frames, report.root, report.erased,
        );
        output::result(self.printed.format, text, &json)
    }

    fn bad(&self, why: &str, fault: Option<&Fault>) -> Outcome {
        let frame = fault.map(|fault| fault.frame);
        let json = json!({ "ok": false, "first_bad_frame": frame, "fault": why });
        output::result(
            self.printed.format,
            format_args!("The ledger is NOT good: {why}"),
            &json,
        )?;
        Err(Failure::Check(
            "the check failed; keep the files as they are, and compare with a backup".to_owned(),
        ))
    }
}

fn unexplained(blanks: &Blanks) -> String {
    let first: Vec<String> = blanks.first.iter().map(u64::to_string).collect();
    let more = if blanks.unexplained > blanks.first.len() as u64 {
        ", …"
    } else {
        ""
    };
    let payloads = match blanks.unexplained {
        1 => "a personal payload is blanked".to_owned(),
        n => format!("{n} personal payloads are blanked"),
    };
    format!(
        "{payloads} without a reason on the ledger (event {}{more})",
        first.join(", ")
    )
}

/// Verifies the ledger at `path`, with a bar.
pub(super) fn check(
    path: &Path,
    against: Option<&Checkpoint>,
) -> Outcome<Result<VerifyReport, Fault>> {
    let mut reader = SqliteReader::open(path).map_err(|error| match error {
        // A file that is no database any more is a ledger that was not left as it was written.
        StoreError::Corrupt { .. } => Failure::Check(format!(
            "the ledger is NOT good: {}; put a backup back",
            crate::failure::chain(&error)
        )),
        error => center::store(&error),
    })?;
    let bar = crate::progress::bar("verifying", against.map(|checkpoint| checkpoint.size));
    let mut progress = |progress: Progress| bar.set_position(progress.events);
    let found = verify(&mut reader, against, &mut progress);
    bar.finish_and_clear();
    Ok(found)
}

/// The key with which the center's checkpoints are checked.
pub(super) fn key_of(data: &DataDir) -> Outcome<VerifierKey> {
    match Signer::load(&data.signing_key()) {
        Ok(signer) => Ok(signer.verifier().clone()),
        Err(error) => Err(Failure::Input(crate::failure::chain(&error))),
    }
}

/// Reads a checkpoint from a file; the inner error says why it does not count.
pub(super) fn read_checkpoint(
    path: &Path,
    key: &VerifierKey,
) -> Outcome<Result<Checkpoint, String>> {
    let mut note = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_CHECKPOINT).read_to_string(&mut note))
        .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
    Ok(Checkpoint::open(&note, key).map_err(|error| {
        format!(
            "{} is not a checkpoint of this ledger: {error}",
            path.display()
        )
    }))
}
