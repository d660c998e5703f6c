//! What may come next in a line.

use super::{
    Does, Verb, What,
    resolve::{self, label},
    verbs::VERBS,
    words::{Words, quoted},
};
use crate::{Center, ClosureCause, Code, Handling, IncidentId, IncidentState, Meaning};

/// How many are offered.
const OFFERED: usize = 8;

/// What a candidate names.
pub type Kind = What;

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub kind: Kind,
    /// What stands in the line for it.
    pub insert: String,
    /// What tells people which it is; a verb's name where it is a verb.
    pub label: String,
}

/// What may stand for the last word of `line`, which is what the cursor is in; with the bytes that
/// it replaces. After a blank that is nothing, and the candidates begin a new word.
pub fn complete(
    center: &Center,
    selected: Option<IncidentId>,
    line: &str,
) -> (usize, Vec<Candidate>) {
    let Ok(words) = Words::new(line) else {
        return (line.len(), Vec::new());
    };
    // Free text is the writer's own; places are for who knows the streets.
    if words.text.is_some() || words.place.is_some() {
        return (line.len(), Vec::new());
    }
    let mut before: Vec<_> = words.words.into_iter().collect();
    let is_in_word = before.last().is_some_and(|word| word.at.1 == line.len());
    let (start, begun) = match before.pop_if(|_| is_in_word) {
        Some(word) => (word.at.0, word.text),
        None => (line.len(), String::new()),
    };
    let begun = begun.trim_start_matches('#').to_lowercase();
    let begun = begun.as_str();
    let mut found = Vec::new();
    let Some((first, rest)) = before.split_first() else {
        verbs(center, begun, &mut found);
        found.truncate(OFFERED);
        return (start, found);
    };
    let Some((verb, status)) = resolve::verb(center, first) else {
        return (start, found);
    };
    for kind in kinds(verb, status.is_some(), rest.len(), selected.is_some()) {
        offer(center, verb, *kind, begun, &mut found);
    }
    // What stands in the line already is not offered again.
    found.retain(|one| {
        !rest
            .iter()
            .any(|word| word.text.eq_ignore_ascii_case(&one.insert))
    });
    found.truncate(OFFERED);
    (start, found)
}

/// What the word after `so_far` others may name.
fn kinds(verb: &Verb, has_status: bool, so_far: usize, has_selected: bool) -> &'static [What] {
    use What::{Disposition, Handling, Incident, Priority, Status, Type, Unit};
    match (verb.does, so_far) {
        (Does::Dispatch, 0) => &[Unit, Incident],
        (Does::Dispatch, _) => &[Incident, Unit],
        (Does::Status, 1) if !has_status => &[Status],
        (Does::Out, 1) => &[Status],
        (Does::Status | Does::Reassign | Does::Stack | Does::Unstack, 1..) => &[Incident],
        (Does::Cancel | Does::Release | Does::Well, 1) => &[Incident],
        (
            Does::Status
            | Does::Reassign
            | Does::Stack
            | Does::Unstack
            | Does::Cancel
            | Does::Release
            | Does::Well
            | Does::In
            | Does::Out
            | Does::Emergency
            | Does::EndEmergency
            | Does::Locate,
            0,
        ) => &[Unit],
        (Does::New, 0) => &[Type],
        (Does::New, 1) => &[Priority],
        (Does::Template, 0) => &[What::Template],
        (Does::Priority, 0) if has_selected => &[Priority, Incident],
        (Does::Type, 0) if has_selected => &[Type, Incident],
        (Does::Close, 0) if has_selected => &[Disposition, Incident],
        (Does::Priority, 1) => &[Priority],
        (Does::Type, 1) => &[Type],
        (Does::Close, 1) => &[Disposition],
        (Does::Handle, 2) => &[Handling],
        (Does::CloseStreet, 0) => &[What::Cause],
        (Does::Lift, 0) => &[What::Closure],
        (Does::Par, 1) => &[Unit],
        (Does::View | Does::Acknowledge, 0) => &[Incident, Unit],
        (Does::Merge | Does::Unmerge, 0 | 2) | (Does::Relate, 0 | 1) => &[Incident],
        (
            Does::Alarm
            | Does::Note
            | Does::Correct
            | Does::Priority
            | Does::Type
            | Does::Place
            | Does::Close
            | Does::Reopen
            | Does::Activate
            | Does::Transfer
            | Does::Handle
            | Does::Par,
            0,
        ) => &[Incident],
        _ => &[],
    }
}

fn verbs(center: &Center, begun: &str, found: &mut Vec<Candidate>) {
    let push = |verb: &Verb| Candidate {
        kind: What::Verb,
        insert: verb.words[0].to_owned(),
        label: verb.name.to_owned(),
    };
    let fits = |verb: &&Verb| verb.words[0].to_lowercase().starts_with(begun);
    let exists = |verb: &&Verb| {
        verb.meaning
            .is_none_or(|meaning| center.configuration.status_for(meaning).is_some())
    };
    found.extend(VERBS.iter().filter(fits).filter(exists).map(push));
    // Who knows the word for it and not the verb finds it as well.
    let named = |verb: &&Verb| !fits(verb) && begun.len() > 1 && verb.name.starts_with(begun);
    found.extend(VERBS.iter().filter(named).filter(exists).map(push));
}

fn offer(center: &Center, verb: &Verb, kind: What, begun: &str, found: &mut Vec<Candidate>) {
    let configuration = &center.configuration;
    match kind {
        What::Unit => units(center, verb.does, begun, found),
        What::Incident => incidents(center, verb.does, begun, found),
        What::Status => {
            let is_out = verb.does == Does::Out;
            let rows = configuration.unit_statuses.values();
            let rows = rows.filter(|row| !is_out || row.meaning == Meaning::OutOfService);
            codes(kind, rows.map(|row| (&row.code, &row.label)), begun, found);
        }
        What::Type => {
            let rows = configuration.incident_types.values();
            codes(kind, rows.map(|row| (&row.code, &row.label)), begun, found);
        }
        What::Priority => {
            let rows = configuration.priorities.values();
            codes(kind, rows.map(|row| (&row.code, &row.label)), begun, found);
        }
        What::Template => {
            let rows = configuration.offered_templates();
            codes(kind, rows.map(|row| (&row.code, &row.label)), begun, found);
        }
        What::Disposition => {
            let rows = configuration.dispositions.values();
            codes(kind, rows.map(|row| (&row.code, &row.label)), begun, found);
        }
        What::Handling => names(kind, Handling::NAMES, begun, found),
        What::Cause => names(kind, ClosureCause::NAMES, begun, found),
        What::Closure => closures(center, begun, found),
        _ => {}
    }
}

/// Fixed names, which are their own labels.
fn names(kind: What, all: &[&str], begun: &str, found: &mut Vec<Candidate>) {
    let begun = all.iter().filter(|name| name.starts_with(begun));
    found.extend(begun.map(|name| Candidate {
        kind,
        insert: (*name).to_owned(),
        label: (*name).to_owned(),
    }));
}

/// Closures in force by number or by a word of the street's name; the newest first.
fn closures(center: &Center, begun: &str, found: &mut Vec<Candidate>) {
    let all: Vec<_> = center.closures.iter().map(|(_, closure)| closure).collect();
    let fits = all.into_iter().rev().filter(|closure| {
        let street = closure.street.as_str().to_lowercase();
        closure.id.0.to_string().starts_with(begun)
            || street
                .split_whitespace()
                .any(|word| word.starts_with(begun))
    });
    found.extend(fits.take(OFFERED).map(|closure| Candidate {
        kind: What::Closure,
        insert: closure.id.0.to_string(),
        label: closure.street.to_string(),
    }));
}

fn codes<'a>(
    kind: What,
    rows: impl Iterator<Item = (&'a Code, &'a Code)>,
    begun: &str,
    found: &mut Vec<Candidate>,
) {
    // What begins so comes before what only has a word that does.
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (code, label) in rows {
        let (code_text, words) = (code.as_str().to_lowercase(), label.as_str().to_lowercase());
        let candidate = || Candidate {
            kind,
            insert: quoted(code.as_str()),
            label: label.to_string(),
        };
        if code_text.starts_with(begun) {
            first.push(candidate());
        } else if words.split_whitespace().any(|word| word.starts_with(begun)) {
            second.push(candidate());
        }
    }
    found.append(&mut first);
    found.append(&mut second);
}

fn units(center: &Center, does: Does, begun: &str, found: &mut Vec<Candidate>) {
    // Who can do what the verb asks for comes first.
    let wants = |meaning: Meaning| match does {
        Does::Dispatch | Does::Out | Does::Locate => meaning == Meaning::Available,
        Does::In => meaning == Meaning::OutOfService,
        _ => meaning != Meaning::Available && meaning != Meaning::OutOfService,
    };
    let mut fits: Vec<_> = center
        .units
        .iter()
        .map(|(_, unit)| unit)
        .filter(|unit| unit.call_sign.as_str().to_lowercase().starts_with(begun))
        .map(|unit| {
            let shown = unit.shown(center);
            let label = match shown.incident {
                Some(id) => format!("{} #{}", shown.status, id.0),
                None => shown.status.to_string(),
            };
            (!wants(shown.meaning), unit.call_sign.clone(), label)
        })
        .collect();
    fits.sort();
    let units = fits.into_iter().take(OFFERED);
    found.extend(units.map(|(_, sign, label)| Candidate {
        kind: What::Unit,
        insert: quoted(sign.as_str()),
        label,
    }));
}

fn incidents(center: &Center, does: Does, begun: &str, found: &mut Vec<Candidate>) {
    let wanted = match does {
        Does::Reopen => IncidentState::Closed,
        _ => IncidentState::Open,
    };
    let incidents = center.incidents.iter().map(|(_, incident)| incident);
    let mut fits: Vec<_> = incidents
        .filter(|incident| incident.state() == wanted)
        .filter(|incident| {
            let words = format!(
                "{} {}",
                label(center, incident),
                incident.place_text().unwrap_or_default()
            );
            incident.id.0.to_string().ends_with(begun)
                || (begun.len() > 1
                    && words
                        .to_lowercase()
                        .split_whitespace()
                        .any(|word| word.starts_with(begun)))
        })
        .collect();
    // As on the board: what waits first, then by rank, then by age.
    fits.sort_by_key(|incident| {
        let rank = center.configuration.rank(incident.priority.as_ref());
        (incident.active().next().is_some(), rank, incident.received)
    });
    found.extend(fits.into_iter().take(OFFERED).map(|incident| {
        let words = resolve::incident_words(center, incident.id);
        let number = format!("#{}", incident.id.0);
        Candidate {
            kind: What::Incident,
            label: words
                .trim_start_matches(number.as_str())
                .trim_start()
                .to_owned(),
            insert: number,
        }
    }));
}
