//! The verbs of the line language and how their lines are read.

use super::{
    NotACommand,
    words::{Words, syntax},
};
use crate::{
    AddNarrative, Caller, CancelAssignment, Center, ChangeUnitStatus, ClassifyIncident,
    CloseIncident, Command, CorrectNarrative, DefineAgency, DefineCenter, DefineDisposition,
    DefineIncidentType, DefinePriority, DefineUnit, DefineUnitStatus, DefineUnitType,
    DispatchUnits, LineNo, LinkIncidents, LocateIncident, Meaning, PrioritiseIncident,
    PutUnitInService, ReassignUnit, ReceiveIncident, Relation, ReleaseUnit, ReopenIncident,
    TakeUnitOutOfService,
};

type Parsed = Result<Command, NotACommand>;

/// One verb of the line language.
#[derive(Clone, Copy, Debug)]
pub struct VerbRow {
    /// The word or words that a line begins with.
    pub words: &'static str,
    /// The command's name, as in [`Command::NAMES`].
    pub command: &'static str,
    /// How a line goes on after its words.
    pub usage: &'static str,
    parse: fn(&mut Words, &Center) -> Parsed,
}

macro_rules! verbs {
    ($($words:literal $command:ident $usage:literal $parse:expr;)*) => {
        /// All verbs of the line language, one for each command.
        pub const VERBS: &[VerbRow] = &[$(VerbRow {
            words: $words,
            command: stringify!($command),
            usage: $usage,
            parse: |words, center| {
                let parse: fn(&mut Words, &Center) -> Result<$command, NotACommand> = $parse;
                parse(words, center).map(Command::from)
            },
        }),*];
    };
}

verbs! {
    "define center" DefineCenter "NAME TIMEZONE" |w, _| Ok(DefineCenter {
        name: w.code("a name")?,
        timezone: w.code("a time zone")?,
    });
    "define agency" DefineAgency "CODE NAME" |w, _| Ok(DefineAgency {
        code: w.code("a code")?,
        name: w.code("a name")?,
    });
    "define priority" DefinePriority "CODE LABEL rank N [warn SECONDS] [alarm SECONDS]" define_priority;
    "define type" DefineIncidentType "CODE LABEL [PRIORITY]" |w, _| Ok(DefineIncidentType {
        code: w.code("a code")?,
        label: w.code("a label")?,
        priority: w.code_or_none("a priority")?,
    });
    "define unit-type" DefineUnitType "CODE LABEL" |w, _| Ok(DefineUnitType {
        code: w.code("a code")?,
        label: w.code("a label")?,
    });
    "define status" DefineUnitStatus "CODE LABEL MEANING" |w, _| Ok(DefineUnitStatus {
        code: w.code("a code")?,
        label: w.code("a label")?,
        meaning: meaning(w)?,
    });
    "define disposition" DefineDisposition "CODE LABEL" |w, _| Ok(DefineDisposition {
        code: w.code("a code")?,
        label: w.code("a label")?,
    });
    "define unit" DefineUnit "CALL-SIGN AGENCY UNIT-TYPE [STATION]" |w, _| Ok(DefineUnit {
        call_sign: w.code("a call sign")?,
        agency: w.code("an agency")?,
        unit_type: w.code("a unit type")?,
        station: w.code_or_none("a station")?,
    });
    "receive" ReceiveIncident
        "[TYPE [PRIORITY]] [@PLACE [(LAT,LON)]] [caller NAME [NUMBER]] [ref CODE]" receive;
    "locate" LocateIncident "INCIDENT @PLACE [(LAT,LON)]" |w, _| Ok(LocateIncident {
        incident: w.incident()?,
        place: match w.place()? {
            Some(place) => place,
            None => return syntax("a place is missing; it begins with @"),
        },
    });
    "classify" ClassifyIncident "INCIDENT TYPE" |w, _| Ok(ClassifyIncident {
        incident: w.incident()?,
        incident_type: w.code("a type")?,
    });
    "prioritise" PrioritiseIncident "INCIDENT PRIORITY" |w, _| Ok(PrioritiseIncident {
        incident: w.incident()?,
        priority: w.code("a priority")?,
    });
    "note" AddNarrative "INCIDENT // TEXT" |w, _| Ok(AddNarrative {
        incident: w.incident()?,
        text: w.tail("the line's text")?,
    });
    "correct" CorrectNarrative "INCIDENT LINE // TEXT" |w, _| Ok(CorrectNarrative {
        incident: w.incident()?,
        line: LineNo(w.number("a line's number")?),
        text: w.tail("the line's text")?,
    });
    "link" LinkIncidents "INCIDENT duplicate|related INCIDENT" |w, _| Ok(LinkIncidents {
        incident: w.incident()?,
        relation: relation(w)?,
        other: w.incident()?,
    });
    "close" CloseIncident "INCIDENT DISPOSITION" |w, _| Ok(CloseIncident {
        incident: w.incident()?,
        disposition: w.code("a disposition")?,
    });
    "reopen" ReopenIncident "INCIDENT // REASON" |w, _| Ok(ReopenIncident {
        incident: w.incident()?,
        reason: w.tail("the reason")?,
    });
    "dispatch" DispatchUnits "UNIT… INCIDENT [although-committed]" dispatch;
    "status" ChangeUnitStatus "UNIT STATUS [INCIDENT] [correction]" |w, center| Ok(ChangeUnitStatus {
        unit: w.unit(center)?,
        status: w.code("a status")?,
        incident: w.incident_if_any(),
        correction: w.keyword("correction"),
    });
    "cancel" CancelAssignment "UNIT [INCIDENT] [// REASON]" |w, center| Ok(CancelAssignment {
        unit: w.unit(center)?,
        incident: w.incident_if_any(),
        reason: w.tail_if_any()?,
    });
    "reassign" ReassignUnit "UNIT [INCIDENT] > INCIDENT" reassign;
    "release" ReleaseUnit "UNIT [INCIDENT] // REASON" |w, center| Ok(ReleaseUnit {
        unit: w.unit(center)?,
        incident: w.incident_if_any(),
        reason: w.tail("the reason")?,
    });
    "in" PutUnitInService "UNIT" |w, center| Ok(PutUnitInService { unit: w.unit(center)? });
    "out" TakeUnitOutOfService "UNIT [STATUS] [// REASON]" |w, center| Ok(TakeUnitOutOfService {
        unit: w.unit(center)?,
        status: w.code_or_none("a status")?,
        reason: w.tail_if_any()?,
    });
}

/// Reads a line without time, actor and purpose.
pub(super) fn parse(mut words: Words, center: &Center) -> Parsed {
    let mut verb = words.text_word("a verb")?;
    if verb == "define" {
        verb = format!("define {}", words.text_word("what to define")?);
    }
    let Some(row) = VERBS.iter().find(|row| row.words == verb) else {
        let known: Vec<_> = VERBS.iter().map(|row| row.words).collect();
        return syntax(format!(
            "there is no verb {verb}; use one of: {}",
            known.join(", ")
        ));
    };
    let parsed = (row.parse)(&mut words, center);
    match parsed.and_then(|command| words.finish().map(|()| command)) {
        Err(NotACommand::Syntax(what)) => {
            syntax(format!("{what}; the line is: {} {}", row.words, row.usage))
        }
        answer => answer,
    }
}

fn define_priority(w: &mut Words, _: &Center) -> Result<DefinePriority, NotACommand> {
    let (code, label) = (w.code("a code")?, w.code("a label")?);
    if !w.keyword("rank") {
        return syntax("the word rank is missing");
    }
    let rank = w.number("a rank")?;
    let mut seconds_after = |keyword| match w.keyword(keyword) {
        true => w.number("a number of seconds").map(Some),
        false => Ok(None),
    };
    Ok(DefinePriority {
        code,
        label,
        rank,
        unassigned_warn_seconds: seconds_after("warn")?,
        unassigned_alarm_seconds: seconds_after("alarm")?,
    })
}

fn receive(w: &mut Words, _: &Center) -> Result<ReceiveIncident, NotACommand> {
    let mut received = ReceiveIncident::default();
    let mut codes = 0;
    while !w.is_empty() {
        if let Some(place) = w.place()? {
            received.place = Some(place);
        } else if w.keyword("caller") {
            received.caller = Some(Caller {
                name: w.short_text("the caller's name")?,
                call_back: match w.keyword("ref") {
                    true => {
                        received.reference = Some(w.code("a reference")?);
                        None
                    }
                    false => w.short_text("the number to call back")?,
                },
            });
        } else if w.keyword("ref") {
            received.reference = Some(w.code("a reference")?);
        } else {
            let code = w.code_or_none("a code")?;
            codes += 1;
            match codes {
                1 => received.incident_type = code,
                2 => received.priority = code,
                _ => return syntax("a call has one type and one priority"),
            }
        }
    }
    Ok(received)
}

fn dispatch(w: &mut Words, center: &Center) -> Result<DispatchUnits, NotACommand> {
    let although_committed = w.last_keyword("although-committed");
    let incident = w.last_incident()?;
    let mut units = Vec::new();
    while !w.is_empty() {
        units.push(w.unit(center)?);
    }
    Ok(DispatchUnits {
        incident,
        units,
        although_committed,
    })
}

fn reassign(w: &mut Words, center: &Center) -> Result<ReassignUnit, NotACommand> {
    let (unit, from) = (w.unit(center)?, w.incident_if_any());
    if !w.keyword(">") {
        return syntax("the sign > is missing");
    }
    let to = w.incident()?;
    Ok(ReassignUnit { unit, from, to })
}

fn meaning(w: &mut Words) -> Result<Meaning, NotACommand> {
    let name = w.text_word("a meaning")?;
    match Meaning::from_name(&name) {
        Some(meaning) => Ok(meaning),
        None => {
            let known = Meaning::ALL.map(Meaning::name).join(", ");
            syntax(format!("there is no meaning {name}; use one of: {known}"))
        }
    }
}

fn relation(w: &mut Words) -> Result<Relation, NotACommand> {
    let name = w.text_word("how they belong together")?;
    match Relation::from_name(&name) {
        Some(relation) => Ok(relation),
        None => syntax(format!("{name} is neither duplicate nor related")),
    }
}
