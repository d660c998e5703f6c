//! The map that says what the columns of a call history mean.

use std::{fs, path::Path};

use callbox_domain::Code;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::failure::{Failure, Outcome};

/// A history map as it stands in `MAP.toml`; keys that it does not know are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Map {
    /// The IANA name of the time zone of local times.
    pub(crate) timezone: String,
    /// How times are written, as in `strftime`.
    pub(crate) timestamp_format: String,
    /// What separates the columns; a comma unless given.
    #[serde(default = "comma")]
    pub(crate) delimiter: char,
    /// The center that is made where there is none.
    #[serde(default)]
    pub(crate) center: CenterPart,
    /// Columns of the call.
    pub(crate) call: CallPart,
    /// Columns of the unit's work on it.
    pub(crate) assignment: Option<AssignmentPart>,
}

/// Names for what the file itself does not name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CenterPart {
    /// The name of a new center; the file's name unless given.
    pub(crate) name: Option<String>,
    /// The agency that units belong to where no column says so.
    pub(crate) agency: Option<String>,
}

/// Columns of a call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallPart {
    /// Rows with the same value are one call; without it each row is one.
    pub(crate) id: Option<String>,
    pub(crate) r#type: Option<String>,
    pub(crate) priority: Option<String>,
    /// Priorities from the most urgent on; others follow in the order of their text.
    #[serde(default)]
    pub(crate) priority_order: Vec<String>,
    pub(crate) received: String,
    pub(crate) place: Option<Columns>,
    pub(crate) lat: Option<String>,
    pub(crate) lon: Option<String>,
    pub(crate) disposition: Option<String>,
    pub(crate) agency: Option<String>,
}

/// Columns of an assignment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentPart {
    pub(crate) unit: String,
    pub(crate) unit_type: Option<String>,
    pub(crate) dispatched: String,
    pub(crate) acknowledged: Option<String>,
    pub(crate) enroute: Option<String>,
    pub(crate) on_scene: Option<String>,
    pub(crate) transporting: Option<String>,
    pub(crate) at_hospital: Option<String>,
    pub(crate) available: Option<String>,
}

/// One column, or several whose values are joined by blanks.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "the name of a column or a list of names")]
pub(crate) enum Columns {
    One(String),
    Several(Vec<String>),
}

impl Columns {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

fn comma() -> char {
    ','
}

/// A map that was checked.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) map: Map,
    pub(crate) zone: TimeZone,
    pub(crate) agency: Code,
}

/// Reads and checks a map.
pub(crate) fn load(path: &Path) -> Outcome<Checked> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::io(format_args!("cannot read the map {shown}"), &error))?;
    let map: Map = toml::from_str(&text)
        .map_err(|error| Failure::Input(format!("the map {shown} cannot be used: {error}")))?;
    let zone = crate::times::zone(&map.timezone).ok_or_else(|| {
        Failure::Input(format!(
            "the map {shown} names the time zone {:?}, which is not known; use an IANA name such \
             as \"America/Los_Angeles\" or \"UTC\"",
            map.timezone
        ))
    })?;
    check_format(&map.timestamp_format).map_err(|why| {
        Failure::Input(format!(
            "the map {shown} has a timestamp_format {:?} that cannot be used: {why}; write it as \
             for strftime, such as \"%Y-%m-%d %H:%M:%S\"",
            map.timestamp_format
        ))
    })?;
    if !map.delimiter.is_ascii() {
        return Err(Failure::Input(format!(
            "the map {shown} has the delimiter {:?}; it has to be one ASCII character",
            map.delimiter
        )));
    }
    let agency = map.center.agency.as_deref().unwrap_or("HISTORY");
    let agency = Code::new(agency).map_err(|error| {
        Failure::Input(format!(
            "the map {shown} has an unusable center.agency: {error}"
        ))
    })?;
    Ok(Checked { map, zone, agency })
}

/// Sees that a time written in the format can be read again.
fn check_format(format: &str) -> Result<(), String> {
    let sample = jiff::civil::date(2020, 4, 2)
        .at(13, 14, 15, 0)
        .to_zoned_datetime(TimeZone::UTC)
        .map_err(|error| error.to_string())?;
    let written = sample.strftime(format).to_string();
    let read = jiff::fmt::strtime::parse(format, &written)
        .and_then(|read| read.to_datetime())
        .map_err(|error| error.to_string())?;
    if read.date() == sample.date() {
        Ok(())
    } else {
        Err("it does not hold the whole date".to_owned())
    }
}
