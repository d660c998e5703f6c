//! `callbox coverage`: which streets help reaches in time, from a running server.

use clap::{Args, ValueEnum};

use super::{Printed, Running};
use crate::{failure::Outcome, output};

/// Says how much of the streets help reaches in time, from where it is free now or from stations
///
/// Asks a running server, which knows where units are and what is closed. The JSON form has the
/// squares of the flat map as well, with the metres of street in each.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox coverage --from stations --minutes 8 --server http://127.0.0.1:8110 --token-file token")]
pub(super) struct Coverage {
    /// From where: free units where they are, or stations as if each had one
    #[arg(long, value_enum, default_value = "units")]
    from: From,
    /// Only units of this type
    #[arg(long, value_name = "TYPE")]
    unit_type: Option<String>,
    /// Within so many minutes; without it the target of the center's clock for the drive
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=120))]
    minutes: Option<u8>,
    #[command(flatten)]
    server: Running,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    Units,
    Stations,
}

impl Coverage {
    pub(super) fn run(self) -> Outcome {
        let mut path = match self.from {
            From::Units => "/api/v1/coverage?from=units".to_owned(),
            From::Stations => "/api/v1/coverage?from=stations".to_owned(),
        };
        if let Some(minutes) = self.minutes {
            path.push_str(&format!("&minutes={minutes}"));
        }
        if let Some(code) = &self.unit_type {
            path.push_str(&format!("&type={}", super::encoded(code)));
        }
        let answer = self.server.get(&path)?;
        let number = |key: &str| answer[key].as_f64().unwrap_or_default();
        let percent = match number("meters") {
            meters if meters > 0.0 => number("in_time_meters") / meters * 100.0,
            _ => 0.0,
        };
        let how = match answer["turnout"] == true {
            true => "with the turnout",
            false => "driving time alone",
        };
        let text = format!(
            "{percent:.1} % of {:.1} km of street within {:.1} min ({how}), from {} places; {} free \
             units have no position",
            number("meters") / 1_000.0,
            number("seconds") / 60.0,
            answer["starts"],
            answer["unknown"],
        );
        output::result(self.printed.format, text, &answer)
    }
}
