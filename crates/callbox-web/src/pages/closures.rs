//! Closed streets: the list, a form that closes one, a button that opens one.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{ClosureCause, ClosureId, Command, LiftClosure, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal},
    submit::{need_text, submit, submit_made, text},
    ui::Ui,
};
use crate::{
    access::rights::Action,
    closures::{self, Closing, End},
    problem::Problem,
    security::{Signed, SignedForm},
    state::AppState,
};

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    key: String,
    from: String,
    to: String,
    cause: String,
    hours: String,
    impassable: bool,
}

/// `GET /closures`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, &Form::default(), None)
}

/// `POST /closures`.
pub(super) async fn close(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Form>,
) -> Response {
    let outcome = carry_out(&state, &signed, &form).await;
    done(&state, &ui, &form, outcome)
}

/// `POST /closures/{closure}/lift`.
pub(super) async fn lift(
    State(state): State<AppState>,
    ui: Ui,
    Path(closure): Path<u64>,
    SignedForm { signed, form }: SignedForm<Form>,
) -> Response {
    let command = LiftClosure {
        closure: ClosureId(closure),
    };
    let sent = submit(&state, &signed, command, &form.key).await;
    done(&state, &ui, &Form::default(), sent.map(|_| ()))
}

fn done(state: &AppState, ui: &Ui, form: &Form, outcome: Result<(), Problem>) -> Response {
    match outcome {
        Ok(()) => Redirect::to("/closures").into_response(),
        Err(problem) => (problem.status, render(state, ui, form, Some(&problem))).into_response(),
    }
}

async fn carry_out(state: &AppState, signed: &Signed, form: &Form) -> Result<(), Problem> {
    let made = made(state, form).await;
    submit_made(state, signed, made, &form.key).await.map(drop)
}

async fn made(state: &AppState, form: &Form) -> Result<Command, Problem> {
    let end = |text: callbox_domain::Text| End::Words(text.as_str().to_owned());
    let from = end(need_text("from", &form.from)?);
    let to = text("to", &form.to)?.map(end);
    let places = std::iter::once(from).chain(to).collect();
    let until = hours(&form.hours, state.now())?;
    let closing = Closing {
        places,
        cause: ClosureCause::from_name(&form.cause).unwrap_or(ClosureCause::Other),
        impassable: form.impassable,
        until,
    };
    closing.command(state).await.map(Into::into)
}

/// After how many hours it ends; nothing when somebody has to lift it.
fn hours(value: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let hours = value.parse::<u16>().ok().filter(|hours| *hours > 0);
    let end = hours.map(|hours| now.plus_seconds(i64::from(hours) * 3_600));
    end.map(Some).ok_or_else(|| {
        Problem::bad_field(
            "hours",
            "this member has the wrong type",
            "send a whole number of hours, or leave it empty",
        )
    })
}

fn render(state: &AppState, ui: &Ui, form: &Form, problem: Option<&Problem>) -> Markup {
    let center = state.center_for(ui.signed.as_ref());
    let may = ui.may(Action::CloseStreets);
    let geography = state.geography.as_ref();
    let lost = |id| {
        let found = geography.and_then(|all| state.closures.lines(&all.streets, id));
        found.is_some_and(|(_, how)| matches!(closures::found_name(how), "nearby" | "lost"))
    };
    page(
        ui,
        ui.t("closures.title"),
        "/closures",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("closures.title")) } p { (ui.t("closures.hint")) } }
                (refusal(ui, problem))
                @if center.closures.is_empty() { p class="quiet" { (ui.t("closures.none")) } } @else {
                    div class="wide" { table class="table" {
                        thead { tr {
                            @for key in ["closures.street", "closures.cause", "closures.since", "closures.until"] { th { (ui.t(key)) } }
                            @if may { th { span class="hidden-text" { (ui.t("closures.lift")) } } }
                        } }
                        tbody { @for (_, closure) in center.closures.iter() { tr {
                            td {
                                b { (closure.street) }
                                @if lost(closure.id) { " " small class="quiet" { (ui.t("closures.lost")) } }
                            }
                            td {
                                (ui.t(&format!("closure.{}", closure.cause.name())))
                                @if closure.impassable { " · " (ui.t("closures.impassable")) }
                            }
                            td class="time" { (ui.date_time(closure.since)) }
                            td class="time" { (closure.until.map_or_else(|| ui.t("closures.open_end").to_owned(), |until| ui.date_time(until))) }
                            @if may { td {
                                form method="post" action={"/closures/" (closure.id.0) "/lift"} {
                                    (act(ui))
                                    button class="button plain" aria-label={(ui.t("closures.lift")) ": " (closure.street)} { (ui.t("closures.lift")) }
                                }
                            } }
                        } } }
                    } }
                }
                @if may {
                    @if geography.is_some() { (close_form(ui, form)) } @else { p class="quiet" { (ui.t("closures.no_streets")) } }
                }
            }
        },
    )
}

fn close_form(ui: &Ui, form: &Form) -> Markup {
    html! {
        form class="stack narrow" method="post" action="/closures" {
            (act(ui))
            div class="field" {
                label for="closure-from" { (ui.t("closures.from")) }
                input class="input" id="closure-from" name="from" value=(form.from) required maxlength="400" autocomplete="off";
            }
            div class="field" {
                label for="closure-to" { (ui.t("closures.to")) }
                input class="input" id="closure-to" name="to" value=(form.to) maxlength="400" autocomplete="off";
            }
            div class="field" {
                label for="closure-cause" { (ui.t("closures.cause")) }
                select class="input" id="closure-cause" name="cause" {
                    @for cause in ClosureCause::ALL {
                        option value=(cause.name()) selected[cause.name() == form.cause] { (ui.t(&format!("closure.{}", cause.name()))) }
                    }
                }
            }
            div class="field" {
                label for="closure-hours" { (ui.t("closures.hours")) }
                input class="input" id="closure-hours" name="hours" type="number" min="1" max="17520" value=(form.hours);
            }
            label class="check" {
                input type="checkbox" name="impassable" value="true" checked[form.impassable];
                " " (ui.t("closures.impassable_long"))
            }
            button class="button main" { (ui.t("closures.close")) }
        }
    }
}
