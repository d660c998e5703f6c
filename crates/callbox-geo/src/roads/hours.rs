//! Times at which a conditional tag counts: the part of OpenStreetMap's opening hours that says the
//! same each year. <https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>
//!
//! Read are months and days of months, weekdays, times of day (also past midnight), several rules
//! (a later one counts instead of an earlier one on its days), `off` and `24/7`. Holidays are not
//! known, so a rule for them alone is left out. Anything else is refused as a whole: sunset, weeks,
//! years, the second Friday, an open end.

/// Is what the clock on the wall says: what conditional tags are asked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WallClock {
    /// 1..=12.
    pub month: u8,
    /// 1..=31.
    pub day: u8,
    /// 0 is Monday.
    pub weekday: u8,
    /// Minutes since midnight, 0..=1439.
    pub minute: u16,
}

impl WallClock {
    fn yesterday(self) -> Self {
        let (month, day) = match (self.day, self.month) {
            (2.., month) => (month, self.day - 1),
            (_, 1) => (12, 31),
            // The year is not known: of a leap day's rules the day after February 28 has them too.
            (_, 3) => (2, 29),
            (_, 5 | 7 | 10 | 12) => (self.month - 1, 30),
            (_, month) => (month - 1, 31),
        };
        Self {
            month,
            day,
            weekday: (self.weekday + 6) % 7,
            minute: self.minute + DAY,
        }
    }
}

const DAY: u16 = 24 * 60;
/// The most rules that one condition may have.
const MOST_RULES: usize = 64;

/// Says when something counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hours(Vec<Rule>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rule {
    /// Days of the year from, to; none means all.
    dates: Vec<[(u8, u8); 2]>,
    /// One bit per weekday; `None` means all.
    weekdays: Option<u8>,
    /// Minutes from, to; beyond 1440 on the next day. None means all day.
    spans: Vec<[u16; 2]>,
    off: bool,
    /// Counts beside the rule before instead of in its place.
    adds: bool,
}

impl Rule {
    fn has_day(&self, at: WallClock) -> bool {
        let date = (at.month, at.day);
        let dated = self.dates.iter().any(|&[from, to]| match from <= to {
            true => from <= date && date <= to,
            false => from <= date || date <= to,
        });
        let weekday = self.weekdays.is_none_or(|days| days >> at.weekday & 1 == 1);
        weekday && (self.dates.is_empty() || dated)
    }

    fn has_minute(&self, minute: u16) -> bool {
        match self.spans.is_empty() {
            true => minute < DAY,
            false => self
                .spans
                .iter()
                .any(|&[from, to]| (from..to).contains(&minute)),
        }
    }
}

impl Hours {
    /// Reads a condition; `None` for what is not read.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut at = Reader { tokens: &tokens };
        let mut rules = Vec::new();
        let mut adds = false;
        loop {
            let mut rule = at.rule()?;
            rule.adds = adds;
            rules.push(rule);
            if rules.len() > MOST_RULES {
                return None;
            }
            adds = match at.take() {
                None => break,
                Some(Token::Semicolon) if at.tokens.is_empty() => break,
                Some(Token::Semicolon) => false,
                Some(Token::Comma) => true,
                Some(_) => return None,
            };
        }
        // Holidays alone say nothing that can be known here.
        rules.retain(|rule| rule.weekdays != Some(0));
        (!rules.is_empty()).then_some(Self(rules))
    }

    /// Tells whether it counts at this time.
    pub(crate) fn hold(&self, at: WallClock) -> bool {
        self.on(at) || self.on(at.yesterday())
    }

    /// The last rule of the day decides, with those that add to it.
    fn on(&self, at: WallClock) -> bool {
        let mut counts = false;
        for rule in self.0.iter().filter(|rule| rule.has_day(at)) {
            let now = rule.has_minute(at.minute);
            counts = match (rule.off, rule.adds) {
                (true, _) => counts && !now,
                (false, true) => counts || now,
                (false, false) => now,
            };
        }
        counts
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Month(u8),
    /// One bit per weekday; 0 for holidays.
    Weekday(u8),
    Time(u16),
    Number(u8),
    Off,
    Open,
    Always,
    Dash,
    Comma,
    Semicolon,
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit() || c == ':' || c == '/');
            let word = rest[..length].trim_end_matches(':');
            tokens.push(number(word)?);
            word.len()
        } else if first.is_ascii_alphabetic() {
            let length = run(|c| c.is_ascii_alphabetic());
            tokens.push(word(&rest[..length])?);
            length
        } else {
            match first {
                '-' | '–' => tokens.push(Token::Dash),
                ',' => tokens.push(Token::Comma),
                ';' => tokens.push(Token::Semicolon),
                // A colon after months or days means nothing.
                ' ' | ':' => {}
                _ => return None,
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

fn number(word: &str) -> Option<Token> {
    if word == "24/7" {
        return Some(Token::Always);
    }
    let Some((hours, minutes)) = word.split_once(':') else {
        return Some(Token::Number(word.parse().ok()?));
    };
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 48 && minutes < 60).then_some(Token::Time(hours * 60 + minutes))
}

fn word(word: &str) -> Option<Token> {
    let word = word.to_ascii_lowercase();
    let place = |list: &[&str]| list.iter().position(|name| *name == word);
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    if let Some(month) = place(&MONTHS) {
        return Some(Token::Month(month as u8 + 1));
    }
    let short = place(&["mo", "tu", "we", "th", "fr", "sa", "su"]);
    if let Some(day) = short.or_else(|| place(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"])) {
        return Some(Token::Weekday(1 << day));
    }
    match word.as_str() {
        "ph" | "sh" => Some(Token::Weekday(0)),
        "off" | "closed" => Some(Token::Off),
        "open" => Some(Token::Open),
        _ => None,
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
}

impl Reader<'_> {
    fn take(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    /// Takes a comma when what comes after it goes on with the same list.
    fn goes_on(&mut self, same: impl Fn(Token) -> bool) -> bool {
        let on = self.tokens.first() == Some(&Token::Comma)
            && self.tokens.get(1).is_some_and(|next| same(*next));
        if on {
            self.take();
        }
        on
    }

    fn rule(&mut self) -> Option<Rule> {
        let mut rule = Rule::default();
        let mut said = false;
        while let Some(&next) = self.tokens.first() {
            match next {
                Token::Month(_) => self.dates(&mut rule)?,
                Token::Weekday(_) => self.weekdays(&mut rule)?,
                Token::Time(_) => self.spans(&mut rule)?,
                Token::Off => {
                    rule.off = true;
                    self.take();
                }
                Token::Open | Token::Always => {
                    self.take();
                }
                Token::Comma | Token::Semicolon => break,
                Token::Number(_) | Token::Dash => return None,
            }
            said = true;
        }
        said.then_some(rule)
    }

    fn dates(&mut self, rule: &mut Rule) -> Option<()> {
        loop {
            let (month, day) = self.date()?;
            let from = (month, day.unwrap_or(1));
            let mut to = (month, day.unwrap_or(31));
            if self.tokens.first() == Some(&Token::Dash) {
                self.take();
                to = match self.tokens.first()? {
                    Token::Month(_) => {
                        let (month, day) = self.date()?;
                        (month, day.unwrap_or(31))
                    }
                    // `Jan 1-15`: the same month.
                    Token::Number(day) if (1..=31).contains(day) => {
                        let to = (month, *day);
                        self.take();
                        to
                    }
                    _ => return None,
                };
            }
            rule.dates.push([from, to]);
            if !self.goes_on(|token| matches!(token, Token::Month(_))) {
                return Some(());
            }
        }
    }

    fn date(&mut self) -> Option<(u8, Option<u8>)> {
        let Some(Token::Month(month)) = self.take() else {
            return None;
        };
        let Some(&Token::Number(day)) = self.tokens.first() else {
            return Some((month, None));
        };
        self.take();
        (1..=31).contains(&day).then_some((month, Some(day)))
    }

    fn weekdays(&mut self, rule: &mut Rule) -> Option<()> {
        let days = rule.weekdays.get_or_insert(0);
        loop {
            let Some(Token::Weekday(from)) = self.take() else {
                return None;
            };
            *days |= from;
            if self.tokens.first() == Some(&Token::Dash) {
                self.take();
                let Some(Token::Weekday(to)) = self.take() else {
                    return None;
                };
                if from == 0 || to == 0 {
                    return None;
                }
                let mut day = from;
                while day != to {
                    day = if day == 1 << 6 { 1 } else { day << 1 };
                    *days |= day;
                }
            }
            if !self.goes_on(|token| matches!(token, Token::Weekday(_))) {
                return Some(());
            }
        }
    }

    fn spans(&mut self, rule: &mut Rule) -> Option<()> {
        loop {
            let (Some(Token::Time(from)), Some(Token::Dash), Some(Token::Time(mut to))) =
                (self.take(), self.take(), self.take())
            else {
                return None;
            };
            if from > DAY {
                return None;
            }
            if to <= from {
                to += DAY;
            }
            rule.spans.push([from, to]);
            if !self.goes_on(|token| matches!(token, Token::Time(_))) {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
