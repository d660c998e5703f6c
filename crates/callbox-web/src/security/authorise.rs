use std::sync::atomic::Ordering;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{Peer, Route, Signed, Verb, agency, find, origin, signed::sign_in_first};
use crate::{
    access::{
        Kind, Scope, Stage,
        rights::{self, Action},
    },
    pages,
    problem::Problem,
    reads::{self, table::Need},
    state::AppState,
};

/// Lets a request through to its handler if the table of routes and that of rights say so.
///
/// Handlers find [`Signed`] in the request. What has no row is refused, whoever asks.
pub(crate) async fn authorise(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let rates = request
        .extensions()
        .get::<Peer>()
        .and_then(|peer| Some((peer.0, state.access.rates(peer.0)?)));
    let now = state.now().micros();
    if let Some((address, rates)) = rates
        && let Err(problem) = state.limiter.address(address, rates.address, now)
    {
        return limited(&state, request.headers(), problem);
    }
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let row = Verb::of(request.method())
        .zip(path)
        .and_then(|(verb, path)| find(verb, path));
    let Some((place, route)) = row else {
        // Not found, or not offered with this method: the router knows which.
        let response = match path {
            Some(path) => match page_above(path, request.uri().path()) {
                Some(page) if *request.method() == Method::GET => {
                    return Redirect::to(&page).into_response();
                }
                _ => method_not_allowed().into_response(),
            },
            None => nothing_here().into_response(),
        };
        let signed = Signed::find(&state, request.headers());
        return for_reader(&state, None, request.headers(), signed.as_ref(), response);
    };
    let signed = Signed::find(&state, request.headers());
    if let (Some((_, rates)), Some(signed)) = (rates, &signed)
        && let Err(problem) = state.limiter.account(signed.actor().0, rates.account, now)
    {
        return limited(&state, request.headers(), problem);
    }
    let headers = request.headers().clone();
    let permitted = permit(&state, route, signed.as_ref(), &headers);
    if let Err(problem) = &permitted {
        log_refusal(route, signed.as_ref(), problem);
    }
    let response = match permitted {
        Ok(()) => match admit(
            &state,
            route,
            signed.as_ref(),
            request.uri().path(),
            asks(route, &headers),
        )
        .await
        {
            Ok(()) => {
                if let Some(signed) = signed.clone() {
                    request.extensions_mut().insert(signed);
                }
                next.run(request).await
            }
            Err(problem) => problem.into_response(),
        },
        Err(problem) if is_page(route) && leads_on(&problem).is_some() => {
            to(leads_on(&problem).unwrap_or("/sign-in"), &request)
        }
        Err(problem) => problem.into_response(),
    };
    let response = in_our_words(route, response);
    state.metrics.count_request(place, response.status());
    for_reader(&state, Some(route), &headers, signed.as_ref(), response)
}

/// Turns a request away that comes too soon; nothing of it is looked at further.
fn limited(state: &AppState, headers: &HeaderMap, problem: Problem) -> Response {
    state.metrics.limited.fetch_add(1, Ordering::Relaxed);
    for_reader(state, None, headers, None, problem.into_response())
}

/// Logs that somebody asked for what is not theirs, or another site for somebody: the route's pattern
/// and a pseudonym, nothing that was sent.
fn log_refusal(route: &Route, signed: Option<&Signed>, problem: &Problem) {
    if matches!(
        problem.code,
        "not-permitted" | "out-of-scope" | "foreign-origin" | "other-agencies" | "duty-first"
    ) {
        let (method, actor) = (route.verb.name(), signed.map(|signed| signed.actor().0));
        tracing::warn!(
            actor,
            method,
            route = route.path,
            why = problem.code,
            "a request was refused"
        );
    }
}

fn permit(
    state: &AppState,
    route: &Route,
    signed: Option<&Signed>,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    // A token is sent by a program on purpose; a cookie by the browser whoever made it ask.
    if route.verb != Verb::Get && !headers.contains_key(header::AUTHORIZATION) {
        origin::check(headers)?;
    }
    if rights::is_open(route.action) {
        return Ok(());
    }
    let signed = signed.ok_or_else(sign_in_first)?;
    permit_signed(signed, route.action, route.verb == Verb::Get)?;
    if route.action.is_grave() && !signed.is_proved(state) {
        return Err(prove_again());
    }
    Ok(())
}

/// Whether a page asks for the purpose, where there is none.
fn asks(route: &Route, headers: &HeaderMap) -> bool {
    route.verb == Verb::Get && !route.path.starts_with("/api/") && reads_pages(headers)
}

/// Whether the agency of who asks sees it; and puts on the record that it is read.
async fn admit(
    state: &AppState,
    route: &Route,
    signed: Option<&Signed>,
    path: &str,
    asks: bool,
) -> Result<(), Problem> {
    let reached = agency::check(state, route, signed, path).await;
    if let Err(problem) = &reached {
        log_refusal(route, signed, problem);
    }
    reached?;
    consult(state, route, signed, path, asks).await
}

/// Puts on the record what a route is about to read, before its handler sees the request.
async fn consult(
    state: &AppState,
    route: &Route,
    signed: Option<&Signed>,
    path: &str,
    asks: bool,
) -> Result<(), Problem> {
    let need = reads::table::needs(route.verb, route.path, route.action);
    let need = need.ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "not-permitted",
            "nobody has said what this reads",
            "tell whoever runs the server",
        )
    })?;
    match signed {
        Some(signed) => reads::gate(state, signed, need, path, asks).await,
        None if need == Need::Nothing => Ok(()),
        None => Err(sign_in_first()),
    }
}

/// Whether somebody may do what a route asks for; for routes whose act stands in the body.
pub(crate) fn permit_action(signed: &Signed, action: Action) -> Result<(), Problem> {
    permit_signed(signed, action, false)
}

fn permit_signed(signed: &Signed, action: Action, reads: bool) -> Result<(), Problem> {
    let session = &signed.session;
    if !action.is_open_at(session.stage, reads) {
        return Err(match session.stage {
            Stage::Enrol => factor_first(),
            Stage::Password => password_first(),
            Stage::Code | Stage::Full => code_first(),
        });
    }
    if session.kind == Kind::Token && !action.is_open_to(session.scope, reads) {
        return Err(out_of_scope(session.scope));
    }
    rights::check(signed.role(), action).map_err(|denied| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "not-permitted",
            denied.detail,
            denied.hint,
        )
        .with("role", signed.role().name())
        .with("right", denied.right)
        .with("allowed", denied.allowed.join(", "))
    })?;
    match signed.is_held_off(action) {
        true => Err(duty_first(action)),
        false => Ok(()),
    }
}

/// Where a page leads somebody who has to prove something first.
fn leads_on(problem: &Problem) -> Option<&'static str> {
    match problem.code {
        "not-signed-in" => Some("/sign-in"),
        "code-first" => Some("/sign-in/code"),
        "factor-first" | "password-first" => Some("/account"),
        "duty-first" => Some("/duty"),
        "prove-again" => Some("/confirm"),
        _ => None,
    }
}

fn code_first() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "code-first",
        "you have not finished signing in",
        "give the code of your authenticator, or one for recovery",
    )
}

fn password_first() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "password-first",
        "your password was set by somebody else",
        "change it on the page of your account",
    )
}

fn factor_first() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "factor-first",
        "the center asks for a second factor, and you have none",
        "set one up on the page of your account",
    )
}

/// That the center keeps it for those on duty.
pub(crate) fn duty_first(action: Action) -> Problem {
    let (words, right) = rights::words(action);
    Problem::new(
        StatusCode::FORBIDDEN,
        "duty-first",
        format!("you are off duty, and here only those on duty may {words}"),
        "sign on at /duty, or ask a supervisor to sign you on",
    )
    .with("right", right)
}

fn out_of_scope(scope: Scope) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "out-of-scope",
        format!("the token is for {} only", scope.name()),
        "ask an administrator for a token with another scope; grave acts need a person",
    )
    .with("scope", scope.name())
}

/// That a grave act needs a proof of a moment ago.
pub(crate) fn prove_again() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "prove-again",
        "this act asks who you are once more",
        "give your password again at /confirm, then repeat it",
    )
}

/// The page that an address belongs to which only takes forms: whoever loads it again is led there.
fn page_above(pattern: &str, path: &str) -> Option<String> {
    let (mut pattern, mut path) = (pattern, path);
    loop {
        pattern = pattern.rsplit_once('/')?.0;
        path = path.rsplit_once('/')?.0;
        let found = find(Verb::Get, pattern);
        if found.is_some_and(|(_, route)| is_page(route)) {
            return Some(path.to_owned());
        }
    }
}

/// The page that a form stands on, where its address says so.
fn page_of(route: &Route) -> Option<&'static str> {
    let mut pattern = route.path;
    loop {
        let found = find(Verb::Get, pattern).filter(|(_, page)| is_page(page));
        if found.is_some() && !pattern.contains('{') {
            return Some(pattern);
        }
        pattern = pattern.rsplit_once('/')?.0;
    }
}

fn is_page(route: &Route) -> bool {
    route.verb == Verb::Get && pages::ROUTES.iter().any(|page| page.path == route.path)
}

fn to(where_to: &str, request: &Request) -> Response {
    // Only the path: a query may hold what somebody searched for.
    let next: String = request
        .uri()
        .path()
        .chars()
        .filter(|c| !matches!(c, '&' | '#' | '?'))
        .collect();
    Redirect::to(&format!("{where_to}?next={next}")).into_response()
}

/// Puts what the framework refuses in a line of English (a part of the address or a form that cannot be read) into the
/// form that all refusals have.
fn in_our_words(route: &Route, response: Response) -> Response {
    let is_line = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_line || response.extensions().get::<Problem>().is_some() {
        return response;
    }
    match response.status() {
        StatusCode::BAD_REQUEST
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => match route.verb {
            Verb::Get => Problem::new(
                StatusCode::BAD_REQUEST,
                "bad-address",
                "the address has a part that is wrong, or one twice",
                "follow a link, or begin at /",
            )
            .into_response(),
            Verb::Post | Verb::Put => super::form::bad_form().into_response(),
        },
        _ => response,
    }
}

/// Shows a problem as a page to somebody who reads pages.
fn for_reader(
    state: &AppState,
    route: Option<&Route>,
    headers: &HeaderMap,
    signed: Option<&Signed>,
    response: Response,
) -> Response {
    let is_program = route.is_some_and(|route| route.path.starts_with("/api/"));
    match response.extensions().get::<Problem>() {
        Some(problem) if reads_pages(headers) && !is_program => {
            let from = route.and_then(page_of).unwrap_or("/");
            let page = pages::problem(state, headers, signed, problem, from);
            let mut page = (problem.status, page).into_response();
            if let Some(seconds) = problem.retry_after_seconds {
                let headers = page.headers_mut();
                headers.insert(header::RETRY_AFTER, seconds.into());
            }
            page
        }
        _ => response,
    }
}

/// Whether who asks reads pages.
pub(crate) fn reads_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// Shows a problem that came before anybody looked who asks, as a page.
pub(crate) fn on_a_page(state: &AppState, headers: &HeaderMap, problem: Problem) -> Response {
    let signed = Signed::find(state, headers);
    for_reader(
        state,
        None,
        headers,
        signed.as_ref(),
        problem.into_response(),
    )
}

fn nothing_here() -> Problem {
    Problem::not_found(
        "there is nothing at this address",
        "begin at /, or see /api/v1/openapi.json",
    )
}

fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "this address does not take this method",
        "see /api/v1/openapi.json for what it takes",
    )
}
