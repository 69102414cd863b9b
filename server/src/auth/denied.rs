//! What somebody is refused, on its way to the audit trail.
//!
//! Whoever refuses puts a [`Denied`] into the answer, and [`record`] writes it down. Whoever asks again and again fills no
//! trail: within an hour the first, the tenth, the hundredth time of a kind is a line, each saying how many it were.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use axum_login::AuthUser;
use chrono::{DateTime, TimeDelta, Utc};
use shared::session::Permission;

use super::{accounts::Account, attempts::network};
use crate::{
    routes::session::Visitor,
    state::App,
    store::{
        StoreError,
        audit::{
            Actor, Subject, Who,
            once::{self, Refused, Why},
        },
        tokens, users,
    },
};

/// How long refusals of a kind are counted together.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// Kinds that are counted at most, of those who are known and of strangers each.
const REMEMBERED: usize = 1000;

/// That somebody was refused something.
#[derive(Clone, Debug)]
pub struct Denied {
    by: By,
    why: Why,
    /// The permission that they lack.
    permission: Option<Permission>,
    /// The message that they asked for.
    message: Option<i64>,
}

/// Who was refused.
#[derive(Clone, Debug)]
enum By {
    Account(Account),
    Program(String),
    /// A stranger, who claims to be the account of this name.
    Claimed(String),
    /// A stranger with a token of which this is the digest.
    Bearer(String),
    Stranger,
}

impl Denied {
    const fn new(by: By, why: Why) -> Self {
        Denied {
            by,
            why,
            permission: None,
            message: None,
        }
    }

    /// Somebody lacks `permission`, or where it is `None` asked for a message of a school that they may not know of.
    pub fn account(account: Account, permission: Option<Permission>, message: Option<i64>) -> Self {
        let why = match permission {
            Some(_) => Why::MayNot,
            None => Why::OutOfReach,
        };
        Denied {
            permission,
            message,
            ..Denied::new(By::Account(account), why)
        }
    }

    /// Somebody who is signed in gave a wrong password.
    pub const fn wrong_password(account: Account) -> Self {
        Denied::new(By::Account(account), Why::WrongPassword)
    }

    /// A program asked for what its token, of this name, does not reach.
    pub const fn program(name: String, why: Why) -> Self {
        Denied::new(By::Program(name), why)
    }

    /// Too many have tried to sign in, the last under this name.
    pub const fn too_many(name: String) -> Self {
        Denied::new(By::Claimed(name), Why::TooManyAttempts)
    }

    /// Somebody came with a token, of this digest, that does not hold.
    pub const fn bearer(key: String) -> Self {
        Denied::new(By::Bearer(key), Why::BadToken)
    }

    /// Somebody of whom nothing is known.
    pub const fn stranger(why: Why) -> Self {
        Denied::new(By::Stranger, why)
    }

    /// What is counted together: a stranger is known by the network, whatever they say they are.
    fn kind(&self, address: IpAddr) -> (bool, String) {
        let why = self.why.as_str();
        match &self.by {
            By::Account(account) => {
                let what = self.permission.map_or(why, Permission::as_str);
                (true, format!("{what} account {} {address}", account.id()))
            }
            By::Program(name) => (true, format!("{why} program {name} {address}")),
            By::Claimed(_) | By::Bearer(_) | By::Stranger => {
                (false, format!("{why} {}", network(address)))
            }
        }
    }

    /// Whom the line is about.
    async fn subject(&self, app: &App, address: IpAddr) -> Result<Subject, StoreError> {
        let known = match &self.by {
            By::Account(account) => Some(Subject::User(account.id())),
            By::Program(name) => Some(Subject::Token(name.clone())),
            By::Claimed(name) => {
                let user = users::by_name(&app.db, name).await?;
                user.map(|user| Subject::User(user.id))
            }
            By::Bearer(key) => tokens::name(&app.db, key).await?.map(Subject::Token),
            By::Stranger => None,
        };
        Ok(known.unwrap_or(Subject::Network(network(address))))
    }

    fn actor(&self) -> Actor {
        match &self.by {
            By::Account(account) => account.actor(),
            By::Program(name) => Actor::Program(name.clone()),
            By::Claimed(_) | By::Bearer(_) | By::Stranger => Actor::Nobody,
        }
    }
}

/// Since when, and how often, each kind was refused.
type Kinds = HashMap<String, (DateTime<Utc>, u64)>;

/// How often whom was refused what within the hour: strangers, and those who are known.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<[Kinds; 2]>);

impl Refusals {
    /// Counts one more, and says how many it are now. Of strangers beyond those that are remembered nothing is said.
    fn count(&self, (known, kind): (bool, String), now: DateTime<Utc>) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = &mut all[usize::from(known)];
        if all.len() >= REMEMBERED && !all.contains_key(&kind) {
            all.retain(|_, (since, _)| now - *since < HOUR);
            if all.len() >= REMEMBERED {
                return known.then_some(1);
            }
        }
        let (since, count) = all.entry(kind).or_insert((now, 0));
        if now - *since >= HOUR {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        Some(*count)
    }
}

/// Whether the time of this number is a line: the first, the tenth, the hundredth.
const fn is_worth_a_line(count: u64) -> bool {
    count > 0 && 10_u64.pow(count.ilog10()) == count
}

/// Writes down what is refused. Whatever becomes of that, a refusal stays one.
pub async fn record(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, &app).await;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(denied) = response.extensions_mut().remove::<Denied>()
        && let Ok(visitor) = visitor
    {
        note(&app, &denied, visitor.address).await;
    }
    response
}

/// Writes one refusal down.
pub async fn note(app: &App, denied: &Denied, address: IpAddr) {
    let now = app.clock.now();
    let count = app.refusals.count(denied.kind(address), now);
    let Some(count) = count.filter(|count| is_worth_a_line(*count)) else {
        return;
    };
    let written = async {
        let refused = Refused {
            subject: denied.subject(app, address).await?,
            why: denied.why,
            permission: denied.permission,
            message: denied.message,
            count,
        };
        let by = Who {
            actor: denied.actor(),
            address: Some(address),
        };
        once::refused(&app.db, &by, &refused, now).await
    };
    if let Err(error) = written.await {
        tracing::error!(error = %error, "a refusal was not recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2020-01-31T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_first_the_tenth_and_the_hundredth_are_lines() {
        let worth: Vec<u64> = (0..=1000).filter(|count| is_worth_a_line(*count)).collect();
        assert_eq!(worth, [1, 10, 100, 1000]);
    }

    #[test]
    fn after_an_hour_counting_begins_anew() {
        let refusals = Refusals::default();
        let count = |at| refusals.count((true, "kind".into()), at);
        assert_eq!((count(noon()), count(noon())), (Some(1), Some(2)));
        assert_eq!(count(noon() + HOUR), Some(1));
    }

    #[test]
    fn strangers_without_number_are_not_remembered_and_hide_nobody_who_is_known() {
        let refusals = Refusals::default();
        for n in 0..REMEMBERED {
            assert_eq!(refusals.count((false, n.to_string()), noon()), Some(1));
        }
        assert_eq!(refusals.count((false, "another".into()), noon()), None);
        assert_eq!(refusals.count((false, "0".into()), noon()), Some(2));
        assert_eq!(refusals.count((true, "ada".into()), noon()), Some(1));
        assert_eq!(
            refusals.count((false, "another".into()), noon() + HOUR),
            Some(1)
        );
    }
}
