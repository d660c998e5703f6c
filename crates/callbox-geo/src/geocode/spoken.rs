//! Places as callers say them: beside something (`across from the library`), a stretch of a street (`the 500 block of
//! Main Street`, `Main between 5th and 6th`). Things on a street are found by [`things`].

use super::answer::{Answer, Kind};
use super::crossing;
use super::find::{Candidate, whole, without_number};
use super::geometry::{Bounds, between, meters, project};
use super::index::{Crossing, EntityKind, HouseEntry, Index, NO_ENTITY};
use super::label::with_area;
use super::matching::{Filter, Fit, Lead, fits};
use super::numbers::HouseNumber;
use super::question::words;
use super::text::{Script, Token};
use super::things;
use super::vocabulary::Role;
use crate::Coord;

/// What an answer costs that is only near what was said: too much to be certain.
pub(crate) const BESIDE: f32 = 0.17;
/// What fits worse than this is not looked for along a street, nor is a street.
const WELL: f32 = 0.25;
/// The most things and the most streets that are held against each other.
const MAX_THINGS: usize = 64;
/// Two crossings farther apart than this are the ends of no stretch that somebody means, in metres.
const MAX_STRETCH_METERS: f64 = 5_000.0;

/// The words that say 'not quite there', and what is left without them.
pub(crate) fn beside(index: &Index, tokens: &[Token]) -> Option<(String, Vec<Token>)> {
    if let Some((words, length)) = things::beside(index, tokens) {
        return Some((words, tokens[length..].to_vec()));
    }
    let (last, before) = tokens.split_last()?;
    let mut endings = index.vocabulary.han.beside.iter();
    let ending = endings.find(|ending| {
        last.script == Script::Han && last.text.len() > ending.len() && last.text.ends_with(*ending)
    });
    let ending = ending.or_else(|| {
        // `长安街12号` is cut before its last word, which is then said alone.
        let mut endings = index.vocabulary.han.beside.iter();
        endings.find(|ending| last.text == **ending && !before.is_empty())
    })?;
    let name = last.text.strip_suffix(ending.as_str())?;
    let mut rest = before.to_vec();
    if !name.is_empty() {
        rest.push(Token::new(name, Script::Han));
    }
    Some((ending.clone(), rest))
}

/// The tokens without what is said before a place (`at`, `on the`) and is no part of it.
pub(crate) fn without_lead<'a>(index: &Index, tokens: &'a [Token]) -> &'a [Token] {
    let mut tokens = tokens;
    while things::beside(index, tokens).is_none()
        && let [first, rest @ ..] = tokens
        && rest.len() > 1
        && first.script == Script::Word
        && index.vocabulary.lead.contains(&first.text)
    {
        tokens = rest;
    }
    tokens
}

/// Blocks, and stretches between two crossings.
pub(crate) fn find(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    let mut found = blocks(index, tokens, typing);
    let role = |token: &Token| match token.script {
        Script::Word => index.vocabulary.role(&token.text),
        _ => None,
    };
    for (at, token) in tokens.iter().enumerate() {
        // The end of `across from` begins no stretch.
        let ends_beside = || at > 0 && things::beside(index, &tokens[at - 1..]).is_some();
        if role(token) != Some(Role::Span) || ends_beside() {
            continue;
        }
        // `Main in between 5th and 6th`, `between 5th and 6th on Main`.
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        let before = match before {
            [rest @ .., last] if last.text == "in" => rest,
            all => all,
        };
        let on = after.iter().position(|token| role(token) == Some(Role::On));
        match (before.is_empty(), on) {
            (false, _) => found.extend(stretches(index, before, after, typing)),
            (true, Some(on)) => {
                found.extend(stretches(index, &after[on + 1..], &after[..on], typing));
            }
            (true, None) => {}
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
        lead: Lead::default(),
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
    let parts = |token: &Token| index.vocabulary.parts_ends(token);
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
            // More than one street may meet it there; the label has the one that was asked for.
            let label = if point == ends[0] { &a } else { &b };
            let label = label.answer.label.as_str();
            let named = |crossing: &&Crossing| label.contains(index.name_of(crossing.other));
            at.find(named).map(|crossing| index.name_of(crossing.other))
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
