//! Closed streets.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{ClosureCause, ClosureId, Command, Context, LiftClosure};
use serde_json::{Value, json};

use super::{commands::Input, fields::Members, time::Zone, write};
use crate::{
    access::rights::Action,
    closures::{self, Closing, End},
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) const PATH: &str = "/api/v1/closures";

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
    let cause = ClosureCause::from_name(body.need_choice("cause"));
    let cause = cause.expect("the field holds one of the names");
    let closing = Closing {
        from,
        to,
        cause,
        impassable: body.flag("impassable"),
        until: body.time("until"),
    };
    let command = closing.command(state).await?;
    Ok((command.into(), context))
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
            let drawn = streets.and_then(|streets| state.closures.lines(streets, closure.id));
            let how = drawn.as_ref().map(|(_, how)| closures::found_name(*how));
            let lines: Vec<Vec<[f64; 2]>> = drawn.map_or_else(Vec::new, |(lines, _)| {
                let pair = |at: callbox_geo::Coord| [at.degrees().1, at.degrees().0];
                let lines = lines.into_iter();
                lines
                    .map(|line| line.into_iter().map(pair).collect())
                    .collect()
            });
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
