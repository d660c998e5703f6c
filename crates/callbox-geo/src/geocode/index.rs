//! The index in memory: tables of numbers that point into each other.

use super::dictionary::Dictionary;
use super::geometry::Bounds;
use super::vocabulary::{Class, Vocabulary};
use crate::Coord;

/// Lists of items, one list for each key from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists<T> {
    pub(crate) starts: Vec<u32>,
    pub(crate) items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            starts: vec![0],
            items: Vec::new(),
        }
    }
}

impl<T> Lists<T> {
    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.starts.push(size(self.items.len()));
    }

    pub(crate) fn get(&self, key: u32) -> &[T] {
        let key = key as usize;
        match (self.starts.get(key), self.starts.get(key + 1)) {
            (Some(start), Some(end)) => self
                .items
                .get(*start as usize..*end as usize)
                .unwrap_or(&[]),
            _ => &[],
        }
    }

    pub(crate) fn range(&self, key: u32) -> std::ops::Range<usize> {
        let key = key as usize;
        self.starts[key] as usize..self.starts[key + 1] as usize
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }
}

/// A pool of texts, each named by its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) ends: Vec<u32>,
    pub(crate) bytes: String,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.ends.push(size(self.bytes.len()));
        size(self.ends.len() - 1)
    }

    pub(crate) fn get(&self, text: u32) -> &str {
        let text = text as usize;
        let start = if text == 0 {
            Some(0)
        } else {
            self.ends.get(text - 1).copied()
        };
        match (start, self.ends.get(text)) {
            (Some(start), Some(end)) => self.bytes.get(start as usize..*end as usize).unwrap_or(""),
            _ => "",
        }
    }
}

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EntityKind {
    Street = 0,
    /// All ways that carry one road number.
    Route = 1,
    /// A town or a part of one.
    Area = 2,
    Postcode = 3,
    Place = 4,
    Exit = 5,
    /// State, country and their codes; they only explain words.
    Region = 6,
}

impl EntityKind {
    pub(crate) fn from_u32(value: u32) -> Self {
        match value {
            1 => Self::Route,
            2 => Self::Area,
            3 => Self::Postcode,
            4 => Self::Place,
            5 => Self::Exit,
            6 => Self::Region,
            _ => Self::Street,
        }
    }
}

/// Something that has names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entity {
    pub(crate) kind: EntityKind,
    /// The main name.
    pub(crate) text: u32,
    /// The category of a place; [`NO_TEXT`] for others.
    pub(crate) category: u32,
    pub(crate) point: Coord,
    pub(crate) extent_meters: u32,
}

/// No text.
pub(crate) const NO_TEXT: u32 = u32::MAX;
/// No entity.
pub(crate) const NO_ENTITY: u32 = u32::MAX;

/// One of an entity's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameEntry {
    pub(crate) owner: u32,
    pub(crate) text: u32,
    /// As [`super::source::NameKind`].
    pub(crate) kind: u32,
}

/// A house number on a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HouseEntry {
    pub(crate) number: u32,
    /// What follows the digits, folded: `a`, `-14`, `/3`; an empty text for most.
    pub(crate) suffix: u32,
    /// The number as it is written.
    pub(crate) text: u32,
    pub(crate) point: Coord,
    /// The town of the address, or [`NO_ENTITY`].
    pub(crate) area: u32,
    /// As [`super::source::HouseSource`]; 16 added for an alternate number.
    pub(crate) source: u32,
    pub(crate) extent_meters: u32,
}

/// A point that two streets share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crossing {
    pub(crate) other: u32,
    pub(crate) point: Coord,
    pub(crate) extent_meters: u32,
}

/// A post of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PostEntry {
    pub(crate) thousandths: u32,
    /// 1 for miles, 0 for kilometres.
    pub(crate) miles: u32,
    pub(crate) point: Coord,
}

/// Everything that is stored.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Stored {
    /// Word lists; the first text of the pool.
    pub(crate) texts: Texts,
    pub(crate) vocabulary: u32,
    /// 1 where labels put the number before the street.
    pub(crate) number_first: u32,
    pub(crate) bounds: Bounds,
    pub(crate) entities: Vec<Entity>,
    /// Areas of each entity, the most telling first.
    pub(crate) areas: Lists<u32>,
    pub(crate) names: Vec<NameEntry>,
    /// The tokens of each name.
    pub(crate) name_tokens: Lists<u32>,
    /// The names of each entity.
    pub(crate) entity_names: Lists<u32>,
    /// The text of each token.
    pub(crate) tokens: Vec<u32>,
    /// The class of each token.
    pub(crate) classes: Vec<u32>,
    /// The names that a token leads to.
    pub(crate) postings: Lists<u32>,
    /// The words of the dictionary, sorted by their characters.
    pub(crate) words: Vec<u32>,
    /// The token that each word stands for.
    pub(crate) word_tokens: Vec<u32>,
    /// Houses of each entity, sorted by number and suffix.
    pub(crate) houses: Lists<HouseEntry>,
    /// Lines of each entity.
    pub(crate) lines: Lists<u32>,
    /// Points of each line.
    pub(crate) points: Lists<Coord>,
    /// Crossings of each entity, sorted by the other.
    pub(crate) crossings: Lists<Crossing>,
    /// Posts of each entity, sorted by unit and distance.
    pub(crate) posts: Lists<PostEntry>,
    /// Names that hold each Chinese character of `han`.
    pub(crate) han: Vec<u32>,
    pub(crate) han_names: Lists<u32>,
    /// Cells of the grid, and what lies in each: houses with the top bit set, else lines.
    pub(crate) cells: Vec<u64>,
    pub(crate) cell_items: Lists<u32>,
}

/// The stored tables, and what is made of them when they are opened.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) stored: Stored,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) dictionary: Dictionary,
    /// The street of each house, and of each line.
    pub(crate) house_owner: Vec<u32>,
    pub(crate) line_owner: Vec<u32>,
    /// States and countries, which explain words of any address.
    pub(crate) regions: Vec<u32>,
}

impl Index {
    pub(crate) fn new(stored: Stored) -> Self {
        let vocabulary = Vocabulary::parse(stored.texts.get(stored.vocabulary));
        let words: Vec<Vec<char>> = stored
            .words
            .iter()
            .map(|word| stored.texts.get(*word).chars().collect())
            .collect();
        let dictionary = Dictionary::new(&words);
        let mut line_owner = vec![NO_ENTITY; stored.points.len()];
        for entity in 0..stored.lines.len() {
            for line in stored.lines.get(size(entity)) {
                if let Some(owner) = line_owner.get_mut(*line as usize)
                    && (*owner == NO_ENTITY || stored.entities[entity].kind == EntityKind::Street)
                {
                    *owner = size(entity);
                }
            }
        }
        let mut house_owner = vec![NO_ENTITY; stored.houses.items.len()];
        for entity in 0..stored.houses.len() {
            house_owner[stored.houses.range(size(entity))].fill(size(entity));
        }
        let is_region = |entity: &u32| stored.entities[*entity as usize].kind == EntityKind::Region;
        let regions = (0..size(stored.entities.len())).filter(is_region).collect();
        Self {
            stored,
            vocabulary,
            dictionary,
            house_owner,
            line_owner,
            regions,
        }
    }

    pub(crate) fn text(&self, text: u32) -> &str {
        self.stored.texts.get(text)
    }

    pub(crate) fn entity(&self, entity: u32) -> &Entity {
        &self.stored.entities[entity as usize]
    }

    pub(crate) fn name_of(&self, entity: u32) -> &str {
        self.text(self.entity(entity).text)
    }

    pub(crate) fn class(&self, token: u32) -> Class {
        Class::from_u8(self.stored.classes[token as usize] as u8)
    }

    /// The lines of a street, as points.
    pub(crate) fn lines(&self, entity: u32) -> impl Iterator<Item = &[Coord]> {
        self.stored
            .lines
            .get(entity)
            .iter()
            .map(|line| self.stored.points.get(*line))
    }
}

pub(crate) fn size(value: usize) -> u32 {
    u32::try_from(value).expect("an index has fewer than 2^32 of anything")
}
