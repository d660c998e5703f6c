//! `callbox geo`: the streets by hand.

mod calibrate;
mod rank;
mod table;

use callbox_geo::{
    Coord,
    eta::{Detour, ProfileId, Snapped, Streets, StreetsError},
    geocode::{Answer, Ask, Geocoder, Verdict},
    roads::{Network, WallClock},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Data, Printed, eta::Measures};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output,
};

/// Finds places, says what stands at a point, and computes driving times, all offline
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox geo find \"12 Main St\" --data callbox-data")]
pub(super) struct Geo {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Finds a house number, street, crossing, place, kilometre post or coordinates
    ///
    /// Where several places fit, all are printed: nothing is guessed silently.
    #[command(after_help = "Example:\n  callbox geo find \"Main St & 5th\" --data callbox-data")]
    Find(Find),
    /// Says what stands at a point
    #[command(after_help = "Example:\n  callbox geo reverse 39.469,-76.829 --data callbox-data")]
    Reverse(Reverse),
    /// Computes the driving time between two points
    #[command(
        after_help = "Example:\n  callbox geo eta 39.469,-76.829 39.45,-76.82 --data callbox-data"
    )]
    Eta(Eta),
    Rank(rank::Rank),
    Calibrate(calibrate::Calibrate),
}

#[derive(Debug, Args)]
struct Find {
    /// What to look for, as people say it
    text: String,
    /// Answers that fit equally are ordered by their distance from here
    #[arg(long, value_name = "LAT,LON", value_parser = point, allow_hyphen_values = true)]
    near: Option<Coord>,
    /// The last word may be unfinished
    #[arg(long)]
    typing: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Reverse {
    /// The point
    #[arg(value_name = "LAT,LON", value_parser = point, allow_hyphen_values = true)]
    point: Coord,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Eta {
    /// Where the unit is
    #[arg(value_name = "FROM", value_parser = point, allow_hyphen_values = true)]
    from: Coord,
    /// Where it goes
    #[arg(value_name = "TO", value_parser = point, allow_hyphen_values = true)]
    to: Coord,
    /// blue-light, heavy, car, foot or boat, or one of the agency's own
    #[arg(long, default_value = "blue-light")]
    profile: String,
    #[command(flatten)]
    size: Measures,
    /// The local time that the question is about; without it no condition on the hour holds
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM", value_parser = wall_clock)]
    at: Option<WallClock>,
    /// As if the street at this point were closed to through traffic; may be repeated
    #[arg(long, value_name = "LAT,LON", value_parser = point, allow_hyphen_values = true)]
    closed: Vec<Coord>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Geo {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Find(find) => find.run(),
            What::Reverse(reverse) => reverse.run(),
            What::Eta(eta) => eta.run(),
            What::Rank(rank) => rank.run(),
            What::Calibrate(calibrate) => calibrate.run(),
        }
    }
}

impl Find {
    fn run(&self) -> Outcome {
        let ask = Ask {
            near: self.near,
            typing: self.typing,
            ..Ask::default()
        };
        let found = geocoder(&self.data)?.find(&self.text, &ask);
        let json = json!({
            "verdict": found.verdict.code(),
            "answers": found.answers.iter().map(answer).collect::<Vec<_>>(),
            "notes": found.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        let said = match found.verdict {
            Verdict::Certain => "Found.",
            Verdict::Confirm => "Probably this one; ask the caller.",
            Verdict::Choose => "Several places fit; ask which.",
            Verdict::Missing if found.answers.is_empty() => "Not in the file.",
            Verdict::Missing => "Not in the file; this comes nearest.",
        };
        let mut lines = vec![said.to_owned()];
        lines.extend(found.notes.iter().map(|note| format!("({note})")));
        lines.extend(found.answers.iter().map(line));
        output::result(self.printed.format, lines.join("\n"), &json)
    }
}

fn answer(answer: &Answer) -> Value {
    let (lat, lon) = answer.point.degrees();
    json!({
        "kind": answer.kind.code(), "label": answer.label, "tells_apart": answer.tells_apart,
        "lat": lat, "lon": lon, "extent_meters": answer.extent_meters, "score": answer.score,
        "reasons": answer.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn line(answer: &Answer) -> String {
    let (lat, lon) = answer.point.degrees();
    let apart = answer
        .tells_apart
        .as_ref()
        .map_or_else(String::new, |apart| format!(" ({apart})"));
    let reasons: Vec<String> = answer.reasons.iter().map(ToString::to_string).collect();
    let reasons = if reasons.is_empty() {
        String::new()
    } else {
        format!("  [{}]", reasons.join("; "))
    };
    format!(
        "{lat:.6},{lon:.6}  ±{:.0} m  {}  {}{apart}{reasons}",
        answer.extent_meters,
        answer.kind.code(),
        answer.label
    )
}

impl Reverse {
    fn run(&self) -> Outcome {
        let here = geocoder(&self.data)?.reverse(self.point);
        let Some((here, label)) = here.and_then(|here| here.label().map(|label| (here, label)))
        else {
            return Err(Failure::Input(
                "nothing that has a name is near that point".to_owned(),
            ));
        };
        let (lat, lon) = self.point.degrees();
        let crossing: Vec<&str> = here
            .cross_streets
            .iter()
            .map(|street| street.label.as_str())
            .collect();
        let json = json!({
            "label": label, "lat": lat, "lon": lon, "town": here.town, "block": here.block,
            "side": here.side, "cross_streets": crossing,
            "meters": here.house.as_ref().or(here.street.as_ref()).map(|near| near.meters),
        });
        output::result(self.printed.format, label, &json)
    }
}

impl Eta {
    fn run(&self) -> Outcome {
        let (streets, profile) = profiled(&self.data, &self.profile, self.at)?;
        let (from, to) = (snap(&streets, self.from)?, snap(&streets, self.to)?);
        for &closed in &self.closed {
            streets.close(&streets.edges_at(&snap(&streets, closed)?));
        }
        let vehicle = streets.vehicle(profile, self.size.size());
        let route = vehicle.route(&from, &to).ok_or_else(|| {
            Failure::Input("no way leads from the one point to the other".to_owned())
        })?;
        let seconds = f64::from(route.milliseconds) / 1e3;
        let legs: Vec<Value> = route
            .legs
            .iter()
            .map(|leg| json!({"name": leg.name, "meters": leg.meters}))
            .collect();
        let detour = vehicle.detour(&from, &to);
        let json = json!({
            "seconds": seconds, "meters": route.meters, "profile": self.profile, "legs": legs,
            "detour": detour.as_ref().map(|detour| json!({
                "seconds_without": detour.without.seconds(), "around": around(detour),
            })),
        });
        let mut text = format!(
            "{}  {:.0} m  {}",
            minutes(seconds),
            route.meters,
            self.profile
        );
        for leg in &route.legs {
            let name = if leg.name.is_empty() {
                "(no name)"
            } else {
                leg.name.as_str()
            };
            text += &format!("\n  {:>7.0} m  {name}", leg.meters);
        }
        let conditions = streets.timed_conditions();
        if self.at.is_none() && conditions > 0 {
            text += &format!(
                "\n  at no hour: {conditions} conditions of these streets on the hour are left out \
                 (name one with --at)"
            );
        }
        if let Some(detour) = detour {
            let without = minutes(detour.without.seconds());
            let around = around(&detour).join(", ");
            text += &format!("\n  goes round {around} (closed); without that {without}");
        }
        output::result(self.printed.format, text, &json)
    }
}

/// The names of the streets that a way goes round.
fn around(detour: &Detour) -> Vec<String> {
    let names = detour.around.iter().map(|(name, _)| name.as_str());
    let named = names.map(|name| if name.is_empty() { "(no name)" } else { name });
    named.map(str::to_owned).collect()
}

fn geocoder(data: &Data) -> Outcome<Geocoder> {
    let data = center::existing(&data.data)?;
    Geocoder::open(&data.streets()).map_err(|error| Failure::Input(chain(&error)))
}

fn open(data: &Data) -> Outcome<Streets> {
    let data = center::existing(&data.data)?;
    Streets::open(&data.streets()).map_err(|error| Failure::Input(chain(&error)))
}

/// Opens the network that has a profile, as it is at a local time; without one nothing holds that
/// depends on the hour.
fn profiled(data: &Data, name: &str, at: Option<WallClock>) -> Outcome<(Streets, ProfileId)> {
    let streets = open(data)?;
    let (streets, profile) = match streets.profile(name) {
        Some(profile) => (streets, profile),
        None => beside(data, &streets, name)?,
    };
    if let Some(at) = at {
        streets.set_clock(at);
    }
    Ok((streets, profile))
}

/// Finds a profile on one of the networks beside that of vehicles.
fn beside(data: &Data, streets: &Streets, name: &str) -> Outcome<(Streets, ProfileId)> {
    let data = center::existing(&data.data)?;
    let mut names = streets.profile_names();
    for network in [Network::Foot, Network::Boat] {
        match Streets::open_network(&data.streets(), network) {
            Ok(other) => {
                if let Some(profile) = other.profile(name) {
                    return Ok((other, profile));
                }
                names.extend(other.profile_names());
            }
            // Only who asks for what is not there has to know.
            Err(error) if name == network.code() => return Err(Failure::Input(chain(&error))),
            Err(StreetsError::NotBuilt(_)) => {}
            Err(error) => return Err(Failure::Input(chain(&error))),
        }
    }
    Err(Failure::Usage(format!(
        "there is no profile {name:?}; use one of {}",
        names.join(", ")
    )))
}

/// Parses a local date and time.
fn wall_clock(text: &str) -> Result<WallClock, String> {
    let parsed: Result<jiff::civil::DateTime, _> = text.parse();
    let at = parsed.map_err(|_| "give a local date and time, as in 2026-11-26T08:30".to_owned())?;
    Ok(WallClock {
        month: at.month() as u8,
        day: at.day() as u8,
        weekday: at.weekday().to_monday_zero_offset() as u8,
        minute: (i32::from(at.hour()) * 60 + i32::from(at.minute())) as u16,
    })
}

pub(super) fn minutes(seconds: f64) -> String {
    let seconds = seconds as u64;
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}

fn snap(streets: &Streets, point: Coord) -> Outcome<Snapped> {
    let (lat, lon) = point.degrees();
    streets.snap(lat, lon).ok_or_else(|| {
        Failure::Input(format!(
            "there is no {} near {lat:.6},{lon:.6} (nearer than {:.0} m)",
            match streets.network() {
                Network::Drive => "street",
                Network::Foot => "way on foot",
                Network::Boat => "waterway",
            },
            streets.network().within_meters(),
        ))
    })
}

/// Parses `LAT,LON` in degrees.
pub(super) fn point(text: &str) -> Result<Coord, String> {
    let parsed = text.split_once(',').and_then(|(lat, lon)| {
        Coord::from_degrees(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
    });
    parsed.ok_or_else(|| "give latitude and longitude in degrees, as in 39.469,-76.829".to_owned())
}
