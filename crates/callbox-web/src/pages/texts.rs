//! The texts of the interface: one file per language, the same for pages and scripts.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::http::{HeaderMap, header};
use callbox_domain::Timestamp;

use crate::problem::Problem;

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locale {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
    /// English, longer and in brackets: what stands outside of them is in no table of texts.
    #[cfg(test)]
    Pseudo,
}

type Table = BTreeMap<String, String>;

static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../assets/i18n/en.json")));
/// Why each route is there, by its words in the table of routes; no script needs them.
static REASONS_ZH: LazyLock<Table> = LazyLock::new(|| read(include_str!("reasons.zh.json")));
static ZH: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../assets/i18n/zh.json")));

#[cfg(test)]
static PSEUDO: LazyLock<Table> = LazyLock::new(|| {
    let texts = EN.iter();
    let longer = texts.map(|(key, text)| (key.clone(), format!("⟦{text} ~~~⟧")));
    longer.collect()
});

fn read(json: &str) -> Table {
    serde_json::from_str(json).expect("the texts are part of the program, and tested")
}

impl Locale {
    /// All languages.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The name in the cookie.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            #[cfg(test)]
            Self::Pseudo => "pseudo",
        }
    }

    /// The language tag for `lang` attributes (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
            #[cfg(test)]
            Self::Pseudo => "en-x-pseudo",
        }
    }

    /// Where a line of it begins, for `dir` attributes.
    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Self::En | Self::Zh => "ltr",
            // The language that only tests speak runs the other way, so that no page is fixed to one.
            #[cfg(test)]
            Self::Pseudo => "rtl",
        }
    }

    /// The language with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        #[cfg(test)]
        if name == "pseudo" {
            return Some(Self::Pseudo);
        }
        Self::ALL.into_iter().find(|locale| locale.name() == name)
    }

    /// The language of a request: the cookie `lang`, or else the first that the browser asks for.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = text(header::COOKIE)
            .into_iter()
            .flat_map(|cookies| cookies.split(';'))
            // Under TLS the name holds the cookie to this host.
            .map(|pair| pair.trim().trim_start_matches("__Host-"))
            .find_map(|pair| Self::from_name(pair.strip_prefix("lang=")?));
        cookie
            .or_else(|| asked(text(header::ACCEPT_LANGUAGE)?))
            .unwrap_or(Self::En)
    }

    /// All texts.
    pub(crate) fn table(self) -> &'static Table {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
            #[cfg(test)]
            Self::Pseudo => &PSEUDO,
        }
    }

    /// The text for `key`; a missing one shows its key, which a test rules out.
    pub(crate) fn text(self, key: &str) -> &'static str {
        match self.table().get_key_value(key) {
            Some((_, text)) => text,
            None => "?",
        }
    }

    /// The text for `key` with `{name}` replaced by its value.
    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        values
            .iter()
            .fold(self.text(key).to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
    }

    /// What is wrong and what to do, in this language; `boot.js` does the same for the board.
    /// Why a route is there.
    pub(crate) fn reason(self, reason: &'static str) -> &'static str {
        match self {
            Self::Zh => REASONS_ZH.get(reason).map_or(reason, |it| it),
            _ => reason,
        }
    }

    /// `time` says a moment as the center's clocks do.
    pub(crate) fn problem(
        self,
        problem: &Problem,
        time: impl Fn(Timestamp) -> String,
    ) -> (String, String) {
        let said = |name, value: &str| match (name, value.parse::<jiff::Timestamp>()) {
            ("until", Ok(at)) => time(Timestamp::from_micros(at.as_microsecond())),
            _ => self.word(name, value),
        };
        let values: Vec<(&str, String)> = problem
            .values()
            .map(|(name, value)| (name, said(name, value)))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let key = format!("refusal.{}", problem.text());
        (
            self.fill(&key, &values),
            self.fill(&format!("{key}.hint"), &values),
        )
    }

    /// A value in words where it is a name of the program's own, as it is where it is data.
    fn word(self, name: &str, value: &str) -> String {
        let table = match name {
            "meaning" | "current" | "wanted" => "meaning",
            "part" => "line.part",
            "what" => "what",
            "role" | "allowed" => "role",
            "right" => "right",
            "purpose" | "purposes" => "purpose",
            _ => return value.to_owned(),
        };
        // A whole sentence, which may have commas of its own.
        if let Some(known) = self.table().get(&format!("{table}.{value}")) {
            return known.clone();
        }
        let words = value.split(", ").map(|one| {
            let known = self.table().get(&format!("{table}.{one}"));
            known.map_or(one, String::as_str)
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// The most wanted language of `Accept-Language` that there is a table for.
fn asked(accept: &str) -> Option<Locale> {
    let mut best: Option<(f32, Locale)> = None;
    for part in accept.split(',') {
        let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
        let quality = quality.trim().parse().unwrap_or(0.0);
        let name = tag
            .trim()
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let Some(locale) = Locale::from_name(&name)
            && quality > 0.0
            && best.is_none_or(|(known, _)| quality > known)
        {
            best = Some((quality, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// The reasons that have Chinese words.
#[cfg(test)]
pub(super) fn reasons_zh() -> &'static Table {
    &REASONS_ZH
}
