//! `callbox replay`: a real call history through the live rules.

use std::path::PathBuf;

use clap::Args;

use super::{Data, Printed};
use crate::{
    failure::Outcome,
    output,
    replay::{self, Speed},
};

/// Replays a call history (CSV, gzip or not) with its own times, as its map says
///
/// Offline into a data directory, which is made when there is none; or, with --to, over HTTP into
/// a running server. Everything is read and checked before the first event is recorded. Rows that
/// cannot be used are listed with their reason. Running it again adds only what is not there.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox replay history.csv.gz --map maps/san-francisco-fire.toml --data callbox-data")]
pub(super) struct Replay {
    /// The history
    #[arg(value_name = "FILE.csv[.gz]")]
    file: PathBuf,
    /// What the file's columns mean
    #[arg(long, value_name = "MAP.toml")]
    map: PathBuf,
    #[command(flatten)]
    data: Data,
    /// How fast: max, or a factor over real time
    #[arg(long, value_name = "max|N", default_value = "max", value_parser = Speed::parse)]
    speed: Speed,
    /// Replay into the server at this address (http://HOST:PORT) instead of a data directory
    #[arg(
        long,
        value_name = "URL",
        requires = "token_file",
        conflicts_with = "data"
    )]
    to: Option<String>,
    /// The file that holds the token for that server; see: callbox token add --help
    #[arg(long, value_name = "FILE", requires = "to")]
    token_file: Option<PathBuf>,
    /// Where rows that cannot be used are listed
    #[arg(long, value_name = "FILE", default_value = "rejected.csv")]
    rejected: PathBuf,
    /// Only define the types, priorities and units that the history uses; no call is recorded
    #[arg(long, conflicts_with = "to")]
    only_define: bool,
    /// Also raise the alarms of the center's clocks, at the history's times; only offline
    #[arg(long, conflicts_with = "to")]
    alarms: bool,
    /// Also publish these response plans (CSV) before the first call, and record with each call's
    /// first unit what they would have sent, by the streets in the data directory; only offline
    #[arg(long, value_name = "PLANS.csv", conflicts_with_all = ["to", "only_define"])]
    plans: Option<PathBuf>,
    #[command(flatten)]
    printed: Printed,
}

impl Replay {
    pub(super) fn run(self) -> Outcome {
        super::log("error");
        let input = replay::Input {
            file: self.file,
            map: self.map,
            rejected: self.rejected,
        };
        let beside = replay::Beside {
            only_define: self.only_define,
            alarms: self.alarms,
            plans: self.plans,
        };
        let tally = match (self.to, self.token_file) {
            (Some(url), Some(token)) => replay::into_server(&input, &url, &token, self.speed)?,
            _ => replay::into_directory(&input, &self.data.data, self.speed, &beside)?,
        };
        output::result(self.printed.format, &tally, &tally)
    }
}
