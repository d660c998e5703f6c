//! An incident's recorded events in words, each with its place in the ledger.

use callbox_domain::{
    AssignmentEnd, Cause, Center, Entry, Event, Incident, LineNo, Personal, Text, UnitId,
    events::QuestionAnswered,
};
use maud::{Markup, html};

use super::{call::kind_key, cards, layout::shape, panel::correct_form, ui::Ui};
use crate::{access::rights::Action, state::AppState};

/// From how many seconds between happening and recording on an entry counts as late.
const LATE_SECONDS: f64 = 60.0;

/// The list of events; the day stands above the first of each.
pub(super) fn timeline(
    state: &AppState,
    ui: &Ui,
    center: &Center,
    incident: &Incident,
    entries: &[Entry],
) -> Markup {
    html! {
        ol class="timeline" {
            @for day in entries.chunk_by(|a, b| ui.date(a.at) == ui.date(b.at)) {
                li class="day" { (ui.date(day[0].at)) }
                @for entry in day { (row(state, ui, center, incident, entry)) }
            }
        }
    }
}

fn row(state: &AppState, ui: &Ui, center: &Center, incident: &Incident, entry: &Entry) -> Markup {
    let (meaning, words) = describe(ui, center, &entry.event);
    let name = state
        .access
        .name_of(entry.actor)
        .unwrap_or_else(|| entry.actor.to_string());
    html! {
        li {
            time datetime=(ui.exact(entry.at)) { (ui.time(entry.at)) }
            span { @if let Some(meaning) = meaning { (shape(meaning)) } }
            div {
                p { (words) " " span class="by" { "· " (name) } }
                @if let Some(no) = line_of(&entry.event) { (line(ui, incident, no)) }
            }
            span class="seq" title=(entry.event.kind().name) {
                @if entry.recorded.seconds_since(entry.at) >= LATE_SECONDS {
                    @let day = ui.date(entry.recorded);
                    @let at = if day == ui.date(entry.at) { ui.time(entry.recorded) } else { ui.date_time(entry.recorded) };
                    (ui.fill("event.late", &[("at", &at)])) " · "
                }
                a href=(format!("/incidents/{}/proofs/{}", incident.id.0, entry.seq)) title=(ui.t("ledger.get_proof")) download { (ui.t("ledger.at")) " " (super::ui::grouped(entry.seq)) }
            }
        }
    }
}

fn line_of(event: &Event) -> Option<LineNo> {
    match event {
        Event::NarrativeAdded(added) => Some(added.line),
        Event::NarrativeCorrected(corrected) => Some(corrected.line),
        _ => None,
    }
}

/// What belongs to a narrative line: its number, the lines that correct it, and the form for that.
fn line(ui: &Ui, incident: &Incident, no: LineNo) -> Markup {
    let corrections = incident
        .lines
        .iter()
        .filter(|line| line.corrects == Some(no));
    let corrections: Vec<_> = corrections.map(|line| line.no.to_string()).collect();
    let known = incident.lines.iter().find(|line| line.no == no);
    let words = known.and_then(|line| line.text.known());
    html! {
        p class="by" {
            (ui.fill("narrative.line", &[("no", &no.to_string())]))
            @if !corrections.is_empty() { " · " (ui.fill("narrative.corrected_by", &[("no", &corrections.join(", "))])) }
        }
        @if let Some(words) = words {
            @if corrections.is_empty() && ui.may(Action::Narrate) { (correct_form(ui, incident, no.0, words.as_str())) }
        }
    }
}

fn words(ui: &Ui, text: &Personal<Text>) -> String {
    text.known()
        .map_or_else(|| ui.t("erased").to_owned(), ToString::to_string)
}

/// What a unit did or was told, in the words of `key`.
fn of_unit(ui: &Ui, unit: &str, key: &str) -> Markup {
    html! { b class="strong" { (unit) } " " (ui.t(key)) }
}

/// A question with its answer, in the words of the card's version.
fn answered(ui: &Ui, center: &Center, event: &QuestionAnswered) -> Markup {
    let edition = center
        .configuration
        .card_version(&event.card, event.version);
    let known = event.said.known().map(|said| {
        let question = edition.and_then(|it| it.card.question(said.question.as_str()));
        match question {
            Some(question) => (
                cards::said(ui, &question.ask).to_owned(),
                cards::answer_words(ui, question, &said.given),
            ),
            None => (said.question.to_string(), said.given.written()),
        }
    });
    html! {
        @match known {
            Some((question, answer)) => { (question) " " b { (answer) } }
            None => (ui.t("erased")),
        }
        " " span class="quiet" { (event.card) " " (event.version) }
    }
}

/// A shape, where the event has one, and what happened.
fn describe(ui: &Ui, center: &Center, event: &Event) -> (Option<&'static str>, Markup) {
    let called = |unit: UnitId| {
        center
            .unit(unit)
            .map_or_else(|| unit.to_string(), |unit| unit.call_sign.to_string())
    };
    let plain = |key: &str, values: &[(&str, &str)]| html! { (ui.fill(key, values)) };
    match event {
        Event::IncidentReceived(received) => {
            let kind = received.incident_type.as_ref();
            let label = kind.and_then(|code| center.configuration.incident_types.get(code));
            let label = label.map_or(ui.t("no_type"), |kind| kind.label.as_str());
            let known = received.details.known();
            let place = known.and_then(|known| known.place.as_ref());
            let none = match received.has_place {
                true => ui.t("erased"),
                false => ui.t("no_place"),
            };
            let place = place.map_or(none, |place| place.text.as_str());
            (
                None,
                html! { b class="strong" { (ui.t("event.received")) } " " (label) ", " (place) },
            )
        }
        Event::IncidentLocated(located) => {
            let place = located
                .place
                .known()
                .map_or(ui.t("erased"), |place| place.text.as_str());
            (None, plain("event.located", &[("place", place)]))
        }
        Event::IncidentClassified(classified) => {
            let code = &classified.incident_type;
            let label = center.configuration.incident_types.get(code);
            let label = label.map_or(code.as_str(), |kind| kind.label.as_str());
            (None, plain("event.classified", &[("type", label)]))
        }
        Event::IncidentPrioritised(prioritised) => (
            None,
            plain(
                "event.prioritised",
                &[("priority", prioritised.priority.as_str())],
            ),
        ),
        Event::NarrativeAdded(added) => (None, html! { "“" (words(ui, &added.text)) "”" }),
        Event::NarrativeCorrected(corrected) => {
            let no = corrected.corrects.to_string();
            (
                None,
                html! {
                    (ui.fill("narrative.corrects", &[("no", &no)])) " “" (words(ui, &corrected.text)) "”"
                },
            )
        }
        Event::IncidentsLinked(linked) => (
            None,
            plain(
                "event.linked",
                &[
                    ("id", &linked.incident.0.to_string()),
                    ("other", &linked.other.0.to_string()),
                ],
            ),
        ),
        Event::IncidentShared(it) => (
            None,
            plain("event.shared", &[("agency", it.agency.as_str())]),
        ),
        Event::IncidentUnshared(it) => (
            None,
            plain("event.unshared", &[("agency", it.agency.as_str())]),
        ),
        Event::IncidentTakenFor(it) => (
            None,
            plain("event.taken_for", &[("agency", it.agency.as_str())]),
        ),
        Event::CallRecorded(it) => {
            let kind = ui.t(kind_key(it.kind));
            (
                None,
                plain("event.call", &[("n", &it.call.to_string()), ("kind", kind)]),
            )
        }
        Event::CallHandled(it) => {
            let how = ui.t(&format!("handling.{}", it.how.name()));
            (
                None,
                plain(
                    "event.handled",
                    &[("n", &it.call.to_string()), ("how", how)],
                ),
            )
        }
        Event::PlaceAssessed(it) => {
            let verdict = ui.t(&format!("verdict.{}", it.assessed.verdict.name()));
            let source = ui.t(&format!("source.{}", it.assessed.source.name()));
            (
                None,
                plain(
                    "event.assessed",
                    &[("verdict", verdict), ("source", source)],
                ),
            )
        }
        Event::QuestionAnswered(it) => (None, answered(ui, center, it)),
        Event::QuestionsRuled(it) => {
            let codes = [&it.incident_type, &it.priority].into_iter().flatten();
            let codes: Vec<_> = codes.map(|code| code.as_str()).collect();
            (None, plain("event.ruled", &[("what", &codes.join(", "))]))
        }
        Event::IncidentsMerged(it) => {
            let (id, into) = (it.incident.0.to_string(), it.into.0.to_string());
            (None, plain("event.merged", &[("id", &id), ("into", &into)]))
        }
        Event::MergeUndone(it) => {
            let (id, into) = (it.incident.0.to_string(), it.from.0.to_string());
            (
                None,
                plain("event.unmerged", &[("id", &id), ("into", &into)]),
            )
        }
        Event::IncidentScheduled(it) => {
            let at = ui.date_time(it.schedule.at);
            (None, plain("event.scheduled", &[("at", &at)]))
        }
        Event::ScheduleActivated(_) => (None, plain("event.activated", &[])),
        Event::IncidentTransferred(it) => (
            None,
            html! {
                (ui.fill("event.transferred", &[("to", it.to.as_str())]))
                @if let Some(reference) = &it.reference { " · " (reference) }
                @if it.has_reason { " “" (words(ui, &it.reason)) "”" }
            },
        ),
        Event::IncidentClosed(closed) => {
            let label = center.configuration.dispositions.get(&closed.disposition);
            let label = label.map_or(closed.disposition.as_str(), |known| known.label.as_str());
            (
                Some("closed"),
                html! { b class="strong" { (ui.t("event.closed")) } " " (label) },
            )
        }
        Event::IncidentReopened(reopened) => (
            None,
            html! { b class="strong" { (ui.t("event.reopened")) } " “" (words(ui, &reopened.reason)) "”" },
        ),
        Event::UnitDispatched(dispatched) => {
            let unit = called(dispatched.unit);
            (
                Some("dispatched"),
                html! { b class="strong" { (unit) } " " (ui.t("event.dispatched")) },
            )
        }
        Event::DispatchUndone(it) => (None, of_unit(ui, &called(it.unit), "event.dispatch_undone")),
        Event::StatusUndone(it) => {
            let words = ui.fill("event.status_undone", &[("status", it.status.as_str())]);
            let unit = called(it.unit);
            (
                Some(it.meaning.name()),
                html! { b class="strong" { (unit) } " " (words) },
            )
        }
        Event::EndUndone(it) => (None, of_unit(ui, &called(it.unit), "event.end_undone")),
        Event::CloseUndone(_) => (None, plain("event.close_undone", &[])),
        Event::IncidentStacked(it) => (None, of_unit(ui, &called(it.unit), "event.stacked")),
        Event::IncidentUnstacked(it) => (None, of_unit(ui, &called(it.unit), "event.unstacked")),
        Event::WelfareAsked(it) => (None, of_unit(ui, &called(it.unit), "event.welfare_asked")),
        Event::WelfareAnswered(it) => (
            None,
            html! {
                (of_unit(ui, &called(it.unit), "event.welfare_answered"))
                @if it.has_words { " “" (words(ui, &it.words)) "”" }
            },
        ),
        Event::WelfareMissed(it) => {
            let words = ui.fill("event.welfare_missed", &[("n", &it.missed.to_string())]);
            (
                None,
                html! { b class="strong" { (called(it.unit)) } " " (words) },
            )
        }
        Event::AlarmRaised(it) => {
            let what = match &it.cause {
                Cause::Clock(code) => {
                    let clock = center.configuration.clocks.get(code);
                    clock
                        .map_or(code.as_str(), |clock| clock.label.as_str())
                        .to_owned()
                }
                cause => ui.t(&format!("alarm.{}", cause.name())).to_owned(),
            };
            (None, plain("event.alarm", &[("what", &what)]))
        }
        Event::AlarmAcknowledged(_) => (None, plain("event.alarm_acknowledged", &[])),
        Event::AlarmEscalated(_) => (None, plain("event.alarm_escalated", &[])),
        Event::AssignmentProgressed(progressed) => {
            let unit = called(progressed.unit);
            let label = center.configuration.unit_statuses.get(&progressed.status);
            let label = label.map_or(progressed.status.as_str(), |status| status.label.as_str());
            (
                Some(progressed.meaning.name()),
                html! {
                    b class="strong" { (unit) } " " (progressed.status) " " (label)
                    @if progressed.correction { " · " (ui.t("event.correction")) }
                    @if progressed.out_of_order { " · " (ui.t("event.out_of_order")) }
                },
            )
        }
        Event::AssignmentEnded(ended) => {
            let unit = called(ended.unit);
            let how = ui.t(&format!("ended.{}", ended.how.name()));
            (
                Some("available"),
                html! {
                    b class="strong" { (unit) } " " (how)
                    @if let AssignmentEnd::Reassigned(to) = ended.how { " → " (to) }
                    @if ended.has_reason { " “" (words(ui, &ended.reason)) "”" }
                },
            )
        }
        Event::UnitsSuggested(suggested) => {
            let units: Vec<_> = suggested
                .suggested
                .iter()
                .map(|unit| called(*unit))
                .collect();
            let units = match units.is_empty() {
                true => "–".to_owned(),
                false => units.join(", "),
            };
            let plan = suggested.plan.as_ref().map_or("–", |plan| plan.as_str());
            let alarm = suggested.alarm.to_string();
            (
                None,
                plain(
                    "event.suggested",
                    &[("plan", plan), ("alarm", &alarm), ("units", &units)],
                ),
            )
        }
        Event::HoldPlaced(it) => (None, plain("event.held", &[("basis", it.basis.as_str())])),
        Event::HoldLifted(it) => (
            None,
            plain("event.hold_lifted", &[("basis", it.basis.as_str())]),
        ),
        Event::ErasureRequested(it) => (
            None,
            plain("event.erasure_requested", &[("basis", it.basis.as_str())]),
        ),
        Event::ErasureRefused(it) => (
            None,
            plain("event.erasure_refused", &[("reason", it.reason.as_str())]),
        ),
        Event::DomainErased(it) => (None, plain("event.erased", &[("basis", it.basis.as_str())])),
        Event::ErasureCompleted(it) => (
            None,
            plain(
                "event.erasure_completed",
                &[("n", &it.payloads.to_string())],
            ),
        ),
        // What belongs to the center or to a unit alone stands in no incident's history.
        other => (None, html! { (other.kind().name) }),
    }
}
