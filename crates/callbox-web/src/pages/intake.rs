//! What the calls brought to an incident: shown, and what can be done about it.

use callbox_domain::{ActorId, Call, Handling, Incident, Text};
use maud::{Markup, html};

use super::{call::kind_key, layout::act, ui::Ui};
use crate::{calls::location, state::AppState};

/// Rows for the list of facts.
pub(super) fn facts(state: &AppState, ui: &Ui, incident: &Incident) -> Markup {
    let intake = &incident.intake;
    let name = |actor: ActorId| {
        let known = state.access.name_of(actor);
        known.unwrap_or_else(|| actor.to_string())
    };
    html! {
        @if let Some(checked) = &intake.assessed {
            dt { (ui.t("place.checked")) }
            dd {
                (ui.t(&format!("verdict.{}", checked.assessed.verdict.name())))
                " · " (ui.t(&format!("source.{}", checked.assessed.source.name())))
                @if let Some(fit) = checked.assessed.fit_percent { " · " (fit) "%" }
                @if let Some(meters) = checked.assessed.uncertainty_meters.or(checked.assessed.extent_meters) { " · ±" (meters) " m" }
                " · " (name(checked.by))
            }
        }
        @if let Some(schedule) = &intake.scheduled {
            dt { (ui.t("schedule")) } dd { (ui.date_time(schedule.at)) }
        }
        @if let Some(into) = intake.merged_into {
            dt { (ui.t("merge.is")) } dd { a href={"/incidents/" (into.0)} { (into) } }
        }
        @for merged in &intake.merged {
            dt { (ui.t("merge.has")) } dd { a href={"/incidents/" (merged.0)} { (merged) } }
        }
        @for transfer in &intake.transfers {
            dt { (ui.t("transfer.is")) }
            dd {
                (transfer.to)
                @if let Some(reference) = &transfer.reference { " · " (reference) }
                " · " (ui.date_time(transfer.at)) " · " (name(transfer.by))
            }
        }
        @for (no, call) in told(incident) { (row(ui, no, call)) }
    }
}

/// The calls that say more than the incident's own lines.
fn told(incident: &Incident) -> impl Iterator<Item = (usize, &Call)> {
    let calls = &incident.intake.calls;
    let is_plain = |call: &Call| call.kind.name() == "spoken" && call.reported.is_none();
    let all = calls.len() > 1 || !calls.iter().all(is_plain);
    let calls = calls.iter().enumerate().map(|(at, call)| (at + 1, call));
    calls.filter(move |_| all)
}

fn row(ui: &Ui, no: usize, call: &Call) -> Markup {
    let caller = call.caller.as_ref();
    let known = caller.and_then(|caller| caller.known());
    let said: Vec<&str> = known
        .into_iter()
        .flat_map(|known| [&known.name, &known.call_back])
        .flatten()
        .map(Text::as_str)
        .collect();
    let reported = call.reported.as_ref().and_then(|it| it.known());
    html! {
        dt { (ui.fill("calls.one", &[("n", &no.to_string())])) }
        dd {
            (ui.time(call.at)) " · " (ui.t(kind_key(call.kind)))
            @if caller.is_some() && known.is_none() { " · " (ui.t("erased")) }
            @for said in said { " · " (said) }
            @if let Some(reported) = reported {
                @let place = reported.place.lat_lon().map_or_else(String::new, location::in_words);
                @let meters = reported.uncertainty_meters.map_or_else(|| "?".to_owned(), |meters| meters.to_string());
                " · " (ui.fill("calls.device", &[("place", &place), ("meters", &meters)]))
            }
            @for handled in &call.handled {
                br; (ui.time(handled.at)) " " (ui.t(&format!("handling.{}", handled.how.name())))
            }
            @if call.needs_handling() { " " span class="tag" { (ui.t("calls.waits")) } }
        }
    }
}

/// The forms: what was done about a call, beginning, merging, handing over.
pub(super) fn forms(ui: &Ui, incident: &Incident) -> Markup {
    let path = |verb: &str| format!("/incidents/{}/{verb}", incident.id.0);
    let is_open = incident.closed.is_none();
    let intake = &incident.intake;
    let calls = intake.calls.iter().enumerate();
    html! {
        @for (at, call) in calls.filter(|(_, call)| call.kind.name() != "spoken") {
            @let field = format!("how-{}", at + 1);
            form class="row-of" method="post" action=(path("handle")) {
                (act(ui))
                input type="hidden" name="call" value=(at + 1);
                div class="field grow" {
                    label for=(field) { (ui.fill("calls.handle", &[("n", &(at + 1).to_string())])) " · " (ui.t(kind_key(call.kind))) }
                    select class="input" id=(field) name="how" {
                        @for how in Handling::ALL {
                            option value=(how.name()) { (ui.t(&format!("handling.{}", how.name()))) }
                        }
                    }
                }
                button class="button" { (ui.t("set")) }
            }
        }
        @if intake.scheduled.is_some() && is_open {
            form method="post" action=(path("activate")) { (act(ui)) button class="button main" { (ui.t("schedule.begin")) } }
        }
        @for merged in &intake.merged {
            form method="post" action={"/incidents/" (merged.0) "/unmerge"} {
                (act(ui))
                input type="hidden" name="other" value=(incident.id.0);
                button class="button" { (ui.fill("merge.undo_one", &[("id", &merged.0.to_string())])) }
            }
        }
        @if let Some(into) = intake.merged_into {
            form method="post" action=(path("unmerge")) {
                (act(ui))
                input type="hidden" name="other" value=(into.0);
                button class="button" { (ui.t("merge.undo")) }
            }
        } @else if is_open {
            form class="row-of" method="post" action=(path("merge")) {
                (act(ui))
                div class="field grow" {
                    label for="merge-into" { (ui.t("merge.into")) }
                    input class="input" id="merge-into" name="other" required inputmode="numeric" autocomplete="off";
                }
                button class="button" { (ui.t("merge")) }
            }
            details {
                summary { (ui.t("transfer")) }
                form class="stack" method="post" action=(path("transfer")) {
                    (act(ui))
                    div class="field" {
                        label for="transfer-to" { (ui.t("transfer.to")) }
                        input class="input" id="transfer-to" name="to" required maxlength="64" autocomplete="off";
                    }
                    div class="field" {
                        label for="transfer-reference" { (ui.t("transfer.reference")) }
                        input class="input" id="transfer-reference" name="reference" maxlength="64" autocomplete="off";
                    }
                    div class="row-of" { button class="button" { (ui.t("transfer")) } }
                }
            }
        }
    }
}
