//! What the windows of a position show: kept under the position's name, so that whoever sits down there has it.

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::json;

use super::calls::{asked, owner};
use crate::{
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) const PATH: &str = "/api/v1/layouts";
/// The panes of the board.
const PANES: [&str; 4] = ["incidents", "units", "selected", "map"];
/// How many windows a position has at most.
const MAX_WINDOWS: usize = 8;

/// Whether it says what a window shows, as in `incidents:60,units:40`: each pane once, with a share from 5 to 100, or
/// all without one.
fn is_window(text: &str) -> bool {
    let mut seen = Vec::new();
    let mut shares = 0;
    for part in text.split(',') {
        let (pane, share) = match part.split_once(':') {
            Some((pane, share)) => (pane, Some(share)),
            None => (part, None),
        };
        if !PANES.contains(&pane) || seen.contains(&pane) {
            return false;
        }
        if let Some(share) = share {
            let is_share = share.len() <= 3
                && share.bytes().all(|sign| sign.is_ascii_digit())
                && share
                    .parse::<u8>()
                    .is_ok_and(|share| (5..=100).contains(&share));
            if !is_share {
                return false;
            }
            shares += 1;
        }
        seen.push(pane);
    }
    shares == 0 || shares == seen.len()
}

#[expect(clippy::needless_pass_by_value, reason = "it is a target of map_err")]
fn unusable(error: crate::access::AccessError) -> Problem {
    Problem::internal("the layouts cannot be used", &error)
}

/// `GET /api/v1/layouts`.
pub(super) async fn list(
    State(state): State<AppState>,
    signed: Signed,
) -> Result<Response, Problem> {
    let kept = blocking(move || state.access.layouts(signed.actor())).await?;
    Ok(super::answer(&json!({"layouts": kept.map_err(unusable)?})))
}

/// `POST /api/v1/layouts`.
pub(super) async fn keep(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(PATH, request).await?;
    let owner = owner(&body, &signed)?;
    let name = body.need_code("name").to_string();
    let windows = body.codes("windows").unwrap_or_default();
    let windows: Vec<String> = windows.iter().map(ToString::to_string).collect();
    if windows.len() > MAX_WINDOWS || !windows.iter().all(|window| is_window(window)) {
        return Err(Problem::bad_field(
            "windows",
            "this is not what windows can show",
            "send 1 to 8 of them, like \"incidents:60,units:40\"; panes are incidents, units, selected, map, shares 5 to 100",
        ));
    }
    let (named, shown) = (name.clone(), windows.clone());
    let kept = blocking(move || state.access.set_layout(owner, &named, &shown)).await?;
    if !kept.map_err(unusable)? {
        return Err(Problem::bad_field(
            "name",
            "there are 50 layouts already",
            "forget one first: send its name without windows",
        ));
    }
    Ok(super::answer(
        &json!({"name": name, "windows": windows, "center": owner.is_none()}),
    ))
}

#[cfg(test)]
mod tests {
    use super::is_window;

    #[test]
    fn a_window_names_each_pane_once_with_a_share_or_all_without() {
        for text in [
            "map",
            "incidents,selected",
            "incidents:60,units:40",
            "selected:5",
        ] {
            assert!(is_window(text), "{text}");
        }
        for text in [
            "",
            "log",
            "map,map",
            "map:4",
            "map:101",
            "map:+9",
            "map:",
            "units,map:50",
            "map,",
            "units:50:50",
        ] {
            assert!(!is_window(text), "{text}");
        }
    }
}
