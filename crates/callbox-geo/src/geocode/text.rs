//! Text as it is typed, folded to the form in which it is searched, and cut into tokens.
//!
//! Folding lowers case, takes marks off Latin letters, narrows full-width forms and turns traditional Chinese
//! characters into simplified ones. It is the same for the index and for a question, so it may lose differences, but it
//! must never depend on where the text comes from.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The longest question that is read, in characters; what comes after is left out, and the answer says so.
pub const MAX_TEXT_CHARS: usize = 200;

/// The most tokens that one text is cut into.
pub(crate) const MAX_TOKENS: usize = 24;

/// The longest token, in characters; the rest of a longer one is dropped.
pub(crate) const MAX_TOKEN_CHARS: usize = 30;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Letters, or an ordinal such as `5th`.
    Word,
    /// Digits first: a house number, a postcode, the number of a road.
    Number,
    /// A run of Chinese characters.
    Han,
    /// One of `& / @ , #`, which part what stands around them.
    Mark,
}

/// One piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The folded text.
    pub(crate) text: String,
    pub(crate) script: Script,
}

impl Token {
    pub(crate) fn new(text: impl Into<String>, script: Script) -> Self {
        Self {
            text: text.into(),
            script,
        }
    }

    /// Whether this is the given mark.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.script == Script::Mark && self.text == mark
    }
}

/// Folds a text; see the module.
pub(crate) fn fold(text: &str) -> String {
    let tables = tables();
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let c = narrow(c);
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
            continue;
        }
        if is_joining(c) {
            continue;
        }
        for low in c.to_lowercase() {
            if let Some(plain) = tables.latin.get(&low) {
                folded.push_str(plain);
            } else if let Some(simple) = tables.han.get(&low) {
                folded.push(*simple);
            } else if !is_joining(low) {
                folded.push(low);
            }
        }
    }
    folded
}

/// Cuts a text into folded tokens, at most [`MAX_TOKENS`].
pub(crate) fn tokenize(text: &str) -> Vec<Token> {
    let folded: Vec<char> = fold(text).chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < folded.len() && tokens.len() < MAX_TOKENS {
        let c = folded[at];
        if is_han(c) {
            at = take(&folded, at, &mut tokens, Script::Han, is_han);
        } else if c.is_ascii_digit() {
            at = take_number(&folded, at, &mut tokens);
        } else if c.is_alphanumeric() {
            at = take_word(&folded, at, &mut tokens);
        } else {
            if let Some(mark) = mark(c) {
                tokens.push(Token::new(mark, Script::Mark));
            }
            at += 1;
        }
    }
    tokens.truncate(MAX_TOKENS);
    tokens
}

/// Whether a character is a Chinese one.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}' | '〇')
}

/// Takes the characters that `belongs` accepts as one token; gives the position after them.
fn take(
    text: &[char],
    start: usize,
    tokens: &mut Vec<Token>,
    script: Script,
    belongs: fn(char) -> bool,
) -> usize {
    let end = text[start..]
        .iter()
        .position(|c| !belongs(*c))
        .map_or(text.len(), |n| start + n);
    push(text, start, end, tokens, script);
    end
}

fn push(text: &[char], start: usize, end: usize, tokens: &mut Vec<Token>, script: Script) {
    let token: String = text[start..end].iter().take(MAX_TOKEN_CHARS).collect();
    tokens.push(Token::new(token, script));
}

/// Takes a word; apostrophes inside it and points between single letters (`N.W.`) are dropped.
fn take_word(text: &[char], start: usize, tokens: &mut Vec<Token>) -> usize {
    let mut word = String::new();
    let mut at = start;
    let mut length = 0;
    while at < text.len() {
        let c = text[at];
        let next = text.get(at + 1).copied().unwrap_or(' ');
        if c.is_alphanumeric() && !c.is_ascii_digit() && !is_han(c) {
            if length < MAX_TOKEN_CHARS {
                word.push(c);
            }
            length += 1;
        } else if is_apostrophe(c) && next.is_alphabetic() && length <= 2 {
            // O'Brien and D'Arcy are one word.
        } else if is_apostrophe(c) && next == 's' {
            // Saint Mary's is the same as Saint Marys.
        } else if c == '.' && next.is_alphabetic() && single_letters(text, start, at) {
            // N.W. is NW.
        } else {
            break;
        }
        at += 1;
    }
    tokens.push(Token::new(word, Script::Word));
    at
}

/// Whether everything from `start` to the point at `at` is single letters, each followed by a point, and so goes on.
fn single_letters(text: &[char], start: usize, at: usize) -> bool {
    text[start..at].iter().skip(1).step_by(2).all(|c| *c == '.')
        && (at - start) % 2 == 1
        && !text.get(at + 2).is_some_and(|c| c.is_alphanumeric())
}

/// Takes a number with what belongs to it: `12a`, `12-14`, `12/3`, `12;14`, or an ordinal `12th`; `12km` and `12main` are cut.
fn take_number(text: &[char], start: usize, tokens: &mut Vec<Token>) -> usize {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .position(|c| !c.is_ascii_digit())
            .map_or(text.len(), |n| from + n)
    };
    let mut end = digits(start);
    while end + 1 < text.len()
        && matches!(text[end], '-' | '/' | '–' | ';')
        && text[end + 1].is_ascii_digit()
        && end - start < MAX_TOKEN_CHARS
    {
        end = digits(end + 1);
    }
    let letters_end = text[end..]
        .iter()
        .position(|c| !c.is_alphabetic() || is_han(*c))
        .map_or(text.len(), |n| end + n);
    let letters: String = text[end..letters_end].iter().take(4).collect();
    let followed_by_digit = text.get(letters_end).is_some_and(char::is_ascii_digit);
    if matches!(letters.as_str(), "st" | "nd" | "rd" | "th") && !followed_by_digit {
        push(text, start, letters_end, tokens, Script::Word);
        return letters_end;
    }
    if letters_end == end + 1 && !followed_by_digit {
        push(text, start, letters_end, tokens, Script::Number);
        return letters_end;
    }
    push(text, start, end, tokens, Script::Number);
    end
}

fn mark(c: char) -> Option<&'static str> {
    Some(match c {
        '&' | '+' => "&",
        '/' | '\\' | '|' => "/",
        '@' => "@",
        ',' | ';' | '、' => ",",
        '#' => "#",
        _ => return None,
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ')
}

/// Combining marks and characters that only join or direct others.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{00AD}')
}

/// Full-width letters, digits and the ideographic space as plain ones.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

struct Tables {
    latin: HashMap<char, &'static str>,
    han: HashMap<char, char>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut latin = HashMap::new();
        for line in data_lines(include_str!("data/latin.txt")) {
            if let Some((plain, marked)) = line.split_once(' ') {
                latin.extend(marked.chars().map(|c| (c, plain)));
            }
        }
        let mut han = HashMap::new();
        for line in data_lines(include_str!("data/han.txt")) {
            let characters: Vec<char> = line.chars().collect();
            han.extend(characters.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        }
        Tables { latin, han }
    })
}

/// The lines of a data file that are neither empty nor comments.
pub(crate) fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}
