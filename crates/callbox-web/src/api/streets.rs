//! The ways of units to incidents, and which streets help reaches in time.

use axum::{extract::State, response::Response};
use callbox_domain::{Center, Refusal, Source};
use callbox_geo::{
    Coord,
    eta::{Notice, Route},
};
use serde_json::{Value, json};

use super::{
    fields::Members,
    lists::{Pairs, parameters},
    time::Zone,
};
use crate::{
    advice::Around,
    coverage::{self, Question, Whence},
    geography::Geography,
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
    ways::{self, Way},
};

pub(super) const WAYS: &str = "/api/v1/ways";
pub(super) const COVERAGE: &str = "/api/v1/coverage";
/// From where help comes.
pub(in crate::api) const WHENCE: &[&str] = &["units", "stations"];
/// About so many squares lie side by side in what is asked for.
const SQUARES: f64 = 48.0;
/// The zooms of squares: below, the Earth is one; above, they are smaller than a house.
const ZOOMS: (f64, f64) = (4.0, 17.0);

/// `GET /api/v1/ways`: the ways of the units that are under way to an incident.
pub(super) async fn ways(
    State(state): State<AppState>,
    signed: Signed,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = parameters(WAYS, query)?;
    let id = query
        .incident("incident")
        .expect("the table says that it is required");
    let answer = blocking(move || {
        let center = state.center_for(Some(&signed));
        // One that has left memory was closed long ago: nobody is under way to it.
        let is_archived = state.engine.snapshot().is_archived(id) && signed.agency().is_none();
        let is_known = center.incident(id).is_some() || is_archived;
        if !is_known {
            return Err(Refusal::UnknownIncident(id));
        }
        let incident = center.incident(id);
        let found = incident.map_or_else(Vec::new, |it| ways::ways(&state, &center, it));
        Ok(json!({
            "seq": center.next_seq(),
            "incident": id.0,
            "ways": found.iter().map(|way| told(&state, &center, way)).collect::<Vec<_>>(),
        }))
    })
    .await??;
    Ok(super::answer(&answer))
}

fn told(state: &AppState, center: &Center, way: &Way<'_>) -> Value {
    let (source, age) = match way.source {
        Source::Fix(age) => ("fix", Some(age)),
        Source::StaleFix(age) => ("stale-fix", Some(age)),
        Source::Station => ("station", None),
        Source::StationForStale(age) => ("station-for-stale", Some(age)),
        Source::Unknown => ("unknown", None),
    };
    let eta = way.eta_seconds();
    let arrives = state.now().plus_seconds(i64::from(eta));
    json!({
        "unit": way.unit.call_sign.as_str(),
        "unit_id": way.unit.id.0,
        "meaning": way.meaning.name(),
        "profile": way.profile,
        "source": source,
        "fix_age_seconds": age,
        "eta_seconds": eta,
        "turnout_seconds": way.turnout_seconds,
        "arrives": Zone::of(center).print(arrives),
        "meters": way.route.meters.round(),
        "detour": way.around.as_ref().map(detour),
        "legs": legs(&way.route),
        "line": line(&way.route),
    })
}

/// The closed streets that a way goes round.
pub(super) fn detour(around: &Around) -> Value {
    json!({
        "seconds_without": around.seconds_without,
        "around": around.streets,
    })
}

/// The streets of a way in their order.
pub(super) fn legs(route: &Route) -> Vec<Value> {
    let legs = route.legs.iter().map(|leg| {
        let notices = leg.notices.iter().copied().map(notice);
        json!({
            "street": (!leg.name.is_empty()).then_some(&leg.name),
            "meters": leg.meters.round(),
            "seconds": (f64::from(leg.milliseconds) / 1_000.0).round(),
            "first_point": leg.first_point,
            "notices": notices.collect::<Vec<_>>(),
        })
    });
    legs.collect()
}

/// A way as maps take it: longitude first.
pub(super) fn line(route: &Route) -> Vec<[f64; 2]> {
    let pair = |at: &Coord| {
        let (lat, lon) = at.degrees();
        [lon, lat]
    };
    route.points.iter().map(pair).collect()
}

/// The names of what a driver should know.
pub(in crate::api) const NOTICES: &[&str] = &[
    "gate",
    "forbidden-turn",
    "turn-round",
    "ferry",
    "restricted",
];

const fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::Gate => NOTICES[0],
        Notice::ForbiddenTurn => NOTICES[1],
        Notice::TurnRound => NOTICES[2],
        Notice::Ferry => NOTICES[3],
        Notice::Restricted => NOTICES[4],
    }
}

/// `GET /api/v1/coverage`: which streets help reaches in time.
pub(super) async fn coverage(
    State(state): State<AppState>,
    signed: Signed,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = parameters(COVERAGE, query)?;
    let asked = bounds(&query)?;
    let answer = blocking(move || shaded(&state, &signed, &query, asked)).await??;
    Ok(super::answer(&answer))
}

fn shaded(
    state: &AppState,
    signed: &Signed,
    query: &Members,
    asked: Option<[f64; 4]>,
) -> Result<Value, Problem> {
    let center = state.center_for(Some(signed));
    let geography = geography(state)?;
    let unit_type = query.code("type");
    let aim = coverage::aim(&center, unit_type.as_ref());
    let minutes = query.number("minutes").map(|minutes| minutes as u32 * 60);
    let seconds = minutes.unwrap_or(aim.seconds);
    let whence = match query.choice("from") {
        Some("stations") => Whence::Stations,
        _ => Whence::Units,
    };
    let question = Question {
        agency: signed.agency().cloned(),
        whence,
        unit_type,
        turnout: aim.turnout,
    };
    let covered = coverage::covered(state, &center, question);
    let covered = covered.expect("there are streets, and the profile is built in");
    let zoom = zoom(asked.unwrap_or_else(|| geography.bounds()));
    // Streets swing out beyond the box of their junctions.
    let [west, south, east, north] = asked.unwrap_or([-180.0, -90.0, 180.0, 90.0]);
    let limit = seconds.saturating_mul(1_000);
    let e7 = |degrees: f64| (degrees * 1e7) as i32;
    let window = [e7(south), e7(west), e7(north), e7(east)];
    let streets = &geography.streets;
    let (whole, squares) = streets.squares(&covered.reach, limit, zoom, window);
    let squares = squares.iter().map(|((x, y), reached)| {
        json!([
            x,
            y,
            reached.meters.round() as u64,
            reached.in_time.round() as u64
        ])
    });
    Ok(json!({
        "seq": center.next_seq(),
        "from": WHENCE[usize::from(whence == Whence::Stations)],
        "seconds": seconds,
        "clock": aim.clock.map(|clock| clock.code.as_str()),
        "clock_label": aim.clock.map(|clock| clock.label.as_str()),
        "turnout": aim.turnout,
        "starts": covered.starts,
        "unknown": covered.unknown,
        "meters": whole.meters.round(),
        "in_time_meters": whole.in_time.round(),
        "zoom": zoom,
        "squares": squares.collect::<Vec<_>>(),
    }))
}

/// The streets, or that there are none.
pub(super) fn geography(state: &AppState) -> Result<&Geography, Problem> {
    state.geography.as_ref().ok_or_else(|| {
        Problem::not_found(
            "no streets were imported",
            "import them: callbox import streets FILE.osm.pbf",
        )
        .in_words("not-found.streets")
    })
}

/// The zoom of squares of which about [`SQUARES`] lie side by side.
fn zoom([west, south, east, north]: [f64; 4]) -> u8 {
    let middle = (south + north) / 2.0;
    let across = (east - west).max((north - south) / middle.to_radians().cos().max(0.1));
    let zoom = (SQUARES * 360.0 / across.max(1e-6)).log2().floor();
    zoom.clamp(ZOOMS.0, ZOOMS.1) as u8
}

/// West, south, east, north, as OGC API Features has them.
fn bounds(query: &Members) -> Result<Option<[f64; 4]>, Problem> {
    let Some(text) = query.text("bbox") else {
        return Ok(None);
    };
    let numbers: Vec<f64> = text
        .as_str()
        .split(',')
        .flat_map(|part| part.trim().parse())
        .collect();
    let is_box = |[west, south, east, north]: [f64; 4]| {
        -180.0 <= west
            && west < east
            && east <= 180.0
            && -90.0 <= south
            && south < north
            && north <= 90.0
    };
    let found = <[f64; 4]>::try_from(numbers)
        .ok()
        .filter(|found| is_box(*found));
    found.map(Some).ok_or_else(|| {
        Problem::bad_field(
            "bbox",
            "it is not a box",
            "send west,south,east,north in degrees",
        )
    })
}
