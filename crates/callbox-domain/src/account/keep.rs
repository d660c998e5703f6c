use super::{
    AccountAdded, AccountBound, AccountErased, AccountErasureCompleted, AccountErasureRefused,
    AccountErasureRequested, AccountRoleSet, AccountSwitched, CredentialChanged, DutySet,
    MAX_ACCOUNTS, MAX_DUTY_HOURS, MAX_TOKENS, SignInRuleSet, TokenEnded, TokenIssued,
};
use crate::{ActorId, Center, Context, Event, Refusal, Timestamp, command::Verb};

/// Puts an act of those who keep accounts, or of an account's owner, on the record.
///
/// Whether who acts has the right to is not looked at here: that is the shell's table of rights.
/// Refusals: an account that is there already, or has another's login name; no such account; no such
/// token; an account whose names are erased, or that is in use where they are to be; an erasure of names
/// that is asked for already or by nobody, that waits, or that one person or a program decides; too many accounts, tokens of one account or rules; a duty that is over or longer than a day.
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
    /// Asks that login and name of one that is out of use be erased.
    RequestErasure(AccountErasureRequested),
    /// Refuses or withdraws that.
    RefuseErasure(AccountErasureRefused),
    /// Approves it, and erases them.
    Erase(AccountErased),
    /// Says that keys and bytes of an erased one are gone; the server says it, nobody else.
    Complete(AccountErasureCompleted),
    /// Puts somebody on duty for a while, or off duty.
    Duty(DutySet),
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
            Event::AccountErasureRequested(event) => Self::RequestErasure(event),
            Event::AccountErasureRefused(event) => Self::RefuseErasure(event),
            Event::AccountErased(event) => Self::Erase(event),
            Event::AccountErasureCompleted(event) => Self::Complete(event),
            Event::DutySet(event) => Self::Duty(event),
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
            Self::RequestErasure(event) => event.into(),
            Self::RefuseErasure(event) => event.into(),
            Self::Erase(event) => event.into(),
            Self::Complete(event) => event.into(),
            Self::Duty(event) => event.into(),
            Self::Credential(event) => event.into(),
            Self::Issue(event) => event.into(),
            Self::End(event) => event.into(),
            Self::Rule(event) => event.into(),
        }
    }
}

impl Verb for KeepAccount {
    fn decide(&self, center: &Center, context: &Context) -> Result<Vec<Event>, Refusal> {
        let changes = match &self.act {
            AccountAct::Add(added) => {
                need_vacant(center, added)?;
                true
            }
            AccountAct::Role(set) => center.need_kept(set.account)?.role != set.role,
            AccountAct::Bind(bound) => center.need_kept(bound.account)?.agency != bound.agency,
            AccountAct::Switch(switched) => {
                let account = center.need_kept(switched.account)?;
                account.disabled.is_some() != switched.disabled
            }
            AccountAct::RequestErasure(requested) => return requested.decide(center, context),
            AccountAct::RefuseErasure(refused) => return refused.decide(center),
            AccountAct::Erase(erased) => return erased.decide(center, context),
            AccountAct::Complete(completed) => return completed.decide(center),
            AccountAct::Duty(set) => {
                let account = center.need_kept(set.account)?;
                if account.disabled.is_some() {
                    return Err(Refusal::UnknownAccount(set.account));
                }
                if set
                    .until
                    .is_some_and(|until| !is_within_a_day(context.at, until))
                {
                    return Err(Refusal::DutyOutOfBounds);
                }
                account.duty.map(|duty| duty.until) != set.until
            }
            AccountAct::Credential(changed) => center.need_kept(changed.account).map(|_| true)?,
            AccountAct::Issue(issued) => {
                let account = center.need_kept(issued.account)?;
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
                let tokens = &center.need_kept(ended.account)?.tokens;
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

/// Whether a duty ends after `now`, and within a day of it.
fn is_within_a_day(now: Timestamp, until: Timestamp) -> bool {
    now < until && until <= now.plus_seconds(MAX_DUTY_HOURS.cast_signed() * 3_600)
}

fn limit(what: &'static str, len: usize, max: usize) -> Result<(), Refusal> {
    match len >= max {
        true => Err(Refusal::TooMany { what, max }),
        false => Ok(()),
    }
}
