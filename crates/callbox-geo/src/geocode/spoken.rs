//! Places as callers say them: beside something (`across from the library`), a stretch of a street (`the 500 block of
//! Main Street`, `Main between 5th and 6th`), a thing on a street (`the McDonald's on Main`).

use super::answer::{Answer, Kind, Reason};
use super::crossing;
use super::find::{Candidate, whole, without_number};
use super::geometry::{Bounds, between, meters, project};
use super::index::{EntityKind, HouseEntry, Index, NO_ENTITY};
use super::label::with_area;
use super::matching::{Filter, Fit, fits};
use super::numbers::HouseNumber;
use super::question::words;
use super::text::{Script, Token};
use super::vocabulary::Role;
use crate::Coord;

/// What an answer costs that is only near what was said: too much to be certain.
pub(crate) const BESIDE: f32 = 0.17;
/// Something this near to a street's line is said to be on it, in metres; a junction's signs stand farther off.
const ON_METERS: f64 = 150.0;
/// What fits worse than this is not looked for along a street, nor is a street.
const WELL: f32 = 0.25;
/// The most things and the most streets that are held against each other.
const MAX_THINGS: usize = 64;
/// Two crossings farther apart than this are the ends of no stretch that somebody means, in metres.
const MAX_STRETCH_METERS: f64 = 5_000.0;

/// The words that say 'not quite there', and what is left without them.
pub(crate) fn beside(index: &Index, tokens: &[Token]) -> Option<(String, Vec<Token>)> {
    let lists = &index.vocabulary;
    let said = |length: usize| {
        let words = tokens.get(..length)?;
        let words: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
        let words = words.join(" ");
        lists.beside.contains(&words).then_some(words)
    };
    if let Some((length, words)) = (1..=4)
        .rev()
        .find_map(|length| Some((length, said(length)?)))
    {
        let rest = tokens[length..].to_vec();
        return Some((words, rest)).filter(|(_, rest)| !rest.is_empty());
    }
    let (last, before) = tokens.split_last()?;
    let ending = lists.han.beside.iter().find(|ending| {
        last.script == Script::Han && last.text.len() > ending.len() && last.text.ends_with(*ending)
    })?;
    let name = last.text.strip_suffix(ending.as_str())?;
    let mut rest = before.to_vec();
    rest.push(Token::new(name, Script::Han));
    Some((ending.clone(), rest))
}

/// Blocks, stretches between two crossings, and things on a street.
pub(crate) fn find(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    let mut found = blocks(index, tokens, typing);
    for (at, token) in tokens.iter().enumerate().skip(1) {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        match index.vocabulary.role(&token.text) {
            _ if after.is_empty() || token.script != Script::Word => {}
            Some(Role::Span) => found.extend(stretches(index, before, after, typing)),
            Some(Role::On) => found.extend(things(index, before, after, typing)),
            _ => {}
        }
    }
    found
}

fn only(kinds: &'static [EntityKind]) -> impl Fn(EntityKind) -> bool {
    |kind| kinds.contains(&kind)
}

/// `500 block of Main Street`, `Main Street 500 block`: the part of the street whose numbers have this hundred.
fn blocks(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    let is_block = |token: &Token| index.vocabulary.role(&token.text) == Some(Role::Block);
    let Some(at) = tokens.iter().position(is_block).filter(|at| *at > 0) else {
        return Vec::new();
    };
    let Ok(number) = tokens[at - 1].text.parse::<u32>() else {
        return Vec::new();
    };
    let first = number / 100 * 100;
    let street = [&tokens[..at - 1], &tokens[at + 1..]].concat();
    let inside = |street: u32| -> &[HouseEntry] {
        let houses = index.stored.houses.get(street);
        let start = houses.partition_point(|house| house.number < first);
        let end = houses.partition_point(|house| house.number < first.saturating_add(100));
        &houses[start..end]
    };
    let filter = Filter {
        kinds: &only(&[EntityKind::Street, EntityKind::Route]),
        prefer: &|street| !inside(street).is_empty(),
    };
    let fits = fitting_well(index, &street, typing, &filter);
    let candidates = fits.iter().map(|fit| {
        let houses = inside(fit.entity);
        if houses.is_empty() {
            let asked = HouseNumber {
                number: first,
                suffix: String::new(),
            };
            return without_number(index, fit, &asked);
        }
        let bounds = Bounds::of(houses.iter().map(|house| house.point));
        let point = nearest(bounds.center(), houses.iter().map(|house| house.point));
        let name = format!("{first} block of {}", index.name_of(fit.entity));
        let extent = bounds.radius_meters().max(50.0);
        part(index, fit, &name, point, extent)
    });
    candidates.collect()
}

/// `Main between 5th and 6th`: the middle of that stretch.
fn stretches(index: &Index, street: &[Token], ends: &[Token], typing: bool) -> Vec<Candidate> {
    let parts = |token: &Token| {
        token.is_mark("&") || index.vocabulary.role(&token.text) == Some(Role::Between)
    };
    let Some(at) = ends.iter().position(parts) else {
        return Vec::new();
    };
    let crossings = |end: &[Token], typing| {
        let mut found = crossing::pair(index, street, end, typing);
        found.retain(|it| it.answer.kind == Kind::Intersection && it.cost <= WELL);
        found.truncate(MAX_THINGS);
        found
    };
    let (from, to) = (
        crossings(&ends[..at], false),
        crossings(&ends[at + 1..], typing),
    );
    let pairs = from.iter().flat_map(|a| to.iter().map(move |b| (a, b)));
    let pairs = pairs.filter(|(a, b)| {
        let apart = meters(a.answer.point, b.answer.point);
        a.entity == b.entity && apart > 1.0 && apart <= MAX_STRETCH_METERS
    });
    let candidates = pairs.filter_map(|(a, b)| {
        let ends = [a.answer.point, b.answer.point];
        let [of, to] = ends.map(|point| {
            let crossings = index.stored.crossings.get(a.entity).iter();
            let mut at = crossings.filter(|crossing| crossing.point == point);
            at.next().map(|crossing| index.name_of(crossing.other))
        });
        let name = format!("{} between {} and {}", index.name_of(a.entity), of?, to?);
        let lines = index.lines(a.entity).flat_map(|line| line.windows(2));
        let middle = between(ends[0], ends[1], 0.5);
        let on_it = lines.map(|pair| project(middle, pair[0], pair[1]));
        let (point, _) = on_it.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let mut candidate = a.clone();
        candidate.cost = a.cost.max(b.cost);
        candidate.name_cost = a.name_cost.max(b.name_cost);
        candidate.rest_cost = a.rest_cost.max(b.rest_cost);
        candidate.answer.kind = Kind::Block;
        candidate.answer.label = with_area(index, &name, a.entity, NO_ENTITY);
        candidate.answer.point = point;
        candidate.answer.extent_meters = meters(ends[0], ends[1]) / 2.0 + 15.0;
        let more = b.answer.reasons.iter().cloned();
        candidate.answer.reasons.extend(more);
        candidate.answer.reasons.dedup();
        Some(candidate)
    });
    candidates.collect()
}

/// `the McDonald's on Main`: each of that name that stands at such a street.
fn things(index: &Index, thing: &[Token], street: &[Token], typing: bool) -> Vec<Candidate> {
    let look = |tokens: &[Token], typing: bool, kinds: &dyn Fn(EntityKind) -> bool| -> Vec<Fit> {
        let filter = Filter {
            kinds,
            prefer: &|_| false,
        };
        fitting_well(index, tokens, typing, &filter)
    };
    let things = look(thing, false, &only(&[EntityKind::Place, EntityKind::Exit]));
    if things.is_empty() {
        return Vec::new();
    }
    let streets = look(
        street,
        typing,
        &only(&[EntityKind::Street, EntityKind::Route]),
    );
    let candidates = things.iter().filter_map(|thing| {
        let place = index.entity(thing.entity);
        let near = Bounds::of([place.point]);
        let reach = match place.kind {
            EntityKind::Exit => ON_METERS * 2.0,
            _ => ON_METERS,
        };
        let at = streets.iter().filter(|street| {
            let pairs = index.lines(street.entity).flat_map(|line| line.windows(2));
            let mut pairs = pairs.filter(|pair| near.meets(pair[0], pair[1], reach));
            pairs.any(|pair| project(place.point, pair[0], pair[1]).1 <= reach)
        });
        let street = at.min_by(|a, b| a.cost().total_cmp(&b.cost()))?;
        let mut candidate = whole(index, thing);
        candidate.cost += street.cost();
        candidate.rest_cost += street.cost();
        let name = index.name_of(street.entity).to_owned();
        candidate.answer.reasons.push(Reason::OnStreet(name));
        Some(candidate)
    });
    candidates.collect()
}

/// The fits that are good enough to look further from.
fn fitting_well(index: &Index, tokens: &[Token], typing: bool, filter: &Filter<'_>) -> Vec<Fit> {
    let mut found = fits(index, &words(index, tokens, typing), typing, filter);
    found.retain(|fit| fit.cost() <= WELL);
    found.truncate(MAX_THINGS);
    found
}

fn nearest(to: Coord, points: impl Iterator<Item = Coord>) -> Coord {
    let nearest = points.min_by(|a, b| meters(*a, to).total_cmp(&meters(*b, to)));
    nearest.unwrap_or(to)
}

/// A part of a street.
fn part(index: &Index, fit: &Fit, name: &str, point: Coord, extent_meters: f64) -> Candidate {
    let mut candidate = whole(index, fit);
    candidate.answer = Answer {
        kind: Kind::Block,
        label: with_area(index, name, fit.entity, NO_ENTITY),
        point,
        extent_meters,
        ..candidate.answer
    };
    candidate
}
