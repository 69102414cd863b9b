//! Long reports: each is made by a job of its own, watched, abandoned, and fetched once by who asked for it.
//!
//! A job is a future; abandoning it drops that, and the writer's thread learns of it at its next page. Its file
//! has no name in any folder, so that nothing of it stays behind however the server ends.

use std::{
    collections::HashMap,
    fs::File,
    future::Future,
    ops::ControlFlow,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use shared::{
    message::MessageId,
    report::{JobState, ReportJob, ReportOptions},
};
use tokio::sync::{Notify, watch};

use super::printing::PrintError;
use crate::store::audit::Who;

/// How long a file waits to be fetched.
const KEPT: Duration = Duration::from_secs(600);

/// Reports that one person may have under way, or waiting to be fetched.
pub const MAX_PER_PERSON: usize = 10;

/// What somebody asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// Who may watch, abandon and fetch it: an account.
    pub owner: i64,
    /// The same, and where they asked from.
    pub by: Who,
    /// The message.
    pub message: MessageId,
    /// What to print of it.
    pub options: ReportOptions,
    /// Whether addresses are masked.
    pub masked: bool,
}

/// The jobs of this server.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<HashMap<String, Job>>);

#[derive(Debug)]
struct Job {
    order: Order,
    progress: watch::Receiver<ReportJob>,
    file: Option<File>,
    over: Arc<Notify>,
}

/// What came of fetching a file.
#[derive(Debug)]
pub enum Fetched {
    /// Here it is; it is not to be had again.
    File(Order, File),
    /// It is not done yet.
    NotReady,
    /// There is no such job, or it is somebody else's.
    NotFound,
}

impl Jobs {
    /// Begins a job, which `make` makes; `None` where its owner has too many.
    pub fn begin<Making>(
        self: &Arc<Self>,
        order: Order,
        make: impl FnOnce(Watched) -> Making,
    ) -> Option<ReportJob>
    where
        Making: Future<Output = Result<File, PrintError>> + Send + 'static,
    {
        let first = ReportJob {
            id: format!("{:032x}", rand::random::<u128>()),
            format: order.options.format,
            state: JobState::Waiting,
            done: 0,
            of: 0,
        };
        let (sender, progress) = watch::channel(first.clone());
        let watched = Watched {
            progress: sender,
            abandoned: Arc::default(),
        };
        let over = Arc::new(Notify::new());
        let mut list = self.list();
        let owned = list.values().filter(|job| job.order.owner == order.owner);
        if owned.count() >= MAX_PER_PERSON {
            return None;
        }
        let job = Job {
            order,
            progress,
            file: None,
            over: over.clone(),
        };
        list.insert(first.id.clone(), job);
        drop(list);
        let guard = Abandons(watched.abandoned.clone());
        let making = make(watched.clone());
        let (jobs, id) = (self.clone(), first.id.clone());
        tokio::spawn(async move {
            let run = async {
                let made = making.await;
                jobs.settle(&id, &watched, made);
                tokio::time::sleep(KEPT).await;
            };
            tokio::select! {
                () = run => {}
                () = over.notified() => {}
            }
            drop(guard);
            jobs.list().remove(&id);
        });
        Some(first)
    }

    fn settle(&self, id: &str, watched: &Watched, made: Result<File, PrintError>) {
        let state = match made {
            Ok(file) => {
                if let Some(job) = self.list().get_mut(id) {
                    job.file = Some(file);
                }
                JobState::Done
            }
            Err(error) => {
                error.log();
                JobState::Failed
            }
        };
        watched.progress.send_modify(|job| job.state = state);
    }

    /// What `owner` asked for by this job; `None` where there is no such one.
    pub fn order(&self, id: &str, owner: i64) -> Option<Order> {
        let list = self.list();
        let job = list.get(id).filter(|job| job.order.owner == owner)?;
        Some(job.order.clone())
    }

    /// How far `owner`'s job is; `None` where there is no such one.
    pub fn watch(&self, id: &str, owner: i64) -> Option<watch::Receiver<ReportJob>> {
        let list = self.list();
        let job = list.get(id).filter(|job| job.order.owner == owner)?;
        Some(job.progress.clone())
    }

    /// Ends `owner`'s job, done or not, and says whether there was one.
    pub fn abandon(&self, id: &str, owner: i64) -> bool {
        let mut list = self.list();
        if list.get(id).is_none_or(|job| job.order.owner != owner) {
            return false;
        }
        if let Some(job) = list.remove(id) {
            job.over.notify_one();
        }
        true
    }

    /// Hands out the file of `owner`'s job, and forgets the job.
    pub fn fetch(&self, id: &str, owner: i64) -> Fetched {
        let mut list = self.list();
        let Some(job) = list.get_mut(id).filter(|job| job.order.owner == owner) else {
            return Fetched::NotFound;
        };
        let Some(file) = job.file.take() else {
            return match job.progress.borrow().state {
                JobState::Failed => Fetched::NotFound,
                _ => Fetched::NotReady,
            };
        };
        job.over.notify_one();
        let order = job.order.clone();
        list.remove(id);
        Fetched::File(order, file)
    }

    fn list(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        // Nothing panics while it holds the list half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The job as who makes it sees it.
#[derive(Clone, Debug)]
pub struct Watched {
    progress: watch::Sender<ReportJob>,
    abandoned: Arc<AtomicBool>,
}

impl Watched {
    /// Says how far it is, and learns whether to go on.
    pub fn tell(&self, state: JobState, done: u32, of: u32) -> ControlFlow<()> {
        self.progress.send_modify(|job| {
            (job.state, job.done, job.of) = (state, done, of);
        });
        match self.abandoned.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Tells the writer's thread, when it is dropped, that nobody waits any more.
struct Abandons(Arc<AtomicBool>);

impl Drop for Abandons {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
