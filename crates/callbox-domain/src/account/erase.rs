//! What is personal in an account goes for good: its login and its name.

use minicbor::{Decode, Encode};

use super::AccountErasure;
use crate::{
    ActorId, Center, Code, Context, Entry, ErasureFacts, ErasureRequest, Event, Personal, Refusal,
    event::Payload,
};

/// Somebody asked that what is personal in an account be erased: its login and its name.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountErasureRequested {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// The legal basis: a section of a law or a file number, never a name.
    #[n(1)]
    pub basis: Code,
    /// How many days it waits at least; the center's rule, whatever a command says.
    #[n(2)]
    pub wait_days: u16,
}

/// A request to erase what is personal in an account was refused or withdrawn.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountErasureRefused {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// Why, as a short code.
    #[n(1)]
    pub reason: Code,
}

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

impl AccountErasureRequested {
    /// The account is out of use, and nobody asks for it yet.
    pub(super) fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let account = center.need_kept(self.account)?;
        need_person(self.account, context)?;
        if account.disabled.is_none() {
            return Err(Refusal::AccountInUse(self.account));
        }
        if account.erasure_request.is_some() {
            return Err(Refusal::AccountErasureAsked(self.account));
        }
        let requested = Self {
            wait_days: center.configuration.erasure_rules.wait_days,
            ..self.clone()
        };
        Ok(vec![requested.into()])
    }
}

impl AccountErasureRefused {
    pub(super) fn decide(&self, center: &Center) -> Result<Vec<Event>, Refusal> {
        let account = center.need_kept(self.account)?;
        match account.erasure_request {
            Some(_) => Ok(vec![self.clone().into()]),
            None => Err(Refusal::AccountErasureNotAsked(self.account)),
        }
    }
}

impl AccountErased {
    /// Somebody else asked for it, has waited as erasures wait, and the account is out of use since.
    ///
    /// Two people decide: who uses the machine itself is nobody who signed in.
    pub(super) fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let account = center.need_account(self.account)?;
        if account.erased.is_some() {
            return Ok(vec![]);
        }
        let request = account.erasure_request.as_ref();
        let request = request.ok_or(Refusal::AccountErasureNotAsked(self.account))?;
        need_person(self.account, context)?;
        if request.by == context.actor {
            return Err(Refusal::AccountErasureNeedsTwo(self.account));
        }
        if context.at < request.not_before {
            return Err(Refusal::TooEarly(request.not_before));
        }
        let erased = Self {
            basis: request.basis.clone(),
            ..self.clone()
        };
        Ok(vec![erased.into()])
    }
}

/// Refuses what a program says: its numbers are nobody's account.
fn need_person(account: ActorId, context: &Context) -> Result<(), Refusal> {
    match context.actor <= ActorId::SIMULATED {
        true => Err(Refusal::AccountErasureNeedsTwo(account)),
        false => Ok(()),
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

impl Payload for AccountErasureRequested {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let request = ErasureRequest::recorded(entry, self.basis.clone(), self.wait_days);
        center.with_account(self.account, |account| {
            account.erasure_request = Some(request);
        });
    }
}

impl Payload for AccountErasureRefused {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_account(self.account, |account| account.erasure_request = None);
    }
}

impl Payload for AccountErased {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        center.with_account(self.account, |account| {
            account.erasure_request = None;
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
