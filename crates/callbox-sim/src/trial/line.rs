//! One line of a trial: what somebody asks for, or what befalls the server.

use std::{fmt, str::FromStr};

use callbox_ledger::Injected;
use thiserror::Error;

/// What befalls the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Befalls {
    /// The store fails at the next write.
    Fault(Injected),
    /// The server's clock jumps by so many seconds.
    Skew(i64),
    /// The process is killed and started again.
    Kill,
    /// It is shut down and started again.
    Restart,
    /// It is shut down, loses its projections, and is started again.
    RestartBare,
    /// The last request that was carried out comes once more.
    Again,
}

/// One line of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Somebody says a line of the script language, at a second of the day.
    Said {
        /// When, in seconds of the day.
        second: i64,
        /// The actor's number.
        actor: u64,
        /// The line without its time and actor.
        words: String,
    },
    /// Something befalls the server.
    Befalls(Befalls),
}

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a line; write HH:MM:SS by ACTOR VERB …, or ! and what befalls the server")]
pub struct Unreadable(pub String);

const FAULTS: [(&str, Injected); 6] = [
    ("unknown-persisted", Injected::UnknownPersisted),
    ("unknown-not-persisted", Injected::UnknownNotPersisted),
    ("fatal-persisted", Injected::FatalPersisted),
    ("fatal-not-persisted", Injected::FatalNotPersisted),
    ("full", Injected::Full),
    ("unavailable", Injected::Unavailable),
];

impl Befalls {
    /// All faults that a store which keeps its contract may have.
    pub(super) fn faults() -> impl Iterator<Item = Injected> {
        FAULTS.into_iter().map(|(_, fault)| fault)
    }
}

impl fmt::Display for Befalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => {
                let row = FAULTS.iter().find(|(_, known)| known == fault);
                write!(f, "! fault {}", row.map_or("torn", |(name, _)| name))
            }
            Self::Skew(seconds) => write!(f, "! skew {seconds}"),
            Self::Kill => f.write_str("! kill"),
            Self::Restart => f.write_str("! restart"),
            Self::RestartBare => f.write_str("! restart-bare"),
            Self::Again => f.write_str("! again"),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Befalls(befalls) => befalls.fmt(f),
            Self::Said {
                second,
                actor,
                words,
            } => {
                let (hours, minutes) = (second / 3_600, second / 60 % 60);
                let seconds = second % 60;
                write!(f, "{hours:02}:{minutes:02}:{seconds:02} by {actor} {words}")
            }
        }
    }
}

impl FromStr for Line {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let line = match text.strip_prefix('!') {
            Some(what) => befalls(what.trim()).map(Self::Befalls),
            None => said(text.trim()),
        };
        line.ok_or_else(|| Unreadable(text.to_owned()))
    }
}

fn befalls(what: &str) -> Option<Befalls> {
    Some(match what.split_once(' ') {
        Some(("fault", name)) => {
            let (_, fault) = FAULTS.iter().find(|(known, _)| *known == name)?;
            Befalls::Fault(*fault)
        }
        Some(("skew", seconds)) => Befalls::Skew(seconds.parse().ok()?),
        None if what == "kill" => Befalls::Kill,
        None if what == "restart" => Befalls::Restart,
        None if what == "restart-bare" => Befalls::RestartBare,
        None if what == "again" => Befalls::Again,
        _ => return None,
    })
}

fn said(text: &str) -> Option<Line> {
    let (time, rest) = text.split_once(" by ")?;
    let (actor, words) = rest.split_once(' ')?;
    let mut second = 0;
    for part in time.split(':') {
        second = second * 60 + part.parse::<i64>().ok()?;
    }
    Some(Line::Said {
        second,
        actor: actor.parse().ok()?,
        words: words.to_owned(),
    })
}
