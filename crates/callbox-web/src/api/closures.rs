//! Closed streets.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{ClosureCause, ClosureId, Command, Context, LiftClosure};
use callbox_geo::Coord;
use serde_json::{Value, json};

use super::{calls::asked, commands::Input, fields::Members, time::Zone, write};
use crate::{
    access::rights::Action,
    closures::{self, Closing, End},
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) const PATH: &str = "/api/v1/closures";
pub(super) const PREVIEW: &str = "/api/v1/closures/preview";
/// The most points of a drawn line; the pieces of street are bounded by the rule.
const MAX_LINE: usize = 24;

/// `POST /api/v1/closures`: finds out which pieces of street are meant, and closes them.
pub(super) async fn close(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let endpoint = super::endpoint_at(PATH);
    let (once, body) = write::members(endpoint, &signed, request).await?;
    let made = made(&state, &signed, &body).await;
    write::submit(&state, once, made).await
}

async fn made(
    state: &AppState,
    signed: &Signed,
    body: &Members,
) -> Result<(Command, Context), Problem> {
    let context = write::context(state, signed, Action::CloseStreets, body.time("at"))?;
    let command = closing(body)?.command(state).await?;
    Ok((command.into(), context))
}

/// `POST /api/v1/closures/preview`: the same pieces of street, nothing closed.
pub(super) async fn preview(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(PREVIEW, request).await?;
    let closing = closing(&body)?;
    let geography = state.geography.clone();
    let found = blocking(move || closing.lines(geography.as_ref())).await?;
    // While somebody types or draws, a place that is none yet is no error.
    let (street, lines, problem) = match found {
        Ok((street, lines)) => (Some(street), lines, None),
        Err(problem) => (None, Vec::new(), Some(problem)),
    };
    let meters: f64 = lines.iter().map(|line| length(line)).sum();
    Ok(super::answer(&json!({
        "street": street.as_ref().map(|street| street.as_str()),
        "pieces": lines.len(),
        "meters": meters.round() as u64,
        "lines": drawn(lines),
        "problem": problem.map(|problem| problem.body()),
    })))
}

fn length(line: &[Coord]) -> f64 {
    line.windows(2).map(|pair| pair[0].meters_to(pair[1])).sum()
}

/// Lines as a map takes them: longitude first.
fn drawn(lines: Vec<Vec<Coord>>) -> Vec<Vec<[f64; 2]>> {
    let pair = |at: Coord| [at.degrees().1, at.degrees().0];
    let lines = lines.into_iter();
    lines
        .map(|line| line.into_iter().map(pair).collect())
        .collect()
}

/// What a body asks to be closed: a line, or one or two places by words or coordinates.
fn closing(body: &Members) -> Result<Closing, Problem> {
    let cause = ClosureCause::from_name(body.choice("cause").unwrap_or("other"));
    let cause = cause.expect("the field holds one of the names");
    Ok(Closing {
        places: places(body)?,
        cause,
        impassable: body.flag("impassable"),
        until: body.time("until"),
    })
}

fn places(body: &Members) -> Result<Vec<End>, Problem> {
    if let Some(line) = body.points("line") {
        if !(1..=MAX_LINE).contains(&line.len()) {
            return Err(Problem::bad_field(
                "line",
                "it is out of its bounds",
                "draw between 1 and 24 points",
            ));
        }
        let ends = line.iter().map(|point| {
            let (lat, lon) = point.degrees();
            End::At(lat, lon)
        });
        return Ok(ends.collect());
    }
    let end = |words, lat, lon| {
        let point = body.degrees(lat).zip(body.degrees(lon));
        let said = || {
            body.text(words)
                .map(|text| End::Words(text.as_str().to_owned()))
        };
        point.map(|(lat, lon)| End::At(lat, lon)).or_else(said)
    };
    let from = end("from", "lat", "lon").ok_or_else(|| {
        Problem::bad_field(
            "from",
            "this member is missing",
            "send 'from' in words, or 'lat' and 'lon'",
        )
        .in_words("bad-field.missing")
    })?;
    let to = end("to", "to_lat", "to_lon");
    Ok(std::iter::once(from).chain(to).collect())
}

pub(super) fn lift(input: &Input<'_>) -> Result<Command, Problem> {
    let number = input.part("closure").parse().ok().map(ClosureId);
    let closure = number.ok_or_else(|| {
        Problem::not_found("there is no such closure", "closures have numbers from 1")
            .in_words("not-found.closure")
    })?;
    Ok(LiftClosure { closure }.into())
}

/// `GET /api/v1/closures`.
pub(super) async fn list(State(state): State<AppState>) -> Result<Response, Problem> {
    let answer = blocking(move || render(&state)).await?;
    Ok(super::answer(&answer))
}

/// The closures in force with their lines as a map takes them: longitude first.
fn render(state: &AppState) -> Value {
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let streets = state.geography.as_ref().map(|all| &all.streets);
    if let Some(streets) = streets {
        state.closures.catch_up(streets, &center);
    }
    let closures: Vec<_> = center
        .closures
        .iter()
        .map(|(_, closure)| {
            let found = streets.and_then(|streets| state.closures.lines(streets, closure.id));
            let how = found.as_ref().map(|(_, how)| closures::found_name(*how));
            let lines = found.map_or_else(Vec::new, |(lines, _)| drawn(lines));
            json!({
                "closure": closure.id.0,
                "cause": closure.cause.name(),
                "street": closure.street.as_str(),
                "impassable": closure.impassable,
                "since": zone.print(closure.since),
                "until": closure.until.map(|until| zone.print(until)),
                "found": how,
                "lines": lines,
            })
        })
        .collect();
    json!({"seq": center.next_seq(), "closures": closures})
}
