use super::{AnswerKind, Branch, Card, Given, Match, Question};
use crate::{Code, Configuration};

/// One question on the way through a card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'a> {
    /// The question.
    pub question: &'a Question,
    /// Its answer; only the last step has none.
    pub given: Option<&'a Given>,
}

/// What the answers on a way speak for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The type that the last of them that names one speaks for.
    pub incident_type: Option<Code>,
    /// The most urgent priority that one of them speaks for.
    pub priority: Option<Code>,
}

impl Question {
    /// What an answer does, where the card says something about it.
    pub fn branch(&self, given: &Given) -> Option<&Branch> {
        let mut branches = self.branches.iter();
        match given {
            Given::Number(number) => {
                let from = |branch: &&Branch| match branch.answer {
                    Match::From(from) if from <= *number => Some(from),
                    _ => None,
                };
                branches
                    .filter(|it| from(it).is_some())
                    .max_by_key(|it| from(it))
            }
            _ => branches.find(|branch| match (&branch.answer, given) {
                (Match::Choice(code), Given::Choice(said)) => code == said,
                (Match::Yes, Given::Yes)
                | (Match::No, Given::No)
                | (Match::NotKnown, Given::NotKnown) => true,
                _ => false,
            }),
        }
    }

    /// Whether the answer is one that the question takes.
    pub fn takes(&self, given: &Given) -> bool {
        match given {
            Given::NotKnown => true,
            Given::Choice(_) => self.kind == AnswerKind::Choice && self.branch(given).is_some(),
            Given::Yes | Given::No => self.kind == AnswerKind::YesNo,
            Given::Number(_) => self.kind == AnswerKind::Number,
            Given::Text(_) => self.kind == AnswerKind::Text,
        }
    }
}

impl Card {
    /// The question with this code.
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questions.iter().find(|it| it.code.as_str() == code)
    }

    /// The way through the card by the answers so far: the answered questions, then the one that is
    /// asked next, if any.
    pub fn path<'a>(&'a self, given: impl Fn(&Code) -> Option<&'a Given>) -> Vec<Step<'a>> {
        let mut path = Vec::new();
        let mut next = (!self.questions.is_empty()).then_some(0);
        while let Some(at) = next {
            let question = &self.questions[at];
            let given = given(&question.code).filter(|given| question.takes(given));
            path.push(Step { question, given });
            let Some(given) = given else { break };
            let branch = question.branch(given);
            let then = branch.and_then(|branch| branch.then.as_ref());
            next = self.place_of(at, then.unwrap_or(&question.then));
        }
        path
    }

    /// What the answers on the way speak for: the type that is named last, the most urgent priority.
    pub fn outcome(&self, configuration: &Configuration, path: &[Step<'_>]) -> Outcome {
        let mut outcome = Outcome::default();
        for step in path {
            let branch = step.given.and_then(|given| step.question.branch(given));
            let Some(branch) = branch else { continue };
            if branch.incident_type.is_some() {
                outcome.incident_type.clone_from(&branch.incident_type);
            }
            let rank = |code: &Option<Code>| configuration.rank(code.as_ref());
            if branch.priority.is_some()
                && (outcome.priority.is_none() || rank(&branch.priority) < rank(&outcome.priority))
            {
                outcome.priority.clone_from(&branch.priority);
            }
        }
        outcome
    }
}
