//! Erasing what is personal in an account: on the record first, then here, down to the file's free pages.

use std::collections::{BTreeMap, BTreeSet};

use callbox_domain::{
    AccountAct, ActorId, Center, Code, ErasureFacts, ErasureRequest, Refusal,
    events::{AccountErased, AccountErasureRefused, AccountErasureRequested},
};
use rusqlite::params;

use super::{Access, AccessError, Account, password, random, store};
use crate::hex::hex;

/// What is kept of an account beside its row, with the column that names whose it is.
const BESIDE: [(&str, &str); 8] = [
    ("sessions", "actor"),
    ("tokens", "actor"),
    ("authenticators", "actor"),
    ("recovery_codes", "actor"),
    ("passkeys", "actor"),
    ("identities", "actor"),
    ("macros", "owner"),
    ("layouts", "owner"),
];

/// What the record says of erasing the names of accounts.
#[derive(Default)]
pub(crate) struct Erasures {
    /// Who asks for it.
    pub(crate) requests: BTreeMap<ActorId, ErasureRequest>,
    /// Whose names are erased, while keys and bytes of the record still stand.
    pub(crate) half_erased: BTreeSet<ActorId>,
}

impl Access {
    /// Asks that login and name of an account that is out of use be erased; somebody else approves.
    pub fn ask_for_erasure(&self, login: &str, basis: &Code) -> Result<(), AccessError> {
        let requested = AccountErasureRequested {
            account: self.number_of(login)?,
            basis: basis.clone(),
            wait_days: 0,
        };
        self.record(AccountAct::RequestErasure(requested)).map(drop)
    }

    /// Refuses or withdraws that; `reason` is a short code.
    pub fn refuse_erasure(&self, login: &str, reason: &Code) -> Result<(), AccessError> {
        let refused = AccountErasureRefused {
            account: self.number_of(login)?,
            reason: reason.clone(),
        };
        self.record(AccountAct::RefuseErasure(refused)).map(drop)
    }

    /// Approves what somebody else asked for: erases login and name, and what opened the account.
    /// What it did stays under its pseudonym. The ledger's own bytes go at the next start.
    pub fn erase(&self, login: &str) -> Result<ActorId, AccessError> {
        let account = self.number_of(login)?;
        let request = self.requested(account).ok_or_else(|| {
            AccessError::Refused(Box::new(Refusal::AccountErasureNotAsked(account)))
        })?;
        self.record(AccountAct::Erase(AccountErased {
            account,
            basis: request.basis,
            facts: ErasureFacts::default(),
        }))?;
        self.scrub(&[account])?;
        self.load_accounts()?;
        self.load_sessions()?;
        Ok(account)
    }

    /// Who asks that the names of the account be erased, as the record has it.
    pub fn account_erasure_request(&self, login: &str) -> Option<ErasureRequest> {
        self.requested(self.number_of(login).ok()?)
    }

    fn requested(&self, account: ActorId) -> Option<ErasureRequest> {
        let center = self.recorded()?;
        center.accounts.get(account.0)?.erasure_request.clone()
    }

    /// Of which accounts somebody asks that the names be erased, and of which they are; in one walk.
    pub(crate) fn erasures(&self) -> Erasures {
        let mut erasures = Erasures::default();
        let Some(center) = self.recorded() else {
            return erasures;
        };
        for (_, account) in center.accounts.iter() {
            if let Some(request) = &account.erasure_request {
                erasures.requests.insert(account.id, request.clone());
            }
            if account.is_half_erased() {
                erasures.half_erased.insert(account.id);
            }
        }
        erasures
    }

    fn number_of(&self, login: &str) -> Result<ActorId, AccessError> {
        let account = self.account_named(login)?;
        let account = account.ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        Ok(account.actor)
    }

    /// Overwrites what is left here of accounts whose names the record says are erased: a crash came between,
    /// or an older database was put in.
    pub(super) fn scrub_erased(
        &self,
        center: &Center,
        stored: &[Account],
    ) -> Result<(), AccessError> {
        let is_left = |account: &&Account| {
            let known = center.accounts.get(account.actor.0);
            let erased = known.is_some_and(|known| known.erased.is_some());
            erased && account.login != nameless(account.actor)
        };
        let left: Vec<ActorId> = stored.iter().filter(is_left).map(|it| it.actor).collect();
        match left.is_empty() {
            true => Ok(()),
            false => self.scrub(&left),
        }
    }

    fn scrub(&self, actors: &[ActorId]) -> Result<(), AccessError> {
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        for actor in actors {
            let number = store::number(*actor);
            for (table, owner) in BESIDE {
                begun.execute(&format!("DELETE FROM {table} WHERE {owner} = ?1"), [number])?;
            }
            let nobodys = password::hash(&hex(&random::<32>()?))?;
            begun.execute(
                "UPDATE accounts SET login = ?2, name = ?2, password = ?3, first_until = NULL
                 WHERE actor = ?1",
                params![number, nameless(*actor), nobodys],
            )?;
        }
        begun.commit()?;
        store::forget(&db)
    }
}

/// How the row of an account is named whose names are erased.
fn nameless(actor: ActorId) -> String {
    format!("erased-{}", actor.0)
}
