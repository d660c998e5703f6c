//! One act, however often it is asked for.
//!
//! Requests come twice: an answer is lost, a form is sent again. Whether a request is the same as an
//! earlier one is told by what was received, before anything is made of it: a command holds what the
//! server adds to it, and that is another a moment later.

use axum::http::{Method, StatusCode, Uri};
use callbox_domain::{ActorId, Code, Command, Context};
use callbox_engine::{Receipt, RequestKey, Submission, SubmitError};
use serde_json::Value;

use crate::{access::sha256, problem::Problem, security::Signed, state::AppState};

/// What a request said: a hash of its method, its path, and its body in a normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received([u8; 32]);

impl Received {
    /// Of a JSON body: the order of members, spaces, and members that are `null` say nothing.
    pub(crate) fn json(method: &Method, uri: &Uri, body: &[u8]) -> Self {
        let normal = match serde_json::from_slice(body) {
            Ok(value) => {
                let mut normal = String::new();
                write_normal(&value, &mut normal);
                normal.into_bytes()
            }
            // It will be refused.
            Err(_) => body.to_vec(),
        };
        Self::of(method, uri, &normal)
    }

    /// Of a form: the order of different members says nothing, nor do those that only prove who
    /// sent it and name it.
    pub(crate) fn form(method: &Method, uri: &Uri, members: &[(String, String)]) -> Self {
        let mut said: Vec<_> = members
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "csrf" | "key"))
            .collect();
        said.sort_by(|(a, _), (b, _)| a.cmp(b));
        let normal = serde_json::to_vec(&said).unwrap_or_default();
        Self::of(method, uri, &normal)
    }

    fn of(method: &Method, uri: &Uri, body: &[u8]) -> Self {
        let head = format!("{method} {}\n", uri.path());
        Self(sha256(&[head.as_bytes(), body]))
    }
}

/// Writes members in their order, without those that are `null`.
fn write_normal(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, it)| !it.is_null()).collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in members {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_normal(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_normal(item, out);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// Who asks, under which key, for what.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    actor: ActorId,
    agency: Option<Code>,
    key: RequestKey,
}

impl Once {
    /// Names a request.
    pub(crate) fn new(signed: &Signed, key: impl Into<String>, Received(hash): Received) -> Self {
        Self {
            actor: signed.actor(),
            agency: signed.agency().cloned(),
            key: RequestKey::of_received(key, hash),
        }
    }

    /// Hands in what was made of the request, or gives the first answer when it came before.
    ///
    /// The same for pages, interface and line. Where nothing could be made of it, what the first
    /// one did may be the reason: that is looked up before the problem is told.
    pub(crate) async fn carry_out(
        self,
        state: &AppState,
        made: Result<(Command, Context), Problem>,
    ) -> Result<Receipt, Problem> {
        let receipt = match made {
            Ok((command, context)) => {
                let submission = Submission {
                    command,
                    context,
                    idempotency: Some(self.key),
                };
                state.engine.submit_as(self.agency, submission).await?
            }
            // Who may not do it is not told what came of it.
            Err(problem)
                if matches!(
                    problem.status,
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
                ) =>
            {
                return Err(problem);
            }
            Err(problem) => match state.engine.earlier(self.actor, self.key).await {
                Ok(Some(receipt)) => receipt,
                Err(SubmitError::KeyReused) => return Err(SubmitError::KeyReused.into()),
                Ok(None) | Err(_) => return Err(problem),
            },
        };
        state.follow_closures(&receipt.entries).await;
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> Received {
        Received::json(
            &Method::POST,
            &Uri::from_static("/api/v1/line"),
            body.as_bytes(),
        )
    }

    #[test]
    fn what_is_said_counts_and_not_how() {
        let one = json(r#"{"a": 1, "b": [{"c": "x", "d": null}], "e": null}"#);
        assert_eq!(one, json(r#"{"b":[{"c":"x"}],"a":1}"#));
        assert_ne!(one, json(r#"{"b":[{"c":"y"}],"a":1}"#));
        assert_ne!(one, json(r#"{"b":[{"c":"x"},null],"a":1}"#));
        assert_ne!(json(r#"{"a":"1"}"#), json(r#"{"a":1}"#));
    }

    #[test]
    fn method_and_path_count() {
        let at = |method, path| Received::json(&method, &Uri::from_static(path), b"{}");
        let one = at(Method::POST, "/api/v1/incidents/1/close");
        assert_ne!(one, at(Method::POST, "/api/v1/incidents/2/close"));
        assert_ne!(one, at(Method::PUT, "/api/v1/incidents/1/close"));
    }

    #[test]
    fn a_form_is_the_same_in_another_session() {
        let form = |pairs: &[(&str, &str)]| {
            let members: Vec<_> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            Received::form(&Method::POST, &Uri::from_static("/closures"), &members)
        };
        let one = form(&[("csrf", "a"), ("from", "Mill Lane"), ("hours", "2")]);
        assert_eq!(
            one,
            form(&[
                ("hours", "2"),
                ("csrf", "b"),
                ("from", "Mill Lane"),
                ("key", "k")
            ])
        );
        assert_ne!(
            one,
            form(&[("csrf", "a"), ("from", "Mill Lane"), ("hours", "3")])
        );
        // Of several values under one name the order counts.
        assert_ne!(
            form(&[("u", "1"), ("u", "2")]),
            form(&[("u", "2"), ("u", "1")])
        );
    }
}
