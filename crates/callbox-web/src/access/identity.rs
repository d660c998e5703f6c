use rusqlite::{OptionalExtension as _, params};

use super::{
    Access, AccessError, Account,
    record::{Credential, CredentialChange},
    store,
};

impl Access {
    /// The account of somebody whom a provider knows as `subject`.
    ///
    /// The first time it is the one with the login name that the provider says, unless it belongs
    /// to another subject already; from then on only the subject counts.
    pub(crate) fn identified(
        &self,
        issuer: &str,
        subject: &str,
        login: Option<&str>,
    ) -> Result<Option<Account>, AccessError> {
        let known = {
            let sql = "SELECT login FROM identities JOIN accounts USING (actor)
                 WHERE issuer = ?1 AND subject = ?2";
            let row = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
            self.db()
                .query_row(sql, params![issuer, subject], row)
                .optional()?
        };
        let named = known.as_deref().or(login);
        let account = match named {
            Some(login) => self.account_named(login)?,
            None => None,
        };
        let account = account.filter(|account| account.is_usable(self.now()));
        let (None, Some(account)) = (&known, &account) else {
            return Ok(account);
        };
        let is_tied = {
            let sql = "SELECT count(*) FROM identities WHERE issuer = ?1 AND actor = ?2";
            let row = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            let of = params![issuer, store::number(account.actor)];
            self.db().query_row(sql, of, row)? > 0
        };
        if !is_tied {
            let owner = self.by(account.actor);
            owner.record_credential(
                account.actor,
                Credential::Provider,
                CredentialChange::Added,
            )?;
        }
        let tied = self.db().execute(
            "INSERT INTO identities (issuer, subject, actor) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            params![issuer, subject, store::number(account.actor)],
        )?;
        Ok((tied == 1).then(|| account.clone()))
    }
}
