//! Jobs: a long report, watched while it is made, abandoned, and fetched once.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
    response::{
        Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use axum_login::AuthUser;
use futures_util::{Stream, StreamExt, stream};
use shared::{
    paths,
    problem::{Problem, ProblemType},
    report::{JobState, ReportJob},
};
use tokio::{
    sync::watch,
    time::{Duration, Instant, sleep_until, timeout_at},
};

use super::report;
use crate::{
    auth::{SignedIn, accounts::Account, reader::Reader},
    error::{Answer, Refusal},
    openapi::StreamedEvent,
    report::jobs::{Fetched, Order},
    state::App,
};

/// Time between two events of one stream, at least.
const BETWEEN: Duration = Duration::from_millis(250);

/// The job that the path names.
pub struct Key(String);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| no_such_job())?;
        let key = params.iter().find(|(name, _)| *name == "job");
        Ok(Key(key.ok_or_else(no_such_job)?.1.to_owned()))
    }
}

fn no_such_job() -> Problem {
    ProblemType::NotFound.because(
        "There is no such report any more: it was fetched, abandoned, or left alone too long. Print it again.",
    )
}

/// What `account` asked for by a job, where it may still have that: rights may have gone since, and the job goes
/// with them.
async fn ordered(app: &App, account: &Account, key: &str) -> Answer<Order> {
    let owner = account.id();
    let order = app.jobs.order(key, owner).ok_or_else(no_such_job)?;
    if !report::may_have(app, account, &order).await? {
        app.jobs.abandon(key, owner);
        return Err(no_such_job().into());
    }
    Ok(order)
}

/// How far a long report is: an event now and whenever it has come on, at most four a second. The last one
/// says done or failed. It ends before that where the session or the account does.
#[utoipa::path(get, path = paths::JOB_EVENTS, tag = "messages",
    params(("job" = String, Path, description = "The job")),
    responses(
        (status = 200, body = StreamedEvent, content_type = "text/event-stream", description = "Events; the data of each is a `ReportJob`"),
        (status = 404, body = Problem),
    ))]
pub async fn events(
    State(app): State<App>,
    reader: Reader,
    Key(key): Key,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let order = ordered(&app, reader.account(), &key).await?;
    let progress = app.jobs.watch(&key, order.owner).ok_or_else(no_such_job)?;
    let told = told(progress, reader).take_until(app.live.ended());
    Ok(Sse::new(told).keep_alive(KeepAlive::default()))
}

fn told(
    progress: watch::Receiver<ReportJob>,
    reader: Reader,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let begin = Some((progress, reader, None::<Instant>));
    stream::unfold(begin, |state| async move {
        let (mut progress, mut reader, last) = state?;
        if let Some(last) = last {
            loop {
                let changed = timeout_at(reader.asks_again(), progress.changed()).await;
                // Asked while nothing changes, too: a report may wait long for its turn.
                if !reader.reads_on().await {
                    return None;
                }
                match changed {
                    Ok(changed) => break changed.ok()?,
                    Err(_) => continue,
                }
            }
            sleep_until(last + BETWEEN).await;
        }
        let job = progress.borrow_and_update().clone();
        let event = Event::default().json_data(&job).ok()?;
        let over = matches!(job.state, JobState::Done | JobState::Failed);
        let next = (!over).then(|| (progress, reader, Some(Instant::now())));
        Some((Ok(event), next))
    })
}

/// The file of a long report, once: afterwards there is no such job any more. Nor is there for who may no longer
/// print its message, or not with the addresses in it.
#[utoipa::path(get, path = paths::JOB, tag = "messages",
    params(("job" = String, Path, description = "The job")),
    responses(
        (status = 200, description = "The file", content(
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        )),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is not done yet"),
    ))]
pub async fn fetch(State(app): State<App>, user: SignedIn, Key(key): Key) -> Answer<Response> {
    ordered(&app, user.account(), &key).await?;
    let (order, file) = match app.jobs.fetch(&key, user.id()) {
        Fetched::File(order, file) => (order, file),
        Fetched::NotFound => return Err(no_such_job().into()),
        Fetched::NotReady => {
            let sentence = "The report is not done yet. Wait for it, then fetch it.";
            return Err(ProblemType::NotReady.because(sentence).into());
        }
    };
    report::send(&app, &order, file).await
}

/// Ends a long report, done or not. Its work stops at the next page.
#[utoipa::path(delete, path = paths::JOB, tag = "messages",
    params(("job" = String, Path, description = "The job")),
    responses((status = 204, description = "It is gone"), (status = 404, body = Problem)))]
pub async fn abandon(State(app): State<App>, user: SignedIn, Key(key): Key) -> Answer<StatusCode> {
    match app.jobs.abandon(&key, user.id()) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_job().into()),
    }
}
