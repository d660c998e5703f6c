use super::{
    AccountAdded, AccountBound, AccountRoleSet, AccountSwitched, CredentialChanged, MAX_ACCOUNTS,
    MAX_TOKENS, SignInRuleSet, TokenEnded, TokenIssued,
};
use crate::{ActorId, Center, Context, Event, Refusal, command::Verb};

/// Puts an act of those who keep accounts, or of an account's owner, on the record.
///
/// Whether who acts has the right to is not looked at here: that is the shell's table of rights.
/// Refusals: an account that is there already, or has another's login name; no such account; no such
/// token; too many accounts, tokens of one account or rules.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepAccount {
    /// What is done.
    pub act: AccountAct,
}

/// What is done with accounts, tokens and the rules of sign-in.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountAct {
    /// Adds an account.
    Add(AccountAdded),
    /// Gives one another role.
    Role(AccountRoleSet),
    /// Binds one to an agency, or to none.
    Bind(AccountBound),
    /// Takes one out of use, or puts it back.
    Switch(AccountSwitched),
    /// Says that a credential was added, removed or replaced.
    Credential(CredentialChanged),
    /// Issues a token; its number is the next one.
    Issue(TokenIssued),
    /// Ends a token.
    End(TokenEnded),
    /// Sets a rule of sign-in.
    Rule(SignInRuleSet),
}

/// The most rules of sign-in.
const MAX_RULES: usize = 64;

impl AccountAct {
    /// The act that an event stands for; `None` for events about anything else.
    pub fn of(event: Event) -> Option<Self> {
        Some(match event {
            Event::AccountAdded(event) => Self::Add(event),
            Event::AccountRoleSet(event) => Self::Role(event),
            Event::AccountBound(event) => Self::Bind(event),
            Event::AccountSwitched(event) => Self::Switch(event),
            Event::CredentialChanged(event) => Self::Credential(event),
            Event::TokenIssued(event) => Self::Issue(event),
            Event::TokenEnded(event) => Self::End(event),
            Event::SignInRuleSet(event) => Self::Rule(event),
            _ => return None,
        })
    }

    /// The event that says so.
    pub fn event(&self) -> Event {
        match self.clone() {
            Self::Add(event) => event.into(),
            Self::Role(event) => event.into(),
            Self::Bind(event) => event.into(),
            Self::Switch(event) => event.into(),
            Self::Credential(event) => event.into(),
            Self::Issue(event) => event.into(),
            Self::End(event) => event.into(),
            Self::Rule(event) => event.into(),
        }
    }
}

impl Verb for KeepAccount {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let changes = match &self.act {
            AccountAct::Add(added) => {
                need_vacant(center, added)?;
                true
            }
            AccountAct::Role(set) => center.need_account(set.account)?.role != set.role,
            AccountAct::Bind(bound) => center.need_account(bound.account)?.agency != bound.agency,
            AccountAct::Switch(switched) => {
                let account = center.need_account(switched.account)?;
                account.disabled.is_some() != switched.disabled
            }
            AccountAct::Credential(changed) => {
                center.need_account(changed.account).map(|_| true)?
            }
            AccountAct::Issue(issued) => {
                let account = center.need_account(issued.account)?;
                limit(
                    "the list of an account's tokens",
                    account.tokens.len(),
                    MAX_TOKENS,
                )?;
                let token = center.sign_in.last_token + 1;
                let issued = TokenIssued {
                    token,
                    ..issued.clone()
                };
                return Ok(vec![issued.into()]);
            }
            AccountAct::End(ended) => {
                let tokens = &center.need_account(ended.account)?.tokens;
                if !tokens.iter().any(|known| known.token == ended.token) {
                    return Err(Refusal::UnknownToken(ended.token));
                }
                true
            }
            AccountAct::Rule(set) => {
                limit("the list of rules", center.sign_in.set.len(), MAX_RULES)?;
                center.sign_in.get(set.name.as_str()) != Some(set.value.as_str())
            }
        };
        Ok(changes.then(|| self.act.event()).into_iter().collect())
    }
}

fn need_vacant(center: &Center, added: &AccountAdded) -> Result<(), Refusal> {
    limit("the list of accounts", center.accounts.len(), MAX_ACCOUNTS)?;
    let login = added.names.known().map(|names| &names.login);
    // The lowest numbers are the program's own.
    let own = added.account <= ActorId::SIMULATED;
    let taken = own
        || center.accounts.iter().any(|(_, known)| {
            known.id == added.account
                || (login.is_some() && known.names.known().map(|names| &names.login) == login)
        });
    match taken {
        true => Err(Refusal::AccountTaken(added.account)),
        false => Ok(()),
    }
}

fn limit(what: &'static str, len: usize, max: usize) -> Result<(), Refusal> {
    match len >= max {
        true => Err(Refusal::TooMany { what, max }),
        false => Ok(()),
    }
}
