//! What every request may use.

use std::sync::{Arc, LazyLock};

use chrono::TimeDelta;

use crate::{
    auth::{
        attempts::Attempts, denied::Refusals, oidc::SignOn, password::Passwords,
        sessions::StoredSessions,
    },
    clock::SharedClock,
    delivery::{Routes, providers::sandbox::Pace},
    live::Live,
    receipts::Proofs,
    report::{Paper, jobs::Jobs, turns::Turns},
    store::{Database, District},
};

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where the log is kept.
    pub db: Database,
    /// What time it is.
    pub clock: SharedClock,
    /// The district's time zone and telephone region.
    pub district: District,
    /// What the person who runs it chose.
    pub settings: AppSettings,
    /// Checks passwords.
    pub passwords: Passwords,
    /// Who is signed in.
    pub sessions: StoredSessions,
    /// Where else people sign in, if anywhere.
    pub sign_on: Option<Arc<SignOn>>,
    /// Who failed to sign in.
    pub attempts: Arc<Attempts>,
    /// Who was refused what.
    pub refusals: Arc<Refusals>,
    /// By what providers' reports are proven.
    pub proofs: Arc<Proofs>,
    /// Who carries the deliveries of each device, to be asked what became of them.
    pub carriers: Arc<Routes>,
    /// News for open pages.
    pub live: Arc<Live>,
    /// Turns to make a report.
    pub turns: Turns,
    /// Long reports that are being made.
    pub jobs: Arc<Jobs>,
    /// What reports are printed with.
    pub paper: Paper,
}

/// What is in the binary, read once.
static EMBEDDED: LazyLock<Paper> = LazyLock::new(Paper::embedded);

/// The settings that change how requests are answered.
#[derive(Clone, Copy, Debug)]
pub struct AppSettings {
    /// Whether a visitor may enter by one click, as a demonstration.
    pub demo: bool,
    /// Whether TLS, and a proxy that ends it, stand between the browser and us.
    pub behind_tls: bool,
    /// How long a session may be left alone.
    pub session_idle: TimeDelta,
    /// How long a session lasts at most.
    pub session_longest: TimeDelta,
    /// How long a message may be without news before it counts as stalled.
    pub stalled_after: TimeDelta,
}

impl App {
    /// Puts the parts together; hashes once.
    ///
    /// # Errors
    /// Where passwords cannot be hashed here.
    pub fn new(
        db: Database,
        clock: SharedClock,
        district: District,
        settings: AppSettings,
    ) -> Result<Self, argon2::password_hash::Error> {
        Ok(App {
            sessions: StoredSessions::new(
                db.clone(),
                clock.clone(),
                settings.session_idle,
                settings.session_longest,
            ),
            passwords: Passwords::new()?,
            sign_on: None,
            attempts: Arc::default(),
            refusals: Arc::default(),
            proofs: Arc::default(),
            carriers: Arc::new(Routes::sandbox(&db, &clock, Pace::Lifelike)),
            jobs: Arc::default(),
            live: Live::new(db.clone(), clock.clone(), district.time_zone),
            paper: EMBEDDED.clone(),
            turns: Turns::of_this_machine(),
            db,
            clock,
            district,
            settings,
        })
    }
}
