//! Names that fit the words of a question, and at what cost.

use super::answer::Reason;
use super::index::{EntityKind, Index};
use super::question::Word;
use super::source::NameKind;
use super::text::Script;
use super::vocabulary::Class;

/// The most names that one question looks at.
const MAX_GATHERED: usize = 12_000;
/// The most names that are compared in full.
const MAX_COMPARED: usize = 400;
/// Names that cost more are not answers.
pub(crate) const MAX_COST: f32 = 0.65;

/// The most names whose first word is looked at.
const MAX_LOOKED_AT: usize = 500_000;
/// A word that more names have does not lead to any of them.
const COMMON: usize = 200;
/// What a name costs more that does not go on as the small words typed last.
const OTHERWISE: f32 = 0.04;

/// A name that fits.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    pub(crate) entity: u32,
    pub(crate) name: u32,
    /// What does not fit about the name: 0 where it is as asked.
    pub(crate) name_cost: f32,
    /// What does not fit about the words beside the name.
    pub(crate) rest_cost: f32,
    /// How many words beside the name have to name where the thing is.
    pub(crate) besides: usize,
    pub(crate) reasons: Vec<Reason>,
}

impl Fit {
    pub(crate) fn cost(&self) -> f32 {
        self.name_cost + self.rest_cost
    }
}

/// Which entities to look for, and what to prefer among those that share a word.
pub(crate) struct Filter<'a> {
    pub(crate) kinds: &'a dyn Fn(EntityKind) -> bool,
    /// Entities that are compared first where there are too many.
    pub(crate) prefer: &'a dyn Fn(u32) -> bool,
    pub(crate) lead: Lead<'a>,
}

/// What leads to names, where not each word of a question does: one that was looked for before with other words
/// needs no more than what is new.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lead<'a> {
    /// Words that lead to no names; they only explain.
    pub(crate) known: &'a [Word],
    /// Entities that are compared whatever the words lead to.
    pub(crate) also: &'a [u32],
}

impl Lead<'_> {
    fn leads(&self, word: &Word) -> bool {
        self.known.iter().all(|known| known.text != word.text)
    }
}

/// The entities whose names fit the words best, one fit for each, cheapest first.
pub(crate) fn fits(index: &Index, words: &[Word], typing: bool, filter: &Filter<'_>) -> Vec<Fit> {
    let mut names = gather(index, words, filter);
    if typing {
        names.extend(begun(index, words, filter));
        names.sort_unstable();
        names.dedup();
    }
    let mut asked = Asked::new(index, words);
    let mut best: Vec<Fit> = names
        .into_iter()
        .filter_map(|name| compare(index, words, typing, name, &mut asked))
        .filter(|fit| fit.cost() <= MAX_COST)
        .collect();
    best.sort_by(|a, b| {
        let key = |fit: &Fit| (fit.entity, index.stored.names[fit.name as usize].kind);
        a.entity
            .cmp(&b.entity)
            .then(a.cost().total_cmp(&b.cost()))
            .then(key(a).cmp(&key(b)))
    });
    best.dedup_by_key(|fit| fit.entity);
    best.sort_by(|a, b| a.cost().total_cmp(&b.cost()).then(a.entity.cmp(&b.entity)));
    best
}

/// The names that share the rarest words with the question.
fn gather(index: &Index, words: &[Word], filter: &Filter<'_>) -> Vec<u32> {
    let stored = &index.stored;
    let total = stored.names.len().max(1) as f32;
    let mut lists: Vec<(usize, u32, f32, usize)> = Vec::new();
    let leading = |(_, word): &(usize, &Word)| filter.lead.leads(word);
    for (no, word) in words.iter().enumerate().filter(leading) {
        for hit in &word.hits {
            let length = stored.postings.get(hit.token).len();
            if length > 0 {
                let rarity = (1.0 + total / length as f32).ln();
                lists.push((length, hit.token, rarity * (1.0 - hit.cost).max(0.1), no));
            }
        }
    }
    lists.sort_unstable_by_key(|(length, token, _, _)| (*length, *token));
    let mut gathered: Vec<(u32, usize, f32)> = Vec::new();
    for (length, token, weight, no) in lists {
        if gathered.len() + length > MAX_GATHERED && !gathered.is_empty() {
            break;
        }
        let names = stored.postings.get(token).iter().take(MAX_GATHERED);
        gathered.extend(names.map(|name| (*name, no, weight)));
    }
    // Each word of the question counts once for each name, with the best of its hits.
    gathered.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    gathered.dedup_by_key(|(name, no, _)| (*name, *no));
    let mut names: Vec<(f32, u32)> = Vec::new();
    for group in gathered.chunk_by(|a, b| a.0 == b.0) {
        let name = group[0].0;
        let owner = stored.names[name as usize].owner;
        if (filter.kinds)(stored.entities[owner as usize].kind) {
            names.push((group.iter().map(|(_, _, weight)| weight).sum(), name));
        }
    }
    if names.len() > MAX_COMPARED {
        let most = names.iter().map(|(weight, _)| *weight).fold(0.0, f32::max);
        names.retain(|(weight, _)| *weight >= most * 0.3);
        for (weight, name) in &mut names {
            if (filter.prefer)(stored.names[*name as usize].owner) {
                *weight += most;
            }
        }
        names.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        names.truncate(MAX_COMPARED);
    }
    let mut names: Vec<u32> = names.into_iter().map(|(_, name)| name).collect();
    let also = filter.lead.also.iter();
    let wanted = also.filter(|entity| (filter.kinds)(stored.entities[**entity as usize].kind));
    names.extend(wanted.flat_map(|entity| stored.entity_names.get(*entity)));
    if !filter.lead.also.is_empty() {
        names.sort_unstable();
        names.dedup();
    }
    names
}

/// Compares one name with the words: each token of the name takes the word that stands for it best, then the rest of
/// the words must be explained by the areas that the thing is in.
fn compare(
    index: &Index,
    words: &[Word],
    typing: bool,
    name: u32,
    asked: &mut Asked<'_>,
) -> Option<Fit> {
    let stored = &index.stored;
    let entry = stored.names[name as usize];
    let kind = stored.entities[entry.owner as usize].kind;
    let tokens = stored.name_tokens.get(name);
    let mut taken = [usize::MAX; 10];
    let mut used = 0_u32;
    let mut cost = 0.0;
    // A name most of whose words nothing stands for is left before it costs anything.
    let kept = tokens.iter().filter(|token| asked.touches(**token)).count();
    if kept == 0 || !typing && kind == EntityKind::Street && hopeless(index, asked, tokens) {
        return None;
    }
    let mut reasons = Vec::new();
    for exact_only in [true, false] {
        for (slot, token) in taken.iter_mut().zip(tokens) {
            if *slot != usize::MAX || !asked.touches(*token) {
                continue;
            }
            let found = words
                .iter()
                .enumerate()
                .filter(|(no, _)| used & (1 << no) == 0)
                .filter_map(|(no, word)| {
                    word.hit(*token)
                        .filter(|hit| !exact_only || hit.cost == 0.0)
                        .map(|hit| (no, hit))
                });
            let best = found.min_by(|a, b| a.1.cost.total_cmp(&b.1.cost));
            if let Some((no, hit)) = best {
                *slot = no;
                used |= 1 << no;
                let weight = if index.class(*token).is_weak() {
                    0.6
                } else {
                    1.0
                };
                cost += hit.cost * weight;
                if hit.cost > 0.0 {
                    let typed = words[no].text.clone();
                    let taken = index.text(stored.words[hit.word as usize]).to_owned();
                    reasons.push(if hit.errors == 0 {
                        Reason::Completed { typed, taken }
                    } else {
                        Reason::Corrected { typed, taken }
                    });
                }
            }
        }
    }
    let places = &taken[..tokens.len().min(taken.len())];
    let matched = || places.iter().copied().filter(|place| *place != usize::MAX);
    if used == 0 {
        return None;
    }
    // Words in another order, and words in between, are less likely to be meant.
    let order: Vec<usize> = matched().collect();
    cost += 0.03 * order.windows(2).filter(|pair| pair[0] > pair[1]).count() as f32;
    let (first, last) = (order.iter().min().copied()?, order.iter().max().copied()?);
    cost += 0.02 * (last + 1 - first).saturating_sub(order.len()) as f32;
    cost += match entry.kind {
        kind if kind == NameKind::Former as u32 => 0.02,
        kind if kind == NameKind::Sound as u32 => 0.03,
        _ => 0.0,
    };
    let free = |used: u32, class: Class| {
        let mut free = words.iter().enumerate();
        free.find(|(no, word)| used & (1 << no) == 0 && word.class == class)
    };
    // A name of such words only, `Circle Road`, needs all of them.
    let strong = tokens.iter().any(|token| !index.class(*token).is_weak());
    let typed_to = places
        .iter()
        .rposition(|place| *place != usize::MAX)
        .unwrap_or(0);
    let after = words.get(last + 1..).unwrap_or_default();
    let ends_open = typing && (after.is_empty() || begins(index, words, after, entry.text));
    for (no, (token, place)) in tokens.iter().zip(places).enumerate() {
        if *place != usize::MAX {
            continue;
        }
        let known = index.text(stored.tokens[*token as usize]);
        let known = index.vocabulary.written(known).to_owned();
        if no > typed_to && ends_open {
            // The rest of the name has not been typed yet.
            cost += 0.02;
            reasons.push(Reason::NameLonger(known));
            continue;
        }
        let class = if strong {
            index.class(*token)
        } else {
            Class::Word
        };
        match class {
            Class::Noise => {}
            Class::Type => match free(used, Class::Type) {
                Some((no, word)) => {
                    used |= 1 << no;
                    cost += 0.16;
                    reasons.push(Reason::TypeDiffers {
                        asked: word.text.clone(),
                        known,
                    });
                }
                None => {
                    cost += 0.05;
                    reasons.push(Reason::TypeOmitted(known));
                }
            },
            Class::Direction => match free(used, Class::Direction) {
                Some((no, word)) => {
                    used |= 1 << no;
                    cost += 0.22;
                    reasons.push(Reason::DirectionDiffers {
                        asked: word.text.clone(),
                        known,
                    });
                }
                None => {
                    cost += 0.08;
                    reasons.push(Reason::DirectionOmitted(known));
                }
            },
            // `Route 140` for MD 140: what stands before a road's number is left to the place.
            Class::Word
                if kind == EntityKind::Route
                    && known.chars().all(char::is_alphabetic)
                    && let Some((no, word)) = any_route(index, words, used) =>
            {
                used |= 1 << no;
                cost += 0.05;
                reasons.push(Reason::TypeDiffers {
                    asked: word.text.clone(),
                    known,
                });
            }
            Class::Word => {
                cost += if kind == EntityKind::Place {
                    0.15
                } else {
                    0.28
                };
                reasons.push(Reason::NameLonger(known));
            }
        }
    }
    let is_whole = places.iter().all(|place| *place != usize::MAX);
    while kind == EntityKind::Route
        && is_whole
        && let Some((no, _)) = any_route(index, words, used)
    {
        // `Maryland State Route 140`, `A34 road`.
        used |= 1 << no;
    }
    if cost > MAX_COST {
        return None;
    }
    let text = || index.text(entry.text).to_owned();
    if entry.text != stored.entities[entry.owner as usize].text {
        reasons.push(match entry.kind {
            kind if kind == NameKind::Former as u32 => Reason::FormerName(text()),
            kind if kind == NameKind::Sound as u32 => Reason::Sound(text()),
            _ => Reason::OtherName(text()),
        });
    }
    if typing && !ends_open && after.iter().all(|word| word.class == Class::Noise) {
        // What is not typed out yet says nothing, but it belongs to something, and not to this name.
        cost += OTHERWISE;
        reasons.extend(after.last().map(|word| Reason::Ignored(word.text.clone())));
    }
    if ends_open {
        let words = last + 1..words.len();
        used = words.fold(used, |used, no| used | 1 << no);
    }
    let besides = words
        .iter()
        .enumerate()
        .filter(|(no, word)| used & (1 << no) == 0 && word.class == Class::Word)
        .count();
    // Where nothing fits but a number, a word that is left aside is what was asked for: `12` is no answer to `12 Main`.
    let by_number = matched().all(|no| words[no].script == Script::Number);
    let left_aside = if by_number { 0.4 } else { 0.22 };
    let rest_cost = explain_rest(asked, (entry.owner, used), left_aside, &mut reasons);
    Some(Fit {
        entity: entry.owner,
        name,
        name_cost: cost,
        rest_cost,
        besides,
        reasons,
    })
}

/// Whether a street's name has so many words that the question does not have that it cannot be an answer.
fn hopeless(index: &Index, asked: &Asked<'_>, tokens: &[u32]) -> bool {
    let class = |token: &u32| index.class(*token);
    let strong = tokens.iter().any(|token| !class(token).is_weak());
    let left = tokens
        .iter()
        .filter(|token| !asked.touches(**token) && (!strong || class(token) == Class::Word));
    left.count() as f32 * 0.28 > MAX_COST
}

/// A word that stands for whatever a road's number has before it.
fn any_route<'a>(index: &Index, words: &'a [Word], used: u32) -> Option<(usize, &'a Word)> {
    let mut free = words.iter().enumerate();
    free.find(|(no, word)| used & (1 << no) == 0 && index.vocabulary.is_any_route(&word.text))
}

/// Whether a name is written as the words are, as far as they go, and goes on: `Rue des` begins `Rue des
/// Roses`, though no name is looked for by `des`. `after` are the last words, which stand for nothing else.
fn begins(index: &Index, words: &[Word], after: &[Word], name: u32) -> bool {
    let Some((unfinished, small)) = after.split_last() else {
        return true;
    };
    if small.iter().any(|word| word.class != Class::Noise) {
        return false;
    }
    let tokens = index.vocabulary.tokens(index.text(name));
    let known = tokens.iter().filter(|token| token.script != Script::Mark);
    let known: Vec<&str> = known.map(|token| token.text.as_str()).collect();
    let form = |word: &str| index.vocabulary.form(word).0;
    let before = words.len() - 1;
    known.len() > words.len()
        && known[before].starts_with(&unfinished.text)
        && words[..before]
            .iter()
            .zip(&known)
            .all(|(word, known)| word.text == **known || form(&word.text) == form(known))
}

/// The names that begin with what is typed where that has only words that very many names have.
///
/// Costs a look at the first word of every name.
fn begun(index: &Index, words: &[Word], filter: &Filter<'_>) -> Vec<u32> {
    let Some((_, before)) = words.split_last() else {
        return Vec::new();
    };
    let stored = &index.stored;
    let is_common = |word: &Word| {
        let mut exact = word.hits.iter().filter(|hit| hit.cost == 0.0);
        word.class.is_weak() || exact.any(|hit| stored.postings.get(hit.token).len() > COMMON)
    };
    let first = &words[0];
    if !before.iter().chain([first]).all(is_common) {
        return Vec::new();
    }
    let begins = |name: u32| {
        let tokens = stored.name_tokens.get(name);
        let hit = tokens.first().and_then(|token| first.hit(*token));
        tokens.len() > 1 && hit.is_some_and(|hit| hit.cost == 0.0)
    };
    let owner = |name: u32| stored.names[name as usize].owner;
    let kind = |name: u32| stored.entities[owner(name) as usize].kind;
    let names = (0..stored.names.len() as u32).take(MAX_LOOKED_AT);
    let (mut preferred, others): (Vec<u32>, Vec<u32>) = names
        .filter(|name| begins(*name) && (filter.kinds)(kind(*name)))
        .partition(|name| (filter.prefer)(owner(*name)));
    preferred.extend(others);
    preferred.truncate(MAX_COMPARED);
    preferred
}

/// What the words that are not part of the name cost: nothing if they name where the thing is.
fn explain_rest(
    asked: &mut Asked<'_>,
    (owner, used): (u32, u32),
    left_aside: f32,
    reasons: &mut Vec<Reason>,
) -> f32 {
    let mut cost = 0.0;
    for (no, word) in asked.words.iter().enumerate() {
        if used & (1 << no) != 0 || word.class == Class::Noise {
            continue;
        }
        let named = asked.cost(no, owner);
        cost += match (named, word.class) {
            (Some(cost), _) => cost * 0.5,
            (None, Class::Type) => 0.08,
            (None, Class::Direction) => {
                reasons.push(Reason::DirectionAdded(word.text.clone()));
                0.13
            }
            // Without a place for its number an address is not found at all.
            (None, _) if word.script == Script::Number => 0.34,
            (None, _) => left_aside,
        };
        if named.is_none() && word.class != Class::Direction {
            reasons.push(Reason::Ignored(word.text.clone()));
        }
    }
    cost
}

/// What is found out once about the words of a question, because hundreds of names are compared with the same words:
/// which tokens they may stand for at all, and at what cost they name areas. Names lie in the same few towns, and a
/// town may have its name in a hundred languages.
struct Asked<'a> {
    index: &'a Index,
    words: &'a [Word],
    /// A bit for each token of the index.
    touched: Vec<u64>,
    /// For each area that was asked about, sorted, the cost of each word.
    known: Vec<(u32, Vec<Option<f32>>)>,
    /// The same for all states and countries together, once it was asked for.
    of_regions: Option<Vec<Option<f32>>>,
}

impl<'a> Asked<'a> {
    fn new(index: &'a Index, words: &'a [Word]) -> Self {
        let mut touched = vec![0; index.stored.tokens.len().div_ceil(64)];
        for hit in words.iter().flat_map(|word| &word.hits) {
            touched[hit.token as usize / 64] |= 1 << (hit.token % 64);
        }
        Self {
            index,
            words,
            touched,
            known: Vec::new(),
            of_regions: None,
        }
    }

    /// Whether a word may stand for a token.
    fn touches(&self, token: u32) -> bool {
        self.touched[token as usize / 64] & (1 << (token % 64)) != 0
    }

    /// At what cost a word names one of an entity's areas, or a state or country.
    fn cost(&mut self, word: usize, owner: u32) -> Option<f32> {
        let Self { index, words, .. } = *self;
        let regions = self.of_regions.get_or_insert_with(|| {
            let of_each = index.regions.iter();
            let of_each = of_each.map(|region| area_costs(index, words, *region));
            let none = vec![None; words.len()];
            of_each.fold(none, |all, one| {
                all.into_iter().zip(one).map(least).collect()
            })
        });
        let mut cost = regions[word];
        for area in index.stored.areas.get(owner) {
            let at = match self.known.binary_search_by_key(area, |(area, _)| *area) {
                Ok(at) => at,
                Err(at) => {
                    let costs = area_costs(index, words, *area);
                    self.known.insert(at, (*area, costs));
                    at
                }
            };
            cost = least((cost, self.known[at].1[word]));
        }
        cost
    }
}

fn least((a, b): (Option<f32>, Option<f32>)) -> Option<f32> {
    a.into_iter().chain(b).reduce(f32::min)
}

/// At what cost each word is one of an area's names' words.
fn area_costs(index: &Index, words: &[Word], area: u32) -> Vec<Option<f32>> {
    let names = index.stored.entity_names.get(area).iter();
    let tokens = names.flat_map(|name| index.stored.name_tokens.get(*name));
    let mut tokens: Vec<u32> = tokens.copied().collect();
    tokens.sort_unstable();
    tokens.dedup();
    let one = |word: &Word| {
        let costs = tokens.iter().filter_map(|token| word.hit(*token));
        costs.map(|hit| hit.cost).reduce(f32::min)
    };
    words.iter().map(one).collect()
}
