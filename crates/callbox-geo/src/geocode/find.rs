//! From a question to answers.

use super::answer::{Answer, Ask, Found, Kind, Reason, Verdict};
use super::coordinates::{self, Position, Read};
use super::geometry::{inside, meters};
use super::index::{EntityKind, Index, NO_ENTITY};
use super::matching::{Filter, Fit, Lead, fits};
use super::overlay::Overlay;
use super::question::{Reading, Word, readings, respaced, without_unit, words, words_with};
use super::text::{MAX_TEXT_CHARS, Script, Token};
use super::{crossing, exits, hanfind, house, judge, label, posts, reverse, spoken, things};
use crate::Coord;

/// An answer with what is needed to judge it beside the others.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) answer: Answer,
    /// The street or thing, or [`NO_ENTITY`].
    pub(crate) entity: u32,
    pub(crate) cost: f32,
    /// What does not fit about the name alone.
    pub(crate) name_cost: f32,
    /// What does not fit about the words beside the name.
    pub(crate) rest_cost: f32,
    /// Whether the house number asked for, if any, is in the file.
    pub(crate) number_known: bool,
}

/// A position this near to the map's edge is not called outside, in metres.
const MAP_EDGE_METERS: f64 = 20_000.0;
/// The most fits of one reading that become answers.
const MAX_FITS: usize = 24;
/// Below this cost nothing else is tried.
const GOOD: f32 = 0.10;

/// Finds what a text asks for.
pub(crate) fn find(index: &Index, overlay: Option<&Overlay>, text: &str, ask: &Ask) -> Found {
    let (text, mut notes) = shortened(text);
    match coordinates::read(&text) {
        Read::No => {}
        read => return position(index, overlay, read, notes, ask),
    }
    let tokens = index.vocabulary.tokens(&text);
    // A number after `#` may be that of an exit.
    let mut found = exits::find(index, &tokens, ask.typing);
    let is_exit = found.iter().any(|it| it.cost <= GOOD || !it.number_known);
    let (mut tokens, units) = without_unit(index, tokens);
    notes.extend(units);
    if let Some(overlay) = overlay {
        found.extend(overlay.find(index, &tokens, ask.typing));
    }
    if let Some(asked) = posts::read(index, &text) {
        found.extend(posts::find(index, &asked));
    }
    if ask.typing
        && let Some(street) = crossing::begun(&tokens)
    {
        let crossings = crossing::along(index, street, ask.near);
        if !crossings.is_empty() {
            return reply(index, crossings, notes, &tokens, ask);
        }
    }
    let mut known = Vec::new();
    if !is_exit && cheapest(&found) > 0.2 || overlay.is_some() {
        known = words(index, &tokens, ask.typing);
        found.extend(candidates_with(index, &tokens, &known, ask.typing));
    }
    if is_exit || cheapest(&found) <= GOOD {
        return reply(index, found, notes, &tokens, ask);
    }
    let said = spoken::without_lead(index, &tokens);
    if said.len() < tokens.len() {
        // `at Main Street`; but `In der Au` is a name.
        tokens = said.to_vec();
        found.extend(candidates_with(index, &tokens, &known, ask.typing));
    }
    found.extend(as_said(index, &tokens, &known, &found, ask.typing));
    let Some((words, named)) = spoken::beside(index, &tokens) else {
        return reply(index, found, notes, &tokens, ask);
    };
    let mut near = overlay.map_or_else(Vec::new, |overlay| overlay.find(index, &named, ask.typing));
    near.extend(exits::find(index, &named, ask.typing));
    near.extend(candidates_with(index, &named, &known, ask.typing));
    near.extend(as_said(index, &named, &known, &near, ask.typing));
    for candidate in &mut near {
        candidate.cost += spoken::BESIDE;
        candidate.rest_cost += spoken::BESIDE;
        let reasons = &mut candidate.answer.reasons;
        reasons.push(Reason::Beside(words.clone()));
    }
    found.extend(near);
    reply(index, found, notes, &named, ask)
}

/// Blocks, stretches, and things on a street. Where a house was found, only words between a thing and its street
/// make a thing of them.
fn as_said(
    index: &Index,
    tokens: &[Token],
    known: &[Word],
    found: &[Candidate],
    typing: bool,
) -> Vec<Candidate> {
    let is_house = |it: &Candidate| {
        let kind = it.answer.kind;
        matches!(kind, Kind::HousePoint | Kind::HouseBuilding) && it.number_known
    };
    let loosely = cheapest(found) > 0.15 && !found.iter().any(is_house);
    let mut said = spoken::find(index, tokens, typing);
    said.extend(things::find(index, tokens, known, typing, loosely));
    said
}

/// What the index has for tokens.
pub(crate) fn candidates(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    candidates_with(index, tokens, &[], typing)
}

/// What the index has for tokens, of which some words may have been read before.
fn candidates_with(
    index: &Index,
    tokens: &[Token],
    known: &[Word],
    typing: bool,
) -> Vec<Candidate> {
    let mut candidates = crossing::find(index, tokens, typing);
    let best = cheapest(&candidates);
    let marked = tokens
        .iter()
        .any(|token| ["&", "@", "/"].iter().any(|mark| token.is_mark(mark)));
    if marked && best < 0.45 || best <= 0.05 {
        return candidates;
    }
    let known = words_with(index, tokens, typing, known);
    candidates.extend(plain(index, tokens, known.clone(), Lead::default(), typing));
    if cheapest(&candidates) > GOOD {
        let mut also: Vec<u32> = candidates.iter().map(|it| it.entity).collect();
        also.retain(|entity| *entity != NO_ENTITY);
        also.sort_unstable();
        also.dedup();
        for tokens in respaced(index, tokens) {
            let words = words_with(index, &tokens, typing, &known);
            let lead = match words
                .iter()
                .any(|it| is_new(it, &known) && !it.class.is_weak())
            {
                true => Lead {
                    known: &known,
                    also: &also,
                },
                false => Lead::default(),
            };
            candidates.extend(plain(index, &tokens, words, lead, typing).into_iter().map(
                |mut candidate| {
                    candidate.cost += 0.05;
                    candidate.name_cost += 0.05;
                    candidate
                },
            ));
        }
    }
    candidates
}

fn is_new(word: &Word, known: &[Word]) -> bool {
    known.iter().all(|known| known.text != word.text)
}

/// The reply to a position: where it is, and whether it can be meant.
fn position(
    index: &Index,
    overlay: Option<&Overlay>,
    read: Read,
    mut notes: Vec<Reason>,
    ask: &Ask,
) -> Found {
    let position = match read {
        Read::Position(position) => position,
        Read::Short(code, words) => {
            let tokens = index.vocabulary.tokens(&words);
            let reference = match tokens.is_empty() {
                true => ask.near,
                false => {
                    let place = find(index, overlay, &words, ask);
                    place
                        .answers
                        .first()
                        .filter(|_| place.verdict != Verdict::Missing)
                        .map(|answer| answer.point)
                }
            };
            match reference.and_then(|reference| coordinates::near(&code, reference)) {
                Some(position) => position,
                None => {
                    let what = "a short plus code needs the name of a place near it, or its first four characters";
                    notes.push(Reason::BadCoordinates(what.to_owned()));
                    return Found {
                        verdict: Verdict::Missing,
                        answers: Vec::new(),
                        notes,
                    };
                }
            }
        }
        Read::Wrong(reason) => {
            notes.push(reason);
            return Found {
                verdict: Verdict::Missing,
                answers: Vec::new(),
                notes,
            };
        }
        Read::No => {
            return Found {
                verdict: Verdict::Missing,
                answers: Vec::new(),
                notes,
            };
        }
    };
    let inside_map = |point: Coord| index.stored.bounds.holds(point, MAP_EDGE_METERS);
    let mut answers = vec![at_position(position.point, &position, Vec::new())];
    let mut verdict = Verdict::Certain;
    if let Some(swapped) = position.swapped.filter(|point| inside_map(*point)) {
        answers.push(at_position(swapped, &position, vec![Reason::Swapped]));
        if !inside_map(position.point) {
            answers.reverse();
        }
        verdict = Verdict::Choose;
    } else if !inside_map(position.point) {
        verdict = Verdict::Confirm;
    }
    for answer in &mut answers {
        if !inside_map(answer.point) {
            answer.reasons.push(Reason::OutsideMap);
        }
        if !ask.jurisdiction.is_empty() && !inside(answer.point, &ask.jurisdiction) {
            answer.reasons.push(Reason::OutsideJurisdiction);
        }
        answer.tells_apart = reverse::here(index, answer.point).and_then(|here| here.label());
    }
    Found {
        verdict,
        answers,
        notes,
    }
}

fn at_position(point: Coord, position: &Position, mut reasons: Vec<Reason>) -> Answer {
    let (lat, lon) = point.degrees();
    reasons.push(Reason::ReadAs(position.form.to_owned()));
    Answer {
        kind: Kind::Coordinates,
        label: format!("{lat:.6}, {lon:.6}"),
        tells_apart: None,
        category: None,
        point,
        extent_meters: position.extent_meters,
        score: if reasons.contains(&Reason::Swapped) {
            0.9
        } else {
            1.0
        },
        reasons,
    }
}

/// At most [`MAX_TEXT_CHARS`] characters, with a note if there were more.
pub(crate) fn shortened(text: &str) -> (String, Vec<Reason>) {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => (text[..end].to_owned(), vec![Reason::CutShort]),
        None => (text.to_owned(), Vec::new()),
    }
}

fn cheapest(candidates: &[Candidate]) -> f32 {
    candidates
        .iter()
        .map(|candidate| candidate.cost)
        .fold(f32::INFINITY, f32::min)
}

/// Addresses, streets, towns and things.
fn plain(
    index: &Index,
    tokens: &[Token],
    words: Vec<Word>,
    lead: Lead<'_>,
    typing: bool,
) -> Vec<Candidate> {
    if tokens.iter().any(|token| token.script == Script::Han) {
        return hanfind::find(index, tokens, typing);
    }
    let mut candidates = Vec::new();
    for reading in readings(index, tokens, words, typing) {
        let best = cheapest(&candidates);
        let idle = reading.number.is_none()
            && reading
                .words
                .iter()
                .any(|word| word.script == Script::Number && word.hits.is_empty());
        if best < 0.05 && (reading.number.is_some() || idle) {
            continue;
        }
        candidates.extend(read(index, &reading, lead));
    }
    candidates
}

/// The candidates of one reading.
pub(crate) fn read(index: &Index, reading: &Reading, lead: Lead<'_>) -> Vec<Candidate> {
    let number = reading.number.as_ref();
    let has_number =
        |entity: u32| number.is_some_and(|number| house::has(index, entity, number.number));
    let kinds = |kind: EntityKind| match number {
        Some(_) => matches!(kind, EntityKind::Street | EntityKind::Route),
        None => kind != EntityKind::Region,
    };
    let fits = fits(
        index,
        &reading.words,
        reading.typing,
        &Filter {
            kinds: &kinds,
            prefer: &has_number,
            lead,
        },
    );
    placed(index, fits, reading)
}

/// Turns fits into candidates: each on its house number, if one was asked for.
pub(crate) fn placed(index: &Index, mut fits: Vec<Fit>, reading: &Reading) -> Vec<Candidate> {
    if let Some(number) = &reading.number {
        // A street that has the number comes before one that fits a little better without it.
        fits.sort_by(|a, b| {
            let cost = |fit: &Fit| {
                fit.cost()
                    + if house::has(index, fit.entity, number.number) {
                        0.0
                    } else {
                        0.3
                    }
            };
            cost(a).total_cmp(&cost(b)).then(a.entity.cmp(&b.entity))
        });
    }
    fits.truncate(MAX_FITS);
    let mut candidates = Vec::new();
    for fit in fits {
        match &reading.number {
            Some(number) => {
                let housed = house::find(index, fit.entity, number);
                if housed.is_empty() {
                    candidates.push(without_number(index, &fit, number));
                }
                candidates.extend(
                    housed
                        .into_iter()
                        .map(|housed| at_house(index, &fit, housed)),
                );
            }
            None => candidates.push(whole(index, &fit)),
        }
    }
    candidates
}

fn at_house(index: &Index, fit: &Fit, housed: house::Housed) -> Candidate {
    let street = index.name_of(fit.entity);
    let address = label::address(index, street, &housed.number);
    let cost = fit.cost() + housed.cost;
    let mut reasons = fit.reasons.clone();
    reasons.extend(housed.reasons);
    let answer = Answer {
        kind: housed.kind,
        label: label::with_area(index, &address, fit.entity, housed.area),
        tells_apart: None,
        category: None,
        point: housed.point,
        extent_meters: housed.extent_meters,
        score: 0.0,
        reasons,
    };
    candidate(answer, fit, cost, housed.known)
}

/// The street as a whole, for a number that it is not known to have.
pub(crate) fn without_number(
    index: &Index,
    fit: &Fit,
    number: &super::numbers::HouseNumber,
) -> Candidate {
    let mut found = whole(index, fit);
    let (lowest, highest) = house::known_range(index, fit.entity);
    found.cost += if lowest.is_empty() { 0.3 } else { 0.28 };
    let asked = format!("{}{}", number.number, number.suffix);
    if let Some(nearest) = house::nearest(index, fit.entity, number.number) {
        found.answer.point = nearest.point;
    }
    found.answer.reasons.push(Reason::NumberUnknown {
        asked,
        lowest,
        highest,
    });
    found.number_known = false;
    found
}

/// The thing itself.
pub(crate) fn whole(index: &Index, fit: &Fit) -> Candidate {
    let entity = index.entity(fit.entity);
    let (kind, extra) = match entity.kind {
        EntityKind::Street => (Kind::Street, 0.0),
        EntityKind::Route => (Kind::Route, 0.0),
        EntityKind::Area | EntityKind::Region => (Kind::Area, 0.0),
        EntityKind::Postcode => (Kind::Area, 0.005),
        EntityKind::Place => (Kind::Place, 0.01),
        EntityKind::Exit => (Kind::Exit, 0.0),
    };
    let name = index.name_of(fit.entity);
    let category = index.text(entity.category);
    let answer = Answer {
        kind,
        label: label::with_area(index, name, fit.entity, NO_ENTITY),
        tells_apart: None,
        category: Some(category.to_owned()).filter(|text| !text.is_empty()),
        point: entity.point,
        extent_meters: f64::from(entity.extent_meters).max(5.0),
        score: 0.0,
        reasons: fit.reasons.clone(),
    };
    candidate(answer, fit, fit.cost() + extra, true)
}

fn candidate(answer: Answer, fit: &Fit, cost: f32, number_known: bool) -> Candidate {
    Candidate {
        answer,
        entity: fit.entity,
        cost,
        name_cost: fit.name_cost,
        rest_cost: fit.rest_cost,
        number_known,
    }
}

/// Orders the candidates, leaves out repetitions, and judges.
pub(crate) fn reply(
    index: &Index,
    mut candidates: Vec<Candidate>,
    mut notes: Vec<Reason>,
    tokens: &[Token],
    ask: &Ask,
) -> Found {
    for candidate in &mut candidates {
        let mut cost = candidate.cost;
        if let Some(near) = ask.near {
            // At most a third of the margin within which answers count as equal: nearness orders, it never decides.
            cost += 0.02 * (1.0 - (-meters(near, candidate.answer.point) / 20_000.0).exp()) as f32;
        }
        if !ask.jurisdiction.is_empty() && !inside(candidate.answer.point, &ask.jurisdiction) {
            cost += 0.02;
            candidate.answer.reasons.push(Reason::OutsideJurisdiction);
        }
        candidate.cost = cost;
        candidate.answer.score = f64::from((1.0 - cost).clamp(0.0, 1.0));
    }
    candidates.sort_by(|a, b| {
        a.cost
            .total_cmp(&b.cost)
            .then_with(|| a.answer.label.cmp(&b.answer.label))
            .then_with(|| a.answer.point.cmp(&b.answer.point))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in judge::worth_saying(candidates) {
        let repeated = kept.iter().any(|known| {
            // The street as a whole adds nothing to a house on it.
            let its_street = candidate.answer.kind == Kind::Street
                && known.entity == candidate.entity
                && known.answer.kind != Kind::Intersection;
            its_street
                || known.answer.kind == candidate.answer.kind
                    && (known.answer.label == candidate.answer.label
                        && meters(known.answer.point, candidate.answer.point) < 60.0
                        || known.entity != NO_ENTITY
                            && known.entity == candidate.entity
                            && known.answer.point == candidate.answer.point)
        });
        if !repeated && kept.len() < 64 {
            kept.push(candidate);
        }
    }
    let unknown = judge::unknown_words(index, tokens);
    let verdict = judge::verdict(index, &mut kept, &unknown);
    if verdict == Verdict::Missing {
        notes.extend(judge::missing(&kept, unknown, tokens));
    }
    kept.truncate(ask.limit.clamp(1, 50));
    let mut answers: Vec<(Answer, u32)> = kept
        .into_iter()
        .map(|candidate| (candidate.answer, candidate.entity))
        .collect();
    label::tell_apart(index, &mut answers);
    Found {
        verdict,
        answers: answers.into_iter().map(|(answer, _)| answer).collect(),
        notes,
    }
}
