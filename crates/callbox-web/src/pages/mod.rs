//! Pages for people.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use crate::{
    access::rights::Action,
    mount::Mount,
    problem::Problem,
    security::{Route, Signed, get},
    state::AppState,
};

/// The pages' rows in the table of routes.
pub(crate) const ROUTES: &[Route] = &[
    get("/sign-in", Action::SignIn, "people sign in, so that the record says who did what"),
    get("/", Action::ReadBoard, "who dispatches sees what waits and who is free"),
];

/// The pages' routes.
pub(crate) fn router() -> Mount {
    Mount::new().get("/sign-in", sign_in).get("/", board)
}

/// A problem as a page.
pub(crate) fn problem(_: &AppState, _: Option<&Signed>, problem: &Problem) -> Markup {
    html! { (DOCTYPE) title { "Callbox" } p { (problem.detail) } p { (problem.hint) } }
}

async fn sign_in() -> Markup {
    html! {
        (DOCTYPE)
        title { "Callbox" }
        form method="post" action="/sign-in" {
            input name="login";
            input name="password" type="password";
            button { "Sign in" }
        }
    }
}

async fn board(signed: Signed) -> Html<String> {
    Html(format!("<!doctype html><title>Callbox</title>{}", signed.account.login))
}
