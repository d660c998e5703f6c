//! Clocks, alarms, welfare checks, emergencies, stacks and undoing: requests and rows.

use axum::{extract::State, response::Response};
use callbox_domain::{
    AcknowledgeAlarm, AlarmId, AnswerWelfare, AskWelfare, Clock, Code, Command, DeclareEmergency,
    DefineClock, DefineWelfareRule, EmergencyCause, EndEmergency, IncidentId, Moment, RemoveClock,
    StackIncident, Target, Undo, UnstackIncident, WelfareRule,
};
use serde_json::json;

use super::{commands::Input, fields::Members};
use crate::{live::rows::alarm_rows, problem::Problem, security::Signed, state::AppState};

/// `GET /api/v1/alarms`: what asks for an action now.
pub(super) async fn list(State(state): State<AppState>, signed: Signed) -> Response {
    let center = state.center_for(Some(&signed));
    super::answer(&json!({"seq": center.next_seq(), "alarms": alarm_rows(&center)}))
}

pub(super) fn acknowledge(input: &Input<'_>) -> Result<Command, Problem> {
    let text = input.part("alarm");
    // What is no number names no alarm, as a number does that none has.
    let alarm = AlarmId(text.parse().unwrap_or(u64::MAX));
    Ok(AcknowledgeAlarm { alarm }.into())
}

pub(super) fn undo(_: &Input<'_>) -> Result<Command, Problem> {
    Ok(Undo.into())
}

pub(super) fn ask_welfare(input: &Input<'_>) -> Result<Command, Problem> {
    let unit = input.body.code("unit");
    Ok(AskWelfare {
        incident: input.incident()?,
        unit: unit.map(|unit| input.called(unit.as_str())).transpose()?,
    }
    .into())
}

pub(super) fn answer_welfare(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(AnswerWelfare {
        unit: input.unit()?,
        incident: input.body.incident("incident"),
        words: input.body.text("words"),
    }
    .into())
}

pub(super) fn declare_emergency(input: &Input<'_>) -> Result<Command, Problem> {
    let cause = EmergencyCause::from_name(input.body.need_choice("cause"));
    Ok(DeclareEmergency {
        unit: input.unit()?,
        cause: cause.expect("the choices are causes"),
    }
    .into())
}

pub(super) fn end_emergency(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(EndEmergency {
        unit: input.unit()?,
        reason: input.body.need_text("reason"),
    }
    .into())
}

pub(super) fn stack(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(StackIncident {
        unit: input.unit()?,
        incident: IncidentId(input.body.need_number("incident")),
    }
    .into())
}

pub(super) fn unstack(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(UnstackIncident {
        unit: input.unit()?,
        incident: IncidentId(input.body.need_number("incident")),
    }
    .into())
}

pub(super) fn define_clock(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let moment = |name| Moment::from_name(body.need_choice(name)).expect("the choices are moments");
    let (target_seconds, percent) = (
        seconds(body, "target_seconds"),
        body.number("target_percent"),
    );
    let target = match (target_seconds, percent) {
        (Some(seconds), Some(percent)) => Some(Target {
            seconds,
            percent: u8::try_from(percent).unwrap_or(u8::MAX),
            standard: body.code("standard"),
            edition: body.code("edition"),
        }),
        (None, None) => None,
        (seconds, _) => {
            let missing = match seconds {
                Some(_) => "target_percent",
                None => "target_seconds",
            };
            return Err(Problem::bad_field(
                missing,
                "a target has a time and a share",
                "send target_seconds and target_percent, or neither",
            ));
        }
    };
    Ok(DefineClock {
        clock: Box::new(Clock {
            code: body.need_code("code"),
            label: body.need_code("label"),
            start: moment("start"),
            stop: moment("stop"),
            priorities: codes(body, "priorities"),
            unit_types: codes(body, "unit_types"),
            warn_seconds: seconds(body, "warn_seconds"),
            alarm_seconds: seconds(body, "alarm_seconds"),
            escalate_seconds: seconds(body, "escalate_seconds"),
            action: body.code("action"),
            target,
        }),
    }
    .into())
}

pub(super) fn remove_clock(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(RemoveClock {
        code: input.body.need_code("code"),
    }
    .into())
}

pub(super) fn define_welfare_rule(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineWelfareRule {
        rule: WelfareRule {
            code: body.need_code("code"),
            label: body.need_code("label"),
            incident_types: codes(body, "incident_types"),
            unit_types: codes(body, "unit_types"),
            every_seconds: seconds(body, "every_seconds").unwrap_or_default(),
            answer_seconds: seconds(body, "answer_seconds").unwrap_or(60),
            misses_to_mayday: body
                .number("misses_to_mayday")
                .map_or(2, |misses| u8::try_from(misses).unwrap_or(u8::MAX)),
        },
    }
    .into())
}

fn seconds(body: &Members, name: &'static str) -> Option<u32> {
    body.number(name)
        .and_then(|number| u32::try_from(number).ok())
}

fn codes(body: &Members, name: &'static str) -> Vec<Code> {
    body.codes(name).unwrap_or_default()
}
