//! A small line language for the rules: commands, one a line, and a transcript of what came of them.
//!
//! ```text
//! 09:00:00 receive FIRE 1 @"212 Elm St" caller "Mrs Doe" "555-0100"
//! 09:00:30 dispatch E104 L110 1
//! 09:02:00 by 7 status E104 ENR
//! note 1 // smoke from the roof
//! show 1
//! ```
//!
//! A line is `[HH:MM:SS] [by ACTOR] [for PURPOSE] verb … [// free text]`. Time, actor and purpose
//! stay as they are until a line changes them; a time may go back, which makes a late entry. Words
//! with blanks stand in double quotes, a place begins with `@`, incidents are numbers (`12` or
//! `#12`), `-` leaves a word out, and a line that begins with `;` is a remark. [`VERBS`] lists all
//! verbs; `show` prints an incident or a unit, `recommend` the
//! units to send by the plans, as far as they are known without streets. A line after `>` is one that a dispatcher
//! types ([`crate::line`]); the transcript has it in full before what came of it. After `bound AGENCY` lines are
//! said by somebody who is bound to that agency, until `bound -`. In a transcript, ‹…› is personal data.
//!
//! What is absent: a clock and randomness. The same script gives the same transcript.

mod accounts;
mod agencies;
mod call_verbs;
mod calls;
mod clocks;
mod consultations;
mod erasures;
mod recommended;
mod transcript;
mod verbs;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use thiserror::Error;

use crate::{
    ActorId, Center, Code, Command, Context, Entry, Purpose, Refusal, Timestamp, line::Act,
};
use words::Words;

pub use verbs::{VERBS, VerbRow};

/// Midnight of the day on which scripts play, a Monday.
pub const DAY: Timestamp = Timestamp::from_seconds(1_767_571_200);

/// Why a line is not a command.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NotACommand {
    /// It cannot be read; the message says what was expected.
    #[error("{0}")]
    Syntax(String),
    /// It names a unit that the center does not have.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Why a script did not play to its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ScriptError {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Reads one line without time, actor and purpose, as in `status E104 ENR`.
///
/// Call signs are looked up in `center`; `at` is when it is said, for recommendations. Refusals: a line that is not in the language; an unknown
/// unit. Whether the rules let it happen is for [`Center::decide`] to say.
pub fn command(center: &Center, at: Timestamp, line: &str) -> Result<Command, NotACommand> {
    verbs::parse(Words::new(line)?, center, at)
}

/// The facts that a script knows: stations, straight lines, and the clock of UTC.
fn facts(center: &Center, incident: crate::IncidentId, at: Timestamp) -> crate::Facts {
    let minutes = at.micros().div_euclid(60_000_000);
    let days = minutes.div_euclid(1_440);
    let (_, month, day) = at.date();
    let local = crate::LocalTime {
        minute: minutes.rem_euclid(1_440) as u16,
        // 1970-01-01 was a Thursday.
        weekday: (days + 3).rem_euclid(7) as u8,
        month,
        day,
    };
    crate::Facts::without_streets(center, incident, at, local)
}

/// A center on which scripts are played, and what was recorded.
#[derive(Clone, Debug)]
pub struct Run {
    center: Center,
    entries: Vec<Entry>,
    context: Context,
    recorded: Timestamp,
    /// The agency to which whoever speaks is bound.
    agency: Option<Code>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            center: Center::default(),
            entries: Vec::new(),
            context: Context {
                at: DAY,
                actor: ActorId::SYSTEM,
                purpose: Purpose::Exercise,
            },
            recorded: DAY,
            agency: None,
        }
    }
}

impl Run {
    /// Plays `script` and gives its transcript.
    ///
    /// Refusals of the rules stand in the transcript. A line that cannot be read, or a broken
    /// invariant, ends the play; what happened before it stays.
    pub fn play(&mut self, script: &str) -> Result<String, ScriptError> {
        let mut transcript = Vec::new();
        for (no, line) in script.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(';') {
                continue;
            }
            transcript.push(line.to_owned());
            self.line(line, &mut transcript)
                .map_err(|what| ScriptError { line: no + 1, what })?;
        }
        transcript.push(String::new());
        Ok(transcript.join("\n"))
    }

    /// Decides one command in the run's present context and records what follows from it.
    pub fn act(&mut self, command: &Command) -> Result<Vec<Entry>, Refusal> {
        let agency = self.agency.as_ref();
        let events = self.center.decide_as(agency, command, &self.context)?;
        // A late entry is recorded after what is on record already.
        self.recorded = self.recorded.max(self.context.at);
        let first = self.entries.len();
        for event in events {
            let entry = Entry {
                seq: self.center.next_seq(),
                at: self.context.at,
                recorded: self.recorded,
                actor: self.context.actor,
                purpose: self.context.purpose,
                event,
            };
            self.record(entry);
        }
        Ok(self.entries[first..].to_vec())
    }

    /// Folds an entry that was recorded elsewhere.
    pub fn record(&mut self, entry: Entry) {
        self.center.evolve(&entry);
        self.entries.push(entry);
    }

    /// Sets when, by whom and why the next commands happen.
    pub fn set_context(&mut self, context: Context) {
        self.context = context;
    }

    /// The state that the scripts led to.
    pub fn center(&self) -> &Center {
        &self.center
    }

    /// The state as whoever speaks sees it.
    fn seen(&self) -> Cow<'_, Center> {
        match &self.agency {
            Some(agency) => Cow::Owned(self.center.seen_by(agency)),
            None => Cow::Borrowed(&self.center),
        }
    }

    /// All that was recorded, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn line(&mut self, line: &str, transcript: &mut Vec<String>) -> Result<(), String> {
        if let Some(typed) = line.strip_prefix('>') {
            self.typed(typed.trim(), transcript);
            return self.center.check().map_err(|broken| broken.to_string());
        }
        let mut words = Words::new(line).map_err(|mistake| mistake.to_string())?;
        self.context = words
            .context(self.context)
            .map_err(|mistake| mistake.to_string())?;
        if words.keyword("bound") {
            let agency = words.code_or_none("an agency");
            self.agency = agency.map_err(|mistake| mistake.to_string())?;
            return Ok(());
        }
        if words.keyword("show") {
            let shown =
                transcript::show(&self.seen(), words).map_err(|mistake| mistake.to_string())?;
            transcript.extend(shown);
            return Ok(());
        }
        if words.keyword("recommend") {
            let lines = recommended::recommend(&self.seen(), &self.context, words)
                .map_err(|mistake| mistake.to_string())?;
            transcript.extend(lines);
            return Ok(());
        }
        let answer = match verbs::parse(words, &self.seen(), self.context.at) {
            Ok(command) => self.act(&command),
            Err(NotACommand::Refused(refusal)) => Err(refusal),
            Err(NotACommand::Syntax(what)) => return Err(what),
        };
        self.answer(answer, transcript);
        self.center.check().map_err(|broken| broken.to_string())
    }

    /// What a dispatcher types: read, shown in full, done.
    fn typed(&mut self, typed: &str, transcript: &mut Vec<String>) {
        let seen = self.seen();
        let reading = match crate::line::read(&seen, None, typed) {
            Ok(reading) => reading,
            Err(mistake) => {
                transcript.push(format!("  mistake {}: {mistake}", mistake.code()));
                transcript.push(format!("    hint: {}", mistake.hint()));
                return;
            }
        };
        let values = reading.values.iter();
        let values: Vec<_> = values
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (line, name) = (&reading.line, reading.verb.name);
        transcript.push(format!("  reads {line} ‹{name} {}›", values.join("; ")));
        let command: Command = match reading.act {
            Act::Command(command) => command,
            Act::Take(call) => call.without_streets().into(),
            Act::Send(sending) => {
                let facts = facts(&seen, sending.incident, self.context.at);
                sending.with(&seen, facts)
            }
            Act::CloseStreet(words) => {
                // Scripts have no streets.
                transcript.push(format!("  would close {words:?}"));
                return;
            }
            Act::See(_) => return,
        };
        let answer = self.act(&command);
        self.answer(answer, transcript);
    }

    fn answer(&self, answer: Result<Vec<Entry>, Refusal>, transcript: &mut Vec<String>) {
        match answer {
            Ok(entries) if entries.is_empty() => transcript.push("  nothing to do".into()),
            Ok(entries) => transcript.extend(
                entries
                    .iter()
                    .map(|entry| transcript::entry(&self.center, entry)),
            ),
            Err(refusal) => {
                transcript.push(format!("  refused {}: {refusal}", refusal.code()));
                transcript.push(format!("    hint: {}", refusal.hint()));
            }
        }
    }
}
