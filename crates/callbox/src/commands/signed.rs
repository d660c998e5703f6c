//! Who is at the machine: a login name, with password and code on the standard input.

use std::io::{BufRead as _, Read as _};

use callbox_engine::Engine;
use callbox_web::{Access, Account};

use super::Data;
use crate::{
    center,
    failure::{Failure, Outcome},
};

/// The account, if the password and the code are right; each is a line of the standard input.
pub(super) fn confirm(data: &Data, login: &str) -> Outcome<Account> {
    let data = center::existing(&data.data)?;
    let access = Access::open(&data.access_db());
    let access = access.map_err(|error| super::user::access_failure(&error))?;
    let mut lines = std::io::BufReader::new(std::io::stdin().lock().take(1_024)).lines();
    let mut line = || {
        let line = lines.next().transpose();
        line.map(Option::unwrap_or_default)
            .map_err(|error| Failure::io("cannot read the password", &error))
    };
    let (password, code) = (line()?, line()?);
    access
        .recognise(login, &password, &code)
        .map_err(|error| super::user::access_failure(&error))?
        .ok_or_else(|| {
            Failure::Refused(
                "the login name, the password or the code is wrong, or too many were; password \
                 and code are read from the standard input"
                    .to_owned(),
            )
        })
}

/// The account as the record has it; refuses one that is out of use there.
pub(super) fn recorded(engine: &Engine, account: Account) -> Outcome<Account> {
    let account = account.recorded(&engine.snapshot());
    match account.disabled {
        None => Ok(account),
        Some(_) => Err(Failure::Refused(format!(
            "the record has no account {} in use; see: callbox user list",
            account.login
        ))),
    }
}
