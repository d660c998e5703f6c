//! What the published files cost: writing them, and proving from them beside proving from the ledger.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use callbox_ledger::{
    Checkpointer, Gate, Proven, Signer, SqliteReader, TileReader, export_tiles, prove_event,
    prove_event_from_tiles, verify_proof,
};

use super::{cpu_nanos, median};

/// The figures of one exported ledger.
pub(super) struct Tiles {
    pub(super) events: u64,
    /// Hash tiles alone, and with entry bundles; each read back and checked from the database.
    pub(super) export_events_per_second: [f64; 2],
    pub(super) export_cpu_micros: [f64; 2],
    /// Bytes of files for one event: of hash tiles, of entry bundles.
    pub(super) file_bytes: [f64; 2],
    /// One proof, its check included: from tiles, and from the ledger alone.
    pub(super) prove_micros: f64,
    pub(super) prove_from_ledger_micros: f64,
    pub(super) verify_proof_micros: f64,
    pub(super) proof_bytes: usize,
}

pub(super) fn measure(ledger: &Path, directory: &Path, rounds: usize) -> anyhow::Result<Tiles> {
    let signer = Signer::generate("bench.example/center", &directory.join("key"))?;
    let key = signer.verifier().clone();
    let gate = Gate::open(&directory.join("gate"))?;
    let mut checkpointer = Checkpointer::new(Box::new(SqliteReader::open(ledger)?), signer, gate);
    let events = checkpointer.advance()?.size;
    let note = checkpointer.gate().note()?.context("a note was signed")?;
    let (mut speed, mut cpu) = ([0.0; 2], [0.0; 2]);
    let (tiles, entries) = (directory.join("tiles"), directory.join("entries"));
    for (which, wanted) in [None, Some(entries.as_path())].into_iter().enumerate() {
        let mut times = Vec::new();
        for _ in 0..rounds.min(3) {
            for path in [&tiles, &entries] {
                if path.exists() {
                    fs::remove_dir_all(path)?;
                }
            }
            let mut reader = SqliteReader::open(ledger)?;
            let (before, start) = (cpu_nanos()?, Instant::now());
            let report = export_tiles(&mut reader, &note, &key, &tiles, wanted)?;
            ensure!(report.size == events, "all was exported");
            let seconds = start.elapsed().as_secs_f64();
            let micros = (cpu_nanos()? - before) as f64 / 1e3;
            times.push([events as f64 / seconds, micros / events as f64, 0.0, 0.0]);
        }
        (speed[which], cpu[which]) = (median(&times, 0), median(&times, 1));
    }
    let mut reader = SqliteReader::open(ledger)?;
    let mut files = TileReader::new(&tiles);
    let mut proven = None;
    let start = Instant::now();
    let count = 1000;
    for n in 0..count {
        let seq = n * (events / count);
        proven = Some(prove_event_from_tiles(
            &mut files,
            &mut reader,
            seq,
            &note,
            &key,
        )?);
    }
    let prove_micros = start.elapsed().as_secs_f64() * 1e6 / count as f64;
    let start = Instant::now();
    let Proven { proof, leaf } = prove_event(&mut reader, events / 2, &note, &key)?;
    let prove_from_ledger_micros = start.elapsed().as_secs_f64() * 1e6;
    let start = Instant::now();
    for _ in 0..count {
        verify_proof(&proof, &leaf, &key, None)?;
    }
    let verify_proof_micros = start.elapsed().as_secs_f64() * 1e6 / count as f64;
    Ok(Tiles {
        events,
        export_events_per_second: speed,
        export_cpu_micros: cpu,
        file_bytes: [&tiles, &entries].map(|path| bytes_below(path) as f64 / events as f64),
        prove_micros,
        prove_from_ledger_micros,
        verify_proof_micros,
        proof_bytes: proven.context("there are events")?.proof.len(),
    })
}

/// Adds up the lengths of all files below a directory.
fn bytes_below(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
