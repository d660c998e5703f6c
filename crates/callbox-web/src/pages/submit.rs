//! From a form to a command.

use axum::http::StatusCode;
use callbox_domain::{
    Center, Code, Command, Context, Event, IncidentId, Purpose, Text, TextError, UnitId,
};
use callbox_engine::Receipt;

use crate::{once::Once, problem::Problem, security::Signed, state::AppState};

/// Hands a command in; `key` names the act, so that a form that is sent twice happens once.
pub(super) async fn submit(
    state: &AppState,
    signed: &Signed,
    command: impl Into<Command>,
    key: &str,
) -> Result<Receipt, Problem> {
    submit_made(state, signed, Ok(command.into()), key).await
}

/// The same with what was made of a form, or why nothing could be.
pub(super) async fn submit_made(
    state: &AppState,
    signed: &Signed,
    made: Result<Command, Problem>,
    key: &str,
) -> Result<Receipt, Problem> {
    submit_as(state, signed, made, state.purpose, key).await
}

/// The same for a purpose of its own, as what sets the center up has.
pub(super) async fn submit_as(
    state: &AppState,
    signed: &Signed,
    made: Result<Command, Problem>,
    purpose: Purpose,
    key: &str,
) -> Result<Receipt, Problem> {
    let stale = |code, detail| {
        let hint = "load the page again and send it once more";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail, hint)
    };
    if key.is_empty() {
        return Err(stale("no-key", "the form has no key"));
    }
    let sent = signed
        .sent
        .ok_or_else(|| stale("bad-form", "nothing was sent"))?;
    let context = Context {
        at: state.now(),
        actor: signed.actor(),
        purpose,
    };
    let made = made.map(|command| (command, context));
    Once::new(signed, key, sent).carry_out(state, made).await
}

/// The incident that a receipt is about.
pub(super) fn incident_of(receipt: &Receipt) -> Option<IncidentId> {
    receipt.entries.iter().find_map(|entry| match &entry.event {
        Event::IncidentReceived(received) => Some(received.incident),
        event => event.incidents().first().copied(),
    })
}

/// A field's code; `None` when it was left empty.
pub(super) fn code(field: &'static str, value: &str) -> Result<Option<Code>, Problem> {
    match value.trim() {
        "" => Ok(None),
        value => Code::new(value)
            .map(Some)
            .map_err(|error| bad(field, &error)),
    }
}

/// A field's words; `None` when it was left empty.
pub(super) fn text(field: &'static str, value: &str) -> Result<Option<Text>, Problem> {
    match value.trim() {
        "" => Ok(None),
        value => Text::new(value)
            .map(Some)
            .map_err(|error| bad(field, &error)),
    }
}

/// A field's words, which must be there.
pub(super) fn need_text(field: &'static str, value: &str) -> Result<Text, Problem> {
    text(field, value)?.ok_or_else(|| bad(field, &TextError::Empty))
}

/// A field's code, which must be there.
pub(super) fn need_code(field: &'static str, value: &str) -> Result<Code, Problem> {
    code(field, value)?.ok_or_else(|| bad(field, &TextError::Empty))
}

/// An incident's number as people write it: `2612` or `#2612`.
pub(super) fn need_incident(field: &'static str, value: &str) -> Result<IncidentId, Problem> {
    let digits = value.trim().trim_start_matches('#');
    let number = digits.parse().ok().filter(|number| *number > 0);
    number.map(IncidentId).ok_or_else(|| {
        let (detail, hint) = (
            "there is no such incident",
            "an incident has a number, like 2612",
        );
        Problem::bad_field(field, detail, hint).in_words("not-found.incident")
    })
}

/// The unit with this call sign, in whatever case it was typed.
pub(super) fn unit(center: &Center, call_sign: &str) -> Result<UnitId, Problem> {
    let typed = call_sign.trim();
    let upper = typed.to_uppercase();
    let unit = center
        .unit_called(typed)
        .or_else(|| center.unit_called(&upper));
    unit.map(|unit| unit.id)
        .ok_or_else(|| callbox_domain::Refusal::UnknownUnit(typed.to_owned()).into())
}

fn bad(field: &'static str, error: &TextError) -> Problem {
    let detail = format!("{field}: {error}");
    Problem::bad_text(field, error, detail, "correct it and send the form again")
}
