use std::collections::BTreeSet;

use super::{AnswerKind, Card, MAX_BRANCHES, MAX_QUESTIONS, Match, Question, Then, Wording};
use crate::{Center, Code, Refusal, base::bounded, configuration::known, event::to_bytes};

/// The most bytes of one card in the ledger.
const MAX_CARD_BYTES: usize = 60_000;
/// The longest text of a card, in bytes.
const MAX_WORDING_BYTES: usize = 1_000;

impl Card {
    /// Holds the card against the rules; the refusal names the question and what is wrong.
    pub(super) fn check(&self, center: &Center) -> Result<(), Refusal> {
        let configuration = &center.configuration;
        for code in &self.types {
            known("incident type", &configuration.incident_types, code)?;
        }
        bounded("the list of incident types", self.types.len())?;
        self.wordings(&self.label, "")?;
        if self.questions.is_empty() {
            return Err(self.bad("", "it asks nothing"));
        }
        if self.questions.len() > MAX_QUESTIONS {
            return Err(self.bad("", "it has more than 40 questions"));
        }
        let mut codes: BTreeSet<&Code> = BTreeSet::new();
        for question in &self.questions {
            if !codes.insert(&question.code) {
                return Err(self.bad(question.code.as_str(), "it is there twice"));
            }
        }
        for (at, question) in self.questions.iter().enumerate() {
            self.check_question(center, at, question)?;
        }
        self.check_reached()?;
        if to_bytes(self).len() > MAX_CARD_BYTES {
            return Err(self.bad("", "it has more than 60,000 bytes"));
        }
        Ok(())
    }

    fn bad(&self, question: &str, why: &'static str) -> Refusal {
        Refusal::BadCard {
            card: self.code.clone(),
            question: question.to_owned(),
            why,
        }
    }

    fn wordings(&self, wording: &Wording, question: &str) -> Result<(), Refusal> {
        let texts = [Some(&wording.own), wording.zh.as_ref()];
        let is_long = |text: &crate::Text| text.as_str().len() > MAX_WORDING_BYTES;
        match texts.into_iter().flatten().any(is_long) {
            true => Err(self.bad(question, "a text has more than 1,000 bytes")),
            false => Ok(()),
        }
    }

    fn check_question(
        &self,
        center: &Center,
        at: usize,
        question: &Question,
    ) -> Result<(), Refusal> {
        let configuration = &center.configuration;
        let bad = |why| self.bad(question.code.as_str(), why);
        let branches = &question.branches;
        if branches.len() > MAX_BRANCHES {
            return Err(bad("it has more than 20 answers"));
        }
        self.wordings(&question.ask, question.code.as_str())?;
        self.leads_on(at, question, &question.then)?;
        let choices = |it: &&super::Branch| matches!(it.answer, Match::Choice(_));
        if question.kind == AnswerKind::Choice && branches.iter().filter(choices).count() < 2 {
            return Err(bad("a choice needs two answers"));
        }
        for (no, branch) in branches.iter().enumerate() {
            let fits = match (&branch.answer, question.kind) {
                (Match::NotKnown, _)
                | (Match::Yes | Match::No, AnswerKind::YesNo)
                | (Match::From(_), AnswerKind::Number) => true,
                (Match::Choice(code), AnswerKind::Choice) => {
                    code.as_str() != super::NOT_KNOWN && branch.words.is_some()
                }
                _ => false,
            };
            if !fits {
                return Err(bad("an answer does not fit the question, or has no words"));
            }
            if branches[..no].iter().any(|it| it.answer == branch.answer) {
                return Err(bad("an answer is there twice"));
            }
            for wording in [&branch.words, &branch.say].into_iter().flatten() {
                self.wordings(wording, question.code.as_str())?;
            }
            if let Some(then) = &branch.then {
                self.leads_on(at, question, then)?;
            }
            if let Some(code) = &branch.incident_type {
                known("incident type", &configuration.incident_types, code)?;
            }
            if let Some(code) = &branch.priority {
                known("priority", &configuration.priorities, code)?;
            }
        }
        if let Some(say) = &question.say {
            self.wordings(say, question.code.as_str())?;
        }
        Ok(())
    }

    /// A way leads to a later question or to the end: then no way goes round for ever.
    fn leads_on(&self, at: usize, question: &Question, then: &Then) -> Result<(), Refusal> {
        let Then::Question(code) = then else {
            return Ok(());
        };
        match self.questions.iter().position(|it| it.code == *code) {
            Some(to) if to > at => Ok(()),
            Some(_) => Err(self.bad(
                question.code.as_str(),
                "it leads back; it may lead to later questions only",
            )),
            None => Err(self.bad(
                question.code.as_str(),
                "it leads to a question that is not there",
            )),
        }
    }

    /// Every question can be reached.
    fn check_reached(&self) -> Result<(), Refusal> {
        let mut reached = vec![false; self.questions.len()];
        reached[0] = true;
        for (at, question) in self.questions.iter().enumerate() {
            if !reached[at] {
                return Err(self.bad(question.code.as_str(), "no answer leads to it"));
            }
            let ways = question.branches.iter().map(|branch| branch.then.as_ref());
            for then in ways.chain([None]) {
                let to = self.place_of(at, then.unwrap_or(&question.then));
                if let Some(to) = to.filter(|to| *to < reached.len()) {
                    reached[to] = true;
                }
            }
        }
        Ok(())
    }

    /// Which question a way leads to from the one at `at`.
    pub(super) fn place_of(&self, at: usize, then: &Then) -> Option<usize> {
        match then {
            Then::Following => Some(at + 1).filter(|to| *to < self.questions.len()),
            Then::End => None,
            Then::Question(code) => self.questions.iter().position(|it| it.code == *code),
        }
    }
}
