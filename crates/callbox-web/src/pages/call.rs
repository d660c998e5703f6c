use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    CallKind, Caller, Code, Configuration, ReceiveIncident, Schedule, TakeCall, Timestamp,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal},
    submit::{self, code, incident_of, submit_made, text},
    ui::Ui,
};
use crate::{
    access::rights::Action,
    api::WARN_SECONDS,
    calls::words,
    problem::Problem,
    security::{Signed, SignedForm},
    state::AppState,
};

/// What the call entry sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Call {
    key: String,
    place: String,
    r#type: String,
    priority: String,
    caller_name: String,
    caller_number: String,
    text: String,
    kind: String,
    scheduled: String,
}

/// A template that the form begins with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Begin {
    template: String,
}

/// `GET /calls/new`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Query(begin): Query<Begin>,
) -> Markup {
    match begun(&state, &begin.template) {
        Ok(call) => render(&state, &ui, &call, None),
        Err(problem) => render(&state, &ui, &Call::default(), Some(&problem)),
    }
}

/// The form as a template fills it; everything can be changed before it is sent.
fn begun(state: &AppState, code: &str) -> Result<Call, Problem> {
    let Some(code) = submit::code("template", code)? else {
        return Ok(Call::default());
    };
    let center = state.engine.snapshot();
    let template = center.configuration.need_template(&code)?;
    let (mut received, mut told) = (ReceiveIncident::default(), None);
    template.fill(&mut received, &mut told);
    let code = |code: Option<Code>| code.map_or_else(String::new, |code| code.to_string());
    Ok(Call {
        place: received
            .place
            .map_or_else(String::new, |it| it.text.to_string()),
        r#type: code(received.incident_type),
        priority: code(received.priority),
        text: told.map_or_else(String::new, |text| text.to_string()),
        ..Call::default()
    })
}

/// `POST /calls/new`: opens an incident and goes to its page.
pub(super) async fn receive(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Call>,
) -> Response {
    match carry_out(&state, &signed, &form).await {
        Ok(path) => Redirect::to(&path).into_response(),
        Err(problem) => {
            (problem.status, render(&state, &ui, &form, Some(&problem))).into_response()
        }
    }
}

async fn carry_out(state: &AppState, signed: &Signed, call: &Call) -> Result<String, Problem> {
    let made = made(state, call).map(Into::into);
    let receipt = submit_made(state, signed, made, &call.key).await?;
    let incident = incident_of(&receipt).expect("receiving a call opens an incident");
    Ok(format!("/incidents/{}", incident.0))
}

fn made(state: &AppState, call: &Call) -> Result<TakeCall, Problem> {
    let name = text("caller_name", &call.caller_name)?;
    let call_back = text("caller_number", &call.caller_number)?;
    let has_caller = name.is_some() || call_back.is_some();
    let words = text("text", &call.text)?;
    let words_of_place = text("place", &call.place)?;
    let (place, assessed) = match words_of_place {
        Some(said) => {
            let (place, assessed) = words::verified(state.geography.as_ref(), said);
            (Some(place), assessed)
        }
        None => (None, None),
    };
    let received = ReceiveIncident {
        incident_type: code("type", &call.r#type)?,
        priority: code("priority", &call.priority)?,
        place,
        caller: has_caller.then_some(Caller { name, call_back }),
        reference: None,
    };
    Ok(TakeCall {
        received: Box::new(received),
        kind: CallKind::from_name(&call.kind).unwrap_or_default(),
        reported: None,
        assessed,
        scheduled: scheduled(state, &call.scheduled)?,
        told: words,
    })
}

/// The time at which a call begins that is planned, as forms send it: local, without a zone.
fn scheduled(state: &AppState, value: &str) -> Result<Option<Schedule>, Problem> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    let center = state.engine.snapshot();
    let zone = center.configuration.center.as_ref();
    let zone = zone.and_then(|center| jiff::tz::TimeZone::get(center.timezone.as_str()).ok());
    let local = value.trim().parse::<jiff::civil::DateTime>().ok();
    let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
    let at = local.and_then(|local| zone.to_timestamp(local).ok());
    let at = at.ok_or_else(|| {
        Problem::bad_field(
            "scheduled",
            "this member has the wrong type",
            "send a date and a time",
        )
    })?;
    Ok(Some(Schedule {
        at: Timestamp::from_micros(at.as_microsecond()),
        warn_seconds: WARN_SECONDS,
    }))
}

fn render(state: &AppState, ui: &Ui, call: &Call, problem: Option<&Problem>) -> Markup {
    let center = state.engine.snapshot();
    page(
        ui,
        ui.t("call.title"),
        "",
        html! {
            div class="page narrow" {
                div class="page-head" { h1 { (ui.t("call.title")) } p { (ui.t("call.hint")) } }
                (refusal(ui, problem))
                (templates(ui, &center.configuration))
                form class="stack" method="post" action="/calls/new" {
                    (act(ui))
                    div class="call-grid" { (fields(ui, call, Some(&center.configuration))) }
                    div class="row-of" { button class="button main large" { (ui.t("call.create")) } }
                }
            }
        },
    )
}

/// The call entry over the board; its script fills the lists and sends it.
pub(super) fn dialog(ui: &Ui) -> Markup {
    html! {
        dialog id="call-dialog" aria-labelledby="call-title" {
            form id="call-form" method="post" action="/calls/new" {
                div class="dialog-head" {
                    h2 id="call-title" { (ui.t("call.title")) }
                    small class="quiet" id="call-state" role="status" { (ui.t("call.hint")) }
                    button type="button" class="button" id="call-anew" hidden { (ui.t("call.anew")) }
                    button type="button" class="button plain" data-close aria-label=(ui.t("dismiss")) { "×" }
                }
                div class="dialog-body call-grid" {
                    div class="notice refused" data-refusal role="alert" hidden {
                        b { (ui.t("refused")) ": " span data-what {} }
                        span data-hint {}
                    }
                    div class="field" id="call-templates" hidden {
                        label for="call-template" { (ui.t("call.template")) }
                        select class="input" id="call-template" { option value="" { (ui.t("call.template.none")) } }
                    }
                    (fields(ui, &Call::default(), None))
                    p class="notice guide" id="call-guide" role="status" hidden {}
                    section class="questions" id="call-questions" aria-labelledby="questions-title" hidden {}
                    section class="premises" id="call-premises" aria-live="polite" hidden {}
                    div id="call-suggested" aria-live="polite" {}
                }
                // Below what scrolls: that a call is about an incident in hand is never out of sight.
                section class="candidates" id="call-alike" aria-labelledby="candidates-title" aria-live="polite" hidden {
                    h3 id="candidates-title" { (ui.t("call.candidates")) }
                    ol id="call-candidates" {}
                }
                div class="dialog-foot" {
                    @let sends = ui.may(Action::Dispatch);
                    button class={"button large" @if !sends { " main" }} type="submit" value="create" { span id="call-create" { (ui.t("call.create")) } " " kbd { "Enter" } }
                    @if sends { button class="button main large" type="submit" value="dispatch" { span id="call-send" { (ui.t("call.create_dispatch")) } " " kbd { "Ctrl Enter" } } }
                }
            }
        }
    }
}

fn fields(ui: &Ui, call: &Call, configuration: Option<&Configuration>) -> Markup {
    html! {
        div class="field place-field" {
            label for="call-place" { (ui.t("place")) }
            input class="input large" id="call-place" name="place" maxlength="400" autocomplete="off" placeholder=(ui.t("call.place_hint")) value=(call.place) autofocus;
            (places_list(ui))
        }
        div class="field two-thirds" {
            label for="call-type" { (ui.t("type")) }
            select class="input large" id="call-type" name="type" {
                option value="" { (ui.t("call.type_unknown")) }
                @if let Some(configuration) = configuration { (types(configuration, &call.r#type)) }
            }
        }
        div class="field third" {
            label for="call-priority" { (ui.t("priority")) }
            select class="input large" id="call-priority" name="priority" {
                option value="" { (ui.t("call.priority_type")) }
                @if let Some(configuration) = configuration { (priorities(configuration, &call.priority)) }
            }
        }
        div class="field half" {
            label for="call-name" { (ui.t("caller")) }
            input class="input large" id="call-name" name="caller_name" autocomplete="off" maxlength="400" value=(call.caller_name);
        }
        div class="field half" {
            label for="call-number" { (ui.t("caller.number")) }
            input class="input large" id="call-number" name="caller_number" autocomplete="off" inputmode="tel" maxlength="64" value=(call.caller_number);
        }
        div class="field" {
            label for="call-text" { (ui.t("narrative")) }
            input class="input large" id="call-text" name="text" autocomplete="off" maxlength="4000" value=(call.text);
        }
        div class="field half" {
            label for="call-kind" { (ui.t("call.kind")) }
            select class="input" id="call-kind" name="kind" {
                @for kind in CallKind::ALL {
                    option value=(kind.name()) selected[kind.name() == call.kind] { (ui.t(kind_key(*kind))) }
                }
            }
        }
        div class="field half" {
            label for="call-scheduled" { (ui.t("call.scheduled")) }
            input class="input" type="datetime-local" id="call-scheduled" name="scheduled" value=(call.scheduled);
        }
    }
}

/// The way to a form that a template has filled; nothing where there is no template.
fn templates(ui: &Ui, configuration: &Configuration) -> Markup {
    html! {
        @if configuration.offered_templates().next().is_some() {
            form class="row-of" method="get" action="/calls/new" {
                div class="field grow" {
                    label for="begin-template" { (ui.t("call.template")) }
                    select class="input" id="begin-template" name="template" {
                        option value="" { (ui.t("call.template.none")) }
                        @for template in configuration.offered_templates() {
                            option value=(template.code.as_str()) { (label(template.code.as_str(), template.label.as_str())) }
                        }
                    }
                }
                button class="button" { (ui.t("call.template.use")) }
            }
        }
    }
}

/// What the place's words may mean; the script fills it.
fn places_list(ui: &Ui) -> Markup {
    html! {
        p class="place-verdict" id="call-verdict" role="status" {}
        ul class="places" id="call-places" role="listbox" aria-label=(ui.t("call.places")) hidden {}
    }
}

/// The text for a kind of call.
pub(super) const fn kind_key(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Spoken => "call.kind.spoken",
        CallKind::Silent => "call.kind.silent",
        CallKind::Abandoned => "call.kind.abandoned",
        CallKind::Written => "call.kind.written",
        CallKind::Relayed => "call.kind.relayed",
    }
}

/// An option for each incident type.
pub(super) fn types(configuration: &Configuration, chosen: &str) -> Markup {
    html! {
        @for (code, kind) in &configuration.incident_types {
            option value=(code.as_str()) selected[code.as_str() == chosen] { (label(code.as_str(), kind.label.as_str())) }
        }
    }
}

/// An option for each priority, the most urgent first.
pub(super) fn priorities(configuration: &Configuration, chosen: &str) -> Markup {
    let mut priorities: Vec<_> = configuration.priorities.values().collect();
    priorities.sort_by_key(|priority| priority.rank);
    html! {
        @for priority in priorities {
            option value=(priority.code.as_str()) selected[priority.code.as_str() == chosen] { (label(priority.code.as_str(), priority.label.as_str())) }
        }
    }
}

/// A code with its words.
pub(super) fn label(code: &str, words: &str) -> String {
    if code == words {
        code.to_owned()
    } else {
        format!("{code} · {words}")
    }
}
