//! One typed line, taken apart.

use std::collections::VecDeque;

use super::Mistake;

/// One word and where it stands in the line, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) is_quoted: bool,
    pub(super) at: (usize, usize),
}

/// What is left of a line while it is read from left to right.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) words: VecDeque<Word>,
    /// What stands after `@`, and where.
    pub(super) place: Option<Word>,
    /// What stands after `//`, and where.
    pub(super) text: Option<Word>,
    /// Whether a `!` says that it is meant in spite of a refusal.
    pub(super) insists: bool,
    /// The line's length, where what is missing would stand.
    pub(super) end: usize,
}

/// What ends a word.
fn separates(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '.' | ',')
}

/// Signs that are words of their own.
fn is_sign(sign: char) -> bool {
    matches!(sign, '>' | '<' | '!')
}

/// A name as it has to be typed: in quotes where it would not stay one word.
pub fn quoted(name: &str) -> String {
    let breaks = |sign| separates(sign) || is_sign(sign) || matches!(sign, '@' | '"' | '#');
    match name.chars().any(breaks) || name.contains("//") {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    }
}

impl Words {
    /// Takes a line apart; refuses a quote without its end.
    pub(super) fn new(line: &str) -> Result<Self, Mistake> {
        let mut taken = Self {
            end: line.len(),
            ..Self::default()
        };
        let mut at = 0;
        while let Some(sign) = line[at..].chars().next() {
            let rest = &line[at..];
            if separates(sign) {
                at += sign.len_utf8();
            } else if let Some(text) = rest.strip_prefix("//") {
                taken.text = Some(trimmed(text, at + 2));
                break;
            } else if let Some(place) = rest.strip_prefix('@') {
                let length = place.find("//").unwrap_or(place.len());
                taken.place = Some(trimmed(&place[..length], at + 1));
                at += 1 + length;
            } else if is_sign(sign) {
                let end = at + 1;
                match sign {
                    '!' => taken.insists = true,
                    _ => taken.push(sign.to_string(), false, (at, end)),
                }
                at = end;
            } else if let Some(open) = rest.strip_prefix('"') {
                let Some(length) = open.find('"') else {
                    return Err(Mistake::OpenQuote {
                        at: (at, line.len()),
                    });
                };
                taken.push(open[..length].to_owned(), true, (at, at + length + 2));
                at += length + 2;
            } else {
                let stops = |sign| separates(sign) || is_sign(sign) || matches!(sign, '@' | '"');
                let mut length = rest.find(stops).unwrap_or(rest.len());
                if let Some(text) = rest.find("//") {
                    length = length.min(text);
                }
                taken.push(rest[..length].to_owned(), false, (at, at + length));
                at += length;
            }
        }
        Ok(taken)
    }

    fn push(&mut self, text: String, is_quoted: bool, at: (usize, usize)) {
        self.words.push_back(Word {
            text,
            is_quoted,
            at,
        });
    }

    /// The next word.
    pub(super) fn next(&self) -> Option<&Word> {
        self.words.front()
    }

    /// Puts the second of two words first: both orders are read where only one of them makes sense.
    pub(super) fn turn(&mut self) {
        self.words.swap(0, 1);
    }

    /// Takes the next word.
    pub(super) fn take(&mut self) -> Option<Word> {
        self.words.pop_front()
    }
}

fn trimmed(text: &str, at: usize) -> Word {
    let before = text.len() - text.trim_start().len();
    let text = text.trim();
    Word {
        text: text.to_owned(),
        is_quoted: true,
        at: (at + before, at + before + text.len()),
    }
}
