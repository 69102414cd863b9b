//! What a find of 4000 rows waits while ten reports of 50 000 recipients are made at once, through the router, on both
//! databases. Run by `cargo xtask bench`, or `cargo bench -p server --bench beside`. Ratios count; the figures are this
//! machine's.

#[path = "../tests/support/postgres.rs"]
mod postgres;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use serde_json::Value;
use server::{
    clock::FixedClock,
    demo::{self, Scale},
    router::router,
    state::{App, AppSettings},
    store::{Database, District},
};
use tower::ServiceExt;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const FIND: &str = "/api/messages?created_from=2024-01-01&created_to=2026-12-31";

const FINDS: usize = 61;

/// What a browser takes: rows and CSVs are compressed for it.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// What is read here.
const PLAIN: &str = "identity";

/// What the ten print.
const FORMATS: [&str; 10] = [
    "pdf", "pdf", "pdf", "pdf", "docx", "docx", "docx", "csv", "csv", "csv",
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite:{}/bench.db", folder.path().display());
    measure("SQLite", &sqlite).await?;
    if let Some(url) = postgres::fresh_database().await {
        measure("Postgres", &url).await?;
    }
    Ok(())
}

async fn measure(name: &str, url: &str) -> Result<(), Failure> {
    println!("{name}");
    let db = Database::connect(url).await?;
    db.migrate().await?;
    let now: DateTime<Utc> = "2026-05-15T18:00:00Z".parse()?;
    let clock = Arc::new(FixedClock::at(now));
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    demo::fill(&db, &district, &*clock, Scale::FULL, &mut |_, _| {}).await?;
    let settings = AppSettings {
        demo: true,
        behind_tls: false,
        session_idle: TimeDelta::hours(1),
        session_longest: TimeDelta::hours(12),
        stalled_after: TimeDelta::minutes(10),
    };
    let app = App::new(db, clock, district, settings).map_err(|error| error.to_string())?;
    let office = Office::enter(router(app)).await?;
    let (_, _, found) = office.ask("GET", FIND, PLAIN).await?;
    let found: Value = serde_json::from_slice(&found)?;
    let rows = found["messages"].as_array().ok_or("no rows")?;
    let subject = |row: &&Value| {
        let subject = row["subject"].as_str().unwrap_or_default();
        subject.starts_with("All Schools Closed")
    };
    let emergency = rows
        .iter()
        .find(subject)
        .ok_or("the emergency is missing")?;
    let report = format!("/api/messages/{}/report", emergency["id"]);

    let idle = office.finds().await?;
    let over = Arc::new(AtomicBool::new(false));
    let made = Arc::new(Mutex::new([0; FORMATS.len()]));
    let mut printing = Vec::new();
    for (place, format) in FORMATS.into_iter().enumerate() {
        let (office, over, made) = (office.clone(), over.clone(), made.clone());
        let path = format!("{report}?format={format}");
        printing.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                office.print(&path, &over).await?;
                made.lock().unwrap_or_else(PoisonError::into_inner)[place] += 1;
            }
            Ok::<_, Failure>(())
        }));
    }
    // A few rounds, so that reports of each format are made meanwhile.
    let mut beside = Vec::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        beside.extend(office.finds().await?);
    }
    over.store(true, Ordering::Relaxed);
    for task in printing {
        task.await??;
    }
    let [idle, beside] = [idle, beside].map(|mut times| {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        (at(50), at(95), at(100))
    });
    println!(
        "  find alone: median {:.1?}, 95 % {:.1?}, longest {:.1?}",
        idle.0, idle.1, idle.2
    );
    println!(
        "  beside ten reports: median {:.1?}, 95 % {:.1?}, longest {:.1?}; ratio {:.2}",
        beside.0,
        beside.1,
        beside.2,
        beside.0.as_secs_f64() / idle.0.as_secs_f64()
    );
    let made = made.lock().unwrap_or_else(PoisonError::into_inner);
    println!("  reports made meanwhile, by each of {FORMATS:?}: {made:?}");
    Ok(())
}

/// Who looks things up and prints.
#[derive(Clone)]
struct Office {
    router: Router,
    cookie: String,
}

impl Office {
    async fn enter(router: Router) -> Result<Self, Failure> {
        let mut office = Office {
            router,
            cookie: String::new(),
        };
        let (_, headers, _) = office.ask("POST", "/api/session/demo", PLAIN).await?;
        let cookie = headers.get(header::SET_COOKIE).ok_or("no cookie")?;
        let cookie = cookie.to_str()?.split(';').next();
        office.cookie = cookie.unwrap_or_default().to_owned();
        Ok(office)
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        encodings: &str,
    ) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_ENCODING, encodings);
        let answer = self
            .router
            .clone()
            .oneshot(request.body(Body::empty())?)
            .await?;
        let (parts, body) = answer.into_parts();
        Ok((
            parts.status,
            parts.headers,
            body.collect().await?.to_bytes(),
        ))
    }

    async fn get(&self, path: &str) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        self.ask("GET", path, BROWSER).await
    }

    async fn finds(&self) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        for _ in 0..FINDS {
            let start = Instant::now();
            let (status, _, rows) = self.get(FIND).await?;
            times.push(start.elapsed());
            if status != StatusCode::OK || rows.len() < 20_000 {
                return Err(format!("a find came to {status}").into());
            }
        }
        Ok(times)
    }

    /// Prints one report, and takes it; a long one is abandoned once all is `over`.
    async fn print(&self, path: &str, over: &AtomicBool) -> Result<(), Failure> {
        let (status, headers, file) = self.get(path).await?;
        match status {
            StatusCode::OK if !file.is_empty() => Ok(()),
            StatusCode::ACCEPTED => {
                let job = headers.get(header::LOCATION).ok_or("no job")?.to_str()?;
                loop {
                    let (status, _, file) = self.get(job).await?;
                    match status {
                        StatusCode::OK if !file.is_empty() => return Ok(()),
                        StatusCode::CONFLICT if over.load(Ordering::Relaxed) => {
                            self.ask("DELETE", job, BROWSER).await?;
                            return Ok(());
                        }
                        StatusCode::CONFLICT => {
                            tokio::time::sleep(Duration::from_millis(100)).await
                        }
                        status => return Err(format!("a job came to {status}").into()),
                    }
                }
            }
            status => Err(format!("a report came to {status}").into()),
        }
    }
}
