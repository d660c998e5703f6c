//! The verbs of the line, and how the rest of a line is read for each.

use super::{Act, ClosingWords, Mistake, NewCall, Sending, Sight, What, resolve::Reader};
use crate::{
    AcknowledgeAlarm, ActivateScheduled, AddNarrative, AnswerWelfare, AskWelfare, CancelAssignment,
    ChangeUnitStatus, ClassifyIncident, CloseIncident, ClosureCause, ClosureId, CorrectNarrative,
    DeclareEmergency, EmergencyCause, EndEmergency, HandleCall, Handling, LiftClosure, LineNo,
    LinkIncidents, LocateIncident, Meaning, MergeIncidents, Place, PrioritiseIncident,
    PutUnitInService, ReassignUnit, Relation, ReleaseUnit, ReopenIncident, StackIncident,
    TakeUnitOutOfService, TransferIncident, Undo, UnmergeIncident, UnstackIncident,
};

/// What a verb does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named after the act, see `VERBS`")]
pub enum Does {
    Dispatch,
    Alarm,
    Reassign,
    Cancel,
    Release,
    Status,
    In,
    Out,
    Stack,
    Unstack,
    New,
    Template,
    Note,
    Correct,
    Priority,
    Type,
    Place,
    Merge,
    Unmerge,
    Relate,
    Close,
    Reopen,
    Activate,
    Transfer,
    Handle,
    Par,
    Well,
    Emergency,
    EndEmergency,
    Acknowledge,
    Undo,
    CloseStreet,
    Lift,
    View,
    Locate,
    Find,
    Help,
}

/// One verb of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// What it does.
    pub does: Does,
    /// The words that begin it; the first is the one that is shown.
    pub words: &'static [&'static str],
    /// The name of its sentence in the tables of texts; stable.
    pub name: &'static str,
    /// How a line goes on after its word.
    pub rest: &'static str,
    /// A line with it.
    pub example: &'static str,
    /// The status that the verb itself means.
    pub meaning: Option<Meaning>,
}

impl Verb {
    /// How a line with it looks.
    pub fn usage(&self) -> String {
        format!("{} {}", self.words[0], self.rest)
            .trim_end()
            .to_owned()
    }
}

macro_rules! verbs {
    ($($does:ident $name:literal [$($word:literal)+] $rest:literal $example:literal $($meaning:ident)?;)*) => {
        /// All verbs of the line.
        pub const VERBS: &[Verb] = &[$(Verb {
            does: Does::$does,
            words: &[$($word),+],
            name: $name,
            rest: $rest,
            example: $example,
            meaning: verbs!(@ $($meaning)?),
        }),*];
    };
    (@) => { None };
    (@ $meaning:ident) => { Some(Meaning::$meaning) };
}

verbs! {
    Dispatch "dispatch" ["D"] "[UNIT…] [INCIDENT] [!]" "D E104 L110 2612";
    Alarm "alarm" ["AL"] "[INCIDENT] [LEVEL] [!]" "AL 2612 2";
    Reassign "reassign" ["R"] "UNIT [INCIDENT] [!]" "R E104 2613";
    Cancel "cancel" ["X"] "UNIT [INCIDENT] [//WHY]" "X E104";
    Release "release" ["RL"] "UNIT [INCIDENT] //WHY" "RL E104 //no status for an hour";
    Status "acknowledged" ["AK"] "UNIT [INCIDENT] [!]" "AK E104" Acknowledged;
    Status "en-route" ["EN"] "UNIT [INCIDENT] [!]" "EN E104" EnRoute;
    Status "on-scene" ["OS"] "UNIT [INCIDENT] [!]" "OS E104" OnScene;
    Status "transporting" ["TR"] "UNIT [INCIDENT] [!]" "TR A101" Transporting;
    Status "at-hospital" ["AH"] "UNIT [INCIDENT] [!]" "AH A101" AtHospital;
    Status "clear" ["CL"] "UNIT [INCIDENT] [!]" "CL E104" Available;
    Status "status" ["S"] "UNIT STATUS [INCIDENT] [!]" "S E104 ENR";
    In "in" ["IN"] "UNIT" "IN E104";
    Out "out" ["OUT"] "UNIT [STATUS] [//WHY]" "OUT E104 //flat tyre";
    Stack "stack" ["ST"] "UNIT [INCIDENT]" "ST E104 2613";
    Unstack "unstack" ["US"] "UNIT [INCIDENT]" "US E104 2613";
    New "new" ["N"] "[TYPE] [PRIORITY] [@PLACE] [//TEXT]" "N FIRE @212 Elm St //smoke showing";
    Template "template" ["TM"] "TEMPLATE [@PLACE] [//TEXT]" "TM ALARM @212 Elm St //panel 3";
    Note "note" ["NT"] "[INCIDENT] //TEXT" "NT 2612 //gas is shut off";
    Correct "correct" ["CO"] "[INCIDENT] LINE //TEXT" "CO 2612 3 //it was 214";
    Priority "priority" ["P"] "[INCIDENT] PRIORITY" "P 2612 1";
    Type "type" ["T"] "[INCIDENT] TYPE" "T 2612 FIRE";
    Place "place" ["AT"] "[INCIDENT] @PLACE" "AT 2612 @214 Elm St";
    Merge "merge" ["DU"] "INCIDENT > INCIDENT" "DU 2640>2612";
    Unmerge "unmerge" ["UD"] "INCIDENT < INCIDENT" "UD 2640<2612";
    Relate "relate" ["RE"] "INCIDENT INCIDENT" "RE 2640 2612";
    Close "close" ["C"] "[INCIDENT] DISPOSITION" "C 2612 DONE";
    Reopen "reopen" ["RO"] "[INCIDENT] //WHY" "RO 2612 //rekindled";
    Activate "activate" ["GO"] "[INCIDENT]" "GO 2650";
    Transfer "transfer" ["TF"] "[INCIDENT] CENTER [//WHY]" "TF 2612 NORTH //beyond the river";
    Handle "handle" ["CB"] "[INCIDENT] CALL HOW" "CB 2612 1 reached";
    Par "par" ["PAR"] "[INCIDENT] [UNIT]" "PAR 2612";
    Well "well" ["W"] "UNIT [INCIDENT] [//WORDS]" "W P103";
    Emergency "emergency" ["EM" "MAYDAY"] "UNIT" "EM E104";
    EndEmergency "end-emergency" ["EE"] "UNIT //FOUND" "EE E104 //pressed by mistake";
    Acknowledge "acknowledge" ["ACK"] "[UNIT|INCIDENT]" "ACK E104";
    CloseStreet "close-street" ["BK"] "CAUSE [HOURS] [!] @PLACE [> PLACE]" "BK works 4 @Elm St / Mill Rd > Elm St / Oak Rd";
    Lift "lift" ["LF"] "CLOSURE" "LF 3";
    Undo "undo" ["U"] "" "U";
    View "view" ["V"] "INCIDENT|UNIT" "V 2612";
    Locate "locate" ["LOC"] "UNIT" "LOC E104";
    Find "find" ["F"] "WORDS" "F elm";
    Help "help" ["?"] "" "?";
}

/// The verb that a status of the center is one of.
pub(super) const STATUS: &Verb = find(Does::Status, "status");
/// The verb that shows the others.
pub(super) const HELP: &Verb = find(Does::Help, "help");

const fn find(does: Does, name: &str) -> &'static Verb {
    let mut at = 0;
    while at < VERBS.len() {
        if VERBS[at].does as u8 == does as u8 && VERBS[at].name.len() == name.len() {
            return &VERBS[at];
        }
        at += 1;
    }
    panic!("the verb is not in the table")
}

/// Reads what stands after the verb.
pub(super) fn act(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let command = match r.verb.does {
        Does::Dispatch => return dispatch(r),
        Does::Alarm => return alarm(r),
        Does::New => return new_call(r),
        Does::Template => return template(r),
        Does::CloseStreet => return close_street(r),
        Does::View => return view(r),
        Does::Locate => return r.unit().map(|unit| Act::See(Sight::Position(unit))),
        Does::Find => return Ok(Act::See(Sight::Find(rest(r)?))),
        Does::Help => return Ok(Act::See(Sight::Help)),
        Does::Reassign => ReassignUnit {
            unit: r.unit()?,
            from: None,
            to: r.incident()?,
            preempt: r.insists(),
        }
        .into(),
        Does::Cancel => CancelAssignment {
            unit: r.unit()?,
            incident: r.incident_if_any()?,
            reason: r.text_if_any()?,
        }
        .into(),
        Does::Release => ReleaseUnit {
            unit: r.unit()?,
            incident: r.incident_if_any()?,
            reason: r.text()?,
        }
        .into(),
        Does::Status => status(r)?.into(),
        Does::In => PutUnitInService { unit: r.unit()? }.into(),
        Does::Out => TakeUnitOutOfService {
            unit: r.unit()?,
            status: match r.left() {
                0 => None,
                _ => Some(status_code(r)?),
            },
            reason: r.text_if_any()?,
        }
        .into(),
        Does::Stack => StackIncident {
            unit: r.unit()?,
            incident: r.incident()?,
        }
        .into(),
        Does::Unstack => UnstackIncident {
            unit: r.unit()?,
            incident: r.incident()?,
        }
        .into(),
        Does::Note => AddNarrative {
            incident: r.incident()?,
            text: r.text()?,
        }
        .into(),
        Does::Correct => CorrectNarrative {
            incident: named_or_selected(r, 1)?,
            line: LineNo(r.number(What::Number, "line")?),
            text: r.text()?,
        }
        .into(),
        Does::Priority => PrioritiseIncident {
            incident: named_or_selected(r, 1)?,
            priority: priority(r)?,
        }
        .into(),
        Does::Type => ClassifyIncident {
            incident: coded(r)?,
            incident_type: incident_type(r)?,
        }
        .into(),
        Does::Place => LocateIncident {
            incident: r.incident()?,
            place: match r.place_if_any()? {
                Some(place) => Place::new(place, None),
                None => return r.missing(What::Place),
            },
        }
        .into(),
        Does::Merge => {
            let incident = r.named_incident("incident")?;
            r.sign(">")?;
            let into = r.named_incident("into")?;
            MergeIncidents { incident, into }.into()
        }
        Does::Unmerge => {
            let incident = r.named_incident("incident")?;
            r.sign("<")?;
            let from = r.named_incident("into")?;
            UnmergeIncident { incident, from }.into()
        }
        Does::Relate => LinkIncidents {
            incident: r.named_incident("incident")?,
            other: r.named_incident("into")?,
            relation: Relation::Related,
        }
        .into(),
        Does::Close => CloseIncident {
            incident: coded(r)?,
            disposition: {
                let rows = &r.center.configuration.dispositions;
                let rows = rows.values().map(|row| (&row.code, &row.label));
                r.code(What::Disposition, "disposition", rows)?
            },
        }
        .into(),
        Does::Reopen => ReopenIncident {
            incident: r.incident()?,
            reason: r.text()?,
        }
        .into(),
        Does::Activate => ActivateScheduled {
            incident: r.incident()?,
        }
        .into(),
        Does::Transfer => transfer(r)?.into(),
        Does::Handle => HandleCall {
            incident: named_or_selected(r, 2)?,
            call: r.number(What::Number, "call")?,
            how: handling(r)?,
        }
        .into(),
        Does::Par => AskWelfare {
            incident: r.incident()?,
            unit: match r.left() {
                0 => None,
                _ => Some(r.unit()?),
            },
        }
        .into(),
        Does::Well => AnswerWelfare {
            unit: r.unit()?,
            incident: r.incident_if_any()?,
            words: r.text_if_any()?,
        }
        .into(),
        Does::Emergency => DeclareEmergency {
            unit: r.unit()?,
            cause: EmergencyCause::Mayday,
        }
        .into(),
        Does::EndEmergency => EndEmergency {
            unit: r.unit()?,
            reason: r.text()?,
        }
        .into(),
        Does::Acknowledge => AcknowledgeAlarm { alarm: r.alarm()? }.into(),
        Does::Lift => LiftClosure {
            closure: closure(r)?,
        }
        .into(),
        Does::Undo => Undo.into(),
    };
    Ok(Act::Command(command))
}

/// Numbers above are no alarm's level.
const MOST_ALARMS: u64 = 10;

/// The same where the other word is a code, which may stand in front: `C DONE 2612`.
fn coded(r: &mut Reader<'_>) -> Result<crate::IncidentId, Mistake> {
    r.incident_first(|word| {
        word.is_quoted
            || !word
                .text
                .starts_with(|c: char| c == '#' || c.is_ascii_digit())
    });
    named_or_selected(r, 1)
}

/// The incident, where more words are left than what follows it; otherwise the selected one.
fn named_or_selected(r: &mut Reader<'_>, follow: usize) -> Result<crate::IncidentId, Mistake> {
    match r.left() > follow {
        true => r.named_incident("incident"),
        false => r.selected_incident("incident"),
    }
}

fn dispatch(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let units = r.units()?;
    Ok(Act::Send(Sending {
        incident: r.incident()?,
        alarm: None,
        units: (!units.is_empty()).then_some(units),
        although_committed: r.insists(),
    }))
}

fn alarm(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    // A level in front of what can only be an incident: `AL 2 2612`.
    let level = |word: &super::words::Word| {
        word.text
            .parse()
            .is_ok_and(|level: u64| level <= MOST_ALARMS)
    };
    if r.is_incident_at(1, MOST_ALARMS) {
        r.incident_first(level);
    }
    // One number alone is a level, unless it can only be an incident's.
    let follow = usize::from(!r.is_incident_at(0, MOST_ALARMS));
    let incident = named_or_selected(r, follow)?;
    let alarm = match r.left() {
        0 => None,
        _ => Some(r.number(What::Number, "alarm")?),
    };
    if alarm.is_none() {
        r.say("alarm", "");
    }
    Ok(Act::Send(Sending {
        incident,
        alarm,
        units: None,
        although_committed: r.insists(),
    }))
}

fn status(r: &mut Reader<'_>) -> Result<ChangeUnitStatus, Mistake> {
    let unit = r.unit()?;
    let status = match r.status.take() {
        Some(status) => {
            r.write(&super::quoted(status.as_str()));
            status
        }
        None => status_code(r)?,
    };
    Ok(ChangeUnitStatus {
        unit,
        status,
        incident: r.incident_if_any()?,
        correction: r.insists(),
    })
}

fn status_code(r: &mut Reader<'_>) -> Result<crate::Code, Mistake> {
    let rows = &r.center.configuration.unit_statuses;
    let rows = rows.values().map(|row| (&row.code, &row.label));
    r.code(What::Status, "status", rows)
}

fn priority(r: &mut Reader<'_>) -> Result<crate::Code, Mistake> {
    let rows = &r.center.configuration.priorities;
    let rows = rows.values().map(|row| (&row.code, &row.label));
    r.code(What::Priority, "priority", rows)
}

fn incident_type(r: &mut Reader<'_>) -> Result<crate::Code, Mistake> {
    let rows = &r.center.configuration.incident_types;
    let rows = rows.values().map(|row| (&row.code, &row.label));
    r.code(What::Type, "type", rows)
}

fn new_call(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let incident_type = match r.left() {
        0 => None,
        _ => Some(incident_type(r)?),
    };
    let priority = match r.left() {
        0 => None,
        _ => Some(priority(r)?),
    };
    let place = r.place_if_any()?;
    let told = r.text_if_any()?;
    if incident_type.is_none() && place.is_none() && told.is_none() {
        return r.missing(What::Type);
    }
    Ok(Act::Take(NewCall {
        incident_type,
        priority,
        place,
        told,
    }))
}

/// A call by a template. In full it is the new call that it makes: a template that is changed before
/// the line is sent does not change what the line means.
fn template(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let configuration = &r.center.configuration;
    let rows = configuration.offered_templates();
    let rows = rows.map(|row| (&row.code, &row.label));
    let code = r.code(What::Template, "template", rows)?;
    let template = &configuration.templates[&code];
    r.begin_anew(find(Does::New, "new"));
    let incident_type = template.incident_type.clone();
    if let Some(code) = &incident_type {
        r.write(&super::quoted(code.as_str()));
        let known = configuration.incident_types.get(code);
        r.say("type", known.map_or(code, |known| &known.label));
    }
    // A line names a priority behind a type only.
    let priority = template
        .priority
        .clone()
        .filter(|_| incident_type.is_some());
    if let Some(code) = &priority {
        r.write(&super::quoted(code.as_str()));
        let known = configuration.priorities.get(code);
        r.say("priority", known.map_or(code, |known| &known.label));
    }
    // Two strokes would begin the text.
    let place = template.place.as_ref();
    let place = place.map(|place| place.as_str().replace("//", "/"));
    r.offer_place(place);
    let place = r.place_if_any()?;
    r.precede_text(template.text.as_ref().map(|text| text.as_str()));
    let told = r.text_if_any()?;
    Ok(Act::Take(NewCall {
        incident_type,
        priority,
        place,
        told,
    }))
}

fn transfer(r: &mut Reader<'_>) -> Result<TransferIncident, Mistake> {
    let incident = named_or_selected(r, 1)?;
    let Some(word) = r.words.take() else {
        return r.missing(What::Center);
    };
    let Ok(to) = crate::Code::new(&word.text) else {
        return r.unknown(What::Center, word);
    };
    r.write(&super::quoted(to.as_str()));
    r.say("to", &to);
    Ok(TransferIncident {
        incident,
        to,
        reference: None,
        reason: r.text_if_any()?,
    })
}

fn handling(r: &mut Reader<'_>) -> Result<Handling, Mistake> {
    let Some(word) = r.words.take() else {
        return r.missing(What::Handling);
    };
    let Some(how) = Handling::from_name(&word.text.to_lowercase()) else {
        return r.unknown(What::Handling, word);
    };
    r.write(how.name());
    r.say("handling", how.name());
    Ok(how)
}

/// A street to be closed. Where a second place follows `>`, the way between the two is meant.
fn close_street(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let Some(word) = r.words.take() else {
        return r.missing(What::Cause);
    };
    let Some(cause) = ClosureCause::from_name(&word.text.to_lowercase()) else {
        return r.unknown(What::Cause, word);
    };
    r.write(cause.name());
    r.say("cause", cause.name());
    let hours = match r.left() {
        0 => None,
        _ => Some(r.number::<std::num::NonZeroU16>(What::Number, "hours")?),
    };
    let impassable = r.insists();
    if impassable {
        r.say("impassable", "yes");
    }
    let Some(place) = r.place_if_any()? else {
        return r.missing(What::Place);
    };
    let text = |said: &str| crate::Text::new(said.trim()).ok();
    let (from, to) = match place.as_str().split_once('>') {
        None => (Some(place.clone()), None),
        Some((from, to)) => (text(from), Some(text(to))),
    };
    let (Some(from), None | Some(Some(_))) = (from, &to) else {
        return r.missing(What::Place);
    };
    Ok(Act::CloseStreet(ClosingWords {
        cause,
        from,
        to: to.flatten(),
        hours: hours.map(std::num::NonZeroU16::get),
        impassable,
    }))
}

/// The closure in force that a number names.
fn closure(r: &mut Reader<'_>) -> Result<ClosureId, Mistake> {
    let Some(word) = r.words.take() else {
        return r.missing(What::Closure);
    };
    let number = word.text.parse().ok();
    let Some(closure) = number.and_then(|no| r.center.closures.get(no)) else {
        return r.unknown(What::Closure, word);
    };
    r.write(&closure.id.0.to_string());
    r.say("closure", closure.id);
    r.say("street", &closure.street);
    r.say("cause", closure.cause.name());
    Ok(closure.id)
}

fn view(r: &mut Reader<'_>) -> Result<Act, Mistake> {
    let Some(word) = r.words.next() else {
        return r.missing(What::Incident);
    };
    let is_unit = super::resolve::unit(r.center, &word.text).is_some();
    let fits = super::resolve::endings(r.center, &word.text);
    if is_unit && !word.is_quoted && !fits.is_empty() {
        let choices = [format!("\"{}\"", word.text)].into_iter();
        return Err(Mistake::Ambiguous {
            choices: choices
                .chain(fits.iter().take(7).map(|id| format!("#{}", id.0)))
                .collect(),
            word: word.text.clone(),
            at: word.at,
        });
    }
    match is_unit {
        true => r.unit().map(|unit| Act::See(Sight::Unit(unit))),
        false => r
            .named_incident("unit")
            .map(|id| Act::See(Sight::Incident(id))),
    }
}

/// All words that are left, as they stand.
fn rest(r: &mut Reader<'_>) -> Result<String, Mistake> {
    let mut words = Vec::new();
    while let Some(word) = r.words.take() {
        words.push(word.text);
    }
    if let Some(place) = r.words.place.take() {
        words.push(place.text);
    }
    let words = words.join(" ");
    if words.is_empty() {
        return r.missing(What::Text);
    }
    r.write(&words);
    r.say("text", &words);
    Ok(words)
}
