//! Kilometre and mile posts: `I 795 mile 5.2`, `A1 km 12,3`, `G2 K123+400`.
//!
//! Between two posts the place is reckoned along the road's lines. Beyond the first and last post nothing is reckoned:
//! the answer names the posts that are known.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::answer::{Answer, Kind, Reason};
use super::find::Candidate;
use super::geometry::{between, meters};
use super::hanfind;
use super::index::{EntityKind, Index, NO_ENTITY, PostEntry, size};
use super::label;
use super::matching::{Filter, Fit, Lead, fits};
use super::question::word;
use super::text::{Script, fold, is_han};
use super::vocabulary::Role;
use crate::Coord;

/// Posts farther apart than this, in thousandths of their unit, have too much between them to reckon.
const MAX_GAP: u32 = 30_000;
/// A post this near to the asked distance, in thousandths of its unit, is the one asked for.
const SAME_POST: u32 = 20;
/// A line's end this near to a post or to another line's end is joined to it, in metres.
const JOIN_METERS: f64 = 60.0;
/// The most points of a road that are searched.
const MAX_POINTS: usize = 60_000;

/// A distance along a road, as asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) thousandths: u32,
    pub(crate) miles: bool,
    /// Whether the unit was said; else it is the road's.
    pub(crate) unit_said: bool,
    /// The words that name the road.
    pub(crate) road: String,
}

/// Reads a text as a distance along a road; `None` if it is none.
pub(crate) fn read(index: &Index, text: &str) -> Option<Asked> {
    let folded = fold(text);
    let pieces = pieces(&folded);
    let han = |piece: &Piece, words: &[String]| matches!(piece, Piece::Word(text) if words.iter().any(|word| text.starts_with(word.as_str())));
    let is_unsaid = |piece: &Piece| matches!(piece, Piece::Word(text) if index.vocabulary.post_unsaid.contains(text));
    // `mile 5` is read before `795 mile`: in `I-795 mile 5` the unit belongs to the number behind it.
    let tries = [true, false].into_iter().flat_map(|first| {
        let numbers = pieces.iter().enumerate();
        numbers.map(move |(no, piece)| (first, no, piece))
    });
    for (unit_first, no, piece) in tries {
        let Piece::Number(value, plus) = piece else {
            continue;
        };
        let unit_at = |at: Option<usize>| -> Option<bool> {
            let piece = pieces.get(at?)?;
            let Piece::Word(word) = piece else {
                return None;
            };
            if han(piece, &index.vocabulary.han.post) || word == "k" && plus.is_some() {
                return Some(false);
            }
            (index.vocabulary.role(word) == Some(Role::Post)).then(|| !word.starts_with(['k']))
        };
        let before = unit_at(no.checked_sub(1));
        let after = unit_at(Some(no + 1)).filter(|_| before.is_none() && !unit_first);
        let Some(miles) = before.or(after).or(plus.map(|_| false)) else {
            continue;
        };
        let thousandths = ((value + plus.unwrap_or(0.0) / 1000.0) * 1000.0).round();
        let skip = |at: usize| {
            at == no || before.is_some() && at + 1 == no || after.is_some() && at == no + 1
        };
        let road: Vec<String> = pieces
            .iter()
            .enumerate()
            .filter(|(at, _)| !skip(*at))
            .map(|(_, piece)| match piece {
                Piece::Word(word) => word.clone(),
                Piece::Number(value, _) => value.to_string(),
            })
            .filter(|word| {
                !matches!(
                    index.vocabulary.role(word),
                    Some(Role::Between | Role::Post)
                ) && !index.vocabulary.han.road.contains(word)
                    && word != "on"
                    && word != "marker"
            })
            .collect();
        if !road.is_empty() && (0.0..1e8).contains(&thousandths) {
            return Some(Asked {
                thousandths: thousandths as u32,
                miles,
                unit_said: !pieces.iter().any(is_unsaid),
                road: road.join(" "),
            });
        }
    }
    None
}

enum Piece {
    Word(String),
    /// A number, and what follows its plus sign (`123+400`).
    Number(f64, Option<f64>),
}

fn pieces(text: &str) -> Vec<Piece> {
    let letters: Vec<char> = text.chars().take(super::text::MAX_TEXT_CHARS).collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    let digits = |from: usize| {
        from + letters[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    while at < letters.len() {
        let c = letters[at];
        if c.is_ascii_digit() {
            let mut end = digits(at);
            if end + 1 < letters.len()
                && matches!(letters[end], '.' | ',')
                && letters[end + 1].is_ascii_digit()
            {
                end = digits(end + 1);
            }
            let value: String = letters[at..end]
                .iter()
                .map(|c| if *c == ',' { '.' } else { *c })
                .collect();
            at = end;
            let mut plus = None;
            if end + 3 < letters.len() + 1
                && letters.get(end) == Some(&'+')
                && digits(end + 1) == end + 4
            {
                plus = letters[end + 1..end + 4]
                    .iter()
                    .collect::<String>()
                    .parse()
                    .ok();
                at = end + 4;
            }
            if let Ok(value) = value.parse() {
                pieces.push(Piece::Number(value, plus));
            }
        } else if c.is_alphabetic() {
            // `京沪高速K123` is a name and a unit.
            let same = |other: &&char| other.is_alphabetic() && is_han(**other) == is_han(c);
            let end = at + letters[at..].iter().take_while(same).count();
            pieces.push(Piece::Word(letters[at..end].iter().collect()));
            at = end;
        } else {
            at += 1;
        }
    }
    pieces
}

/// The places of a distance on the roads that its words may name.
pub(crate) fn find(index: &Index, asked: &Asked) -> Vec<Candidate> {
    let tokens = index.vocabulary.tokens(&asked.road);
    let tokens = tokens.iter().filter(|token| token.script != Script::Mark);
    let words: Vec<_> = tokens.map(|token| word(index, token, false)).collect();
    let kinds = |kind: EntityKind| matches!(kind, EntityKind::Street | EntityKind::Route);
    let has_posts = |entity: u32| !index.stored.posts.get(entity).is_empty();
    let mut found = fits(
        index,
        &words,
        false,
        &Filter {
            kinds: &kinds,
            prefer: &has_posts,
            lead: Lead::default(),
        },
    );
    if asked.road.chars().any(is_han) {
        let run: Vec<char> = asked.road.chars().filter(|c| is_han(*c)).collect();
        found.extend(hanfind::fits(index, &run, true, false));
    }
    found.retain(|fit| fit.cost() < 0.3);
    let with_posts = found.iter().any(|fit| has_posts(fit.entity));
    found.retain(|fit| !with_posts || has_posts(fit.entity));
    found.truncate(MAX_ROADS);
    if !with_posts {
        // The posts of a named road often stand on its number.
        let numbered = found.iter().flat_map(|fit| {
            let routes = routes_along(index, fit.entity).into_iter();
            routes.map(|entity| Fit {
                entity,
                ..fit.clone()
            })
        });
        let numbered: Vec<Fit> = numbered.collect();
        if !numbered.is_empty() {
            found = numbered;
        }
    }
    let mut roads: Vec<u32> = Vec::new();
    found.retain(|fit| {
        let is_new = !roads.contains(&fit.entity);
        roads.push(fit.entity);
        is_new
    });
    found
        .iter()
        .flat_map(|fit| on_road(index, fit, asked))
        .collect()
}

/// The most roads that the words may name.
const MAX_ROADS: usize = 8;

/// The numbered roads with posts that have lines in common with a street.
fn routes_along(index: &Index, street: u32) -> Vec<u32> {
    let stored = &index.stored;
    let lines = stored.lines.get(street);
    let entities = 0..size(stored.entities.len());
    let along = |entity: &u32| {
        !stored.posts.get(*entity).is_empty()
            && index.entity(*entity).kind == EntityKind::Route
            && stored
                .lines
                .get(*entity)
                .iter()
                .any(|line| lines.contains(line))
    };
    entities.filter(along).collect()
}

fn on_road(index: &Index, fit: &Fit, asked: &Asked) -> Vec<Candidate> {
    let posts = index.stored.posts.get(fit.entity);
    let mut reasons = fit.reasons.clone();
    // A road counts in one unit; the other is converted, and said.
    let same_unit = posts.iter().any(|post| (post.miles == 1) == asked.miles);
    let miles = if same_unit || posts.is_empty() {
        asked.miles
    } else {
        !asked.miles
    };
    let thousandths = match (asked.miles, miles) {
        _ if !asked.unit_said => asked.thousandths,
        (true, false) => (f64::from(asked.thousandths) * 1.609_344).round() as u32,
        (false, true) => (f64::from(asked.thousandths) / 1.609_344).round() as u32,
        _ => asked.thousandths,
    };
    if miles != asked.miles && asked.unit_said {
        reasons.push(Reason::UnitConverted);
    }
    let posts: Vec<&PostEntry> = posts
        .iter()
        .filter(|post| (post.miles == 1) == miles)
        .collect();
    let written = |thousandths: u32| {
        let number = format!("{:.3}", f64::from(thousandths) / 1000.0);
        let number = number.trim_end_matches('0').trim_end_matches('.');
        format!("{} {number}", if miles { "mile" } else { "km" })
    };
    let name = index.name_of(fit.entity);
    let make =
        |point: Coord, extent_meters: f64, cost: f32, reason: Option<Reason>, known: bool| {
            Candidate {
                answer: Answer {
                    kind: if known { Kind::Post } else { Kind::Route },
                    label: if known {
                        format!("{name}, {}", written(thousandths))
                    } else {
                        label::with_area(index, name, fit.entity, NO_ENTITY)
                    },
                    tells_apart: None,
                    category: None,
                    point,
                    extent_meters,
                    score: 0.0,
                    reasons: reasons.iter().cloned().chain(reason).collect(),
                },
                entity: fit.entity,
                cost: fit.cost() + cost,
                name_cost: fit.name_cost,
                rest_cost: fit.rest_cost,
                number_known: known,
            }
        };
    let near: Vec<&&PostEntry> = posts
        .iter()
        .filter(|post| post.thousandths.abs_diff(thousandths) <= SAME_POST)
        .collect();
    if !near.is_empty() {
        // Each carriageway has a post of its own; far from each other they are two roads of one number.
        let mut places: Vec<Coord> = Vec::new();
        for post in near {
            if places
                .iter()
                .all(|place| meters(*place, post.point) > 200.0)
            {
                places.push(post.point);
            }
        }
        return places
            .into_iter()
            .map(|place| make(place, 50.0, 0.0, None, true))
            .collect();
    }
    let below = posts
        .iter()
        .rev()
        .find(|post| post.thousandths < thousandths);
    let above = posts.iter().find(|post| post.thousandths > thousandths);
    if let (Some(below), Some(above)) = (below, above)
        && above.thousandths - below.thousandths <= MAX_GAP
    {
        let gap = f64::from(above.thousandths - below.thousandths);
        let share = f64::from(thousandths - below.thousandths) / gap;
        let meters_between = gap * if miles { 1.609_344 } else { 1.0 };
        let (point, extent) = reckon(
            index,
            fit.entity,
            below.point,
            above.point,
            share,
            meters_between,
        );
        let reason = Reason::BetweenPosts {
            below: written(below.thousandths),
            above: written(above.thousandths),
        };
        return vec![make(point, extent, 0.0, Some(reason), true)];
    }
    let nearest = posts
        .iter()
        .min_by_key(|post| post.thousandths.abs_diff(thousandths));
    let range = |post: Option<&&PostEntry>| {
        post.map(|post| written(post.thousandths))
            .unwrap_or_default()
    };
    let reason = Reason::OutsidePosts {
        lowest: range(posts.first()),
        highest: range(posts.last()),
    };
    let entity = index.entity(fit.entity);
    let (point, extent) = nearest.map_or((entity.point, f64::from(entity.extent_meters)), |post| {
        (post.point, 500.0)
    });
    vec![make(point, extent, 0.3, Some(reason), false)]
}

/// The place at `share` of the way from one post to the next along the road, and how far it may be off.
fn reckon(
    index: &Index,
    road: u32,
    from: Coord,
    to: Coord,
    share: f64,
    expected: f64,
) -> (Coord, f64) {
    let straight = (between(from, to, share), meters(from, to) / 4.0 + 50.0);
    let Some(path) = path(index, road, from, to) else {
        return straight;
    };
    let length: f64 = path.windows(2).map(|pair| meters(pair[0], pair[1])).sum();
    // A path much longer or shorter than the posts say leads another way.
    if length <= 0.0 || !(0.7..=1.5).contains(&(length / expected)) {
        return straight;
    }
    let mut left = length * share;
    for pair in path.windows(2) {
        let step = meters(pair[0], pair[1]);
        if left <= step && step > 0.0 {
            return (
                between(pair[0], pair[1], left / step),
                (length - expected).abs() / 2.0 + 50.0,
            );
        }
        left -= step;
    }
    straight
}

#[derive(PartialEq)]
struct Open(f64, usize);

impl Eq for Open {}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The shortest way between two points along the lines of a road, in either direction of each.
fn path(index: &Index, road: u32, from: Coord, to: Coord) -> Option<Vec<Coord>> {
    let mut numbers: HashMap<Coord, usize> = HashMap::new();
    let mut points: Vec<Coord> = Vec::new();
    let mut edges: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut number = |point: Coord, points: &mut Vec<Coord>, edges: &mut Vec<Vec<(usize, f64)>>| {
        *numbers.entry(point).or_insert_with(|| {
            points.push(point);
            edges.push(Vec::new());
            points.len() - 1
        })
    };
    for line in index.lines(road) {
        for pair in line.windows(2) {
            let a = number(pair[0], &mut points, &mut edges);
            let b = number(pair[1], &mut points, &mut edges);
            let length = meters(pair[0], pair[1]);
            edges[a].push((b, length));
            edges[b].push((a, length));
        }
        if points.len() > MAX_POINTS {
            return None;
        }
    }
    let nearest = |point: Coord| {
        let near = points
            .iter()
            .enumerate()
            .map(|(no, other)| (meters(*other, point), no));
        near.min_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(distance, _)| *distance <= 10.0 * JOIN_METERS)
    };
    let (start, goal) = (nearest(from)?.1, nearest(to)?.1);
    let mut best = vec![f64::INFINITY; points.len()];
    let mut before = vec![usize::MAX; points.len()];
    let mut open = BinaryHeap::from([Open(0.0, start)]);
    best[start] = 0.0;
    while let Some(Open(distance, at)) = open.pop() {
        if at == goal {
            break;
        }
        if distance > best[at] {
            continue;
        }
        for (next, length) in &edges[at] {
            let sum = distance + length;
            if sum < best[*next] {
                best[*next] = sum;
                before[*next] = at;
                open.push(Open(sum, *next));
            }
        }
    }
    if !best[goal].is_finite() {
        return None;
    }
    let mut way = vec![to, points[goal]];
    let mut at = goal;
    while before[at] != usize::MAX {
        at = before[at];
        way.push(points[at]);
    }
    way.push(from);
    way.reverse();
    Some(way)
}
