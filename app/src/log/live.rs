//! Live: one stream of news for the whole page, while somebody looks at it. A hidden page is told nothing, and
//! hears what it has missed when it is shown again.

use std::time::Duration;

use leptos::{
    prelude::*,
    reactive::owner::LocalStorage,
    task::spawn_local,
    web_sys::{Event, EventSource, MessageEvent},
};
use serde::Deserialize;
use shared::{live, message::MessageSummary, paths, problem::ProblemType};
use wasm_bindgen::{JsCast, prelude::Closure};

use super::state::Log;
use crate::{
    api::{self, Failure},
    json,
    session::Session,
    ui::element::{effect, on_window},
};

/// News of so long are taken in at once: the rows are made anew for each.
const TOGETHER: Duration = Duration::from_millis(100);

/// Before a stream is begun anew that the browser has given up.
const AGAIN: Duration = Duration::from_secs(3);

/// Whether news come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing is known yet.
    None,
    /// They do.
    Live,
    /// The connection is lost, and sought.
    Lost,
}

/// The stream of news.
#[derive(Clone, Copy)]
pub struct Live {
    /// Whether news come.
    pub link: RwSignal<Link>,
    log: Log,
    session: Session,
    stream: StoredValue<Option<Stream>, LocalStorage>,
    /// When the last news were from, in milliseconds since 1970.
    last: StoredValue<i64>,
    waiting: StoredValue<Vec<MessageSummary>>,
}

struct Stream {
    source: EventSource,
    _heard: Closure<dyn FnMut(Event)>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// What the page takes in of a change; the open message it asks for anew.
#[derive(Deserialize)]
struct News {
    message: MessageSummary,
}

impl Live {
    /// Follows the news of what `log` has found, from its first answer on.
    pub fn follow(log: Log, session: Session) -> Self {
        let live = Live {
            link: RwSignal::new(Link::None),
            log,
            session,
            stream: StoredValue::new_local(None),
            last: StoredValue::new(0),
            waiting: StoredValue::new(Vec::new()),
        };
        effect(move || {
            if log.found.with(Option::is_some) {
                live.begin();
            }
        });
        on_window("visibilitychange", move |_: Event| {
            match document().hidden() {
                true => live.stream.set_value(None),
                false => live.begin(),
            };
        });
        on_window("pagehide", move |_: Event| live.stream.set_value(None));
        on_window("pageshow", move |_: Event| live.begin());
        live
    }

    /// Begins to hear, unless it does already or nobody looks.
    fn begin(self) {
        let heard = self.stream.try_with_value(Option::is_some) != Some(false);
        let found = self.log.found.with_untracked(|found| {
            let answer = &found.as_ref()?.answer;
            Some(answer.as_of.timestamp_millis())
        });
        let Some(found) = found.filter(|_| !heard && !document().hidden()) else {
            return;
        };
        let since = self.last.get_value().max(found);
        let address = [paths::EVENTS, "?since=", &since.to_string()].concat();
        let Ok(source) = EventSource::new(&address) else {
            return;
        };
        let heard = Closure::<dyn FnMut(Event)>::new(move |event| self.hear(&event));
        for event in ["open", "error", live::CHANGE, live::RELOAD] {
            let heard = heard.as_ref().unchecked_ref();
            // The stream is this page's own.
            drop(source.add_event_listener_with_callback(event, heard));
        }
        self.stream.set_value(Some(Stream {
            source,
            _heard: heard,
        }));
    }

    fn hear(self, event: &Event) {
        match event.type_().as_str() {
            "open" => {
                self.link.set(Link::Live);
                // Nothing may have changed but the time.
                self.log.news.set(self.log.selected.get_untracked());
            }
            "error" => self.lose(),
            live::CHANGE => {
                let event: &MessageEvent = event.unchecked_ref();
                if let Ok(at) = event.last_event_id().parse() {
                    self.last.set_value(at);
                }
                let data = event.data().as_string();
                let news = data.and_then(|data| json::read::<News>(&data).ok());
                if let Some(News { message }) = news {
                    self.take(message);
                }
            }
            _ => {
                self.log.reload();
                self.log.news.set(self.log.selected.get_untracked());
            }
        }
    }

    fn take(self, message: MessageSummary) {
        self.log.news.set(Some(message.id));
        let first = self.waiting.with_value(Vec::is_empty);
        self.waiting.update_value(|waiting| waiting.push(message));
        if first {
            set_timeout(
                move || {
                    let waiting = self.waiting.try_update_value(std::mem::take);
                    if let Some(waiting) = waiting {
                        self.log.learn(waiting, is_at_rest());
                    }
                },
                TOGETHER,
            );
        }
    }

    /// The browser tries again by itself, but for an answer that is no stream: then the session may have ended.
    fn lose(self) {
        let closed = self.stream.try_with_value(|stream| {
            let state = stream.as_ref().map(|stream| stream.source.ready_state());
            state == Some(EventSource::CLOSED)
        });
        let Some(closed) = closed else { return };
        self.link.set(Link::Lost);
        if !closed {
            return;
        }
        set_timeout(
            move || {
                if self.stream.try_set_value(None).is_none() {
                    self.begin();
                }
            },
            AGAIN,
        );
        spawn_local(async move {
            if let Ok(info) = api::session().await
                && info.user.is_none()
            {
                let ended = Failure::Problem(ProblemType::NotSignedIn.because(""));
                self.session.ended_by(&ended);
            }
        });
    }
}

/// Whether nobody is at the rows, so that they may move: the list is at its top, without pointer and focus.
fn is_at_rest() -> bool {
    let rows = document().query_selector(".scroller").ok().flatten();
    rows.is_some_and(|rows| {
        let busy = rows.matches(":is(:hover, :focus-within)");
        rows.scroll_top() == 0 && !busy.unwrap_or_default()
    })
}
