//! What a cancel waits while a message of 200 000 recipients comes in, and while its 200 000 failures are resent, on both
//! databases. Run by `cargo xtask bench`, or `cargo bench -p server --bench arrival`. The figures are this machine's.

#[path = "../tests/support/postgres.rs"]
mod postgres;

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use server::{
    clock::FixedClock,
    entry::{NewMessage, json},
    store::{
        Database, District,
        audit::Who,
        cancel::{CancelOutcome, cancel},
        resend::{self, Asked, ResendOutcome},
        submit::{Submitted, submit},
    },
};
use shared::{message::MessageId, resend::Which};

type Failure = Box<dyn std::error::Error>;

const LINES: u32 = 200_000;

/// Messages to cancel, one after the other.
const OTHERS: u32 = 4000;

const DISTRICT: District = District {
    time_zone: chrono_tz::America::Chicago,
    phone_region: phonenumber::country::Id::US,
};

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
    let clock = FixedClock::at(now);
    let mut others = Vec::new();
    for n in 0..OTHERS {
        let message = message(&format!("other-{n}"), 1, false)?;
        others.push(taken(submit(&db, &message, None, &clock).await?)?);
    }
    let alone = cancels(&db, &mut others, now, async {
        tokio::time::sleep(Duration::from_secs(1)).await
    })
    .await?;
    say("with nothing else to do", &alone);

    let large = message("large", LINES, true)?;
    let coming = async { submit(&db, &large, None, &clock).await };
    let beside = cancels(&db, &mut others, now, coming).await?;
    say("while 200 000 recipients come in", &beside);
    let id = taken(beside.done?)?;

    db.take_stock().await?;
    let zone = DISTRICT.time_zone;
    let plan = resend::plan(&db, id, Which::Failed, now).await?;
    let plan = plan.map_err(|refused| format!("{refused:?}"))?;
    let asked = Asked {
        which: Which::Failed,
        attempt: plan.attempt,
        by: &Who::SHELL,
        sandbox: true,
    };
    let again = async { resend::resend(&db, id, &asked, zone, &clock).await };
    let beside = cancels(&db, &mut others, now, again).await?;
    say(
        &format!("while {} failures are resent", plan.lines),
        &beside,
    );
    match beside.done? {
        ResendOutcome::Made(made) if made.lines == plan.lines => Ok(()),
        other => Err(format!("the resend came to {other:?}").into()),
    }
}

/// What was done, in which time, and what each cancel waited meanwhile.
struct Beside<T> {
    done: T,
    spent: Duration,
    waits: Vec<Duration>,
}

/// Cancels one message after the other for as long as `work` goes on.
async fn cancels<T>(
    db: &Database,
    others: &mut Vec<MessageId>,
    now: DateTime<Utc>,
    work: impl Future<Output = T>,
) -> Result<Beside<T>, Failure> {
    let start = Instant::now();
    let mut waits = Vec::new();
    let cancel_all = async {
        while let Some(id) = others.pop() {
            let asked = Instant::now();
            match cancel(db, id, &Who::SHELL, None, now).await {
                Ok(CancelOutcome::Canceled) => waits.push(asked.elapsed()),
                other => return Failure::from(format!("a cancel came to {other:?}")),
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Failure::from("there was nothing left to cancel")
    };
    let done = tokio::select! {
        biased;
        done = work => done,
        failure = cancel_all => return Err(failure),
    };
    let spent = start.elapsed();
    waits.sort_unstable();
    Ok(Beside { done, spent, waits })
}

fn say<T>(when: &str, beside: &Beside<T>) {
    let Beside { spent, waits, .. } = beside;
    let at = |percent: usize| {
        waits
            .get(waits.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "  {when} ({spent:.1?}): {} cancels, median {:.1?}, 99 % {:.1?}, longest {:.1?}",
        waits.len(),
        at(50),
        at(99),
        waits.last().copied().unwrap_or_default()
    );
}

fn taken(submitted: Submitted) -> Result<MessageId, Failure> {
    match submitted {
        Submitted::Accepted(id) => Ok(id),
        Submitted::AlreadyThere(id) => Err(format!("message {} was there", id.0).into()),
        Submitted::Taken => Err("another school's message was there".into()),
    }
}

/// A message with an email for each of `lines`; all of them failed, where it is history.
fn message(external_id: &str, lines: u32, history: bool) -> Result<NewMessage, Failure> {
    let (over, failed) = match history {
        true => (
            r#","status":"sent""#,
            r#","status":"failed","at":"2026-05-15T08:01:00-05:00""#,
        ),
        false => ("", ""),
    };
    let mut text = format!(
        r#"{{"external_id":"{external_id}","message_type":"Emergency","organization":"District","subject":"Closed","sender":"A","created_at":"2026-05-15T08:00:00-05:00"{over},"body":{{"email":"Closed"}},"recipients":["#
    );
    for n in 0..lines {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"person":"p{n}","name":"Family{n}, Given","student":"Student{n}, Given","deliveries":[{{"device":"email","address":"parent{n}@mail.example"{failed}}}]}}"#
        )?;
    }
    text.push_str("]}");
    json::read(text.as_bytes(), &DISTRICT).map_err(|refusal| refusal.to_string().into())
}
