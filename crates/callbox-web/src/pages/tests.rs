#![expect(clippy::unwrap_used, reason = "a test's failure shows where")]

use std::{collections::BTreeSet, fs, path::Path};

use axum::http::{HeaderMap, header};

use super::texts::Locale;

fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.parse().unwrap()))
        .collect()
}

#[test]
fn every_language_has_the_same_texts() {
    let keys = |locale: Locale| locale.table().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(Locale::En), keys(Locale::Zh));
    for key in keys(Locale::En) {
        let [english, chinese] = Locale::ALL.map(|locale| holes(locale.text(&key)));
        assert_eq!(english, chinese, "the values in {key} differ");
    }
}

/// The names in braces.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// A key that is used has a text, and a text is used: both by looking at the sources.
#[test]
fn texts_and_their_uses_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for dir in ["src/pages", "assets/js"] {
        for entry in fs::read_dir(root.join(dir)).unwrap() {
            source += &fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    let known = Locale::En.table();
    for start in ["t(\"", "fill(\"", "fill(\n        \""] {
        for (at, _) in source.match_indices(start) {
            let is_call = !source[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let key = source[at + start.len()..].split('"').next().unwrap();
            assert!(
                !is_call || known.contains_key(key),
                "there is no text for {key}"
            );
        }
    }
    for key in known.keys() {
        let is_made = ["role.", "ended.", "refusal."]
            .iter()
            .any(|made| key.starts_with(made));
        assert!(
            is_made || source.contains(&format!("\"{key}\"")) || by_template(&source, key),
            "nothing uses {key}"
        );
    }
}

/// Whether a script makes the key of a template, as in `times.${name}`.
fn by_template(source: &str, key: &str) -> bool {
    key.split_once('.')
        .is_some_and(|(head, _)| source.contains(&format!("`{head}.${{")))
}

#[test]
fn the_cookie_goes_before_the_browsers_languages() {
    let chinese = (header::ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9,en;q=0.8");
    assert_eq!(Locale::of(&headers(&[])), Locale::En);
    assert_eq!(
        Locale::of(&headers(std::slice::from_ref(&chinese))),
        Locale::Zh
    );
    assert_eq!(
        Locale::of(&headers(&[(
            header::ACCEPT_LANGUAGE,
            "de, en;q=0.5, zh;q=0.7"
        )])),
        Locale::Zh
    );
    assert_eq!(
        Locale::of(&headers(&[chinese, (header::COOKIE, "a=b; lang=en")])),
        Locale::En
    );
    assert_eq!(
        Locale::of(&headers(&[(header::COOKIE, "lang=../x")])),
        Locale::En
    );
}

#[test]
fn spans_and_numbers_are_written_for_people() {
    use callbox_domain::Timestamp;

    use super::ui::{grouped, span};
    let at = Timestamp::from_seconds;
    assert_eq!(span(at(0), at(42)), "0:42");
    assert_eq!(span(at(0), at(3_723)), "1:02:03");
    assert_eq!(span(at(10), at(9)), "–");
    assert_eq!(
        [0, 999, 1_000, 48_211, 1_234_567].map(grouped),
        ["0", "999", "1,000", "48,211", "1,234,567"]
    );
}
