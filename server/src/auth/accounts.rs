//! Accounts: how axum-login finds who is signed in, and checks who wants to be.

use std::{fmt, net::IpAddr};

use axum_login::{AuthUser, AuthnBackend};
use sha2::{Digest, Sha256};
use shared::session::Credentials;

use super::password::{Busy, Passwords};
use crate::{
    state::App,
    store::{
        Database, StoreError,
        audit::{Actor, Who},
        reach::Rights,
        users::{self, User},
    },
};

/// The accounts in the store.
#[derive(Clone, Debug)]
pub struct Accounts {
    pub(super) db: Database,
    passwords: Passwords,
}

impl Accounts {
    /// Those of this server.
    pub fn new(app: &App) -> Self {
        Accounts {
            db: app.db.clone(),
            passwords: app.passwords.clone(),
        }
    }
}

/// Why it cannot be said who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many are signing in.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// One account, signed in.
#[derive(Clone)]
pub struct Account {
    user: User,
    /// Changes with the password, and so ends the sessions opened by the old one.
    mark: [u8; 32],
}

impl Account {
    /// The account of a user.
    pub fn new(user: User) -> Self {
        let mark = Sha256::digest(user.password_hash.as_bytes()).into();
        Account { user, mark }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.user.name
    }

    /// Its person, for the audit trail.
    pub fn actor(&self) -> Actor {
        Actor::Person {
            id: self.user.id,
            name: self.name().to_owned(),
        }
    }

    /// Its person at this address, for the audit trail.
    pub fn who(&self, from: IpAddr) -> Who {
        Who {
            actor: self.actor(),
            address: Some(from),
        }
    }

    /// What it may do, and where.
    pub const fn rights(&self) -> &Rights {
        &self.user.rights
    }

    /// Whether another look at the account finds it changed: disabled, or with other rights or another password.
    pub fn has_changed(&self, now: Option<&Account>) -> bool {
        now.is_none_or(|now| now.mark != self.mark || now.user.rights != self.user.rights)
    }
}

/// Shows neither name nor hash.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.user.id)
            .finish_non_exhaustive()
    }
}

impl AuthUser for Account {
    type Id = i64;

    fn id(&self) -> i64 {
        self.user.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.mark
    }
}

impl AuthnBackend for Accounts {
    type User = Account;
    type Credentials = Credentials;
    type Error = AccountsError;

    async fn authenticate(
        &self,
        credentials: Credentials,
    ) -> Result<Option<Account>, AccountsError> {
        let user = users::by_name(&self.db, &credentials.name).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = self.passwords.verify(credentials.password, hash).await?;
        // Only who knows the password could be told more; nobody is.
        let user = user.filter(|user| right && user.disabled_at.is_none());
        Ok(user.map(Account::new))
    }

    async fn get_user(&self, id: &i64) -> Result<Option<Account>, AccountsError> {
        let user = users::by_id(&self.db, *id).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        Ok(user.map(Account::new))
    }
}
