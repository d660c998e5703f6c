//! Erasing what is personal in an account: on the record first, then here, down to the file's free pages.

use callbox_domain::{AccountAct, ActorId, Center, Code, ErasureFacts, events::AccountErased};
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

impl Access {
    /// Erases login and name of an account that is out of use for as long as erasures wait, and what
    /// opened it. What it did stays under its pseudonym. The ledger's own bytes go at the next start.
    pub fn erase(&self, login: &str, basis: &Code) -> Result<ActorId, AccessError> {
        let account = self.account_named(login)?;
        let account = account.ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        self.record(AccountAct::Erase(AccountErased {
            account: account.actor,
            basis: basis.clone(),
            facts: ErasureFacts::default(),
        }))?;
        self.scrub(&[account.actor])?;
        self.load_accounts()?;
        self.load_sessions()?;
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
