//! What stands in `data/*.toml`; the files explain their fields.

use serde::Deserialize;

use crate::shapes::{Hours, Stay};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Streets {
    pub(super) streets: Vec<Street>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Street {
    pub(super) name: String,
    pub(super) from: [f64; 2],
    pub(super) to: [f64; 2],
    #[serde(default = "yes")]
    pub(super) houses: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Places {
    pub(super) places: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) at: [f64; 2],
    pub(super) street: String,
    pub(super) kind: PlaceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PlaceKind {
    Home,
    Road,
    Any,
    Care,
    Shop,
    School,
    Water,
    Public,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    pub(crate) first: Vec<String>,
    pub(crate) last: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) town: String,
    pub(super) agencies: Vec<Agency>,
    pub(super) priorities: Vec<Priority>,
    pub(super) unit_types: Vec<Labelled>,
    pub(super) unit_statuses: Vec<Status>,
    pub(super) templates: Vec<Template>,
    pub(super) dispositions: Vec<Labelled>,
    pub(super) stations: Vec<Station>,
    pub(super) hospitals: Vec<Site>,
    pub(super) crews: Vec<Crews>,
    pub(crate) breaks: Vec<Break>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agency {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) incident_type: Option<String>,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labelled {
    pub(super) code: String,
    pub(super) label: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Priority {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) rank: u8,
    pub(super) warn: u32,
    pub(super) alarm: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) meaning: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Station {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) agency: String,
    pub(super) at: [f64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) at: [f64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crews {
    #[serde(rename = "type")]
    pub(super) unit_type: String,
    pub(super) agency: String,
    pub(super) station: String,
    pub(super) home: Option<[f64; 2]>,
    pub(super) signs: Vec<String>,
}

/// Why a free unit is out of service for a while.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Break {
    pub(crate) status: String,
    pub(crate) why: String,
    pub(crate) minutes: [f64; 2],
    pub(crate) types: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Incidents {
    #[serde(rename = "type")]
    pub(super) kinds: Vec<Kind>,
}

/// A kind of incident and what is said about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) code: String,
    pub(crate) label: String,
    pub(crate) priority: String,
    pub(crate) per_day: f64,
    pub(crate) hours: Hours,
    pub(crate) stay: Stay,
    pub(crate) at: Vec<PlaceKind>,
    pub(crate) send: Vec<String>,
    #[serde(default)]
    pub(crate) also: Vec<(String, f64)>,
    #[serde(default)]
    pub(crate) transport: f64,
    #[serde(default)]
    pub(crate) off: f64,
    #[serde(default)]
    pub(crate) quiet: f64,
    #[serde(default)]
    pub(crate) echo: f64,
    pub(crate) caller: Option<String>,
    pub(crate) call: Vec<String>,
    pub(crate) then: Vec<String>,
    pub(crate) scene: Vec<String>,
    pub(crate) work: Vec<String>,
    pub(crate) ends: Vec<(String, String)>,
}

impl Kind {
    /// Those of `lines` that can be said where it happens, without their marks.
    ///
    /// A line like `[home care] …` is said in these kinds of places only; where the kind of place
    /// is not known any more, only unmarked lines fit.
    pub(crate) fn fitting(lines: &[String], at: Option<PlaceKind>) -> Vec<&str> {
        lines
            .iter()
            .filter_map(|line| Self::words(line, at))
            .collect()
    }

    /// The line without its mark, if it fits.
    pub(crate) fn words(line: &str, at: Option<PlaceKind>) -> Option<&str> {
        let Some((mark, words)) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("] "))
        else {
            return Some(line);
        };
        mark.split(' ')
            .any(|name| at.is_some_and(|at| at.name() == name))
            .then_some(words)
    }
}

impl PlaceKind {
    /// The kind's name in the files.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Road => "road",
            Self::Any => "any",
            Self::Care => "care",
            Self::Shop => "shop",
            Self::School => "school",
            Self::Water => "water",
            Self::Public => "public",
        }
    }
}
