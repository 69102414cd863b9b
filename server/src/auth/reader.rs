//! Whoever reads a stream. It goes on only while its session, the account and the account's rights are as they
//! were when it began: who was disabled, signed out or given other rights reads no longer.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use axum_login::{AuthUser, AuthnBackend};
use shared::problem::ProblemType;
use tokio::time::Instant;

use super::{AuthSession, SignedIn, accounts::Account, sessions::StoredSessions};
use crate::{
    error::{Answer, NOT_SIGNED_IN, Refusal},
    state::App,
};

/// How often a stream asks whether its reader may still read.
const ASKS_AGAIN: Duration = Duration::from_secs(1);

/// The reader of a stream.
pub struct Reader {
    account: Account,
    session: AuthSession,
    sessions: StoredSessions,
    asked: Instant,
}

impl Reader {
    /// Whose stream it is.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// When it is time to ask again.
    pub fn asks_again(&self) -> Instant {
        self.asked + ASKS_AGAIN
    }

    /// Whether the reader may read on; asked again where it is time to.
    pub async fn reads_on(&mut self) -> bool {
        if Instant::now() < self.asks_again() {
            return true;
        }
        let reads = self.still_reads().await;
        self.asked = Instant::now();
        reads
    }

    /// Where the database cannot say, the stream goes on: it has nothing to tell then.
    async fn still_reads(&self) -> bool {
        let account = self.session.backend.get_user(&self.account.id()).await;
        if account.is_ok_and(|now| self.account.has_changed(now.as_ref())) {
            return false;
        }
        match self.session.session.id() {
            Some(id) => self.sessions.lives(&id).await.unwrap_or(true),
            None => false,
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let user = SignedIn::from_request_parts(parts, app).await?;
        let session = AuthSession::from_request_parts(parts, app).await;
        let session = session.map_err(|_| ProblemType::NotSignedIn.because(NOT_SIGNED_IN))?;
        Ok(Reader {
            account: user.account().clone(),
            session,
            sessions: app.sessions.clone(),
            asked: Instant::now(),
        })
    }
}
