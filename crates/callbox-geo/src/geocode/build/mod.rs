//! Builds the index out of a [`Source`].
//!
//! Ways of one name that hang together become one street; the same name elsewhere is another street. Houses go to the
//! nearest street of their name, and to one of their own where no such street is near.

use std::collections::HashMap;

use super::index::{
    Crossing, Entity, EntityKind, HouseEntry, Lists, NO_ENTITY, NO_TEXT, PostEntry, Stored, size,
};
use super::source::{Name, NameKind, Source};
use super::vocabulary::Vocabulary;
use crate::Coord;

mod areas;
mod crossings;
mod grid;
mod houses;
mod names;
mod places;
mod streets;

/// What an import counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Streets, one name in two towns being two.
    pub streets: usize,
    /// Roads known by a number.
    pub routes: usize,
    /// House numbers.
    pub houses: usize,
    /// House numbers left out because neither street nor place stands in their address.
    pub houses_without_street: usize,
    /// House numbers whose street is not on the map near them; they are found, but nothing is interpolated.
    pub houses_off_street: usize,
    /// Towns, their parts, postcodes.
    pub areas: usize,
    /// Named things.
    pub places: usize,
    /// Pairs of streets that meet.
    pub crossings: usize,
    /// Kilometre and mile posts.
    pub posts: usize,
    /// Motorway junctions.
    pub exits: usize,
    /// Different words in all names.
    pub words: usize,
}

/// The index under construction.
pub(super) struct Builder {
    vocabulary: Vocabulary,
    stored: Stored,
    counts: Counts,
    names: Vec<Vec<Name>>,
    areas: Vec<Vec<u32>>,
    lines: Vec<Vec<u32>>,
    houses: Vec<Vec<HouseEntry>>,
    crossings: Vec<Vec<Crossing>>,
    posts: Vec<Vec<PostEntry>>,
    texts: HashMap<String, u32>,
}

/// Builds the tables; `words` are an agency's own word lists, behind the built-in ones.
pub(super) fn build(source: &Source, words: &str) -> (Stored, Counts) {
    let lists = format!("{}\n{words}", Vocabulary::built_in());
    let mut builder = Builder {
        vocabulary: Vocabulary::parse(&lists),
        stored: Stored::default(),
        counts: Counts::default(),
        names: Vec::new(),
        areas: Vec::new(),
        lines: Vec::new(),
        houses: Vec::new(),
        crossings: Vec::new(),
        posts: Vec::new(),
        texts: HashMap::new(),
    };
    builder.stored.vocabulary = builder.text(&lists);
    builder.text("");
    let mut locator = areas::Locator::new(&mut builder, source);
    let mut streets = streets::add(&mut builder, source, &locator);
    houses::add(&mut builder, source, &streets, &mut locator);
    crossings::add(&mut builder, source, &mut streets);
    places::add(&mut builder, source, &mut locator);
    builder.finish()
}

impl Builder {
    fn text(&mut self, text: &str) -> u32 {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let number = self.stored.texts.push(text);
        self.texts.insert(text.to_owned(), number);
        number
    }

    fn add_entity(
        &mut self,
        kind: EntityKind,
        names: Vec<Name>,
        category: Option<&str>,
        point: Coord,
        extent_meters: f64,
    ) -> u32 {
        let text = self.text(names.first().map_or("", |name| name.text.as_str()));
        let category = category.map_or(NO_TEXT, |category| self.text(category));
        let extent_meters = extent_meters.clamp(0.0, 1e7) as u32;
        self.stored.entities.push(Entity {
            kind,
            text,
            category,
            point,
            extent_meters,
        });
        self.names.push(names);
        self.areas.push(Vec::new());
        self.lines.push(Vec::new());
        self.houses.push(Vec::new());
        self.crossings.push(Vec::new());
        self.posts.push(Vec::new());
        size(self.stored.entities.len() - 1)
    }

    /// The form under which names are compared: canonical tokens with blanks between.
    fn key(&self, name: &str) -> String {
        let tokens = names::tokens(&self.vocabulary, name);
        tokens
            .into_iter()
            .map(|(text, _)| text)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn finish(mut self) -> (Stored, Counts) {
        names::add(&mut self);
        let stored = &mut self.stored;
        for houses in &mut self.houses {
            houses.sort_by(|a, b| {
                let suffix = |house: &HouseEntry| stored.texts.get(house.suffix);
                (a.number, suffix(a), a.source).cmp(&(b.number, suffix(b), b.source))
            });
            stored.houses.push(houses.iter().copied());
        }
        for crossings in &mut self.crossings {
            crossings.sort_by_key(|crossing| (crossing.other, crossing.point));
            self.counts.crossings += crossings.len();
            stored.crossings.push(crossings.iter().copied());
        }
        self.counts.crossings /= 2;
        for posts in &mut self.posts {
            posts.sort_by_key(|post| (post.miles, post.thousandths, post.point));
            posts.dedup();
            self.counts.posts += posts.len();
            stored.posts.push(posts.iter().copied());
        }
        self.lines
            .iter()
            .for_each(|lines| stored.lines.push(lines.iter().copied()));
        self.areas
            .iter()
            .for_each(|areas| stored.areas.push(areas.iter().copied()));
        stored.number_first = number_first(stored);
        for entity in &stored.entities {
            match entity.kind {
                EntityKind::Street => self.counts.streets += 1,
                EntityKind::Route => self.counts.routes += 1,
                EntityKind::Area | EntityKind::Postcode => self.counts.areas += 1,
                EntityKind::Place => self.counts.places += 1,
                EntityKind::Exit => self.counts.exits += 1,
                EntityKind::Region => {}
            }
        }
        self.counts.words = stored.words.len();
        grid::add(stored);
        (self.stored, self.counts)
    }
}

/// 1 if most streets end in a word such as Street or Road, which is where numbers stand first.
fn number_first(stored: &Stored) -> u32 {
    const ENDINGS: [&str; 12] = [
        "st", "ave", "blvd", "rd", "dr", "ln", "ct", "cir", "ter", "pkwy", "hwy", "way",
    ];
    let mut english = 0;
    let mut all = 0_usize;
    for (no, name) in stored.names.iter().enumerate() {
        if name.kind == NameKind::Main as u32
            && stored.entities[name.owner as usize].kind == EntityKind::Street
        {
            all += 1;
            let last = stored.name_tokens.get(size(no)).last();
            let last = last.map_or("", |token| stored.texts.get(stored.tokens[*token as usize]));
            english += usize::from(ENDINGS.contains(&last));
        }
    }
    u32::from(english * 3 > all)
}

/// The kinds of area that an address is said to be in, without repetitions, the first `limit`.
fn distinct(areas: impl IntoIterator<Item = u32>, limit: usize) -> Vec<u32> {
    let mut list = Vec::new();
    for area in areas {
        if area != NO_ENTITY && !list.contains(&area) && list.len() < limit {
            list.push(area);
        }
    }
    list
}

impl<T> Lists<T> {
    /// Lists of which each has its key beside it; keys must be below `keys`.
    fn grouped(mut pairs: Vec<(u32, T)>, keys: usize) -> Self {
        pairs.sort_by_key(|(key, _)| *key);
        let mut lists = Self::default();
        let mut pairs = pairs.into_iter().peekable();
        for key in 0..keys {
            let mut list = Vec::new();
            while let Some((_, item)) = pairs.next_if(|(k, _)| *k as usize == key) {
                list.push(item);
            }
            lists.push(list);
        }
        lists
    }
}
