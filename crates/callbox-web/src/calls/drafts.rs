//! Calls that are not recorded yet: in memory only, one for each account, for half an hour.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use callbox_domain::{ActorId, Timestamp};

/// How long a draft lives after its last change, in seconds.
const LIFE_SECONDS: i64 = 30 * 60;
/// The most drafts at once; the one that ends first makes room.
const MOST: usize = 512;

/// A call that somebody is taking.
///
/// It holds what a caller said. It is never written to a disk, ends with the server, and no log or
/// debug print shows it.
#[derive(Clone, PartialEq)]
pub(crate) struct Draft {
    /// What the form holds.
    pub(crate) fields: String,
    /// When it was begun.
    pub(crate) since: Timestamp,
    /// When it is forgotten.
    pub(crate) until: Timestamp,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({} bytes)", self.fields.len())
    }
}

/// All drafts.
#[derive(Debug, Default)]
pub(crate) struct Drafts(Mutex<BTreeMap<ActorId, Draft>>);

impl Drafts {
    /// One's own draft.
    pub(crate) fn of(&self, actor: ActorId, now: Timestamp) -> Option<Draft> {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|_, draft| draft.until > now);
        drafts.get(&actor).cloned()
    }

    /// Keeps one's own draft, or forgets it where there is nothing to keep.
    pub(crate) fn keep(
        &self,
        actor: ActorId,
        fields: Option<String>,
        now: Timestamp,
    ) -> Option<Draft> {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|_, draft| draft.until > now);
        let Some(fields) = fields else {
            drafts.remove(&actor);
            return None;
        };
        if drafts.len() >= MOST
            && !drafts.contains_key(&actor)
            && let Some(first) = drafts
                .iter()
                .min_by_key(|(_, draft)| draft.until)
                .map(|(actor, _)| *actor)
        {
            drafts.remove(&first);
        }
        let since = drafts.get(&actor).map_or(now, |draft| draft.since);
        let draft = Draft {
            fields,
            since,
            until: now.plus_seconds(LIFE_SECONDS),
        };
        drafts.insert(actor, draft.clone());
        Some(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_ones_own_and_ends() {
        let drafts = Drafts::default();
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        let (one, other) = (ActorId(7), ActorId(8));
        drafts.keep(one, Some("smoke".into()), now);
        assert_eq!(drafts.of(other, now), None);
        let kept = drafts.of(one, now.plus_seconds(1_799)).expect("it lives");
        assert_eq!(kept.fields, "smoke");
        assert!(!format!("{drafts:?}").contains("smoke"));
        assert_eq!(drafts.of(one, now.plus_seconds(1_800)), None);
        drafts.keep(one, Some("fire".into()), now);
        assert_eq!(drafts.keep(one, None, now), None);
        assert_eq!(drafts.of(one, now), None);
    }

    #[test]
    fn drafts_are_bounded() {
        let drafts = Drafts::default();
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        for n in 0..600 {
            drafts.keep(ActorId(n), Some("x".into()), now.plus_seconds(n as i64));
        }
        let later = now.plus_seconds(600);
        assert_eq!(drafts.of(ActorId(0), later), None);
        assert!(drafts.of(ActorId(599), later).is_some());
        assert_eq!(drafts.0.lock().expect("nobody panicked").len(), MOST);
    }
}
