//! The line about accounts and how a transcript shows it.

use super::{
    NotACommand,
    verbs::Said,
    words::{Words, syntax},
};
use crate::{
    AccountAct, AccountNames, ActorId, Code, Credential, CredentialChange, ErasureFacts, Event,
    KeepAccount, Personal,
    events::{
        AccountAdded, AccountBound, AccountErased, AccountErasureCompleted, AccountErasureRefused,
        AccountErasureRequested, AccountRoleSet, AccountSwitched, CredentialChanged, DutySet,
        SignInRuleSet, TokenEnded, TokenIssued,
    },
};

/// How long a token of a script holds, in seconds.
const TOKEN_SECONDS: i64 = 86_400;

/// Reads what follows `account`.
pub(super) fn keep(w: &mut Words, said: &Said<'_>) -> Result<KeepAccount, NotACommand> {
    let account = ActorId(w.number("an account")?);
    let act = match w.text_word("what to do")?.as_str() {
        "add" => {
            let login = w.code("a login name")?;
            let names = AccountNames {
                name: login.clone(),
                login,
            };
            AccountAct::Add(AccountAdded {
                account,
                role: w.code("a role")?,
                expires: None,
                names: Personal::Known(names),
            })
        }
        "role" => AccountAct::Role(AccountRoleSet {
            account,
            role: w.code("a role")?,
        }),
        "agency" => AccountAct::Bind(AccountBound {
            account,
            agency: match w.is_empty() {
                true => None,
                false => Some(w.code("an agency")?),
            },
        }),
        what @ ("on" | "off") => AccountAct::Switch(AccountSwitched {
            account,
            disabled: what == "off",
        }),
        "ask" => AccountAct::RequestErasure(AccountErasureRequested {
            account,
            basis: w.code("a legal basis")?,
            wait_days: 0,
        }),
        "refuse" => AccountAct::RefuseErasure(AccountErasureRefused {
            account,
            reason: w.code("a reason")?,
        }),
        "erase" => AccountAct::Erase(AccountErased {
            account,
            basis: w.code("a legal basis")?,
            facts: ErasureFacts::default(),
        }),
        "complete" => AccountAct::Complete(AccountErasureCompleted {
            account,
            payloads: 1,
            keys: 1,
            epoch: 1,
        }),
        "duty" => {
            let hours: u64 = w.number("hours")?;
            let seconds = 3_600 * hours.min(1_000).cast_signed();
            AccountAct::Duty(DutySet {
                account,
                until: (hours > 0).then(|| said.at().plus_seconds(seconds)),
            })
        }
        "credential" => AccountAct::Credential(CredentialChanged {
            account,
            credential: known(w, "a credential", Credential::from_name)?,
            change: known(w, "a change", CredentialChange::from_name)?,
        }),
        "token" => AccountAct::Issue(TokenIssued {
            account,
            token: 0,
            scope: w.code("a scope")?,
            expires: said.at().plus_seconds(TOKEN_SECONDS),
        }),
        "end" => AccountAct::End(TokenEnded {
            account,
            token: w.number("a token")?,
        }),
        "rule" => AccountAct::Rule(SignInRuleSet {
            name: w.code("a rule")?,
            value: w.tail("what it says")?,
        }),
        other => return syntax(format!("there is nothing like {other} to do")),
    };
    Ok(KeepAccount { act })
}

fn known<T>(
    w: &mut Words,
    what: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> Result<T, NotACommand> {
    let name = w.text_word(what)?;
    match from_name(&name) {
        Some(value) => Ok(value),
        None => syntax(format!("{name} is not {what}")),
    }
}

/// An event about accounts.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::AccountAdded(added) => {
            let names = added.names.known();
            let login = names.map_or("erased", |names| names.login.as_str());
            format!("{} role={} login=‹{login}›", added.account, added.role)
        }
        Event::AccountRoleSet(AccountRoleSet { account, role }) => format!("{account} role={role}"),
        Event::AccountBound(AccountBound { account, agency }) => {
            let agency = agency.as_ref().map_or("-", Code::as_str);
            format!("{account} agency={agency}")
        }
        Event::AccountSwitched(AccountSwitched { account, disabled }) => {
            format!("{account} {}", if *disabled { "off" } else { "on" })
        }
        Event::AccountErasureRequested(asked) => {
            format!(
                "{} basis={} wait_days={}",
                asked.account, asked.basis, asked.wait_days
            )
        }
        Event::AccountErasureRefused(refused) => {
            format!("{} reason={}", refused.account, refused.reason)
        }
        Event::AccountErased(erased) => format!("{} basis={}", erased.account, erased.basis),
        Event::AccountErasureCompleted(done) => {
            let (payloads, keys) = (done.payloads, done.keys);
            format!("{} payloads={payloads} keys={keys}", done.account)
        }
        Event::DutySet(DutySet { account, until }) => match until {
            Some(until) => format!("{account} until={until}"),
            None => format!("{account} off duty"),
        },
        Event::CredentialChanged(CredentialChanged {
            account,
            credential,
            change,
        }) => format!("{account} {} {}", credential.name(), change.name()),
        Event::TokenIssued(TokenIssued {
            account,
            token,
            scope,
            ..
        }) => format!("{account} token={token} scope={scope}"),
        Event::TokenEnded(TokenEnded { account, token }) => format!("{account} token={token}"),
        Event::SignInRuleSet(SignInRuleSet { name, value }) => format!("{name}=‹{value}›"),
        _ => unreachable!("only events about accounts are shown here"),
    }
}
