//! Jobs: watched, abandoned, fetched once, by their owner only.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs::File, ops::ControlFlow, sync::Arc};

use server::report::{
    jobs::{Fetched, Jobs, MAX_PER_PERSON, Order},
    printing::PrintError,
};
use shared::{
    message::MessageId,
    report::{JobState, ReportDetail, ReportFormat, ReportOptions},
};
use tokio::sync::oneshot;

fn order(owner: &str) -> Order {
    Order {
        owner: owner.to_owned(),
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
    let mut progress = jobs.watch(id, "ana").unwrap();
    progress.wait_for(|job| job.state == state).await.unwrap();
}

#[tokio::test]
async fn a_file_is_fetched_once_and_only_by_its_owner() {
    let jobs = Arc::new(Jobs::default());
    let (finish, finished) = oneshot::channel::<()>();
    let job = jobs.begin(order("ana"), |_| async {
        finished.await.unwrap();
        Ok(tempfile::tempfile()?)
    });
    let id = job.unwrap().id;
    assert!(jobs.watch(&id, "bo").is_none());
    assert!(!jobs.abandon(&id, "bo"));
    assert!(matches!(jobs.fetch(&id, "bo"), Fetched::NotFound));
    assert!(matches!(jobs.fetch(&id, "ana"), Fetched::NotReady));
    finish.send(()).unwrap();
    reach(&jobs, &id, JobState::Done).await;
    assert!(matches!(jobs.fetch(&id, "bo"), Fetched::NotFound));
    assert!(matches!(jobs.fetch(&id, "ana"), Fetched::File(..)));
    assert!(matches!(jobs.fetch(&id, "ana"), Fetched::NotFound));
}

#[tokio::test]
async fn the_writer_stops_at_the_next_page_of_an_abandoned_report() {
    let jobs = Arc::new(Jobs::default());
    let (stopped, has_stopped) = oneshot::channel();
    let job = jobs.begin(order("ana"), |watched| async {
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
    assert!(jobs.abandon(&id, "ana"));
    has_stopped.await.unwrap();
    assert!(jobs.watch(&id, "ana").is_none());
    assert!(!jobs.abandon(&id, "ana"), "it is gone");
}

#[tokio::test]
async fn a_report_that_fails_says_so_and_leaves_no_file() {
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(order("ana"), |_| async {
        Err::<File, _>(PrintError::Pdf("no ink".into()))
    });
    let id = job.unwrap().id;
    reach(&jobs, &id, JobState::Failed).await;
    assert!(matches!(jobs.fetch(&id, "ana"), Fetched::NotFound));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_fetches_is_forgotten() {
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(order("ana"), |_| async { Ok(tempfile::tempfile()?) });
    let id = job.unwrap().id;
    let mut progress = jobs.watch(&id, "ana").unwrap();
    // The clock runs on by itself while everybody waits.
    while progress.changed().await.is_ok() {}
    assert!(matches!(jobs.fetch(&id, "ana"), Fetched::NotFound));
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
        .map(|_| begin("ana").unwrap().id)
        .collect();
    assert!(begin("ana").is_none());
    assert!(begin("bo").is_some());
    assert!(jobs.abandon(&all[3], "ana"));
    assert!(begin("ana").is_some());
}
