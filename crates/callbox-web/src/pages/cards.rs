//! Question cards: the list, the table by which a supervisor changes them all, and a walk through one.

use axum::{
    extract::{Path, State},
    response::Response,
};
use callbox_domain::{
    CardEdition, Code, Given, PublishCards, Wording,
    question::{AnswerKind, Match, NOT_KNOWN, Question, Step},
    sheet::Published as _,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{act, page, refusal},
    tables::{self, Sent, Shown},
    texts::Locale,
    ui::Ui,
};
use crate::{
    access::rights::Action, percent::encoded, problem::Problem, security::SignedForm,
    state::AppState,
};

/// `GET /cards`.
pub(super) async fn show(State(state): State<AppState>, ui: Ui) -> Markup {
    render(&state, &ui, Shown::default())
}

/// `POST /cards`: shows what a table changes, or publishes it.
pub(super) async fn publish(
    State(state): State<AppState>,
    ui: Ui,
    SignedForm { signed, form }: SignedForm<Sent>,
) -> Response {
    let page = |shown| render(&state, &ui, shown);
    tables::publish::<PublishCards>(&state, &signed, form, "/cards", page).await
}

fn render(state: &AppState, ui: &Ui, shown: Shown) -> Markup {
    let center = state.center_for(ui.signed.as_ref());
    let cards = center.configuration.cards_at(state.now());
    let table = shown.table.unwrap_or_else(|| {
        PublishCards::write(&PublishCards::holding(&center.configuration, state.now()))
    });
    page(
        ui,
        ui.t("cards"),
        "/cards",
        html! {
            div class="page" {
                div class="page-head" { h1 { (ui.t("cards")) } p { (ui.t("cards.words")) } }
                (refusal(ui, shown.problem.as_ref()))
                @if let Some(changes) = &shown.changes { (tables::changed(ui, changes)) }
                @if cards.is_empty() { p class="notice" { (ui.t("cards.none")) } } @else { (list(ui, &cards)) }
                @if ui.may(Action::Configure) {
                    (tables::form(ui, "/cards", "cards.table", "cards.help", &table))
                }
            }
        },
    )
}

fn list(ui: &Ui, cards: &[&CardEdition]) -> Markup {
    html! {
        div class="wide sheet" { table class="table" {
            thead { tr {
                th { (ui.t("cards.card")) } th { (ui.t("cards.for")) } th { (ui.t("type")) }
                th class="number" { (ui.t("cards.questions")) } th class="number" { (ui.t("cards.version")) } th { (ui.t("cards.since")) }
            } }
            tbody { @for edition in cards {
                @let card = &edition.card;
                tr {
                    td class="strong" { a href={"/cards/" (encoded(card.code.as_str()))} { (card.code) } }
                    td { (said(ui, &card.label)) }
                    td { (card.types.iter().map(Code::as_str).collect::<Vec<_>>().join(", ")) }
                    td class="number" { (card.questions.len()) }
                    td class="number" { (edition.version) }
                    td class="time" { (ui.date_time(edition.effective)) }
                }
            } }
        } }
    }
}

/// What the walk sends: the answers so far, a line for each, and the next.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Walk {
    so_far: String,
    question: String,
    answer: String,
    words: String,
}

/// `GET /cards/{card}`: the walk begins.
pub(super) async fn begin(
    State(state): State<AppState>,
    ui: Ui,
    Path(card): Path<String>,
) -> Result<Markup, Problem> {
    walk(&state, &ui, &card, &Walk::default())
}

/// `POST /cards/{card}`: the walk goes on; nothing is recorded.
pub(super) async fn go_on(
    State(state): State<AppState>,
    ui: Ui,
    Path(card): Path<String>,
    SignedForm { form, .. }: SignedForm<Walk>,
) -> Result<Markup, Problem> {
    walk(&state, &ui, &card, &form)
}

fn walk(state: &AppState, ui: &Ui, card: &str, walk: &Walk) -> Result<Markup, Problem> {
    let center = state.center_for(ui.signed.as_ref());
    let edition = center.configuration.card_at(card, state.now());
    let edition = edition.ok_or_else(|| {
        Problem::not_found("there is no such card", "look it up in the list of cards")
            .in_words("not-found.card")
    })?;
    let card = &edition.card;
    let mut lines: Vec<(String, String)> = walk
        .so_far
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
        .take(callbox_domain::question::MAX_QUESTIONS)
        .collect();
    if !walk.question.is_empty() {
        let answer = match walk.answer.as_str() {
            "" => &walk.words,
            answer => answer,
        };
        let answer = answer.replace(['\r', '\n'], " ");
        lines.push((walk.question.clone(), answer));
    }
    let answers: Vec<(String, Given)> = lines
        .iter()
        .filter_map(|(code, answer)| {
            let question = card.question(code)?;
            Some((code.clone(), Given::read(question.kind, answer)?))
        })
        .collect();
    let path = card.path(|code| {
        let found = answers
            .iter()
            .rev()
            .find(|(known, _)| known == code.as_str());
        found.map(|(_, given)| given)
    });
    let so_far: Vec<_> = path
        .iter()
        .filter_map(|step| Some(format!("{}={}", step.question.code, step.given?.written())))
        .collect();
    let outcome = card.outcome(&center.configuration, &path);
    let here = format!("/cards/{}", encoded(card.code.as_str()));
    Ok(page(
        ui,
        said(ui, &card.label),
        "/cards",
        html! {
            div class="page narrow" {
                div class="page-head" {
                    h1 { (said(ui, &card.label)) }
                    p { (ui.fill("cards.walk", &[("card", card.code.as_str()), ("version", &edition.version.to_string())])) }
                }
                (steps(ui, &path))
                @match path.last() {
                    Some(Step { question, given: None }) => {
                        form class="stack question" method="post" action=(here) {
                            (act(ui))
                            input type="hidden" name="so_far" value=(so_far.join("\n"));
                            (asked(ui, question, "walk"))
                        }
                    }
                    _ => p class="notice" role="status" { (ui.t("cards.end")) },
                }
                @if outcome.incident_type.is_some() || outcome.priority.is_some() {
                    p class="notice" role="status" {
                        b { (ui.t("cards.speaks_for")) } " "
                        @if let Some(code) = &outcome.incident_type { (ui.t("type")) " " (code) " " }
                        @if let Some(code) = &outcome.priority { (ui.t("priority")) " " (code) }
                    }
                }
                p { a href=(here) { (ui.t("cards.again")) } " · " a href="/cards" { (ui.t("cards")) } }
            }
        },
    ))
}

/// The answered questions, with what was read to the caller.
pub(super) fn steps(ui: &Ui, path: &[Step<'_>]) -> Markup {
    let answered = path
        .iter()
        .filter_map(|step| Some((step.question, step.given?)));
    let answered: Vec<_> = answered.collect();
    html! {
        @if !answered.is_empty() {
            ol class="answers" { @for (question, given) in answered {
                li {
                    span { (said(ui, &question.ask)) } " " b { (answer_words(ui, question, given)) }
                    @if let Some(say) = question.branch(given).and_then(|branch| branch.say.as_ref()) {
                        p class="read-out" { (said(ui, say)) }
                    }
                }
            } }
        }
    }
}

/// A question with what is read before it, and a control for each answer; the form stands around it.
pub(super) fn asked(ui: &Ui, question: &Question, id: &str) -> Markup {
    let id = format!("{id}-answer");
    let ask = said(ui, &question.ask);
    let button = |value: &str, words: &str| {
        html! { button class="button large" name="answer" value=(value) { (words) } }
    };
    html! {
        input type="hidden" name="question" value=(question.code);
        @if let Some(say) = &question.say { p class="read-out" { (said(ui, say)) } }
        @match question.kind {
            AnswerKind::Choice | AnswerKind::YesNo => {
                fieldset class="stack" {
                    legend class="strong" { (ask) }
                    div class="row-of" {
                        @if question.kind == AnswerKind::YesNo { (button("yes", ui.t("answer.yes"))) (button("no", ui.t("answer.no"))) }
                        @for branch in &question.branches {
                            @if let (Match::Choice(code), Some(words)) = (&branch.answer, &branch.words) { (button(code.as_str(), said(ui, words))) }
                        }
                        (button(NOT_KNOWN, ui.t("answer.unknown")))
                    }
                }
            }
            kind => {
                div class="field" {
                    label class="strong" for=(id) { (ask) }
                    @if kind == AnswerKind::Number { input class="input large" id=(id) name="words" type="number" min="0" max="4294967295" required; }
                    @else { input class="input large" id=(id) name="words" maxlength="4000" required autocomplete="off"; }
                }
                div class="row-of" {
                    button class="button" { (ui.t("answer.record")) }
                    button class="button" name="answer" value=(NOT_KNOWN) formnovalidate { (ui.t("answer.unknown")) }
                }
            }
        }
    }
}

/// An answer in words.
pub(super) fn answer_words(ui: &Ui, question: &Question, given: &Given) -> String {
    let words = question.branch(given).and_then(|it| it.words.as_ref());
    match (given, words) {
        (Given::Choice(_), Some(words)) => said(ui, words).to_owned(),
        (Given::Yes, _) => ui.t("answer.yes").to_owned(),
        (Given::No, _) => ui.t("answer.no").to_owned(),
        (Given::NotKnown, _) => ui.t("answer.unknown").to_owned(),
        (given, _) => given.written(),
    }
}

/// A card's words in the page's language.
pub(super) fn said<'a>(ui: &Ui, wording: &'a Wording) -> &'a str {
    match (ui.locale, &wording.zh) {
        (Locale::Zh, Some(zh)) => zh.as_str(),
        _ => wording.own.as_str(),
    }
}
