//! One line of a script, taken apart into words.

use std::collections::VecDeque;

use super::{DAY, NotACommand};
use crate::{
    ActorId, Center, Code, Context, IncidentId, Place, Point, Purpose, Refusal, Text, Timestamp,
    UnitId,
};

/// One word of a line.
#[derive(Clone, Debug, PartialEq)]
enum Word {
    /// As it stands.
    Plain(String),
    /// From double quotes: never a keyword or a number.
    Quoted(String),
    /// After an `@`.
    Place(String),
}

/// What is left of a line while it is read from left to right.
#[derive(Clone, Debug)]
pub(super) struct Words {
    words: VecDeque<Word>,
    tail: Option<String>,
}

pub(super) fn syntax<T>(what: impl Into<String>) -> Result<T, NotACommand> {
    Err(NotACommand::Syntax(what.into()))
}

impl Words {
    /// Takes a line apart; refuses a quote without its end.
    pub(super) fn new(line: &str) -> Result<Self, NotACommand> {
        let mut words = VecDeque::new();
        let mut rest = line.trim_start();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix("//") {
                return Ok(Self {
                    words,
                    tail: Some(tail.trim().to_owned()),
                });
            }
            let (is_place, body) = match rest.strip_prefix('@') {
                Some(body) => (true, body),
                None => (false, rest),
            };
            let (word, is_quoted, after) = match body.strip_prefix('"') {
                Some(open) => match open.split_once('"') {
                    Some((word, after)) => (word, true, after),
                    None => return syntax("a quote is not closed"),
                },
                None => {
                    let end = body.find(char::is_whitespace).unwrap_or(body.len());
                    (&body[..end], false, &body[end..])
                }
            };
            words.push_back(match (is_place, is_quoted) {
                (true, _) => Word::Place(word.to_owned()),
                (false, true) => Word::Quoted(word.to_owned()),
                (false, false) => Word::Plain(word.to_owned()),
            });
            rest = after.trim_start();
        }
        Ok(Self { words, tail: None })
    }

    /// Takes time, actor and purpose from the front; what is not given stays as in `before`.
    pub(super) fn context(&mut self, before: Context) -> Result<Context, NotACommand> {
        let mut context = before;
        if let Some(at) = self.plain().and_then(time_of_day) {
            self.words.pop_front();
            context.at = at;
        }
        if self.keyword("by") {
            context.actor = ActorId(self.number("the actor's number")?);
        }
        if self.keyword("for") {
            let name = self.text_word("a purpose")?;
            match Purpose::ALL.into_iter().find(|p| p.name() == name) {
                Some(purpose) => context.purpose = purpose,
                None => return syntax(format!("there is no purpose {name}")),
            }
        }
        Ok(context)
    }

    /// The next word, if it is neither quoted nor a place.
    fn plain(&self) -> Option<&str> {
        match self.words.front()? {
            Word::Plain(word) => Some(word),
            _ => None,
        }
    }

    /// Takes the next word if it is this one.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let is_next = self.plain() == Some(keyword);
        if is_next {
            self.words.pop_front();
        }
        is_next
    }

    /// Whether the next word is this one.
    pub(super) fn is_next(&self, keyword: &str) -> bool {
        self.plain() == Some(keyword)
    }

    /// Takes the number of an alarm if `alarm` is next.
    pub(super) fn alarm(&mut self) -> Result<Option<u8>, NotACommand> {
        match self.keyword("alarm") {
            true => self.number("an alarm's number").map(Some),
            false => Ok(None),
        }
    }

    /// Takes a pair of coordinates if one is next, as in `(50.85,4.35)`.
    pub(super) fn point(&mut self) -> Result<Option<Point>, NotACommand> {
        let Some(pair) = self.plain().filter(|word| word.starts_with('(')) else {
            return Ok(None);
        };
        let point = coordinates(pair).and_then(|(lat, lon)| Point::from_degrees(lat, lon));
        if point.is_none() {
            return syntax(format!("{pair} is not a pair of coordinates"));
        }
        self.words.pop_front();
        Ok(point)
    }

    /// Takes the last word if it is this one.
    pub(super) fn last_keyword(&mut self, keyword: &str) -> bool {
        let is_last = self.words.back() == Some(&Word::Plain(keyword.to_owned()));
        if is_last {
            self.words.pop_back();
        }
        is_last
    }

    /// Whether no word is left; free text after `//` does not count.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Takes the next word, quoted or not.
    pub(super) fn text_word(&mut self, what: &str) -> Result<String, NotACommand> {
        match self.words.pop_front() {
            Some(Word::Plain(word) | Word::Quoted(word)) => Ok(word),
            Some(Word::Place(_)) => syntax(format!("here stands a place instead of {what}")),
            None => syntax(format!("{what} is missing")),
        }
    }

    /// Takes a code.
    pub(super) fn code(&mut self, what: &str) -> Result<Code, NotACommand> {
        let word = self.text_word(what)?;
        Code::new(&word).or_else(|error| syntax(format!("{what}: {error}")))
    }

    /// Takes a code if a word is next that is not a place; `-` stands for none.
    pub(super) fn code_or_none(&mut self, what: &str) -> Result<Option<Code>, NotACommand> {
        let is_place = matches!(self.words.front(), Some(Word::Place(_)));
        if self.words.is_empty() || is_place || self.keyword("-") {
            return Ok(None);
        }
        self.code(what).map(Some)
    }

    /// Takes a free text of one word if there is one; `-` stands for none.
    pub(super) fn short_text(&mut self, what: &str) -> Result<Option<Text>, NotACommand> {
        if self.words.is_empty() || self.keyword("-") {
            return Ok(None);
        }
        let word = self.text_word(what)?;
        match Text::new(&word) {
            Ok(text) => Ok(Some(text)),
            Err(error) => syntax(format!("{what}: {error}")),
        }
    }

    /// Takes a number.
    pub(super) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, NotACommand> {
        let word = self.text_word(what)?;
        match word.parse() {
            Ok(number) => Ok(number),
            Err(_) => syntax(format!("{word} is not {what}")),
        }
    }

    /// Takes a time of the scripts' day.
    pub(super) fn time(&mut self, what: &str) -> Result<Timestamp, NotACommand> {
        let word = self.text_word(what)?;
        match time_of_day(&word) {
            Some(at) => Ok(at),
            None => syntax(format!("{word} is not {what}, like 14:30:00")),
        }
    }

    /// Takes an incident's number, with or without `#`.
    pub(super) fn incident(&mut self) -> Result<IncidentId, NotACommand> {
        match self.incident_if_any() {
            Some(id) => Ok(id),
            None => syntax("an incident's number is missing"),
        }
    }

    /// Takes an incident's number if one is next.
    pub(super) fn incident_if_any(&mut self) -> Option<IncidentId> {
        let id = self.plain().and_then(incident_number)?;
        self.words.pop_front();
        Some(id)
    }

    /// Takes an incident's number from the end.
    pub(super) fn last_incident(&mut self) -> Result<IncidentId, NotACommand> {
        match self.words.pop_back() {
            Some(Word::Plain(word)) if incident_number(&word).is_some() => {
                Ok(incident_number(&word).expect("looked at above"))
            }
            _ => syntax("an incident's number is missing at the end"),
        }
    }

    /// Takes a call sign and finds its unit.
    pub(super) fn unit(&mut self, center: &Center) -> Result<UnitId, NotACommand> {
        let call_sign = self.text_word("a call sign")?;
        match center.unit_called(&call_sign) {
            Some(unit) => Ok(unit.id),
            None => Err(Refusal::UnknownUnit(call_sign).into()),
        }
    }

    /// Takes a place if one is next, as in `@"212 Elm St" (50.85,4.35)`.
    pub(super) fn place(&mut self) -> Result<Option<Place>, NotACommand> {
        let Some(Word::Place(words)) = self.words.front() else {
            return Ok(None);
        };
        let text = Text::new(words).or_else(|error| syntax(format!("the place: {error}")))?;
        self.words.pop_front();
        let Some(pair) = self.plain().filter(|word| word.starts_with('(')) else {
            return Ok(Some(Place::new(text, None)));
        };
        let Some(lat_lon) = coordinates(pair) else {
            return syntax(format!("{pair} is not a pair of coordinates"));
        };
        self.words.pop_front();
        Ok(Some(Place::new(text, Some(lat_lon))))
    }

    /// Takes the free text after `//`.
    pub(super) fn tail(&mut self, what: &str) -> Result<Text, NotACommand> {
        match self.tail_if_any()? {
            Some(text) => Ok(text),
            None => syntax(format!("{what} is missing; it stands after //")),
        }
    }

    /// Takes the free text after `//` if there is one.
    pub(super) fn tail_if_any(&mut self) -> Result<Option<Text>, NotACommand> {
        match self.tail.take().as_deref().map(Text::new) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(error)) => syntax(format!("the text after //: {error}")),
        }
    }

    /// Refuses what is left over.
    pub(super) fn finish(&self) -> Result<(), NotACommand> {
        match (self.words.front(), &self.tail) {
            (Some(Word::Plain(word) | Word::Quoted(word) | Word::Place(word)), _) => {
                syntax(format!("{word} has no place here"))
            }
            (None, Some(_)) => syntax("a text after // has no place here"),
            (None, None) => Ok(()),
        }
    }
}

/// `HH:MM:SS`, perhaps with a fraction, on the scripts' day.
fn time_of_day(word: &str) -> Option<Timestamp> {
    let (clock, fraction) = word.split_once('.').unwrap_or((word, "0"));
    let mut parts = clock.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    // Hours go on past 24: the next day of a long shift.
    let is_time = parts.next().is_none() && (0..60).contains(&minute) && (0..60).contains(&second);
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let seconds = hour * 3_600 + minute * 60 + second;
    (is_time && (0..1_000).contains(&hour) && (0..1_000_000).contains(&micros))
        .then(|| Timestamp::from_micros(DAY.micros() + seconds * 1_000_000 + micros))
}

fn incident_number(word: &str) -> Option<IncidentId> {
    let digits = word.strip_prefix('#').unwrap_or(word);
    digits.parse().ok().map(IncidentId)
}

fn coordinates(word: &str) -> Option<(f64, f64)> {
    let (lat, lon) = word.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    let (lat, lon): (f64, f64) = (lat.parse().ok()?, lon.parse().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some((lat, lon))
}
