use minicbor::{Decode, Encode};

use super::{Answered, CardEdition, Given, MAX_ANSWERS, Outcome, Said};
use crate::{
    Center, Code, Context, Entry, Event, Incident, IncidentId, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
    incident::{IncidentClassified, IncidentPrioritised},
};

/// Records what a caller answered to a question of a card.
///
/// The card in hand stays in the version in which it was begun. What the answers speak for is set
/// where no person has set it; a person's own choice stays. Refusals: no such incident, or it is
/// closed or merged; no such card, version or question; an answer that the question does not take;
/// too many answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerQuestion {
    /// Which incident.
    pub incident: IncidentId,
    /// Of which card.
    pub card: Code,
    /// Of which version of it; without it the one in hand, or else the one in use.
    pub version: Option<u32>,
    /// Which question.
    pub question: Code,
    /// What was answered, as it is written.
    pub answer: Text,
}

/// A question of a card was answered.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct QuestionAnswered {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// Of which card.
    #[n(1)]
    pub card: Code,
    /// Of which version of it.
    #[n(2)]
    pub version: u32,
    /// The question and the answer: the way through a card tells as much as an answer does.
    #[cbor(skip)]
    pub said: Personal<Said>,
}

/// The answers set an incident's type or priority.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct QuestionsRuled {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The type that they set.
    #[n(1)]
    pub incident_type: Option<Code>,
    /// The priority that they set.
    #[n(2)]
    pub priority: Option<Code>,
}

impl Verb for AnswerQuestion {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_open(self.incident)?;
        let edition = self.edition(center, incident, context)?;
        let question = edition.card.question(self.question.as_str());
        let question = question.ok_or_else(|| Refusal::UnknownCode {
            what: "question of this card",
            code: self.question.clone(),
            known: edition
                .card
                .questions
                .iter()
                .map(|it| it.code.clone())
                .collect(),
        })?;
        let given = Given::read(question.kind, self.answer.as_str());
        let given = given.filter(|given| question.takes(given));
        let given = given.ok_or_else(|| Refusal::BadAnswer {
            question: self.question.clone(),
        })?;
        let questions = &incident.intake.questions;
        let is_in_hand = questions.in_hand() == Some((&self.card, edition.version));
        if is_in_hand && questions.answer_to(&self.question) == Some(&given) {
            return Ok(vec![]);
        }
        if questions.answers.len() >= MAX_ANSWERS {
            return Err(Refusal::Full {
                what: "the list of answers",
                max: MAX_ANSWERS,
            });
        }
        let answered = QuestionAnswered {
            incident: self.incident,
            card: self.card.clone(),
            version: edition.version,
            said: Personal::Known(Said {
                question: self.question.clone(),
                given: given.clone(),
            }),
        };
        let path = edition.card.path(|code| match *code == self.question {
            true => Some(&given),
            false if is_in_hand => questions.answer_to(code),
            false => None,
        });
        let outcome = edition.card.outcome(&center.configuration, &path);
        let mut events = vec![answered.into()];
        events.extend(rule(center, incident, &outcome));
        Ok(events)
    }
}

impl AnswerQuestion {
    fn edition<'a>(
        &self,
        center: &'a Center,
        incident: &Incident,
        context: &Context,
    ) -> Result<&'a CardEdition, Refusal> {
        let configuration = &center.configuration;
        let in_hand = incident.intake.questions.in_hand();
        let in_hand = in_hand.filter(|(card, _)| **card == self.card);
        let version = self.version.or(in_hand.map(|(_, version)| version));
        let edition = match version {
            Some(version) => configuration
                .card_version(&self.card, version)
                .map(AsRef::as_ref),
            None => configuration.card_at(self.card.as_str(), context.at),
        };
        edition.ok_or_else(|| {
            let cards = configuration.cards_at(context.at);
            Refusal::UnknownCode {
                what: "question card in this version",
                code: self.card.clone(),
                known: cards
                    .iter()
                    .map(|it| it.card.code.clone())
                    .take(12)
                    .collect(),
            }
        })
    }
}

/// Sets what the answers speak for where no person has set it.
fn rule(center: &Center, incident: &Incident, outcome: &Outcome) -> Vec<Event> {
    let set = settable(center, incident, outcome);
    let mut events = Vec::new();
    if let Some(incident_type) = set.incident_type.clone() {
        let incident = incident.id;
        events.push(
            IncidentClassified {
                incident,
                incident_type,
            }
            .into(),
        );
    }
    if let Some(priority) = set.priority.clone() {
        let incident = incident.id;
        events.push(IncidentPrioritised { incident, priority }.into());
    }
    if !events.is_empty() {
        events.push(
            QuestionsRuled {
                incident: incident.id,
                incident_type: set.incident_type,
                priority: set.priority,
            }
            .into(),
        );
    }
    events
}

/// What of an outcome may be set: what is new, and what no person has set.
fn settable(center: &Center, incident: &Incident, outcome: &Outcome) -> Outcome {
    let questions = &incident.intake.questions;
    let usual = |code: Option<&Code>| {
        let kind = code.and_then(|code| center.configuration.incident_types.get(code));
        kind.and_then(|kind| kind.priority.clone())
    };
    let is_free = |now: &Option<Code>, ruled: &Option<Code>| now.is_none() || now == ruled;
    let incident_type = outcome.incident_type.clone().filter(|wanted| {
        incident.incident_type.as_ref() != Some(wanted)
            && is_free(&incident.incident_type, &questions.ruled_type)
    });
    // The priority that the type brought along is nobody's choice.
    let is_usual = !questions.chosen_priority
        && incident.priority.is_some()
        && incident.priority == usual(incident.incident_type.as_ref());
    let wanted = outcome.priority.clone();
    // A type that was set brings its usual priority, as when a call is taken.
    let wanted = wanted.or_else(|| usual(incident_type.as_ref()));
    let priority = wanted.filter(|wanted| {
        incident.priority.as_ref() != Some(wanted)
            && (is_usual || is_free(&incident.priority, &questions.ruled_priority))
    });
    Outcome {
        incident_type,
        priority,
    }
}

impl Center {
    /// The card in hand of an incident, in the version in which it was begun.
    pub fn card_in_hand(&self, incident: &Incident) -> Option<&CardEdition> {
        let (card, version) = incident.intake.questions.in_hand()?;
        let edition = self.configuration.card_version(card, version)?;
        Some(edition.as_ref())
    }

    /// What the answers speak for and a person has set otherwise: a suggestion.
    pub fn suggested_by_answers(&self, incident: &Incident) -> Outcome {
        let Some(edition) = self.card_in_hand(incident) else {
            return Outcome::default();
        };
        let questions = &incident.intake.questions;
        let path = edition.card.path(|code| questions.answer_to(code));
        let outcome = edition.card.outcome(&self.configuration, &path);
        Outcome {
            incident_type: outcome
                .incident_type
                .filter(|code| incident.incident_type.as_ref() != Some(code)),
            priority: outcome
                .priority
                .filter(|code| incident.priority.as_ref() != Some(code)),
        }
    }
}

impl Payload for QuestionAnswered {
    personal!(said);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_incident(self.incident, |incident| {
            incident.intake.questions.answers.push(Answered {
                at: entry.at,
                by: entry.actor,
                card: self.card.clone(),
                version: self.version,
                said: self.said.clone(),
            });
        });
    }
}

impl Payload for QuestionsRuled {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_incident(self.incident, |incident| {
            let questions = &mut incident.intake.questions;
            if self.incident_type.is_some() {
                questions.ruled_type.clone_from(&self.incident_type);
            }
            if self.priority.is_some() {
                questions.ruled_priority.clone_from(&self.priority);
                questions.chosen_priority = false;
            }
        });
    }
}
