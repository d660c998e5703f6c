//! Legal holds and erasure: all cases, and one with what it would destroy.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    ActorId, ApproveErasure, Center, Command, ErasureCase, ErasureRequest, Incident, IncidentId,
    LiftHold, PlaceHold, RefuseErasure, RequestErasure,
};
use callbox_engine::{ErasureReach, NoProof};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal},
    submit::{need_code, need_incident, submit_made},
    ui::{Ui, grouped},
};
use crate::{
    access::rights::Action,
    api::erasure_reach,
    certificate,
    problem::Problem,
    security::SignedForm,
    state::{AppState, blocking},
};

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    key: String,
    incident: String,
    what: String,
    basis: String,
}

/// `GET /erasures`.
pub(super) async fn list(State(state): State<AppState>, ui: Ui) -> Result<Markup, Problem> {
    render_list(&state, &ui, None).await
}

/// `POST /erasures`: leads to an incident's page.
pub(super) async fn open(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { form, .. }: SignedForm<Sent>,
) -> Response {
    let known = match need_incident("incident", &form.incident) {
        Ok(id) => state.incident_for(ui.signed.as_ref(), id).await.map(|_| id),
        Err(problem) => Err(problem),
    };
    match known {
        Ok(id) => Redirect::to(&format!("/incidents/{}/erasure", id.0)).into_response(),
        Err(problem) => {
            let status = problem.status;
            match render_list(&state, &ui, Some(&problem)).await {
                Ok(page) => (status, page).into_response(),
                Err(other) => other.into_response(),
            }
        }
    }
}

/// `GET /incidents/{id}/erasure`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Path(id): Path<u64>,
) -> Result<Markup, Problem> {
    render(&state, &ui, IncidentId(id), None).await
}

/// `POST /incidents/{id}/erasure`.
pub(super) async fn decide(
    State(state): State<AppState>,
    ui: Ui,
    Path(id): Path<u64>,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Response {
    let id = IncidentId(id);
    let problem = match submit_made(&state, &signed, command(id, &form), &form.key).await {
        Ok(_) => return Redirect::to(&format!("/incidents/{}/erasure", id.0)).into_response(),
        Err(problem) => problem,
    };
    match render(&state, &ui, id, Some(&problem)).await {
        Ok(page) => (problem.status, page).into_response(),
        Err(other) => other.into_response(),
    }
}

fn command(incident: IncidentId, sent: &Sent) -> Result<Command, Problem> {
    let basis = || need_code("basis", &sent.basis);
    Ok(match sent.what.as_str() {
        "hold" => PlaceHold {
            incident,
            basis: basis()?,
        }
        .into(),
        "lift" => LiftHold {
            incident,
            basis: basis()?,
        }
        .into(),
        "request" => RequestErasure {
            incident,
            basis: basis()?,
        }
        .into(),
        "refuse" => RefuseErasure {
            incident,
            reason: basis()?,
        }
        .into(),
        "approve" => ApproveErasure {
            incident,
            facts: None,
        }
        .into(),
        _ => {
            return Err(Problem::bad_field(
                "what",
                "this member has the wrong type",
                "load the page again and send it once more",
            ));
        }
    })
}

/// `GET /incidents/{id}/erasure/certificate`: a file that an outsider can check.
pub(super) async fn download(
    State(state): State<AppState>,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let seqs = certificate::positions(&state.engine.snapshot(), IncidentId(id));
    let seqs = seqs.ok_or_else(|| {
        Problem::not_found(
            "the incident has no complete erasure",
            "an erasure is complete after the server's next start",
        )
        .in_words("not-found.certificate")
    })?;
    let engine = state.engine.clone();
    let proofs = blocking(move || {
        let mut proofs = seqs.iter().map(|seq| engine.prove(*seq, None));
        let mut next = || proofs.next().expect("there are three").map(|it| it.proof);
        Ok::<_, NoProof>([next()?, next()?, next()?])
    })
    .await??;
    let made = certificate::make(proofs, state.engine.verifier_key());
    let text = made.map_err(|error| Problem::internal("the certificate cannot be made", &error))?;
    let file = format!("attachment; filename=\"erasure-{id}.json\"");
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, text).into_response())
}

/// How far a case has come, as a text's key.
fn state_key(case: &ErasureCase) -> &'static str {
    match (&case.erased, &case.request) {
        (Some(erased), _) if erased.completed.is_some() => "erasure.complete",
        (Some(_), _) => "erasure.unfinished",
        (None, Some(_)) => "erasure.requested",
        (None, None) if case.holds.is_empty() => "erasure.nothing",
        (None, None) => "erasure.held",
    }
}

fn basis(case: &ErasureCase) -> &str {
    let erased = case.erased.as_ref().map(|erased| &erased.request);
    let request = erased.or(case.request.as_ref());
    request.map_or("–", |request| request.basis.as_str())
}

async fn render_list(
    state: &AppState,
    ui: &Ui,
    problem: Option<&Problem>,
) -> Result<Markup, Problem> {
    let center = state.engine.snapshot();
    let ids = center.erasures().map(|(id, _)| id).collect();
    let seen = state.seen_of(ui.signed.as_ref(), ids).await?;
    let days = center.configuration.erasure_rules.wait_days.to_string();
    Ok(page(
        ui,
        ui.t("erasure.title"),
        "/erasures",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("erasure.title")) } p { (ui.fill("erasure.words", &[("days", &days)])) } }
                (refusal(ui, problem))
                @if seen.is_empty() { p class="empty sheet" { (ui.t("erasure.none")) } } @else {
                    div class="wide" { table class="table" {
                        thead { tr { @for key in ["erasure.incident", "erasure.state", "erasure.basis", "erasure.not_before", "erasure.holds"] { th { (ui.t(key)) } } } }
                        tbody { @for (id, case) in center.erasures().rev().filter(|(id, _)| seen.contains(id)) { tr {
                            td { a href={"/incidents/" (id.0) "/erasure"} { (id) } }
                            td { (ui.t(state_key(case))) }
                            td { (basis(case)) }
                            td { (case.request.as_ref().map_or("–".into(), |request| ui.date_time(request.not_before))) }
                            td { (holds(case)) }
                        } } }
                    } }
                }
                form class="stack narrow" method="post" action="/erasures" {
                    (act(ui))
                    div class="field" {
                        label for="incident" { (ui.t("erasure.which")) }
                        input class="input" id="incident" name="incident" required inputmode="numeric" autocomplete="off";
                    }
                    div class="row-of" { button class="button" { (ui.t("erasure.look")) } }
                }
            }
        },
    ))
}

fn holds(case: &ErasureCase) -> String {
    let bases: Vec<_> = case.holds.iter().map(|hold| hold.basis.as_str()).collect();
    match bases.is_empty() {
        true => "–".to_owned(),
        false => bases.join(", "),
    }
}

async fn render(
    state: &AppState,
    ui: &Ui,
    id: IncidentId,
    problem: Option<&Problem>,
) -> Result<Markup, Problem> {
    let incident = state.incident_for(ui.signed.as_ref(), id).await?;
    let reach = erasure_reach(state, id).await?;
    let center = state.engine.snapshot();
    let case = center.erasure(id).cloned().unwrap_or_default();
    let title = ui.fill("erasure.of", &[("id", &id.to_string())]);
    Ok(page(
        ui,
        &title,
        "/erasures",
        html! {
            div class="page" {
                div class="page-head" { h1 { (title) } p { a href={"/incidents/" (id.0)} { (ui.t("erasure.back")) } } }
                (refusal(ui, problem))
                dl class="case-times sheet" {
                    div { dt { (ui.t("erasure.state")) } dd { (ui.t(state_key(&case))) } }
                    div { dt { (ui.t("erasure.basis")) } dd { (basis(&case)) } }
                    div { dt { (ui.t("erasure.payloads")) } dd { (grouped(reach.payloads)) } }
                    div { dt { (ui.t("erasure.holds")) } dd { (holds(&case)) } }
                }
                (story(state, ui, &case))
                (dry_run(ui, &incident, &reach, &case))
                @if ui.may(Action::DecideErasures) { (forms(ui, &center, &incident, &case)) }
            }
        },
    ))
}

/// Who did what, and what comes next.
fn story(state: &AppState, ui: &Ui, case: &ErasureCase) -> Markup {
    let name = |by: ActorId| state.access.name_of(by).unwrap_or_else(|| by.to_string());
    html! {
        @if let Some(request) = &case.request {
            p class="notice" {
                (ui.fill("erasure.asked", &[
                    ("name", &name(request.by)),
                    ("at", &ui.date_time(request.at)),
                    ("until", &ui.date_time(request.not_before)),
                ]))
                @if !case.holds.is_empty() { " " b { (ui.t("erasure.held_words")) } }
            }
        }
        @if let Some(erased) = &case.erased {
            p class="notice" { (ui.fill("erasure.approved", &[
                ("name", &name(erased.by)),
                ("at", &ui.date_time(erased.at)),
                ("requester", &name(erased.request.by)),
            ])) " " (ui.t(if erased.completed.is_some() { "erasure.is_complete" } else { "erasure.next_start" })) }
        }
    }
}

fn dry_run(ui: &Ui, incident: &Incident, reach: &ErasureReach, case: &ErasureCase) -> Markup {
    let (payloads, bytes) = (grouped(reach.payloads), grouped(reach.bytes));
    let values = [("payloads", payloads.as_str()), ("bytes", bytes.as_str())];
    html! {
        section class="stack" {
            @if case.erased.is_some() {
                @if case.erased.as_ref().is_some_and(|erased| erased.completed.is_some()) {
                    h2 { (ui.t("erasure.certificate")) }
                    p class="quiet" { (ui.t("erasure.certificate_words")) }
                    p { a class="button" href={"/incidents/" (incident.id.0) "/erasure/certificate"} download { (ui.t("erasure.get_certificate")) } }
                    pre class="note" { "callbox erase check erasure-" (incident.id.0) ".json --key \"$(cat keys)\"" }
                }
            } @else {
                h2 { (ui.t("erasure.dry_run")) }
                p { (ui.fill("erasure.would", &values)) }
                p { (ui.t("erasure.when")) }
                p class="quiet" { (ui.t("erasure.stays")) }
                @if !reach.merged.is_empty() {
                    p { (ui.t("erasure.merged")) " " @for id in &reach.merged { a href={"/incidents/" (id.0) "/erasure"} { (id) } " " } }
                }
            }
        }
    }
}

fn forms(ui: &Ui, center: &Center, incident: &Incident, case: &ErasureCase) -> Markup {
    if center.is_erased(incident.id) {
        return html! {};
    }
    html! {
        section class="stack" {
            @if let Some(request) = &case.request {
                @if can_approve(ui, request, case) { (form(ui, incident, "approve", "erasure.approve", None)) }
                (form(ui, incident, "refuse", "erasure.refuse", Some("erasure.reason")))
            } @else if incident.closed.is_some() && case.holds.is_empty() {
                (form(ui, incident, "request", "erasure.request", Some("erasure.basis_words")))
            } @else if incident.closed.is_none() {
                p class="quiet" { (ui.t("erasure.open")) }
            }
            (form(ui, incident, "hold", "erasure.hold", Some("erasure.basis_words")))
            @for hold in &case.holds {
                form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/erasure"} {
                    (act(ui))
                    input type="hidden" name="what" value="lift";
                    input type="hidden" name="basis" value=(hold.basis);
                    button class="button" { (ui.fill("erasure.lift", &[("basis", hold.basis.as_str())])) }
                }
            }
        }
    }
}

/// Whether who looks could approve it now: somebody else asked, it has waited, nothing holds it.
fn can_approve(ui: &Ui, request: &ErasureRequest, case: &ErasureCase) -> bool {
    let own = ui.signed.as_ref().map(|signed| signed.actor());
    own != Some(request.by) && request.not_before <= ui.now() && case.holds.is_empty()
}

fn form(ui: &Ui, incident: &Incident, what: &str, button: &str, label: Option<&str>) -> Markup {
    let id = format!("basis-{what}");
    html! {
        form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/erasure"} {
            (act(ui))
            input type="hidden" name="what" value=(what);
            @if let Some(label) = label {
                div class="field grow" {
                    label for=(id) { (ui.t(label)) }
                    input class="input" id=(id) name="basis" required maxlength="64" autocomplete="off";
                }
            }
            button class="button" { (ui.t(button)) }
        }
    }
}
