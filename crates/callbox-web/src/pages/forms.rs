//! The forms of an incident's page: each sends one act and comes back to the page.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use callbox_domain::{
    ActivateScheduled, AddNarrative, AnswerQuestion, CancelAssignment, Center, ChangeUnitStatus,
    ClassifyIncident, CloseIncident, Command, CorrectNarrative, DispatchUnits, HandleCall,
    Handling, IncidentId, LineNo, LinkIncidents, LocateIncident, MergeIncidents, Place,
    PrioritiseIncident, ReassignUnit, Relation, ReleaseUnit, ReopenIncident, ShareIncident,
    TransferIncident, UnmergeIncident, UnshareIncident,
};
use serde::Deserialize;

use super::{
    incident::refused,
    submit::{code, need_code, need_incident, need_text, submit, text, unit},
    ui::Ui,
};
use crate::{calls::words, problem::Problem, security::SignedForm, state::AppState};

/// What the forms send; each fills in its own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    pub(super) key: String,
    line: u32,
    pub(super) other: String,
    relation: String,
    agency: String,
    /// `yes` in the form that stands in a refusal: what was refused is meant all the same.
    expressly: String,
    text: String,
    place: String,
    r#type: String,
    priority: String,
    pub(super) alarm: u8,
    pub(super) units: String,
    pub(super) unit: String,
    pub(super) status: String,
    disposition: String,
    reason: String,
    call: u16,
    how: String,
    to: String,
    reference: String,
    card: String,
    version: u32,
    question: String,
    answer: String,
    words: String,
}

impl Act {
    fn is_express(&self) -> bool {
        self.expressly == "yes"
    }
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

type Commands = fn(&Center, IncidentId, &Act) -> Result<Vec<Command>, Problem>;

handlers! {
    /// `POST /incidents/{id}/narrative`.
    narrate => |_, incident, act| {
        Ok(vec![AddNarrative { incident, text: need_text("text", &act.text)? }.into()])
    };
    /// `POST /incidents/{id}/describe`: place, type and priority, those that were filled in.
    describe => |center, incident, act| {
        let mut commands: Vec<Command> = Vec::new();
        let known = center.incident(incident).and_then(|incident| incident.place_text());
        // Words that stay the same leave the place's position alone.
        if let Some(words) = text("place", &act.place)?.filter(|words| Some(words.as_str()) != known) {
            commands.push(LocateIncident { incident, place: Place::new(words, None) }.into());
        }
        if let Some(incident_type) = code("type", &act.r#type)? {
            commands.push(ClassifyIncident { incident, incident_type }.into());
        }
        // One that stays the same is no choice: the type may bring another.
        let known = center.incident(incident).and_then(|incident| incident.priority.as_ref());
        if let Some(priority) = code("priority", &act.priority)?.filter(|new| Some(new) != known) {
            commands.push(PrioritiseIncident { incident, priority }.into());
        }
        Ok(commands)
    };
    /// `POST /incidents/{id}/units`.
    dispatch => |center, incident, act| {
        let signs = act.units.split([' ', ',', '\n']).filter(|sign| !sign.trim().is_empty());
        let units = signs.map(|sign| unit(center, sign)).collect::<Result<_, _>>()?;
        Ok(vec![DispatchUnits { incident, units, although_committed: act.is_express() }.into()])
    };
    /// `POST /incidents/{id}/status`.
    status => |center, incident, act| {
        let unit = unit(center, &act.unit)?;
        let status = need_code("status", &act.status)?;
        Ok(vec![ChangeUnitStatus { unit, status, incident: Some(incident), correction: act.is_express() }.into()])
    };
    /// `POST /incidents/{id}/reassign`: takes a unit from the incident `other` to this one.
    reassign => |center, incident, act| {
        let (unit, from) = (unit(center, &act.unit)?, need_incident("other", &act.other)?);
        Ok(vec![ReassignUnit { unit, from: Some(from), to: incident, preempt: act.is_express() }.into()])
    };
    /// `POST /incidents/{id}/release`.
    release => |center, incident, act| {
        let (unit, reason) = (unit(center, &act.unit)?, need_text("reason", &act.reason)?);
        Ok(vec![ReleaseUnit { unit, incident: Some(incident), reason }.into()])
    };
    /// `POST /incidents/{id}/correct`.
    correct => |_, incident, act| {
        let (line, text) = (LineNo(act.line), need_text("text", &act.text)?);
        Ok(vec![CorrectNarrative { incident, line, text }.into()])
    };
    /// `POST /incidents/{id}/link`.
    link => |_, incident, act| {
        let other = need_incident("other", &act.other)?;
        let relation = Relation::from_name(&act.relation).unwrap_or(Relation::Related);
        Ok(vec![LinkIncidents { incident, other, relation }.into()])
    };
    /// `POST /incidents/{id}/share`.
    share => |_, incident, act| {
        Ok(vec![ShareIncident { incident, agency: need_code("agency", &act.agency)? }.into()])
    };
    /// `POST /incidents/{id}/unshare`.
    unshare => |_, incident, act| {
        Ok(vec![UnshareIncident { incident, agency: need_code("agency", &act.agency)? }.into()])
    };
    /// `POST /incidents/{id}/handle`.
    handle => |_, incident, act| {
        let how = Handling::from_name(&act.how).unwrap_or(Handling::Settled);
        Ok(vec![HandleCall { incident, call: act.call, how }.into()])
    };
    /// `POST /incidents/{id}/answer`: a button's answer, or else the words of the field.
    answer => |_, incident, act| {
        let said = if act.answer.is_empty() { &act.words } else { &act.answer };
        Ok(vec![AnswerQuestion {
            incident,
            card: need_code("card", &act.card)?,
            version: (act.version > 0).then_some(act.version),
            question: need_code("question", &act.question)?,
            answer: need_text("answer", said)?,
        }.into()])
    };
    /// `POST /incidents/{id}/merge`.
    merge => |_, incident, act| {
        Ok(vec![MergeIncidents { incident, into: need_incident("other", &act.other)? }.into()])
    };
    /// `POST /incidents/{id}/unmerge`.
    unmerge => |_, incident, act| {
        Ok(vec![UnmergeIncident { incident, from: need_incident("other", &act.other)? }.into()])
    };
    /// `POST /incidents/{id}/activate`.
    activate => |_, incident, _| Ok(vec![ActivateScheduled { incident }.into()]);
    /// `POST /incidents/{id}/transfer`.
    transfer => |_, incident, act| {
        Ok(vec![TransferIncident {
            incident,
            to: need_code("to", &act.to)?,
            reference: code("reference", &act.reference)?,
            reason: text("reason", &act.reason)?,
        }.into()])
    };
    /// `POST /incidents/{id}/cancel`.
    cancel => |center, incident, act| {
        let (unit, reason) = (unit(center, &act.unit)?, text("reason", &act.reason)?);
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
    let center = state.center_for(Some(&signed));
    let commands = match commands(&center, id, &form) {
        Ok(commands) => commands,
        Err(problem) => return refused(state, ui, id, &form, problem).await,
    };
    for (at, command) in commands.into_iter().enumerate() {
        // Words that certainly mean a place are that place here too.
        let command = match command {
            Command::LocateIncident(it) => words::located(state.geography.as_ref(), it),
            command => command,
        };
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
            return refused(state, ui, id, &form, problem).await;
        }
    }
    Redirect::to(&format!("/incidents/{}", id.0)).into_response()
}
