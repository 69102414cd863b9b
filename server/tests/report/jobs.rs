//! Jobs: watched, abandoned, fetched once, by their owner only.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs::File, ops::ControlFlow, sync::Arc};

use server::{
    report::{
        jobs::{Fetched, Jobs, MAX_PER_PERSON, Order},
        printing::PrintError,
    },
    store::audit::Who,
};
use shared::{
    message::MessageId,
    report::{JobState, ReportDetail, ReportFormat, ReportOptions},
};
use tokio::sync::oneshot;

const ANA: i64 = 1;
const BO: i64 = 2;

fn order(owner: i64) -> Order {
    Order {
        owner,
        by: Who::person(owner, "ana"),
        message: MessageId(1),
        options: ReportOptions {
            devices: [].into(),
            detail: ReportDetail::All,
            format: ReportFormat::Pdf,
        },
        masked: false,
    }
}

async fn reach(jobs: &Jobs, id: &str, state: JobState) {
    let mut progress = jobs.watch(id, ANA).unwrap();
    progress.wait_for(|job| job.state == state).await.unwrap();
}

#[tokio::test]
async fn a_file_is_fetched_once_and_only_by_its_owner() {
    let jobs = Arc::new(Jobs::default());
    let (finish, finished) = oneshot::channel::<()>();
    let job = jobs.begin(order(ANA), |_| async {
        finished.await.unwrap();
        Ok(tempfile::tempfile()?)
    });
    let id = job.unwrap().id;
    assert!(jobs.watch(&id, BO).is_none());
    assert!(!jobs.abandon(&id, BO));
    assert!(matches!(jobs.fetch(&id, BO), Fetched::NotFound));
    assert!(matches!(jobs.fetch(&id, ANA), Fetched::NotReady));
    finish.send(()).unwrap();
    reach(&jobs, &id, JobState::Done).await;
    assert!(matches!(jobs.fetch(&id, BO), Fetched::NotFound));
    assert!(matches!(jobs.fetch(&id, ANA), Fetched::File(..)));
    assert!(matches!(jobs.fetch(&id, ANA), Fetched::NotFound));
}

#[tokio::test]
async fn the_writer_stops_at_the_next_page_of_an_abandoned_report() {
    let jobs = Arc::new(Jobs::default());
    let (stopped, has_stopped) = oneshot::channel();
    let job = jobs.begin(order(ANA), |watched| async {
        let written = tokio::task::spawn_blocking(move || {
            let mut page = 0;
            while watched.tell(JobState::Drawing, page, u32::MAX) == ControlFlow::Continue(()) {
                page += 1;
            }
            stopped.send(page).unwrap();
        });
        written.await.unwrap();
        Err(PrintError::Abandoned)
    });
    let id = job.unwrap().id;
    reach(&jobs, &id, JobState::Drawing).await;
    assert!(jobs.abandon(&id, ANA));
    has_stopped.await.unwrap();
    assert!(jobs.watch(&id, ANA).is_none());
    assert!(!jobs.abandon(&id, ANA), "it is gone");
}

#[tokio::test]
async fn a_report_that_fails_says_so_and_leaves_no_file() {
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(order(ANA), |_| async {
        Err::<File, _>(PrintError::Pdf("no ink".into()))
    });
    let id = job.unwrap().id;
    reach(&jobs, &id, JobState::Failed).await;
    assert!(matches!(jobs.fetch(&id, ANA), Fetched::NotFound));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_fetches_is_forgotten() {
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(order(ANA), |_| async { Ok(tempfile::tempfile()?) });
    let id = job.unwrap().id;
    let mut progress = jobs.watch(&id, ANA).unwrap();
    // The clock runs on by itself while everybody waits.
    while progress.changed().await.is_ok() {}
    assert!(matches!(jobs.fetch(&id, ANA), Fetched::NotFound));
}

#[tokio::test]
async fn nobody_has_more_than_ten_at_once() {
    let jobs = Arc::new(Jobs::default());
    let begin = |owner| {
        jobs.begin(order(owner), |_| {
            std::future::pending::<Result<File, PrintError>>()
        })
    };
    let all: Vec<_> = (0..MAX_PER_PERSON)
        .map(|_| begin(ANA).unwrap().id)
        .collect();
    assert!(begin(ANA).is_none());
    assert!(begin(BO).is_some());
    assert!(jobs.abandon(&all[3], ANA));
    assert!(begin(ANA).is_some());
}
