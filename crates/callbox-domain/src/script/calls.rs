//! How a transcript shows calls.

use super::transcript::{caller_part, clock, part, place_part, reason_part};
use crate::{Assessed, Event, Incident, Personal, Reported, events::*};

/// The open and the personal part of an event about calls.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::CallRecorded(CallRecorded {
            incident,
            call,
            kind,
            has_caller,
            has_reported,
            details,
        }) => {
            let details = details.known();
            let caller = has_caller.then(|| details.and_then(|d| d.caller.clone()).into());
            let said = has_reported.then(|| details.and_then(|d| d.reported.clone()).into());
            let (caller, said) = (caller_part(&caller), reported_part(&said));
            format!("{incident} call={call} {}{caller}{said}", kind.name())
        }
        Event::CallHandled(CallHandled {
            incident,
            call,
            how,
        }) => format!("{incident} call={call} {}", how.name()),
        Event::PlaceAssessed(PlaceAssessed { incident, assessed }) => {
            format!("{incident} {}", assessed_part(assessed))
        }
        Event::QuestionCardPublished(QuestionCardPublished { edition }) => {
            let (code, version) = (&edition.card.code, edition.version);
            let (from, questions) = (clock(edition.effective), edition.card.questions.len());
            match edition.in_use {
                true => format!("{code} version {version} from {from}: {questions} questions"),
                false => format!("{code} version {version} from {from}: not in use"),
            }
        }
        Event::QuestionAnswered(QuestionAnswered {
            incident,
            card,
            version,
            said,
        }) => {
            let said = match said.known() {
                None => "‹erased›".to_owned(),
                Some(said) => format!("‹{}={}›", said.question, said.given.written()),
            };
            format!("{incident} {card} version {version} {said}")
        }
        Event::QuestionsRuled(QuestionsRuled {
            incident,
            incident_type,
            priority,
        }) => format!(
            "{incident}{}{}",
            part("type", incident_type),
            part("priority", priority)
        ),
        Event::IncidentsMerged(IncidentsMerged { incident, into }) => {
            format!("{incident} into {into}")
        }
        Event::MergeUndone(MergeUndone { incident, from }) => format!("{incident} from {from}"),
        Event::IncidentScheduled(IncidentScheduled { incident, schedule }) => {
            let (at, warn) = (clock(schedule.at), schedule.warn_seconds);
            format!("{incident} at {at} warn {warn}")
        }
        Event::ScheduleActivated(ScheduleActivated { incident }) => incident.to_string(),
        Event::IncidentTransferred(IncidentTransferred {
            incident,
            to,
            reference,
            has_reason,
            reason,
        }) => {
            let reason = reason_part(&has_reason.then(|| reason.clone()));
            format!("{incident} to={to:?}{}{reason}", part("ref", reference))
        }
        Event::PremiseNoteSet(PremiseNoteSet {
            note,
            hazard,
            owner,
            expires,
            review,
            details,
        }) => {
            let (expires, review) = (clock(*expires), clock(*review));
            let said = match details.known() {
                None => " ‹erased›".to_owned(),
                Some(known) => {
                    let place = place_part(&Some(Personal::Known(known.place.clone())));
                    format!("{place} ±{} ‹{}›", known.radius_meters, known.text)
                }
            };
            let name = hazard.name();
            format!("{note} {name} owner={owner} expires={expires} review={review}{said}")
        }
        Event::PremiseNoteRetired(PremiseNoteRetired { note }) => note.to_string(),
        Event::StreetClosed(closed) => {
            let (pieces, street) = (closed.stretches.len(), closed.street.as_str());
            let until = closed.until.map(|until| format!(" until={}", clock(until)));
            let until = until.unwrap_or_default();
            let impassable = if closed.impassable { " impassable" } else { "" };
            let (closure, cause) = (closed.closure, closed.cause.name());
            format!("{closure} {cause} {street:?} pieces={pieces}{until}{impassable}")
        }
        Event::ClosureLifted(ClosureLifted { closure })
        | Event::ClosureExpired(ClosureExpired { closure }) => closure.to_string(),
        Event::ClosureUndone(ClosureUndone { closure, undoes }) => {
            format!("{closure} undoes={undoes}")
        }
        Event::LiftUndone(LiftUndone { closure, undoes }) => {
            format!(
                "{} {:?} undoes={undoes}",
                closure.id,
                closure.street.as_str()
            )
        }
        other => other.kind().name.to_owned(),
    }
}

/// What the calls brought, where it says more than the incident's first line.
pub(super) fn show(incident: &Incident) -> Vec<String> {
    let intake = &incident.intake;
    let mut lines = Vec::new();
    if let Some(checked) = &intake.assessed {
        let (at, by) = (clock(checked.at), checked.by);
        lines.push(format!(
            "    place {at} {by} {}",
            assessed_part(&checked.assessed)
        ));
    }
    if let Some(schedule) = &intake.scheduled {
        lines.push(format!("    scheduled for {}", clock(schedule.at)));
    }
    let is_plain = |call: &crate::Call| {
        call.kind == crate::CallKind::Spoken && call.handled.is_empty() && call.reported.is_none()
    };
    if intake.calls.len() > 1 || !intake.calls.iter().all(is_plain) {
        for (at, call) in intake.calls.iter().enumerate() {
            let handled: String = call
                .handled
                .iter()
                .map(|handled| format!(", {} {}", handled.how.name(), clock(handled.at)))
                .collect();
            lines.push(format!(
                "    call {} {} {} {}{}{}{handled}",
                at + 1,
                clock(call.at),
                call.by,
                call.kind.name(),
                caller_part(&call.caller),
                reported_part(&call.reported),
            ));
        }
    }
    lines.extend(
        intake
            .merged_into
            .map(|into| format!("    merged into {into}")),
    );
    lines.extend(intake.merged.iter().map(|id| format!("    merged {id}")));
    for transfer in &intake.transfers {
        lines.push(format!(
            "    transferred {} {} to={:?}{}{}",
            clock(transfer.at),
            transfer.by,
            transfer.to,
            part("ref", &transfer.reference),
            reason_part(&transfer.reason),
        ));
    }
    lines
}

fn reported_part(reported: &Option<Personal<Reported>>) -> String {
    match reported {
        None => String::new(),
        Some(Personal::Erased) => " said=‹erased›".into(),
        Some(Personal::Known(reported)) => {
            let place = place_part(&Some(Personal::Known(reported.place.clone())));
            let meters = reported.uncertainty_meters;
            let meters = meters.map_or_else(String::new, |meters| format!(" ±{meters}"));
            format!(" {} said{place}{meters}", reported.source.name())
        }
    }
}

fn assessed_part(assessed: &Assessed) -> String {
    let meters = |name: &str, value: Option<u32>| {
        value.map_or_else(String::new, |value| format!("{name}{value}"))
    };
    format!(
        "{} {}{}{}{}{}",
        assessed.source.name(),
        assessed.verdict.name(),
        meters(" ±", assessed.uncertainty_meters),
        part("found", &assessed.found),
        meters(" fit=", assessed.fit_percent.map(u32::from)),
        meters(" extent=", assessed.extent_meters),
    )
}
