//! The verbs of the line language and how their lines are read.

use super::{
    NotACommand, accounts, agencies,
    call_verbs::{
        answer, close_street, define_area, define_template, publish_cards, set_note, take_call,
    },
    clocks, consultations, erasures,
    words::{Words, syntax},
};
use std::ops::Deref;

use crate::{
    AcknowledgeAlarm, ActivateScheduled, AddNarrative, AgreeSharing, AlarmId, AnswerQuestion,
    AnswerWelfare, ApproveErasure, AskWelfare, AssessPlace, Assessed, BreakGlass, CallKind, Caller,
    CancelAssignment, Center, ChangeUnitStatus, ClassifyIncident, CloseIncident, CloseStreet,
    ClosureId, Command, CompleteErasure, CorrectNarrative, CrewUnit, DeclareEmergency,
    DefineAgency, DefineArea, DefineCallTemplate, DefineCenter, DefineClock, DefineDispatchRules,
    DefineDisposition, DefineErasureRules, DefineIncidentType, DefinePriority, DefineStation,
    DefineTurnout, DefineUnit, DefineUnitStatus, DefineUnitType, DefineWelfareRule, DispatchRules,
    DispatchUnits, EndEmergency, EndSharing, EquipUnit, ErasureRules, ExpireClosures, GrantId,
    HandleCall, Handling, KeepAccount, LiftClosure, LiftHold, LineNo, LinkIncidents,
    LocateIncident, Meaning, MergeIncidents, NoteId, PlaceHold, PlaceSource, PlaceVerdict,
    PrioritiseIncident, PublishCards, PublishPlans, PutUnitInService, RaiseAlarms, ReassignUnit,
    ReceiveIncident, RecordCall, RecordConsultations, RecordProgram, RefuseErasure, Relation,
    ReleaseUnit, RemoveClock, ReopenIncident, RequestErasure, RetirePremiseNote, ReviewBreakGlass,
    SeeBreakGlass, SendSuggested, SetCondition, SetPremiseNote, ShareIncident, StackIncident,
    TakeCall, TakeUnitOutOfService, Timestamp, TransferIncident, Undo, UnmergeIncident,
    UnshareIncident, UnstackIncident, response_plan::csv,
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
    parse: fn(&mut Words, &Center, Timestamp) -> Parsed,
}

/// In which state a line is said, and when.
pub(super) struct Said<'a> {
    center: &'a Center,
    at: Timestamp,
}

impl Said<'_> {
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }
}

impl Deref for Said<'_> {
    type Target = Center;

    fn deref(&self) -> &Center {
        self.center
    }
}

macro_rules! verbs {
    ($($words:literal $command:ident $usage:literal $parse:expr;)*) => {
        /// All verbs of the line language, one for each command.
        pub const VERBS: &[VerbRow] = &[$(VerbRow {
            words: $words,
            command: stringify!($command),
            usage: $usage,
            parse: |words, center, at| {
                let said = Said { center, at };
                let parse: fn(&mut Words, &Said<'_>) -> Result<$command, NotACommand> = $parse;
                parse(words, &said).map(Command::from)
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
    "define station" DefineStation "CODE NAME AGENCY [(LAT,LON)] [closed]" |w, _| Ok(DefineStation {
        code: w.code("a code")?,
        name: w.code("a name")?,
        agency: w.code("an agency")?,
        point: w.point()?,
        open: !w.keyword("closed"),
    });
    "define rules" DefineDispatchRules
        "[moving SECONDS] [parked SECONDS] [turnout SECONDS] [rest SECONDS penalty SECONDS]"
        dispatch_rules;
    "define turnout" DefineTurnout "UNIT-TYPE SECONDS" |w, _| Ok(DefineTurnout {
        unit_type: w.code("a unit type")?,
        seconds: w.number("a number of seconds")?,
    });
    "define area" DefineArea "CODE NAME [(LAT,LON)…] [of AREA…] [stations CODE…]" define_area;
    "define template" DefineCallTemplate
        "CODE LABEL [retired] [TYPE [PRIORITY]] [@PLACE] [// TEXT]" define_template;
    "condition" SetCondition "CODE on|off" |w, _| Ok(SetCondition {
        condition: w.code("a condition")?,
        in_force: match w.text_word("on or off")?.as_str() {
            "on" => true,
            "off" => false,
            other => return syntax(format!("{other} is neither on nor off")),
        },
    });
    "publish" PublishPlans "[after SECONDS] [ROW…]" publish;
    "publish-cards" PublishCards "[after SECONDS] [ROW…]" publish_cards;
    "define unit" DefineUnit "CALL-SIGN AGENCY UNIT-TYPE [STATION]" |w, _| Ok(DefineUnit {
        call_sign: w.code("a call sign")?,
        agency: w.code("an agency")?,
        unit_type: w.code("a unit type")?,
        station: w.code_or_none("a station")?,
    });
    "equip" EquipUnit "UNIT [with EQUIPMENT…] [seats N] [shares CREW]" equip;
    "crew" CrewUnit "UNIT SIZE [QUALIFICATION[=N]…]" crew;
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
    "share" ShareIncident "INCIDENT AGENCY" agencies::share;
    "unshare" UnshareIncident "INCIDENT AGENCY" agencies::unshare;
    "agree" AgreeSharing "AGENCY with AGENCY TYPE" agencies::agree;
    "end-sharing" EndSharing "AGENCY with AGENCY TYPE" agencies::end;
    "premise" SetPremiseNote
        "[again N] HAZARD OWNER @PLACE [(LAT,LON)] METERS expires DAYS review DAYS // TEXT" set_note;
    "retire" RetirePremiseNote "NOTE" |w, _| Ok(RetirePremiseNote {
        note: NoteId(w.number("a note's number")?),
    });
    "closure" CloseStreet
        "CAUSE STREET WAY (LAT,LON) (LAT,LON) [times N] [impassable] [until HH:MM:SS]" close_street;
    "lift" LiftClosure "CLOSURE" |w, _| Ok(LiftClosure {
        closure: ClosureId(w.number("a closure's number")?),
    });
    "expire" ExpireClosures "" |_, _| Ok(ExpireClosures);
    "take" TakeCall
        "KIND [at TIME [warn SECONDS]] [device|map|history|caller METERS] [TYPE [PRIORITY]] [@PLACE] …" take_call;
    "call" RecordCall "INCIDENT [no N] KIND [caller NAME [NUMBER]]" |w, _| Ok(RecordCall {
        incident: w.incident()?,
        call: match w.keyword("no") {
            true => Some(w.number("a call's number")?),
            false => None,
        },
        kind: named(w, "a kind of call", CallKind::from_name, CallKind::NAMES)?,
        caller: match w.keyword("caller") {
            true => Some(Caller {
                name: w.short_text("the caller's name")?,
                call_back: w.short_text("the number to call back")?,
            }),
            false => None,
        },
        reported: None,
    });
    "handle" HandleCall "INCIDENT CALL HOW" |w, _| Ok(HandleCall {
        incident: w.incident()?,
        call: w.number("a call's number")?,
        how: named(w, "what was done", Handling::from_name, Handling::NAMES)?,
    });
    "assess" AssessPlace "INCIDENT @PLACE [(LAT,LON)] SOURCE VERDICT [METERS]" |w, _| Ok(AssessPlace {
        incident: w.incident()?,
        place: match w.place()? {
            Some(place) => place,
            None => return syntax("a place is missing; it begins with @"),
        },
        assessed: Assessed {
            source: named(w, "a source", PlaceSource::from_name, PlaceSource::NAMES)?,
            verdict: named(w, "a verdict", PlaceVerdict::from_name, PlaceVerdict::NAMES)?,
            uncertainty_meters: match w.is_empty() {
                true => None,
                false => Some(w.number("a number of metres")?),
            },
            found: None,
            fit_percent: None,
            extent_meters: None,
        },
    });
    "answer" AnswerQuestion "INCIDENT CARD[=VERSION] QUESTION ANSWER" answer;
    "merge" MergeIncidents "INCIDENT > INCIDENT" |w, _| {
        let incident = w.incident()?;
        if !w.keyword(">") {
            return syntax("the sign > is missing");
        }
        Ok(MergeIncidents { incident, into: w.incident()? })
    };
    "unmerge" UnmergeIncident "INCIDENT < INCIDENT" |w, _| {
        let incident = w.incident()?;
        if !w.keyword("<") {
            return syntax("the sign < is missing");
        }
        Ok(UnmergeIncident { incident, from: w.incident()? })
    };
    "activate" ActivateScheduled "INCIDENT" |w, _| Ok(ActivateScheduled { incident: w.incident()? });
    "transfer" TransferIncident "INCIDENT CENTER [REFERENCE] [// REASON]" |w, _| Ok(TransferIncident {
        incident: w.incident()?,
        to: w.code("a center")?,
        reference: w.code_or_none("a reference")?,
        reason: w.tail_if_any()?,
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
    "send" SendSuggested "INCIDENT [alarm N] [instead UNIT…] [although-committed]" send;
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
    "reassign" ReassignUnit "UNIT [INCIDENT] > INCIDENT [preempt]" reassign;
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
    "stack" StackIncident "UNIT INCIDENT" |w, center| Ok(StackIncident {
        unit: w.unit(center)?,
        incident: w.incident()?,
    });
    "unstack" UnstackIncident "UNIT INCIDENT" |w, center| Ok(UnstackIncident {
        unit: w.unit(center)?,
        incident: w.incident()?,
    });
    "undo" Undo "" |_, _| Ok(Undo);
    "define clock" DefineClock
        "CODE LABEL START STOP [priority CODE]… [unit-type CODE]… [warn SECONDS] [alarm SECONDS] \
         [escalate SECONDS] [do ACTION] [target PERCENT SECONDS [by STANDARD [EDITION]]]"
        clocks::define_clock;
    "remove-clock" RemoveClock "CODE" |w, _| Ok(RemoveClock { code: w.code("a code")? });
    "due" RaiseAlarms "" |_, _| Ok(RaiseAlarms);
    "acknowledge" AcknowledgeAlarm "ALARM" |w, _| Ok(AcknowledgeAlarm {
        alarm: AlarmId(w.number("an alarm's number")?),
    });
    "define welfare" DefineWelfareRule
        "CODE LABEL every SECONDS [answer SECONDS] [misses N] [type CODE]… [unit-type CODE]…"
        clocks::define_welfare;
    "par" AskWelfare "INCIDENT [UNIT]" |w, center| Ok(AskWelfare {
        incident: w.incident()?,
        unit: match w.is_empty() {
            true => None,
            false => Some(w.unit(center)?),
        },
    });
    "well" AnswerWelfare "UNIT [INCIDENT] [// WORDS]" |w, center| Ok(AnswerWelfare {
        unit: w.unit(center)?,
        incident: w.incident_if_any(),
        words: w.tail_if_any()?,
    });
    "emergency" DeclareEmergency "UNIT button|mayday|missed_checks" |w, center| Ok(DeclareEmergency {
        unit: w.unit(center)?,
        cause: clocks::cause(w)?,
    });
    "end-emergency" EndEmergency "UNIT // REASON" |w, center| Ok(EndEmergency {
        unit: w.unit(center)?,
        reason: w.tail("what was found")?,
    });
    "program" RecordProgram "VERSION" |w, _| Ok(RecordProgram { version: w.code("a version")? });
    "define erasure" DefineErasureRules "DAYS" |w, _| Ok(DefineErasureRules {
        rules: ErasureRules { wait_days: w.number("a number of days")? },
    });
    "hold" PlaceHold "INCIDENT BASIS" |w, _| Ok(PlaceHold {
        incident: w.incident()?,
        basis: w.code("a legal basis")?,
    });
    "lift-hold" LiftHold "INCIDENT BASIS" |w, _| Ok(LiftHold {
        incident: w.incident()?,
        basis: w.code("a legal basis")?,
    });
    "erase" RequestErasure "INCIDENT BASIS" |w, _| Ok(RequestErasure {
        incident: w.incident()?,
        basis: w.code("a legal basis")?,
    });
    "refuse" RefuseErasure "INCIDENT REASON" |w, _| Ok(RefuseErasure {
        incident: w.incident()?,
        reason: w.code("a reason")?,
    });
    "approve" ApproveErasure "INCIDENT [version N]" erasures::approve;
    "complete" CompleteErasure "INCIDENT PAYLOADS KEYS EPOCH" erasures::complete;
    "reads" RecordConsultations "DAY COUNT [spool N]" consultations::record;
    "break-glass" BreakGlass "INCIDENT" |w, _| Ok(BreakGlass { incident: w.incident()? });
    "see" SeeBreakGlass "GRANT" |w, _| Ok(SeeBreakGlass { grant: GrantId(w.number("a grant")?) });
    "review" ReviewBreakGlass "GRANT justified|unjustified [FILE]" consultations::review;
    "account" KeepAccount "NUMBER add LOGIN ROLE | NUMBER role ROLE | NUMBER agency [CODE] | NUMBER on | NUMBER off | NUMBER credential KIND CHANGE | NUMBER token SCOPE | NUMBER end TOKEN | 0 rule NAME // VALUE" accounts::keep;
}

/// Reads a line without time, actor and purpose.
pub(super) fn parse(mut words: Words, center: &Center, at: Timestamp) -> Parsed {
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
    let parsed = (row.parse)(&mut words, center, at);
    match parsed.and_then(|command| words.finish().map(|()| command)) {
        Err(NotACommand::Syntax(what)) => {
            syntax(format!("{what}; the line is: {} {}", row.words, row.usage))
        }
        answer => answer,
    }
}

fn define_priority(w: &mut Words, _: &Said<'_>) -> Result<DefinePriority, NotACommand> {
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

fn dispatch_rules(w: &mut Words, center: &Said<'_>) -> Result<DefineDispatchRules, NotACommand> {
    // What is not named stays as it is.
    let mut rules: DispatchRules = center.configuration.dispatch_rules;
    while !w.is_empty() {
        let word = w.text_word("a rule's name")?;
        let rule = match word.as_str() {
            "moving" => &mut rules.moving_stale_seconds,
            "parked" => &mut rules.parked_stale_seconds,
            "turnout" => &mut rules.turnout_seconds,
            "rest" => &mut rules.rest_seconds,
            "penalty" => &mut rules.rest_penalty_seconds,
            _ => return syntax(format!("there is no rule {word}")),
        };
        *rule = w.number("a number of seconds")?;
    }
    Ok(DefineDispatchRules { rules })
}

/// Rows of the plans' table in quotes, without their heading.
fn publish(w: &mut Words, said: &Said<'_>) -> Result<PublishPlans, NotACommand> {
    let effective = match w.keyword("after") {
        true => Some(said.at.plus_seconds(w.number("a number of seconds")?)),
        false => None,
    };
    let mut table = format!("{},ties", csv::COLUMNS.join(","));
    while !w.is_empty() {
        table.push('\n');
        table.push_str(&w.text_word("a row")?);
    }
    match csv::read(&table) {
        Ok(plans) => Ok(PublishPlans { effective, plans }),
        Err(error) => syntax(error.to_string()),
    }
}

fn send(w: &mut Words, said: &Said<'_>) -> Result<SendSuggested, NotACommand> {
    let although_committed = w.last_keyword("although-committed");
    let incident = w.incident()?;
    let alarm = w.alarm()?.unwrap_or(1);
    let mut instead = None;
    if w.keyword("instead") {
        let units = instead.insert(Vec::new());
        while !w.is_empty() {
            units.push(w.unit(said)?);
        }
    }
    Ok(SendSuggested {
        incident,
        alarm,
        facts: super::facts(said, incident, said.at),
        instead,
        although_committed,
    })
}

fn equip(w: &mut Words, center: &Said<'_>) -> Result<EquipUnit, NotACommand> {
    let mut equip = EquipUnit {
        unit: w.unit(center)?,
        equipment: Vec::new(),
        seats: 0,
        shared_crew: None,
    };
    if w.keyword("with") {
        while !w.is_empty() && !w.is_next("seats") && !w.is_next("shares") {
            equip.equipment.push(w.code("a piece of equipment")?);
        }
    }
    if w.keyword("seats") {
        equip.seats = w.number("a number of seats")?;
    }
    if w.keyword("shares") {
        equip.shared_crew = Some(w.code("a crew's name")?);
    }
    Ok(equip)
}

fn crew(w: &mut Words, center: &Said<'_>) -> Result<CrewUnit, NotACommand> {
    let (unit, size) = (w.unit(center)?, w.number("a number of people")?);
    let mut skills = Vec::new();
    while !w.is_empty() {
        let word = w.code("a qualification")?;
        let (name, count) = match word.as_str().split_once('=') {
            None => (word.as_str(), 1),
            Some((name, count)) => match count.parse() {
                Ok(count) => (name, count),
                Err(_) => return syntax(format!("{count} is not a number of people")),
            },
        };
        match crate::Code::new(name) {
            Ok(code) => skills.push((code, count)),
            Err(error) => return syntax(format!("the qualification: {error}")),
        }
    }
    Ok(CrewUnit { unit, size, skills })
}

pub(super) fn receive(w: &mut Words, _: &Said<'_>) -> Result<ReceiveIncident, NotACommand> {
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

pub(super) fn named<T>(
    w: &mut Words,
    what: &str,
    from_name: fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<T, NotACommand> {
    let name = w.text_word(what)?;
    match from_name(&name) {
        Some(value) => Ok(value),
        None => syntax(format!(
            "{name} is not {what}; use one of: {}",
            names.join(", ")
        )),
    }
}

fn dispatch(w: &mut Words, center: &Said<'_>) -> Result<DispatchUnits, NotACommand> {
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

fn reassign(w: &mut Words, center: &Said<'_>) -> Result<ReassignUnit, NotACommand> {
    let (unit, from) = (w.unit(center)?, w.incident_if_any());
    if !w.keyword(">") {
        return syntax("the sign > is missing");
    }
    let (to, preempt) = (w.incident()?, w.keyword("preempt"));
    Ok(ReassignUnit {
        unit,
        from,
        to,
        preempt,
    })
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
