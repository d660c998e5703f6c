//! Driving times and ways between any places, for programs.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use callbox_domain::{Point, Timestamp};
use callbox_geo::eta::{ProfileId, Size, Snapped, Streets, Vehicle, Why};
use serde_json::{Value, json};

use super::{
    calls::asked,
    fields::Members,
    streets::{detour, geography, legs, line},
};
use crate::{
    advice,
    geography::Geography,
    problem::Problem,
    state::{AppState, blocking},
};

pub(super) const TABLE: &str = "/api/v1/eta";
pub(super) const ROUTE: &str = "/api/v1/eta/route";
/// The most times that one question asks for; more would hold up those who dispatch.
const MOST_TIMES: usize = 25_000;
/// The profile that is meant where none is named.
const PROFILE: &str = "blue-light";

/// Why a street was taken for a place, in the order of [`why`].
pub(in crate::api) const WHY: &[&str] = &["nearest", "heading", "level", "before", "unsure"];

const fn why(why: Why) -> &'static str {
    match why {
        Why::Nearest => WHY[0],
        Why::Heading => WHY[1],
        Why::Level => WHY[2],
        Why::Before => WHY[3],
        Why::Unsure => WHY[4],
    }
}

/// What drives, and on which network.
struct Drive<'a> {
    streets: &'a Arc<Streets>,
    profile: ProfileId,
    size: Size,
    name: String,
}

/// `POST /api/v1/eta`: times from each of some places to each of others.
pub(super) async fn table(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(TABLE, request).await?;
    let (from, to) = (points(&body, "from")?, points(&body, "to")?);
    if from.len() * to.len() > MOST_TIMES {
        return Err(Problem::bad_field(
            "to",
            format!(
                "{} times {} are more than {MOST_TIMES} driving times",
                from.len(),
                to.len()
            ),
            "send fewer points at once, and ask more often",
        ));
    }
    let at = body.time("at");
    let answer = blocking(move || {
        let drive = drive(geography(&state)?, &body)?;
        let (from, to) = (drive.on(&from, "from")?, drive.on(&to, "to")?);
        let (seq, vehicle) = drive.vehicle(&state, at);
        let times = vehicle.matrix(&from, &to);
        let rows = times.iter().map(|row| {
            let row = row
                .iter()
                .map(|eta| eta.map(|eta| tenths(eta.milliseconds)));
            row.collect::<Vec<_>>()
        });
        Ok(json!({
            "seq": seq,
            "profile": drive.name,
            "from": from.iter().map(|at| drive.told(at)).collect::<Vec<_>>(),
            "to": to.iter().map(|at| drive.told(at)).collect::<Vec<_>>(),
            "seconds": rows.collect::<Vec<_>>(),
        }))
    })
    .await?;
    answer.map(|answer| super::answer(&answer))
}

/// `POST /api/v1/eta/route`: the way from one place to another, and why it is this one.
pub(super) async fn route(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(ROUTE, request).await?;
    let ends = [one(&body, "from")?, one(&body, "to")?];
    let at = body.time("at");
    let answer = blocking(move || {
        let drive = drive(geography(&state)?, &body)?;
        let (from, to) = (drive.at(ends[0], "from", 1)?, drive.at(ends[1], "to", 1)?);
        let (seq, vehicle) = drive.vehicle(&state, at);
        let way = vehicle.route(&from, &to).ok_or_else(|| {
            no_street(
                "to",
                "no way leads from the one place to the other with this profile",
                "try another profile or a smaller vehicle, or open a closed street",
            )
            .in_words("no-street.apart")
        })?;
        let around = vehicle.detour(&from, &to).map(advice::named);
        Ok(json!({
            "seq": seq,
            "profile": drive.name,
            "from": drive.told(&from),
            "to": drive.told(&to),
            "seconds": tenths(way.milliseconds),
            "meters": way.meters.round(),
            "detour": around.as_ref().map(detour),
            "legs": legs(&way),
            "line": line(&way),
        }))
    })
    .await?;
    answer.map(|answer| super::answer(&answer))
}

/// Seconds to the tenth.
fn tenths(milliseconds: u32) -> f64 {
    (f64::from(milliseconds) / 100.0).round() / 10.0
}

/// The points of a list that has at least one.
fn points(body: &Members, field: &'static str) -> Result<Vec<Point>, Problem> {
    let points = body.points(field).unwrap_or_default();
    if points.is_empty() {
        return Err(Problem::bad_field(
            field,
            "there is no point in it",
            "send pairs of latitude and longitude, like [[40.5, -74.2]]",
        ));
    }
    Ok(points)
}

fn one(body: &Members, field: &'static str) -> Result<Point, Problem> {
    match points(body, field)?[..] {
        [point] => Ok(point),
        _ => Err(Problem::bad_field(
            field,
            "a way has one end here",
            "send one pair of latitude and longitude; for more, ask /api/v1/eta",
        )),
    }
}

fn drive<'a>(geography: &'a Geography, body: &Members) -> Result<Drive<'a>, Problem> {
    let code = body.code("profile");
    let name = code.as_ref().map_or(PROFILE, |code| code.as_str());
    let (streets, profile) = geography.profile(name).ok_or_else(|| {
        Problem::bad_field(
            "profile",
            "these streets have no such profile",
            format!("send one of: {}", geography.profile_names().join(", ")),
        )
    })?;
    let figure = |field, parts: f32| body.number(field).map(|number| number as f32 / parts);
    Ok(Drive {
        streets,
        profile,
        size: Size {
            height_meters: figure("height_centimeters", 100.0),
            width_meters: figure("width_centimeters", 100.0),
            weight_tonnes: figure("weight_kilograms", 1_000.0),
        },
        name: name.to_owned(),
    })
}

impl Drive<'_> {
    /// What drives, with what is closed now and the conditions of the hour, or of another moment's; and the state that
    /// its times are of.
    fn vehicle(&self, state: &AppState, at: Option<Timestamp>) -> (u64, Vehicle<'_>) {
        let center = state.engine.snapshot();
        advice::catch_up(state, &center, state.now());
        let at = at.map(|at| advice::wall_clock(&center, at));
        let vehicle = self.streets.vehicle_at(self.profile, self.size, at);
        (center.next_seq(), vehicle)
    }

    fn on(&self, points: &[Point], field: &'static str) -> Result<Vec<Snapped>, Problem> {
        let numbered = points.iter().zip(1..);
        numbered
            .map(|(point, number)| self.at(*point, field, number))
            .collect()
    }

    /// Where a point is on the streets; `number` is its place in the list, from 1.
    fn at(&self, point: Point, field: &'static str, number: usize) -> Result<Snapped, Problem> {
        let (lat, lon) = point.degrees();
        self.streets.snap(lat, lon).ok_or_else(|| {
            let meters = self.streets.network().within_meters();
            no_street(
                field,
                format!(
                    "point {number} of '{field}' lies farther than {meters} m from every street \
                     of this profile"
                ),
                "leave it out, or send one nearer to a street",
            )
            .in_words("no-street.far")
            .with("number", number)
            .with("field", field)
            .with("meters", meters)
        })
    }

    fn told(&self, at: &Snapped) -> Value {
        let (lat, lon) = at.point.degrees();
        let edge = self.streets.edges_at(at).into_iter().next();
        let street = edge.map(|edge| self.streets.name(edge));
        json!({
            "lat": lat,
            "lon": lon,
            "meters": at.meters.round(),
            "street": street.filter(|name| !name.is_empty()),
            "why": why(at.why),
        })
    }
}

fn no_street(
    field: &'static str,
    detail: impl Into<std::borrow::Cow<'static, str>>,
    hint: &'static str,
) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no-street", detail, hint).at(field)
}
