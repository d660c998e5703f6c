use minicbor::{Decode, Encode};

use super::{
    Account, AccountNames, AccountToken, Credential, CredentialChange, OnDuty, SignInRule,
    SignInRules,
};
use crate::{
    ActorId, Center, Code, Entry, Personal, Text, Timestamp,
    event::{Payload, personal},
};

/// An account was added.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountAdded {
    /// The pseudonym under which the record knows who acts.
    #[n(0)]
    pub account: ActorId,
    /// The role, as the table of rights names it.
    #[n(1)]
    pub role: Code,
    /// When it ends by itself, where it was made for an emergency.
    #[n(2)]
    pub expires: Option<Timestamp>,
    /// How its owner is named.
    #[cbor(skip)]
    pub names: Personal<AccountNames>,
}

/// An account has another role.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountRoleSet {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// The role, as the table of rights names it.
    #[n(1)]
    pub role: Code,
}

/// An account was bound to an agency, or to none.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountBound {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// The agency; without one it sees the whole center.
    #[n(1)]
    pub agency: Option<Code>,
}

/// An account was taken out of use, or put back.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct AccountSwitched {
    /// Which account.
    #[n(0)]
    pub account: ActorId,
    /// Whether it cannot be used any more.
    #[n(1)]
    pub disabled: bool,
}

/// Somebody is on duty until then, or off duty.
///
/// Where they sit and what they do is not said; nor is it told when the time has run out.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DutySet {
    /// Whose account.
    #[n(0)]
    pub account: ActorId,
    /// When it ends by itself; off duty without it.
    #[n(1)]
    pub until: Option<Timestamp>,
}

/// What somebody proves with who they are has changed; never what opens it.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CredentialChanged {
    /// Whose.
    #[n(0)]
    pub account: ActorId,
    /// Which kind.
    #[n(1)]
    pub credential: Credential,
    /// What was done with it.
    #[n(2)]
    pub change: CredentialChange,
}

/// A token was issued for an account.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TokenIssued {
    /// With whose rights it acts.
    #[n(0)]
    pub account: ActorId,
    /// Its number; the next one, whatever a command says.
    #[n(1)]
    pub token: u64,
    /// What it may be used for.
    #[n(2)]
    pub scope: Code,
    /// Until when it holds.
    #[n(3)]
    pub expires: Timestamp,
}

/// A token was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TokenEnded {
    /// Whose.
    #[n(0)]
    pub account: ActorId,
    /// Its number.
    #[n(1)]
    pub token: u64,
}

/// Sign-in asks for something else.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct SignInRuleSet {
    /// The rule's name, as in `second-factor`.
    #[n(0)]
    pub name: Code,
    /// What it says.
    #[n(1)]
    pub value: Text,
}

impl Payload for AccountAdded {
    personal!(names);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let account = Account {
            id: self.account,
            names: self.names.clone(),
            role: self.role.clone(),
            agency: None,
            disabled: None,
            expires: self.expires,
            created: entry.at,
            tokens: Vec::new(),
            version: 0,
            duty: None,
            added: entry.seq,
            erased: None,
            erasure_request: None,
        };
        if center
            .accounts
            .insert(self.account.0, account.into())
            .is_some()
        {
            center.mark_broken(format!("account {} was added twice", self.account));
        }
    }
}

impl Payload for AccountRoleSet {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_account(self.account, |account| account.role = self.role.clone());
    }
}

impl Payload for AccountBound {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_account(self.account, |account| account.agency = self.agency.clone());
    }
}

impl Payload for AccountSwitched {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let disabled = self.disabled.then_some(entry.at);
        center.with_account(self.account, |account| {
            account.disabled = disabled;
            account.duty = None;
            // Whoever puts it back into use withdraws what was asked.
            account.erasure_request = None;
        });
    }
}

impl Payload for DutySet {
    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let duty = self.until.map(|until| OnDuty {
            until,
            since: entry.at,
            by: entry.actor,
        });
        center.with_account(self.account, |account| account.duty = duty);
    }
}

impl Payload for CredentialChanged {
    fn evolve(&self, _: &mut Center, _: &Entry) {}
}

impl Payload for TokenIssued {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let token = AccountToken {
            token: self.token,
            scope: self.scope.clone(),
            expires: self.expires,
        };
        center.with_account(self.account, |account| account.tokens.push(token));
        let rules = &mut center.sign_in;
        let due = rules.last_token + 1;
        rules.last_token = due.max(self.token);
        if self.token != due {
            center.mark_broken(format!("token {} came where {due} was due", self.token));
        }
    }
}

impl Payload for TokenEnded {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_account(self.account, |account| {
            account.tokens.retain(|known| known.token != self.token);
        });
    }
}

impl Payload for SignInRuleSet {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        let SignInRules { set, .. } = &mut center.sign_in;
        match set.iter_mut().find(|rule| rule.name == self.name) {
            Some(rule) => rule.value = self.value.clone(),
            None => set.push(SignInRule {
                name: self.name.clone(),
                value: self.value.clone(),
            }),
        }
    }
}
