//! `callbox eta`: driving times and ways, from a running server.

use callbox_geo::{Coord, eta::Size};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Printed, Running,
    geo::{minutes, point},
};
use crate::{failure::Outcome, output};

/// Says how long the drive takes from some places to others, by which streets, and why
///
/// Asks a running server, which knows what is closed; `callbox geo eta` asks the streets of a data
/// directory. One place and one place: the way. More: a table, a row for each start.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox eta --from 39.469,-76.829 --to 39.45,-76.82 --profile heavy --weight 26 \\
      --server http://127.0.0.1:8110 --token-file token")]
pub(super) struct Eta {
    /// Where drives begin; may be repeated
    #[arg(long, value_name = "LAT,LON", value_parser = point, required = true, allow_hyphen_values = true)]
    from: Vec<Coord>,
    /// Where they end; may be repeated
    #[arg(long, value_name = "LAT,LON", value_parser = point, required = true, allow_hyphen_values = true)]
    to: Vec<Coord>,
    /// blue-light, heavy, car, foot or boat, or one of the agency's own
    #[arg(long, default_value = "blue-light")]
    profile: String,
    #[command(flatten)]
    size: Measures,
    /// As at this time: what is open, closed or slower by the hour; now without it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    server: Running,
    #[command(flatten)]
    printed: Printed,
}

/// A vehicle of another size than its profile's.
#[derive(Debug, Args)]
pub(super) struct Measures {
    /// The vehicle's height; the profile's own without it
    #[arg(long, value_name = "METERS", value_parser = measure)]
    height: Option<f64>,
    /// The vehicle's width
    #[arg(long, value_name = "METERS", value_parser = measure)]
    width: Option<f64>,
    /// The vehicle's weight
    #[arg(long, value_name = "TONNES", value_parser = measure)]
    weight: Option<f64>,
}

impl Measures {
    pub(super) fn size(&self) -> Size {
        Size {
            height_meters: self.height.map(|it| it as f32),
            width_meters: self.width.map(|it| it as f32),
            weight_tonnes: self.weight.map(|it| it as f32),
        }
    }
}

impl Eta {
    pub(super) fn run(self) -> Outcome {
        let pairs = |points: &[Coord]| -> Vec<[f64; 2]> {
            let pair = |point: &Coord| {
                let (lat, lon) = point.degrees();
                [lat, lon]
            };
            points.iter().map(pair).collect()
        };
        let parts =
            |measure: Option<f64>, parts: f64| measure.map(|it| (it * parts).round() as u64);
        let body = json!({
            "from": pairs(&self.from),
            "to": pairs(&self.to),
            "profile": self.profile,
            "height_centimeters": parts(self.size.height, 100.0),
            "width_centimeters": parts(self.size.width, 100.0),
            "at": self.at,
            "weight_kilograms": parts(self.size.weight, 1_000.0),
        });
        let is_way = self.from.len() == 1 && self.to.len() == 1;
        let path = match is_way {
            true => "/api/v1/eta/route",
            false => "/api/v1/eta",
        };
        let answer = self.server.post(path, &body)?;
        let text = match is_way {
            true => way(&answer),
            false => table(&answer),
        };
        output::result(self.printed.format, text, &answer)
    }
}

fn way(answer: &Value) -> String {
    let number = |of: &Value, key: &str| of[key].as_f64().unwrap_or_default();
    let mut text = format!(
        "{}  {:.0} m  {}",
        minutes(number(answer, "seconds")),
        number(answer, "meters"),
        answer["profile"].as_str().unwrap_or_default()
    );
    for leg in answer["legs"].as_array().into_iter().flatten() {
        let name = leg["street"].as_str().unwrap_or("(no name)");
        text += &format!("\n  {:>7.0} m  {name}", number(leg, "meters"));
    }
    let detour = &answer["detour"];
    if detour.is_object() {
        let around = detour["around"].as_array().into_iter().flatten();
        let around: Vec<&str> = around.filter_map(Value::as_str).collect();
        let without = minutes(number(detour, "seconds_without"));
        let around = match around.is_empty() {
            true => "a street without a name".to_owned(),
            false => around.join(", "),
        };
        text += &format!("\n  goes round {around} (closed); without that {without}");
    }
    text
}

/// A row for each start, a column for each goal.
fn table(answer: &Value) -> String {
    let rows = answer["seconds"].as_array().into_iter().flatten();
    let rows = rows.map(|row| {
        let cells = row.as_array().into_iter().flatten().map(|time| {
            let time = time.as_f64();
            let text = time.map_or_else(|| "no way".to_owned(), minutes);
            format!("{text:>10}")
        });
        cells.collect::<String>()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Parses metres or tonnes.
fn measure(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|it| (0.01..=100.0).contains(it));
    parsed.ok_or_else(|| "give a number from 0.01 to 100".to_owned())
}
