use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderValue, Method, StatusCode, header},
};
use serde::de::DeserializeOwned;

use super::Signed;
use crate::{once::Received, problem::Problem, state::AppState};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// The longest form, in bytes.
const MAX_BYTES: usize = 64 * 1_024;

/// A form of a signed-in person whose hidden member `csrf` belongs to the session.
///
/// `T` must let members pass that it does not know (`csrf` is one).
#[derive(Clone, Debug)]
pub(crate) struct SignedForm<T> {
    /// Who sent it.
    pub(crate) signed: Signed,
    /// What it says.
    pub(crate) form: T,
}

impl<T: DeserializeOwned> FromRequest<AppState> for SignedForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let signed = request.extensions().get::<Signed>().cloned();
        let mut signed = signed.ok_or_else(super::signed::sign_in_first)?;
        if request.headers().get(header::CONTENT_TYPE) != Some(&FORM) {
            return Err(bad_form());
        }
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let body = axum::body::to_bytes(request.into_body(), MAX_BYTES).await;
        let body = body.map_err(|_| bad_form())?;
        let members: Vec<(String, String)> = parse(body.clone()).await?;
        let brought = members
            .iter()
            .find(|(name, _)| name == "csrf")
            .map(|(_, value)| value);
        let token = signed.form_token.as_bytes();
        match brought {
            Some(brought) if verify_slices_are_equal(brought.as_bytes(), token).is_ok() => {
                signed.sent = Some(Received::form(&method, &uri, &members));
                Ok(Self {
                    form: parse(body).await?,
                    signed,
                })
            }
            _ => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "stale-form",
                "the form does not belong to your session",
                "load the page again and send it once more",
            )),
        }
    }
}

async fn parse<T: DeserializeOwned>(body: axum::body::Bytes) -> Result<T, Problem> {
    // The body is read twice; the extractor only takes whole requests.
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, FORM);
    let form = Form::from_request(request, &()).await;
    form.map(|Form(form)| form).map_err(|_| bad_form())
}

pub(super) fn bad_form() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "bad-form",
        "the form lacks a member, or one is wrong",
        "load the page again and fill it in",
    )
}
