//! `callbox geo calibrate`: speeds as the agency drives them.

use std::path::PathBuf;

use callbox_geo::eta::{CalibrateError, Calibrated, Drive, Misses, keep_speeds, speeds_file};
use clap::Args;
use serde_json::{Value, json};

use super::{profiled, table::Table};
use crate::{
    center,
    commands::{Data, Printed},
    failure::{Failure, Outcome, chain},
    output,
};

/// Learns how fast the agency drives on each kind of street, from drives that it recorded
///
/// The CSV file has the columns `from_lat`, `from_lon`, `to_lat`, `to_lon` and `seconds` (on scene
/// less en route). A fifth of the drives is held out and says whether the learned speeds are better;
/// if not, or if there are too few drives, nothing changes and the exit code is 4. What is learned is
/// kept in `speeds.toml` beside the streets; a running server has it after its next start.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  callbox geo calibrate drives.csv --profile heavy --data callbox-data"
)]
pub(super) struct Calibrate {
    /// The drives
    #[arg(value_name = "CSV")]
    file: PathBuf,
    /// The profile that drove them
    #[arg(long, default_value = "blue-light")]
    profile: String,
    /// Only say what would be learned
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Calibrate {
    pub(super) fn run(&self) -> Outcome {
        let (streets, profile) = profiled(&self.data, &self.profile, None)?;
        let mut table = Table::open(&self.file)?;
        let from = (table.needed("from_lat")?, table.needed("from_lon")?);
        let to = (table.needed("to_lat")?, table.needed("to_lon")?);
        let seconds = table.needed("seconds")?;
        let (mut drives, mut off_map, mut unrecorded) = (Vec::new(), 0u64, 0u64);
        while table.next()? {
            if [from.0, from.1, to.0, to.1, seconds]
                .iter()
                .any(|&column| table.text(column).is_empty())
            {
                unrecorded += 1;
                continue;
            }
            let ends = [table.point(from.0, from.1)?, table.point(to.0, to.1)?];
            let [Some(from), Some(to)] = ends.map(|end| {
                let (lat, lon) = end.degrees();
                streets.snap(lat, lon)
            }) else {
                off_map += 1;
                continue;
            };
            let seconds = table.number(seconds)?;
            drives.push(Drive { from, to, seconds });
        }
        let learned = streets.calibrate(profile, &drives).map_err(|why| {
            let hint = match why {
                CalibrateError::TooFew { .. } => format!(
                    "; {unrecorded} more rows lack a place or a time, {off_map} lie off the map"
                ),
                CalibrateError::NoBetter { .. } => String::new(),
            };
            Failure::Refused(format!("{why}{hint}"))
        })?;
        let dir = center::existing(&self.data.data)?.streets();
        if !self.dry_run {
            let note = format!(
                "learned from {} drives; on {} others the mean error is {:.1} %, it was {:.1} %",
                learned.used[0],
                learned.used[1],
                learned.after.mean_share * 100.0,
                learned.before.mean_share * 100.0
            );
            keep_speeds(&dir, &learned.profile, &note)
                .map_err(|error| Failure::Input(chain(&error)))?;
        }
        let kept = (!self.dry_run).then(|| speeds_file(&dir).display().to_string());
        let json = json!({
            "profile": self.profile, "learned_from": learned.used[0], "held_out": learned.used[1],
            "left_out": learned.left_out, "off_map": off_map, "unrecorded": unrecorded,
            "before": misses_json(&learned.before), "after": misses_json(&learned.after),
            "scale": scales(&learned), "kept": kept,
        });
        let mut lines = vec![
            format!("learned from   {} drives", learned.used[0]),
            format!("held out       {} drives", learned.used[1]),
            format!(
                "left out       {} implausible, {off_map} off the map, {unrecorded} unrecorded",
                learned.left_out
            ),
            format!("before         {}", misses_line(&learned.before)),
            format!("after          {}", misses_line(&learned.after)),
        ];
        lines.push(kept.map_or_else(
            || "kept           nothing".to_owned(),
            |file| format!("kept           {file}"),
        ));
        output::result(self.printed.format, lines.join("\n"), &json)
    }
}

fn misses_json(misses: &Misses) -> Value {
    json!({
        "median_seconds": misses.median_seconds, "mean_share": misses.mean_share,
        "ratio": misses.ratio,
    })
}

fn misses_line(misses: &Misses) -> String {
    format!(
        "median {:.0} s off, mean {:.1} % off, computed/recorded {:.2}",
        misses.median_seconds,
        misses.mean_share * 100.0,
        misses.ratio
    )
}

fn scales(learned: &Calibrated) -> serde_json::Map<String, Value> {
    let classes = callbox_geo::roads::Class::ALL.into_iter();
    classes
        .map(|class| {
            let scale = learned.profile.scale[class as usize];
            (class.code().to_owned(), json!(scale))
        })
        .collect()
}
