use minicbor::{Decode, Encode};

use super::{Link, MAX_LINKS};
use crate::{Center, Context, Entry, Event, IncidentId, Refusal, command::Verb, event::Payload};

/// How two incidents belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Relation {
    /// They have to do with each other.
    #[n(0)]
    Related,
    /// Two calls about the same emergency.
    #[n(1)]
    Duplicate,
}

impl Relation {
    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Duplicate => "duplicate",
        }
    }

    /// The relation with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Related, Self::Duplicate]
            .into_iter()
            .find(|relation| relation.name() == name)
    }
}

/// Links two incidents; both show the link.
///
/// Refusals: no such incident; one and the same; too many links.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkIncidents {
    /// One of them.
    pub incident: IncidentId,
    /// The other.
    pub other: IncidentId,
    /// How they belong together.
    pub relation: Relation,
}

/// Two incidents were linked.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IncidentsLinked {
    /// One of them; the event stands in its stream.
    #[n(0)]
    pub incident: IncidentId,
    /// The other.
    #[n(1)]
    pub other: IncidentId,
    /// How they belong together.
    #[n(2)]
    pub relation: Relation,
}

impl Verb for LinkIncidents {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident, self.other]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        if self.incident == self.other {
            return Err(Refusal::LinkToItself);
        }
        let one = center.need_incident(self.incident)?;
        let other = center.need_incident(self.other)?;
        let link = Link {
            other: self.other,
            relation: self.relation,
        };
        if one.links.contains(&link) {
            return Ok(vec![]);
        }
        let is_new = one.links.iter().all(|link| link.other != self.other);
        if is_new && one.links.len().max(other.links.len()) >= MAX_LINKS {
            return Err(Refusal::Full {
                what: "the list of links",
                max: MAX_LINKS,
            });
        }
        let linked = IncidentsLinked {
            incident: self.incident,
            other: self.other,
            relation: self.relation,
        };
        Ok(vec![linked.into()])
    }
}

impl Payload for IncidentsLinked {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        for (here, there) in [(self.incident, self.other), (self.other, self.incident)] {
            center.with_incident(here, |incident| {
                incident.links.retain(|link| link.other != there);
                incident.links.push(Link {
                    other: there,
                    relation: self.relation,
                });
                incident.touched = entry.seq;
            });
        }
        // Its own stream's history gets the entry like any other; the second incident shows it too.
        center.with_incident(self.other, |incident| incident.history.push(entry.seq));
    }
}
