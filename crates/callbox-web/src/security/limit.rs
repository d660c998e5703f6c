//! How many requests an account and an address may send, and how many connections an address has.
//!
//! Each account and address has a bucket that fills at its rate; a request takes one drop. What is
//! remembered of a bucket is one number, the time at which it is full again (GCRA); a bucket that is
//! full need not be remembered, so forgetting is exact. Positions in a secured room never get here:
//! dispatching must not wait for a limit; see `docs/security/limits.md`.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::StatusCode;

use crate::problem::Problem;

/// How many accounts and how many addresses are remembered: 24 and 32 bytes for each.
const MAX_BUCKETS: usize = 16_384;
/// How many seconds' worth of requests may come at once.
const BURST_SECONDS: i64 = 5;
/// How many connections one address may have open, unless it stands in a secured room.
const MAX_CONNECTIONS_OF_ADDRESS: u32 = 500;

const MICROS: i64 = 1_000_000;

/// Buckets of one kind, at most [`MAX_BUCKETS`]; those that find no place share one.
#[derive(Debug)]
struct Buckets<K> {
    /// When each is full again, in microseconds since 1970.
    full_at: HashMap<K, i64>,
    others_full_at: i64,
    swept_at: i64,
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self {
            full_at: HashMap::new(),
            others_full_at: 0,
            swept_at: 0,
        }
    }
}

impl<K: Eq + Hash> Buckets<K> {
    /// Takes a drop at `now`; otherwise says in how many seconds there is one.
    fn take(&mut self, key: K, per_second: u32, now: i64) -> Result<(), u32> {
        if per_second == 0 {
            return Ok(());
        }
        if self.full_at.len() >= MAX_BUCKETS && !self.full_at.contains_key(&key) {
            self.sweep(now);
        }
        let has_place = self.full_at.len() < MAX_BUCKETS;
        let full_at = match self.full_at.get_mut(&key) {
            Some(full_at) => full_at,
            None if has_place => self.full_at.entry(key).or_insert(0),
            None => &mut self.others_full_at,
        };
        let drop = MICROS / i64::from(per_second).min(MICROS);
        let burst = BURST_SECONDS * MICROS;
        // A clock that was set back must not keep anybody out for longer than a bucket takes.
        let begin = (*full_at).clamp(now, now + burst);
        let after = begin + drop;
        if after - now > burst {
            *full_at = begin;
            let wait = (after - now - burst).unsigned_abs().div_ceil(1_000_000);
            return Err(u32::try_from(wait).unwrap_or(u32::MAX).max(1));
        }
        *full_at = after;
        Ok(())
    }

    /// Forgets the full ones, once a second at most, so that a crowd of addresses costs little.
    fn sweep(&mut self, now: i64) {
        if (now - self.swept_at).abs() >= MICROS {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.swept_at = now;
        }
    }
}

/// All buckets, and the connections of each address.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    addresses: Mutex<Buckets<IpAddr>>,
    accounts: Mutex<Buckets<u64>>,
    connections: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl Limiter {
    /// Counts a request of an address.
    pub(crate) fn address(
        &self,
        address: IpAddr,
        per_second: u32,
        now: i64,
    ) -> Result<(), Problem> {
        let taken = lock(&self.addresses).take(whose(address), per_second, now);
        taken.map_err(|seconds| too_many("address", per_second, seconds))
    }

    /// Counts a request of an account.
    pub(crate) fn account(&self, actor: u64, per_second: u32, now: i64) -> Result<(), Problem> {
        let taken = lock(&self.accounts).take(actor, per_second, now);
        taken.map_err(|seconds| too_many("account", per_second, seconds))
    }

    /// Counts a connection until what is given back is dropped; `None` if the address has too many.
    pub(crate) fn connection(&self, address: IpAddr, secured: bool) -> Option<Connected> {
        let address = whose(address);
        let mut open = lock(&self.connections);
        let count = open.entry(address).or_insert(0);
        if !secured && *count >= MAX_CONNECTIONS_OF_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Connected {
            address,
            connections: Arc::clone(&self.connections),
        })
    }
}

/// A connection that counts.
#[derive(Debug)]
pub(crate) struct Connected {
    address: IpAddr,
    connections: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut open = lock(&self.connections);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Whose bucket an address draws from: a house or an office has a /64 of IPv6, not one address.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let net = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(net).into()
        }
        address => address,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn too_many(what: &'static str, per_second: u32, seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        format!("this {what} sends more than {per_second} requests a second"),
        format!(
            "wait {seconds} s and send fewer; a position in a secured room is named by 'callbox \
             policy set secured-addresses'"
        ),
    )
    .with("limit", per_second)
    .with("seconds", seconds)
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000 * MICROS;

    #[test]
    fn five_seconds_worth_come_at_once_and_then_the_rate() {
        let mut buckets = Buckets::default();
        let taken = (0..100).filter(|_| buckets.take(1, 10, NOW).is_ok());
        assert_eq!(taken.count(), 50);
        assert_eq!(buckets.take(1, 10, NOW), Err(1));
        assert_eq!(buckets.take(2, 10, NOW), Ok(()), "others are not concerned");
        let later = NOW + MICROS;
        let taken = (0..100).filter(|_| buckets.take(1, 10, later).is_ok());
        assert_eq!(taken.count(), 10);
        assert_eq!(buckets.take(1, 0, later), Ok(()), "0 is without limit");
    }

    #[test]
    fn a_clock_that_goes_back_keeps_nobody_out() {
        let mut buckets = Buckets::default();
        while buckets.take(1, 10, NOW).is_ok() {}
        let before = NOW - 3_600 * MICROS;
        assert_eq!(buckets.take(1, 10, before), Err(1));
        assert_eq!(buckets.take(1, 10, before + MICROS), Ok(()));
    }

    #[test]
    fn a_crowd_of_addresses_takes_no_more_memory_and_forgets_nobody_who_is_limited() {
        let mut buckets = Buckets::default();
        while buckets.take(u64::MAX, 1, NOW).is_ok() {}
        for key in 0..3 * MAX_BUCKETS as u64 {
            // What comes of those without a place of their own does not matter here.
            let _ = buckets.take(key, 1, NOW);
        }
        assert_eq!(buckets.full_at.len(), MAX_BUCKETS);
        assert_eq!(buckets.take(u64::MAX, 1, NOW), Err(1));
        let later = NOW + 10 * MICROS;
        assert_eq!(buckets.take(u64::MAX - 1, 1, later), Ok(()));
        assert_eq!(buckets.full_at.len(), 1, "full buckets are forgotten");
    }

    #[test]
    fn an_address_has_so_many_connections_and_gets_them_back() {
        let limiter = Limiter::default();
        let one: IpAddr = [192, 0, 2, 1].into();
        let mut open: Vec<_> = (0..600)
            .filter_map(|_| limiter.connection(one, false))
            .collect();
        assert_eq!(open.len(), 500);
        assert!(limiter.connection([192, 0, 2, 2].into(), false).is_some());
        assert!(
            limiter.connection(one, true).is_some(),
            "a secured room gets in"
        );
        open.pop();
        open.push(limiter.connection(one, false).expect("one was given back"));
        drop(open);
        assert!(lock(&limiter.connections).is_empty());
    }

    #[test]
    fn neighbours_in_one_ipv6_net_share() {
        let a = whose("2001:db8::1".parse().expect("an address"));
        assert_eq!(a, whose("2001:db8::ffff".parse().expect("an address")));
        assert_ne!(a, whose("2001:db8:0:1::1".parse().expect("an address")));
        let mapped = whose("::ffff:192.0.2.1".parse().expect("an address"));
        assert_eq!(mapped, IpAddr::from([192, 0, 2, 1]));
    }
}
