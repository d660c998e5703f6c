use rusqlite::{OptionalExtension as _, params};

use super::{Access, AccessError, Account, store};

impl Access {
    /// The account that a provider's subject was tied to.
    pub(crate) fn identified(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Account>, AccessError> {
        let login: Option<String> = self
            .db()
            .query_row(
                "SELECT login FROM identities JOIN accounts USING (actor)
                 WHERE issuer = ?1 AND subject = ?2",
                params![issuer, subject],
                |row| row.get(0),
            )
            .optional()?;
        let account = login.map(|login| self.account_named(&login)).transpose()?;
        Ok(account
            .flatten()
            .filter(|account| account.is_usable(self.now())))
    }

    /// Ties a provider's subject to an account. From then on only the subject counts.
    pub fn link(&self, login: &str, issuer: &str, subject: &str) -> Result<(), AccessError> {
        let account = self.account_named(login)?;
        let account = account.ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        self.db().execute(
            "INSERT INTO identities (issuer, subject, actor) VALUES (?1, ?2, ?3)
             ON CONFLICT (issuer, subject) DO UPDATE SET actor = excluded.actor",
            params![issuer, subject, store::number(account.actor)],
        )?;
        Ok(())
    }
}
