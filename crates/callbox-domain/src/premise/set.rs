use minicbor::{Decode, Encode};

use super::{Hazard, MAX_NOTES, NoteDetails, PremiseNote};
use crate::{
    Center, Code, Context, Entry, Event, NoteId, Personal, Refusal, Timestamp,
    command::Verb,
    configuration::known,
    event::{Payload, personal},
};

/// The longest life of a note without being set again, in seconds: two years.
const MAX_LIFE_SECONDS: f64 = 2.0 * 366.0 * 86_400.0;
/// The widest area of a note, in metres.
const MAX_RADIUS_METERS: u32 = 2_000;

/// Sets a premise note, or sets one again after its review.
///
/// It is about a place and its hazards; what concerns a person does not belong here. Refusals: no
/// such note; an owner that is no agency; an end that is past or more than two years ahead, a review
/// after the end, an area beyond 2,000 m; too many notes.
#[derive(Clone, Debug, PartialEq)]
pub struct SetPremiseNote {
    /// Which one, where it is there already.
    pub note: Option<NoteId>,
    /// What it warns of.
    pub hazard: Hazard,
    /// The agency that answers for it.
    pub owner: Code,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// By when its owner has to look at it again.
    pub review: Timestamp,
    /// Where it holds and what it says.
    pub details: NoteDetails,
}

/// A premise note was set.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct PremiseNoteSet {
    /// Its number.
    #[n(0)]
    pub note: NoteId,
    /// What it warns of.
    #[n(1)]
    pub hazard: Hazard,
    /// The agency that answers for it.
    #[n(2)]
    pub owner: Code,
    /// When it ends by itself.
    #[n(3)]
    pub expires: Timestamp,
    /// By when its owner has to look at it again.
    #[n(4)]
    pub review: Timestamp,
    /// Where it holds and what it says.
    #[cbor(skip)]
    pub details: Personal<NoteDetails>,
}

impl Verb for SetPremiseNote {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        if let Some(note) = self.note {
            center.need_note(note)?;
        } else if center.notes.len() >= MAX_NOTES {
            return Err(Refusal::TooMany {
                what: "the list of premise notes",
                max: MAX_NOTES,
            });
        }
        known("agency", &center.configuration.agencies, &self.owner)?;
        let life = self.expires.seconds_since(context.at);
        let fits = life > 0.0
            && life <= MAX_LIFE_SECONDS
            && self.review <= self.expires
            && self.details.radius_meters <= MAX_RADIUS_METERS;
        if !fits {
            return Err(Refusal::NoteOutOfBounds);
        }
        Ok(vec![
            PremiseNoteSet {
                note: self.note.unwrap_or_else(|| center.new_note()),
                hazard: self.hazard,
                owner: self.owner.clone(),
                expires: self.expires,
                review: self.review,
                details: Personal::Known(self.details.clone()),
            }
            .into(),
        ])
    }
}

impl Payload for PremiseNoteSet {
    personal!(details);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let version = center.notes.get(self.note.0).map_or(0, |note| note.version);
        center.put_note(PremiseNote {
            id: self.note,
            hazard: self.hazard,
            owner: self.owner.clone(),
            expires: self.expires,
            review: self.review,
            details: self.details.clone(),
            set: entry.at,
            by: entry.actor,
            version,
        });
    }
}
