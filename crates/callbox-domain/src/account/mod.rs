//! Accounts: who exists with which role, agency and state, and what sign-in asks for.
//!
//! What opens an account (passwords, seeds, keys, tokens) is not here and on no record; names and
//! logins are sealed, each account in a domain of its own.

mod erase;
mod events;
mod keep;

use minicbor::{Decode, Encode};

pub use erase::{
    AccountErased, AccountErasureCompleted, AccountErasureRefused, AccountErasureRequested,
};
pub use events::{
    AccountAdded, AccountBound, AccountRoleSet, AccountSwitched, CredentialChanged, DutySet,
    SignInRuleSet, TokenEnded, TokenIssued,
};
pub use keep::{AccountAct, KeepAccount};

use crate::{ActorId, Center, Code, ErasureRequest, Personal, Refusal, Text, Timestamp};

/// The most accounts of a center.
pub(crate) const MAX_ACCOUNTS: usize = 20_000;
/// The most tokens of an account that hold at once, as far as nobody ended them.
pub(crate) const MAX_TOKENS: usize = 100;

/// How many hours somebody is on duty at most, until they or a supervisor say so again.
pub const MAX_DUTY_HOURS: u64 = 24;

/// How an account's owner is named.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountNames {
    /// What is typed to sign in.
    #[n(0)]
    pub login: Code,
    /// What others see.
    #[n(1)]
    pub name: Code,
}

/// What somebody proves with who they are; never what opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Credential {
    /// A password.
    #[n(0)]
    Password,
    /// An authenticator's codes.
    #[n(1)]
    Authenticator,
    /// Codes for recovery.
    #[n(2)]
    RecoveryCodes,
    /// A passkey.
    #[n(3)]
    Passkey,
    /// All second factors: authenticator, codes and passkeys.
    #[n(4)]
    SecondFactors,
    /// A name at a provider of sign-ins.
    #[n(5)]
    Provider,
}

crate::call::names! { Credential {
    Password => "password",
    Authenticator => "authenticator",
    RecoveryCodes => "recovery-codes",
    Passkey => "passkey",
    SecondFactors => "second-factors",
    Provider => "provider",
}}

/// What was done with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CredentialChange {
    /// It can be used from now on.
    #[n(0)]
    Added,
    /// It opens nothing any more.
    #[n(1)]
    Removed,
    /// Another one took its place.
    #[n(2)]
    Replaced,
}

crate::call::names! { CredentialChange {
    Added => "added",
    Removed => "removed",
    Replaced => "replaced",
}}

/// A token that was issued and not ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountToken {
    /// Its number, among all tokens of the center.
    #[n(0)]
    pub token: u64,
    /// What it may be used for.
    #[n(1)]
    pub scope: Code,
    /// Until when it holds.
    #[n(2)]
    pub expires: Timestamp,
}

/// That somebody is on duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OnDuty {
    /// When it ends by itself.
    #[n(0)]
    pub until: Timestamp,
    /// Since when.
    #[n(1)]
    pub since: Timestamp,
    /// Who said so: oneself, or somebody who leads.
    #[n(2)]
    pub by: ActorId,
}

/// That what was personal in an account is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountErasure {
    /// Where the record says so.
    #[n(0)]
    pub seq: u64,
    /// Where it says that keys and bytes are gone.
    #[n(1)]
    pub completed: Option<u64>,
}

/// An account, as the record has it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Account {
    /// The pseudonym under which the record knows who acts.
    #[n(0)]
    pub id: ActorId,
    /// How its owner is named.
    #[n(1)]
    pub names: Personal<AccountNames>,
    /// The role, as the table of rights names it.
    #[n(2)]
    pub role: Code,
    /// The agency that it is bound to; without one it sees the whole center.
    #[n(3)]
    pub agency: Option<Code>,
    /// Since when it is out of use.
    #[n(4)]
    pub disabled: Option<Timestamp>,
    /// When it ends by itself, where it was made for an emergency.
    #[n(5)]
    pub expires: Option<Timestamp>,
    /// Since when there is one.
    #[n(6)]
    pub created: Timestamp,
    /// The tokens that were not ended, the oldest first.
    #[n(7)]
    pub tokens: Vec<AccountToken>,
    /// How many events its stream has.
    #[n(8)]
    pub version: u32,
    /// The duty that was said last; it may be over.
    #[n(9)]
    pub duty: Option<OnDuty>,
    /// Where the record says that there is one; its names stand there.
    #[n(10)]
    pub added: u64,
    /// That its names are erased.
    #[n(11)]
    pub erased: Option<AccountErasure>,
    /// Who asks that its names be erased, while nobody has decided.
    #[n(12)]
    pub erasure_request: Option<ErasureRequest>,
}

impl Account {
    /// Whether its names are out of reach but keys and bytes are not destroyed yet.
    pub fn is_half_erased(&self) -> bool {
        self.erased.is_some_and(|erased| erased.completed.is_none())
    }

    /// Whether its owner is on duty at `now`, and how.
    pub fn duty_at(&self, now: Timestamp) -> Option<OnDuty> {
        self.duty.filter(|duty| now < duty.until)
    }
}

/// A rule of sign-in: its name and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignInRule {
    /// The name, as in `second-factor`.
    #[n(0)]
    pub name: Code,
    /// What it says.
    #[n(1)]
    pub value: Text,
}

/// What sign-in asks for, as far as the center changed it.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct SignInRules {
    /// The rules that were set, by name.
    #[n(0)]
    pub set: Vec<SignInRule>,
    /// How often one was set.
    #[n(1)]
    pub version: u32,
    /// The newest token's number.
    #[n(2)]
    pub last_token: u64,
}

impl SignInRules {
    /// What a rule says, where the center set it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let rule = self.set.iter().find(|rule| rule.name.as_str() == name);
        rule.map(|rule| rule.value.as_str())
    }
}

impl Center {
    /// The account, or the refusal that names it.
    fn need_account(&self, id: ActorId) -> Result<&Account, Refusal> {
        let account = self.accounts.get(id.0).map(AsRef::as_ref);
        account.ok_or(Refusal::UnknownAccount(id))
    }

    /// The account, unless its names are erased: nobody acts with it any more.
    fn need_kept(&self, id: ActorId) -> Result<&Account, Refusal> {
        let account = self.need_account(id)?;
        match account.erased {
            Some(_) => Err(Refusal::AccountErased(id)),
            None => Ok(account),
        }
    }

    /// Changes an account; marks the center as broken where there is none.
    pub(crate) fn with_account(&mut self, id: ActorId, change: impl FnOnce(&mut Account)) {
        match self.accounts.get_mut(id.0) {
            Some(account) => change(account),
            None => self.mark_broken(format!(
                "an event refers to account {id}, which does not exist"
            )),
        }
    }
}
