use axum::http::{HeaderMap, StatusCode};
use maud::{Markup, html};

use super::{consultations, layout::page, ui::Ui};
use crate::{problem::Problem, security::Signed, state::AppState};

/// A problem as a page: what is wrong, what to do, and the way back.
pub(crate) fn problem(
    state: &AppState,
    headers: &HeaderMap,
    signed: Option<&Signed>,
    problem: &Problem,
) -> Markup {
    let ui = Ui::new(state, headers, signed.cloned(), "/");
    let key = match problem.status {
        StatusCode::NOT_FOUND => "problem.not_found",
        StatusCode::FORBIDDEN => "problem.forbidden",
        StatusCode::SERVICE_UNAVAILABLE => "problem.unavailable",
        _ => "problem.other",
    };
    page(
        &ui,
        ui.t(key),
        "",
        html! {
            div class="page narrow" {
                div class="page-head" {
                    p class="quiet" { (problem.status.as_u16()) }
                    h1 { (ui.t(key)) }
                }
                @let (what, hint) = ui.locale.problem(problem);
                div class="notice" { b { (what) } span { (hint) } }
                @if problem.code == "purpose-first" { (consultations::form_for(state, &ui, problem)) }
                p class="row-of" {
                    @if signed.is_some() {
                        a class="button main large" href="/board" { (ui.t("problem.board")) }
                    } @else {
                        a class="button main large" href="/sign-in" { (ui.t("sign_in")) }
                    }
                }
            }
        },
    )
}
