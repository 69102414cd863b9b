//! A long report while it is made: its progress, *Abandon*, and the download at its end. It goes on when its
//! message is closed, so its state belongs to the page.

use std::time::Duration;

use leptos::{
    prelude::*,
    reactive::owner::LocalStorage,
    task::spawn_local,
    web_sys::{EventSource, MessageEvent},
};
use shared::{
    paths,
    report::{JobState, ReportJob},
};
use wasm_bindgen::{JsCast, prelude::Closure};

use crate::{
    api,
    figures::grouped,
    json,
    ui::{
        download,
        element::{button, el},
        progress::progress,
        view::{View, some, when},
    },
};

/// A download has begun by then, and the server has kept who printed.
const DOWNLOAD_BEGINS: Duration = Duration::from_secs(1);

/// The long report that is being made, if any; one at a time.
#[derive(Clone, Copy)]
pub struct Printing {
    /// How far it is.
    pub job: RwSignal<Option<ReportJob>>,
    /// Why the last one did not come.
    pub problem: RwSignal<Option<String>>,
    /// Counts the reports that came.
    pub printed: RwSignal<u32>,
    watched: StoredValue<Option<Watched>, LocalStorage>,
}

/// The stream of events and who hears them; kept until the next, for it ends from within.
struct Watched {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _lost: Closure<dyn FnMut()>,
}

impl Printing {
    /// None yet.
    pub fn new() -> Self {
        Printing {
            job: RwSignal::new(None),
            problem: RwSignal::new(None),
            printed: RwSignal::new(0),
            watched: StoredValue::new_local(None),
        }
    }

    /// Watches a job, and downloads its file when it is done.
    pub fn watch(self, job: ReportJob) {
        let Ok(source) = EventSource::new(&paths::job_events(&job.id)) else {
            return;
        };
        self.job.set(Some(job));
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data().as_string();
            let job = data.and_then(|data| json::read(&data).ok());
            if let Some(job) = job {
                self.hear(job);
            }
        });
        let lost = Closure::<dyn FnMut()>::new(move || {
            let closed = self.watched.with_value(|watched| {
                let state = watched.as_ref().map(|watched| watched.source.ready_state());
                state == Some(EventSource::CLOSED)
            });
            if closed {
                self.end(Some("The report was lost on the way. Print it again."));
            }
        });
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        source.set_onerror(Some(lost.as_ref().unchecked_ref()));
        self.watched.set_value(Some(Watched {
            source,
            _heard: heard,
            _lost: lost,
        }));
    }

    fn hear(self, job: ReportJob) {
        match job.state {
            JobState::Done => {
                download::follow(&paths::job(&job.id), "");
                self.end(None);
                set_timeout(
                    move || self.printed.update(|count| *count += 1),
                    DOWNLOAD_BEGINS,
                );
            }
            JobState::Failed => {
                self.end(Some("The report could not be made. Print it again."));
            }
            _ => self.job.set(Some(job)),
        }
    }

    fn end(self, problem: Option<&str>) {
        self.watched.with_value(|watched| {
            if let Some(watched) = watched {
                watched.source.close();
            }
        });
        self.job.set(None);
        self.problem.set(problem.map(Into::into));
    }

    fn abandon(self) {
        let Some(job) = self.job.get_untracked() else {
            return;
        };
        self.end(None);
        spawn_local(async move {
            // Where this fails the job ends by itself: nobody fetches it.
            drop(api::abandon(&job.id).await);
        });
    }
}

/// The progress, while there is one.
pub fn job_progress() -> View {
    let printing = expect_context::<Printing>();
    let bar = move |job: ReportJob| progress("Report".into(), figures(&job), job.percent());
    when(
        move || printing.job.with(Option::is_some),
        move || {
            el("div", &[("class", "job")])
                .child(some(move || printing.job.get(), bar))
                .child(button("button small", "Abandon").on_click(move || printing.abandon()))
        },
    )
}

fn figures(job: &ReportJob) -> String {
    let of = |what| {
        format!(
            "{} of {} {what}",
            grouped(job.done.into()),
            grouped(job.of.into())
        )
    };
    match job.state {
        JobState::Waiting => "waits for its turn".into(),
        JobState::Reading => of("recipients"),
        JobState::Finishing => "pages are drawn; the file is put together".into(),
        JobState::Drawing | JobState::Done | JobState::Failed => of("pages"),
    }
}
