//! Breaking the glass: reading a case at once, on the reader's own word, for a short time.
//!
//! The reason stands with the read, sealed with the incident. Somebody else is told at once, and
//! somebody else judges it afterwards.

use minicbor::{Decode, Encode};

use crate::{
    ActorId, Center, Code, Context, Entry, Event, GrantId, IncidentId, Refusal, Timestamp,
    command::Verb, event::Payload,
};

/// For how long the glass stays broken, in seconds.
pub const GLASS_SECONDS: i64 = 30 * 60;
/// How many grants of one person may wait for a review.
pub const MAX_UNREVIEWED: usize = 3;

/// A grant that waits for its review.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Its number.
    #[n(0)]
    pub id: GrantId,
    /// For which incident.
    #[n(1)]
    pub incident: IncidentId,
    /// Who reads.
    #[n(2)]
    pub reader: ActorId,
    /// Since when.
    #[n(3)]
    pub at: Timestamp,
    /// Until when.
    #[n(4)]
    pub until: Timestamp,
    /// Who else has seen it, and when.
    #[n(5)]
    pub seen: Option<(ActorId, Timestamp)>,
    /// The version of its stream.
    #[n(6)]
    pub(crate) version: u32,
}

/// How often the glass was broken, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct GrantCounts {
    /// How often it was broken.
    #[n(0)]
    pub opened: u64,
    /// How often the review found it right.
    #[n(1)]
    pub justified: u64,
    /// How often the review found it wrong.
    #[n(2)]
    pub unjustified: u64,
}

/// Breaks the glass for one incident. Refusals: no such incident; it is erased; too many of one's own
/// wait for a review.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakGlass {
    /// For which incident.
    pub incident: IncidentId,
}

/// Says that a second person knows. Refusals: no such grant; one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct SeeBreakGlass {
    /// Which grant.
    pub grant: GrantId,
}

/// Judges afterwards whether it was right. Refusals: no such grant; one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewBreakGlass {
    /// Which grant.
    pub grant: GrantId,
    /// Whether it was right.
    pub is_justified: bool,
    /// The file under which more is said; open for good, so never a name.
    pub file: Option<Code>,
}

/// The glass was broken.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct BreakGlassOpened {
    /// The grant's number.
    #[n(0)]
    pub grant: GrantId,
    /// For which incident.
    #[n(1)]
    pub incident: IncidentId,
    /// For how many seconds.
    #[n(2)]
    pub seconds: u32,
}

/// A second person knows of it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct BreakGlassSeen {
    /// The grant's number.
    #[n(0)]
    pub grant: GrantId,
}

/// Somebody else judged it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct BreakGlassReviewed {
    /// The grant's number.
    #[n(0)]
    pub grant: GrantId,
    /// Whether it was right.
    #[n(1)]
    pub is_justified: bool,
    /// The file under which more is said.
    #[n(2)]
    pub file: Option<Code>,
}

impl Center {
    /// The grant of somebody for an incident that holds at `at`.
    pub fn grant(&self, reader: ActorId, incident: IncidentId, at: Timestamp) -> Option<&Grant> {
        let mut own = self.holding_grants(reader, at);
        own.find(|grant| grant.incident == incident)
    }

    /// All grants of somebody that hold at `at`.
    pub fn holding_grants(&self, reader: ActorId, at: Timestamp) -> impl Iterator<Item = &Grant> {
        let grants = self.grants.iter().map(|(_, grant)| grant.as_ref());
        grants.filter(move |grant| grant.reader == reader && grant.until > at)
    }

    /// The grant, if it is not the actor's own.
    fn need_grant_of_another(&self, id: GrantId, context: &Context) -> Result<&Grant, Refusal> {
        let grant = self.grants.get(id.0).ok_or(Refusal::UnknownGrant(id))?;
        match grant.reader == context.actor {
            true => Err(Refusal::OwnGrant(id)),
            false => Ok(grant),
        }
    }
}

impl Verb for BreakGlass {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        if !(1..=center.last_incident().0).contains(&self.incident.0) {
            return Err(Refusal::UnknownIncident(self.incident));
        }
        if center.is_erased(self.incident) {
            return Err(Refusal::IncidentErased(self.incident));
        }
        if center
            .grant(context.actor, self.incident, context.at)
            .is_some()
        {
            return Ok(vec![]);
        }
        let own = center.grants.iter();
        let own = own.filter(|(_, grant)| grant.reader == context.actor);
        if own.count() >= MAX_UNREVIEWED {
            return Err(Refusal::ReviewsDue(MAX_UNREVIEWED));
        }
        Ok(vec![
            BreakGlassOpened {
                grant: GrantId(center.grant_counts.opened + 1),
                incident: self.incident,
                seconds: GLASS_SECONDS as u32,
            }
            .into(),
        ])
    }
}

impl Verb for SeeBreakGlass {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let grant = center.need_grant_of_another(self.grant, context)?;
        if grant.seen.is_some() {
            return Ok(vec![]);
        }
        Ok(vec![BreakGlassSeen { grant: self.grant }.into()])
    }
}

impl Verb for ReviewBreakGlass {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        center.need_grant_of_another(self.grant, context)?;
        Ok(vec![
            BreakGlassReviewed {
                grant: self.grant,
                is_justified: self.is_justified,
                file: self.file.clone(),
            }
            .into(),
        ])
    }
}

impl Payload for BreakGlassOpened {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let due = center.grant_counts.opened + 1;
        if self.grant.0 != due {
            center.mark_broken(format!("grant {} came where {due} was due", self.grant));
        }
        center.grant_counts.opened = self.grant.0.max(center.grant_counts.opened);
        let grant = Grant {
            id: self.grant,
            incident: self.incident,
            reader: entry.actor,
            at: entry.at,
            until: entry.at.plus_seconds(self.seconds.into()),
            seen: None,
            version: 0,
        };
        center.grants.insert(self.grant.0, grant.into());
    }
}

impl Payload for BreakGlassSeen {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        match center.grants.get_mut(self.grant.0) {
            Some(grant) => grant.seen = Some((entry.actor, entry.at)),
            None => center.mark_broken(format!("grant {} does not exist", self.grant)),
        }
    }
}

impl Payload for BreakGlassReviewed {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        if center.grants.remove(self.grant.0).is_none() {
            center.mark_broken(format!("grant {} does not exist", self.grant));
        }
        match self.is_justified {
            true => center.grant_counts.justified += 1,
            false => center.grant_counts.unjustified += 1,
        }
    }
}
