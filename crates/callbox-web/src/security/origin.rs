use axum::http::{HeaderMap, StatusCode, header};

use crate::problem::Problem;

/// Refuses a writing request that another site made a browser send.
///
/// Browsers since 2023 say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`.
/// A request that says neither is not from a browser's page and has no business with a cookie.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text(header::HOST.as_str());
            let origin = origin.split_once("://").map(|(_, host)| host);
            origin.is_some() && origin == host
        }
        (None, None) => false,
    };
    if same {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "foreign-origin",
        "the request does not come from a page of this server",
        "open the console at its own address; scripts use a token instead of a cookie",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a header's value"));
        }
        check(&headers).is_ok()
    }

    #[test]
    fn only_the_own_pages_may_write() {
        assert!(is_accepted(&[("sec-fetch-site", "same-origin")]));
        assert!(is_accepted(&[
            ("origin", "https://cad.example"),
            ("host", "cad.example")
        ]));
        assert!(is_accepted(&[
            ("origin", "http://127.0.0.1:8110"),
            ("host", "127.0.0.1:8110")
        ]));
        assert!(!is_accepted(&[]));
        assert!(!is_accepted(&[("sec-fetch-site", "same-site")]));
        assert!(!is_accepted(&[("sec-fetch-site", "none")]));
        assert!(!is_accepted(&[("origin", "null"), ("host", "cad.example")]));
        assert!(!is_accepted(&[
            ("origin", "https://evil.example"),
            ("host", "cad.example")
        ]));
        assert!(!is_accepted(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://cad.example"),
            ("host", "cad.example")
        ]));
    }
}
