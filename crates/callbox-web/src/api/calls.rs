//! Calls: how requests about them become commands, and what is asked while one is taken.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use callbox_domain::{
    ActivateScheduled, ActorId, Assessed, CallKind, Caller, Candidate, Command, HandleCall,
    Handling, MergeIncidents, Place, PlaceSource, PlaceVerdict, ReceiveIncident, RecordCall,
    Reported, Schedule, Sought, TakeCall, Text, Timestamp, TransferIncident, UnmergeIncident,
};
use serde_json::{Value, json};

use super::{ENDPOINTS, commands::Input, fields::Members};
use crate::{
    access::rights::Action,
    calls::{Draft, location, words},
    live::rows::IncidentRow,
    problem::Problem,
    security::{self, Signed, Verb},
    state::AppState,
};

/// How long before its time a scheduled call stands out, unless somebody says otherwise.
pub(crate) const WARN_SECONDS: u32 = 15 * 60;

pub(super) fn take(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let mut received = ReceiveIncident {
        incident_type: body.code("type"),
        priority: body.code("priority"),
        place: input.place()?,
        caller: caller(body),
        reference: body.code("reference"),
    };
    let mut told = body.text("text");
    if let Some(code) = body.code("template") {
        let template = input.center.configuration.need_template(&code)?;
        template.fill(&mut received, &mut told);
    }
    Ok(TakeCall {
        received: Box::new(received),
        kind: kind(body),
        reported: reported(body)?,
        assessed: assessed(body),
        scheduled: body.time("scheduled").map(|at| Schedule {
            at,
            warn_seconds: number(body, "warn_seconds").unwrap_or(WARN_SECONDS),
        }),
        told,
    }
    .into())
}

pub(super) fn locate(input: &Input<'_>) -> Result<Command, Problem> {
    let place = input.place()?.expect("the place's words are required");
    let incident = input.incident()?;
    Ok(words::placed(incident, place, assessed(&input.body)))
}

pub(super) fn record(input: &Input<'_>) -> Result<Command, Problem> {
    recorded(input, None)
}

pub(super) fn complete(input: &Input<'_>) -> Result<Command, Problem> {
    recorded(input, Some(call_number(input)?))
}

fn recorded(input: &Input<'_>, call: Option<u16>) -> Result<Command, Problem> {
    let incident = input.incident()?;
    // What was recorded of a call stays unless the request says otherwise.
    let before = call
        .and_then(|no| {
            let calls = &input.center.incident(incident)?.intake.calls;
            calls.get(usize::from(no).checked_sub(1)?)
        })
        .map(|call| call.kind);
    let given = input.body.choice("kind").and_then(CallKind::from_name);
    Ok(RecordCall {
        incident,
        call,
        kind: given.or(before).unwrap_or_default(),
        caller: caller(&input.body),
        reported: reported(&input.body)?,
    }
    .into())
}

pub(super) fn handle(input: &Input<'_>) -> Result<Command, Problem> {
    let how = Handling::from_name(input.body.need_choice("how"));
    Ok(HandleCall {
        incident: input.incident()?,
        call: call_number(input)?,
        how: how.expect("the field holds one of the names"),
    }
    .into())
}

pub(super) fn merge(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(MergeIncidents {
        incident: input.incident()?,
        into: callbox_domain::IncidentId(input.body.need_number("into")),
    }
    .into())
}

pub(super) fn unmerge(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(UnmergeIncident {
        incident: input.incident()?,
        from: callbox_domain::IncidentId(input.body.need_number("from")),
    }
    .into())
}

pub(super) fn activate(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(ActivateScheduled {
        incident: input.incident()?,
    }
    .into())
}

pub(super) fn transfer(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(TransferIncident {
        incident: input.incident()?,
        to: input.body.need_code("to"),
        reference: input.body.code("reference"),
        reason: input.body.text("reason"),
    }
    .into())
}

fn call_number(input: &Input<'_>) -> Result<u16, Problem> {
    input.part("call").parse().map_err(|_| {
        Problem::not_found(
            "there is no such call",
            "calls are numbered from 1 in each incident",
        )
        .in_words("not-found.call")
    })
}

fn kind(body: &Members) -> CallKind {
    let given = body.choice("kind").and_then(CallKind::from_name);
    given.unwrap_or_default()
}

fn caller(body: &Members) -> Option<Caller> {
    let (name, call_back) = (body.text("caller_name"), body.text("caller_number"));
    (name.is_some() || call_back.is_some()).then_some(Caller { name, call_back })
}

pub(super) fn number<T: TryFrom<u64>>(body: &Members, name: &'static str) -> Option<T> {
    body.number(name).and_then(|number| number.try_into().ok())
}

fn assessed(body: &Members) -> Option<Assessed> {
    Some(Assessed {
        verdict: PlaceVerdict::from_name(body.choice("verdict")?)?,
        source: body
            .choice("source")
            .and_then(PlaceSource::from_name)
            .unwrap_or(PlaceSource::Caller),
        uncertainty_meters: number(body, "uncertainty_meters"),
        found: body.code("found"),
        fit_percent: number(body, "fit_percent"),
        extent_meters: number(body, "extent_meters"),
    })
}

fn reported(body: &Members) -> Result<Option<Reported>, Problem> {
    let lat_lon = match (body.degrees("device_lat"), body.degrees("device_lon")) {
        (Some(lat), Some(lon)) => (lat, lon),
        (None, None) => return Ok(None),
        _ => {
            let (detail, hint) = (
                "this member is missing where its other half is given",
                "send device_lat and device_lon, or none",
            );
            return Err(Problem::bad_field("device_lon", detail, hint));
        }
    };
    let text = Text::new(&location::in_words(lat_lon)).expect("digits are a text");
    Ok(Some(Reported {
        place: Place::new(text, Some(lat_lon)),
        source: PlaceSource::Device,
        uncertainty_meters: number(body, "device_uncertainty_meters"),
    }))
}

/// Reads the body of an endpoint that asks and records nothing.
pub(super) async fn asked(path: &str, request: Request) -> Result<Members, Problem> {
    let endpoint = ENDPOINTS
        .iter()
        .find(|it| it.route.verb == Verb::Post && it.route.path == path);
    let body = super::read_body(request, "application/json").await?;
    Members::from_json(&body, endpoint.map_or(&[], |endpoint| endpoint.fields))
}

/// Whose it will be: the account's own, or the center's (`None`), which takes the right to change the center.
pub(super) fn owner(body: &Members, signed: &Signed) -> Result<Option<ActorId>, Problem> {
    if !body.flag("center") {
        return Ok(Some(signed.actor()));
    }
    security::permit_action(signed, Action::Configure)?;
    Ok(None)
}

/// `POST /api/v1/places/find`.
pub(super) async fn find_places(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked("/api/v1/places/find", request).await?;
    let near = body.lat_lon()?;
    let found = words::find(
        state.geography.as_ref(),
        body.need_text("text").as_str(),
        near,
        body.flag("typing"),
    );
    Ok(super::answer(&found))
}

/// `POST /api/v1/places/location`.
pub(super) async fn read_location(request: Request) -> Result<Response, Problem> {
    let body = super::read_body(request, "application/pidf+xml").await?;
    let read = location::read(&body).map_err(|error| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-location",
            error.to_string(),
            "send one location as in RFC 5491: a point, circle, ellipse or polygon in EPSG 4326",
        )
    })?;
    let (lat, lon) = read.lat_lon;
    Ok(super::answer(&json!({
        "lat": lat,
        "lon": lon,
        "uncertainty_meters": read.uncertainty_meters,
        "shape": read.shape,
        "text": location::in_words(read.lat_lon),
    })))
}

/// `POST /api/v1/calls/candidates`.
pub(super) async fn candidates(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked("/api/v1/calls/candidates", request).await?;
    let text = |name| body.text(name).map(|text: Text| text.as_str().to_owned());
    let sought = Sought {
        place: text("place"),
        lat_lon: body.lat_lon()?,
        uncertainty_meters: number(&body, "uncertainty_meters"),
        incident_type: body.code("type"),
        call_back: text("caller_number"),
        except: body.incident("except"),
    };
    let center = state.center_for(Some(&signed));
    let found = center.candidates(&sought, state.now());
    let rows: Vec<Value> = found
        .iter()
        .filter_map(|candidate| {
            let incident = center.incident(candidate.incident)?;
            let calls = incident.intake.calls.len();
            Some(json!({
                "row": IncidentRow::new(&center, incident),
                "calls": calls,
                "reasons": reasons(candidate),
            }))
        })
        .collect();
    Ok(super::answer(&json!({"candidates": rows})))
}

fn reasons(candidate: &Candidate) -> Vec<Value> {
    let with = |likeness: &callbox_domain::Likeness| {
        let (name, n) = words::likeness(likeness);
        json!({"reason": name, "n": n})
    };
    candidate.reasons.iter().map(with).collect()
}

/// `GET /api/v1/calls/draft`.
pub(super) async fn draft(State(state): State<AppState>, signed: Signed) -> Response {
    let draft = state.drafts.of(signed.actor(), state.now());
    super::answer(&draft_json(draft.as_ref()))
}

/// `POST /api/v1/calls/draft`.
pub(super) async fn keep_draft(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked("/api/v1/calls/draft", request).await?;
    let now = state.now();
    let fields = body.text("fields").map(|text| text.as_str().to_owned());
    let draft = state.drafts.keep(signed.actor(), fields, now);
    Ok(super::answer(&draft_json(draft.as_ref())))
}

fn draft_json(draft: Option<&Draft>) -> Value {
    json!({
        "fields": draft.map(|draft| draft.fields.as_str()),
        "since": draft.map(|draft| draft.since.millis()),
        "until": draft.map(|draft: &Draft| -> i64 {
            let until: Timestamp = draft.until;
            until.millis()
        }),
    })
}
