use std::net::IpAddr;

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::{Access, AccessError, record::rule};

/// What a center asks of those who sign in; kept in `access.db`, so that it is in its backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// Whether people need a second factor; whoever has none sets one up at the next sign-in.
    pub second_factor: bool,
    /// Where dispatch positions stand in a secured room: an open board keeps their sessions alive
    /// (CJIS Security Policy 5.5.5). Addresses, or ranges as in `10.1.2.0/24`.
    pub secured_addresses: Vec<String>,
    /// A file of breached passwords: lines of SHA-1 in hexadecimal digits, sorted, with or without
    /// `:COUNT` after them, as Have I Been Pwned gives them out.
    pub breached_list: Option<String>,
    /// Words that no password holds, in small letters: the center's name, its town, its products.
    pub own_words: Vec<String>,
    /// In how many browsers one account is signed in at once; 0 for any. The one beyond it that was
    /// unused for the longest is signed out.
    pub sessions: u32,
    /// For how many hours a password opens anything that an administrator set; it is changed at the
    /// first sign-in. 0 where such passwords hold like others. For passwords set from then on.
    pub first_passwords: u32,
    /// Whether only those on duty change what the service does now.
    pub duty: bool,
    /// How many requests an account may send each second, five seconds' worth at once; 0 for any.
    pub account_requests: u32,
    /// The same for an address; secured addresses have no limit.
    pub address_requests: u32,
}

/// The most words of its own that a center keeps out of passwords.
const MAX_OWN_WORDS: usize = 200;

/// The limits that hold for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rates {
    /// For its account, each second; 0 for any.
    pub(crate) account: u32,
    /// For its address, each second; 0 for any.
    pub(crate) address: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            second_factor: false,
            secured_addresses: vec!["127.0.0.0/8".into(), "::1".into()],
            breached_list: None,
            own_words: Vec::new(),
            sessions: 0,
            first_passwords: 0,
            duty: false,
            account_requests: 200,
            address_requests: 400,
        }
    }
}

impl Policy {
    /// The names of what can be set.
    pub const NAMES: [&str; 9] = [
        "second-factor",
        "secured-addresses",
        "breached-list",
        "own-words",
        "sessions",
        "first-passwords",
        "duty",
        "account-requests",
        "address-requests",
    ];

    /// Whether a position at this address stands in a secured room.
    pub(super) fn is_secured(&self, address: &str) -> bool {
        address
            .parse()
            .is_ok_and(|address| self.is_secured_address(address))
    }

    fn is_secured_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.secured_addresses
            .iter()
            .filter_map(|range| Range::parse(range))
            .any(|range| range.holds(address))
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), AccessError> {
        let refused = |what| Err(AccessError::BadSetting(what));
        match (name, value) {
            ("second-factor", "required" | "optional") => self.second_factor = value == "required",
            ("second-factor", _) => return refused("second-factor is required or optional"),
            ("secured-addresses", _) => {
                let ranges: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
                if ranges.iter().any(|range| Range::parse(range).is_none()) {
                    return refused(
                        "secured-addresses are addresses or ranges like 10.1.2.0/24, with spaces \
                         between them",
                    );
                }
                self.secured_addresses = ranges;
            }
            ("breached-list", "") => self.breached_list = None,
            ("breached-list", path) if std::path::Path::new(path).is_file() => {
                self.breached_list = Some(path.to_owned());
            }
            ("breached-list", _) => return refused("breached-list names a file that is there"),
            ("own-words", _) => {
                let words: Vec<String> = value.split_whitespace().map(str::to_lowercase).collect();
                let fits = |word: &String| (3..=64).contains(&word.chars().count());
                if words.len() > MAX_OWN_WORDS || !words.iter().all(fits) {
                    return refused(
                        "own-words are up to 200 words of 3 to 64 characters, with spaces between \
                         them",
                    );
                }
                self.own_words = words;
            }
            ("sessions", _) => {
                let Some(number) = value.parse().ok().filter(|number| *number <= 100) else {
                    return refused("sessions is a number up to 100; 0 for any");
                };
                self.sessions = number;
            }
            ("first-passwords", _) => {
                let Some(hours) = value.parse().ok().filter(|hours| *hours <= 720) else {
                    return refused("first-passwords is a number of hours up to 720; 0 for no end");
                };
                self.first_passwords = hours;
            }
            ("duty", "required" | "optional") => self.duty = value == "required",
            ("duty", _) => return refused("duty is required or optional"),
            ("account-requests" | "address-requests", _) => {
                let Some(number) = value.parse().ok().filter(|number| *number <= 100_000) else {
                    return refused("it is a number of requests a second up to 100000; 0 for any");
                };
                match name {
                    "account-requests" => self.account_requests = number,
                    _ => self.address_requests = number,
                }
            }
            _ => {
                return refused(
                    "there is no such setting; use second-factor, secured-addresses, \
                     breached-list, own-words, sessions, first-passwords, duty, account-requests \
                     or address-requests",
                );
            }
        }
        Ok(())
    }
}

/// A range of addresses.
struct Range {
    first: IpAddr,
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { first, bits })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let (a, b, most) = match (self.first, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let differing: u128 = a ^ b;
        differing.checked_shr(most - self.bits).unwrap_or(0) == 0
    }
}

impl Access {
    /// What the center asks of those who sign in.
    pub fn policy(&self) -> Policy {
        let policy = self.0.policy.read();
        policy
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// The limits for a request from this address; `None` from a secured room, where dispatching
    /// must not wait.
    pub(crate) fn rates(&self, address: IpAddr) -> Option<Rates> {
        let policy = self.0.policy.read();
        let policy = policy.unwrap_or_else(std::sync::PoisonError::into_inner);
        (!policy.is_secured_address(address)).then_some(Rates {
            account: policy.account_requests,
            address: policy.address_requests,
        })
    }

    /// Sets one of [`Policy::NAMES`]; takes effect in a running server within about two seconds.
    pub fn set_policy(&self, name: &str, value: &str) -> Result<(), AccessError> {
        self.policy().set(name, value)?;
        self.record(rule(name, value)?)?;
        self.db().execute(
            "INSERT INTO settings (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        self.load_policy()
    }

    /// The row of a setting, whatever the record says.
    pub(super) fn stored_setting(&self, name: &str) -> Result<Option<String>, AccessError> {
        let sql = "SELECT value FROM settings WHERE name = ?1";
        let row = |row: &rusqlite::Row<'_>| row.get(0);
        Ok(self.db().query_row(sql, [name], row).optional()?)
    }

    pub(super) fn load_policy(&self) -> Result<(), AccessError> {
        let mut policy = Policy::default();
        let center = self.recorded();
        for name in Policy::NAMES {
            let value = match &center {
                // What the record says holds; a dash stands for nothing there.
                Some(center) => {
                    let value = center.sign_in.get(name);
                    value.map(|value| if value == "-" { "" } else { value }.to_owned())
                }
                None => self.stored_setting(name)?,
            };
            match (name, value) {
                (_, None) => {}
                // The file may be gone for a while; a password is then refused, not let through.
                ("breached-list", Some(path)) => {
                    policy.breached_list = Some(path).filter(|path| !path.is_empty());
                }
                (name, Some(value)) => policy.set(name, &value)?,
            }
        }
        *self
            .0
            .policy
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = policy;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses() {
        let policy = Policy {
            secured_addresses: ["10.1.2.0/24", "192.168.7.9", "fd00::/8", "::1"]
                .map(str::to_owned)
                .to_vec(),
            ..Policy::default()
        };
        for inside in [
            "10.1.2.255",
            "192.168.7.9",
            "fdff::1",
            "::1",
            "::ffff:10.1.2.3",
        ] {
            assert!(policy.is_secured(inside), "{inside}");
        }
        for outside in [
            "10.1.3.0",
            "192.168.7.8",
            "fe80::1",
            "::2",
            "",
            "position 4",
        ] {
            assert!(!policy.is_secured(outside), "{outside}");
        }
        for broken in ["10.1.2.0/33", "10.1", "/8", "x", "::/129"] {
            assert!(Range::parse(broken).is_none(), "{broken}");
        }
        assert!(Range::parse("0.0.0.0/0").is_some_and(|all| all.holds([8, 8, 8, 8].into())));
    }
}
