//! What has been loaded of a message's recipients, a page at a time.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    datetime,
    delivery::{Recipient, RecipientPage, RecipientQuery},
    message::MessageId,
};

use crate::{
    api::{self, Failure},
    log::state::Log,
    session::Session,
};

/// What has been loaded of the recipients.
#[derive(Clone, Copy)]
pub struct Lines {
    id: MessageId,
    log: Log,
    session: Session,
    /// The pages, each with the number of the search that brought it.
    pub pages: RwSignal<Vec<(u32, Vec<Recipient>)>>,
    /// How many lines there are in all.
    pub total: RwSignal<Option<u32>>,
    /// As of when.
    pub as_of: RwSignal<Option<String>>,
    /// The line that the next page comes after; `None` where nothing follows.
    pub next: RwSignal<Option<u32>>,
    /// Whether an answer is awaited.
    pub loading: RwSignal<bool>,
    /// Why the last one did not come.
    pub failure: RwSignal<Option<Failure>>,
    search: StoredValue<u32>,
}

impl Lines {
    /// Nothing yet.
    pub fn new(id: MessageId) -> Self {
        Lines {
            id,
            log: expect_context::<Log>(),
            session: expect_context::<Session>(),
            pages: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            as_of: RwSignal::new(None),
            next: RwSignal::new(None),
            loading: RwSignal::new(false),
            failure: RwSignal::new(None),
            search: StoredValue::new(0),
        }
    }

    /// Loads the page after line `after`; the first one replaces what is there.
    pub fn load(self, after: Option<u32>) {
        self.loading.set(true);
        self.failure.set(None);
        self.ask(after, None);
    }

    fn ask(self, after: Option<u32>, limit: Option<u32>) {
        let search = self.search.get_value() + 1;
        self.search.set_value(search);
        let filter = self.log.recipients.get_untracked();
        let query = RecipientQuery {
            search: filter.search.trim().to_owned(),
            device: filter.device,
            status: filter.status,
            failure: filter.failure,
            after,
            limit,
        };
        spawn_local(async move {
            let answer = api::recipients(self.id, &query).await;
            if self.search.try_get_value() != Some(search) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(page) => self.take(search, after.is_none(), page),
                Err(failure) => {
                    if !self.session.ended_by(&failure) {
                        self.failure.set(Some(failure));
                    }
                }
            }
        });
    }

    /// Loads what is there anew, quietly. More than a request brings stays as it was.
    pub fn renew(self) {
        let shown = self.shown() as u32;
        if !self.loading.get_untracked() && shown <= RecipientQuery::MAX_LIMIT {
            self.ask(None, Some(shown.max(RecipientQuery::LIMIT)));
        }
    }

    /// How many lines are there.
    pub fn shown(self) -> usize {
        self.pages
            .with(|pages| pages.iter().map(|(_, page)| page.len()).sum::<usize>())
    }

    fn take(self, search: u32, first: bool, page: RecipientPage) {
        // What says the same stays as it is, with the focus in it.
        let is = |(_, known): &(u32, Vec<Recipient>)| *known == page.recipients;
        let same = first
            && self
                .pages
                .with_untracked(|pages| pages.len() == 1 && is(&pages[0]));
        if !same {
            self.pages.update(|pages| {
                if first {
                    pages.clear();
                }
                if !page.recipients.is_empty() {
                    pages.push((search, page.recipients));
                }
            });
        }
        self.total.set(Some(page.total));
        self.next.set(page.next_after);
        self.as_of
            .set(Some(datetime::display_with_seconds(&page.as_of)));
    }
}
