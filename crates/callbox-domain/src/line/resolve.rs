//! Names on a line and what they mean in this state.

use std::sync::Arc;

use super::{
    Act, Mistake, Reading, Verb, What,
    verbs::{self, Does},
    words::{Word, Words, quoted},
};
use crate::{
    AlarmId, Center, Code, Incident, IncidentId, IncidentState, Text, Unit, UnitId, UnitStatus,
};

/// How many choices an ambiguous word lists.
const CHOICES: usize = 8;

/// Reads a line from left to right and writes it anew with full names.
pub(super) struct Reader<'a> {
    pub(super) center: &'a Center,
    selected: Option<IncidentId>,
    pub(super) words: Words,
    pub(super) verb: &'static Verb,
    line: String,
    values: Vec<(&'static str, String)>,
    /// The status that the verb itself names.
    pub(super) status: Option<Code>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(center: &'a Center, selected: Option<IncidentId>, words: Words) -> Self {
        Self {
            center,
            selected,
            words,
            verb: verbs::HELP,
            line: String::new(),
            values: Vec::new(),
            status: None,
        }
    }

    pub(super) fn read(mut self) -> Result<Reading, Mistake> {
        let Some(first) = self.words.take() else {
            return Err(Mistake::Empty);
        };
        let Some((verb, status)) = verb(self.center, &first) else {
            return Err(Mistake::UnknownVerb {
                word: first.text,
                at: first.at,
            });
        };
        self.verb = verb;
        // In full a status is named by its code, which may be another verb's word.
        self.line = match verb.does {
            Does::Status => verbs::STATUS.words[0].to_owned(),
            _ => verb.words[0].to_owned(),
        };
        if let Some(status) = &status {
            self.values.push(("status", status.label.to_string()));
        }
        self.status = status.map(|status| status.code.clone());
        let act = verbs::act(&mut self)?;
        self.finish(act)
    }

    fn finish(mut self, act: Act) -> Result<Reading, Mistake> {
        let left = self.words.take();
        // A place and a text are named with the sign that they began with: there may be nothing behind it.
        let place = self.words.place.take().map(|word| ("@", word));
        let text = self.words.text.take().map(|word| ("//", word));
        if let Some((sign, word)) = left.map(|word| ("", word)).or(place).or(text) {
            return Err(Mistake::LeftOver {
                word: format!("{sign}{}", word.text),
                verb: self.verb,
                at: word.at,
            });
        }
        Ok(Reading {
            line: self.line,
            act,
            verb: self.verb,
            values: self.values,
        })
    }

    /// Fills a hole of the sentence that says what the line does.
    pub(super) fn say(&mut self, name: &'static str, value: impl ToString) {
        self.values.push((name, value.to_string()));
    }

    /// Goes on with the full line.
    pub(super) fn write(&mut self, word: &str) {
        self.line.push(' ');
        self.line.push_str(word);
    }

    pub(super) fn missing<T>(&self, what: What) -> Result<T, Mistake> {
        Err(Mistake::Missing {
            what,
            verb: self.verb,
            at: (self.words.end, self.words.end),
        })
    }

    pub(super) fn unknown<T>(&self, what: What, word: Word) -> Result<T, Mistake> {
        Err(Mistake::Unknown {
            what,
            word: word.text,
            verb: self.verb,
            at: word.at,
        })
    }

    /// The full line is another verb's from its beginning.
    pub(super) fn begin_anew(&mut self, verb: &'static Verb) {
        verb.words[0].clone_into(&mut self.line);
    }

    /// The place that is meant where none is typed.
    pub(super) fn offer_place(&mut self, place: Option<String>) {
        let typed = self.words.place.as_ref();
        if typed.is_none_or(|word| word.text.is_empty())
            && let Some(text) = place
        {
            self.words.place = Some(self.inserted(text));
        }
    }

    /// Words that stand before the text that is typed.
    pub(super) fn precede_text(&mut self, words: Option<&str>) {
        let Some(words) = words else { return };
        let typed = self.words.text.take();
        let typed = typed.map_or_else(String::new, |word| word.text);
        let text = format!("{words} {typed}").trim_end().to_owned();
        self.words.text = Some(self.inserted(text));
    }

    fn inserted(&self, text: String) -> Word {
        Word {
            text,
            is_quoted: true,
            at: (self.words.end, self.words.end),
        }
    }

    /// How many words are left.
    pub(super) fn left(&self) -> usize {
        self.words.words.len()
    }

    /// Whether the line insists with a `!`.
    pub(super) fn insists(&mut self) -> bool {
        let insists = self.words.insists;
        if insists {
            self.write("!");
        }
        insists
    }

    /// Takes a unit.
    pub(super) fn unit(&mut self) -> Result<UnitId, Mistake> {
        let Some(word) = self.words.take() else {
            return self.missing(What::Unit);
        };
        match unit(self.center, &word.text) {
            Some(unit) => {
                let sign = quoted(unit.call_sign.as_str());
                self.write(&sign);
                self.say("unit", &unit.call_sign);
                Ok(unit.id)
            }
            None => self.unknown(What::Unit, word),
        }
    }

    /// Takes units as long as words name some; a word that may be an incident too is a mistake.
    pub(super) fn units(&mut self) -> Result<Vec<UnitId>, Mistake> {
        let mut units = Vec::new();
        let mut signs = Vec::new();
        while let Some(word) = self.words.next() {
            let is_last = self.left() == 1;
            let found = unit(self.center, &word.text);
            let is_number = !word.is_quoted && number(word).is_some();
            match found {
                Some(unit) => {
                    let ending = endings(self.center, &word.text);
                    if is_last && is_number && !units.is_empty() && !ending.is_empty() {
                        return Err(Mistake::Ambiguous {
                            word: word.text.clone(),
                            choices: [format!("\"{}\"", unit.call_sign)]
                                .into_iter()
                                .chain(ending.iter().map(|id| format!("#{}", id.0)))
                                .take(CHOICES)
                                .collect(),
                            at: word.at,
                        });
                    }
                    if !units.contains(&unit.id) {
                        units.push(unit.id);
                        signs.push(unit.call_sign.to_string());
                        let sign = quoted(unit.call_sign.as_str());
                        // A call sign of digits would be read as a number the next time.
                        self.write(&if is_number {
                            format!("\"{sign}\"")
                        } else {
                            sign
                        });
                    }
                    self.words.take();
                }
                None if is_number && is_last => break,
                None => {
                    let word = self.words.take().expect("looked at above");
                    return self.unknown(What::Unit, word);
                }
            }
        }
        self.say("units", signs.join(", "));
        Ok(units)
    }

    /// Takes an open incident, or the selected one where no number is next.
    pub(super) fn incident(&mut self) -> Result<IncidentId, Mistake> {
        self.incident_as("incident")
    }

    /// The same under another name in the sentence.
    pub(super) fn incident_as(&mut self, name: &'static str) -> Result<IncidentId, Mistake> {
        match self.words.next().is_some_and(|word| number(word).is_some()) {
            true => self.named_incident(name),
            false => self.selected_incident(name),
        }
    }

    /// Takes the incident that is meant where none is named.
    pub(super) fn selected_incident(&mut self, name: &'static str) -> Result<IncidentId, Mistake> {
        match (self.selected, self.words.next()) {
            (Some(id), _) => Ok(self.found(name, id)),
            (None, Some(_)) if self.verb.does != Does::Note => {
                let word = self.words.take().expect("looked at above");
                self.unknown(What::Incident, word)
            }
            (None, _) => self.missing(What::Incident),
        }
    }

    /// Whether a word, 0 for the next, can only be an incident: `#12`, or a number above `most`.
    pub(super) fn is_incident_at(&self, at: usize, most: u64) -> bool {
        let digits = self.words.words.get(at).and_then(number);
        digits.is_some_and(|(digits, is_whole)| {
            is_whole || digits.parse::<u64>().is_ok_and(|number| number > most)
        })
    }

    /// Of two words, puts the incident first where it was typed last, as behind a unit: `C DONE 2612`.
    ///
    /// `is_other` says what the other word looks like, so that no word is moved that may be meant as it stands.
    pub(super) fn incident_first(&mut self, is_other: impl Fn(&Word) -> bool) {
        let [first, second] = [0, 1].map(|at| self.words.words.get(at));
        let (Some(first), Some(second)) = (first, second) else {
            return;
        };
        if self.left() == 2 && is_other(first) && number(second).is_some() {
            self.words.turn();
        }
    }

    /// Takes an incident if its number is next.
    pub(super) fn incident_if_any(&mut self) -> Result<Option<IncidentId>, Mistake> {
        match self.words.next().is_some_and(|word| number(word).is_some()) {
            true => self.named_incident("incident").map(Some),
            false => Ok(None),
        }
    }

    /// Takes an incident that has to be named.
    pub(super) fn named_incident(&mut self, name: &'static str) -> Result<IncidentId, Mistake> {
        let Some(word) = self.words.take() else {
            return self.missing(What::Incident);
        };
        let Some((digits, is_whole)) = number(&word) else {
            return self.unknown(What::Incident, word);
        };
        if is_whole {
            let id = digits.parse().map(IncidentId).ok();
            let known = |id: &IncidentId| {
                self.center.incident(*id).is_some() || self.center.is_archived(*id)
            };
            return match id.filter(known) {
                Some(id) => Ok(self.found(name, id)),
                None => self.unknown(What::Incident, word),
            };
        }
        let mut fits = endings(self.center, digits);
        if fits.is_empty() {
            // What is closed is meant only where nothing open fits.
            fits = closed_endings(self.center, digits);
        }
        match fits[..] {
            [id] => Ok(self.found(name, id)),
            [] => self.unknown(What::Incident, word),
            _ => Err(Mistake::Ambiguous {
                choices: fits
                    .iter()
                    .take(CHOICES)
                    .map(|id| format!("#{}", id.0))
                    .collect(),
                word: word.text,
                at: word.at,
            }),
        }
    }

    fn found(&mut self, name: &'static str, id: IncidentId) -> IncidentId {
        self.write(&format!("#{}", id.0));
        let words = incident_words(self.center, id);
        self.say(name, words);
        id
    }

    /// Takes a code of a table of the configuration, whatever its case.
    pub(super) fn code<'t>(
        &mut self,
        what: What,
        name: &'static str,
        rows: impl Iterator<Item = (&'t Code, &'t Code)>,
    ) -> Result<Code, Mistake> {
        let Some(word) = self.words.take() else {
            return self.missing(what);
        };
        let wanted = word.text.to_lowercase();
        let mut rows: Vec<_> = rows.collect();
        rows.retain(|(code, _)| code.as_str().to_lowercase() == wanted);
        match rows.first() {
            Some((code, label)) => {
                self.write(&quoted(code.as_str()));
                self.say(name, label);
                Ok((*code).clone())
            }
            None => self.unknown(what, word),
        }
    }

    /// Takes a number.
    pub(super) fn number<T: std::str::FromStr>(
        &mut self,
        what: What,
        name: &'static str,
    ) -> Result<T, Mistake> {
        let Some(word) = self.words.take() else {
            return self.missing(what);
        };
        match word.text.parse() {
            Ok(number) => {
                self.write(&word.text);
                self.say(name, word.text);
                Ok(number)
            }
            Err(_) => self.unknown(what, word),
        }
    }

    /// Takes the sign `>` or `<`.
    pub(super) fn sign(&mut self, sign: &str) -> Result<(), Mistake> {
        if self
            .words
            .next()
            .is_none_or(|word| word.is_quoted || word.text != sign)
        {
            return self.missing(What::Sign);
        }
        self.words.take();
        self.write(sign);
        Ok(())
    }

    /// Takes what stands after `//`.
    pub(super) fn text_if_any(&mut self) -> Result<Option<Text>, Mistake> {
        let Some(word) = self.words.text.take().filter(|word| !word.text.is_empty()) else {
            return Ok(None);
        };
        let Ok(text) = Text::new(&word.text) else {
            let (what, at) = (What::Text, word.at);
            return Err(Mistake::Unprintable { what, at });
        };
        self.write(&format!("//{text}"));
        self.say("text", &text);
        Ok(Some(text))
    }

    /// Takes what has to stand after `//`.
    pub(super) fn text(&mut self) -> Result<Text, Mistake> {
        match self.text_if_any()? {
            Some(text) => Ok(text),
            None => self.missing(What::Text),
        }
    }

    /// Takes what stands after `@`.
    pub(super) fn place_if_any(&mut self) -> Result<Option<Text>, Mistake> {
        let Some(word) = self.words.place.take().filter(|word| !word.text.is_empty()) else {
            return Ok(None);
        };
        let Ok(text) = Text::new(&word.text) else {
            let (what, at) = (What::Place, word.at);
            return Err(Mistake::Unprintable { what, at });
        };
        self.write(&format!("@{text}"));
        self.say("place", &text);
        Ok(Some(text))
    }

    /// The alarm of a unit or an incident, or the first that nobody has acknowledged.
    pub(super) fn alarm(&mut self) -> Result<AlarmId, Mistake> {
        let open = || {
            let alarms = self.center.alarms().iter();
            alarms.filter(|alarm| alarm.acknowledged.is_none())
        };
        let found = match self.words.next().cloned() {
            None => open().next(),
            Some(word) => {
                let unit = unit(self.center, &word.text).map(|unit| unit.id);
                let found = match unit {
                    Some(unit) => open().find(|alarm| alarm.subject.unit == Some(unit)),
                    None => {
                        let id = self.named_incident("incident")?;
                        return match self.center.alarms().iter().find(|alarm| {
                            alarm.acknowledged.is_none() && alarm.subject.incident == Some(id)
                        }) {
                            Some(alarm) => {
                                let id = alarm.id;
                                self.say("alarm", about(self.center, alarm));
                                Ok(id)
                            }
                            None => self.unknown(What::Alarm, word),
                        };
                    }
                };
                if found.is_none() {
                    return self.unknown(What::Alarm, word);
                }
                self.words.words.pop_front();
                let sign = quoted(&word.text);
                self.write(&sign);
                found
            }
        };
        let Some(alarm) = found else {
            return self.missing(What::Alarm);
        };
        let id = alarm.id;
        self.say("alarm", about(self.center, alarm));
        Ok(id)
    }
}

/// Whom an alarm is about.
fn about(center: &Center, alarm: &crate::Alarm) -> String {
    let unit = alarm.subject.unit.and_then(|unit| center.unit(unit));
    let unit = unit.map(|unit| unit.call_sign.to_string());
    let incident = alarm.subject.incident.map(|id| format!("#{}", id.0));
    unit.into_iter()
        .chain(incident)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The verb of a line: one of the table, or a status of the center.
pub(super) fn verb<'a>(
    center: &'a Center,
    word: &Word,
) -> Option<(&'static Verb, Option<&'a UnitStatus>)> {
    let wanted = word.text.to_uppercase();
    if let Some(row) = verbs::VERBS
        .iter()
        .find(|row| row.words.contains(&wanted.as_str()))
    {
        let Some(meaning) = row.meaning else {
            return Some((row, None));
        };
        return Some((row, Some(center.configuration.status_for(meaning)?)));
    }
    let wanted = word.text.to_lowercase();
    let mut statuses = center.configuration.unit_statuses.values();
    let status = statuses.find(|status| status.code.as_str().to_lowercase() == wanted)?;
    Some((verbs::STATUS, Some(status)))
}

/// The digits of an incident's number, and whether they are all of it.
pub(super) fn number(word: &Word) -> Option<(&str, bool)> {
    let (digits, is_whole) = match word.text.strip_prefix('#') {
        Some(digits) => (digits, true),
        None => (word.text.as_str(), false),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && !word.is_quoted).then_some((digits, is_whole))
}

/// The unit with this call sign, whatever its case.
pub(super) fn unit<'a>(center: &'a Center, sign: &str) -> Option<&'a Arc<Unit>> {
    center.unit_called(sign).or_else(|| {
        let wanted = sign.to_lowercase();
        let mut units = center.units.iter().map(|(_, unit)| unit);
        units.find(|unit| unit.call_sign.as_str().to_lowercase() == wanted)
    })
}

/// Open incidents whose numbers end in these digits.
pub(super) fn endings(center: &Center, digits: &str) -> Vec<IncidentId> {
    ending(center, digits, IncidentState::Open)
}

fn closed_endings(center: &Center, digits: &str) -> Vec<IncidentId> {
    ending(center, digits, IncidentState::Closed)
}

fn ending(center: &Center, digits: &str, state: IncidentState) -> Vec<IncidentId> {
    let incidents = center.incidents.iter().map(|(_, incident)| incident);
    incidents
        .filter(|incident| incident.state() == state && incident.id.0.to_string().ends_with(digits))
        .map(|incident| incident.id)
        .collect()
}

/// An incident in a few words, as in `#2612 Structure fire, 212 Elm St`.
pub(super) fn incident_words(center: &Center, id: IncidentId) -> String {
    let Some(incident) = center.incident(id) else {
        return format!("#{}", id.0);
    };
    let label = label(center, incident);
    let place = incident.place_text().unwrap_or_default();
    let words = [label, place].into_iter().filter(|it| !it.is_empty());
    format!("#{} {}", id.0, words.collect::<Vec<_>>().join(", "))
        .trim_end()
        .to_owned()
}

/// The words for an incident's type.
pub(super) fn label<'a>(center: &'a Center, incident: &'a Incident) -> &'a str {
    let kind = incident.incident_type.as_ref();
    kind.map_or("", |code| {
        let row = center.configuration.incident_types.get(code);
        row.map_or(code.as_str(), |row| row.label.as_str())
    })
}
