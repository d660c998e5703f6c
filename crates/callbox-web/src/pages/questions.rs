//! What the callers of an incident were asked, on its page: the answers, the next question, and what
//! the answers speak for.

use callbox_domain::{CardEdition, Center, Incident, question::Step};
use maud::{Markup, html};

use super::{
    cards::{asked, said, steps},
    layout::act,
    ui::Ui,
};
use crate::access::rights::Action;

/// How many other cards the page offers.
const OTHERS: usize = 12;

/// The section; nothing where no card fits and none was begun.
pub(super) fn section(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let questions = &incident.intake.questions;
    let configuration = &center.configuration;
    let is_asked = incident.closed.is_none()
        && incident.intake.merged_into.is_none()
        && ui.may(Action::DescribeIncident);
    let kind = incident.incident_type.as_ref();
    let begun = center.card_in_hand(incident);
    let edition = begun.or_else(|| configuration.card_for(kind?, ui.now()).filter(|_| is_asked));
    let code = edition.map(|edition| &edition.card.code);
    let cards = configuration.cards_at(ui.now()).into_iter();
    let others: Vec<_> = cards
        .filter(|it| is_asked && Some(&it.card.code) != code)
        .take(OTHERS)
        .collect();
    let erased = questions.answers.iter().any(|it| it.said.known().is_none());
    html! {
        @if edition.is_some() || !others.is_empty() || !questions.answers.is_empty() {
            section class="stack questions" aria-labelledby="questions-title" {
                h2 id="questions-title" { (ui.t("questions")) }
                @if let Some(edition) = edition {
                    p class="quiet" { (said(ui, &edition.card.label)) " · " (ui.fill("cards.is_version", &[("n", &edition.version.to_string())])) }
                    @let path = edition.card.path(|code| questions.answer_to(code));
                    (steps(ui, &path))
                    @if let (true, Some(step)) = (is_asked, path.last()) { (next(ui, incident, edition, step, "question")) }
                } @else if !questions.answers.is_empty() {
                    p class="quiet" { (ui.t("questions.gone")) }
                }
                @if erased { p class="quiet" { (ui.t("erased")) } }
                (suggested(ui, center, incident))
                @if !others.is_empty() {
                    details {
                        summary { (ui.t("questions.other")) }
                        div class="stack" { @for (at, other) in others.iter().enumerate() {
                            details {
                                summary { (said(ui, &other.card.label)) }
                                @if let Some(step) = other.card.path(|_| None).last() { (next(ui, incident, other, step, &format!("other-{at}"))) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

fn next(ui: &Ui, incident: &Incident, edition: &CardEdition, step: &Step<'_>, id: &str) -> Markup {
    html! {
        @if step.given.is_some() { p class="quiet" { (ui.t("cards.end")) } } @else {
            form class="stack question" method="post" action={"/incidents/" (incident.id.0) "/answer"} {
                (act(ui))
                input type="hidden" name="card" value=(edition.card.code);
                input type="hidden" name="version" value=(edition.version);
                (asked(ui, step.question, id))
            }
        }
    }
}

/// What the answers speak for and a person has set otherwise, each with a button that takes it over.
fn suggested(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let outcome = center.suggested_by_answers(incident);
    let may = incident.closed.is_none() && ui.may(Action::DescribeIncident);
    let rows = [
        ("type", outcome.incident_type),
        ("priority", outcome.priority),
    ];
    html! {
        @for (name, code) in rows { @if let Some(code) = code {
            div class="notice warned" {
                span { (ui.t("questions.suggest")) " " (ui.t(name)) " " b { (code) } }
                @if may {
                    form method="post" action={"/incidents/" (incident.id.0) "/describe"} {
                        (act(ui))
                        input type="hidden" name=(name) value=(code);
                        button class="button" { (ui.t("questions.take")) }
                    }
                }
            }
        } }
    }
}
