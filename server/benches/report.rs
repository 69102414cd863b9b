//! How long a report takes and how much memory, by format and number of recipients, as the server makes it: asked for
//! through the router by somebody who may not see addresses, of a message by voice and email in SQLite, to the last
//! byte of the answer. Run by `cargo xtask bench`, or `cargo bench -p server --bench report`.
//!
//! Each report is made in a process of its own, so that the peak is its own. *Own* is what it took of memory that is not
//! the database's file, beyond what the server held before. Beside ours stand reportlab, where `PEERS_PYTHON` has it
//! (`python3` else), and docx-rs and docx-rust, where `PEERS_DOCX` is the program in `benches/peers/docx`; `cargo xtask
//! bench` sees to both. With `-- FOLDER`, the smallest of each format is left there, to look at.

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{
    auth::password,
    clock::FixedClock,
    entry,
    router::router,
    state::{App, AppSettings},
    store::{Database, District, audit::Who, grants::Grant, roles, users},
};
use shared::{report::JobState, session::Permission};
use tower::ServiceExt;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const FORMATS: [&str; 3] = ["pdf", "docx", "csv"];
/// What this process does; nothing: it starts the others.
const PART: &str = "REPORT_BENCH";
const NAME: &str = "printer";
const PASSWORD: &str = "correct horse battery";
const REPORTLAB: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/peers/reportlab_table.py"
);

/// What was measured of one report.
#[derive(Clone, Copy)]
struct Figures {
    seconds: f64,
    peak: f64,
    /// `None` of a peer: all of its peak is its own.
    own: Option<f64>,
}

type Measured = BTreeMap<(String, usize), Figures>;

fn main() -> Result<(), Failure> {
    if let Ok(part) = env::var(PART) {
        let runtime = tokio::runtime::Runtime::new()?;
        let words: Vec<_> = part.splitn(3, ' ').collect();
        return match words[..] {
            ["fill", rows, url] => runtime.block_on(fill(url, rows.parse()?)),
            [format, rows, url] => runtime.block_on(measure(url, format, rows.parse()?)),
            _ => Err("what to do?".into()),
        };
    }
    println!(
        "{:>10}  {:>10}  {:>8}  {:>8}  {:>7}  {:>8}",
        "", "recipients", "seconds", "peak MB", "own MB", "file MB"
    );
    let mut measured = Measured::new();
    for rows in SIZES {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}/bench.db", folder.path().display());
        this(&format!("fill {rows} {url}"))?;
        for format in FORMATS {
            let told = this(&format!("{format} {rows} {url}"))?;
            note(&mut measured, format, rows, Some(&told));
        }
    }
    let python = env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into());
    let docx = env::var_os("PEERS_DOCX");
    // At 100 000 the first takes minutes, and the others two and six gigabytes.
    for rows in &SIZES[..2] {
        let peer = told(Command::new(&python).args([REPORTLAB, &rows.to_string()]));
        note(&mut measured, "reportlab", *rows, peer.ok().as_deref());
        for library in ["docx-rs", "docx-rust"] {
            let peer = docx
                .as_ref()
                .and_then(|docx| told(Command::new(docx).args([library, &rows.to_string()])).ok());
            note(&mut measured, library, *rows, peer.as_deref());
        }
    }
    goals(&measured);
    Ok(())
}

/// What a part of this program, in a process of its own, tells of itself.
fn this(part: &str) -> Result<String, Failure> {
    let mut command = Command::new(env::current_exe()?);
    told(command.args(env::args().skip(1)).env(PART, part))
}

fn told(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(format!("a process ended with {}", output.status).into()),
    }
}

/// Prints a line, and keeps it for the goals.
fn note(measured: &mut Measured, what: &str, rows: usize, told: Option<&str>) {
    let figures: Option<Vec<f64>> = told.map(|told| {
        let figures = told.split_whitespace().map(str::parse);
        figures.map_while(Result::ok).collect()
    });
    let (seconds, peak, own, file) = match figures.as_deref() {
        Some([seconds, peak, own, file]) => (*seconds, *peak, Some(*own), *file),
        Some([seconds, peak, file]) => (*seconds, *peak, None, *file),
        _ => return println!("{what:>10}  {rows:>10}  is not installed"),
    };
    let shown = own.map_or_else(|| "".to_owned(), |own| format!("{own:.0}"));
    println!("{what:>10}  {rows:>10}  {seconds:>8.2}  {peak:>8.0}  {shown:>7}  {file:>8.1}");
    let figures = Figures { seconds, peak, own };
    measured.insert((what.to_owned(), rows), figures);
}

/// Says which goals are reached.
fn goals(measured: &Measured) {
    let of = |what: &str, rows| measured.get(&(what.to_owned(), rows)).copied();
    let own = |what, rows| of(what, rows).map(|figures| figures.own.unwrap_or(figures.peak));
    let seconds = |what| of(what, 10_000).map(|figures| figures.seconds);
    let ratio = |one, other| Some(seconds(one)? / seconds(other)?);
    println!();
    for (goal, figure, bound) in [
        (
            "PDF of 10 000 beside reportlab's, in times",
            ratio("pdf", "reportlab"),
            0.2,
        ),
        ("PDF of 10 000, own MB", own("pdf", 10_000), 70.0),
        ("PDF of 100 000, own MB", own("pdf", 100_000), 500.0),
        (
            "DOCX of 10 000 beside docx-rs's, in times",
            ratio("docx", "docx-rs"),
            1.0,
        ),
        ("DOCX of 100 000, own MB", own("docx", 100_000), 15.0),
        ("CSV of 100 000, own MB", own("csv", 100_000), 10.0),
        (
            "CSV of 100 000 beyond that of 10 000, own MB",
            own("csv", 100_000)
                .zip(own("csv", 10_000))
                .map(|(all, few)| all - few),
            2.0,
        ),
    ] {
        match figure {
            Some(figure) => {
                let verdict = if figure <= bound { "reached" } else { "missed" };
                println!("{goal:>46}: {figure:>7.2}, at most {bound}: {verdict}");
            }
            None => println!("{goal:>46}: not measured"),
        }
    }
}

async fn app(url: &str) -> Result<App, Failure> {
    let db = Database::connect(url).await?;
    db.migrate().await?;
    let clock = Arc::new(FixedClock::at("2020-01-31T22:00:00Z".parse()?));
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    let settings = AppSettings {
        demo: false,
        behind_tls: false,
        session_idle: TimeDelta::hours(1),
        session_longest: TimeDelta::hours(12),
        stalled_after: TimeDelta::minutes(10),
    };
    let app = App::new(db, clock, district, settings);
    app.map_err(|error| error.to_string().into())
}

/// Puts in one message, and somebody who prints it without seeing addresses.
async fn fill(url: &str, rows: usize) -> Result<(), Failure> {
    let app = app(url).await?;
    let now = app.clock.now();
    let message = json!({
        "external_id": "bench", "message_type": "Message Builder", "organization": "Plainview Schools",
        "subject": "School is Cancelled", "sender": "Administrator, System",
        "created_at": "2020-01-31T12:00:00-06:00", "status": "sent",
        "body": {"email": "School is cancelled due to weather."},
        "recipients": (0..rows).map(line).collect::<Vec<_>>(),
    });
    let file = message.to_string();
    let (district, clock) = (&app.district, &*app.clock);
    let report = entry::import(&app.db, district, clock, file.as_bytes(), &mut |_| {}).await?;
    if report.accepted != 1 {
        return Err("the message was refused".into());
    }
    let permissions = [Permission::View, Permission::Report];
    roles::put(&app.db, NAME, &permissions, &Who::SHELL, now).await?;
    let hash = password::hash(PASSWORD).map_err(|error| error.to_string())?;
    users::add_with(
        &app.db,
        NAME,
        &[Grant::everywhere(NAME)],
        &hash,
        &Who::SHELL,
        now,
    )
    .await?;
    Ok(())
}

/// A recipient like no other in name and address, in one of five scripts; one person in three stands on two lines.
fn line(number: usize) -> Value {
    const FAMILIES: [&str; 10] = [
        "Anderson",
        "Nguyễn Thị",
        "Xyooj, Paj",
        "Cabdullaahi",
        "محمد علي",
        "王小明",
        "Johnson",
        "Olson",
        "García",
        "Vang",
    ];
    let family = FAMILIES[number % FAMILIES.len()];
    let at = format!("2020-01-31T12:{:02}:00-06:00", number / 200 % 60);
    let call_status = [5, 1, 0, 14][number % 4];
    let delivery = match number % 3 {
        0 => {
            json!({"device": "voice", "address": format!("612-{:03}-{:04}", 200 + number / 10_000, number % 10_000),
            "call_status": call_status, "at": at})
        }
        _ => json!({"device": "email", "address": format!("parent.{number}@families.example.org"),
            "status": "sent", "at": at}),
    };
    json!({
        "person": format!("person {}", number - number % 4 / 3),
        "name": format!("{family}, Parent {number}"),
        "student": format!("{family}, Student {}", number / 2),
        "deliveries": [delivery],
    })
}

/// Prints once, and tells how long it took and how much memory.
async fn measure(url: &str, format: &str, rows: usize) -> Result<(), Failure> {
    let app = app(url).await?;
    let router = router(app.clone());
    let office = Office::enter(&router).await?;
    let found = office.get("/api/messages?created_from=2020-01-31&created_to=2020-01-31");
    let found = found.await?.into_body().collect().await?.to_bytes();
    let found: Value = serde_json::from_slice(&found)?;
    let path = format!("/api/messages/{}", found["messages"][0]["id"]);
    let owner = users::by_name(&app.db, NAME).await?.ok_or("nobody")?.id;
    let folder = env::args().skip(1).find(|word| !word.starts_with("--"));
    let kept = folder.filter(|_| rows == SIZES[0]).map(PathBuf::from);
    let kept = kept.map(|folder| folder.join(format!("report.{format}")));

    let memory = Memory::watch()?;
    let start = Instant::now();
    let mut answer = office
        .get(&format!("{path}/report?format={format}"))
        .await?;
    if answer.status() == StatusCode::ACCEPTED {
        let job = answer.headers().get(header::LOCATION).ok_or("no job")?;
        let job = job.to_str()?.to_owned();
        let id = job.rsplit('/').next().unwrap_or_default();
        // Asked here and not by the stream of events, which tells four times a second.
        let mut progress = app.jobs.watch(id, owner).ok_or("no such job")?;
        let over = |job: &shared::report::ReportJob| {
            matches!(job.state, JobState::Done | JobState::Failed)
        };
        progress.wait_for(over).await?;
        answer = office.get(&job).await?;
    }
    if answer.status() != StatusCode::OK {
        return Err(format!("a report came to {}", answer.status()).into());
    }
    let bytes = drain(answer, kept.as_deref()).await?;
    let seconds = start.elapsed().as_secs_f64();
    let (peak, own) = memory.most()?;
    println!("{seconds} {peak} {own} {}", bytes as f64 / 1e6);
    Ok(())
}

/// Takes an answer piece by piece, as a client does, and counts its bytes.
async fn drain(answer: Response, kept: Option<&Path>) -> Result<usize, Failure> {
    let mut kept = kept.map(fs::File::create).transpose()?;
    let mut body = answer.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            bytes += piece.len();
            if let Some(kept) = &mut kept {
                kept.write_all(&piece)?;
            }
        }
    }
    Ok(bytes)
}

/// Who prints.
struct Office<'a> {
    router: &'a Router,
    cookie: String,
}

impl Office<'_> {
    async fn enter(router: &Router) -> Result<Office<'_>, Failure> {
        let credentials = json!({"name": NAME, "password": PASSWORD}).to_string();
        let request = Request::post("/api/session")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(credentials))?;
        let answer = router.clone().oneshot(request).await?;
        let cookie = answer.headers().get(header::SET_COOKIE);
        let cookie = cookie.ok_or("no cookie")?.to_str()?.split(';').next();
        let cookie = cookie.unwrap_or_default().to_owned();
        Ok(Office { router, cookie })
    }

    async fn get(&self, path: &str) -> Result<Response, Failure> {
        let request = Request::builder().method(Method::GET).uri(path);
        let request = request.header(header::COOKIE, &self.cookie);
        let request = request.body(Body::empty())?;
        Ok(self.router.clone().oneshot(request).await?)
    }
}

/// Watches the memory of this process.
struct Memory {
    before: f64,
    over: Arc<AtomicBool>,
    watching: thread::JoinHandle<f64>,
}

impl Memory {
    fn watch() -> Result<Memory, Failure> {
        // The peak so far is that of hashing a password.
        fs::write("/proc/self/clear_refs", "5")?;
        let before = megabytes("RssAnon")?;
        let over = Arc::new(AtomicBool::new(false));
        let until = over.clone();
        let watching = thread::spawn(move || {
            let mut most = before;
            while !until.load(Ordering::Relaxed) {
                most = most.max(megabytes("RssAnon").unwrap_or_default());
                thread::sleep(Duration::from_millis(2));
            }
            most
        });
        Ok(Memory {
            before,
            over,
            watching,
        })
    }

    /// The peak of this process since, and what of it is its own.
    fn most(self) -> Result<(f64, f64), Failure> {
        self.over.store(true, Ordering::Relaxed);
        let most = self.watching.join().map_err(|_| "the watch ended")?;
        Ok((megabytes("VmHWM")?, most - self.before))
    }
}

/// A figure that the system tells of this process.
fn megabytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.ok_or("the system does not tell")?;
    let kilobytes = kilobytes.trim().trim_end_matches(" kB");
    Ok(kilobytes.parse::<f64>()? * 1024.0 / 1e6)
}
