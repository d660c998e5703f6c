//! The forms of an incident's page: each sends one act and comes back to the page.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    AddNarrative, CancelAssignment, Center, ChangeUnitStatus, ClassifyIncident, CloseIncident,
    Command, DispatchUnits, Incident, IncidentId, LocateIncident, Meaning, Place,
    PrioritiseIncident, ReopenIncident,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    call::{label, priorities, types},
    incident::refused,
    layout::act,
    submit::{code, need_code, need_text, submit, text, unit},
    ui::Ui,
};
use crate::{access::rights::Action, problem::Problem, security::SignedForm, state::AppState};

/// What the forms send; each fills in its own fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    key: String,
    text: String,
    place: String,
    r#type: String,
    priority: String,
    units: String,
    unit: String,
    status: String,
    disposition: String,
    reason: String,
}

macro_rules! handlers {
    ($($(#[$doc:meta])* $name:ident => $commands:expr;)*) => {
        $($(#[$doc])*
        pub(super) async fn $name(
            State(state): State<AppState>,
            ui: Ui,
            Path(id): Path<u64>,
            form: SignedForm<Act>,
        ) -> Response {
            carry_out(&state, &ui, IncidentId(id), form, $commands).await
        })*
    };
}

type Commands = fn(&AppState, IncidentId, &Act) -> Result<Vec<Command>, Problem>;

handlers! {
    /// `POST /incidents/{id}/narrative`.
    narrate => |_, incident, act| {
        Ok(vec![AddNarrative { incident, text: need_text("text", &act.text)? }.into()])
    };
    /// `POST /incidents/{id}/describe`: place, type and priority, those that were filled in.
    describe => |_, incident, act| {
        let mut commands: Vec<Command> = Vec::new();
        if let Some(words) = text("place", &act.place)? {
            commands.push(LocateIncident { incident, place: Place::new(words, None) }.into());
        }
        if let Some(incident_type) = code("type", &act.r#type)? {
            commands.push(ClassifyIncident { incident, incident_type }.into());
        }
        if let Some(priority) = code("priority", &act.priority)? {
            commands.push(PrioritiseIncident { incident, priority }.into());
        }
        Ok(commands)
    };
    /// `POST /incidents/{id}/units`.
    dispatch => |state, incident, act| {
        let signs = act.units.split([' ', ',', '\n']).filter(|sign| !sign.trim().is_empty());
        let units = signs.map(|sign| unit(state, sign)).collect::<Result<_, _>>()?;
        Ok(vec![DispatchUnits { incident, units, although_committed: false }.into()])
    };
    /// `POST /incidents/{id}/status`.
    status => |state, incident, act| {
        let unit = unit(state, &act.unit)?;
        let status = need_code("status", &act.status)?;
        Ok(vec![ChangeUnitStatus { unit, status, incident: Some(incident), correction: false }.into()])
    };
    /// `POST /incidents/{id}/cancel`.
    cancel => |state, incident, act| {
        let (unit, reason) = (unit(state, &act.unit)?, text("reason", &act.reason)?);
        Ok(vec![CancelAssignment { unit, incident: Some(incident), reason }.into()])
    };
    /// `POST /incidents/{id}/close`.
    close => |_, incident, act| {
        Ok(vec![CloseIncident { incident, disposition: need_code("disposition", &act.disposition)? }.into()])
    };
    /// `POST /incidents/{id}/reopen`.
    reopen => |_, incident, act| {
        Ok(vec![ReopenIncident { incident, reason: need_text("reason", &act.reason)? }.into()])
    };
}

async fn carry_out(
    state: &AppState,
    ui: &Ui,
    id: IncidentId,
    SignedForm { signed, form }: SignedForm<Act>,
    commands: Commands,
) -> Response {
    let commands = match commands(state, id, &form) {
        Ok(commands) => commands,
        Err(problem) => return refused(state, ui, id, problem).await,
    };
    for (at, command) in commands.into_iter().enumerate() {
        let key = format!(
            "{}{}",
            form.key,
            if at == 0 {
                String::new()
            } else {
                format!("-{at}")
            }
        );
        let key = if form.key.is_empty() { "" } else { &key };
        if let Err(problem) = submit(state, &signed, command, key).await {
            return refused(state, ui, id, problem).await;
        }
    }
    Redirect::to(&format!("/incidents/{}", id.0)).into_response()
}

/// The forms that the person may use on this incident.
pub(super) fn panel(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let path = |verb: &str| format!("/incidents/{}/{verb}", incident.id.0);
    let is_open = incident.closed.is_none();
    html! {
        div class="stack controls" {
            @if ui.may(Action::Narrate) {
                form class="stack" method="post" action=(path("narrative")) {
                    (act(ui))
                    div class="field" {
                        label for="text" { (ui.t("narrative")) }
                        textarea class="input" id="text" name="text" rows="2" maxlength="4000" required placeholder=(ui.t("narrative.placeholder")) {}
                    }
                    div class="row-of" { button class="button" { (ui.t("add")) } }
                }
            }
            @if is_open && ui.may(Action::Dispatch) {
                form class="row-of" method="post" action=(path("units")) {
                    (act(ui))
                    div class="field grow" {
                        label for="units" { (ui.t("send.label")) }
                        input class="input" id="units" name="units" required autocomplete="off" placeholder=(ui.t("send.placeholder"));
                    }
                    button class="button main" { (ui.t("send.button")) }
                }
            }
            (unit_forms(ui, center, incident))
            @if is_open && ui.may(Action::DescribeIncident) { (describe_form(ui, center, incident)) }
            @if is_open && ui.may(Action::CloseIncident) {
                form class="row-of" method="post" action=(path("close")) {
                    (act(ui))
                    div class="field grow" {
                        label for="disposition" { (ui.t("disposition")) }
                        select class="input" id="disposition" name="disposition" required {
                            option value="" { (ui.t("close.how")) }
                            @for (code, disposition) in &center.configuration.dispositions {
                                option value=(code.as_str()) { (label(code.as_str(), disposition.label.as_str())) }
                            }
                        }
                    }
                    button class="button" { (ui.t("close")) }
                }
            }
            @if !is_open && ui.may(Action::ReopenIncident) {
                form class="row-of" method="post" action=(path("reopen")) {
                    (act(ui))
                    div class="field grow" {
                        label for="reason" { (ui.t("reopen.reason")) }
                        input class="input" id="reason" name="reason" required maxlength="4000";
                    }
                    button class="button" { (ui.t("reopen")) }
                }
            }
        }
    }
}

/// For each unit that is on the incident: its next statuses, and cancelling before it arrives.
fn unit_forms(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let mut statuses: Vec<_> = center.configuration.unit_statuses.values().collect();
    statuses.sort_by_key(|status| status.order);
    let is_next = |meaning: Meaning, current: Meaning| {
        meaning == Meaning::Available || (meaning > current && meaning != Meaning::OutOfService)
    };
    html! {
        @for assignment in incident.active() {
            @if let Some(unit) = center.unit(assignment.unit) {
                div class="stack" {
                    span class="label" { (unit.call_sign) " · " (assignment.status) }
                    div class="row-of" {
                        @if ui.may(Action::ChangeUnitStatus) {
                            form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/status"} {
                                (act(ui))
                                input type="hidden" name="unit" value=(unit.call_sign);
                                @for status in &statuses {
                                    @if is_next(status.meaning, assignment.meaning) {
                                        button class="button" name="status" value=(status.code) title=(status.label) { (status.code) }
                                    }
                                }
                            }
                        }
                        @if assignment.meaning < Meaning::OnScene && ui.may(Action::Dispatch) {
                            form method="post" action={"/incidents/" (incident.id.0) "/cancel"} {
                                (act(ui))
                                input type="hidden" name="unit" value=(unit.call_sign);
                                button class="button plain" { (ui.t("cancel")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn describe_form(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let chosen =
        |code: Option<&callbox_domain::Code>| code.map_or(String::new(), |code| code.to_string());
    html! {
        details {
            summary { (ui.t("change")) }
            form class="stack" method="post" action={"/incidents/" (incident.id.0) "/describe"} {
                (act(ui))
                div class="field" {
                    label for="place" { (ui.t("place")) }
                    input class="input" id="place" name="place" maxlength="400" autocomplete="off" value=(incident.place_text().unwrap_or_default());
                }
                div class="field" {
                    label for="type" { (ui.t("type")) }
                    select class="input" id="type" name="type" {
                        option value="" { "–" }
                        (types(&center.configuration, &chosen(incident.incident_type.as_ref())))
                    }
                }
                div class="field" {
                    label for="priority" { (ui.t("priority")) }
                    select class="input" id="priority" name="priority" {
                        option value="" { "–" }
                        (priorities(&center.configuration, &chosen(incident.priority.as_ref())))
                    }
                }
                div class="row-of" { button class="button" { (ui.t("set")) } }
            }
        }
    }
}
