//! Reads on the record: the form before one, the list for those who oversee, one's own.

use axum::{
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{ReadObject, ReadPurpose, Text, Timestamp};
use callbox_engine::{Listed, Unproven, WordsKept};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{page, refusal, token},
    submit::{need_incident, need_text},
    ui::Ui,
};
use crate::{
    problem::Problem,
    reads::{self, Filter, Stated, purposes_of},
    security::{Signed, SignedForm},
    state::{AppState, blocking},
};

/// What the form before a read sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    object: String,
    incident: String,
    purpose: String,
    number: String,
    reason: String,
}

/// What the list's form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    reader: String,
    object: String,
    incident: String,
    purpose: String,
    outcome: String,
    from: String,
    to: String,
    before: String,
}

/// `GET /purpose`: asks why something is to be read.
pub(super) async fn ask(
    State(state): State<AppState>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Markup {
    render_ask(&state, &ui, &asked, None)
}

/// `POST /purpose`: takes the purpose up and leads to what is to be read.
pub(super) async fn state(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Asked>,
) -> Response {
    match take_up(&state, &signed, &form).await {
        Ok(object) => Redirect::to(&path_of(object)).into_response(),
        Err(problem) => {
            let page = render_ask(&state, &ui, &form, Some(&problem));
            (problem.status, page).into_response()
        }
    }
}

async fn take_up(state: &AppState, signed: &Signed, form: &Asked) -> Result<ReadObject, Problem> {
    let object = match form.object.as_str() {
        "incident" => ReadObject::Incident(need_incident("incident", &form.incident)?),
        name => ReadObject::from_name(name, None).ok_or_else(|| unknown("object"))?,
    };
    let purpose = ReadPurpose::from_name(&form.purpose).ok_or_else(|| unknown("purpose"))?;
    let stated = Stated {
        object,
        purpose,
        number: need_text("number", &form.number)?,
        reason: need_text("reason", &form.reason)?,
    };
    state.state_purpose(signed, stated).await.map(|_| object)
}

fn unknown(field: &'static str) -> Problem {
    Problem::bad_field(field, "it is not known", "choose one of the list")
        .in_words("bad-field.unknown")
}

fn path_of(object: ReadObject) -> String {
    match object {
        ReadObject::Incident(id) => format!("/incidents/{}", id.0),
        ReadObject::History => "/history".to_owned(),
        ReadObject::Premises => "/premises".to_owned(),
        ReadObject::Consultations => "/consultations".to_owned(),
        ReadObject::Board | ReadObject::Erasures | ReadObject::Events => "/board".to_owned(),
    }
}

fn render_ask(state: &AppState, ui: &Ui, asked: &Asked, problem: Option<&Problem>) -> Markup {
    page(
        ui,
        ui.t("reads.ask"),
        "",
        html! {
            div class="page narrow" {
                div class="page-head" { h1 { (ui.t("reads.ask")) } p { (ui.t("reads.ask_hint")) } }
                (refusal(ui, problem))
                (form(state, ui, asked))
            }
        },
    )
}

/// The form on the page of the problem that asks for a purpose.
pub(super) fn form_for(state: &AppState, ui: &Ui, problem: &Problem) -> Markup {
    let value = |name| {
        let mut values = problem.values();
        let found = values.find(|(known, _)| *known == name);
        found.map_or_else(String::new, |(_, value)| value.to_owned())
    };
    let asked = Asked {
        object: value("object"),
        incident: value("incident"),
        ..Asked::default()
    };
    html! { p { (ui.t("reads.ask_hint")) } (form(state, ui, &asked)) }
}

fn form(state: &AppState, ui: &Ui, asked: &Asked) -> Markup {
    let incident = asked.incident.trim_start_matches('#').parse().ok();
    let object = ReadObject::from_name(&asked.object, incident);
    let role = ui.signed.as_ref().map(Signed::role);
    let purposes: Vec<_> = object
        .zip(role)
        .into_iter()
        .flat_map(|(object, role)| purposes_of(state.is_exercise(), role, object))
        .collect();
    html! {
        @if purposes.is_empty() {
            p class="notice" { (ui.t("reads.no_purpose")) }
        } @else {
            form class="stack narrow" method="post" action="/purpose" {
                (token(ui))
                input type="hidden" name="object" value=(asked.object);
                input type="hidden" name="incident" value=(asked.incident);
                @if let Some(id) = incident.filter(|_| asked.object == "incident") {
                    p { (ui.fill("reads.about", &[("id", &format!("#{id}"))])) }
                }
                div class="field" {
                    label for="purpose" { (ui.t("reads.purpose")) }
                    select class="input" id="purpose" name="purpose" required {
                        // Nothing is chosen for whoever reads: what stands first would be stated unread.
                        option value="" selected[asked.purpose.is_empty()] { (ui.t("reads.choose")) }
                        @for row in purposes {
                            option value=(row.name) selected[row.name == asked.purpose] { (ui.t(&format!("purpose.{}", row.name))) }
                        }
                    }
                }
                div class="field" {
                    label for="number" { (ui.t("reads.number")) }
                    input class="input" id="number" name="number" value=(asked.number) required maxlength="100" autocomplete="off";
                }
                div class="field" {
                    label for="reason" { (ui.t("reads.reason")) }
                    textarea class="input" autocomplete="off" id="reason" name="reason" rows="2" maxlength="1000" required { (asked.reason) }
                }
                div class="row-of" { button class="button main" { (ui.t("reads.go_on")) } }
            }
        }
    }
}

/// `GET /consultations`: who read what.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Query(sought): Query<Sought>,
) -> Result<Markup, Problem> {
    let day = |field: &'static str, value: &str| match value.trim() {
        "" => Ok(None),
        value => value
            .parse::<jiff::civil::Date>()
            .ok()
            .and_then(|day| ui.zone().to_timestamp(day.at(0, 0, 0, 0)).ok())
            .map(|start| Some(Timestamp::from_micros(start.as_microsecond())))
            .ok_or_else(|| unknown(field)),
    };
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let incident = match given(&sought.incident) {
        None => None,
        Some(text) => Some(need_incident("incident", &text)?.0),
    };
    let object = match (sought.object.as_str(), incident) {
        ("", None) => None,
        ("" | "incident", Some(id)) => ReadObject::from_name("incident", Some(id)),
        (name, _) => ReadObject::from_name(name, None),
    };
    let filter = Filter {
        reader: given(&sought.reader),
        object,
        purpose: ReadPurpose::from_name(&sought.purpose),
        refused: sought.outcome == "refused",
        from: day("from", &sought.from)?,
        to: day("to", &sought.to)?,
        before: reads::place(&sought.before),
    };
    let (found, has_more) = reads::listed(&state, &filter).await?;
    let counts = state.engine.snapshot().consultations;
    let next = found.last().filter(|_| has_more).map(|last| {
        let encode = crate::percent::encoded;
        format!(
            "/consultations?reader={}&object={}&incident={}&purpose={}&outcome={}&from={}&to={}&before={}-{}",
            encode(&sought.reader), encode(&sought.object), encode(&sought.incident), encode(&sought.purpose),
            encode(&sought.outcome), encode(&sought.from), encode(&sought.to), last.seq, last.no
        )
    });
    Ok(page(
        &ui,
        ui.t("reads.title"),
        "/consultations",
        html! {
            div class="page" {
                div class="page-head" {
                    h1 { (ui.t("reads.title")) }
                    p { (ui.t("reads.words")) " " (ui.fill("reads.counts", &[("reads", &counts.reads.to_string()), ("batches", &counts.batches.to_string())])) }
                }
                (search(&ui, &sought))
                (table(&state, &ui, &found, true))
                @if let Some(next) = next { div class="pager" { span {} a class="button" href=(next) rel="next" { (ui.t("history.older")) } } }
            }
        },
    ))
}

fn search(ui: &Ui, sought: &Sought) -> Markup {
    let field = |id: &'static str, kind: &'static str, label: &str, value: &str| {
        html! {
            div class="field" {
                label for=(id) { (ui.t(label)) }
                input class="input" id=(id) name=(id) type=(kind) value=(value) autocomplete="off";
            }
        }
    };
    html! {
        form class="row-of" method="get" action="/consultations" {
            (field("reader", "text", "reads.reader", &sought.reader))
            (field("incident", "text", "reads.incident", &sought.incident))
            div class="field" {
                label for="purpose" { (ui.t("reads.purpose")) }
                select class="input" id="purpose" name="purpose" {
                    option value="" { (ui.t("reads.any")) }
                    @for row in ReadPurpose::ROWS {
                        option value=(row.name) selected[row.name == sought.purpose] { (ui.t(&format!("purpose.{}", row.name))) }
                    }
                }
            }
            div class="field" {
                label for="outcome" { (ui.t("reads.outcome")) }
                select class="input" id="outcome" name="outcome" {
                    option value="" { (ui.t("reads.any")) }
                    option value="refused" selected[sought.outcome == "refused"] { (ui.t("reads.refused")) }
                }
            }
            (field("from", "date", "reads.from", &sought.from))
            (field("to", "date", "reads.to", &sought.to))
            button class="button" { (ui.t("reads.search")) }
        }
    }
}

/// `GET /account/reads`: what one has read oneself.
pub(super) async fn own(
    State(state): State<AppState>,
    ui: Ui,
    signed: Signed,
    Query(sought): Query<Sought>,
) -> Result<Markup, Problem> {
    let filter = Filter {
        reader: Some(signed.actor().0.to_string()),
        before: reads::place(&sought.before),
        ..Filter::default()
    };
    let (found, has_more) = reads::listed(&state, &filter).await?;
    let next = found.last().filter(|_| has_more);
    Ok(page(
        &ui,
        ui.t("reads.own"),
        "",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("reads.own")) } p { (ui.t("reads.own_words")) } }
                (table(&state, &ui, &found, false))
                @if let Some(last) = next {
                    div class="pager" { span {} a class="button" href={"/account/reads?before=" (last.seq) "-" (last.no)} rel="next" { (ui.t("history.older")) } }
                }
            }
        },
    ))
}

fn table(state: &AppState, ui: &Ui, found: &[Listed], with_proofs: bool) -> Markup {
    html! {
        @if found.is_empty() { p class="empty sheet" { (ui.t("reads.none")) } } @else {
            div class="wide sheet" { table class="table" {
                thead { tr {
                    @for key in ["reads.when", "reads.reader", "reads.what", "reads.purpose", "reads.number", "reads.reason", "reads.outcome"] { th { (ui.t(key)) } }
                    @if with_proofs { th { (ui.t("reads.proof")) } }
                } }
                tbody { @for one in found { tr {
                    td class="time" { (ui.date_time(one.read.at)) }
                    td { (state.access.name_of(one.read.actor).unwrap_or_else(|| one.read.actor.to_string())) }
                    td {
                        (ui.t(&format!("object.{}", one.read.object.name())))
                        @if let Some(id) = one.read.object.incident() { " " (id) }
                        " · " (ui.t(&format!("act.{}", one.read.act.name())))
                    }
                    td { (one.read.purpose.map_or("–", |purpose| ui.t(&format!("purpose.{}", purpose.name())))) }
                    @match &one.words {
                        WordsKept::Known(words) => {
                            td { (words.number.as_ref().map_or("–", Text::as_str)) }
                            td { (words.reason.as_ref().map_or("–", Text::as_str)) }
                        }
                        WordsKept::Absent => { td { "–" } td { "–" } }
                        WordsKept::Erased => { td { (ui.t("erased")) } td { (ui.t("erased")) } }
                    }
                    td { (ui.t(&format!("outcome.{}", one.read.outcome.name()))) }
                    @if with_proofs {
                        td { a href=(format!("/consultations/{}/{}/proof", one.seq, one.no)) download aria-label=(ui.fill("reads.proof_of", &[("seq", &one.seq.to_string()), ("no", &one.no.to_string())])) { (ui.t("reads.proof")) } }
                    }
                } } }
            } }
        }
    }
}

/// `GET /consultations/{seq}/{no}/proof`: one read with its proof, as a file.
pub(super) async fn proof(
    State(state): State<AppState>,
    Path((seq, no)): Path<(u64, u32)>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let proof = blocking(move || engine.prove_consultation(seq, no, true)).await?;
    let proof = proof.map_err(|error| match error {
        Unproven::Unknown => Problem::not_found(
            "the record has no such read",
            "take one from the list of reads",
        )
        .in_words("not-found.read"),
        Unproven::Batch(error) => error.into(),
        other => Problem::internal("the proof cannot be made", &other),
    })?;
    let name = format!("attachment; filename=\"read-{seq}-{no}.consultation-proof\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, proof.to_string()).into_response())
}
