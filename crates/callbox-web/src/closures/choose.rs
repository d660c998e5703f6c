//! From what somebody says to the pieces of street that are meant.

use std::borrow::Cow;

use axum::http::StatusCode;
use callbox_domain::{
    CloseStreet, ClosedStretch, ClosureCause, MAX_STRETCHES, Point, Text, Timestamp,
};
use callbox_geo::{
    Coord,
    eta::{Edge, Snapped, Streets},
    geocode::{Found, Verdict},
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
    /// Its pieces, both directions, as they are recorded.
    stretches: Vec<ClosedStretch>,
    /// The same on the streets as they are imported now.
    edges: Vec<Edge>,
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
    /// Where it is; where there are more, the way from the first over each to the last.
    pub(crate) places: Vec<End>,
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
        blocking(move || self.find(state.geography.as_ref())).await?
    }

    /// The same where one may block: up to some milliseconds for each place.
    pub(crate) fn find(self, geography: Option<&Geography>) -> Result<CloseStreet, Problem> {
        let chosen = self.choose(geography)?;
        Ok(CloseStreet {
            cause: self.cause,
            street: chosen.street,
            impassable: self.impassable,
            stretches: chosen.stretches,
            until: self.until,
        })
    }

    /// What would be closed: the street's name, how many pieces, and their lines.
    pub(crate) fn lines(
        &self,
        geography: Option<&Geography>,
    ) -> Result<(Text, Vec<Vec<Coord>>), Problem> {
        let chosen = self.choose(geography)?;
        let streets = &geography.ok_or_else(none_imported)?.streets;
        Ok((chosen.street, lines(streets, chosen.edges)))
    }

    fn choose(&self, geography: Option<&Geography>) -> Result<Chosen, Problem> {
        choose(geography.ok_or_else(none_imported)?, &self.places)
    }
}

/// The lines of pieces of street, each once although both its directions are there.
pub(crate) fn lines(streets: &Streets, edges: Vec<Edge>) -> Vec<Vec<Coord>> {
    let mut lines: Vec<Vec<Coord>> = Vec::new();
    for edge in edges {
        let line = streets.shape(edge);
        let back = line.iter().rev();
        // The other direction of the same piece is the same line.
        if !lines.iter().any(|known| known.iter().eq(back.clone())) {
            lines.push(line);
        }
    }
    lines
}

fn none_imported() -> Problem {
    no_street(
        "from",
        "there are no streets here",
        "import streets, then close one",
    )
    .in_words("no-street.none-imported")
}

/// The piece of street at a place or, with more places, the way from each to the next.
fn choose(geography: &Geography, places: &[End]) -> Result<Chosen, Problem> {
    let streets = &geography.streets;
    let mut found = Vec::with_capacity(places.len());
    for (no, place) in places.iter().enumerate() {
        let field = if no == 0 { "from" } else { "to" };
        found.push(snapped(geography, field, place)?);
    }
    let mut edges = Vec::new();
    match &found[..] {
        [only] => edges = streets.edges_at(only),
        more => {
            let profile = streets.profile(PROFILE);
            let profile = profile.expect("the profile is built in");
            for pair in more.windows(2) {
                let between = streets.edges_between(&pair[0], &pair[1], profile);
                if between.is_empty() {
                    edges.clear();
                    break;
                }
                edges.extend(
                    between
                        .into_iter()
                        .filter(|edge| !edges.contains(edge))
                        .collect::<Vec<_>>(),
                );
                if edges.len() > MAX_STRETCHES {
                    break;
                }
            }
        }
    }
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
        edges,
    })
}

fn snapped(geography: &Geography, field: &'static str, end: &End) -> Result<Snapped, Problem> {
    let (lat, lon) = match end {
        End::At(lat, lon) => (*lat, *lon),
        End::Words(said) => {
            let found = words::ask(geography, said, None, false);
            match (found.verdict, found.answers.first()) {
                (Verdict::Certain, Some(answer)) if answer.extent_meters > NEAR_METERS => {
                    return Err(no_street(
                        field,
                        "that is a whole street or a large place",
                        "name a house number or a crossing on it, or two crossings",
                    )
                    .in_words("no-street.whole"));
                }
                (Verdict::Certain, Some(answer)) => words::degrees(answer.point),
                _ => return Err(unsure(field, &found)),
            }
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

/// Says what a place may mean, and never guesses.
fn unsure(field: &'static str, found: &Found) -> Problem {
    let problem = no_street(
        field,
        "it is not certain which place is meant",
        "write the address or the crossing in full, with the town",
    )
    .in_words("no-street.unsure");
    let labels = found
        .answers
        .iter()
        .take(NAMES)
        .map(|answer| &*answer.label);
    let labels: Vec<&str> = labels.collect();
    if labels.is_empty() {
        return problem;
    }
    let choices = labels.join(" · ");
    let hint = format!("write one of these in full: {choices}");
    no_street(field, "it is not certain which place is meant", hint)
        .in_words("no-street.choose")
        .with("choices", choices)
}

fn no_street(
    field: &'static str,
    detail: &'static str,
    hint: impl Into<Cow<'static, str>>,
) -> Problem {
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
