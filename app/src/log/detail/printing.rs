//! A long report while it is made: its progress, *Abandon*, and the download at its end. It goes on when its
//! message is closed, so its state belongs to the page.

use leptos::{
    prelude::*,
    reactive::owner::LocalStorage,
    task::spawn_local,
    web_sys::{EventSource, HtmlElement, MessageEvent, Storage},
};
use shared::{
    paths,
    report::{JobState, ReportJob},
};
use wasm_bindgen::{JsCast, prelude::Closure};

use crate::{
    api::{self, Answer, ReportFile},
    figures::grouped,
    json,
    session::Session,
    ui::{
        download,
        element::{button, el},
        progress::progress,
        view::{View, some, when},
    },
};

/// The button that a report is asked for with.
pub const PRINT: &str = "print-report";

/// Where the job is remembered, for as long as this tab is open.
const REMEMBERED: &str = "job";

/// The long report that is being made, if any; one at a time.
#[derive(Clone, Copy)]
pub struct Printing {
    /// How far it is.
    pub job: RwSignal<Option<ReportJob>>,
    /// Why the last one did not come.
    pub problem: RwSignal<Option<String>>,
    /// Counts the reports that came.
    pub printed: RwSignal<u32>,
    session: Session,
    watched: StoredValue<Option<Watched>, LocalStorage>,
}

/// The stream of events and who hears them; kept until the next, for it ends from within.
struct Watched {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _lost: Closure<dyn FnMut()>,
}

impl Printing {
    /// The one that this tab waited for before it was loaded anew, or none yet; where one is refused for it, the
    /// session has ended.
    pub fn new(session: Session) -> Self {
        let printing = Printing {
            job: RwSignal::new(None),
            problem: RwSignal::new(None),
            printed: RwSignal::new(0),
            session,
            watched: StoredValue::new_local(None),
        };
        // How far it is, and whether it is there at all, its first event says.
        if let Some(id) = storage().and_then(|storage| storage.get_item(REMEMBERED).ok()?) {
            printing.follow(&id);
        }
        on_cleanup(move || printing.close());
        printing
    }

    /// Watches a job, and downloads its file when it is done.
    pub fn watch(self, job: ReportJob) {
        if let Some(storage) = storage() {
            // Where nothing can be kept, the job is forgotten with the page.
            drop(storage.set_item(REMEMBERED, &job.id));
        }
        self.close();
        self.follow(&job.id);
        self.job.set(Some(job));
    }

    fn follow(self, id: &str) {
        let Ok(source) = EventSource::new(&paths::job_events(id)) else {
            return;
        };
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
                // A stream does not say why it was refused; the file does.
                self.fetch();
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
            JobState::Failed => {
                self.end();
                self.problem
                    .set(Some("The report could not be made. Print it again.".into()));
            }
            JobState::Done => {
                self.job.set(Some(job));
                self.fetch();
            }
            JobState::Waiting | JobState::Reading | JobState::Drawing | JobState::Finishing => {
                self.job.set(Some(job))
            }
        }
    }

    /// Downloads the file of the job, or says why it does not come. Of one that has never been heard of there is
    /// nothing to say.
    fn fetch(self) {
        self.close();
        let Some(job) = self.job.get_untracked() else {
            return forget();
        };
        spawn_local(async move {
            let answer = api::finished_report(&job.id).await;
            // It may have been abandoned on the way, or the page left.
            let wanted = self.job.try_with_untracked(|now| {
                let now = now.as_ref().map(|now| &now.id);
                now == Some(&job.id)
            });
            if wanted == Some(true) {
                self.end();
                self.came(answer);
            }
        });
    }

    /// Saves a report, or says why there is none.
    pub fn came(self, answer: Answer<ReportFile>) {
        match answer {
            Ok(file) => {
                if download::save_blob(&file.name, &file.content).is_none() {
                    self.problem.try_set(Some(
                        "The browser did not take the report. Try again.".into(),
                    ));
                }
                self.printed.try_update(|count| *count += 1);
            }
            Err(failure) => {
                if !self.session.ended_by(&failure) {
                    self.problem.try_set(Some(failure.sentence()));
                }
            }
        }
    }

    /// Watches no longer.
    fn close(self) {
        self.watched.with_value(|watched| {
            if let Some(watched) = watched {
                watched.source.close();
            }
        });
    }

    fn end(self) {
        self.close();
        forget();
        self.job.set(None);
        self.problem.set(None);
    }

    fn abandon(self) {
        let Some(job) = self.job.get_untracked() else {
            return;
        };
        self.end();
        spawn_local(async move {
            // Where this fails the job ends by itself: nobody fetches it.
            drop(api::abandon(&job.id).await);
        });
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

fn forget() {
    if let Some(storage) = storage() {
        drop(storage.remove_item(REMEMBERED));
    }
}

/// The progress, while there is one.
pub fn job_progress() -> View {
    let printing = expect_context::<Printing>();
    let bar = move |job: ReportJob| progress("Report".into(), figures(&job), job.percent());
    when(
        move || printing.job.with(Option::is_some),
        move || {
            let abandon = move || {
                printing.abandon();
                to_print();
            };
            el("div", &[("class", "job")])
                .child(some(move || printing.job.get(), bar))
                .child(button("button small", "Abandon").on_click(abandon))
        },
    )
}

/// Puts whoever has abandoned a report at the button that asks for one: theirs is gone.
pub fn to_print() {
    let print = document().get_element_by_id(PRINT);
    if let Some(print) = print.and_then(|print| print.dyn_into::<HtmlElement>().ok()) {
        drop(print.focus());
    }
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
        JobState::Done => "made; the file is on its way".into(),
        JobState::Drawing | JobState::Failed => of("pages"),
    }
}
