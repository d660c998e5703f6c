//! The line that a dispatcher types: what it would do, what may come next, and doing it.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use callbox_domain::{
    Center, Command, Context, IncidentId, Place, Question, SendSuggested, Sought, Text, UnitId,
    line::{self, Act, Candidate, Does, Mistake, Reading, Sight, What},
};
use serde_json::{Map, Value, json};

use super::{
    ENDPOINTS,
    calls::asked,
    macros::{self, Asks},
    write,
};
use crate::{
    access::rights::Action,
    advice,
    calls::words,
    closures::{Closing, End},
    problem::Problem,
    security::{self, Signed, Verb},
    state::{AppState, blocking},
};

pub(super) const PREVIEW: &str = "/api/v1/line/preview";
pub(super) const SUBMIT: &str = "/api/v1/line";
/// How many places are offered.
const PLACES: usize = 6;

/// `POST /api/v1/line/preview`.
pub(super) async fn preview(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(PREVIEW, request).await?;
    let line = body.need_text("line").as_str().to_owned();
    let selected = body.incident("incident");
    let answer = blocking(move || {
        let center = state.center_for(Some(&signed));
        if let Some(answer) = of_macro(&signed, &line) {
            return answer;
        }
        let typed = line;
        let line = match macros::unfold(&state, &signed, typed.clone()) {
            Ok(line) => line,
            Err(problem) => return unfolded(&state, &signed, &typed, problem),
        };
        let (at, candidates) = candidates(&state, &center, selected, &line);
        // A word that something begins with is not wrong while it is typed.
        let is_begun = at < line.len() && candidates.as_array().is_some_and(|it| !it.is_empty());
        let mut answer = match line::read(&center, selected, &line) {
            Ok(reading) => understood(&state, &signed, &center, &reading),
            Err(mistake) => misread(&line, &mistake, is_begun && mistake.at().0 == at),
        };
        // What a macro stands for is not what is typed: nothing of it is completed.
        let is_whole = line == typed;
        answer["replace"] = utf16(&typed, if is_whole { at } else { typed.len() }).into();
        answer["candidates"] = if is_whole { candidates } else { json!([]) };
        answer
    })
    .await?;
    Ok(super::answer(&answer))
}

/// `POST /api/v1/line`: one line is one command.
pub(super) async fn submit(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let (once, body) = write::members(super::endpoint_at(SUBMIT), &signed, request).await?;
    let line = body.need_text("line").as_str().to_owned();
    let selected = body.incident("incident");
    let at = body.time("at");
    let made = {
        let state = state.clone();
        blocking(move || {
            let center = state.center_for(Some(&signed));
            let line = macros::unfold(&state, &signed, line)?;
            let reading = line::read(&center, selected, &line).map_err(|it| problem(&line, &it))?;
            let action = right(reading.verb.does);
            security::permit_action(&signed, action)?;
            let context = write::context(&state, &signed, action, at)?;
            match command(&state, &center, reading.act)? {
                Some(command) => Ok((command, context)),
                None => Err(shows_only()),
            }
        })
        .await
        .and_then(|made| made)
    };
    write::submit(&state, once, made).await
}

/// The right that the same act needs on the route of its own.
fn right(does: Does) -> Action {
    let path = match does {
        Does::Dispatch | Does::Alarm => "/api/v1/incidents/{id}/units",
        Does::Reassign => "/api/v1/units/{call_sign}/reassign",
        Does::Cancel => "/api/v1/units/{call_sign}/cancel",
        Does::Release => "/api/v1/units/{call_sign}/release",
        Does::Status => "/api/v1/units/{call_sign}/status",
        Does::In => "/api/v1/units/{call_sign}/in-service",
        Does::Out => "/api/v1/units/{call_sign}/out-of-service",
        Does::Stack => "/api/v1/units/{call_sign}/stack",
        Does::Unstack => "/api/v1/units/{call_sign}/unstack",
        Does::New | Does::Template => "/api/v1/calls/candidates",
        Does::Note => "/api/v1/incidents/{id}/narrative",
        Does::Correct => "/api/v1/incidents/{id}/narrative/{line}/correction",
        Does::Priority => "/api/v1/incidents/{id}/priority",
        Does::Type => "/api/v1/incidents/{id}/type",
        Does::Place => "/api/v1/incidents/{id}/place",
        Does::Merge => "/api/v1/incidents/{id}/merge",
        Does::Unmerge => "/api/v1/incidents/{id}/unmerge",
        Does::Relate => "/api/v1/incidents/{id}/links",
        Does::Close => "/api/v1/incidents/{id}/close",
        Does::Reopen => "/api/v1/incidents/{id}/reopen",
        Does::Activate => "/api/v1/incidents/{id}/activate",
        Does::Transfer => "/api/v1/incidents/{id}/transfer",
        Does::Handle => "/api/v1/incidents/{id}/calls/{call}/handling",
        Does::Par => "/api/v1/incidents/{id}/welfare-check",
        Does::Well => "/api/v1/units/{call_sign}/well",
        Does::Emergency => "/api/v1/units/{call_sign}/emergency",
        Does::EndEmergency => "/api/v1/units/{call_sign}/end-emergency",
        Does::Acknowledge => "/api/v1/alarms/{alarm}/acknowledge",
        Does::CloseStreet => "/api/v1/closures",
        Does::Lift => "/api/v1/closures/{closure}/lift",
        Does::Undo => "/api/v1/undo",
        Does::View | Does::Locate | Does::Find | Does::Help => "/api/v1/board",
    };
    // Where a path is read and written, the act is the writing.
    let rows = ENDPOINTS.iter().filter(|it| it.route.path == path);
    let endpoint = rows.max_by_key(|it| it.route.verb != Verb::Get);
    endpoint.expect("the path has a row").route.action
}

/// The whole command, with the facts that the server knows; `None` where there is only to see.
fn command(state: &AppState, center: &Center, act: Act) -> Result<Option<Command>, Problem> {
    Ok(Some(match act {
        Act::Command(Command::LocateIncident(located)) => {
            words::located(state.geography.as_ref(), located)
        }
        Act::Command(command) => command,
        Act::Take(call) => {
            let found = call.place.clone();
            let found = found.map(|said| words::verified(state.geography.as_ref(), said));
            let (place, assessed) = found.map_or((None, None), |(place, it)| (Some(place), it));
            call.at(place, assessed).into()
        }
        Act::Send(sending) => {
            let facts = advice::facts(state, center, sending.incident);
            sending.with(center, facts)
        }
        Act::CloseStreet(words) => {
            let end = |said: Text| End::Words(said.as_str().to_owned());
            let hours = words.hours.map(|hours| i64::from(hours) * 3_600);
            let closing = Closing {
                places: std::iter::once(words.from)
                    .chain(words.to)
                    .map(end)
                    .collect(),
                cause: words.cause,
                impassable: words.impassable,
                until: hours.map(|seconds| state.now().plus_seconds(seconds)),
            };
            closing.find(state.geography.as_ref())?.into()
        }
        Act::See(_) => return Ok(None),
    }))
}

fn understood(state: &AppState, signed: &Signed, center: &Center, reading: &Reading) -> Value {
    let mut values = Map::new();
    for (name, value) in &reading.values {
        values.insert((*name).to_owned(), value.as_str().into());
    }
    let mut answer = nothing();
    answer["line"] = reading.line.as_str().into();
    answer["verb"] = reading.verb.name.into();
    answer["usage"] = reading.verb.usage().into();
    if let Act::See(sight) = &reading.act {
        answer["state"] = "see".into();
        answer["see"] = seen(state, center, sight);
        answer["values"] = values.into();
        return answer;
    }
    // Places and driving times are looked up once, for what is shown and for what is decided.
    let (command, refused) = match command(state, center, reading.act.clone()) {
        Ok(command) => (command, None),
        Err(problem) => (None, Some(problem)),
    };
    match (&reading.act, &command) {
        (Act::CloseStreet(_), Some(Command::CloseStreet(closing))) => {
            values.insert("street".into(), closing.street.as_str().into());
        }
        (Act::Send(sending), Some(Command::SendSuggested(send))) if sending.units.is_none() => {
            values.insert("units".into(), suggested(center, send).into());
        }
        (Act::Take(_), Some(Command::TakeCall(call))) => {
            let place = call.received.place.as_ref();
            if let Some(place) = place {
                values.insert("place".into(), place.text.as_str().into());
            }
            let sought = Sought {
                place: place.map(|place| place.text.as_str().to_owned()),
                lat_lon: place.and_then(Place::lat_lon),
                incident_type: call.received.incident_type.clone(),
                ..Sought::default()
            };
            let known = place.map(|_| center.candidates(&sought, state.now()));
            let known = known.unwrap_or_default();
            answer["duplicates"] = known.iter().map(|it| it.incident.0).collect();
            let assessed = call.assessed.as_ref();
            answer["verdict"] = assessed.map(|assessed| assessed.verdict.name()).into();
        }
        _ => {}
    }
    let refused =
        refused.or_else(|| check(state, signed, center, reading.verb.does, command.as_ref()));
    answer["state"] = match refused {
        Some(_) => "refused",
        None => "ready",
    }
    .into();
    answer["problem"] = refused.map_or(Value::Null, |problem| problem.body());
    answer["values"] = values.into();
    answer
}

/// What would be refused if the line were sent now.
fn check(
    state: &AppState,
    signed: &Signed,
    center: &Center,
    does: Does,
    command: Option<&Command>,
) -> Option<Problem> {
    if let Err(problem) = security::permit_action(signed, right(does)) {
        return Some(problem);
    }
    let command = command?;
    let context = Context {
        at: state.now(),
        actor: signed.actor(),
        purpose: state.purpose,
    };
    // Those that have left memory come back when the line is sent.
    let (whole, agency) = (state.engine.snapshot(), signed.agency());
    let about = command.incidents(center, &context);
    if about.iter().any(|id| whole.is_archived(*id)) {
        return None;
    }
    let decided = whole.decide_as(agency, command, &context);
    decided.err().map(Problem::from)
}

/// The units that the plans would send.
fn suggested(center: &Center, send: &SendSuggested) -> String {
    let question = Question {
        incident: send.incident,
        alarm: send.alarm,
    };
    let Ok(found) = center.recommend(question, &send.facts) else {
        return String::new();
    };
    let signs = found
        .suggested
        .iter()
        .filter_map(|it| sign(center, it.unit));
    signs.collect::<Vec<_>>().join(", ")
}

fn sign(center: &Center, unit: UnitId) -> Option<String> {
    center.unit(unit).map(|unit| unit.call_sign.to_string())
}

fn seen(state: &AppState, center: &Center, sight: &Sight) -> Value {
    match sight {
        Sight::Incident(id) => json!({"kind": "incident", "incident": id.0}),
        Sight::Unit(unit) => json!({"kind": "unit", "unit": sign(center, *unit)}),
        Sight::Find(words) => json!({"kind": "find", "words": words}),
        Sight::Help => json!({"kind": "help"}),
        Sight::Position(unit) => {
            let now = state.now();
            let fix = state.positions.read(|fixes| {
                let fix = fixes.get(unit)?;
                let (lat, lon) = fix.point.degrees();
                let age = now.seconds_since(fix.at).max(0.0) as u64;
                // Nobody knows a place by its degrees: the nearest address or street says it.
                let geocoder = state.geography.as_ref().map(|all| &all.geocoder);
                let here = geocoder.and_then(|it| it.reverse(fix.point)?.label());
                Some(json!({"lat": lat, "lon": lon, "age_seconds": age, "here": here}))
            });
            json!({"kind": "position", "unit": sign(center, *unit), "fix": fix})
        }
    }
}

fn misread(typed: &str, mistake: &Mistake, is_begun: bool) -> Value {
    let state = match is_begun || mistake.is_unfinished() {
        true => "unfinished",
        false => "mistake",
    };
    let mut answer = nothing();
    answer["state"] = state.into();
    answer["verb"] = mistake.verb().map(|verb| verb.name).into();
    answer["usage"] = mistake.verb().map(line::Verb::usage).into();
    answer["problem"] = problem(typed, mistake).body();
    answer
}

/// A preview before anything is known; all members are always there.
fn nothing() -> Value {
    json!({
        "state": "ready",
        "line": null,
        "verb": null,
        "usage": null,
        "values": {},
        "see": null,
        "problem": null,
        "macro": null,
        "duplicates": [],
        "verdict": null,
    })
}

/// What a line says that keeps a macro.
fn of_macro(signed: &Signed, line: &str) -> Option<Value> {
    let Some(Asks::Keep(kept)) = macros::asks(line) else {
        return None;
    };
    let refused = match kept.center {
        true => security::permit_action(signed, Action::Configure).err(),
        false => None,
    };
    let mut answer = nothing();
    answer["state"] = match refused {
        Some(_) => "refused",
        None => "macro",
    }
    .into();
    answer["problem"] = refused.map_or(Value::Null, |problem| problem.body());
    answer["macro"] = json!(kept);
    answer["replace"] = utf16(line, line.len()).into();
    answer["candidates"] = json!([]);
    Some(answer)
}

/// A macro that is not there, with those that are.
fn unfolded(state: &AppState, signed: &Signed, line: &str, problem: Problem) -> Value {
    let begun = line.trim().trim_start_matches('=').to_uppercase();
    let kept = state.access.macros(signed.actor()).unwrap_or_default();
    let fits = kept.iter().filter(|kept| kept.name.starts_with(&begun));
    let rows: Vec<_> = fits
        .map(|kept| json!({"kind": "macro", "insert": format!("={}", kept.name), "label": kept.line}))
        .collect();
    let mut answer = nothing();
    answer["state"] = match rows.is_empty() {
        true => "mistake",
        false => "unfinished",
    }
    .into();
    answer["usage"] = macros::USAGE.into();
    answer["problem"] = problem.body();
    answer["replace"] = 0.into();
    answer["candidates"] = rows.into();
    answer
}

fn candidates(
    state: &AppState,
    center: &Center,
    selected: Option<IncidentId>,
    line: &str,
) -> (usize, Value) {
    if let Some((at, said)) = place_begun(line) {
        let found = state.geography.as_ref();
        let found = found.map(|it| words::ask(it, said, None, true).answers);
        let rows = found.unwrap_or_default().into_iter().take(PLACES).map(
            |answer| json!({"kind": "place", "insert": answer.label, "label": answer.tells_apart}),
        );
        return (at, rows.collect());
    }
    let (at, found) = line::complete(center, selected, line);
    let row = |one: &Candidate| json!({"kind": one.kind.name(), "insert": one.insert, "label": one.label});
    (at, found.iter().map(row).collect())
}

/// The place that is being typed, and where it begins; two letters say too little.
fn place_begun(line: &str) -> Option<(usize, &str)> {
    let (before, said) = line.split_once('@')?;
    // The second of two places.
    let (before, said) = match said.rfind('>') {
        Some(at) => line.split_at(before.len() + 1 + at),
        None => (before, said),
    };
    let said = said.strip_prefix('>').unwrap_or(said);
    let is_place =
        !before.contains("//") && !said.contains("//") && said.trim().chars().count() > 1;
    is_place.then(|| (before.len() + 1, said.trim()))
}

fn utf16(line: &str, at: usize) -> usize {
    line.get(..at).unwrap_or(line).encode_utf16().count()
}

fn shows_only() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "bad-line",
        "this line shows something and records nothing",
        "ask for its preview",
    )
}

/// A mistake as other problems are, with the place of the word at fault.
fn problem(line: &str, mistake: &Mistake) -> Problem {
    let (from, to) = mistake.at();
    let problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "bad-line",
        mistake.to_string(),
        mistake.hint(),
    )
    .in_words(match mistake {
        Mistake::Empty => "bad-line.empty",
        Mistake::OpenQuote { .. } => "bad-line.open-quote",
        Mistake::UnknownVerb { .. } => "bad-line.unknown-verb",
        Mistake::Missing { .. } => "bad-line.missing",
        Mistake::Unknown { .. } => "bad-line.unknown",
        Mistake::Ambiguous { .. } => "bad-line.ambiguous",
        Mistake::LeftOver { .. } => "bad-line.left-over",
        Mistake::Unprintable { .. } => "bad-line.unprintable",
    })
    .with("from", utf16(line, from))
    .with("to", utf16(line, to));
    let with_verb = |problem: Problem| match mistake.verb() {
        Some(verb) => problem.with("usage", verb.usage()),
        None => problem,
    };
    let part = |problem: Problem, what: &What| problem.with("part", what.name());
    match mistake {
        Mistake::Empty | Mistake::OpenQuote { .. } => problem,
        Mistake::UnknownVerb { word, .. } => problem.with("word", word),
        Mistake::Missing { what, .. } => part(with_verb(problem), what),
        Mistake::Unknown { what, word, .. } => part(with_verb(problem), what).with("word", word),
        Mistake::Ambiguous { word, choices, .. } => problem
            .with("word", word)
            .with("choices", choices.join(", ")),
        Mistake::LeftOver { word, .. } => with_verb(problem).with("word", word),
        Mistake::Unprintable { what, .. } => part(problem, what),
    }
}

#[cfg(test)]
mod tests {
    use callbox_domain::line::VERBS;

    use super::right;

    #[test]
    fn every_verb_has_the_right_of_a_route() {
        for verb in VERBS {
            right(verb.does);
        }
    }
}
