//! A question cut into words, each with the tokens of the index that it may stand for.

use super::answer::Reason;
use super::dictionary::Match;
use super::index::Index;
use super::numbers::HouseNumber;
use super::text::{Script, Token};
use super::vocabulary::{Class, Role};

/// The most tokens that one word may stand for.
const MAX_HITS: usize = 400;

/// A token of the index that a word may stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) token: u32,
    /// The word of the dictionary, as people write it.
    pub(crate) word: u32,
    pub(crate) errors: u8,
    pub(crate) cost: f32,
}

/// One word of a question.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) script: Script,
    pub(crate) class: Class,
    /// Whether it was read as one that may go on.
    unfinished: bool,
    /// Sorted by token, the cheapest of each only.
    pub(crate) hits: Vec<Hit>,
}

impl Word {
    /// How this word may stand for a token.
    pub(crate) fn hit(&self, token: u32) -> Option<&Hit> {
        self.hits
            .binary_search_by_key(&token, |hit| hit.token)
            .ok()
            .map(|at| &self.hits[at])
    }

    pub(crate) fn has_exact(&self) -> bool {
        self.hits.iter().any(|hit| hit.cost == 0.0)
    }
}

/// Reads all words; only the last may be unfinished.
pub(crate) fn words(index: &Index, tokens: &[Token], typing: bool) -> Vec<Word> {
    words_with(index, tokens, typing, &[])
}

/// Reads all words, of which some may have been read before: looking for typing errors is most of the work.
pub(crate) fn words_with(
    index: &Index,
    tokens: &[Token],
    typing: bool,
    known: &[Word],
) -> Vec<Word> {
    let tokens: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.script != Script::Mark)
        .collect();
    let last = tokens.len().saturating_sub(1);
    let words = tokens.iter().enumerate();
    words
        .map(|(no, token)| {
            let unfinished = typing && no == last;
            let same = |word: &&Word| word.text == token.text && word.script == token.script;
            match known
                .iter()
                .find(same)
                .filter(|it| it.unfinished == unfinished)
            {
                Some(word) => word.clone(),
                None => word(index, token, unfinished),
            }
        })
        .collect()
}

/// Reads a word: what it may stand for exactly, by its beginning, and with typing errors.
pub(crate) fn word(index: &Index, token: &Token, typing: bool) -> Word {
    let (form, class) = match token.script {
        Script::Word => index.vocabulary.form(&token.text),
        _ => (token.text.clone(), Class::Word),
    };
    let letters: Vec<char> = token.text.chars().collect();
    let mut hits: Vec<Hit> = Vec::new();
    let mut add = |found: Match| {
        if let Some(token) = index.stored.word_tokens.get(found.word as usize) {
            let (errors, length) = (f32::from(found.errors), letters.len().max(1) as f32);
            let beginning = if found.beginning { 0.03 } else { 0.0 };
            let cost = errors * (0.08 + 0.25 / length) + beginning;
            hits.push(Hit {
                token: *token,
                word: found.word,
                errors: found.errors,
                cost,
            });
        }
    };
    let exact = |word: u32| Match {
        word,
        errors: 0,
        beginning: false,
    };
    for same in [form.as_str(), token.text.as_str()] {
        let found = index.dictionary.exact(&same.chars().collect::<Vec<_>>());
        found.map(exact).into_iter().for_each(&mut add);
    }
    match token.script {
        Script::Number => {
            let digits = token.text.trim_end_matches(|c: char| !c.is_ascii_digit());
            let ordinal = super::vocabulary::ordinal_text(digits);
            let found = index.dictionary.exact(&ordinal.chars().collect::<Vec<_>>());
            if let Some(word) = found {
                // `223d Street` is a mistyped `223rd`.
                let errors = u8::from(digits.len() < token.text.len());
                add(Match {
                    word,
                    errors,
                    beginning: errors == 0,
                });
            }
            // `exit 7` may be 7A or 7B.
            let longer = index.dictionary.similar(&letters, 0, true).into_iter();
            let lettered = |found: &Match| {
                let word = index.text(index.stored.words[found.word as usize]);
                let rest = word.get(token.text.len()..).unwrap_or_default();
                rest.len() == 1 && rest.as_bytes()[0].is_ascii_alphabetic()
            };
            longer
                .filter(|found| typing || lettered(found))
                .for_each(&mut add);
        }
        Script::Word => {
            if let Some(number) = ordinal_number(&token.text) {
                let found = index.dictionary.exact(&number.chars().collect::<Vec<_>>());
                found
                    .map(|word| Match {
                        word,
                        errors: 0,
                        beginning: true,
                    })
                    .into_iter()
                    .for_each(&mut add);
            } else {
                let exact = index.dictionary.exact(&letters).is_some();
                let near = match letters.len() {
                    6.. if !typing && !exact => 2,
                    length => bound(length),
                };
                // Three letters begin too many words to allow for errors in them.
                let mut found =
                    index
                        .dictionary
                        .similar(&letters, near, typing && letters.len() > 3);
                if typing && letters.len() <= 3 {
                    found.extend(index.dictionary.similar(&letters, 0, true));
                }
                if found.is_empty() && letters.len() == 2 {
                    found = index.dictionary.similar(&letters, 1, false);
                } else if near < 2
                    && letters.len() >= 6
                    && !found.iter().any(|found| found.errors == 0)
                {
                    // Also where one error would do: a word that is two errors away may be the one
                    // that was meant, and whoever judges has to know of it.
                    found = index.dictionary.similar(&letters, 2, typing);
                }
                found.into_iter().for_each(&mut add);
            }
        }
        Script::Han => index
            .dictionary
            .similar(&letters, 0, typing)
            .into_iter()
            .for_each(&mut add),
        Script::Mark => {}
    }
    hits.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.token.cmp(&b.token)));
    hits.truncate(MAX_HITS);
    hits.sort_by(|a, b| a.token.cmp(&b.token).then(a.cost.total_cmp(&b.cost)));
    hits.dedup_by_key(|hit| hit.token);
    Word {
        text: token.text.clone(),
        script: token.script,
        class,
        unfinished: typing,
        hits,
    }
}

/// The typing errors that a word of so many letters may have; more are tried only where nothing fits as it is.
fn bound(length: usize) -> u8 {
    u8::from(length >= 3)
}

fn ordinal_number(text: &str) -> Option<&str> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// One way to read a question: perhaps a house number, and the other words.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) number: Option<HouseNumber>,
    pub(crate) words: Vec<Word>,
    /// Whether the last word may be unfinished.
    pub(crate) typing: bool,
}

/// Takes what stands inside a building (`apt 4`, `#5`) off the tokens.
pub(crate) fn without_unit(index: &Index, tokens: Vec<Token>) -> (Vec<Token>, Vec<Reason>) {
    let mut kept: Vec<Token> = Vec::new();
    let mut notes = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let is_unit = token.is_mark("#")
            || token.script == Script::Word
                && index.vocabulary.role(&token.text) == Some(Role::Unit);
        let next = tokens.get(at + 1).filter(|next| {
            next.script == Script::Number || next.script == Script::Word && next.text.len() <= 2
        });
        match next {
            // `flat 3, 12 High Street`: a number has to be left for the house.
            Some(next)
                if is_unit
                    && (!kept.is_empty()
                        || tokens[at + 2..]
                            .iter()
                            .any(|token| token.script == Script::Number)) =>
            {
                notes.push(Reason::UnitLeftAside(format!(
                    "{} {}",
                    token.text, next.text
                )));
                at += 2;
            }
            _ => {
                kept.push(token.clone());
                at += 1;
            }
        }
    }
    (kept, notes)
}

/// The ways to read tokens: each number may be the house number, or none is.
///
/// `words` are what [`words`] makes of the tokens.
pub(crate) fn readings(
    index: &Index,
    tokens: &[Token],
    words: Vec<Word>,
    typing: bool,
) -> Vec<Reading> {
    let tokens: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.script != Script::Mark)
        .collect();
    let mut readings = Vec::new();
    let numbers = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.script == Script::Number);
    for (at, token) in numbers.take(3) {
        let Some(mut number) = HouseNumber::list(&token.text).into_iter().next() else {
            continue;
        };
        let mut end = at + 1;
        // `12 1/2 Main` and `12 a Main`, where the street still has words of its own.
        if let Some(next) = tokens.get(end)
            && number.suffix.is_empty()
            && tokens.len() > end + 1
            && (next.script == Script::Number && next.text.contains('/')
                || next.script == Script::Word
                    && next.text.len() == 1
                    && words[end].class == Class::Word)
        {
            let mut with = number.clone();
            with.suffix.clone_from(&next.text);
            let rest = rest(&words, at, end + 1);
            if rest.iter().any(|word| !word.class.is_weak()) {
                readings.push(Reading {
                    number: Some(with),
                    words: rest,
                    typing,
                });
            }
        }
        if number.suffix == "号" {
            number.suffix.clear();
        }
        if end < tokens.len()
            && tokens[end].script == Script::Han
            && index.vocabulary.han.number.contains(&tokens[end].text)
        {
            end += 1;
        }
        let rest = rest(&words, at, end);
        if !rest.is_empty() {
            readings.push(Reading {
                number: Some(number),
                words: rest,
                typing,
            });
        }
    }
    readings.push(Reading {
        number: None,
        words,
        typing,
    });
    readings
}

fn rest(words: &[Word], from: usize, to: usize) -> Vec<Word> {
    words[..from].iter().chain(&words[to..]).cloned().collect()
}

/// The same tokens with two neighbours joined, or one cut in two, where the index knows the result.
pub(crate) fn respaced(index: &Index, tokens: &[Token]) -> Vec<Vec<Token>> {
    let exact = |letters: &[char]| index.dictionary.exact(letters).is_some();
    let is_exact = |token: &Token| exact(&token.text.chars().collect::<Vec<_>>());
    // Of two words that are names as they are, an error does not make one.
    let known = |text: &str, of: &[Token]| {
        let letters: Vec<char> = text.chars().collect();
        exact(&letters)
            || letters.len() >= 6
                && !of.iter().all(is_exact)
                && !index.dictionary.similar(&letters, 1, false).is_empty()
    };
    let is_word = |token: &Token| token.script == Script::Word;
    let mut all = Vec::new();
    let replace = |at: usize, count: usize, with: Vec<String>| {
        let mut tokens = tokens.to_vec();
        tokens.splice(
            at..at + count,
            with.into_iter().map(|text| Token::new(text, Script::Word)),
        );
        tokens
    };
    for at in 0..tokens.len() {
        if let [a, b, ..] = &tokens[at..]
            && is_word(a)
            && is_word(b)
        {
            let joined = format!("{}{}", a.text, b.text);
            if known(&joined, &tokens[at..at + 2]) {
                all.push(replace(at, 2, vec![joined]));
            }
        }
        let letters: Vec<char> = tokens[at].text.chars().collect();
        if is_word(&tokens[at]) && letters.len() >= 4 && !exact(&letters) {
            for cut in 1..letters.len() {
                if exact(&letters[..cut]) && exact(&letters[cut..]) {
                    let (a, b) = (&letters[..cut], &letters[cut..]);
                    all.push(replace(at, 1, vec![a.iter().collect(), b.iter().collect()]));
                }
            }
        }
    }
    let run: Vec<usize> = (0..tokens.len())
        .filter(|at| is_word(&tokens[*at]))
        .collect();
    if let (Some(first), Some(last)) = (run.first(), run.last())
        && run.len() > 2
        && last - first + 1 == run.len()
    {
        let joined: String = tokens[*first..=*last]
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        if known(&joined, &tokens[*first..=*last]) {
            all.push(replace(*first, run.len(), vec![joined]));
        }
    }
    all.truncate(8);
    all
}
