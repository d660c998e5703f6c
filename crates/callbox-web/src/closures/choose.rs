//! From what somebody says to the pieces of street that are meant.

use axum::http::StatusCode;
use callbox_domain::{
    CloseStreet, ClosedStretch, ClosureCause, MAX_STRETCHES, Point, Text, Timestamp,
};
use callbox_geo::{
    Coord,
    eta::{Edge, Snapped, Streets},
};

use crate::{
    calls::words,
    geography::Geography,
    problem::Problem,
    state::{AppState, blocking},
};

/// A closure farther from every street than this is a slip, in metres.
const NEAR_METERS: f64 = 100.0;
/// The vehicles that are sent drive so; closed is what lies on their way.
const PROFILE: &str = "blue-light";
/// The most streets that a closure's name lists.
const NAMES: usize = 3;

/// What is to be closed.
struct Chosen {
    /// The street's name.
    street: Text,
    /// Its pieces, both directions.
    stretches: Vec<ClosedStretch>,
}

/// One end of what is closed: a point, or words that certainly mean one.
pub(crate) enum End {
    /// Latitude and longitude in degrees.
    At(f64, f64),
    /// An address, a crossing or a place in words.
    Words(String),
}

/// A closure that is asked for.
pub(crate) struct Closing {
    /// Where it is, or begins.
    pub(crate) from: End,
    /// Where it ends, where it is a way between two places.
    pub(crate) to: Option<End>,
    /// Why.
    pub(crate) cause: ClosureCause,
    /// Whether nobody gets in at all.
    pub(crate) impassable: bool,
    /// When it ends by itself.
    pub(crate) until: Option<Timestamp>,
}

impl Closing {
    /// Finds out which pieces of street are meant.
    pub(crate) async fn command(self, state: &AppState) -> Result<CloseStreet, Problem> {
        let state = state.clone();
        blocking(move || {
            let chosen = choose(state.geography.as_ref(), &self.from, self.to.as_ref())?;
            Ok(CloseStreet {
                cause: self.cause,
                street: chosen.street,
                impassable: self.impassable,
                stretches: chosen.stretches,
                until: self.until,
            })
        })
        .await?
    }
}

/// The piece of street at a place or, with a second place, the way between the two.
fn choose(geography: Option<&Geography>, from: &End, to: Option<&End>) -> Result<Chosen, Problem> {
    let geography = geography.ok_or_else(|| {
        no_street(
            "from",
            "there are no streets here",
            "import streets, then close one",
        )
        .in_words("no-street.none-imported")
    })?;
    let streets = &geography.streets;
    let start = snapped(geography, "from", from)?;
    let edges = match to {
        None => streets.edges_at(&start),
        Some(to) => {
            let end = snapped(geography, "to", to)?;
            let profile = streets.profile(PROFILE);
            let profile = profile.expect("the profile is built in");
            streets.edges_between(&start, &end, profile)
        }
    };
    if edges.is_empty() || edges.len() > MAX_STRETCHES {
        return Err(no_street(
            "to",
            "no short way leads from the one place to the other",
            "name two places on one street, such as two of its crossings",
        )
        .in_words("no-street.no-way"));
    }
    Ok(Chosen {
        street: name(streets, &edges),
        stretches: edges.iter().map(|edge| closed(streets, *edge)).collect(),
    })
}

fn snapped(geography: &Geography, field: &'static str, end: &End) -> Result<Snapped, Problem> {
    let (lat, lon) = match end {
        End::At(lat, lon) => (*lat, *lon),
        End::Words(said) => {
            let found = words::certain(Some(geography), said);
            let found = found.ok_or_else(|| {
                no_street(
                    field,
                    "it is not certain which place is meant",
                    "write the address or the crossing in full, with the town",
                )
                .in_words("no-street.unsure")
            })?;
            words::degrees(found.point)
        }
    };
    let snapped = geography.streets.snap(lat, lon);
    let snapped = snapped.filter(|snapped| snapped.meters <= NEAR_METERS);
    snapped.ok_or_else(|| {
        no_street(
            field,
            "there is no street within 100 m",
            "choose a point on the street",
        )
    })
}

fn no_street(field: &'static str, detail: &'static str, hint: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no-street", detail, hint).at(field)
}

fn name(streets: &Streets, edges: &[Edge]) -> Text {
    let mut names: Vec<&str> = Vec::new();
    for edge in edges {
        let name = streets.name(*edge);
        if !name.is_empty() && !names.contains(&name) && names.len() < NAMES {
            names.push(name);
        }
    }
    let way = || format!("way {}", streets.stretch(edges[0]).way);
    let name = if names.is_empty() {
        way()
    } else {
        names.join(", ")
    };
    let name: String = name.chars().take(200).collect();
    Text::new(&name)
        .or_else(|_| Text::new(&way()))
        .expect("a number is a text")
}

fn closed(streets: &Streets, edge: Edge) -> ClosedStretch {
    let stretch = streets.stretch(edge);
    let point = |at: Coord| Point {
        lat_e7: at.lat,
        lon_e7: at.lon,
    };
    ClosedStretch {
        way: stretch.way,
        from: point(stretch.from),
        to: point(stretch.to),
    }
}
