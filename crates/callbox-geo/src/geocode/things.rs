//! Things on a street: `the McDonald's on Main`, `McDonald's, Reisterstown Rd`, `Main St in front of CVS`, and things
//! that callers name by their kind: `the gas station on Main`, `fire station in Ashford`, `长安街上的加油站`.
//!
//! Never certain: another of that name may stand there that is not in the file.

use std::collections::HashMap;

use super::answer::{Kind, Reason};
use super::crossing;
use super::find::{Candidate, read, whole};
use super::geometry::{Bounds, project};
use super::hanfind;
use super::index::{EntityKind, Index, size};
use super::matching::{Filter, Fit, Lead, fits};
use super::question::{Word, readings, words_with};
use super::source::NameKind;
use super::text::{Script, Token};
use super::vocabulary::Role;

/// Something this near to a street's line is said to be on it, in metres; a junction's signs stand farther off.
const ON_METERS: f64 = 150.0;
/// What fits worse than this is not looked for along a street, nor is a street.
const WELL: f32 = 0.25;
/// The most things and the most streets that are held against each other.
const MAX_THINGS: usize = 64;
/// What a thing costs that was named by its kind.
const BY_KIND: f32 = 0.05;
/// What it costs that nothing parts a thing and its street.
const UNPARTED: f32 = 0.02;
/// What a crossing costs that something is not quite at.
const NOT_THERE: f32 = 0.05;
/// The most tokens between which nothing has to stand.
const MAX_UNPARTED: usize = 8;

/// The things that tokens may mean. `loosely` looks also where nothing but a comma, or nothing at all, stands between a
/// thing and its street.
pub(crate) fn find(
    index: &Index,
    tokens: &[Token],
    known: &[Word],
    typing: bool,
    loosely: bool,
) -> Vec<Candidate> {
    if tokens.iter().any(|token| token.script == Script::Han) {
        return in_chinese(index, tokens, typing);
    }
    let lists = &index.vocabulary;
    let mut search = Search {
        index,
        known,
        typing,
        places: HashMap::new(),
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().skip(1) {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        if after.is_empty() {
            continue;
        }
        let links = token.script == Script::Word
            && (lists.role(&token.text) == Some(Role::On) || lists.link.contains(&token.text))
            || token.is_mark("@");
        if links {
            found.extend(search.on(before, after));
        } else if loosely && token.is_mark(",") {
            found.extend(search.on(before, after));
            found.extend(search.on(after, before));
        }
        if let Some((words_said, length)) = beside(index, &tokens[at..]) {
            let thing = &tokens[at + length..];
            let beside = |more: f32| {
                let reason = Reason::Beside(words_said.clone());
                move |mut candidate: Candidate| {
                    candidate.cost += more;
                    candidate.answer.reasons.push(reason.clone());
                    candidate
                }
            };
            found.extend(search.on(thing, before).into_iter().map(beside(0.0)));
            // `Main Street opposite number 12`.
            if thing.iter().any(|token| token.script == Script::Number) {
                let address = [before, thing].concat();
                let words = words_with(index, &address, typing, known);
                let readings = readings(index, &address, words, typing);
                let with_number = readings.iter().filter(|it| it.number.is_some());
                let houses = with_number.flat_map(|it| read(index, it, Lead::default()));
                let houses = houses.filter(|it| it.number_known && it.cost <= WELL);
                found.extend(houses.map(beside(NOT_THERE)));
            }
            // `Old Court Road just off Main Street`.
            let mut crossings = crossing::pair(index, before, thing, typing);
            crossings.retain(|it| it.answer.kind == Kind::Intersection && it.cost <= WELL);
            found.extend(crossings.into_iter().map(beside(NOT_THERE)));
        }
    }
    let has_marks = tokens.iter().any(|token| token.script == Script::Mark);
    if found.is_empty() && loosely && !has_marks && tokens.len() <= MAX_UNPARTED {
        for at in 1..tokens.len() {
            let (before, after) = tokens.split_at(at);
            found.extend(search.on(before, after));
            found.extend(search.on(after, before));
        }
        for candidate in &mut found {
            candidate.cost += UNPARTED;
            candidate.rest_cost += UNPARTED;
        }
    }
    found
}

/// The longest words for 'beside' that tokens begin with, and how many tokens they are.
pub(crate) fn beside(index: &Index, tokens: &[Token]) -> Option<(String, usize)> {
    let said = |length: usize| {
        let words = tokens.get(..length)?;
        let words: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
        let words = words.join(" ");
        index.vocabulary.beside.contains(&words).then_some(words)
    };
    let mut longest = (1..=5).rev();
    let (length, words) = longest.find_map(|length| Some((length, said(length)?)))?;
    (tokens.len() > length).then_some((words, length))
}

/// Looks for things and streets, with what is known of the words already.
struct Search<'a> {
    index: &'a Index,
    known: &'a [Word],
    typing: bool,
    /// The named things of a category.
    places: HashMap<String, Vec<u32>>,
}

impl Search<'_> {
    /// Each thing of that name or kind that stands at such a street, or lies in such a town.
    fn on(&mut self, thing: &[Token], street: &[Token]) -> Vec<Candidate> {
        let index = self.index;
        let by_name = self.look(thing, &|kind| {
            matches!(kind, EntityKind::Place | EntityKind::Exit)
        });
        let kinds = kinds_of(index, thing);
        if by_name.is_empty() && kinds.is_empty() {
            return Vec::new();
        }
        let streets = self.look(street, &|kind| {
            matches!(kind, EntityKind::Street | EntityKind::Route)
        });
        let things = by_name.iter().cloned();
        let of_kind = self.of_kinds(kinds);
        let mut things: Vec<Fit> = things.chain(of_kind).collect();
        let mut seen = std::collections::HashSet::new();
        things.retain(|fit| seen.insert(fit.entity));
        let at_streets = things
            .iter()
            .filter_map(|thing| at_street(index, thing, &streets));
        let mut found: Vec<Candidate> = at_streets.collect();
        if found.is_empty() {
            found = self.within(&things, street);
        }
        found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        found.truncate(MAX_THINGS);
        found
    }

    /// The things of a kind that lie in a town: `fire station in Ashford`.
    fn within(&self, things: &[Fit], town: &[Token]) -> Vec<Candidate> {
        let index = self.index;
        let towns = self.look(town, &|kind| kind == EntityKind::Area);
        let inside = things.iter().filter_map(|thing| {
            let areas = index.stored.areas.get(thing.entity);
            let mut towns = towns.iter();
            let town = towns.find(|town| areas.contains(&town.entity))?;
            Some(found_by(index, thing, town))
        });
        inside.take(MAX_THINGS).collect()
    }

    fn look(&self, tokens: &[Token], kinds: &dyn Fn(EntityKind) -> bool) -> Vec<Fit> {
        let words = words_with(self.index, tokens, self.typing, self.known);
        let filter = Filter {
            kinds,
            prefer: &|_| false,
            lead: Lead::default(),
        };
        let mut found = fits(self.index, &words, false, &filter);
        found.retain(|fit| fit.cost() <= WELL);
        found.truncate(MAX_THINGS);
        found
    }

    fn of_kinds(&mut self, kinds: &[String]) -> Vec<Fit> {
        let mut fits = Vec::new();
        for kind in kinds {
            let places = self
                .places
                .entry(kind.clone())
                .or_insert_with(|| of_category(self.index, kind));
            fits.extend(places.iter().map(|entity| Fit {
                entity: *entity,
                name: 0,
                name_cost: BY_KIND,
                rest_cost: 0.0,
                besides: 0,
                reasons: Vec::new(),
            }));
        }
        fits
    }
}

/// The categories of what is called so, without the article.
fn kinds_of<'a>(index: &'a Index, thing: &[Token]) -> &'a [String] {
    let words = thing.iter().filter(|token| token.script != Script::Mark);
    let words: Vec<&str> = words.map(|token| token.text.as_str()).collect();
    let words = match words.as_slice() {
        ["the" | "a", rest @ ..] => rest,
        all => all,
    };
    index.vocabulary.kinds(&words.join(" "))
}

fn of_category(index: &Index, category: &str) -> Vec<u32> {
    let entities = 0..size(index.stored.entities.len());
    let is_one = |entity: &u32| {
        let entity = index.entity(*entity);
        entity.kind == EntityKind::Place && index.text(entity.category) == category
    };
    entities.filter(is_one).collect()
}

/// A thing at the best of the streets that it stands at.
fn at_street(index: &Index, thing: &Fit, streets: &[Fit]) -> Option<Candidate> {
    let place = index.entity(thing.entity);
    let near = Bounds::of([place.point]);
    let reach = match place.kind {
        EntityKind::Exit => ON_METERS * 2.0,
        _ => ON_METERS + f64::from(place.extent_meters).min(ON_METERS),
    };
    let at = streets.iter().filter(|street| {
        let pairs = index.lines(street.entity).flat_map(|line| line.windows(2));
        let mut pairs = pairs.filter(|pair| near.meets(pair[0], pair[1], reach));
        pairs.any(|pair| project(place.point, pair[0], pair[1]).1 <= reach)
    });
    let street = at.min_by(|a, b| a.cost().total_cmp(&b.cost()))?;
    Some(found_by(index, thing, street))
}

/// A thing, with the street or town that tells which one.
fn found_by(index: &Index, thing: &Fit, by: &Fit) -> Candidate {
    let mut candidate = whole(index, thing);
    candidate.cost += by.cost();
    candidate.rest_cost += by.cost();
    let name = index.name_of(by.entity).to_owned();
    candidate.answer.reasons.push(Reason::OnStreet(name));
    candidate
}

/// `长安街上的加油站`, `长安街协和医院`: the street first, the thing after it, perhaps with a word between.
fn in_chinese(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    let run: String = tokens.iter().map(|token| token.text.as_str()).collect();
    let letters: Vec<char> = run.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut found = Vec::new();
    for at in 2..letters.len().saturating_sub(1) {
        let exact = |fit: &Fit| {
            let kind = index.stored.names[fit.name as usize].kind;
            fit.cost() < 0.01 && kind != NameKind::Sound as u32
        };
        let mut rest: String = letters[at..].iter().collect();
        for word in &index.vocabulary.han.on {
            if let Some(after) = rest.strip_prefix(word.as_str()) {
                rest = after.to_owned();
                break;
            }
        }
        let rest_letters: Vec<char> = rest.chars().collect();
        if rest_letters.len() < 2 {
            continue;
        }
        let mut streets = hanfind::fits(index, &letters[..at], true, false);
        streets.retain(exact);
        if streets.is_empty() {
            continue;
        }
        streets.truncate(MAX_THINGS);
        let mut things = hanfind::fits(index, &rest_letters, false, typing);
        things
            .retain(|fit| index.entity(fit.entity).kind == EntityKind::Place && fit.cost() <= WELL);
        let kinds = index.vocabulary.kinds(&rest);
        let mut search = Search {
            index,
            known: &[],
            typing,
            places: HashMap::new(),
        };
        things.extend(search.of_kinds(kinds));
        let on = things
            .iter()
            .filter_map(|thing| at_street(index, thing, &streets));
        found.extend(on.take(MAX_THINGS));
    }
    found
}
