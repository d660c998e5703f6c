//! Question cards: all together, as a table, with a preview; and what callers answered.

use axum::{
    extract::{Request, State},
    response::Response,
};
use callbox_domain::{
    AnswerQuestion, CardEdition, Center, Command, Given, Incident, PublishCards, Wording,
    question::{Branch, Match, NOT_KNOWN, Question, Step, Then},
    sheet::Published as _,
};
use serde_json::{Value, json};

use super::{calls::number, commands::Input, tables, time::Zone};
use crate::{problem::Problem, security::Signed, state::AppState};

/// `GET /api/v1/cards`: the cards in use, and those that follow.
pub(super) async fn show(State(state): State<AppState>) -> Response {
    let center = state.engine.snapshot();
    let zone = Zone::of(&center);
    let now = state.now();
    let cards = center.configuration.cards_at(now);
    let editions = center.configuration.card_editions.iter();
    let later: Vec<_> = editions
        .filter(|edition| edition.effective > now)
        .map(|edition| {
            json!({
                "card": edition.card.code.as_str(),
                "version": edition.version,
                "effective": zone.print(edition.effective),
                "in_use": edition.in_use,
            })
        })
        .collect();
    super::answer(&json!({
        "table": PublishCards::write(&PublishCards::holding(&center.configuration, now)),
        "cards": cards.iter().map(|edition| edition_json(&zone, edition)).collect::<Vec<_>>(),
        "later": later,
    }))
}

fn edition_json(zone: &Zone, edition: &CardEdition) -> Value {
    let card = &edition.card;
    json!({
        "code": card.code.as_str(),
        "version": edition.version,
        "effective": zone.print(edition.effective),
        "label": wording(&card.label),
        "types": card.types.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "questions": card.questions.iter().map(question).collect::<Vec<_>>(),
    })
}

fn wording(wording: &Wording) -> Value {
    json!({"own": wording.own.as_str(), "zh": wording.zh.as_ref().map(|text| text.as_str())})
}

fn then(then: &Then) -> Value {
    match then {
        Then::Following => json!("following"),
        Then::End => json!("end"),
        Then::Question(code) => json!({"question": code.as_str()}),
    }
}

fn question(question: &Question) -> Value {
    json!({
        "code": question.code.as_str(),
        "kind": question.kind.name(),
        "ask": wording(&question.ask),
        "say": question.say.as_ref().map(wording),
        "then": then(&question.then),
        "branches": question.branches.iter().map(branch).collect::<Vec<_>>(),
    })
}

fn branch(branch: &Branch) -> Value {
    json!({
        "answer": match &branch.answer {
            Match::Choice(code) => code.to_string(),
            Match::Yes => "yes".into(),
            Match::No => "no".into(),
            Match::From(from) => from.to_string(),
            Match::NotKnown => NOT_KNOWN.into(),
        },
        "words": branch.words.as_ref().map(wording),
        "then": branch.then.as_ref().map(then),
        "say": branch.say.as_ref().map(wording),
        "type": branch.incident_type.as_ref().map(|code| code.as_str()),
        "priority": branch.priority.as_ref().map(|code| code.as_str()),
    })
}

/// `PUT /api/v1/cards`: publishes a table, or says what it would change.
pub(super) async fn publish(
    State(state): State<AppState>,
    signed: Signed,
    request: Request,
) -> Result<Response, Problem> {
    let hint = "send {\"table\": \"card,label,question,kind,ask\\n…\"}";
    tables::publish::<PublishCards>(&state, &signed, request, hint).await
}

/// `POST /api/v1/incidents/{id}/answers`.
pub(super) fn answer(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(AnswerQuestion {
        incident: input.incident()?,
        card: body.need_code("card"),
        version: number(body, "version"),
        question: body.need_code("question"),
        answer: body.need_text("answer"),
    }
    .into())
}

/// The words of an answer that was chosen; none where it was typed or is one that every card has.
fn words(step: &Step<'_>) -> Option<Value> {
    let branch = step.question.branch(step.given?)?;
    branch.words.as_ref().map(wording)
}

/// What an incident's callers were asked, by the card in hand, and what the answers speak for.
pub(super) fn of_incident(center: &Center, incident: &Incident) -> Value {
    let questions = &incident.intake.questions;
    let Some((card, version)) = questions.in_hand() else {
        return Value::Null;
    };
    let steps: Vec<_> = center
        .card_in_hand(incident)
        .map_or_else(Vec::new, |edition| {
            let path = edition.card.path(|code| questions.answer_to(code));
            path.iter()
                .map(|step| {
                    json!({
                        "question": step.question.code.as_str(),
                        "ask": wording(&step.question.ask),
                        "answer": step.given.map(Given::written),
                        "words": words(step),
                    })
                })
                .collect()
        });
    let suggested = center.suggested_by_answers(incident);
    json!({
        "card": card.as_str(),
        "version": version,
        "answers": questions.answers.len(),
        "erased": questions.answers.iter().any(|answer| answer.said.known().is_none()),
        "steps": steps,
        "suggested_type": suggested.incident_type.as_ref().map(|code| code.as_str()),
        "suggested_priority": suggested.priority.as_ref().map(|code| code.as_str()),
    })
}
