//! How many people sign in a second, beside what argon2id alone would allow on as many threads; and what a find of 4000
//! rows waits while they do. Through the router, on SQLite. Run by `cargo xtask bench`, or `cargo bench -p server --bench
//! sign_in`. Ratios count; the figures are this machine's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use serde_json::json;
use server::{
    auth::password,
    clock::FixedClock,
    demo::{self, Scale},
    router::router,
    state::{App, AppSettings},
    store::{Database, District, users},
};
use shared::session::Role;
use tokio::task::JoinHandle;
use tower::ServiceExt;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const FIND: &str = "/api/messages?created_from=2024-01-01&created_to=2026-12-31";

const FINDS: usize = 61;

const PASSWORD: &str = "correct horse battery";

/// How long each of the two is measured.
const LASTS: Duration = Duration::from_secs(10);

/// Who signs in at once, each from an address of their own; far more than there are turns.
const PEOPLE: u8 = 32;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}/bench.db", folder.path().display());
    let db = Database::connect(&url).await?;
    db.migrate().await?;
    let now: DateTime<Utc> = "2026-05-15T18:00:00Z".parse()?;
    let clock = Arc::new(FixedClock::at(now));
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    demo::fill(&db, &district, &*clock, Scale::FULL, &mut |_, _| {}).await?;
    let hash = password::hash(PASSWORD).map_err(|error| error.to_string())?;
    for person in 0..PEOPLE {
        users::add(&db, &person.to_string(), Role::Viewer, &hash, now).await?;
    }
    let settings = AppSettings {
        demo: false,
        behind_tls: false,
        session_idle: TimeDelta::hours(1),
        session_longest: TimeDelta::hours(12),
        stalled_after: TimeDelta::minutes(10),
    };
    let app = App::new(db, clock, district, settings).map_err(|error| error.to_string())?;
    let office = Office {
        router: router(app),
    };

    let threads = password::at_once();
    let bare = bare(&hash, threads)?;
    let cookie = office.sign_in(0).await?;
    let alone = office.finds(&cookie).await?;
    let (rate, beside) = office.flood(&cookie).await?;
    println!(
        "  sign-ins: {rate:.1} a second; argon2id alone on {threads} thread(s): {bare:.1}; ratio {:.2}",
        rate / bare
    );
    let [alone, beside] = [alone, beside].map(|mut times| {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        (at(50), at(95))
    });
    println!(
        "  find alone: median {:.1} ms, 95 % {:.1} ms; while {PEOPLE} sign in again and again: median {:.1} ms, 95 % \
         {:.1} ms; ratios {:.2} and {:.2}",
        alone.0,
        alone.1,
        beside.0,
        beside.1,
        beside.0 / alone.0,
        beside.1 / alone.1
    );
    Ok(())
}

/// How often a second argon2id verifies the password on so many threads that do nothing else.
fn bare(hash: &str, threads: usize) -> Result<f64, Failure> {
    let done = AtomicU32::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while start.elapsed() < LASTS {
                    let verified = PasswordHash::new(hash).is_ok_and(|hash| {
                        let argon2 = Argon2::default();
                        argon2.verify_password(PASSWORD.as_bytes(), &hash).is_ok()
                    });
                    done.fetch_add(u32::from(verified), Ordering::Relaxed);
                }
            });
        }
    });
    match done.into_inner() {
        0 => Err("nothing was verified".into()),
        done => Ok(f64::from(done) / start.elapsed().as_secs_f64()),
    }
}

/// The server, and who asks it.
#[derive(Clone)]
struct Office {
    router: Router,
}

impl Office {
    async fn ask(&self, request: Request<Body>) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        let answer = self.router.clone().oneshot(request).await?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok((parts.status, parts.headers, body))
    }

    /// Signs somebody in, and returns their cookie.
    async fn sign_in(&self, person: u8) -> Result<String, Failure> {
        let body = json!({"name": person.to_string(), "password": PASSWORD}).to_string();
        let mut request = Request::post("/api/session")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))?;
        let address = std::net::SocketAddr::from(([10, 0, 0, person], 1));
        request.extensions_mut().insert(ConnectInfo(address));
        let (status, headers, _) = self.ask(request).await?;
        if status != StatusCode::OK {
            return Err(format!("a sign-in came to {status}").into());
        }
        let cookie = headers.get(header::SET_COOKIE).ok_or("no cookie")?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default();
        Ok(cookie.to_owned())
    }

    async fn finds(&self, cookie: &str) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        for _ in 0..FINDS {
            let request = Request::get(FIND).header(header::COOKIE, cookie);
            let request = request.body(Body::empty())?;
            let start = Instant::now();
            let (status, _, rows) = self.ask(request).await?;
            times.push(start.elapsed());
            if status != StatusCode::OK || rows.len() < 100_000 {
                return Err(format!("a find came to {status}").into());
            }
        }
        Ok(times)
    }

    /// Everybody signs in again and again: how many do a second, and what finds take meanwhile.
    async fn flood(&self, cookie: &str) -> Result<(f64, Vec<Duration>), Failure> {
        // At first without anybody else, to be compared with argon2id alone.
        let over = Arc::new(AtomicBool::new(false));
        let start = Instant::now();
        let people = self.people(&over);
        tokio::time::sleep(LASTS).await;
        over.store(true, Ordering::Relaxed);
        let mut done = 0;
        for person in people {
            done += person.await??;
        }
        let rate = f64::from(done) / start.elapsed().as_secs_f64();

        over.store(false, Ordering::Relaxed);
        let people = self.people(&over);
        let times = self.finds(cookie).await?;
        over.store(true, Ordering::Relaxed);
        for person in people {
            person.await??;
        }
        Ok((rate, times))
    }

    /// Everybody, signing in until it is over; each tells how often.
    fn people(&self, over: &Arc<AtomicBool>) -> Vec<JoinHandle<Result<u32, Failure>>> {
        let signing_in = |person| {
            let (office, over) = (self.clone(), over.clone());
            tokio::spawn(async move {
                let mut done = 0;
                while !over.load(Ordering::Relaxed) {
                    office.sign_in(person).await?;
                    done += 1;
                }
                Ok(done)
            })
        };
        (0..PEOPLE).map(signing_in).collect()
    }
}
