//! Question cards: what callers are asked, and what their answers set.

mod answer;
mod check;
pub mod csv;
mod path;
mod publish;

use std::{fmt, sync::Arc};

use minicbor::{Decode, Encode};

pub use answer::{AnswerQuestion, QuestionAnswered, QuestionsRuled};
pub use path::{Outcome, Step};
pub use publish::{PublishCards, QuestionCardPublished, card_changes};

use crate::{ActorId, Code, Configuration, Personal, Text, Timestamp, call::names};

/// The most cards of a center.
pub const MAX_CARDS: usize = 200;
/// The most questions of one card.
pub const MAX_QUESTIONS: usize = 40;
/// The most answers that one question tells apart.
pub const MAX_BRANCHES: usize = 20;
/// How many editions of all cards stay in memory.
pub(crate) const MAX_EDITIONS: usize = 1_024;
/// The most answers that one incident holds, corrections among them.
pub(crate) const MAX_ANSWERS: usize = 400;

/// A text in the center's own language, and perhaps in Chinese.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Wording {
    /// In the center's own language.
    #[n(0)]
    pub own: Text,
    /// In Simplified Chinese, where that differs.
    #[n(1)]
    pub zh: Option<Text>,
}

/// One card: the questions of one chief complaint.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Card {
    /// The code that people type and read.
    #[n(0)]
    pub code: Code,
    /// What it is for.
    #[n(1)]
    pub label: Wording,
    /// The incident types that it opens for by itself.
    #[n(2)]
    pub types: Vec<Code>,
    /// Its questions; each leads to later ones only, so that every way through the card ends.
    #[n(3)]
    pub questions: Vec<Question>,
}

/// One question of a card.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// Its code within the card.
    #[n(0)]
    pub code: Code,
    /// What answers it takes.
    #[n(1)]
    pub kind: AnswerKind,
    /// What the caller is asked.
    #[n(2)]
    pub ask: Wording,
    /// What is read to the caller before it.
    #[n(3)]
    pub say: Option<Wording>,
    /// Where it leads, unless the answer says otherwise.
    #[n(4)]
    pub then: Then,
    /// What single answers do.
    #[n(5)]
    pub branches: Vec<Branch>,
}

/// What answers a question takes; 'not known' is one of every kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum AnswerKind {
    /// One of those that its branches name.
    #[n(0)]
    Choice,
    /// Yes or no.
    #[n(1)]
    YesNo,
    /// A whole number.
    #[n(2)]
    Number,
    /// Words.
    #[n(3)]
    Text,
}

names! { AnswerKind {
    Choice => "choice",
    YesNo => "yes-no",
    Number => "number",
    Text => "text",
}}

/// What one answer does.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Branch {
    /// Which answer.
    #[n(0)]
    pub answer: Match,
    /// The words for it, where it is one of a choice.
    #[n(1)]
    pub words: Option<Wording>,
    /// Where it leads, where that is not where the question leads.
    #[n(2)]
    pub then: Option<Then>,
    /// What is read to the caller after it.
    #[n(3)]
    pub say: Option<Wording>,
    /// The incident type that it speaks for.
    #[n(4)]
    pub incident_type: Option<Code>,
    /// The priority that it speaks for.
    #[n(5)]
    pub priority: Option<Code>,
}

/// Which answer a branch is for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Match {
    /// This one of a choice.
    #[n(0)]
    Choice(#[n(0)] Code),
    /// Yes.
    #[n(1)]
    Yes,
    /// No.
    #[n(2)]
    No,
    /// A number from this one on, up to the next branch.
    #[n(3)]
    From(#[n(0)] u32),
    /// That the caller does not know.
    #[n(4)]
    NotKnown,
}

/// Where a question or an answer leads.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Then {
    /// To the question that stands after it, or to the end.
    #[n(0)]
    Following,
    /// To the end of the card.
    #[n(1)]
    End,
    /// To this question, which stands further on.
    #[n(2)]
    Question(#[n(0)] Code),
}

/// What somebody answered; a debug print (a log line) never shows it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Given {
    /// One of a choice.
    #[n(0)]
    Choice(#[n(0)] Code),
    /// Yes.
    #[n(1)]
    Yes,
    /// No.
    #[n(2)]
    No,
    /// A number.
    #[n(3)]
    Number(#[n(0)] u32),
    /// Words.
    #[n(4)]
    Text(#[n(0)] Text),
    /// That it is not known.
    #[n(5)]
    NotKnown,
}

/// How 'not known' is written.
pub const NOT_KNOWN: &str = "unknown";

impl Given {
    /// Reads an answer to a question of a kind; `None` where it is none.
    pub fn read(kind: AnswerKind, said: &str) -> Option<Self> {
        let said = said.trim();
        match (kind, said) {
            (_, NOT_KNOWN) => Some(Self::NotKnown),
            (AnswerKind::Choice, code) => Code::new(code).ok().map(Self::Choice),
            (AnswerKind::YesNo, "yes") => Some(Self::Yes),
            (AnswerKind::YesNo, "no") => Some(Self::No),
            (AnswerKind::YesNo, _) => None,
            (AnswerKind::Number, digits) => digits.parse().ok().map(Self::Number),
            (AnswerKind::Text, words) => Text::new(words).ok().map(Self::Text),
        }
    }

    /// As it is written; [`Given::read`] reads it again.
    pub fn written(&self) -> String {
        match self {
            Self::Choice(code) => code.to_string(),
            Self::Yes => "yes".into(),
            Self::No => "no".into(),
            Self::Number(number) => number.to_string(),
            Self::Text(words) => words.to_string(),
            Self::NotKnown => NOT_KNOWN.into(),
        }
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(…)")
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said(…)")
    }
}

/// One card as it holds from a time on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CardEdition {
    /// The card's version, from 1 in order of publication.
    #[n(0)]
    pub version: u32,
    /// From when on it holds.
    #[n(1)]
    pub effective: Timestamp,
    /// Whether the card is in use from then on.
    #[n(2)]
    pub in_use: bool,
    /// The card.
    #[n(3)]
    pub card: Card,
}

/// Which question was answered how; both say something about a person.
#[derive(Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Said {
    /// Which question.
    #[n(0)]
    pub question: Code,
    /// What was answered.
    #[n(1)]
    pub given: Given,
}

/// One answer to a question of a card.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Answered {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Who recorded it.
    #[n(1)]
    pub by: ActorId,
    /// Of which card.
    #[n(2)]
    pub card: Code,
    /// Of which version of it.
    #[n(3)]
    pub version: u32,
    /// The question and the answer.
    #[n(4)]
    pub said: Personal<Said>,
}

/// What an incident's callers were asked.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Questions {
    /// All answers in the order of recording; a later one to the same question corrects it.
    #[n(0)]
    pub answers: Vec<Answered>,
    /// The type that the answers set, until a person sets one.
    #[n(1)]
    pub ruled_type: Option<Code>,
    /// The priority that the answers set, until a person sets one.
    #[n(2)]
    pub ruled_priority: Option<Code>,
    /// Whether a person set the priority after the call was opened.
    #[n(3)]
    pub chosen_priority: bool,
}

impl Questions {
    /// The card in hand, with its version: that of the last answer.
    pub fn in_hand(&self) -> Option<(&Code, u32)> {
        let last = self.answers.last()?;
        Some((&last.card, last.version))
    }

    /// The last answer to a question of the card in hand.
    pub fn answer_to(&self, question: &Code) -> Option<&Given> {
        let (card, version) = self.in_hand()?;
        let mut answers = self.answers.iter().rev();
        answers.find_map(|answer| {
            let said = answer.said.known()?;
            let is_it =
                answer.card == *card && answer.version == version && said.question == *question;
            is_it.then_some(&said.given)
        })
    }
}

impl Configuration {
    /// The cards in use at a time, by code.
    pub fn cards_at(&self, at: Timestamp) -> Vec<&CardEdition> {
        let mut newest: std::collections::BTreeMap<&Code, &CardEdition> = Default::default();
        for edition in self.card_editions.iter().filter(|it| it.effective <= at) {
            let known = newest.entry(&edition.card.code).or_insert(edition);
            if (edition.effective, edition.version) > (known.effective, known.version) {
                *known = edition;
            }
        }
        newest.into_values().filter(|it| it.in_use).collect()
    }

    /// The card with this code that is in use at a time.
    pub fn card_at(&self, code: &str, at: Timestamp) -> Option<&CardEdition> {
        let mut cards = self.cards_at(at).into_iter();
        cards.find(|edition| edition.card.code.as_str() == code)
    }

    /// The card that opens by itself for an incident type.
    pub fn card_for(&self, incident_type: &Code, at: Timestamp) -> Option<&CardEdition> {
        let mut cards = self.cards_at(at).into_iter();
        cards.find(|edition| edition.card.types.contains(incident_type))
    }

    /// One version of a card, whether it is in use or not.
    pub fn card_version(&self, code: &Code, version: u32) -> Option<&Arc<CardEdition>> {
        let mut editions = self.card_editions.iter();
        editions.find(|it| it.card.code == *code && it.version == version)
    }
}
