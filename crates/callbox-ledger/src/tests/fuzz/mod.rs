//! Decoders meet bytes that nobody wrote: changed at random from real ones.
//!
//! A target reads its bytes and states a law: whatever is taken reads back as the same, and nothing
//! that was changed counts as signed. No target may panic. Each ordinary test run makes a few
//! thousand tries with fixed seeds. The long run takes another seed each time and lasts as long as
//! it is told, shared among the targets:
//!
//! ```text
//! CALLBOX_FUZZ_SECONDS=3600 nice cargo test --release -p callbox-ledger tests::fuzz::long -- --ignored --nocapture
//! ```
//!
//! What it finds is printed as hexadecimal digits and goes into `corpus/TARGET/` as a file, where it
//! is tried with each run from then on. Changes are blind: there is no feedback from coverage, which
//! the stable compiler does not offer.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
#![expect(
    clippy::print_stderr,
    reason = "a run that looks at something, or at nothing, must say so"
)]

pub(crate) mod mutate;
mod packed;
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mutate::{Dice, mutate};
use targets::{TARGETS, Target};

/// How often an ordinary test run tries each target.
const TRIES: u64 = 3_000;

/// Reads the files of the target's corpus, in the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/fuzz/corpus");
    let Ok(entries) = fs::read_dir(root.join(name)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Gives the seeds of a target: real bytes first, then what stands in the corpus.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds = (target.seeds)();
    seeds.extend(corpus(target.name));
    seeds
}

/// Tries one input; a panic prints what it takes to repeat it.
fn attempt(target: &Target, check: &mut dyn FnMut(&[u8]), bytes: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| check(bytes))).is_err() {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("target {} fails on {digits}", target.name);
    }
}

#[test]
fn real_bytes_and_the_corpus_are_read() {
    for target in TARGETS {
        let mut check = (target.make)();
        for bytes in seeds(target) {
            attempt(target, &mut *check, &bytes);
        }
    }
}

#[test]
fn changed_bytes_harm_no_decoder() {
    for (place, target) in TARGETS.iter().enumerate() {
        let seeds = seeds(target);
        let mut check = (target.make)();
        let mut dice = Dice::new(place as u64 + 1);
        for _ in 0..TRIES / target.cost {
            attempt(target, &mut *check, &mutate(&seeds, &mut dice));
        }
    }
}

#[test]
fn a_corpus_belongs_to_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/fuzz/corpus");
    for entry in fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(
            TARGETS.iter().any(|target| *target.name == *name),
            "no target is called {name:?}"
        );
    }
}

#[test]
#[ignore = "lasts as long as CALLBOX_FUZZ_SECONDS says, an hour without it"]
fn long() {
    let seconds = std::env::var("CALLBOX_FUZZ_SECONDS").map_or(3_600, |text| text.parse().unwrap());
    let share = Duration::from_secs(seconds) / TARGETS.len() as u32;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = now.as_nanos() as u64;
    eprintln!("seed {seed}, {} s for each target", share.as_secs());
    for target in TARGETS {
        let seeds = seeds(target);
        let mut check = (target.make)();
        let mut dice = Dice::new(seed);
        let (started, mut tries) = (Instant::now(), 0_u64);
        while started.elapsed() < share {
            for _ in 0..64 {
                attempt(target, &mut *check, &mutate(&seeds, &mut dice));
            }
            tries += 64;
        }
        eprintln!("{:>10}  {tries:>12} tries, no failure", target.name);
    }
}
