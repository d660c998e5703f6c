//! The command line of callbox: one program for a dispatch centre.
//!
//! Each verb is a file in `commands`. Results go to stdout, everything else to stderr; the exit
//! codes stand in [`failure`]. What is *absent*: rules (in `callbox-domain`), formats of the ledger.

mod archive;
mod center;
mod commands;
mod defaults;
mod demo_drive;
mod demo_place;
mod failure;
mod output;
mod passphrase;
mod progress;
mod replay;
mod secrets;
mod times;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let outcome = commands::Cli::parse().run();
    failure::exit_code(outcome)
}
