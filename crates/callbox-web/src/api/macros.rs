//! Lines with a name: `=SF 2612` is what `SF` stands for, with 2612 in its hole.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::json;

use super::calls::{asked, owner};
use crate::{
    access::Macro,
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

pub(super) const PATH: &str = "/api/v1/macros";
/// How a line with a macro looks.
pub(super) const USAGE: &str = "=NAME [WORDS]";
const MAX_NAME: usize = 16;

/// What a line that begins with `=` asks for.
pub(super) enum Asks<'a> {
    /// To keep a line, as in `=SF=D $1`, for oneself, or with `==` for all.
    Keep(Macro),
    /// To use one.
    Use { name: String, words: &'a str },
}

/// Reads a line that begins with `=`; `None` where no name follows.
pub(super) fn asks(line: &str) -> Option<Asks<'_>> {
    let rest = line.trim_start().strip_prefix('=')?;
    let (center, rest) = match rest.strip_prefix('=') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let is_name = |sign: char| sign.is_alphanumeric() || sign == '-';
    let end = rest.find(|sign| !is_name(sign)).unwrap_or(rest.len());
    let name = rest[..end].to_uppercase();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return None;
    }
    match rest[end..].strip_prefix('=') {
        Some(line) => Some(Asks::Keep(Macro {
            name,
            line: line.trim().to_owned(),
            center,
        })),
        None if center => None,
        None => Some(Asks::Use {
            name,
            words: rest[end..].trim(),
        }),
    }
}

/// The line that a macro stands for; words beyond its holes follow it.
pub(super) fn expand(template: &str, words: &str) -> String {
    let given: Vec<&str> = words.split_whitespace().collect();
    let mut used = 0;
    let mut takes_all = false;
    let mut line = String::new();
    let mut signs = template.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, signs.peek()) {
            ('$', Some('*')) => {
                signs.next();
                takes_all = true;
                line.push_str(words);
            }
            ('$', Some(digit @ '1'..='9')) => {
                let at = *digit as usize - '0' as usize;
                signs.next();
                used = used.max(at);
                line.push_str(given.get(at - 1).copied().unwrap_or_default());
            }
            _ => line.push(sign),
        }
    }
    let more = given.get(used..).unwrap_or_default();
    if !takes_all && !more.is_empty() {
        line = format!("{line} {}", more.join(" "));
    }
    line
}

/// The line itself, with the macro that it begins with in full.
pub(super) fn unfold(state: &AppState, signed: &Signed, line: String) -> Result<String, Problem> {
    if !line.trim_start().starts_with('=') {
        return Ok(line);
    }
    let unknown = |word: &str| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-line",
            format!("there is no macro {word}"),
            format!("type {USAGE}, or keep one with =NAME=LINE"),
        )
        .in_words("bad-line.unknown")
        .with("part", "macro")
        .with("word", word)
        .with("usage", USAGE)
    };
    let Some(Asks::Use { name, words }) = asks(&line) else {
        return Err(unknown(line.trim()));
    };
    let kept = state.access.macros(signed.actor()).map_err(unusable)?;
    let found = kept.iter().find(|kept| kept.name == name);
    found
        .map(|found| expand(&found.line, words))
        .ok_or_else(|| unknown(&name))
}

#[expect(clippy::needless_pass_by_value, reason = "it is a target of map_err")]
fn unusable(error: crate::access::AccessError) -> Problem {
    Problem::internal("the macros cannot be used", &error)
}

/// `GET /api/v1/macros`.
pub(super) async fn list(
    State(state): State<AppState>,
    signed: Signed,
) -> Result<Response, Problem> {
    let kept = blocking(move || state.access.macros(signed.actor())).await?;
    Ok(super::answer(&json!({"macros": kept.map_err(unusable)?})))
}

/// `POST /api/v1/macros`.
pub(super) async fn keep(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let body = asked(PATH, request).await?;
    let owner = owner(&body, &signed)?;
    let given = format!("={}=", body.need_code("name"));
    let line = body.text("line").map(|line| line.as_str().to_owned());
    let Some(Asks::Keep(kept)) = asks(&given) else {
        return Err(Problem::bad_field(
            "name",
            "it is no name of a macro",
            "use 1 to 16 letters, digits and hyphens",
        ));
    };
    let answer = {
        let line = line.clone().unwrap_or_default();
        blocking(move || {
            state
                .access
                .set_macro(owner, &kept.name, &line)
                .map(|it| (it, kept.name))
        })
        .await?
    };
    match answer.map_err(unusable)? {
        (true, name) => Ok(super::answer(
            &json!({"name": name, "line": line, "center": owner.is_none()}),
        )),
        (false, _) => Err(Problem::bad_field(
            "name",
            "there are 100 macros already",
            "forget one first, with =NAME=",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn holes_take_words_and_more_words_follow() {
        assert_eq!(
            expand("D E104 $1 //at $2", "2612 gate"),
            "D E104 2612 //at gate"
        );
        assert_eq!(
            expand("NT $1 //by phone:", "2612 she is fine"),
            "NT 2612 //by phone: she is fine"
        );
        assert_eq!(expand("N FIRE @$*", "212 Elm St"), "N FIRE @212 Elm St");
        assert_eq!(expand("D E104 L110", "7"), "D E104 L110 7");
        assert_eq!(expand("EN $1", ""), "EN ");
        assert_eq!(expand("NT 1 //$5", "$1"), "NT 1 //");
    }
}
