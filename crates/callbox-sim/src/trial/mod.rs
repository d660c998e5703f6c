//! Seeded days in which everything goes wrong, through the real engine and the real rules.
//!
//! A trial is a script of lines: what users do, and what befalls them (faults of the store, clocks
//! that jump, kills, restarts). [`run`] makes the lines of a seed while it plays them, so that they
//! fit the state; [`play`] plays lines again. After every line the live state is held against the
//! rules, the ledger and the invariants of the architecture. [`shrink`] leaves out lines that a
//! failure does not need.
//!
//! What is absent: a clock, threads of its own, chance that the seed does not give.

mod act;
mod check;
mod line;
mod seldom;
mod shrink;
mod town;
mod way_out;
mod world;

#[cfg(test)]
mod tests;

use std::{fmt, path::Path};

pub use line::{Befalls, Line, Unreadable};
pub use shrink::shrink;
pub use way_out::{Stuck, way_out};
pub use world::{Seen, World};

/// An invariant that does not hold, and after which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The lines up to the one after which it was seen, that one included.
    pub lines: Vec<Line>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} lines: {}", self.lines.len(), self.what)
    }
}

impl std::error::Error for Broken {}

/// Makes and plays `steps` lines of a seed in the empty directory `dir`.
pub fn run(seed: u64, steps: usize, dir: &Path) -> Result<Seen, Broken> {
    let mut day = act::Day::new(seed);
    let mut lines = Vec::new();
    let mut world = World::new(dir).map_err(|what| Broken {
        lines: Vec::new(),
        what,
    })?;
    for _ in 0..steps {
        let line = day.next(&world);
        lines.push(line.clone());
        if let Err(what) = world.step(&line) {
            return Err(Broken { lines, what });
        }
    }
    world.end().map_err(|what| Broken { lines, what })
}

/// Plays lines in the empty directory `dir`.
pub fn play(lines: &[Line], dir: &Path) -> Result<Seen, Broken> {
    let broken = |at: usize, what| Broken {
        lines: lines[..at].to_vec(),
        what,
    };
    let mut world = World::new(dir).map_err(|what| broken(0, what))?;
    for (at, line) in lines.iter().enumerate() {
        world.step(line).map_err(|what| broken(at + 1, what))?;
    }
    world.end().map_err(|what| broken(lines.len(), what))
}
