//! Tasks of the project itself, run as `cargo xtask TASK`: house rules and benches.
//!
//! What is absent: anything that a user of callbox needs.

#![expect(
    clippy::print_stdout,
    reason = "a task's results go to standard output"
)]

use std::path::Path;

use anyhow::Context as _;
use clap::Parser;

mod bench;
mod erasure;
mod kill;
mod machines;
mod sbom;
mod server;
mod simulate;
mod tidy;
mod week;

/// Runs the tasks of the project itself.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(clap::Subcommand)]
enum Task {
    /// Checks the house rules that no compiler checks.
    Tidy,
    /// Measures; build with `--release` or the figures mean nothing.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Erases one case of a long ledger and looks for what is left of it.
    Erasure(erasure::Arguments),
    /// Kills the server under load at random moments and looks for what it lost.
    Kill(kill::Arguments),
    /// Visits every state that two units and two incidents can come to.
    Machines(machines::Arguments),
    /// Writes what the program is made of as CycloneDX, after holding it against Cargo.lock.
    Sbom(sbom::Arguments),
    /// Plays seeded days with faults, kills and clocks that jump, and checks every step.
    Simulate(simulate::Arguments),
    /// Lets days pass at many times the speed of life, with dispatchers who act through the API at once.
    Week(week::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Tidy => tidy::run(repository()?),
        Task::Bench(bench) => bench.run(),
        Task::Erasure(arguments) => erasure::run(&arguments),
        Task::Kill(arguments) => kill::run(&arguments),
        Task::Machines(arguments) => machines::run(&arguments),
        Task::Sbom(arguments) => sbom::run(repository()?, &arguments),
        Task::Simulate(arguments) => simulate::run(&arguments),
        Task::Week(arguments) => week::run(&arguments),
    }
}

/// The root of the repository that this task was built from.
fn repository() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .context("the crate is not two directories below the root of the repository")
}
