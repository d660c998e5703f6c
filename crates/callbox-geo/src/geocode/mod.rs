//! Finds places by what people say, and says what stands at a place.
//!
//! [`Geocoder::find`] takes what a caller says or a dispatcher types: addresses, streets, crossings, named things,
//! kilometre posts, junctions, positions. It never guesses silently: [`Found::verdict`] says whether the first answer may
//! be taken, has to be confirmed, is one of several, or is only what comes nearest to something that the file lacks.
//! Each answer says why it is one.
//!
//! The index is a file of tables ([`FILE_NAME`]) that an import writes and that is read whole into memory. A question
//! costs bounded time and memory, whatever it is: text, words, matches, names compared and answers all have limits.
//!
//! What is absent: no network, no clock, no incident, no randomness; the same question gets the same answer.

use std::path::Path;
use std::sync::Mutex;

use crate::Coord;
use crate::import::{Builder as ImportBuilder, ImportError, current};
use crate::osm::{Extract, Keep, Tags, Wants};
use crate::progress::{Progress, Stage, Step};

mod answer;
mod build;
mod collect;
mod coordinates;
mod crossing;
mod dictionary;
mod exits;
mod find;
mod geometry;
mod han;
mod hanfind;
mod house;
mod index;
mod judge;
mod label;
mod matching;
mod nearby;
mod numbers;
mod overlay;
mod posts;
mod question;
mod reverse;
mod sample;
mod source;
mod spoken;
mod store;
mod text;
mod things;
mod vocabulary;

pub use answer::{Answer, Ask, Found, Kind, Reason, Verdict};
pub use build::Counts;
pub use collect::{Wanted, collect};
pub use overlay::{Overlay, OverlayError, keep_names};
pub use reverse::{Here, Near};
pub use sample::Sample;
pub use source::{Area, Exit, House, HouseSource, Name, NameKind, Place, Post, Source, StreetWay};
pub use store::{FILE_NAME, IndexError};
pub use text::MAX_TEXT_CHARS;

/// Finds places; cheap to share behind an `Arc`, never changed by questions.
#[derive(Debug)]
pub struct Geocoder {
    index: index::Index,
    overlay: Option<Overlay>,
}

impl Geocoder {
    /// Builds a geocoder in memory. `words` are an agency's own word lists, in the format of the built-in ones; empty
    /// for none.
    #[must_use]
    pub fn build(source: &Source, words: &str) -> (Self, Counts) {
        let (stored, counts) = build::build(source, words);
        (
            Self {
                index: index::Index::new(stored),
                overlay: None,
            },
            counts,
        )
    }

    /// Opens the index of the streets in use, with the agency's own names where there are some
    /// ([`keep_names`]); refuses one that is missing, damaged, or of another version.
    pub fn open(streets: &Path) -> Result<Self, IndexError> {
        let geocoder = Self::open_folder(&current(streets)?)?;
        Ok(match overlay::kept(streets)? {
            Some(names) => geocoder.with_overlay(names),
            None => geocoder,
        })
    }

    /// Opens the index of a folder.
    pub fn open_folder(folder: &Path) -> Result<Self, IndexError> {
        Ok(Self {
            index: index::Index::new(store::read(folder)?),
            overlay: None,
        })
    }

    /// Adds the agency's own names, in place of those that were added before.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        self.overlay = Some(overlay);
        self
    }

    /// Whether addresses of this place are written with the number before the street.
    #[must_use]
    pub fn number_first(&self) -> bool {
        self.index.stored.number_first == 1
    }

    /// Finds what a text asks for; of a text longer than [`MAX_TEXT_CHARS`] only the beginning is read.
    #[must_use]
    pub fn find(&self, text: &str, ask: &Ask) -> Found {
        find::find(&self.index, self.overlay.as_ref(), text, ask)
    }

    /// Says what stands at a point; `None` beyond 2 km from anything known.
    #[must_use]
    pub fn reverse(&self, point: Coord) -> Option<Here> {
        reverse::here(&self.index, point)
    }
}

/// Writes the index as a part of an import.
#[derive(Debug, Default)]
pub struct GeocodeBuilder {
    words: String,
    counts: Mutex<Counts>,
}

impl GeocodeBuilder {
    /// Makes a builder with an agency's own word lists.
    #[must_use]
    pub fn new(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            counts: Mutex::default(),
        }
    }

    /// What the last build counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
            .lock()
            .map_or_else(|poisoned| *poisoned.into_inner(), |counts| *counts)
    }
}

impl Wants for GeocodeBuilder {
    fn node(&self, tags: &Tags<'_>) -> bool {
        Wanted.node(tags)
    }

    fn way(&self, tags: &Tags<'_>) -> bool {
        Wanted.way(tags)
    }

    fn relation(&self, tags: &Tags<'_>) -> Keep {
        Wanted.relation(tags)
    }
}

impl ImportBuilder for GeocodeBuilder {
    fn build(
        &self,
        extract: &Extract,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let step = |done| {
            progress(Step {
                stage: Stage::Geocoder,
                done,
                total: 2,
            })
        };
        step(0);
        let source = collect(extract);
        step(1);
        let (mut stored, counts) = build::build(&source, &self.words);
        let path = dir.join(FILE_NAME);
        store::write(&mut stored, &path).map_err(ImportError::write(&path))?;
        if let Ok(mut last) = self.counts.lock() {
            *last = counts;
        }
        step(2);
        Ok(())
    }
}
