//! The line that a dispatcher types: one line is one act, read and shown in words before it is done.
//!
//! ```text
//! line := verb {unit} [incident] [status|code] ["@" place] ["//" text] ["!"]
//! D E104 L110 2612            N FIRE @212 Elm St //smoke showing            CL.E104
//! ```
//!
//! Blanks, dots and commas separate words; what holds one stands in double quotes. An incident is
//! named by any ending of its number that fits one open incident only, `#2612` is exactly that
//! one, and where it is left out the selected one is meant. An ambiguous word is a [`Mistake`]
//! with its choices and is never guessed at. [`VERBS`] lists all verbs.
//!
//! What is absent: whether the rules let it happen, which [`Center::decide`] says; the facts that
//! a command needs from streets and clocks, which the shell adds to [`Act::Take`], [`Act::Send`] and
//! [`Act::CloseStreet`].

mod complete;
mod mistake;
mod resolve;
mod verbs;
mod words;

use crate::{
    Assessed, Center, ClosureCause, Code, Command, DispatchUnits, Facts, IncidentId, Place,
    Question, ReceiveIncident, SendSuggested, TakeCall, Text, UnitId,
};

pub use complete::{Candidate, Kind, complete};
pub use mistake::{Mistake, What};
pub use verbs::{Does, VERBS, Verb};
pub use words::quoted;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A command, whole.
    Command(Command),
    /// A new incident; the shell looks its place up.
    Take(NewCall),
    /// Units to an incident; the shell adds where units are and how long they drive.
    Send(Sending),
    /// Streets to be closed; the shell finds out which pieces are meant.
    CloseStreet(ClosingWords),
    /// Something to look at; nothing is recorded.
    See(Sight),
}

/// A closure as a line gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingWords {
    /// Why.
    pub cause: ClosureCause,
    /// Where it is, or begins, in words.
    pub from: Text,
    /// Where it ends, in words.
    pub to: Option<Text>,
    /// After how many hours it ends by itself; without it somebody has to lift it.
    pub hours: Option<u16>,
    /// Whether nobody gets in at all.
    pub impassable: bool,
}

/// A new incident as a line gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCall {
    /// What kind of emergency.
    pub incident_type: Option<Code>,
    /// How urgent; without it the type's own.
    pub priority: Option<Code>,
    /// Where, in words.
    pub place: Option<Text>,
    /// The first line of the narrative.
    pub told: Option<Text>,
}

impl NewCall {
    /// The command, with the place as words that nobody has looked up.
    pub fn without_streets(self) -> TakeCall {
        let place = self.place.clone().map(|text| Place::new(text, None));
        self.at(place, None)
    }

    /// The command, with the place that its words were found to mean.
    pub fn at(self, place: Option<Place>, assessed: Option<Assessed>) -> TakeCall {
        TakeCall {
            received: Box::new(ReceiveIncident {
                incident_type: self.incident_type,
                priority: self.priority,
                place,
                ..ReceiveIncident::default()
            }),
            assessed,
            told: self.told,
            ..TakeCall::default()
        }
    }
}

/// Units that a line sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Where to.
    pub incident: IncidentId,
    /// Which alarm of the plans; `None` is the one that comes next.
    pub alarm: Option<u8>,
    /// Which units; `None` sends those that the plans suggest.
    pub units: Option<Vec<UnitId>>,
    /// Whether units that are on another incident go to this one as well.
    pub although_committed: bool,
}

impl Sending {
    /// The alarm that is meant: the one that is named, or the one in force, at least the first.
    pub fn alarm_in(&self, center: &Center) -> u8 {
        let known = center.incident(self.incident).map_or(0, |it| it.alarm);
        self.alarm.unwrap_or(known.max(1))
    }

    /// The command. Where a plan speaks of the incident, what it suggests stands beside what is
    /// sent instead; where none does, the units are sent as they are named.
    pub fn with(self, center: &Center, facts: Facts) -> Command {
        let alarm = self.alarm_in(center);
        let incident = self.incident;
        let has_plan = || {
            let found = center.recommend(Question { incident, alarm }, &facts);
            found.is_ok_and(|found| found.plan.is_some())
        };
        match self.units {
            Some(units) if !has_plan() => DispatchUnits {
                incident,
                units,
                although_committed: self.although_committed,
            }
            .into(),
            instead => SendSuggested {
                incident,
                alarm,
                facts,
                instead,
                although_committed: self.although_committed,
            }
            .into(),
        }
    }
}

/// What a line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// An incident.
    Incident(IncidentId),
    /// A unit.
    Unit(UnitId),
    /// Where a unit was last.
    Position(UnitId),
    /// Open incidents with these words.
    Find(String),
    /// Keys and grammar.
    Help,
}

/// A line, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The same line with every name in full: read again, it means the same whatever has come in.
    pub line: String,
    /// What it asks for.
    pub act: Act,
    /// Its verb.
    pub verb: &'static Verb,
    /// What stands in the holes of the verb's sentence, by name.
    pub values: Vec<(&'static str, String)>,
}

/// Reads a line. `selected` is the incident that is meant where none is named.
///
/// Refusals: see [`Mistake`]; each says which bytes of the line are at fault.
pub fn read(center: &Center, selected: Option<IncidentId>, line: &str) -> Result<Reading, Mistake> {
    let words = words::Words::new(line)?;
    resolve::Reader::new(center, selected, words).read()
}
