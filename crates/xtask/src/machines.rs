//! Visits every state that two units and two incidents can come to.

use std::time::Instant;

use anyhow::bail;
use callbox_domain::script::Run;
use callbox_sim::machine::{Scope, TOWN, Trap, alphabet, explore, interleave};

/// What is explored.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The most states that are visited in one exploration.
    #[arg(long, default_value_t = 2_000_000)]
    limit: usize,
    /// How many commands the sequences with undoing have, with one unit one more; each further one takes
    /// 15 times as long.
    #[arg(long, default_value_t = 5)]
    length: usize,
}

/// Explores by growing scope; fails with the way to the first state that breaks a rule.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut run = Run::default();
    run.play(TOWN)?;
    let town = run.center();
    let scopes = [
        ("one unit, all verbs", Scope::All, 1),
        ("two units, their work", Scope::Work, 2),
        ("two units, all verbs", Scope::All, 2),
    ];
    for (name, scope, units) in scopes {
        let started = Instant::now();
        let explored = explore(town, &alphabet(scope, units), arguments.limit).or_else(fail)?;
        let seconds = started.elapsed().as_secs_f64();
        println!("{name}, two incidents: {explored} ({seconds:.1} s)");
    }
    for (name, units, length) in [
        ("one unit", 1, arguments.length + 1),
        ("two units", 2, arguments.length),
    ] {
        let started = Instant::now();
        let mut lines = alphabet(Scope::All, units);
        lines.push("undo".into());
        let explored = interleave(town, &lines, length).or_else(fail)?;
        let seconds = started.elapsed().as_secs_f64();
        println!("{name}, all verbs and undo, every sequence: {explored} ({seconds:.1} s)");
    }
    Ok(())
}

fn fail<T>(trap: Trap) -> anyhow::Result<T> {
    bail!("{}\nafter:\n{}", trap.what, trap.path.join("\n"))
}
