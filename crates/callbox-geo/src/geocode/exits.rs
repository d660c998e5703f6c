//! Motorway junctions with their road, as callers say them: `exit 18 on I-695`, `M4 J10`, `795 northbound, exit 7B`,
//! `between junctions 10 and 11 of the M25`, `A5 Ausfahrt Heidelberg`, `G2高速7号出口`.
//!
//! A junction is on a road if a node of the road is its place. One number may stand there more than once, on each
//! carriageway or with letters: all of them are answers, and the caller is asked.

use std::collections::HashSet;

use super::answer::{Kind, Reason};
use super::find::{Candidate, whole};
use super::geometry::{bearing, between, meters, project};
use super::hanfind;
use super::index::{EntityKind, Index, NO_ENTITY, size};
use super::label::with_area;
use super::matching::{Filter, Fit, Lead, fits};
use super::question::words;
use super::text::{Script, Token};
use super::things;
use super::vocabulary::Role;
use crate::Coord;

/// A road that fits worse than this is not looked at.
const WELL: f32 = 0.25;
/// The most roads whose junctions are looked at.
const MAX_ROADS: usize = 8;
/// What a road costs of whose number only the digits were said.
const DIGITS_ONLY: f32 = 0.05;
/// What a road costs of which a word was said: `the Beltway`.
const HALF_NAMED: f32 = 0.2;
/// What a carriageway costs that leads another way than was said: an order, too little to decide.
const OTHER_WAY: f32 = 0.03;
/// A carriageway that turns farther than this from what was said leads another way, in degrees.
const SAME_WAY_DEGREES: f64 = 80.0;
/// Two junctions farther apart than this are the ends of no stretch that somebody means, in metres.
const MAX_STRETCH_METERS: f64 = 40_000.0;
/// How far the two carriageways of a motorway and their junctions are apart, in metres.
const OTHER_SIDE_METERS: f64 = 1_500.0;
/// The most numbers that a reply names beside one that is not there.
const MAX_NAMED: usize = 12;

/// What was asked for: one or two numbers, a road, a direction of travel.
#[derive(Debug, Default)]
struct Asked {
    numbers: Vec<String>,
    road: Vec<Token>,
    /// As it was said, and in degrees from north over east.
    bound: Option<(String, f64)>,
}

/// A junction of the index.
struct Exit {
    entity: u32,
    /// Its number as it is written, folded.
    number: String,
    point: Coord,
}

/// The junctions that tokens ask for; empty where they ask for none, or for a road that is not in the file.
pub(crate) fn find(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    // In `exit 7 a 5` the letter belongs to the road; in `exit 7 b 795` it does not.
    let mut found = find_as(index, tokens, typing, false);
    if found.is_empty() {
        found = find_as(index, tokens, typing, true);
    }
    if found.is_empty() {
        return found;
    }
    let beside = (0..tokens.len()).find_map(|at| things::beside(index, &tokens[at..]));
    if let Some((words, _)) = beside {
        for candidate in &mut found {
            let words = words.clone();
            candidate.answer.reasons.push(Reason::Beside(words));
        }
    }
    found
}

fn find_as(index: &Index, tokens: &[Token], typing: bool, join: bool) -> Vec<Candidate> {
    let Some(mut asked) = read(index, tokens, join) else {
        return Vec::new();
    };
    if asked.road.is_empty() {
        return Vec::new();
    }
    if asked.numbers.is_empty() {
        return named(index, &asked.road, typing);
    }
    let exits = exits(index);
    let roads = roads(index, &mut asked, typing);
    let mut found: Vec<Candidate> = Vec::new();
    let mut lacking: Vec<Candidate> = Vec::new();
    for road in &roads {
        let nodes = nodes_of(index, road);
        let here: Vec<&Exit> = exits
            .iter()
            .filter(|exit| nodes.contains(&exit.point))
            .collect();
        let before = found.len();
        match asked.numbers.as_slice() {
            [one] => found.extend(numbered(index, road, &here, one, asked.bound.as_ref())),
            [from, to, ..] => found.extend(stretch(index, road, &here, from, to)),
            [] => {}
        }
        // A street without any junction was hardly meant.
        let is_motorway = !here.is_empty() || index.entity(road.entity).kind == EntityKind::Route;
        if found.len() == before && is_motorway {
            lacking.push(without_exit(index, road, &here, &asked.numbers.join(", ")));
        }
    }
    if found.is_empty() { lacking } else { found }
}

/// Takes the tokens apart; `None` where no junction is asked for. `join` gives a letter to the number before it, though a
/// number follows.
fn read(index: &Index, tokens: &[Token], join: bool) -> Option<Asked> {
    let lists = &index.vocabulary;
    let is_exit = |at: usize| {
        let Some(token) = tokens.get(at) else {
            return false;
        };
        let number = tokens.get(at + 1).map(|next| next.script) == Some(Script::Number);
        match token.script {
            Script::Word => {
                lists.role(&token.text) == Some(Role::Exit)
                    || number && lists.before_exit_number.contains(&token.text)
            }
            Script::Han => {
                let mut words = lists.han.exit.iter();
                words.any(|word| token.text.contains(word.as_str()))
            }
            Script::Number | Script::Mark => false,
        }
    };
    if !(0..tokens.len()).any(is_exit) {
        return None;
    }
    let mut asked = Asked::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let says_exit = is_exit(at - 1);
        match token.script {
            Script::Mark => {}
            Script::Han => {
                let mut text = token.text.clone();
                for word in lists.han.exit.iter().chain(&lists.han.number) {
                    text = text.replace(word.as_str(), "");
                }
                if !text.is_empty() {
                    asked.road.push(Token::new(text, Script::Han));
                }
                // `出口1`: the number stands behind.
                if says_exit
                    && asked.numbers.is_empty()
                    && let Some(number) = tokens.get(at).filter(|it| it.script == Script::Number)
                {
                    asked.numbers.push(number.text.clone());
                    at += 1;
                }
            }
            Script::Word if says_exit => {
                let skipped = tokens[at..].iter().take_while(|next| {
                    next.script == Script::Mark || lists.beside_exit.contains(&next.text)
                });
                let mut next = at + skipped.count();
                while let Some(number) = tokens.get(next).filter(|it| it.script == Script::Number) {
                    let (text, end) = lettered(tokens, next, &number.text, join);
                    asked.numbers.push(text);
                    at = end;
                    // `exits 10 and 11`, `J10 to J11`.
                    let more = tokens.get(at).is_some_and(|token| lists.parts_ends(token))
                        && tokens.get(at + 1).map(|it| it.script) == Some(Script::Number)
                        && asked.numbers.len() < 2
                        && tokens.iter().any(|it| {
                            lists.role(&it.text) == Some(Role::Span) || lists.is_span_end(&it.text)
                        });
                    if !more {
                        break;
                    }
                    next = at + 1;
                }
            }
            Script::Word if lists.bound(&token.text).is_some() => {
                let degrees = lists.bound(&token.text).unwrap_or_default();
                asked.bound = Some((token.text.clone(), degrees));
            }
            Script::Word
                if lists.beside_exit.contains(&token.text)
                    || lists.lead.contains(&token.text)
                    || lists.is_span_end(&token.text)
                    || matches!(
                        lists.role(&token.text),
                        Some(Role::Span | Role::Between | Role::On)
                    ) => {}
            Script::Number
                if asked.numbers.is_empty()
                    && tokens.get(at).map(|it| it.script) == Some(Script::Han)
                    && starts_an_exit(index, &tokens[at].text) =>
            {
                asked.numbers.push(token.text.clone());
            }
            Script::Word | Script::Number => asked.road.push(token.clone()),
        }
    }
    Some(asked)
}

/// `号出口`, `出口`: what follows the number of a junction in Chinese.
fn starts_an_exit(index: &Index, text: &str) -> bool {
    let han = &index.vocabulary.han;
    let mut text = text;
    for word in &han.number {
        text = text.strip_prefix(word.as_str()).unwrap_or(text);
    }
    han.exit.iter().any(|word| text.starts_with(word.as_str()))
}

/// A junction's number with a letter said after it (`7 b`), and where the tokens go on.
fn lettered(tokens: &[Token], at: usize, number: &str, join: bool) -> (String, usize) {
    let letter = tokens
        .get(at + 1)
        .filter(|next| matches!(next.text.as_str(), "a" | "b" | "c" | "d"));
    let road = !join && tokens.get(at + 2).map(|next| next.script) == Some(Script::Number);
    match letter {
        Some(letter) if !road && number.bytes().all(|b| b.is_ascii_digit()) => {
            (format!("{number}{}", letter.text), at + 2)
        }
        _ => (number.to_owned(), at + 1),
    }
}

/// Where a road has nodes: a junction of it is at one of them.
fn nodes_of(index: &Index, road: &Fit) -> HashSet<Coord> {
    index.lines(road.entity).flatten().copied().collect()
}

/// All junctions that have a number or a name.
fn exits(index: &Index) -> Vec<Exit> {
    let stored = &index.stored;
    let entities = (0..size(stored.entities.len()))
        .filter(|entity| index.entity(*entity).kind == EntityKind::Exit);
    entities
        .map(|entity| {
            let names = stored.entity_names.get(entity).iter();
            let texts = names.map(|name| index.text(stored.names[*name as usize].text));
            // Beside the number with each road, one name is the number alone, the shortest of them.
            let numbers = texts.filter_map(|text| text.strip_prefix("Exit "));
            let number = numbers.min_by_key(|text| text.len()).unwrap_or_default();
            Exit {
                entity,
                number: number.to_lowercase(),
                point: index.entity(entity).point,
            }
        })
        .collect()
}

/// The roads that may be meant; of a road's number the digits are enough, which is a guess.
fn roads(index: &Index, asked: &mut Asked, typing: bool) -> Vec<Fit> {
    let kinds = |kind: EntityKind| matches!(kind, EntityKind::Street | EntityKind::Route);
    let filter = Filter {
        kinds: &kinds,
        prefer: &|_| false,
        lead: Lead::default(),
    };
    let is_han = |token: &&Token| token.script == Script::Han;
    let latin: Vec<Token> = asked
        .road
        .iter()
        .filter(|it| !is_han(it))
        .cloned()
        .collect();
    let mut found = match latin.is_empty() {
        false => fits(index, &words(index, &latin, typing), typing, &filter),
        true => {
            let run: String = asked.road.iter().map(|token| token.text.as_str()).collect();
            hanfind::fits(index, &run.chars().collect::<Vec<_>>(), true, typing)
        }
    };
    for fit in &mut found {
        let is_part = fit.rest_cost < 0.1
            && fit
                .reasons
                .iter()
                .any(|it| matches!(it, Reason::NameLonger(_)));
        if is_part {
            fit.name_cost = match index.entity(fit.entity).kind {
                EntityKind::Route => DIGITS_ONLY,
                _ => fit.name_cost.min(HALF_NAMED),
            };
        }
        // `I-795 north` is a carriageway, not another road.
        let said = fit
            .reasons
            .iter()
            .position(|it| matches!(it, Reason::DirectionAdded(_)));
        if let Some(at) = said
            && let Reason::DirectionAdded(word) = fit.reasons.remove(at)
        {
            fit.rest_cost = (fit.rest_cost - 0.13).max(0.0);
            let degrees = index.vocabulary.bound(&word);
            asked.bound = degrees.map(|degrees| (word, degrees));
        }
    }
    found.retain(|fit| fit.cost() <= WELL);
    found.sort_by(|a, b| a.cost().total_cmp(&b.cost()).then(a.entity.cmp(&b.entity)));
    found.truncate(MAX_ROADS);
    found
}

/// How a number fits the one asked for, and what to say about it; `None` where it does not.
fn fit_number(known: &str, asked: &str) -> Option<(f32, Option<Reason>)> {
    let is_letter = |rest: &str| rest.len() == 1 && rest.as_bytes()[0].is_ascii_alphabetic();
    // `23B-A` is the sign of 23B and 23A.
    let has = |part: &str, last: &str| {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        part == asked || is_letter(last) && asked.strip_prefix(digits) == Some(last)
    };
    let fits = |part: &str| {
        part == asked
            || part
                .split_once('-')
                .is_some_and(|(part, last)| has(part, last))
    };
    let mut parts = known.split([';', ',', '/', '&', ' ']).map(str::trim);
    if known == asked || parts.any(fits) {
        return Some((0.0, None));
    }
    if known.strip_prefix(asked).is_some_and(is_letter) {
        let (typed, taken) = (asked.to_owned(), known.to_owned());
        return Some((0.03, Some(Reason::Completed { typed, taken })));
    }
    asked.strip_prefix(known).is_some_and(is_letter).then(|| {
        let (asked, known) = (asked.to_owned(), format!("Exit {known}"));
        (0.10, Some(Reason::SuffixUnknown { asked, known }))
    })
}

/// The junctions of a number on a road.
fn numbered(
    index: &Index,
    road: &Fit,
    here: &[&Exit],
    asked: &str,
    bound: Option<&(String, f64)>,
) -> Vec<Candidate> {
    let mut found: Vec<(f32, Candidate)> = Vec::new();
    for exit in here {
        let Some((cost, reason)) = fit_number(&exit.number, asked) else {
            continue;
        };
        let mut candidate = at_exit(index, road, exit);
        candidate.answer.reasons.extend(reason);
        let mut more = cost;
        if let Some((said, degrees)) = bound
            && let Some(reason) = other_way(index, road, exit.point, said, *degrees)
        {
            more += OTHER_WAY;
            candidate.answer.reasons.push(reason);
        }
        candidate.cost += more;
        candidate.name_cost += more;
        found.push((cost, candidate));
    }
    // Where the very number is there, one that is like it is not meant.
    let least = found
        .iter()
        .map(|(cost, _)| *cost)
        .fold(f32::INFINITY, f32::min);
    found.retain(|(cost, _)| *cost <= least);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

fn at_exit(index: &Index, road: &Fit, exit: &Exit) -> Candidate {
    let fit = Fit {
        entity: exit.entity,
        ..road.clone()
    };
    let mut candidate = whole(index, &fit);
    let number = exit.number.to_uppercase();
    let name = format!("Exit {number} {}", index.name_of(road.entity));
    candidate.answer.label = with_area(index, &name, exit.entity, NO_ENTITY);
    candidate
}

/// Says so where the carriageway of a junction leads another way than was said. The lines of motorways lead as their
/// traffic does; of a road that does not, nothing follows but an order.
fn other_way(index: &Index, road: &Fit, at: Coord, said: &str, degrees: f64) -> Option<Reason> {
    let leads = |line: &[Coord]| {
        let no = line.iter().position(|point| *point == at)?;
        let (from, to) = match line.get(no + 1) {
            Some(next) => (at, *next),
            None => (line[no.checked_sub(1)?], at),
        };
        Some(bearing(from, to))
    };
    let mut ways = index.lines(road.entity).filter_map(leads).peekable();
    let first = *ways.peek()?;
    let off = |way: f64| ((way - degrees + 540.0).rem_euclid(360.0) - 180.0).abs();
    ways.all(|way| off(way) > SAME_WAY_DEGREES)
        .then(|| Reason::DirectionDiffers {
            asked: said.to_owned(),
            known: super::geometry::compass(first).to_owned(),
        })
}

/// The road between two junctions: the middle of it; more than one where the numbers stand on it far apart.
fn stretch(index: &Index, road: &Fit, here: &[&Exit], from: &str, to: &str) -> Vec<Candidate> {
    let of = |asked: &str| -> Vec<&Exit> {
        let exact = |exit: &&&Exit| matches!(fit_number(&exit.number, asked), Some((_, None)));
        let lettered = |exit: &&&Exit| fit_number(&exit.number, asked).is_some();
        let found: Vec<&Exit> = here.iter().filter(exact).copied().collect();
        match found.is_empty() {
            true => here.iter().filter(lettered).copied().collect(),
            false => found,
        }
    };
    let (ones, others) = (of(from), of(to));
    let mut middles: Vec<(Coord, f64)> = Vec::new();
    let mut found = Vec::new();
    for a in ones {
        let apart = |b: &&Exit| meters(a.point, b.point);
        let Some(b) = others
            .iter()
            .copied()
            .min_by(|b, c| apart(b).total_cmp(&apart(c)))
        else {
            continue;
        };
        let length = apart(&b);
        let middle = between(a.point, b.point, 0.5);
        // Each carriageway has the same stretch.
        let mut same = middles.iter();
        let is_known = same.any(|(known, half)| meters(*known, middle) <= half + OTHER_SIDE_METERS);
        if is_known || !(1.0..=MAX_STRETCH_METERS).contains(&length) {
            continue;
        }
        middles.push((middle, length / 2.0));
        let lines = index.lines(road.entity).flat_map(|line| line.windows(2));
        let on_it = lines.map(|pair| project(middle, pair[0], pair[1]));
        let Some((point, _)) = on_it.min_by(|a, b| a.1.total_cmp(&b.1)) else {
            continue;
        };
        let mut candidate = whole(index, road);
        let [from, to] = [a, b].map(|exit| exit.number.to_uppercase());
        let name = format!(
            "{} between exits {from} and {to}",
            index.name_of(road.entity)
        );
        candidate.answer.kind = Kind::Block;
        candidate.answer.label = with_area(index, &name, road.entity, NO_ENTITY);
        candidate.answer.point = point;
        candidate.answer.extent_meters = length / 2.0 + 150.0;
        found.push(candidate);
    }
    found
}

/// The road, for a junction that it does not have in the file.
fn without_exit(index: &Index, road: &Fit, here: &[&Exit], asked: &str) -> Candidate {
    let mut candidate = whole(index, road);
    let mut known: Vec<String> = here.iter().map(|exit| exit.number.to_uppercase()).collect();
    let order = |number: &String| {
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse::<u32>().unwrap_or(u32::MAX), number.clone())
    };
    known.retain(|number| !number.is_empty());
    known.sort_by_key(order);
    known.dedup();
    known.truncate(MAX_NAMED);
    candidate.answer.reasons.push(Reason::ExitUnknown {
        asked: asked.to_uppercase(),
        known: known.join(", "),
    });
    candidate.cost += 0.3;
    candidate.number_known = false;
    candidate
}

/// The junctions of a name on a road, in either order: `A5 Ausfahrt Heidelberg`.
fn named(index: &Index, rest: &[Token], typing: bool) -> Vec<Candidate> {
    let look = |tokens: &[Token], kinds: &dyn Fn(EntityKind) -> bool| {
        let filter = Filter {
            kinds,
            prefer: &|_| false,
            lead: Lead::default(),
        };
        let mut found = fits(index, &words(index, tokens, typing), typing, &filter);
        found.retain(|fit| fit.cost() <= WELL);
        found.truncate(MAX_ROADS);
        found
    };
    let mut candidates = Vec::new();
    for at in 1..rest.len().min(8) {
        let halves = [(&rest[..at], &rest[at..]), (&rest[at..], &rest[..at])];
        for (road, name) in halves {
            let roads = look(road, &|kind| {
                matches!(kind, EntityKind::Route | EntityKind::Street)
            });
            if roads.is_empty() {
                continue;
            }
            let names = look(name, &|kind| kind == EntityKind::Exit);
            for road in &roads {
                let nodes = nodes_of(index, road);
                let here = names
                    .iter()
                    .filter(|fit| nodes.contains(&index.entity(fit.entity).point));
                candidates.extend(here.map(|fit| {
                    let mut candidate = whole(index, fit);
                    candidate.cost += road.cost();
                    candidate.rest_cost += road.cost();
                    candidate
                        .answer
                        .reasons
                        .extend(road.reasons.iter().cloned());
                    candidate
                }));
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::fit_number;

    #[test]
    fn a_sign_for_two_junctions_is_each_of_them() {
        for (known, asked) in [
            ("23b-a", "23b"),
            ("23b-a", "23a"),
            ("1a-b", "1b"),
            ("4;5", "5"),
        ] {
            assert_eq!(
                fit_number(known, asked),
                Some((0.0, None)),
                "{known} {asked}"
            );
        }
        for (known, asked) in [("23b-a", "23c"), ("1a-b", "2b"), ("12-14", "13")] {
            assert_eq!(fit_number(known, asked), None, "{known} {asked}");
        }
    }
}
