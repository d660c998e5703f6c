//! Errors as RFC 9457 problem details: what is wrong, and what to do.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::{Refusal, TextError, sheet::TableFault};
use serde_json::{Value, json};

/// The codes of all problems beside the rules' refusals; each has a text in every language.
pub(crate) const CODES: &[&str] = &[
    "already-there",
    "bad-account",
    "bad-address",
    "bad-body",
    "bad-field",
    "bad-form",
    "bad-json",
    "bad-line",
    "bad-location",
    "bad-passkey",
    "bad-table",
    "busy",
    "case-too-old",
    "code-first",
    "duty-first",
    "factor-first",
    "foreign-origin",
    "halted",
    "idempotency-key",
    "in-the-future",
    "internal",
    "key-reused",
    "live-full",
    "method-not-allowed",
    "names-others",
    "no-account",
    "no-checkpoint",
    "no-key",
    "no-street",
    "not-found",
    "not-permitted",
    "not-published",
    "not-recorded",
    "not-signed-in",
    "off-duty",
    "older",
    "other-agencies",
    "out-of-scope",
    "outside",
    "own-account",
    "password-first",
    "prove-again",
    "provider-failed",
    "purpose-first",
    "stale-form",
    "too-large",
    "too-long-ago",
    "too-many-requests",
    "too-old",
    "too-slow",
    "unavailable",
    "unknown-time-zone",
    "unsupported-media-type",
    "weak-password",
    "wrong-code",
    "wrong-password",
    "too-many-tries",
    "wrong-purpose",
];

/// Texts that say more than the one for their code.
pub(crate) const TEXTS: &[&str] = &[
    "bad-account.name",
    "bad-account.taken",
    "bad-field.control",
    "bad-field.days",
    "bad-field.degrees",
    "bad-field.empty",
    "bad-field.missing",
    "bad-field.number",
    "bad-field.too-long",
    "bad-field.two-blanks",
    "bad-field.twice",
    "bad-field.unknown",
    "bad-field.unseen",
    "bad-line.ambiguous",
    "bad-line.empty",
    "bad-line.left-over",
    "bad-line.missing",
    "bad-line.open-quote",
    "bad-line.unknown",
    "bad-line.unknown-verb",
    "bad-line.unprintable",
    "not-found.certificate",
    "not-found.event",
    "not-found.read",
    "not-found.grant",
    "not-found.incident",
    "not-found.call",
    "not-found.note",
    "not-found.closure",
    "not-found.streets",
    "no-street.choose",
    "no-street.far",
    "no-street.no-way",
    "no-street.apart",
    "no-street.none-imported",
    "no-street.unsure",
    "no-street.whole",
    "not-found.card",
    "not-found.line",
    "unknown-code.none",
    "bad-card.question",
];

fn is_known(code: &str) -> bool {
    CODES.contains(&code) || Refusal::CODES.contains(&code)
}

/// An error as callers see it.
///
/// Leaves the server as `application/problem+json`; on pages the same problem is shown as a page.
/// Never holds personal data beyond what the caller just sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The name for programs, in kebab case; stable.
    pub(crate) code: &'static str,
    words: Box<Words>,
    /// What is wrong.
    pub(crate) detail: Cow<'static, str>,
    /// What the caller can do.
    pub(crate) hint: Cow<'static, str>,
    /// The member of the body, the parameter or the header that is at fault.
    pub(crate) field: Option<String>,
    /// After how many seconds trying again may help.
    pub(crate) retry_after_seconds: Option<u32>,
}

/// How other languages say it.
#[derive(Clone, Debug, PartialEq)]
struct Words {
    text: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Problem {
    /// Makes a problem.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (detail, hint) = (detail.into(), hint.into());
        debug_assert!(is_known(code), "{code} has no row among the codes");
        Self {
            status,
            code,
            words: Box::new(Words {
                text: code,
                values: Vec::new(),
            }),
            detail,
            hint,
            field: None,
            retry_after_seconds: None,
        }
    }

    /// Names what is at fault.
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names a text that says more than the one for the code.
    pub(crate) fn in_words(mut self, text: &'static str) -> Self {
        let is_known = TEXTS.contains(&text) || TableFault::NAMES.contains(&text);
        debug_assert!(is_known, "{text} has no row among the texts");
        self.words.text = text;
        self
    }

    /// Fills a hole of the text.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.words.values.push((name, value.to_string()));
        self
    }

    /// The same with another word for what it already speaks of, as in a form's label for a member's name.
    pub(crate) fn saying(mut self, name: &str, value: &str) -> Self {
        for (known, said) in &mut self.words.values {
            if *known == name {
                value.clone_into(said);
            }
        }
        self
    }

    /// The name of its text: the code, or a finer name within it, as in `bad-field.missing`.
    pub(crate) fn text(&self) -> &'static str {
        self.words.text
    }

    /// What the text's holes are filled with, so that other languages can say the same.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let values = self.words.values.iter();
        values.map(|(name, value)| (*name, value.as_str()))
    }

    /// The problem as callers get it.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:callbox:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
            "text": self.text(),
            "values": self.values().collect::<BTreeMap<_, _>>(),
        });
        if let Some(field) = &self.field {
            body["field"] = field.as_str().into();
        }
        body
    }

    /// Says when to try again.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Something is not there.
    pub(crate) fn not_found(
        detail: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail, hint)
    }

    /// A member of the body or a parameter is wrong.
    pub(crate) fn bad_field(
        field: impl Into<String>,
        detail: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let field = field.into();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-field", detail, hint)
            .with("field", &field)
            .at(field)
    }

    /// A member's words or code cannot be taken.
    pub(crate) fn bad_text(
        field: impl Into<String>,
        error: &TextError,
        detail: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let problem = Self::bad_field(field, detail, hint);
        match error {
            TextError::Empty => problem.in_words("bad-field.empty"),
            TextError::TooLong { bytes, max } => problem
                .in_words("bad-field.too-long")
                .with("bytes", bytes)
                .with("max", max),
            TextError::Control(_) => problem.in_words("bad-field.control"),
            TextError::Unseen(c) => problem
                .in_words("bad-field.unseen")
                .with("sign", format!("U+{c:04X}")),
            TextError::TwoBlanks => problem.in_words("bad-field.two-blanks"),
        }
    }

    /// A fault of the server; what it was stands in the log under `what`.
    pub(crate) fn internal(what: &'static str, error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %chain(error), "{what}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            what,
            "try again; if it stays, the server's log says more",
        )
    }
}

/// An error with all its sources, for one log line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.status, headers, self.body().to_string()).into_response();
        let mut set =
            |name: HeaderName, value: HeaderValue| response.headers_mut().insert(name, value);
        if let Some(seconds) = self.retry_after_seconds {
            set(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            set(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
