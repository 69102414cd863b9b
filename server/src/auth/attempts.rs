//! How often somebody may fail to sign in.
//!
//! Counted in memory: a stranger who tries names cannot fill the database, a restart is nothing a stranger
//! can bring about, and each of several servers allowing as many changes little at these numbers.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Failures after which an account rests.
const PER_ACCOUNT: u32 = 10;

/// Failures after which an address rests: a school's people share one.
const PER_ADDRESS: u32 = 50;

/// How long failures count, from the first of them.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Names and addresses remembered at most. Beyond that those whose time is up are forgotten, then all.
const REMEMBERED: usize = 10_000;

/// Who tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: DateTime<Utc>,
    count: u32,
}

/// The failures of the last quarter of an hour.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Who, Failures>>);

impl Attempts {
    /// Counts an attempt as failed until [`Attempts::succeeded`] says otherwise, so that many at once count too.
    ///
    /// # Errors
    /// The seconds to wait, where there were too many.
    pub fn begin(&self, account: &str, address: IpAddr, now: DateTime<Utc>) -> Result<(), u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let who = [
            (
                Who::Account(account.chars().take(200).collect()),
                PER_ACCOUNT,
            ),
            (Who::Address(network(address)), PER_ADDRESS),
        ];
        if all.len() >= REMEMBERED {
            all.retain(|_, failures| now - failures.since < WINDOW);
            if all.len() >= REMEMBERED {
                all.clear();
            }
        }
        for (who, limit) in &who {
            if let Some(failures) = all.get(who) {
                let left = failures.since + WINDOW - now;
                if failures.count >= *limit && left > TimeDelta::zero() {
                    return Err(left.num_seconds().unsigned_abs().max(1));
                }
            }
        }
        for (who, _) in who {
            let failures = all.entry(who).or_insert(Failures {
                since: now,
                count: 0,
            });
            if now - failures.since >= WINDOW {
                *failures = Failures {
                    since: now,
                    count: 0,
                };
            }
            failures.count += 1;
        }
        Ok(())
    }

    /// Takes the last attempt back, and forgets the account's failures before it.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&Who::Account(account.chars().take(200).collect()));
        if let Some(failures) = all.get_mut(&Who::Address(network(address))) {
            failures.count = failures.count.saturating_sub(1);
        }
    }
}

/// The part of an address that one household or school holds: in IPv6 the first 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn noon() -> DateTime<Utc> {
        "2020-01-31T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_eleventh_failure_of_an_account_has_to_wait() {
        let attempts = Attempts::default();
        for _ in 0..PER_ACCOUNT {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
        }
        assert_eq!(attempts.begin("ada", HOME, noon()), Err(900));
        assert_eq!(attempts.begin("grace", HOME, noon()), Ok(()));
        assert_eq!(attempts.begin("ada", HOME, noon() + WINDOW), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_names_has_to_wait() {
        let attempts = Attempts::default();
        for n in 0..PER_ADDRESS {
            assert_eq!(attempts.begin(&n.to_string(), HOME, noon()), Ok(()));
        }
        assert!(attempts.begin("another", HOME, noon()).is_err());
        let elsewhere = "2001:db8::1".parse().unwrap();
        assert_eq!(attempts.begin("another", elsewhere, noon()), Ok(()));
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let attempts = Attempts::default();
        for _ in 0..PER_ADDRESS * 2 {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
            attempts.succeeded("ada", HOME);
        }
    }

    #[test]
    fn a_whole_ipv6_network_is_one_address() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
    }
}
