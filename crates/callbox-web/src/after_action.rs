//! The record of one incident for somebody outside: every event with its proof, in words that the
//! proofs carry.
//!
//! [`package`] is the only way in which a case's record leaves the service as a whole, so that
//! whatever is to be recorded of such a reading has one place. [`check`] needs nothing but the file
//! and the ledger's key: it reads every event anew from what is signed, and compares with what the
//! file says.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callbox_domain::{
    Assignment, AssignmentEnd, Center, Entry, Incident, IncidentId, Meaning, Stream, Timestamp,
};
use callbox_engine::{Engine, Evidence, NoEvidence, Shown, examine};
use callbox_ledger::{Opener, VerifierKey};
use serde_json::{Value, json};

use crate::api::{Zone, details};

/// What the file says it is.
pub const FORMAT: &str = "callbox-after-action/1";
/// The longest file that is read, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// Makes the file of an incident. `name` says who an actor is; names are the service's word and no
/// part of what is proven.
pub fn package(
    engine: &Engine,
    incident: &Incident,
    at: Timestamp,
    name: &dyn Fn(callbox_domain::ActorId) -> Option<String>,
) -> Result<Value, NoEvidence> {
    let center = engine.snapshot();
    let zone = Zone::of(&center);
    let evidence = engine.evidence(&incident.history)?;
    let entries: Vec<Entry> = evidence.iter().map(|one| one.entry.clone()).collect();
    let keys = [Some(engine.verifier_key()), engine.second_key()];
    let keys: Vec<String> = keys
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let actors: BTreeSet<_> = entries.iter().map(|entry| entry.actor).collect();
    let actors: serde_json::Map<_, _> = actors
        .into_iter()
        .filter_map(|actor| Some((actor.0.to_string(), name(actor)?.into())))
        .collect();
    let units: BTreeSet<_> = incident.assignments.iter().map(|one| one.unit).collect();
    let units: serde_json::Map<_, _> = units
        .into_iter()
        .filter_map(|id| {
            let sign = center.unit(id)?.call_sign.to_string();
            Some((id.0.to_string(), sign.into()))
        })
        .collect();
    Ok(json!({
        "format": FORMAT,
        "incident": incident.id.0,
        "made": zone.print(at),
        "timezone": center.configuration.center.as_ref().map(|center| center.timezone.as_str()),
        "ledger_keys": keys,
        "not_proven": {
            "center": center.configuration.center.as_ref().map(|center| center.name.as_str()),
            "actors": actors,
            "units": units,
        },
        "summary": summary(&zone, incident.id, &entries),
        "events": evidence.iter().map(|one| event(&zone, one)).collect::<Vec<_>>(),
    }))
}

fn event(zone: &Zone, one: &Evidence) -> Value {
    let mut row = said(zone, &one.entry);
    row["personal"] = json!(match one.shown {
        Shown::Absent => "none",
        Shown::Opened => "shown",
        Shown::Withheld => "erased",
    });
    row["proof"] = json!(one.proof);
    row["sealed"] = json!(one.stored.as_ref().map(|bytes| STANDARD.encode(bytes)));
    row["opens_with"] = json!(
        one.opener
            .as_ref()
            .map(|opener| STANDARD.encode(opener.bytes()))
    );
    row
}

/// What an event says, as far as the record proves it.
fn said(zone: &Zone, entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": zone.print(entry.at),
        "recorded": zone.print(entry.recorded),
        "actor": entry.actor.0,
        "purpose": entry.purpose.name(),
        "kind": entry.event.kind().name,
        "unit": entry.event.unit().map(|unit| unit.0),
        "details": details(&entry.event),
    })
}

/// What became of the incident, from its events alone: times, assignments, intervals.
fn summary(zone: &Zone, id: IncidentId, entries: &[Entry]) -> Value {
    let Some(incident) = Center::rebuild(id, entries) else {
        return Value::Null;
    };
    let seconds = |from: Option<Timestamp>, to: Option<Timestamp>| {
        Some(to?.seconds_since(from?)).filter(|seconds| *seconds >= 0.0)
    };
    let (first, arrived) = (incident.first_dispatched(), incident.first_on_scene());
    let assignment = |one: &std::sync::Arc<Assignment>| {
        let stamps = &one.stamps;
        let ended = one.ended.as_ref();
        let at = ended.and_then(|ended| ended.at);
        let undone = ended.is_some_and(|ended| matches!(ended.how, AssignmentEnd::Undone));
        let times: serde_json::Map<_, _> = stamps
            .recorded()
            .map(|(meaning, at)| (meaning.name().to_owned(), zone.print(at).into()))
            .collect();
        json!({
            "no": one.no.0,
            "unit": one.unit.0,
            "unit_type": one.unit_type.as_str(),
            "times": times,
            "ended": at.map(|at| zone.print(at)),
            "how": ended.map(|ended| ended.how.name()),
            "undone": undone,
            "turnout_seconds": seconds(Some(stamps.dispatched), stamps.en_route),
            "travel_seconds": seconds(stamps.en_route, stamps.on_scene),
            "assigned_seconds": seconds(Some(stamps.dispatched), at),
        })
    };
    json!({
        "received": zone.print(incident.received),
        "type": incident.incident_type.as_ref().map(|code| code.as_str()),
        "priority": incident.priority.as_ref().map(|code| code.as_str()),
        "place": incident.place_text(),
        "closed": incident.closed.as_ref().map(|closed| zone.print(closed.at)),
        "disposition": incident.closed.as_ref().map(|closed| closed.disposition.as_str()),
        "reopened": incident.reopened.len(),
        "call_to_dispatch_seconds": seconds(Some(incident.received), first),
        "dispatch_to_arrival_seconds": seconds(first, arrived),
        "call_to_arrival_seconds": seconds(Some(incident.received), arrived),
        "first_on_scene": incident.first(Meaning::OnScene).map(|at| zone.print(at)),
        "assignments": incident.assignments.iter().map(assignment).collect::<Vec<_>>(),
    })
}

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The ledger's name.
    pub origin: String,
    /// How many events its signed checkpoint covers.
    pub size: u64,
    /// Which incident the file is about.
    pub incident: u64,
    /// How many events the file holds.
    pub events: usize,
    /// Positions of the events whose personal part is not shown: erased, or held back.
    pub withheld: Vec<u64>,
    /// What was changed, is missing, or does not hold; empty when the file is good.
    pub faults: Vec<String>,
}

/// Checks a file against the ledger's key and says what was changed.
pub fn check(file: &Value, key: &VerifierKey) -> Checked {
    let mut checked = Checked::default();
    let faults = &mut checked.faults;
    if file["format"] != FORMAT {
        faults.push(format!("it does not say that it is a {FORMAT}"));
        return checked;
    }
    let (Some(incident), Some(rows)) = (file["incident"].as_u64(), file["events"].as_array())
    else {
        faults.push("it names no incident, or has no events".into());
        return checked;
    };
    checked.incident = incident;
    checked.events = rows.len();
    let zone = Zone::named(file["timezone"].as_str());
    let (mut entries, mut due) = (Vec::new(), 1);
    for row in rows {
        let said_seq = &row["seq"];
        let examined = match examine_row(row, key) {
            Ok(examined) => examined,
            Err(what) => {
                faults.push(format!("event {said_seq}: {what}"));
                due += 1;
                continue;
            }
        };
        let entry = examined.entry;
        if entry.event.stream() != Stream::Incident(IncidentId(incident)) {
            faults.push(format!("event {said_seq} belongs to something else"));
            continue;
        }
        if examined.stream_version != due {
            faults.push(match examined.stream_version > due {
                true => format!(
                    "before event {said_seq}, {} events of the incident are missing",
                    examined.stream_version - due
                ),
                false => format!("event {said_seq} is not in its order"),
            });
        }
        due = examined.stream_version + 1;
        if examined.shown == Shown::Withheld {
            checked.withheld.push(entry.seq);
        }
        compare(
            &format!("event {said_seq}"),
            &said(&zone, &entry),
            row,
            faults,
        );
        let (origin, size) = (&examined.checkpoint.origin, examined.checkpoint.size);
        if checked.origin.is_empty() {
            (checked.origin, checked.size) = (origin.clone(), size);
        } else if (checked.origin.as_str(), checked.size) != (origin.as_str(), size) {
            faults.push(format!("event {said_seq} is proven by another checkpoint"));
        }
        entries.push(entry);
    }
    if rows.is_empty() {
        faults.push("it has no events".into());
    }
    let due = summary(&zone, IncidentId(incident), &entries);
    match (&due, &file["summary"]) {
        (Value::Object(_), Value::Object(_)) => {
            compare("summary", &due, &file["summary"], faults);
        }
        (due, found) if due == found => {}
        _ => faults.push("the summary is not what the events say".into()),
    }
    checked
}

fn examine_row(row: &Value, key: &VerifierKey) -> Result<callbox_engine::Examined, String> {
    let bytes = |name: &str| match &row[name] {
        Value::String(text) => STANDARD
            .decode(text)
            .map(Some)
            .map_err(|_| format!("{name} is not base64")),
        _ => Ok(None),
    };
    let proof = row["proof"].as_str().ok_or("it has no proof")?;
    let (stored, opener) = (bytes("sealed")?, bytes("opens_with")?);
    let opener = opener
        .map(|bytes| Opener::from_slice(&bytes).ok_or("opens_with has another length"))
        .transpose()?;
    examine(proof, stored.as_deref(), opener.as_ref(), key).map_err(|error| error.to_string())
}

/// Names every member that is not as the record says; members that the record does not have are
/// left to [`check`].
fn compare(what: &str, due: &Value, found: &Value, faults: &mut Vec<String>) {
    match (due, found) {
        (Value::Object(due), Value::Object(_)) => {
            for (name, due) in due {
                compare(&format!("{what}, {name}"), due, &found[name], faults);
            }
        }
        (Value::Array(due), Value::Array(found)) if due.len() == found.len() => {
            for (at, (due, found)) in due.iter().zip(found).enumerate() {
                compare(&format!("{what} {}", at + 1), due, found, faults);
            }
        }
        _ if due == found => {}
        _ => faults.push(format!("{what}: the file says {found}, the record {due}")),
    }
}
