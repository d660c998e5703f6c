use axum::http::{HeaderMap, StatusCode};
use maud::{Markup, html};

use super::{consultations, layout::page, ui::Ui};
use crate::{
    problem::Problem,
    security::{Signed, home},
    state::AppState,
};

/// A problem as a page: what is wrong, what to do, and the way back; `from` is the page on which it was asked for.
pub(crate) fn problem(
    state: &AppState,
    headers: &HeaderMap,
    signed: Option<&Signed>,
    problem: &Problem,
    from: &str,
) -> Markup {
    let ui = Ui::new(state, headers, signed.cloned(), "/");
    let asks = problem.code == "purpose-first";
    let proves = problem.code == "prove-again";
    let key = match problem.status {
        // Nothing is wrong: it only has to be said why.
        _ if asks => "problem.purpose",
        _ if proves => "confirm.title",
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
                    @if !asks && !proves { p class="quiet" { (problem.status.as_u16()) } }
                    h1 { (ui.t(key)) }
                }
                @let (what, hint) = ui.locale.problem(problem, |at| ui.date_time(at));
                div class="notice" { b { (what) } span { (hint) } }
                @if asks { (consultations::form_for(state, &ui, problem)) }
                @if proves { p { a class="button main large" href={"/confirm?next=" (from)} { (ui.t("confirm.title")) } } }
                p class="row-of" {
                    @if let Some(signed) = signed {
                        @let home = home(&signed.account, "/");
                        @let words = if home == "/board" { "problem.board" } else { "problem.home" };
                        // What asks for a purpose has its own main button.
                        a class=(if asks || proves { "button large" } else { "button main large" }) href=(home) { (ui.t(words)) }
                    } @else {
                        a class="button main large" href={"/sign-in?next=" (from)} { (ui.t("sign_in")) }
                    }
                }
            }
        },
    )
}
