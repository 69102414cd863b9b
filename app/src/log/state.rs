//! The state of the log, in one place: what was found, how it is filtered and sorted, what is open. It follows
//! the address bar and the address bar follows it.

use std::{sync::Arc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, web_sys::Event};
use shared::{
    find::{CreatedRange, FindResult},
    message::{MessageId, MessageSummary},
};

use super::{
    address::{Address, RecipientFilter},
    days::{Day, Days, range},
    filter::ColumnFilters,
    fresh,
    rows::Rows,
    shown::{Shown, Sorted},
    sort::Sort,
};
use crate::{
    api::{self, Failure},
    location,
    session::Session,
    ui::element::{effect, on_window},
};

/// Browsers slow a page down that changes its address at every keystroke.
const ADDRESS_FOLLOWS: Duration = Duration::from_millis(300);

/// What a search found.
pub struct Found {
    /// The rows, ready to show.
    pub rows: Arc<Rows>,
    /// Everything else of the answer, and what the rows were made of.
    pub answer: FindResult,
    /// Which search it was; news do not change that.
    pub search: u32,
}

/// The state of the log.
#[derive(Clone, Copy)]
pub struct Log {
    /// The first day, as typed.
    pub from: RwSignal<String>,
    /// The last day, as typed.
    pub to: RwSignal<String>,
    /// What is wrong with the days, and with which.
    pub range_problem: RwSignal<Option<(Day, String)>>,
    /// What the last search found.
    pub found: RwSignal<Option<Arc<Found>>>,
    /// Whether a search is under way.
    pub finding: RwSignal<bool>,
    /// Why the last search failed.
    pub failure: RwSignal<Option<Failure>>,
    /// The column filters.
    pub filters: RwSignal<ColumnFilters>,
    /// The sort.
    pub sort: RwSignal<Option<Sort>>,
    /// What is shown, in its order; `None` before anything was found.
    pub shown: Memo<Option<Shown>>,
    /// The open message.
    pub selected: RwSignal<Option<MessageId>>,
    /// Which of its recipients are shown.
    pub recipients: RwSignal<RecipientFilter>,
    /// The message that there is news of.
    pub news: RwSignal<Option<MessageId>>,
    /// Messages of the searched days that have come in, and are not among the rows yet.
    pub fresh: RwSignal<Vec<MessageSummary>>,
    search: StoredValue<u32>,
    last: StoredValue<Search>,
    session: Session,
}

/// What a search is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// The page opens, goes back, or reloads its rows.
    Show,
    /// The person asked for other days.
    Ask,
}

/// A search, kept so that it can be repeated as it was.
#[derive(Clone)]
enum Search {
    /// Of two days, as they were typed.
    Days(Purpose, Days),
    /// Of the rows that follow the oldest one loaded.
    More,
}

impl Log {
    /// The state that the address bar names, and its first search.
    pub fn open(session: Session) -> Self {
        let address = Address::parse(&location::query());
        let found = RwSignal::new(None::<Arc<Found>>);
        let filters = RwSignal::new(address.filters);
        let sort = RwSignal::new(address.sort);
        let order = Memo::new(move |_| {
            let found = found.get()?;
            Some(Sorted::new(found.rows.clone(), sort.get(), found.search))
        });
        let shown = Memo::new(move |before: Option<&Option<Shown>>| {
            order.with(|order| {
                let before = before.and_then(Option::as_ref);
                let order = order.as_ref()?;
                Some(filters.with(|filters| Shown::new(order, filters, before)))
            })
        });
        let log = Log {
            from: RwSignal::new(address.from),
            to: RwSignal::new(address.to),
            range_problem: RwSignal::new(None),
            found,
            finding: RwSignal::new(false),
            failure: RwSignal::new(None),
            filters,
            sort,
            shown,
            selected: RwSignal::new(address.message),
            recipients: RwSignal::new(address.recipients),
            news: RwSignal::new(None),
            fresh: RwSignal::new(Vec::new()),
            search: StoredValue::new(0),
            last: StoredValue::new(Search::More),
            session,
        };
        log.follow();
        log.find(Purpose::Show, log.typed_days());
        log
    }

    /// Ties the state and the address bar together.
    fn follow(self) {
        let timer = StoredValue::new(None::<TimeoutHandle>);
        let stop = move || {
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
        };
        let mut first = true;
        effect(move || {
            self.filters.track();
            self.sort.track();
            self.recipients.track();
            if std::mem::take(&mut first) || timer.with_value(Option::is_some) {
                return;
            }
            let write = move || {
                timer.set_value(None);
                location::replace(&self.address());
            };
            timer.set_value(set_timeout_with_handle(write, ADDRESS_FOLLOWS).ok());
        });
        on_window("popstate", move |_: Event| {
            stop();
            if location::path() == "/" {
                self.go_to(Address::parse(&location::query()));
            }
        });
        on_cleanup(stop);
    }

    fn go_to(self, address: Address) {
        let other_days = self.searched_days() != (address.from.clone(), address.to.clone());
        self.from.set(address.from);
        self.to.set(address.to);
        self.filters.set(address.filters);
        self.sort.set(address.sort);
        if self.selected.get_untracked() != address.message {
            self.selected.set(address.message);
        }
        self.recipients.set(address.recipients);
        if other_days {
            self.find(Purpose::Show, self.typed_days());
        }
    }

    /// The days that were searched, as in the address bar.
    fn searched_days(self) -> Days {
        self.found.with_untracked(|found| match found {
            Some(found) => (
                found.answer.created_from.to_string(),
                found.answer.created_to.to_string(),
            ),
            None => self.typed_days(),
        })
    }

    fn typed_days(self) -> Days {
        (self.from.get_untracked(), self.to.get_untracked())
    }

    fn address(self) -> String {
        let (from, to) = self.searched_days();
        let query = Address {
            from,
            to,
            filters: self.filters.get_untracked(),
            sort: self.sort.get_untracked(),
            message: self.selected.get_untracked(),
            recipients: self.recipients.get_untracked(),
        }
        .query();
        if query.is_empty() {
            "/".into()
        } else {
            format!("/?{query}")
        }
    }

    /// Searches the days in the form, because the person asked.
    pub fn ask(self) {
        self.find(Purpose::Ask, self.typed_days());
    }

    /// Searches the same days again.
    pub fn reload(self) {
        let (from, to) = self.searched_days();
        self.from.set(from.clone());
        self.to.set(to.clone());
        self.find(Purpose::Show, (from, to));
    }

    /// Repeats the search that failed, of the days that it was of.
    pub fn try_again(self) {
        match self.last.get_value() {
            Search::Days(purpose, days) => self.find(purpose, days),
            Search::More => self.load_more(),
        }
    }

    fn find(self, purpose: Purpose, asked: Days) {
        self.range_problem.set(None);
        let range = match range(&asked) {
            Ok(range) => range,
            Err(problem) => return self.range_problem.set(Some(problem)),
        };
        let search = self.begin(Search::Days(purpose, asked.clone()));
        spawn_local(async move {
            let answer = api::find(range, None).await;
            if !self.is_current(search) {
                return;
            }
            self.finding.set(false);
            match answer {
                Ok(answer) => {
                    // Whoever has typed other days since goes on typing them.
                    if self.typed_days() == asked {
                        self.from.set(answer.created_from.to_string());
                        self.to.set(answer.created_to.to_string());
                    }
                    self.fresh.set(Vec::new());
                    self.show(answer, search);
                    match purpose {
                        Purpose::Show => location::replace(&self.address()),
                        Purpose::Ask => location::push(&self.address()),
                    }
                }
                Err(failure) => self.fail(failure),
            }
        });
    }

    /// Loads the rows that follow the oldest one loaded. They join what the same search has found.
    pub fn load_more(self) {
        let Some(found) = self.found.get_untracked() else {
            return;
        };
        let Some(last) = found.answer.messages.last().map(|message| message.id) else {
            return;
        };
        let range = CreatedRange::new(found.answer.created_from, found.answer.created_to).ok();
        let search = self.begin(Search::More);
        spawn_local(async move {
            let answer = api::find(range, Some(last)).await;
            if !self.is_current(search) {
                return;
            }
            self.finding.set(false);
            match answer {
                Ok(mut answer) => {
                    // With the news that have come in meanwhile.
                    let found = self.found.get_untracked().unwrap_or(found);
                    let mut messages = found.answer.messages.clone();
                    messages.append(&mut answer.messages);
                    answer.messages = messages;
                    self.show(answer, found.search);
                }
                Err(failure) => self.fail(failure),
            }
        });
    }

    fn begin(self, what: Search) -> u32 {
        let search = self.search.get_value() + 1;
        self.search.set_value(search);
        self.last.set_value(what);
        self.finding.set(true);
        self.failure.set(None);
        search
    }

    fn is_current(self, search: u32) -> bool {
        self.search.try_get_value() == Some(search)
    }

    fn show(self, answer: FindResult, search: u32) {
        let rows = Arc::new(Rows::new(&answer.messages));
        self.found.set(Some(Arc::new(Found {
            rows,
            answer,
            search,
        })));
    }

    fn fail(self, failure: Failure) {
        if self.session.ended_by(&failure) {
            return;
        }
        let day = match failure.field() {
            Some("created_from") => Some(Day::From),
            Some("created_to") => Some(Day::To),
            _ => None,
        };
        match day {
            Some(day) => self.range_problem.set(Some((day, failure.sentence()))),
            None => self.failure.set(Some(failure)),
        }
    }

    /// Shows what has come in among the rows.
    pub fn show_fresh(self) {
        self.learn(Vec::new(), true);
    }

    /// Opens a message beside the list.
    pub fn select(self, id: MessageId) {
        if self.selected.get_untracked() != Some(id) {
            self.recipients.set(RecipientFilter::default());
            self.selected.set(Some(id));
            location::push(&self.address());
        }
    }

    /// Closes the open message.
    pub fn close(self) {
        if self.selected.get_untracked().is_some() {
            self.selected.set(None);
            self.recipients.set(RecipientFilter::default());
            location::push(&self.address());
        }
    }

    /// Takes what is newly known of one message into its row.
    pub fn update_row(self, known: &MessageSummary) {
        self.learn(vec![known.clone()], false);
    }

    /// Takes news into the rows. What has come in stands among them at once where they may move; else it waits
    /// until it is asked for.
    pub fn learn(self, news: Vec<MessageSummary>, may_move: bool) {
        let Some(found) = self.found.get_untracked() else {
            return;
        };
        let known = &found.answer;
        let mut answer = None::<FindResult>;
        let mut came_in = self.fresh.get_untracked();
        for message in news {
            let is = |known: &MessageSummary| known.id == message.id;
            match known.messages.iter().position(is) {
                Some(place) if known.messages[place] == message => {}
                Some(place) => {
                    answer.get_or_insert_with(|| known.clone()).messages[place] = message;
                }
                None if fresh::belongs(known, &message) => {
                    came_in.retain(|known| !is(known));
                    came_in.push(message);
                }
                None => {}
            }
        }
        if may_move && !came_in.is_empty() {
            let answer = answer.get_or_insert_with(|| known.clone());
            fresh::insert(answer, std::mem::take(&mut came_in));
        }
        if let Some(answer) = answer {
            self.show(answer, found.search);
        }
        if self.fresh.with_untracked(|before| *before != came_in) {
            self.fresh.set(came_in);
        }
    }
}
