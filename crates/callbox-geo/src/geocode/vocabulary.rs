//! What the words of an address mean: street types, directions, numbers in words, and words that part two streets.
//!
//! The lists are data (`data/*.txt`). An agency can add its own lines; the index keeps the text of all of them, so that
//! a question is always folded with the lists that the index was made with.

use std::collections::{HashMap, HashSet};

use super::text::{Script, Token, data_lines, tokenize};

/// What kind of word a token is, which decides how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A word that tells one name from another.
    Word,
    /// Street, Avenue, Road…: often left out, often wrong.
    Type,
    /// North, SW…: often left out, and dangerous when wrong.
    Direction,
    /// Words that carry nothing: the, of.
    Noise,
}

impl Class {
    pub(crate) fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Type,
            2 => Self::Direction,
            3 => Self::Noise,
            _ => Self::Word,
        }
    }

    /// Whether a name cannot be looked for by this word alone.
    pub(crate) fn is_weak(self) -> bool {
        self != Self::Word
    }
}

/// The part that a word plays in a question beside naming something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `and`, `at`: two streets stand around it.
    Between,
    /// `corner`, `intersection`.
    Corner,
    /// `apt`, `suite`: what follows is inside the building.
    Unit,
    /// `km`, `mile`.
    Post,
    /// `exit`.
    Exit,
    /// `block`: the hundred before it, on the street beside it.
    Block,
    /// `between`: two crossings of a street follow.
    Span,
    /// `on`: a thing before it, its street after it.
    On,
}

/// The lists, ready for look-up.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    forms: HashMap<String, (String, Class)>,
    roles: HashMap<String, Role>,
    /// The way to write out each form: `street` for `st`.
    written: HashMap<String, String>,
    numbers: HashMap<String, Spoken>,
    /// `next to`, `across from`: the place is near what follows.
    pub(crate) beside: HashSet<String>,
    /// `at`, `on`: said before a place, and no part of it.
    pub(crate) lead: HashSet<String>,
    /// `near`, `by`: a thing before it, its street after it.
    pub(crate) link: HashSet<String>,
    /// `j`, `junction`: before a number, an exit.
    pub(crate) before_exit_number: HashSet<String>,
    /// `number`, `ramp`: said about an exit, and no part of its road.
    pub(crate) beside_exit: HashSet<String>,
    /// `marker`: a post whose unit is the road's.
    pub(crate) post_unsaid: HashSet<String>,
    /// `to`: ends what `from` begins.
    span_end: HashSet<String>,
    /// `northbound`: the way that traffic goes, in degrees from north over east.
    bounds: HashMap<String, f64>,
    /// `gas station`: the category that things of this kind have.
    kinds: HashMap<String, Vec<String>>,
    /// `route`: said for any letters before a road's number.
    routes: HashSet<String>,
    endings: Vec<(String, String)>,
    pub(crate) han: HanWords,
}

/// Chinese words that mark parts of an address, folded, the longest first.
#[derive(Debug, Default)]
pub(crate) struct HanWords {
    pub(crate) number: Vec<String>,
    pub(crate) between: Vec<String>,
    pub(crate) corner: Vec<String>,
    pub(crate) area: Vec<String>,
    pub(crate) post: Vec<String>,
    pub(crate) exit: Vec<String>,
    /// After a name: near it.
    pub(crate) beside: Vec<String>,
    /// Said about where a caller is, and no part of it.
    pub(crate) noise: Vec<String>,
    /// Between a street and a thing on it.
    pub(crate) on: Vec<String>,
    /// Said after a road's number.
    pub(crate) road: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    /// zero to nineteen
    Small(u32),
    Tens(u32),
    Times(u32),
    Ordinal(u32),
}

impl Vocabulary {
    /// The lists that come with callbox, as one text.
    pub(crate) fn built_in() -> String {
        [
            include_str!("data/en.txt"),
            include_str!("data/more.txt"),
            include_str!("data/zh.txt"),
            include_str!("data/kinds.txt"),
        ]
        .concat()
    }

    /// Reads lists; lines that are not understood are left out, because an index must open with newer lists too.
    pub(crate) fn parse(text: &str) -> Self {
        let mut vocabulary = Self::default();
        for line in data_lines(text) {
            if let Some((class, words)) = line.split_once(':') {
                let words: Vec<String> = words
                    .split(',')
                    .map(|word| super::text::fold(word.trim()))
                    .collect();
                vocabulary.add(class.trim(), &words);
            }
        }
        for list in [
            &mut vocabulary.han.number,
            &mut vocabulary.han.between,
            &mut vocabulary.han.corner,
            &mut vocabulary.han.area,
            &mut vocabulary.han.post,
            &mut vocabulary.han.exit,
            &mut vocabulary.han.beside,
            &mut vocabulary.han.noise,
            &mut vocabulary.han.on,
        ] {
            list.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        }
        vocabulary
    }

    fn add(&mut self, class: &str, words: &[String]) {
        let Some(form) = words.first() else { return };
        let number = || {
            form.trim_end_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .unwrap_or(0)
        };
        let spoken = match class {
            "digit" => Some(Spoken::Small(number())),
            "tens" => Some(Spoken::Tens(number())),
            "times" => Some(Spoken::Times(number())),
            "ordinal" => Some(Spoken::Ordinal(number())),
            _ => None,
        };
        let role = match class {
            "between" => Some(Role::Between),
            "corner" => Some(Role::Corner),
            "unit" => Some(Role::Unit),
            "post" => Some(Role::Post),
            "exit" => Some(Role::Exit),
            "block" => Some(Role::Block),
            "span" => Some(Role::Span),
            "on" => Some(Role::On),
            _ => None,
        };
        let form_class = match class {
            "type" => Some(Class::Type),
            "direction" => Some(Class::Direction),
            "noise" => Some(Class::Noise),
            "word" => Some(Class::Word),
            _ => None,
        };
        for word in words {
            if let Some(spoken) = spoken
                && !word.starts_with(|c: char| c.is_ascii_digit())
            {
                self.numbers.insert(word.clone(), spoken);
            }
            if let Some(role) = role {
                self.roles.insert(word.clone(), role);
            }
            if let Some(form_class) = form_class {
                self.forms
                    .entry(word.clone())
                    .or_insert_with(|| (form.clone(), form_class));
            }
        }
        // The form is the short one in most rows; where it is the long one, it is written so.
        let written = words.get(1).filter(|word| word.len() > form.len());
        if let (Some(_), Some(written)) = (form_class, written) {
            self.written
                .entry(form.clone())
                .or_insert_with(|| written.clone());
        }
        match class {
            "ending" => {
                let shorts = words.iter().skip(1);
                self.endings
                    .extend(shorts.map(|short| (short.clone(), form.clone())));
            }
            "number" => self.han.number.extend_from_slice(words),
            "han-between" => self.han.between.extend_from_slice(words),
            "han-corner" => self.han.corner.extend_from_slice(words),
            "han-area" => self.han.area.extend_from_slice(words),
            "han-post" => self.han.post.extend_from_slice(words),
            "beside" => self.beside.extend(words.iter().cloned()),
            "lead" => self.lead.extend(words.iter().cloned()),
            "link" => self.link.extend(words.iter().cloned()),
            "exit-number" => self.before_exit_number.extend(words.iter().cloned()),
            "exit-noise" => self.beside_exit.extend(words.iter().cloned()),
            "post-unsaid" => self.post_unsaid.extend(words.iter().cloned()),
            "span-end" => self.span_end.extend(words.iter().cloned()),
            "route" => self.routes.extend(words.iter().cloned()),
            "bound" => {
                let degrees = form.parse().unwrap_or_default();
                let said = words.iter().skip(1);
                self.bounds.extend(said.map(|word| (word.clone(), degrees)));
            }
            "kind" => {
                for said in words.iter().skip(1) {
                    let kinds = self.kinds.entry(said.clone()).or_default();
                    kinds.push(form.clone());
                }
            }
            "han-noise" => self.han.noise.extend_from_slice(words),
            "han-road" => self.han.road.extend_from_slice(words),
            "han-on" => self.han.on.extend_from_slice(words),
            "han-beside" => self.han.beside.extend_from_slice(words),
            "han-exit" => self.han.exit.extend_from_slice(words),
            _ => {}
        }
    }

    /// The one form of a folded word, and its class.
    pub(crate) fn form(&self, word: &str) -> (String, Class) {
        if let Some((form, class)) = self.forms.get(word) {
            return (form.clone(), *class);
        }
        for (short, long) in &self.endings {
            if let Some(stem) = word.strip_suffix(short.as_str())
                && stem.chars().count() >= 2
                && !word.ends_with(long.as_str())
            {
                return (format!("{stem}{long}"), Class::Word);
            }
        }
        (word.to_owned(), Class::Word)
    }

    /// A form as people write it out.
    pub(crate) fn written<'a>(&'a self, form: &'a str) -> &'a str {
        self.written.get(form).map_or(form, String::as_str)
    }

    pub(crate) fn role(&self, word: &str) -> Option<Role> {
        self.roles.get(word).copied()
    }

    /// Whether a token stands between the two ends of a stretch: `between 5th and 6th`, `from J10 to J11`.
    pub(crate) fn parts_ends(&self, token: &Token) -> bool {
        token.is_mark("&")
            || self.role(&token.text) == Some(Role::Between)
            || self.is_span_end(&token.text)
    }

    /// Whether a word ends what `from` begins.
    pub(crate) fn is_span_end(&self, word: &str) -> bool {
        self.span_end.contains(word)
    }

    /// The way of traffic that a word says, in degrees from north over east.
    pub(crate) fn bound(&self, word: &str) -> Option<f64> {
        self.bounds.get(word).copied()
    }

    /// The categories of the things that people call so.
    pub(crate) fn kinds(&self, said: &str) -> &[String] {
        self.kinds.get(said).map_or(&[], Vec::as_slice)
    }

    /// Whether a word stands for whatever letters a road's number has.
    pub(crate) fn is_any_route(&self, word: &str) -> bool {
        self.routes.contains(word)
    }

    /// The words that fold to a form, with that form and its class.
    pub(crate) fn forms(&self) -> impl Iterator<Item = (&str, &str, Class)> {
        self.forms
            .iter()
            .map(|(word, (form, class))| (word.as_str(), form.as_str(), *class))
    }

    /// The words for numbers, with the token that names of streets have for them.
    pub(crate) fn number_words(&self) -> impl Iterator<Item = (&str, String)> {
        self.numbers
            .iter()
            .filter_map(|(word, spoken)| match spoken {
                Spoken::Small(n) | Spoken::Tens(n) => Some((word.as_str(), n.to_string())),
                Spoken::Ordinal(n) => Some((word.as_str(), ordinal_text(&n.to_string()))),
                Spoken::Times(_) => None,
            })
    }

    /// Cuts a text into tokens, with numbers in words turned into digits.
    pub(crate) fn tokens(&self, text: &str) -> Vec<Token> {
        let tokens = tokenize(text);
        match tokens.iter().any(|token| token.script == Script::Han) {
            true => self.digits(tokens.into_iter().flat_map(han_number).collect()),
            false => self.digits(tokens),
        }
    }

    /// Turns `twenty first` into `21st`, `one twenty three` and `one two three` into `123`.
    fn digits(&self, tokens: Vec<Token>) -> Vec<Token> {
        let mut out = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while at < tokens.len() {
            let spoken = |i: usize| {
                tokens
                    .get(i)
                    .and_then(|token: &Token| self.numbers.get(&token.text))
                    .copied()
            };
            if spoken(at).is_none() {
                out.push(tokens[at].clone());
                at += 1;
                continue;
            }
            let mut digits = String::new();
            // `33 hundred block`; but `5 Hundred Acre Lane` is a house.
            let is_block = tokens
                .get(at + 1)
                .is_some_and(|token| self.role(&token.text) == Some(Role::Block));
            let mut group = match spoken(at) {
                Some(Spoken::Times(_)) if is_block => take_number(&mut out),
                _ => 0,
            };
            let mut ordinal = false;
            while let Some(word) = spoken(at) {
                at += 1;
                match word {
                    Spoken::Ordinal(n) => {
                        group = if n < 10 && group >= 20 && group.is_multiple_of(10) {
                            group + n
                        } else {
                            flush(&mut digits, &mut group);
                            n
                        };
                        ordinal = true;
                        break;
                    }
                    Spoken::Small(n) if n < 10 && group >= 20 && group.is_multiple_of(10) => {
                        group += n
                    }
                    Spoken::Small(0) => {
                        flush(&mut digits, &mut group);
                        digits.push('0');
                    }
                    Spoken::Small(n) | Spoken::Tens(n) => {
                        flush(&mut digits, &mut group);
                        group = n;
                    }
                    Spoken::Times(n) => {
                        group = group.max(1).saturating_mul(n).min(99_999);
                        // `one hundred and ten`; but not `fifth and ten`, which is a crossing.
                        let and = tokens.get(at).is_some_and(|token| token.text == "and");
                        let small = |spoken| matches!(spoken, Spoken::Small(_) | Spoken::Tens(_));
                        if and && spoken(at + 1).is_some_and(small) {
                            at += 1;
                        }
                    }
                }
                if digits.len() > 8 {
                    break;
                }
            }
            flush(&mut digits, &mut group);
            if ordinal {
                out.push(Token::new(ordinal_text(&digits), Script::Word));
            } else {
                out.push(Token::new(digits, Script::Number));
            }
        }
        out
    }
}

/// Takes the small number that stands last, or 0.
fn take_number(out: &mut Vec<Token>) -> u32 {
    let last = out.last().filter(|token| token.script == Script::Number);
    let number = last.and_then(|token| token.text.parse().ok());
    match number.filter(|number| (1..1_000).contains(number)) {
        Some(number) => {
            out.pop();
            number
        }
        None => 0,
    }
}

/// `长安街一百二十号` as `长安街`, `120`, `号`; a name such as `一号公馆` stays as it is.
fn han_number(token: Token) -> Vec<Token> {
    const NUMERALS: &str = "零〇一二三四五六七八九十百千两";
    let letters: Vec<char> = token.text.chars().collect();
    let end = letters.iter().position(|c| *c == '号');
    // `十号线` and `一号门` are names; `十二号对面` and `一号出口` are not.
    let goes_on = |end: &usize| {
        let next = letters.get(end + 1);
        next.is_none_or(|next| ['附', '旁', '对', '斜', '隔', '出'].contains(next))
    };
    let Some(end) = end.filter(goes_on) else {
        return vec![token];
    };
    let before = letters[..end].iter().rev();
    let start = end - before.take_while(|c| NUMERALS.contains(**c)).count();
    let value = han_value(&letters[start..end]);
    let (true, Some(value)) = (start >= 2, value) else {
        return vec![token];
    };
    vec![
        Token::new(letters[..start].iter().collect::<String>(), Script::Han),
        Token::new(value.to_string(), Script::Number),
        Token::new(letters[end..].iter().collect::<String>(), Script::Han),
    ]
}

/// The value of a number in Chinese numerals below ten thousand: `一百二十`, `十二`, `一二〇`.
fn han_value(numerals: &[char]) -> Option<u32> {
    const DIGITS: &str = "零一二三四五六七八九";
    let digit = |c: char| match c {
        '〇' => Some(0),
        '两' => Some(2),
        c => DIGITS
            .chars()
            .position(|digit| digit == c)
            .map(|n| n as u32),
    };
    if numerals.is_empty() || numerals.len() > 9 {
        return None;
    }
    let spelt = numerals.iter().all(|c| digit(*c).is_some());
    if spelt && numerals.len() > 1 {
        return numerals
            .iter()
            .try_fold(0_u32, |sum, c| sum.checked_mul(10)?.checked_add(digit(*c)?));
    }
    let (mut sum, mut last) = (0, None);
    for c in numerals {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            c => {
                last = digit(*c);
                continue;
            }
        };
        sum += last.take().unwrap_or(1) * unit;
    }
    Some(sum + last.unwrap_or(0))
}

/// Appends the group's digits; after a `hundred` the next words fill its zeros.
fn flush(digits: &mut String, group: &mut u32) {
    if *group == 0 {
        return;
    }
    let text = group.to_string();
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    if zeros >= 2 && text.len() <= zeros && !digits.is_empty() {
        digits.truncate(digits.len() - text.len());
    }
    digits.push_str(&text);
    *group = 0;
}

/// `21` as `21st`.
pub(crate) fn ordinal_text(digits: &str) -> String {
    let tens = digits.len() >= 2 && digits.as_bytes()[digits.len() - 2] == b'1';
    let suffix = match digits.as_bytes().last() {
        Some(b'1') if !tens => "st",
        Some(b'2') if !tens => "nd",
        Some(b'3') if !tens => "rd",
        _ => "th",
    };
    format!("{digits}{suffix}")
}
