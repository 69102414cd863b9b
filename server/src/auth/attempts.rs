//! How often somebody may fail to sign in.
//!
//! Counted in memory: a stranger who tries names cannot fill the database, a restart is nothing a stranger
//! can bring about, and each of several servers allowing as many changes little at these numbers.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Failures after which an account rests for the network they come from. Nobody keeps its owner out from elsewhere so.
const PER_ACCOUNT_AND_NETWORK: u32 = 10;

/// Failures after which an account rests for everybody: a hundred an hour (ASVS 2.2.1).
const PER_ACCOUNT: u32 = 25;

/// Failures after which a network rests: a school's people share one.
const PER_NETWORK: u32 = 50;

/// Ways to the provider and back after which a network rests, where they lead nobody in.
const PER_DOOR: u32 = 200;

/// How long failures count, from the first of them.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// What is remembered of each kind at most.
const REMEMBERED: usize = 10_000;

/// The failures of the last quarter of an hour.
#[derive(Debug)]
pub struct Attempts(Mutex<Inside>);

#[derive(Debug)]
struct Inside {
    here: Counts<(String, IpAddr)>,
    accounts: Counts<String>,
    networks: Counts<IpAddr>,
    doors: Counts<IpAddr>,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts(Mutex::new(Inside {
            here: Counts::new(PER_ACCOUNT_AND_NETWORK),
            accounts: Counts::new(PER_ACCOUNT),
            networks: Counts::new(PER_NETWORK),
            doors: Counts::new(PER_DOOR),
        }))
    }
}

impl Attempts {
    /// Counts an attempt as failed until [`Attempts::succeeded`] says otherwise, so that many at once count too.
    ///
    /// # Errors
    /// The seconds to wait, where there were too many.
    pub fn begin(&self, account: &str, address: IpAddr, now: DateTime<Utc>) -> Result<(), u64> {
        let (account, network) = (brief(account), network(address));
        let here = (account.clone(), network);
        let mut all = self.inside();
        let waits = [
            all.here.wait(&here, now),
            all.accounts.wait(&account, now),
            all.networks.wait(&network, now),
        ];
        if let Some(seconds) = waits.into_iter().flatten().max() {
            return Err(seconds);
        }
        all.here.count(here, now);
        all.accounts.count(account, now);
        all.networks.count(network, now);
        Ok(())
    }

    /// Takes the last attempt back, and forgets the account's failures before it from the same network.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let (account, network) = (brief(account), network(address));
        let mut all = self.inside();
        let here = all.here.forget(&(account.clone(), network));
        all.accounts.take_back(&account, here);
        all.networks.take_back(&network, 1);
    }

    /// Takes the last attempt back: nobody looked whether it was right.
    pub fn unseen(&self, account: &str, address: IpAddr) {
        let (account, network) = (brief(account), network(address));
        let mut all = self.inside();
        all.accounts.take_back(&account, 1);
        all.networks.take_back(&network, 1);
        all.here.take_back(&(account, network), 1);
    }

    /// Counts a way to the provider, or back from it, until [`Attempts::came_in`] says that it led somebody in.
    ///
    /// # Errors
    /// The seconds to wait, where there were too many.
    pub fn knock(&self, address: IpAddr, now: DateTime<Utc>) -> Result<(), u64> {
        let network = network(address);
        let mut all = self.inside();
        if let Some(seconds) = all.doors.wait(&network, now) {
            return Err(seconds);
        }
        all.doors.count(network, now);
        Ok(())
    }

    /// Takes the way to the provider and back again.
    pub fn came_in(&self, address: IpAddr) {
        self.inside().doors.take_back(&network(address), 2);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: DateTime<Utc>,
    count: u32,
}

/// Failures of one kind.
#[derive(Debug)]
struct Counts<K> {
    limit: u32,
    all: HashMap<K, Failures>,
}

impl<K: Clone + Eq + Hash> Counts<K> {
    fn new(limit: u32) -> Self {
        Counts {
            limit,
            all: HashMap::new(),
        }
    }

    /// The seconds that `key` has to wait, where it has failed too often.
    fn wait(&self, key: &K, now: DateTime<Utc>) -> Option<u64> {
        let failures = self.all.get(key)?;
        let left = failures.since + WINDOW - now;
        let rests = failures.count >= self.limit && left > TimeDelta::zero();
        rests.then(|| left.num_seconds().unsigned_abs().max(1))
    }

    fn count(&mut self, key: K, now: DateTime<Utc>) {
        if !self.all.contains_key(&key) {
            self.make_room(now);
        }
        let fresh = Failures {
            since: now,
            count: 0,
        };
        let failures = self.all.entry(key).or_insert(fresh);
        if now - failures.since >= WINDOW {
            *failures = fresh;
        }
        failures.count += 1;
    }

    /// Forgets those whose time is up; where that is not enough, the oldest that may still try. Who rests goes on
    /// resting: else whoever comes from many networks would be forgiven by coming from more.
    fn make_room(&mut self, now: DateTime<Utc>) {
        if self.all.len() < REMEMBERED {
            return;
        }
        self.all.retain(|_, failures| now - failures.since < WINDOW);
        if self.all.len() < REMEMBERED {
            return;
        }
        let limit = self.limit;
        let oldest = self
            .all
            .iter()
            .min_by_key(|(_, failures)| (failures.count >= limit, failures.since));
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            self.all.remove(&oldest);
        }
    }

    fn take_back(&mut self, key: &K, count: u32) {
        if let Some(failures) = self.all.get_mut(key) {
            failures.count = failures.count.saturating_sub(count);
        }
    }

    /// Forgets `key`, and says how often it had failed.
    fn forget(&mut self, key: &K) -> u32 {
        self.all.remove(key).map_or(0, |failures| failures.count)
    }
}

/// So much of a name as is remembered.
fn brief(account: &str) -> String {
    account.chars().take(200).collect()
}

/// The part of an address that one household or school holds: in IPv6 the first 64 bits.
pub fn network(address: IpAddr) -> IpAddr {
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

    fn elsewhere(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from(0x0a00_0000 + n).into()
    }

    #[test]
    fn the_eleventh_failure_of_an_account_has_to_wait() {
        let attempts = Attempts::default();
        for _ in 0..PER_ACCOUNT_AND_NETWORK {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
        }
        assert_eq!(attempts.begin("ada", HOME, noon()), Err(900));
        assert_eq!(attempts.begin("grace", HOME, noon()), Ok(()));
        assert_eq!(attempts.begin("ada", HOME, noon() + WINDOW), Ok(()));
    }

    #[test]
    fn a_stranger_keeps_nobody_out_from_elsewhere_and_many_strangers_do_not_try_for_ever() {
        let attempts = Attempts::default();
        for _ in 0..PER_ACCOUNT_AND_NETWORK {
            assert_eq!(attempts.begin("ada", elsewhere(0), noon()), Ok(()));
        }
        assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
        attempts.succeeded("ada", HOME);
        for n in PER_ACCOUNT_AND_NETWORK..PER_ACCOUNT {
            assert_eq!(attempts.begin("ada", elsewhere(n), noon()), Ok(()));
        }
        assert_eq!(attempts.begin("ada", HOME, noon()), Err(900));
    }

    #[test]
    fn an_address_that_tries_many_names_has_to_wait() {
        let attempts = Attempts::default();
        for n in 0..PER_NETWORK {
            assert_eq!(attempts.begin(&n.to_string(), HOME, noon()), Ok(()));
        }
        assert!(attempts.begin("another", HOME, noon()).is_err());
        let elsewhere = "2001:db8::1".parse().unwrap();
        assert_eq!(attempts.begin("another", elsewhere, noon()), Ok(()));
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let attempts = Attempts::default();
        for _ in 0..PER_NETWORK * 2 {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
            attempts.succeeded("ada", HOME);
        }
    }

    #[test]
    fn an_attempt_that_nobody_looked_at_does_not_count() {
        let attempts = Attempts::default();
        for _ in 0..PER_NETWORK * 2 {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
            attempts.unseen("ada", HOME);
        }
    }

    #[test]
    fn who_comes_from_ten_thousand_networks_is_not_forgiven() {
        let attempts = Attempts::default();
        for _ in 0..PER_ACCOUNT_AND_NETWORK {
            assert_eq!(attempts.begin("ada", HOME, noon()), Ok(()));
        }
        for _ in 0..PER_DOOR {
            assert_eq!(attempts.knock(HOME, noon()), Ok(()));
        }
        let later = noon() + TimeDelta::minutes(1);
        for n in 0..=REMEMBERED as u32 {
            assert_eq!(attempts.begin(&n.to_string(), elsewhere(n), later), Ok(()));
            assert_eq!(attempts.knock(elsewhere(n), later), Ok(()));
        }
        assert!(attempts.begin("ada", HOME, later).is_err());
        assert!(attempts.knock(HOME, later).is_err());
        assert!(attempts.inside().here.all.len() <= REMEMBERED);
    }

    #[test]
    fn who_comes_in_by_the_provider_has_not_knocked() {
        let attempts = Attempts::default();
        for _ in 0..PER_DOOR * 2 {
            assert_eq!(attempts.knock(HOME, noon()), Ok(()));
            assert_eq!(attempts.knock(HOME, noon()), Ok(()));
            attempts.came_in(HOME);
        }
        for _ in 0..PER_DOOR {
            assert_eq!(attempts.knock(HOME, noon()), Ok(()));
        }
        assert_eq!(attempts.knock(HOME, noon()), Err(900));
    }

    #[test]
    fn a_whole_ipv6_network_is_one_address() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
    }
}
