//! The units that the plans would send, on an incident's page: for those who work without script.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    Center, Drive, Facts, Incident, IncidentId, Note, Question, Recommendation, SendSuggested,
    Suggestion, UnitId, WhyNot,
};
use maud::{Markup, html};

use super::{
    forms::Act, incident::refused, layout::act, plans::needs, submit::submit_made, ui::Ui,
};
use crate::{
    access::rights::Action,
    advice::{self, Around},
    api::recommendation::next_alarm,
    problem::Problem,
    security::SignedForm,
    state::{AppState, blocking},
};

/// How many of the units that are not sent are explained.
const OTHERS: usize = 15;

/// What the plans say of an open incident.
pub(super) struct Advice {
    question: Question,
    facts: Facts,
    found: Recommendation,
    /// Which suggested units go round closed streets.
    detours: BTreeMap<UnitId, Around>,
}

/// Asks the plans; nothing for a closed incident.
pub(super) async fn ask(
    state: &AppState,
    ui: &Ui,
    incident: IncidentId,
) -> Result<Option<Advice>, Problem> {
    let (state, signed) = (state.clone(), ui.signed.clone());
    blocking(move || {
        let center = state.center_for(signed.as_ref());
        let alarm = next_alarm(&center, incident);
        let question = Question { incident, alarm };
        let facts = advice::facts(&state, &center, incident);
        let found = center.recommend(question, &facts).ok()?;
        let suggested = found.suggested.iter().map(|one| one.unit);
        let detours = advice::detours(&state, &center, incident, suggested);
        Some(Advice {
            question,
            facts,
            found,
            detours,
        })
    })
    .await
}

/// `POST /incidents/{id}/alarm`: sends what is suggested now for the alarm.
pub(super) async fn send(
    State(state): State<AppState>,
    ui: Ui,
    Path(id): Path<u64>,
    SignedForm { signed, form }: SignedForm<Act>,
) -> Response {
    let incident = IncidentId(id);
    let facts = {
        let (state, signed) = (state.clone(), signed.clone());
        blocking(move || {
            let center = state.center_for(Some(&signed));
            (
                next_alarm(&center, incident),
                advice::facts(&state, &center, incident),
            )
        })
        .await
    };
    let made = facts.map(|(next, facts)| {
        SendSuggested {
            incident,
            alarm: if form.alarm == 0 {
                next
            } else {
                form.alarm.min(10)
            },
            facts,
            instead: None,
            although_committed: false,
        }
        .into()
    });
    match submit_made(&state, &signed, made, &form.key).await {
        Ok(_) => Redirect::to(&format!("/incidents/{id}")).into_response(),
        Err(problem) => refused(&state, &ui, incident, &form, problem).await,
    }
}

/// The suggestion with its reasons, and a button that sends it.
pub(super) fn panel(ui: &Ui, center: &Center, incident: &Incident, advice: &Advice) -> Markup {
    let found = &advice.found;
    let alarm = advice.question.alarm;
    let sign = |id| {
        center
            .unit(id)
            .map_or_else(String::new, |unit| unit.call_sign.to_string())
    };
    let send = |alarm: u8, label: String, main: bool| {
        html! {
            form method="post" action={"/incidents/" (incident.id.0) "/alarm"} {
                (act(ui))
                input type="hidden" name="alarm" value=(alarm);
                button class=(if main { "button main" } else { "button" }) { (label) }
            }
        }
    };
    let number = alarm.to_string();
    // Said once, not for each unit.
    let no_drives = found.suggested.len() > 1
        && found
            .suggested
            .iter()
            .all(|one| one.lateness.drive == Drive::Unknown);
    let place = incident.place.as_ref().and_then(|place| place.known());
    let is_placed = place.is_some_and(|place| place.lat_lon().is_some());
    let told = |note: &&Note| !no_drives || **note != Note::NoDrive;
    html! {
        section class="stack" aria-label=(ui.t("suggest")) {
            h2 { (ui.t("suggest")) }
            @match &found.plan {
                None => p class="quiet" { (ui.t("suggest.no_plan")) },
                Some(plan) => {
                    p class="quiet" { (ui.fill("suggest.plan", &[("plan", plan.as_str()), ("alarm", &number), ("alarms", &found.alarms.to_string())])) }
                    @if no_drives { p { b { (ui.t(if is_placed { "suggest.no_drives" } else { "suggest.no_place" })) } } }
                    @if !found.done.is_empty() {
                        @let signs: Vec<_> = found.done.iter().map(|(unit, _)| sign(*unit)).collect();
                        p { (ui.fill("suggest.done", &[("units", &signs.join(", "))])) }
                    }
                    ul {
                        @for one in &found.suggested {
                            li {
                                b class="strong" { (sign(one.unit)) } " "
                                span class="time" { (one.lateness.arrival_seconds().map_or("?".to_owned(), minutes)) }
                                @for note in one.notes.iter().filter(told) { " · " (note_words(ui, note)) }
                                @if let Some(around) = advice.detours.get(&one.unit) {
                                    " · " (ui.fill("suggest.detour", &[("streets", &around.streets.join(", ")), ("without", &minutes(around.seconds_without))]))
                                }
                            }
                        }
                        @for shortfall in &found.shortfalls {
                            li {
                                b class="strong" { (ui.fill("suggest.missing", &[("n", &shortfall.missing.to_string()), ("what", &needs(ui, &found.requirements[shortfall.requirement]))])) }
                                @for (why, n) in &shortfall.reasons { " · " (n) "× " (why_words(ui, why)) }
                            }
                        }
                        @if found.suggested.is_empty() && found.shortfalls.is_empty() {
                            li { (ui.t(if found.done.is_empty() { "suggest.all_there" } else { "suggest.met" })) }
                        }
                    }
                    @if ui.may(Action::Dispatch) {
                        div class="row-of controls" {
                            @if !found.suggested.is_empty() {
                                (send(alarm, send_words(ui, center, &found.suggested), true))
                            }
                            @if alarm < found.alarms {
                                (send(alarm + 1, ui.fill("suggest.alarm", &[("alarm", &(alarm + 1).to_string())]), false))
                            }
                        }
                    }
                    (others(ui, center, advice))
                }
            }
        }
    }
}

/// The words of the button: one unit by its call sign, several by their number.
fn send_words(ui: &Ui, center: &Center, suggested: &[Suggestion]) -> String {
    match suggested {
        [one] => {
            let unit = center.unit(one.unit);
            let sign = unit.map_or("?", |unit| unit.call_sign.as_str());
            ui.fill("suggest.send_one", &[("unit", sign)])
        }
        all => ui.fill("suggest.send", &[("n", &all.len().to_string())]),
    }
}

fn others(ui: &Ui, center: &Center, advice: &Advice) -> Markup {
    let Advice {
        question,
        facts,
        found,
        ..
    } = advice;
    let wanted = |unit: &callbox_domain::Unit| {
        let mut choices = found.requirements.iter().flat_map(|r| &r.choices);
        choices.any(|choice| choice.unit_type == unit.unit_type)
    };
    let units = center.units.iter().map(|(_, unit)| unit);
    let explained: Vec<_> = units
        .filter(|unit| wanted(unit))
        .map(|unit| (unit, center.why_not(*question, facts, found, unit.id)))
        .filter(|(_, why)| !why.is_empty())
        .take(OTHERS)
        .collect();
    html! {
        @if !explained.is_empty() {
            details {
                summary { (ui.t("suggest.why_not")) }
                ul {
                    @for (unit, why) in explained {
                        li { b { (unit.call_sign) } ": " @for (at, why) in why.iter().enumerate() { @if at > 0 { "; " } (why_words(ui, why)) } }
                    }
                }
            }
        }
    }
}

fn fill(ui: &Ui, key: &str, values: &[(&'static str, String)]) -> String {
    let values: Vec<_> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    ui.fill(key, &values)
}

fn note_words(ui: &Ui, note: &Note) -> String {
    fill(ui, &format!("note.{}", note.code()), &note.values())
}

fn why_words(ui: &Ui, why: &WhyNot) -> String {
    match why {
        // Counted over several incidents.
        WhyNot::OnIncident(IncidentId(0)) => ui.t("why.on-others").to_owned(),
        why => fill(ui, &format!("why.{}", why.code()), &why.values()),
    }
}

fn minutes(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
