//! The agency's own list of names: premises, nicknames of streets, places that no map has.
//!
//! A CSV text with the header `name,target`. A target is a position in any form that a question may have
//! (`"39.46127, -76.83141"`), or the text to look for instead (`Mill Road`). A house number asked for with a nickname is
//! looked for on the target.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use super::answer::{Answer, Kind, Reason};
use super::coordinates::{self, Read};
use super::find::{self, Candidate};
use super::index::{EntityKind, Index, NO_ENTITY};
use super::matching::{Filter, Lead, fits};
use super::question::{readings, words};
use super::source::{Name, Place, Source};
use super::store::IndexError;
use super::text::Token;
use crate::Coord;

/// The list that is used: it lies beside the imported networks, so an import of streets keeps it.
const FILE: &str = "names.csv";
/// The most bytes that are read of it.
const MOST_BYTES: u64 = 64 << 20;
/// The most entries of a list.
const MAX_ENTRIES: usize = 200_000;
/// A name of the list that fits worse than this is not offered.
const MAX_COST: f32 = 0.25;
/// The most entries that one question leads to.
const MAX_USED: usize = 6;

/// Why a list cannot be used; nothing of it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The first line is not the header.
    #[error("line 1: the list has to begin with the header `name,target`")]
    Header,
    /// A line does not have a name and a target.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        what: String,
    },
    /// The list is too long.
    #[error("the list has more than {MAX_ENTRIES} entries; split it by agency")]
    TooLong,
}

/// Takes a list in for the streets in `dir`, in place of the one before; nothing changes when it
/// cannot be used. Gives how many names it has.
pub fn keep_names(list: &Path, dir: &Path) -> Result<usize, IndexError> {
    let text = text(list)?;
    let count = parsed(list, &text)?.len();
    let (path, next) = (dir.join(FILE), dir.join("names.csv.tmp"));
    let write = || -> io::Result<()> {
        fs::create_dir_all(dir)?;
        let mut file = File::create(&next)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, &path)
    };
    write().map_err(|source| IndexError::Io {
        path: path.clone(),
        source,
    })?;
    Ok(count)
}

/// The list of the streets in `dir`, if there is one.
pub(super) fn kept(dir: &Path) -> Result<Option<Overlay>, IndexError> {
    let path = dir.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    parsed(&path, &text(&path)?).map(Some)
}

fn text(path: &Path) -> Result<String, IndexError> {
    let read = || -> io::Result<String> {
        if fs::metadata(path)?.len() > MOST_BYTES {
            return Err(io::Error::other("it has more than 64 MiB"));
        }
        fs::read_to_string(path)
    };
    read().map_err(|source| IndexError::Io {
        path: path.to_owned(),
        source,
    })
}

fn parsed(path: &Path, text: &str) -> Result<Overlay, IndexError> {
    Overlay::parse(text).map_err(|what| IndexError::Names {
        path: path.to_owned(),
        what,
    })
}

/// A list, ready to be searched.
#[derive(Debug)]
pub struct Overlay {
    index: Index,
    targets: Vec<Target>,
}

#[derive(Debug)]
enum Target {
    Position(Coord, f64),
    Text(String),
}

impl Overlay {
    /// Reads a list; see the module for the format.
    pub fn parse(text: &str) -> Result<Self, OverlayError> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let header = lines
            .next()
            .map(|(_, line)| line.trim().to_lowercase().replace(' ', ""));
        if header.as_deref() != Some("name,target") {
            return Err(OverlayError::Header);
        }
        let mut source = Source::default();
        let mut targets = Vec::new();
        for (no, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let refuse = |what: &str| OverlayError::Line {
                line: no + 1,
                what: what.to_owned(),
            };
            let fields = fields(line).ok_or_else(|| refuse("a quote is not closed"))?;
            let [name, target] = fields.as_slice() else {
                return Err(refuse(
                    "expected a name and a target; put a text with a comma into quotes",
                ));
            };
            if !name.chars().any(char::is_alphanumeric) || target.trim().is_empty() {
                return Err(refuse("the name or the target is empty"));
            }
            if targets.len() == MAX_ENTRIES {
                return Err(OverlayError::TooLong);
            }
            targets.push(match coordinates::read(target) {
                Read::Position(position) => {
                    Target::Position(position.point, position.extent_meters)
                }
                Read::Wrong(reason) => return Err(refuse(&reason.to_string())),
                Read::No | Read::Short(..) => Target::Text(target.trim().to_owned()),
            });
            source.places.push(Place {
                names: vec![Name::main(name.trim())],
                category: String::new(),
                point: Coord::default(),
                extent_meters: 0.0,
                city: None,
            });
        }
        let (stored, _) = super::build::build(&source, "");
        Ok(Self {
            index: Index::new(stored),
            targets,
        })
    }

    /// How many names the list has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether the list has no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// What the list makes of a question.
    pub(crate) fn find(&self, index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let places = |kind: EntityKind| kind == EntityKind::Place;
        let filter = Filter {
            kinds: &places,
            prefer: &|_| false,
            lead: Lead::default(),
        };
        let words = words(&self.index, tokens, typing);
        for reading in readings(&self.index, tokens, words, typing) {
            let mut fits = fits(&self.index, &reading.words, typing, &filter);
            fits.retain(|fit| fit.cost() <= MAX_COST);
            for fit in fits.iter().take(MAX_USED) {
                let name = self.index.name_of(fit.entity);
                let mut reasons = fit.reasons.clone();
                reasons.push(Reason::AgencyList(name.to_owned()));
                match (self.targets.get(fit.entity as usize), &reading.number) {
                    (Some(Target::Position(point, extent)), None) => candidates.push(Candidate {
                        answer: Answer {
                            kind: Kind::Alias,
                            label: name.to_owned(),
                            tells_apart: None,
                            category: None,
                            point: *point,
                            extent_meters: *extent,
                            score: 0.0,
                            reasons,
                        },
                        entity: NO_ENTITY,
                        cost: fit.cost(),
                        name_cost: fit.name_cost,
                        rest_cost: fit.rest_cost,
                        number_known: true,
                    }),
                    (Some(Target::Text(text)), number) => {
                        let asked = match number {
                            Some(number) => format!("{}{} {text}", number.number, number.suffix),
                            None => text.clone(),
                        };
                        let found =
                            find::candidates(index, &index.vocabulary.tokens(&asked), false);
                        candidates.extend(found.into_iter().map(|mut candidate| {
                            candidate.cost += fit.cost();
                            candidate.name_cost += fit.name_cost;
                            candidate.answer.reasons.extend(reasons.iter().cloned());
                            candidate
                        }));
                    }
                    (None, _) | (Some(Target::Position(..)), Some(_)) => {}
                }
            }
        }
        candidates
    }
}

/// The fields of a line, quotes taken off; `None` if a quote is not closed.
fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(c) = letters.next() {
        let field = fields.last_mut().expect("there is always a last field");
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    (!quoted).then_some(fields)
}
