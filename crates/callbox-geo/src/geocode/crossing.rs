//! Where two streets meet: `Mission & 5th`, `corner of Mission and 5th`, `Mission St / 5th St`.

use super::answer::{Answer, Kind, Reason};
use super::find::Candidate;
use super::geometry::{Bounds, between, meters, project};
use super::index::{Crossing, EntityKind, Index, NO_ENTITY};
use super::label;
use super::matching::{Filter, Fit, Lead, fits};
use super::question::{Word, words};
use super::text::{Script, Token};
use super::vocabulary::{Class, Role};
use crate::Coord;

/// The most streets on either side that are tried.
const MAX_STREETS: usize = 48;
/// Streets that pass nearer than this without meeting are offered with a warning.
const NEAR_METERS: f64 = 60.0;
/// The most pairs of streets without a common node whose lines are compared.
const MAX_PASSING: usize = 6;
/// The most segments of one street that are compared with those of another.
const MAX_SEGMENTS: usize = 80;

/// The candidates for each way to cut the tokens into two streets.
pub(crate) fn find(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    let mut tokens = tokens;
    let role = |token: &Token| index.vocabulary.role(&token.text);
    let mut said = false;
    while let Some(first) = tokens.first()
        && (first.script == Script::Word && role(first) == Some(Role::Corner)
            || said && first.text == "of"
            || tokens.len() > 3 && first.text == "the")
    {
        said |= role(first) == Some(Role::Corner);
        tokens = &tokens[1..];
    }
    let mut candidates = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mark = ["&", "@", "/"].iter().any(|mark| token.is_mark(mark));
        let word = token.script == Script::Word && role(token) == Some(Role::Between);
        if !(mark || word) || at == 0 || at + 1 == tokens.len() {
            continue;
        }
        let right = tokens[at + 1..].split(|token| token.is_mark("&") || token.is_mark("/"));
        let right = right.into_iter().next().unwrap_or_default();
        candidates.extend(pair(index, &tokens[..at], right, typing));
        if candidates.len() > 64 {
            break;
        }
    }
    candidates
}

/// The street before a mark after which nothing is typed yet: `Main Street /`.
pub(crate) fn begun(tokens: &[Token]) -> Option<&[Token]> {
    let (last, street) = tokens.split_last()?;
    let mark = ["&", "@", "/"].iter().any(|mark| last.is_mark(mark));
    (mark && street.iter().any(|token| token.script != Script::Mark)).then_some(street)
}

/// The crossings of a street that is typed with a mark after it: the nearest to `near` first, and of those equally near
/// the one with the longest street.
pub(crate) fn along(index: &Index, street: &[Token], near: Option<Coord>) -> Vec<Candidate> {
    let kinds = |kind: EntityKind| matches!(kind, EntityKind::Street | EntityKind::Route);
    let filter = Filter {
        kinds: &kinds,
        prefer: &|_| false,
        lead: Lead::default(),
    };
    let mut streets = fits(index, &words(index, street, false), false, &filter);
    streets.retain(|fit| fit.cost() <= STREET_BEGUN);
    streets.truncate(MAX_BEGUN);
    let mut candidates = Vec::new();
    for fit in &streets {
        let crossings = index.stored.crossings.get(fit.entity);
        let of_route = |it: &Crossing| index.entity(it.other).kind == EntityKind::Route;
        // Where a named street is met, its number says nothing more.
        let told = crossings.iter().filter(|it| {
            let named =
                |other: &Crossing| !of_route(other) && meters(other.point, it.point) < NEAR_METERS;
            index.name_of(it.other) != index.name_of(fit.entity)
                && !(of_route(it) && crossings.iter().any(named))
        });
        for crossing in told.take(MAX_CROSSINGS) {
            let other = Fit {
                entity: crossing.other,
                name: fit.name,
                name_cost: 0.0,
                rest_cost: 0.0,
                besides: 0,
                reasons: Vec::new(),
            };
            let extent = f64::from(crossing.extent_meters).max(15.0);
            let mut one = candidate(index, fit, &other, crossing.point, extent, None);
            let length = f64::from(index.entity(crossing.other).extent_meters);
            let small = (-length / 1_000.0).exp();
            let far = near.map_or(0.0, |near| {
                1.0 - (-meters(near, crossing.point) / 1_000.0).exp()
            });
            one.cost += NOT_TYPED + FARTHEST * far as f32 + SMALLEST * small as f32;
            candidates.push(one);
        }
    }
    candidates.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    candidates.truncate(MAX_CROSSINGS);
    candidates
}

/// What a crossing costs of which only the one street is typed: too much to be certain.
const NOT_TYPED: f32 = 0.17;
/// What being far from where the question comes from, and meeting a short street, add to it.
const FARTHEST: f32 = 0.04;
const SMALLEST: f32 = 0.015;
/// A street that fits worse is not the one before the mark.
const STREET_BEGUN: f32 = 0.2;
/// The most streets before the mark, and the most crossings that are offered.
const MAX_BEGUN: usize = 8;
const MAX_CROSSINGS: usize = 256;

/// Whether two texts may be one name: they differ by words that carry nothing, by other forms of a word, or by
/// a typing error.
fn is_one_name(left: &[Word], right: &[Word]) -> bool {
    let names = |words: &[Word]| -> Vec<usize> {
        let named = (0..words.len()).filter(|&no| words[no].class != Class::Noise);
        named.collect()
    };
    let (of_left, of_right) = (names(left), names(right));
    of_left.len() == of_right.len()
        && of_left.iter().zip(&of_right).all(|(&a, &b)| {
            let (a, b) = (&left[a], &right[b]);
            let both_known = a.has_exact() && b.has_exact();
            let mut shared = a
                .hits
                .iter()
                .filter_map(|hit| Some((hit, b.hit(hit.token)?)));
            a.text == b.text || shared.any(|(a, b)| !both_known || a.cost == 0.0 && b.cost == 0.0)
        })
}

/// The crossings of the streets that two texts may mean.
pub(crate) fn pair(index: &Index, left: &[Token], right: &[Token], typing: bool) -> Vec<Candidate> {
    let kinds = |kind: EntityKind| matches!(kind, EntityKind::Street | EntityKind::Route);
    let filter = Filter {
        kinds: &kinds,
        prefer: &|_| false,
        lead: Lead::default(),
    };
    let words = [words(index, left, false), words(index, right, typing)];
    let is_one_name = is_one_name(&words[0], &words[1]);
    let untyped = words
        .each_ref()
        .map(|words| words.iter().all(|word| word.class != Class::Type));
    let mut sides = words.map(|words| fits(index, &words, typing, &filter));
    for (side, untyped) in sides.iter_mut().zip(untyped) {
        for fit in side.iter_mut().filter(|_| untyped) {
            // `Mission & 5th` is how people speak: a missing type is no fault here, but it stays a reason.
            let omitted = fit
                .reasons
                .iter()
                .filter(|reason| matches!(reason, Reason::TypeOmitted(_)));
            fit.name_cost = (fit.name_cost - 0.05 * omitted.count() as f32).max(0.0);
        }
        side.sort_by(|a, b| a.cost().total_cmp(&b.cost()).then(a.entity.cmp(&b.entity)));
        side.truncate(MAX_STREETS);
    }
    let [mut left, right_fits] = sides;
    for fit in &mut left {
        // A town is said last. Words before the mark that only a town explains, beside a name that
        // was not said whole, may well be the rest of another street's name.
        let omitted = |reason: &Reason| matches!(reason, Reason::TypeOmitted(_));
        if fit.besides > 0 && fit.reasons.iter().any(omitted) {
            fit.name_cost += TOWN_FIRST;
        }
    }
    if is_one_name {
        // A street does not cross itself: which two of that name are meant has to be asked.
        for fit in &mut left {
            fit.name_cost += SAME_NAME;
        }
    }
    meet(index, &left, &right_fits)
}

/// What a town before the mark costs beside a shortened name: too much to be certain.
const TOWN_FIRST: f32 = 0.17;
/// What a crossing of a name with itself costs: too much to be certain.
const SAME_NAME: f32 = 0.2;

/// Where the streets of one side meet those of the other; both streets where none do.
pub(crate) fn meet(index: &Index, left: &[Fit], right: &[Fit]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut compared = 0;
    for a in left {
        for b in right.iter().filter(|b| b.entity != a.entity) {
            let crossings = index.stored.crossings.get(a.entity);
            let start = crossings.partition_point(|crossing| crossing.other < b.entity);
            let met = crossings[start..]
                .iter()
                .take_while(|crossing| crossing.other == b.entity);
            let before = candidates.len();
            for crossing in met.take(16) {
                let extent = f64::from(crossing.extent_meters).max(15.0);
                candidates.push(candidate(index, a, b, crossing.point, extent, None));
            }
            if candidates.len() == before && a.cost() + b.cost() < 0.1 && compared < MAX_PASSING {
                compared += 1;
                candidates.extend(passing(index, a, b));
            }
        }
    }
    if candidates.is_empty() {
        candidates.extend(apart(index, left, right));
    }
    candidates
}

fn candidate(
    index: &Index,
    a: &Fit,
    b: &Fit,
    point: Coord,
    extent_meters: f64,
    gap: Option<f64>,
) -> Candidate {
    let mut reasons = a.reasons.clone();
    reasons.extend(b.reasons.iter().cloned());
    reasons.extend(gap.map(|meters| Reason::NotJoined {
        meters: meters.round() as u32,
    }));
    let label = format!("{} & {}", index.name_of(a.entity), index.name_of(b.entity));
    // Areas named on either side explain the whole.
    let cost = a.cost() + b.cost() + if gap.is_some() { 0.15 } else { 0.0 };
    Candidate {
        answer: Answer {
            kind: Kind::Intersection,
            label: label::with_area(index, &label, a.entity, NO_ENTITY),
            tells_apart: None,
            category: None,
            point,
            extent_meters,
            score: 0.0,
            reasons,
        },
        entity: a.entity,
        cost,
        name_cost: a.name_cost + b.name_cost,
        rest_cost: a.rest_cost + b.rest_cost,
        number_known: true,
    }
}

/// Where two streets pass each other without a common node.
fn passing(index: &Index, a: &Fit, b: &Fit) -> Option<Candidate> {
    let bounds = |street: u32| Bounds::of(index.lines(street).flatten().copied());
    let (box_a, box_b) = (bounds(a.entity), bounds(b.entity));
    let segments = |street: u32, other: Bounds| -> Vec<(Coord, Coord)> {
        let pairs = index.lines(street).flat_map(|line| line.windows(2));
        let near = pairs.filter(|pair| other.meets(pair[0], pair[1], NEAR_METERS));
        near.map(|pair| (pair[0], pair[1]))
            .take(MAX_SEGMENTS)
            .collect()
    };
    let (of_a, of_b) = (segments(a.entity, box_b), segments(b.entity, box_a));
    let mut best = (f64::INFINITY, Coord::default());
    for (a0, a1) in &of_a {
        for (b0, b1) in &of_b {
            for (point, from, to) in [(a0, b0, b1), (a1, b0, b1), (b0, a0, a1), (b1, a0, a1)] {
                let (nearest, distance) = project(*point, *from, *to);
                if distance < best.0 {
                    best = (distance, between(*point, nearest, 0.5));
                }
            }
            if best.0 > 1.0
                && let Some(point) = crossing_point((*a0, *a1), (*b0, *b1))
            {
                best = (0.0, point);
            }
        }
    }
    (best.0 <= NEAR_METERS).then(|| candidate(index, a, b, best.1, best.0.max(20.0), Some(best.0)))
}

/// Where two segments cross on the map.
fn crossing_point(a: (Coord, Coord), b: (Coord, Coord)) -> Option<Coord> {
    let origin = a.0;
    let at = |point: Coord| super::geometry::offset(origin, point);
    let ((ax, ay), (b0x, b0y), (b1x, b1y)) = (at(a.1), at(b.0), at(b.1));
    let (dx, dy) = (b1x - b0x, b1y - b0y);
    let cross = ax * dy - ay * dx;
    if cross.abs() < 1e-9 {
        return None;
    }
    let along_a = (b0x * dy - b0y * dx) / cross;
    let along_b = (b0x * ay - b0y * ax) / cross;
    let within = |share: f64| (0.0..=1.0).contains(&share);
    (within(along_a) && within(along_b)).then(|| between(a.0, a.1, along_a))
}

/// Both streets, for a pair that does not meet in the file.
fn apart(index: &Index, left: &[Fit], right: &[Fit]) -> Vec<Candidate> {
    let (Some(a), Some(b)) = (left.first(), right.first()) else {
        return Vec::new();
    };
    let one = |fit: &Fit| {
        let entity = index.entity(fit.entity);
        let mut candidate = candidate(
            index,
            a,
            b,
            entity.point,
            f64::from(entity.extent_meters),
            None,
        );
        candidate.answer.kind = Kind::Street;
        candidate.answer.label =
            label::with_area(index, index.name_of(fit.entity), fit.entity, NO_ENTITY);
        candidate.answer.reasons = fit.reasons.clone();
        candidate.answer.reasons.push(Reason::DoNotMeet);
        candidate.entity = fit.entity;
        candidate.number_known = false;
        candidate.cost = fit.cost() + 0.28;
        candidate
    };
    if a.entity != b.entity
        && meters(index.entity(a.entity).point, index.entity(b.entity).point) < 100_000.0
    {
        vec![one(a), one(b)]
    } else {
        Vec::new()
    }
}
