//! `callbox geo rank`: who is nearest by driving time.

use std::path::PathBuf;

use callbox_geo::Coord;
use clap::Args;
use serde_json::{Value, json};

use super::{minutes, point, profiled, snap, table::Table};
use crate::{
    commands::{Data, Printed},
    failure::Outcome,
    output,
};

/// Orders many places by their driving time to one
///
/// The CSV file has the columns `lat` and `lon`, and `unit`, `id` or `name` where rows have names.
/// Rows that no way leads from come last.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  callbox geo rank --from units.csv --to 39.45,-76.82 --data callbox-data"
)]
pub(super) struct Rank {
    /// The places to start from
    #[arg(long, value_name = "CSV")]
    from: PathBuf,
    /// Where to go
    #[arg(long, value_name = "LAT,LON", value_parser = point, allow_hyphen_values = true)]
    to: Coord,
    /// blue-light, heavy, car, foot or boat, or one of the agency's own
    #[arg(long, default_value = "blue-light")]
    profile: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

struct Row {
    label: String,
    point: Coord,
    seconds: Option<f64>,
}

impl Rank {
    pub(super) fn run(&self) -> Outcome {
        let (streets, profile) = profiled(&self.data, &self.profile, None)?;
        let to = snap(&streets, self.to)?;
        let mut table = Table::open(&self.from)?;
        let (lat, lon) = (table.needed("lat")?, table.needed("lon")?);
        let label = table.column(&["unit", "id", "name", "label"]);
        let (mut rows, mut starts, mut of) = (Vec::new(), Vec::new(), Vec::new());
        while table.next()? {
            let point = table.point(lat, lon)?;
            let (north, east) = point.degrees();
            if let Some(start) = streets.snap(north, east) {
                starts.push(start);
                of.push(rows.len());
            }
            rows.push(Row {
                label: label.map_or_else(|| table.row().to_string(), |at| table.text(at)),
                point,
                seconds: None,
            });
        }
        let etas = streets.eta_many_to_one(&starts, &to, profile);
        for (row, eta) in of.into_iter().zip(etas) {
            rows[row].seconds = eta.map(callbox_geo::eta::Eta::seconds);
        }
        let never = f64::INFINITY;
        rows.sort_by(|a, b| {
            let (a, b) = (a.seconds.unwrap_or(never), b.seconds.unwrap_or(never));
            a.total_cmp(&b)
        });
        let (lat, lon) = self.to.degrees();
        let json = json!({
            "to": {"lat": lat, "lon": lon}, "profile": self.profile,
            "rows": rows.iter().map(row_json).collect::<Vec<_>>(),
        });
        let lines: Vec<String> = rows.iter().map(row_line).collect();
        let text = if lines.is_empty() {
            "no rows".to_owned()
        } else {
            lines.join("\n")
        };
        output::result(self.printed.format, text, &json)
    }
}

fn row_json(row: &Row) -> Value {
    let (lat, lon) = row.point.degrees();
    json!({
        "label": row.label, "lat": lat, "lon": lon, "seconds": row.seconds,
    })
}

fn row_line(row: &Row) -> String {
    let time = row.seconds.map_or_else(|| "no way".to_owned(), minutes);
    format!("{time:>9}  {}", row.label)
}
