use std::{collections::BTreeSet, net::IpAddr, sync::LazyLock};

use callbox_domain::ActorId;
use rusqlite::{OptionalExtension as _, params};

use super::{Access, AccessError, Account, Stage, password, sha256};

/// Why somebody was not let in.
#[derive(Debug)]
pub(crate) enum SignInError {
    /// The name or the password is wrong, or the account is disabled: which, is not said.
    Wrong,
    /// Too many wrong passwords.
    Locked,
    /// The password is right and was set by an administrator, too long ago.
    Ended,
    /// The accounts cannot be read.
    Access(AccessError),
}

impl From<AccessError> for SignInError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl From<rusqlite::Error> for SignInError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Access(error.into())
    }
}

/// What an unknown name's password is held against, so that it takes the same time.
static NOBODYS_HASH: LazyLock<Option<String>> =
    LazyLock::new(|| password::hash("nobody has this password").ok());

/// What is counted for a login name: its passwords and its codes.
const KINDS: [&[u8]; 2] = [b"account\0", b"code\0"];

impl Access {
    /// Finds whose login name and password these are. Takes some 20 ms of work; blocks.
    ///
    /// A try counts as failed before it is looked at, so that many at once do not slip through.
    pub(crate) fn check_credentials(
        &self,
        login: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<Account, SignInError> {
        let by_account = sha256(&[b"account\0", login.as_bytes()]);
        let by_address = by_address(address);
        self.count_failure(&by_account, &by_address)?;
        let stored = {
            let sql = "SELECT password FROM accounts WHERE login = ?1";
            self.db()
                .query_row(sql, [login], |row| row.get::<_, String>(0))
                .optional()?
        };
        let known = stored.is_some();
        let hash = match stored.or_else(|| NOBODYS_HASH.clone()) {
            Some(hash) if password.len() <= password::MAX_BYTES => hash,
            _ => return Err(SignInError::Wrong),
        };
        let right = password::verify(password, &hash)?;
        let account = self.account_named(login)?.filter(|_| known && right);
        let account = account.filter(|account| account.is_usable(self.now()));
        let account = account.ok_or(SignInError::Wrong)?;
        self.clear_failures(&by_account, &by_address)?;
        // Only who knows it learns that it has ended.
        match self.first_password(account.actor)? {
            Some(until) if self.now() >= until => Err(SignInError::Ended),
            _ => Ok(account),
        }
    }

    /// The same for a second factor: a code of the authenticator, or one for recovery.
    pub(crate) fn check_code(
        &self,
        account: &Account,
        code: &str,
        address: IpAddr,
    ) -> Result<&'static str, SignInError> {
        // Counted apart, so that a right password does not buy new tries at the code.
        let by_account = sha256(&[b"code\0", account.login.as_bytes()]);
        let by_address = by_address(address);
        self.count_failure(&by_account, &by_address)?;
        let method = self.use_code(account.actor, code)?;
        let method = method.ok_or(SignInError::Wrong)?;
        self.clear_failures(&by_account, &by_address)?;
        Ok(method)
    }

    /// How far their password has brought somebody.
    pub(crate) fn stage_after(&self, account: &Account) -> Result<Stage, AccessError> {
        match self.stage_beside(account)? {
            Stage::Full | Stage::Enrol if self.must_change(account.actor)? => Ok(Stage::Password),
            stage => Ok(stage),
        }
    }

    /// Whether a password was set by somebody else and not changed since.
    pub(crate) fn must_change(&self, actor: ActorId) -> Result<bool, AccessError> {
        Ok(self.first_password(actor)?.is_some())
    }

    /// How far a first proof has brought somebody that was not their password.
    pub(crate) fn stage_beside(&self, account: &Account) -> Result<Stage, AccessError> {
        if self.has_second_factor(account.actor)? {
            Ok(Stage::Code)
        } else if self.policy().second_factor {
            Ok(Stage::Enrol)
        } else {
            Ok(Stage::Full)
        }
    }

    /// The account with this password and, where it has a second factor, this code, at the machine
    /// itself; `None` when one of them is wrong, or too many were. Takes some 20 ms; blocks.
    pub fn recognise(
        &self,
        login: &str,
        password: &str,
        code: &str,
    ) -> Result<Option<Account>, AccessError> {
        let here = IpAddr::from(std::net::Ipv4Addr::LOCALHOST);
        let confirmed =
            self.check_credentials(login, password, here)
                .and_then(|account| match self.stage_after(&account)? {
                    Stage::Full => Ok(account),
                    Stage::Code => self.check_code(&account, code, here).map(|_| account),
                    Stage::Password => Err(AccessError::PasswordFirst(account.login).into()),
                    Stage::Enrol => Err(AccessError::FactorFirst(account.login).into()),
                });
        match confirmed {
            Ok(account) => Ok(Some(account)),
            Err(SignInError::Wrong | SignInError::Locked | SignInError::Ended) => Ok(None),
            Err(SignInError::Access(error)) => Err(error),
        }
    }

    /// Counts a try as failed, unless there were too many already.
    fn count_failure(&self, account: &[u8; 32], address: &[u8; 32]) -> Result<(), SignInError> {
        let now = self.now();
        let limits = &self.0.limits;
        let db = self.db();
        let begun = db.unchecked_transaction()?;
        for (subject, max) in [
            (account, limits.failures_per_account),
            (address, limits.failures_per_address),
        ] {
            let failures: u32 = begun.query_row(
                "SELECT count(*) FROM failures WHERE subject = ?1 AND at > ?2",
                params![subject, now - limits.failure_window_seconds],
                |row| row.get(0),
            )?;
            if failures >= max {
                return Err(SignInError::Locked);
            }
        }
        for subject in [account, address] {
            begun.execute(
                "INSERT INTO failures (subject, at) VALUES (?1, ?2)",
                params![subject, now],
            )?;
        }
        Ok(begun.commit()?)
    }

    /// Forgets the account's failures, and of the address's the one just counted.
    fn clear_failures(&self, account: &[u8; 32], address: &[u8; 32]) -> Result<(), AccessError> {
        let db = self.db();
        db.execute("DELETE FROM failures WHERE subject = ?1", [account])?;
        db.execute(
            "DELETE FROM failures WHERE id = (SELECT max(id) FROM failures WHERE subject = ?1)",
            [address],
        )?;
        Ok(())
    }

    /// Which of these login names wait because of wrong passwords or codes.
    pub(crate) fn locked<'a>(
        &self,
        logins: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeSet<&'a str>, AccessError> {
        let limits = &self.0.limits;
        let after = self.now() - limits.failure_window_seconds;
        let subjects: BTreeSet<Vec<u8>> = {
            let db = self.db();
            let sql = "SELECT subject FROM failures WHERE at > ?1
                 GROUP BY subject HAVING count(*) >= ?2";
            let mut select = db.prepare(sql)?;
            let found = select.query_map(params![after, limits.failures_per_account], |row| {
                row.get(0)
            })?;
            found.collect::<Result<_, _>>()?
        };
        let is_locked = |login: &&str| {
            let subjects_of = KINDS.map(|kind| sha256(&[kind, login.as_bytes()]));
            subjects_of
                .iter()
                .any(|it| subjects.contains(it.as_slice()))
        };
        Ok(logins.filter(is_locked).collect())
    }

    /// Lifts an account's lock.
    pub(super) fn forget_failures(&self, login: &str) -> Result<(), AccessError> {
        for kind in KINDS {
            let subject = sha256(&[kind, login.as_bytes()]);
            self.db()
                .execute("DELETE FROM failures WHERE subject = ?1", [subject])?;
        }
        Ok(())
    }
}

fn by_address(address: IpAddr) -> [u8; 32] {
    sha256(&[b"address\0", address.to_canonical().to_string().as_bytes()])
}
