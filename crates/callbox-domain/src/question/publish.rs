use std::{collections::BTreeSet, sync::Arc};

use minicbor::{Decode, Encode};

use super::{Card, CardEdition, MAX_CARDS, MAX_EDITIONS, csv};
use crate::{
    Center, Code, Configuration, Context, Entry, Event, Refusal, Timestamp,
    command::Verb,
    event::Payload,
    sheet::{Change, Published, TableError},
};

/// Publishes all question cards together, as they hold from a time on.
///
/// A card that says the same as before keeps its version; one that is not among them is not in use
/// any more. Refusals: a card's code twice; unknown types or priorities; a question that leads back
/// or nowhere, or that no answer leads to; too much of anything.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishCards {
    /// From when on they hold; without it at once.
    pub effective: Option<Timestamp>,
    /// All cards.
    pub cards: Vec<Card>,
}

/// A new version of a question card was published.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct QuestionCardPublished {
    /// The version.
    #[n(0)]
    pub edition: CardEdition,
}

/// What changes when `new` take the place of the cards `old`.
pub fn card_changes(old: &[&CardEdition], new: &[Card]) -> Vec<(Code, Change)> {
    let mut changes = Vec::new();
    for card in new {
        match old.iter().find(|it| it.card.code == card.code) {
            None => changes.push((card.code.clone(), Change::Added)),
            Some(before) if before.card != *card => {
                changes.push((card.code.clone(), Change::Changed));
            }
            Some(_) => {}
        }
    }
    let is_gone = |it: &&&CardEdition| !new.iter().any(|card| card.code == it.card.code);
    let gone = old.iter().filter(is_gone);
    changes.extend(gone.map(|it| (it.card.code.clone(), Change::Removed)));
    changes
}

impl Verb for PublishCards {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        if self.cards.len() > MAX_CARDS {
            return Err(Refusal::TooMany {
                what: "the list of question cards",
                max: MAX_CARDS,
            });
        }
        let mut codes: BTreeSet<&Code> = BTreeSet::new();
        for card in &self.cards {
            if !codes.insert(&card.code) {
                return Err(Refusal::BadCard {
                    card: card.code.clone(),
                    question: String::new(),
                    why: "it is there twice",
                });
            }
            card.check(center)?;
        }
        let configuration = &center.configuration;
        let effective = self.effective.unwrap_or(context.at);
        let old = configuration.cards_at(effective);
        let published = |(code, change): (Code, Change)| {
            let versions = configuration.card_editions.iter();
            let versions = versions.filter(|it| it.card.code == code);
            let version = 1 + versions.map(|it| it.version).max().unwrap_or(0);
            let in_use = change != Change::Removed;
            let new = self.cards.iter().find(|card| card.code == code);
            let before = || {
                old.iter()
                    .find(|it| it.card.code == code)
                    .map(|it| &it.card)
            };
            let card = new.or_else(before)?.clone();
            let edition = CardEdition {
                version,
                effective,
                in_use,
                card,
            };
            Some(QuestionCardPublished { edition }.into())
        };
        let changes = card_changes(&old, &self.cards);
        Ok(changes.into_iter().filter_map(published).collect())
    }
}

impl Published for PublishCards {
    type Item = Card;

    const ITEM: &'static str = "card";

    fn publish(effective: Option<Timestamp>, cards: Vec<Card>) -> Self {
        Self { effective, cards }
    }

    fn holding(configuration: &Configuration, at: Timestamp) -> Vec<Card> {
        let editions = configuration.cards_at(at);
        editions.iter().map(|it| it.card.clone()).collect()
    }

    fn changes(configuration: &Configuration, at: Timestamp, new: &[Card]) -> Vec<(Code, Change)> {
        card_changes(&configuration.cards_at(at), new)
    }

    fn read(table: &str) -> Result<Vec<Card>, TableError> {
        csv::read(table)
    }

    fn write(cards: &[Card]) -> String {
        csv::write(cards)
    }
}

impl Payload for QuestionCardPublished {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let editions = &mut center.configure().card_editions;
        editions.push(Arc::new(self.edition.clone()));
        // What holds now or later stays; of those before, as many as there is room for.
        while editions.len() > MAX_EDITIONS {
            let is_over = |it: &Arc<CardEdition>| {
                editions.iter().any(|later| {
                    later.card.code == it.card.code
                        && later.effective <= entry.at
                        && (later.effective, later.version) > (it.effective, it.version)
                })
            };
            let over = editions.iter().position(is_over);
            editions.remove(over.unwrap_or(0));
        }
    }
}
