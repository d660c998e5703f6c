//! Who is on duty: said on the record alone, for a while, by oneself or by somebody who leads.

use std::sync::PoisonError;

use callbox_domain::{AccountAct, ActorId, MAX_DUTY_HOURS, OnDuty, Timestamp, events::DutySet};

use super::{Access, AccessError};

impl Access {
    /// Puts somebody on duty for so many hours from now, or off duty with 0; says until when.
    pub fn set_duty(&self, login: &str, hours: u64) -> Result<Option<Timestamp>, AccessError> {
        if hours > MAX_DUTY_HOURS {
            return Err(AccessError::BadSetting(
                "a duty lasts 1 to 24 hours; 0 ends it",
            ));
        }
        let account = self.account_named(login)?;
        let account = account.filter(|account| account.is_usable(self.now()));
        let account = account.ok_or_else(|| AccessError::Unknown(login.to_owned()))?;
        let seconds = 3_600 * hours.cast_signed();
        let until = (hours > 0).then(|| (self.0.clock)().plus_seconds(seconds));
        self.record(AccountAct::Duty(DutySet {
            account: account.actor,
            until,
        }))?;
        Ok(until)
    }

    /// How somebody is on duty now, if they are.
    pub(crate) fn duty(&self, actor: ActorId) -> Option<OnDuty> {
        let center = self.recorded()?;
        center.accounts.get(actor.0)?.duty_at((self.0.clock)())
    }

    /// Whether the center keeps what changes its operations for those on duty.
    pub(crate) fn asks_for_duty(&self) -> bool {
        let policy = self.0.policy.read();
        policy.unwrap_or_else(PoisonError::into_inner).duty
    }

    /// Whether the center asks for duty and this one is on none.
    pub(crate) fn is_off_duty(&self, actor: ActorId) -> bool {
        self.asks_for_duty() && self.duty(actor).is_none()
    }
}
