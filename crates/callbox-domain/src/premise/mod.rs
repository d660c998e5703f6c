//! Premise notes: what those who are sent to a place must know about the place.

mod retire;
mod set;

use minicbor::{Decode, Encode};

pub use retire::{PremiseNoteRetired, RetirePremiseNote};
pub use set::{PremiseNoteSet, SetPremiseNote};

use crate::{
    ActorId, Center, Code, IncidentId, NoteId, Personal, Place, Text, Timestamp, call::near,
};

/// The most premise notes of a center.
pub(crate) const MAX_NOTES: usize = 5_000;
/// The most notes shown for one place.
const SHOWN: usize = 12;
/// The most earlier incidents shown for one place.
const EARLIER_SHOWN: usize = 12;
/// How far back earlier incidents at a place are shown, in seconds: 90 days.
const EARLIER_SECONDS: f64 = 90.0 * 86_400.0;
/// Within how many metres an earlier incident counts as at the same place.
const EARLIER_METERS: f64 = 30.0;

/// What a premise note warns of: a hazard of the place, never a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Hazard {
    /// How to get in: gates, codes, the right side.
    #[n(0)]
    Access,
    /// Chemicals, gas bottles, explosives.
    #[n(1)]
    Substances,
    /// A building that may give way, or was changed inside.
    #[n(2)]
    Structure,
    /// High voltage, batteries, solar panels.
    #[n(3)]
    Energy,
    /// Guard dogs, livestock.
    #[n(4)]
    Animals,
    /// Shafts, tanks, cellars without air.
    #[n(5)]
    ConfinedSpace,
    /// Deep or fast water, ice.
    #[n(6)]
    Water,
    /// Where water for fires is, or is not.
    #[n(7)]
    Supply,
}

crate::call::names! { Hazard {
    Access => "access",
    Substances => "substances",
    Structure => "structure",
    Energy => "energy",
    Animals => "animals",
    ConfinedSpace => "confined-space",
    Water => "water",
    Supply => "supply",
}}

/// Where a note holds and what it says.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct NoteDetails {
    /// The place that it is about.
    #[n(0)]
    pub place: Place,
    /// How far around the place it holds, in metres.
    #[n(1)]
    pub radius_meters: u32,
    /// What units are told.
    #[n(2)]
    pub text: Text,
}

/// A note about a place that is in force until it ends or is retired.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct PremiseNote {
    /// Its number.
    #[n(0)]
    pub id: NoteId,
    /// What it warns of.
    #[n(1)]
    pub hazard: Hazard,
    /// The agency or office that answers for it.
    #[n(2)]
    pub owner: Code,
    /// When it ends by itself.
    #[n(3)]
    pub expires: Timestamp,
    /// By when its owner has to look at it again.
    #[n(4)]
    pub review: Timestamp,
    /// Where it holds and what it says.
    #[n(5)]
    pub details: Personal<NoteDetails>,
    /// When it was set last.
    #[n(6)]
    pub set: Timestamp,
    /// By whom.
    #[n(7)]
    pub by: ActorId,
    /// How many events its stream has.
    #[n(8)]
    pub version: u32,
}

impl PremiseNote {
    /// Whether its owner should have looked at it again.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.review <= now
    }

    pub(crate) fn holds_at(&self, place: &Place) -> bool {
        let Some(details) = self.details.known() else {
            return false;
        };
        near(&details.place, place, f64::from(details.radius_meters))
    }
}

impl Center {
    /// The notes in force at a place, those that are overdue for review among them.
    pub fn notes_at(&self, place: &Place, now: Timestamp) -> Vec<&PremiseNote> {
        let notes = self.notes.iter().map(|(_, note)| note.as_ref());
        let at = notes.filter(|note| note.expires > now && note.holds_at(place));
        at.take(SHOWN).collect()
    }

    /// Incidents in memory at the same place, the newest first: by place, never by person.
    pub fn earlier_at(
        &self,
        place: &Place,
        except: Option<IncidentId>,
        now: Timestamp,
    ) -> Vec<IncidentId> {
        let all = self.incidents.iter().rev().map(|(_, incident)| incident);
        let at = all.filter(|incident| {
            Some(incident.id) != except
                && now.seconds_since(incident.received) <= EARLIER_SECONDS
                && incident
                    .place
                    .as_ref()
                    .and_then(|known| known.known())
                    .is_some_and(|known| near(known, place, EARLIER_METERS))
        });
        at.map(|incident| incident.id).take(EARLIER_SHOWN).collect()
    }
}
