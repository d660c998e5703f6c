//! Whether the first answer may be taken, must be asked about, or is one of several.
//!
//! The rule of the house: never a silent guess. An answer is certain only if everything that was asked fits it and
//! nothing else fits nearly as well.

use super::answer::{Kind, Reason, Verdict};
use super::find::Candidate;
use super::geometry::meters;
use super::index::Index;
use super::label;
use super::text::{Script, Token};

/// Answers within this of the best fit as well as it.
const TIE: f32 = 0.06;
/// An answer that differs by a direction counts as a tie within this.
const DIRECTION: f32 = 0.14;
/// What one more typing error costs at most.
const ONE_ERROR: f32 = 0.17;
/// Above this, something was guessed.
const CERTAIN: f32 = 0.16;
/// Above this, the answer is not what was asked for.
const MISSING: f32 = 0.46;
/// Answers nearer to each other than this are the same place to a crew.
const SAME_PLACE_METERS: f64 = 100.0;

/// Judges candidates that are sorted by their cost.
pub(crate) fn verdict(index: &Index, candidates: &mut [Candidate], unknown: &[String]) -> Verdict {
    let Some((best, others)) = candidates.split_first_mut() else {
        return Verdict::Missing;
    };
    if best.cost > MISSING || !best.number_known && best.answer.kind != Kind::HouseInterpolated {
        return Verdict::Missing;
    }
    // A word that is nowhere in the file and that the best answer had to leave aside was a name of something.
    let left_aside = |reason: &Reason| matches!(reason, Reason::Ignored(word) if word.chars().count() > 3 && unknown.contains(word));
    if best.answer.reasons.iter().any(left_aside) {
        return Verdict::Missing;
    }
    let mut choose = false;
    let mut look_alike = None;
    for other in others.iter() {
        if meters(best.answer.point, other.answer.point) <= SAME_PLACE_METERS {
            continue;
        }
        let ties = other.cost - best.cost <= TIE;
        // Another street of that name counts even if the number is not known there: the file may lack it.
        let same_name = other.name_cost - best.name_cost <= 0.03
            && other.rest_cost - best.rest_cost <= 0.03
            && is_house_or_street(best.answer.kind)
            && is_house_or_street(other.answer.kind)
            && (other.number_known || !same_town(index, best, other));
        // North Main for Main is the mistake that sends crews to the other end of a town.
        let other_direction = other.number_known
            && other.cost - best.cost <= DIRECTION
            && best.answer.kind != Kind::Street
            && other.answer.reasons.iter().any(is_direction);
        if ties || same_name || other_direction {
            choose = true;
        }
        let precise = |kind: Kind| {
            matches!(
                kind,
                Kind::HousePoint | Kind::HouseBuilding | Kind::Intersection
            )
        };
        let corrected = |reason: &Reason| matches!(reason, Reason::Corrected { .. });
        let is_corrected = match best.answer.kind {
            // Either street may be the one that another is like.
            Kind::Intersection => other.answer.reasons.iter().any(corrected),
            _ => other.answer.reasons.first().is_some_and(corrected),
        };
        // A name that was typed with an error is as doubtful as one that another is like: with one
        // error more it is the other.
        let alike = (best.name_cost < 0.01 || best.answer.reasons.iter().any(corrected))
            && other.number_known
            && precise(other.answer.kind)
            && precise(best.answer.kind)
            && other.name_cost < best.name_cost + ONE_ERROR
            && other.rest_cost <= best.rest_cost
            && is_corrected;
        if alike && look_alike.is_none() {
            look_alike = Some(other.answer.label.clone());
        }
    }
    // Where several are offered anyway, the list says it.
    if let Some(label) = look_alike.filter(|_| !choose) {
        best.answer.reasons.push(Reason::LookAlike(label));
    }
    if choose {
        Verdict::Choose
    } else if best.cost > CERTAIN || best.answer.reasons.iter().any(is_guess) {
        Verdict::Confirm
    } else {
        Verdict::Certain
    }
}

/// Leaves out what only distracts: somebody reads this list while a caller waits.
///
/// - A name that is like the words only by its sound, and by that only in part, beside one that they begin.
/// - What would not be an answer by itself, beside one that is.
/// - What shares nothing with the words but one or two letters: `Starside` for `Tanner St`.
pub(crate) fn worth_saying(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let has_answer = candidates
        .iter()
        .any(|candidate| candidate.cost <= MISSING && !is_by_sound(candidate));
    let has_written = candidates.iter().any(|candidate| {
        let mut reasons = candidate.answer.reasons.iter();
        !is_by_sound(candidate)
            && !reasons.any(|it| matches!(it, Reason::Corrected { .. } | Reason::Ignored(_)))
    });
    let mut kept = candidates;
    kept.retain(|candidate| {
        let reasons = &candidate.answer.reasons;
        let is_partly = reasons.iter().any(|it| {
            matches!(
                it,
                Reason::Corrected { .. } | Reason::Completed { .. } | Reason::Ignored(_)
            )
        });
        let is_far = has_answer && candidate.cost > MISSING;
        let is_echo = has_written && is_by_sound(candidate) && is_partly;
        !(is_far || is_echo || shares_letters_only(reasons))
    });
    kept
}

fn is_by_sound(candidate: &Candidate) -> bool {
    let mut reasons = candidate.answer.reasons.iter();
    reasons.any(|reason| matches!(reason, Reason::Sound(_)))
}

/// Whether a real word was left aside, and what fits is no more than the beginning of a short one.
fn shares_letters_only(reasons: &[Reason]) -> bool {
    const SHORT: usize = 3;
    let length = |word: &String| word.chars().count();
    let mut fitting = reasons.iter().filter_map(|reason| match reason {
        Reason::Completed { typed, .. } | Reason::Corrected { typed, .. } => Some(typed),
        _ => None,
    });
    let left_aside = reasons
        .iter()
        .any(|reason| matches!(reason, Reason::Ignored(word) if length(word) > SHORT));
    left_aside && fitting.any(|typed| length(typed) <= SHORT)
}

/// The words of a question that no name in the file has.
pub(crate) fn unknown_words(index: &Index, tokens: &[Token]) -> Vec<String> {
    let han = &index.vocabulary.han;
    let unknown = |token: &&Token| match token.script {
        Script::Word => {
            let (form, class) = index.vocabulary.form(&token.text);
            let known = |text: &str| {
                let letters: Vec<char> = text.chars().collect();
                index.dictionary.exact(&letters).is_some()
            };
            index.vocabulary.role(&token.text).is_none()
                && !index.vocabulary.beside.contains(&token.text)
                && !class.is_weak()
                && !known(&form)
                && !known(&token.text)
        }
        Script::Han => {
            let known = |c: char| index.stored.han.binary_search(&u32::from(c)).is_ok();
            !han.number.contains(&token.text) && !token.text.chars().any(known)
        }
        Script::Number | Script::Mark => false,
    };
    let unknown = tokens.iter().filter(unknown);
    unknown.map(|token| token.text.clone()).collect()
}

/// What to say about a question without an answer.
pub(crate) fn missing(
    candidates: &[Candidate],
    unknown: Vec<String>,
    tokens: &[Token],
) -> Option<Reason> {
    if !unknown.is_empty() {
        return Some(Reason::NotInFile(unknown.join(" ")));
    }
    candidates.is_empty().then(|| {
        let words = tokens.iter().filter(|token| token.script != Script::Mark);
        let words: Vec<&str> = words.map(|token| token.text.as_str()).collect();
        Reason::NotInFile(words.join(" "))
    })
}

fn is_house_or_street(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::HousePoint
            | Kind::HouseBuilding
            | Kind::HouseInterpolated
            | Kind::Block
            | Kind::Street
    )
}

fn same_town(index: &Index, a: &Candidate, b: &Candidate) -> bool {
    label::town(index, a.entity) == label::town(index, b.entity)
}

fn is_direction(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::DirectionOmitted(_) | Reason::DirectionAdded(_) | Reason::DirectionDiffers { .. }
    )
}

/// Whether a reason means that the answer is not quite what was asked for.
fn is_guess(reason: &Reason) -> bool {
    // Junction 7 may be 7A or 7B, even if the file has only one of them.
    let lettered = |typed: &str, taken: &str| {
        taken.len() == typed.len() + 1 && typed.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Reason::Completed { typed, taken } = reason {
        return lettered(typed, taken);
    }
    matches!(
        reason,
        Reason::Sound(_)
            | Reason::TypeDiffers { .. }
            | Reason::DirectionOmitted(_)
            | Reason::DirectionAdded(_)
            | Reason::DirectionDiffers { .. }
            | Reason::Ignored(_)
            | Reason::Interpolated { .. }
            | Reason::SuffixUnknown { .. }
            | Reason::NumberTwice
            | Reason::NameLonger(_)
            | Reason::LookAlike(_)
            | Reason::NotJoined { .. }
            | Reason::DoNotMeet
            | Reason::Beside(_)
            | Reason::OnStreet(_)
            | Reason::Swapped
            | Reason::OutsideMap
            | Reason::OutsidePosts { .. }
    )
}
