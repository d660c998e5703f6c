//! What is personal in an account goes for good: its login and its name.

use minicbor::{Decode, Encode};

use super::AccountErasure;
use crate::{
    ActorId, Center, Code, Context, Entry, ErasureFacts, Event, Personal, Refusal, event::Payload,
};

/// What was personal in an account was erased: nobody reads its login or its name from here on.
///
/// What it did stays, under its pseudonym.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountErased {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// The legal basis: a section of a law or a file number, never a name.
    #[n(1)]
    pub basis: Code,
    /// What is going to be blanked and destroyed; the server looks it up when it decides.
    #[n(2)]
    pub facts: ErasureFacts,
}

/// Keys and bytes of what was personal in an account are gone; the server says it.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountErasureCompleted {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// How many payloads are blanked.
    #[n(1)]
    pub payloads: u32,
    /// How many keys are destroyed.
    #[n(2)]
    pub keys: u32,
    /// The key epoch that ended.
    #[n(3)]
    pub epoch: u32,
}

impl AccountErased {
    /// The account is out of use, and has been for as long as erasures wait in this center.
    pub(super) fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let account = center.need_account(self.account)?;
        if account.erased.is_some() {
            return Ok(vec![]);
        }
        let since = account
            .disabled
            .ok_or(Refusal::AccountInUse(self.account))?;
        let days = center.configuration.erasure_rules.wait_days;
        let due = since.plus_seconds(i64::from(days) * 86_400);
        match context.at < due {
            true => Err(Refusal::TooEarly(due)),
            false => Ok(vec![self.clone().into()]),
        }
    }
}

impl AccountErasureCompleted {
    pub(super) fn decide(&self, center: &Center) -> Result<Vec<Event>, Refusal> {
        let account = center.need_account(self.account)?;
        Ok(match account.is_half_erased() {
            true => vec![(*self).into()],
            false => vec![],
        })
    }
}

impl Payload for AccountErased {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_account(self.account, |account| {
            account.names = Personal::Erased;
            account.tokens.clear();
            account.duty = None;
            account.erased = Some(AccountErasure {
                seq: entry.seq,
                completed: None,
            });
        });
    }
}

impl Payload for AccountErasureCompleted {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_account(self.account, |account| {
            if let Some(erased) = &mut account.erased {
                erased.completed = Some(entry.seq);
            }
        });
    }
}
