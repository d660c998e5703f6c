use axum::{
    Form,
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::texts::Locale;
use crate::state::AppState;

/// What the language buttons send.
#[derive(Deserialize)]
pub(super) struct Wanted {
    lang: String,
    #[serde(default)]
    next: String,
}

/// `POST /language`: keeps the language in the cookie `lang` for a year; nothing else is in it.
pub(super) async fn set(State(state): State<AppState>, Form(wanted): Form<Wanted>) -> Response {
    let locale = Locale::from_name(&wanted.lang).unwrap_or(Locale::En);
    let (before, secure) = match state.tls {
        true => ("__Host-", "; Secure"),
        false => ("", ""),
    };
    let name = locale.name();
    let cookie =
        format!("{before}lang={name}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict{secure}");
    (
        [(header::SET_COOKIE, cookie)],
        Redirect::to(own_path(&wanted.next)),
    )
        .into_response()
}

/// A path of this server; anything else would lead somebody elsewhere.
fn own_path(next: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._".contains(c);
    let is_own = next.starts_with('/') && !next.starts_with("//") && next.chars().all(is_plain);
    if is_own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_switch_leads_to_own_paths_only() {
        assert_eq!(own_path("/incidents/12"), "/incidents/12");
        for foreign in ["", "//evil.example", "https://evil.example", "/a\r\nb"] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
