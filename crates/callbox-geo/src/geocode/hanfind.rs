//! Chinese questions: names found inside a run of characters, whatever stands around them.

use super::answer::Reason;
use super::find::{Candidate, placed, read};
use super::han::{best_place, sounds};
use super::index::{EntityKind, Index};
use super::matching::{Fit, Lead, MAX_COST};
use super::numbers::HouseNumber;
use super::question::{Reading, readings, words};
use super::source::NameKind;
use super::text::{Script, Token, fold};

/// The most names that are compared with one text.
const MAX_COMPARED: usize = 300;

/// Finds names in the Chinese parts of a question.
pub(crate) fn find(index: &Index, tokens: &[Token], typing: bool) -> Vec<Candidate> {
    if let Some(candidates) = crossing(index, tokens, typing) {
        return candidates;
    }
    let (run, number) = run_and_number(index, tokens);
    if run.is_empty() {
        return Vec::new();
    }
    let fits = fits(index, &run, number.is_some(), typing);
    let reading = Reading {
        number,
        words: Vec::new(),
        typing,
    };
    let mut candidates = placed(index, fits, &reading);
    if candidates.iter().all(|candidate| candidate.cost > 0.1) {
        candidates.extend(by_sound(index, &run, &reading));
    }
    candidates
}

/// The Chinese characters of a question without what only marks its parts, and its house number.
fn run_and_number(index: &Index, tokens: &[Token]) -> (Vec<char>, Option<HouseNumber>) {
    let mut run = String::new();
    let mut number = None;
    for token in tokens {
        match token.script {
            Script::Han => {
                let words = &index.vocabulary.han.number;
                let marker = words
                    .iter()
                    .find(|word| token.text.starts_with(word.as_str()));
                let text = match marker {
                    Some(word) if number.is_some() => &token.text[word.len()..],
                    _ => token.text.as_str(),
                };
                run.push_str(text);
            }
            Script::Number if number.is_none() => number = HouseNumber::parse(&token.text),
            _ => {}
        }
    }
    (run.chars().collect(), number)
}

pub(crate) fn fits(index: &Index, run: &[char], streets_only: bool, typing: bool) -> Vec<Fit> {
    let stored = &index.stored;
    let mut counts: Vec<u32> = Vec::new();
    for c in run {
        if let Ok(no) = stored.han.binary_search(&u32::from(*c)) {
            counts.extend(stored.han_names.get(no as u32).iter().take(20_000));
        }
    }
    counts.sort_unstable();
    let mut names: Vec<(f32, u32)> = counts
        .chunk_by(|a, b| a == b)
        .filter_map(|same| {
            let name = same[0];
            let length = name_text(index, name).chars().count().max(1);
            let kind = stored.entities[stored.names[name as usize].owner as usize].kind;
            let wanted = if streets_only {
                kind == EntityKind::Street
            } else {
                kind != EntityKind::Region
            };
            let share = same.len() as f32 / length as f32;
            (wanted && (share >= 0.5 || typing))
                .then_some((share.min(1.0) * (length as f32).sqrt(), name))
        })
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    names.truncate(MAX_COMPARED);
    let mut fits: Vec<Fit> = names
        .into_iter()
        .filter_map(|(_, name)| compare(index, run, name, typing))
        .collect();
    fits.sort_by(|a, b| a.entity.cmp(&b.entity).then(a.cost().total_cmp(&b.cost())));
    fits.dedup_by_key(|fit| fit.entity);
    fits.sort_by(|a, b| a.cost().total_cmp(&b.cost()).then(a.entity.cmp(&b.entity)));
    fits
}

fn name_text(index: &Index, name: u32) -> &str {
    index.text(index.stored.names[name as usize].text)
}

fn compare(index: &Index, run: &[char], name: u32, typing: bool) -> Option<Fit> {
    let stored = &index.stored;
    let entry = stored.names[name as usize];
    let text: Vec<char> = fold(name_text(index, name))
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut reasons = Vec::new();
    let typed: String = run.iter().collect();
    let (cost, place) = if typing && text.len() > run.len() && text.starts_with(run) {
        reasons.push(Reason::Completed {
            typed,
            taken: text.iter().collect(),
        });
        (0.03, 0..run.len())
    } else {
        let (errors, place) = best_place(&text, run);
        let allowed = match text.len() {
            0..=2 => 0,
            3..=5 => 1,
            _ => 2,
        };
        if errors > allowed {
            return None;
        }
        if errors > 0 {
            let typed = run[place.clone()].iter().collect();
            reasons.push(Reason::Corrected {
                typed,
                taken: text.iter().collect(),
            });
        }
        (errors as f32 * (0.06 + 0.3 / text.len() as f32), place)
    };
    if entry.text != stored.entities[entry.owner as usize].text {
        let shown = name_text(index, name).to_owned();
        reasons.push(if entry.kind == NameKind::Former as u32 {
            Reason::FormerName(shown)
        } else {
            Reason::OtherName(shown)
        });
    }
    let before: String = run[..place.start].iter().collect();
    let after: String = run[place.end..].iter().collect();
    let rest_cost = [before, after]
        .into_iter()
        .map(|rest| explain(index, entry.owner, rest, &mut reasons))
        .sum::<f32>();
    let fit = Fit {
        entity: entry.owner,
        name,
        name_cost: cost,
        rest_cost,
        besides: 0,
        reasons,
    };
    (fit.cost() <= MAX_COST).then_some(fit)
}

/// What the characters around a name cost: nothing if they name where it is.
fn explain(index: &Index, owner: u32, mut rest: String, reasons: &mut Vec<Reason>) -> f32 {
    let areas = index.stored.areas.get(owner).iter().chain(&index.regions);
    let mut names: Vec<String> = areas
        .flat_map(|area| index.stored.entity_names.get(*area))
        .map(|name| fold(name_text(index, *name)))
        .filter(|name| name.chars().count() >= 2)
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        rest = rest.replace(&name, "");
    }
    for word in index
        .vocabulary
        .han
        .area
        .iter()
        .chain(&index.vocabulary.han.corner)
        .chain(&index.vocabulary.han.noise)
    {
        rest = rest.replace(word.as_str(), "");
    }
    let left = rest.chars().count();
    if left > 0 {
        reasons.push(Reason::Ignored(rest));
    }
    (0.08 * left as f32).min(0.5)
}

/// Names that sound like the characters: what an input method makes of the right sound.
fn by_sound(index: &Index, run: &[char], reading: &Reading) -> Vec<Candidate> {
    let text: String = run.iter().collect();
    let mut candidates = Vec::new();
    for sound in sounds(&text).into_iter().take(4) {
        let token = Token::new(sound, Script::Word);
        let words = words(index, std::slice::from_ref(&token), false);
        for mut heard in readings(index, &[token], words, false) {
            heard.number.clone_from(&reading.number);
            candidates.extend(read(index, &heard, Lead::default()).into_iter().map(
                |mut candidate| {
                    candidate.cost += 0.05;
                    candidate
                },
            ));
        }
    }
    candidates
}

/// Two streets parted by a word such as 与, if such a word stands between two names.
fn crossing(index: &Index, tokens: &[Token], typing: bool) -> Option<Vec<Candidate>> {
    let run: String = tokens.iter().map(|token| token.text.as_str()).collect();
    let words = &index.vocabulary.han;
    let mut text = run.as_str();
    for corner in &words.corner {
        text = text.strip_suffix(corner.as_str()).unwrap_or(text);
    }
    let mut candidates = Vec::new();
    for between in &words.between {
        for (at, _) in text.match_indices(between.as_str()) {
            let side = |part: &str| -> Vec<Fit> {
                let run: Vec<char> = part.chars().filter(|c| c.is_alphanumeric()).collect();
                let mut fits = fits(index, &run, true, typing);
                fits.truncate(12);
                fits
            };
            let (left, right) = (side(&text[..at]), side(&text[at + between.len()..]));
            candidates.extend(super::crossing::meet(index, &left, &right));
        }
    }
    if candidates.is_empty() && text.len() < run.len() {
        candidates = unparted(index, text);
    }
    (!candidates.is_empty()).then_some(candidates)
}

/// `长安街建国路路口`: two whole names with nothing between, before a word for a corner.
fn unparted(index: &Index, text: &str) -> Vec<Candidate> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let side = |run: &[char]| -> Vec<Fit> {
        let mut fits = fits(index, run, true, false);
        fits.retain(|fit| fit.cost() < 0.01);
        fits.truncate(12);
        fits
    };
    let mut candidates = Vec::new();
    for at in 2..letters.len().saturating_sub(1) {
        let left = side(&letters[..at]);
        if left.is_empty() {
            continue;
        }
        let right = side(&letters[at..]);
        candidates.extend(super::crossing::meet(index, &left, &right));
    }
    candidates
}
