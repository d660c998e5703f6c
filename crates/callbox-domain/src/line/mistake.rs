use std::fmt;

use thiserror::Error;

use super::Verb;

/// What a word of a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by its word")]
pub enum What {
    Verb,
    Unit,
    Incident,
    Status,
    Type,
    Priority,
    Disposition,
    Template,
    Place,
    Text,
    Number,
    Handling,
    Center,
    Sign,
    Alarm,
    Cause,
    Closure,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Verb,
        Self::Unit,
        Self::Incident,
        Self::Status,
        Self::Type,
        Self::Priority,
        Self::Disposition,
        Self::Template,
        Self::Place,
        Self::Text,
        Self::Number,
        Self::Handling,
        Self::Center,
        Self::Sign,
        Self::Alarm,
        Self::Cause,
        Self::Closure,
    ];

    /// Its name for programs; stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verb => "verb",
            Self::Unit => "unit",
            Self::Incident => "incident",
            Self::Status => "status",
            Self::Type => "type",
            Self::Priority => "priority",
            Self::Disposition => "disposition",
            Self::Template => "template",
            Self::Place => "place",
            Self::Text => "text",
            Self::Number => "number",
            Self::Handling => "handling",
            Self::Center => "center",
            Self::Sign => "sign",
            Self::Alarm => "alarm",
            Self::Cause => "cause",
            Self::Closure => "closure",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Place => "place after @",
            Self::Text => "text after //",
            Self::Handling => "handling of the call",
            Self::Sign => "sign > or <",
            other => other.name(),
        })
    }
}

/// Why a line does not say what to do. `at` is where, in bytes of the line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum Mistake {
    #[error("nothing is typed yet")]
    Empty,
    #[error("a quote is not closed")]
    OpenQuote { at: (usize, usize) },
    #[error("there is no verb {word}")]
    UnknownVerb { word: String, at: (usize, usize) },
    #[error("the {what} is missing")]
    Missing {
        what: What,
        verb: &'static Verb,
        at: (usize, usize),
    },
    #[error("there is no {what} {word}")]
    Unknown {
        what: What,
        word: String,
        verb: &'static Verb,
        at: (usize, usize),
    },
    #[error("{word} may be {}", choices.join(", "))]
    Ambiguous {
        word: String,
        /// What it may mean, each as it has to be typed.
        choices: Vec<String>,
        at: (usize, usize),
    },
    #[error("{word} has no place in this line")]
    LeftOver {
        word: String,
        verb: &'static Verb,
        at: (usize, usize),
    },
    #[error("the {what} is too long or cannot be printed")]
    Unprintable { what: What, at: (usize, usize) },
}

impl Mistake {
    /// The names of all mistakes, for programs and texts.
    pub const CODES: &[&str] = &[
        "empty",
        "open-quote",
        "unknown-verb",
        "missing",
        "unknown",
        "ambiguous",
        "left-over",
        "unprintable",
    ];

    /// The mistake's name for programs; stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OpenQuote { .. } => "open-quote",
            Self::UnknownVerb { .. } => "unknown-verb",
            Self::Missing { .. } => "missing",
            Self::Unknown { .. } => "unknown",
            Self::Ambiguous { .. } => "ambiguous",
            Self::LeftOver { .. } => "left-over",
            Self::Unprintable { .. } => "unprintable",
        }
    }

    /// What to type instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty | Self::UnknownVerb { .. } => {
                "begin with a verb, as in D E104 2612; ? shows all".into()
            }
            Self::OpenQuote { .. } => "close it with \"".into(),
            Self::Missing { verb, .. } | Self::Unknown { verb, .. } => {
                format!("type {}", verb.usage())
            }
            Self::LeftOver { verb, .. } => format!("take it out: {}", verb.usage()),
            Self::Ambiguous { choices, .. } => format!("type {}", choices.join(" or ")),
            Self::Unprintable { .. } => "type less, in plain words".into(),
        }
    }

    /// The usage that helps, where a verb is known.
    pub const fn verb(&self) -> Option<&'static Verb> {
        match self {
            Self::Missing { verb, .. }
            | Self::Unknown { verb, .. }
            | Self::LeftOver { verb, .. } => Some(verb),
            _ => None,
        }
    }

    /// Where it is.
    pub const fn at(&self) -> (usize, usize) {
        match self {
            Self::Empty => (0, 0),
            Self::OpenQuote { at }
            | Self::UnknownVerb { at, .. }
            | Self::Missing { at, .. }
            | Self::Unknown { at, .. }
            | Self::Ambiguous { at, .. }
            | Self::LeftOver { at, .. }
            | Self::Unprintable { at, .. } => *at,
        }
    }

    /// Whether more typing may mend it.
    pub const fn is_unfinished(&self) -> bool {
        matches!(
            self,
            Self::Empty | Self::Missing { .. } | Self::OpenQuote { .. }
        )
    }
}
