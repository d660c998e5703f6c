//! Answers, and the reasons that stand beside them.

use std::fmt;

use crate::Coord;

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A house number with an address point of its own.
    HousePoint,
    /// A house number of a building or ground, of which the middle is given.
    HouseBuilding,
    /// A house number whose place was reckoned between its neighbours.
    HouseInterpolated,
    /// A street as a whole.
    Street,
    /// A road known by its number, as a whole.
    Route,
    /// Where two streets meet.
    Intersection,
    /// A part of a street: a block of numbers, or between two crossings.
    Block,
    /// A town, a part of one, a postcode.
    Area,
    /// A named thing.
    Place,
    /// A kilometre or mile post, or a place between two.
    Post,
    /// A motorway junction.
    Exit,
    /// A position that was given as such.
    Coordinates,
    /// A name or premise that the agency keeps itself.
    Alias,
}

impl Kind {
    /// The word for interfaces: kebab-case, stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::HousePoint => "house-point",
            Self::HouseBuilding => "house-building",
            Self::HouseInterpolated => "house-interpolated",
            Self::Street => "street",
            Self::Route => "route",
            Self::Intersection => "intersection",
            Self::Block => "block",
            Self::Area => "area",
            Self::Place => "place",
            Self::Post => "post",
            Self::Exit => "exit",
            Self::Coordinates => "coordinates",
            Self::Alias => "alias",
        }
    }
}

/// Why an answer is given, and what about it was not as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A word was taken for another one.
    Corrected {
        /// What was typed.
        typed: String,
        /// What it was taken for.
        taken: String,
    },
    /// A word was typed only to its beginning.
    Completed {
        /// What was typed.
        typed: String,
        /// What it was taken for.
        taken: String,
    },
    /// Found by another name than the one shown.
    OtherName(String),
    /// Found by a name that it no longer has.
    FormerName(String),
    /// Found by the sound of its name.
    Sound(String),
    /// Words of the name were not asked for.
    NameLonger(String),
    /// The question has no street type, the street has one.
    TypeOmitted(String),
    /// Another street type was asked for.
    TypeDiffers {
        /// What was asked.
        asked: String,
        /// What the street has.
        known: String,
    },
    /// The question has no direction, the street has one.
    DirectionOmitted(String),
    /// A direction was asked for that the street does not have.
    DirectionAdded(String),
    /// Another direction was asked for.
    DirectionDiffers {
        /// What was asked.
        asked: String,
        /// What the street has.
        known: String,
    },
    /// A word of the question fits nothing about this answer.
    Ignored(String),
    /// What stands after `apt` or `#` was left aside.
    UnitLeftAside(String),
    /// The number is not in the file; its place was reckoned between these two.
    Interpolated {
        /// The next lower known number on that side.
        below: String,
        /// The next higher known number on that side.
        above: String,
    },
    /// The number is not known on this street.
    NumberUnknown {
        /// What was asked.
        asked: String,
        /// The lowest known number; empty if none is known.
        lowest: String,
        /// The highest known number; empty if none is known.
        highest: String,
    },
    /// The number is known, but not with that letter or part.
    SuffixUnknown {
        /// What was asked.
        asked: String,
        /// What is known.
        known: String,
    },
    /// The number is one of several of the same house.
    PartOfNumber(String),
    /// The number stands more than once on this street.
    NumberTwice,
    /// Another street of the same name.
    SameName,
    /// A street with nearly the same name has the same number.
    LookAlike(String),
    /// Both streets pass here without meeting: a bridge, a tunnel, or a gap in the map.
    NotJoined {
        /// The distance between both, in metres.
        meters: u32,
    },
    /// The two streets do not meet in the file.
    DoNotMeet,
    /// Reckoned between two posts.
    BetweenPosts {
        /// The post before.
        below: String,
        /// The post after.
        above: String,
    },
    /// The road has no posts there.
    OutsidePosts {
        /// The lowest known post.
        lowest: String,
        /// The highest known post.
        highest: String,
    },
    /// The road has no junction of that number.
    ExitUnknown {
        /// What was asked.
        asked: String,
        /// The numbers that are known there; empty if none is.
        known: String,
    },
    /// The posts of this road count in the other unit.
    UnitConverted,
    /// How the coordinates were read.
    ReadAs(String),
    /// Longitude was taken to stand first.
    Swapped,
    /// The coordinates cannot be read.
    BadCoordinates(String),
    /// The position lies outside of the map.
    OutsideMap,
    /// The position lies outside of the jurisdiction.
    OutsideJurisdiction,
    /// The name comes from the agency's own list.
    AgencyList(String),
    /// It is said to be near, opposite or behind this, not there itself.
    Beside(String),
    /// It stands at this street.
    OnStreet(String),
    /// Nothing in the file has this name.
    NotInFile(String),
    /// The question was too long; only its beginning was read.
    CutShort,
}

impl Reason {
    /// The word for interfaces, by which a page says it in its own language: kebab-case, stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Corrected { .. } => "corrected",
            Self::Completed { .. } => "completed",
            Self::OtherName(_) => "other-name",
            Self::FormerName(_) => "former-name",
            Self::Sound(_) => "sound",
            Self::NameLonger(_) => "name-longer",
            Self::TypeOmitted(_) => "type-omitted",
            Self::TypeDiffers { .. } => "type-differs",
            Self::DirectionOmitted(_) => "direction-omitted",
            Self::DirectionAdded(_) => "direction-added",
            Self::DirectionDiffers { .. } => "direction-differs",
            Self::Ignored(_) => "ignored",
            Self::UnitLeftAside(_) => "unit-left-aside",
            Self::Interpolated { .. } => "interpolated",
            Self::NumberUnknown { lowest, .. } if lowest.is_empty() => "no-numbers",
            Self::NumberUnknown { .. } => "number-unknown",
            Self::SuffixUnknown { .. } => "suffix-unknown",
            Self::PartOfNumber(_) => "part-of-number",
            Self::NumberTwice => "number-twice",
            Self::SameName => "same-name",
            Self::LookAlike(_) => "look-alike",
            Self::NotJoined { .. } => "not-joined",
            Self::DoNotMeet => "do-not-meet",
            Self::BetweenPosts { .. } => "between-posts",
            Self::OutsidePosts { lowest, .. } if lowest.is_empty() => "no-posts",
            Self::OutsidePosts { .. } => "outside-posts",
            Self::ExitUnknown { known, .. } if known.is_empty() => "no-exits",
            Self::ExitUnknown { .. } => "exit-unknown",
            Self::UnitConverted => "unit-converted",
            Self::ReadAs(_) => "read-as",
            Self::Swapped => "swapped",
            Self::BadCoordinates(_) => "bad-coordinates",
            Self::OutsideMap => "outside-map",
            Self::OutsideJurisdiction => "outside-jurisdiction",
            Self::AgencyList(_) => "agency-list",
            Self::Beside(_) => "beside",
            Self::OnStreet(_) => "on-street",
            Self::NotInFile(_) => "not-in-file",
            Self::CutShort => "cut-short",
        }
    }

    /// What fills the holes of the text for [`Reason::code`], with the names of the holes.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let pair = |a: (&'static str, &String), b: (&'static str, &String)| {
            vec![(a.0, a.1.clone()), (b.0, b.1.clone())]
        };
        match self {
            Self::Corrected { typed, taken } | Self::Completed { typed, taken } => {
                pair(("typed", typed), ("taken", taken))
            }
            Self::TypeDiffers { asked, known }
            | Self::DirectionDiffers { asked, known }
            | Self::ExitUnknown { asked, known }
            | Self::SuffixUnknown { asked, known } => pair(("asked", asked), ("known", known)),
            Self::Interpolated { below, above } | Self::BetweenPosts { below, above } => {
                pair(("below", below), ("above", above))
            }
            Self::OutsidePosts { lowest, highest } => {
                pair(("lowest", lowest), ("highest", highest))
            }
            Self::NumberUnknown {
                asked,
                lowest,
                highest,
            } => {
                let mut values = pair(("lowest", lowest), ("highest", highest));
                values.push(("asked", asked.clone()));
                values
            }
            Self::NotJoined { meters } => vec![("meters", meters.to_string())],
            Self::OtherName(word)
            | Self::FormerName(word)
            | Self::Sound(word)
            | Self::NameLonger(word)
            | Self::TypeOmitted(word)
            | Self::DirectionOmitted(word)
            | Self::DirectionAdded(word)
            | Self::Ignored(word)
            | Self::UnitLeftAside(word)
            | Self::PartOfNumber(word)
            | Self::LookAlike(word)
            | Self::ReadAs(word)
            | Self::BadCoordinates(word)
            | Self::AgencyList(word)
            | Self::Beside(word)
            | Self::OnStreet(word)
            | Self::NotInFile(word) => vec![("word", word.clone())],
            Self::NumberTwice
            | Self::SameName
            | Self::DoNotMeet
            | Self::UnitConverted
            | Self::Swapped
            | Self::OutsideMap
            | Self::OutsideJurisdiction
            | Self::CutShort => Vec::new(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrected { typed, taken } => write!(f, "'{typed}' taken for '{taken}'"),
            Self::Completed { typed, taken } => write!(f, "'{typed}' completed to '{taken}'"),
            Self::OtherName(name) => write!(f, "also called '{name}'"),
            Self::FormerName(name) => write!(f, "formerly '{name}'"),
            Self::Sound(name) => write!(f, "sounds like '{name}'"),
            Self::NameLonger(word) => write!(f, "the name also has '{word}'"),
            Self::TypeOmitted(known) => write!(f, "'{known}' was not said"),
            Self::TypeDiffers { asked, known } => write!(f, "'{known}', not '{asked}'"),
            Self::DirectionOmitted(known) => write!(f, "direction '{known}' was not said"),
            Self::DirectionAdded(asked) => write!(f, "has no direction '{asked}'"),
            Self::DirectionDiffers { asked, known } => {
                write!(f, "direction '{known}', not '{asked}'")
            }
            Self::Ignored(word) => write!(f, "'{word}' does not fit"),
            Self::UnitLeftAside(unit) => write!(f, "'{unit}' left aside: inside the building"),
            Self::Interpolated { below, above } => {
                write!(
                    f,
                    "number not in the file, reckoned between {below} and {above}"
                )
            }
            Self::NumberUnknown {
                asked,
                lowest,
                highest,
            } if lowest.is_empty() && highest.is_empty() => {
                write!(
                    f,
                    "number {asked} is not known: the file has no numbers here"
                )
            }
            Self::NumberUnknown {
                asked,
                lowest,
                highest,
            } => {
                write!(
                    f,
                    "number {asked} is not known here: the file has {lowest} to {highest}"
                )
            }
            Self::SuffixUnknown { asked, known } => {
                write!(f, "{known}; {asked} is not in the file")
            }
            Self::PartOfNumber(number) => write!(f, "part of number {number}"),
            Self::NumberTwice => write!(f, "this number stands more than once on this street"),
            Self::SameName => write!(f, "there is another of this name"),
            Self::LookAlike(other) => write!(f, "'{other}' looks alike and has this number too"),
            Self::NotJoined { meters } => write!(
                f,
                "the two pass within {meters} m without meeting: a bridge, a tunnel, or a gap in the map"
            ),
            Self::DoNotMeet => write!(f, "the two do not meet in the file"),
            Self::BetweenPosts { below, above } => {
                write!(f, "reckoned between {below} and {above}")
            }
            Self::OutsidePosts { lowest, highest } if lowest.is_empty() && highest.is_empty() => {
                write!(f, "the file has no posts on this road")
            }
            Self::OutsidePosts { lowest, highest } => {
                write!(
                    f,
                    "the file has posts from {lowest} to {highest} on this road"
                )
            }
            Self::ExitUnknown { asked, known } if known.is_empty() => write!(
                f,
                "exit {asked} is not known: the file has no numbered exits on this road"
            ),
            Self::ExitUnknown { asked, known } => write!(
                f,
                "exit {asked} is not known here: the file has {known} on this road"
            ),
            Self::UnitConverted => write!(f, "the posts of this road count in the other unit"),
            Self::ReadAs(how) => write!(f, "read as {how}"),
            Self::Swapped => write!(f, "longitude taken to stand first"),
            Self::BadCoordinates(what) => write!(f, "not a position: {what}"),
            Self::OutsideMap => write!(f, "outside of the map"),
            Self::OutsideJurisdiction => write!(f, "outside of the jurisdiction"),
            Self::AgencyList(name) => write!(f, "'{name}' in the agency's list"),
            Self::Beside(words) => write!(f, "'{words}': not there itself"),
            Self::OnStreet(street) => write!(f, "on '{street}'"),
            Self::NotInFile(words) => write!(f, "'{words}' is not in the file"),
            Self::CutShort => write!(f, "only the beginning of the text was read"),
        }
    }
}

/// A place that may be the one meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it is.
    pub kind: Kind,
    /// How to say it: `12 Main Street, Reisterstown`.
    pub label: String,
    /// What tells it from the other answers, where the label does not: a town, a cross street.
    pub tells_apart: Option<String>,
    /// For a named thing, what it is.
    pub category: Option<String>,
    /// Where it is.
    pub point: Coord,
    /// How far it may reach from there, in metres: the building, the street, the doubt about a reckoned position.
    pub extent_meters: f64,
    /// How well it fits, from 0 to 1; comparable within one reply only.
    pub score: f64,
    /// What was matched, corrected, left out.
    pub reasons: Vec<Reason>,
}

/// What to do with the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The first answer is the place meant.
    Certain,
    /// The first answer is the only likely one, but something was guessed: ask the caller.
    Confirm,
    /// Several places fit: ask which.
    Choose,
    /// What was asked for is not in the file; the answers are what comes nearest to it.
    Missing,
}

impl Verdict {
    /// The word for interfaces: kebab-case, stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Confirm => "confirm",
            Self::Choose => "choose",
            Self::Missing => "missing",
        }
    }
}

/// The reply to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What to do with the answers.
    pub verdict: Verdict,
    /// The answers, the best first.
    pub answers: Vec<Answer>,
    /// What is to be said about the question as a whole.
    pub notes: Vec<Reason>,
}

/// How to look.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Answers that fit equally are ordered by their distance from here: the caller's mast, the map's middle.
    pub near: Option<Coord>,
    /// Rings of the jurisdiction; answers outside come later and say so, but are never left out.
    pub jurisdiction: Vec<Vec<Coord>>,
    /// The most answers to give, 1 to 50.
    pub limit: usize,
    /// Whether the last word may be unfinished.
    pub typing: bool,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            near: None,
            jurisdiction: Vec::new(),
            limit: 8,
            typing: false,
        }
    }
}
