//! The open message as last heard from the server.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    datetime,
    message::{MessageDetail, MessageId},
};

use crate::{
    api::{self, Answer, Failure},
    log::state::Log,
    session::Session,
    ui::element::{effect, memo},
};

/// Whether what is new is being asked for, and whether there was more news since.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewing {
    No,
    Yes,
    Again,
}

/// The open message.
#[derive(Clone, Copy)]
pub struct Opened {
    /// What is known of it; stays while it is refreshed.
    pub detail: RwSignal<Option<MessageDetail>>,
    /// Whether an answer is awaited.
    pub loading: RwSignal<bool>,
    /// Why the last request failed.
    pub failure: RwSignal<Option<Failure>>,
    /// Counts refreshes, which the recipients follow.
    pub refreshed: RwSignal<u32>,
    /// Counts the news of it that were taken in.
    pub renewed: RwSignal<u32>,
    /// When its providers were last asked, once that is known.
    pub asked_at: RwSignal<Option<String>>,
    renewing: StoredValue<Renewing>,
    log: Log,
    session: Session,
}

impl Opened {
    /// Loads whichever message is selected.
    pub fn follow(log: Log) -> Self {
        let opened = Opened {
            detail: RwSignal::new(None),
            loading: RwSignal::new(false),
            failure: RwSignal::new(None),
            refreshed: RwSignal::new(0),
            renewed: RwSignal::new(0),
            asked_at: RwSignal::new(None),
            renewing: StoredValue::new(Renewing::No),
            log,
            session: expect_context::<Session>(),
        };
        effect(move || {
            if let Some(id) = log.selected.get() {
                opened.detail.set(None);
                opened.asked_at.set(None);
                opened.load(id);
            }
        });
        effect(move || {
            let news = log.news.get();
            if news.is_some() && news == log.selected.get_untracked() {
                opened.renew();
            }
        });
        opened
    }

    /// Asks the providers, by way of the server.
    pub fn refresh(self) {
        let Some(id) = self.log.selected.get_untracked() else {
            return;
        };
        self.loading.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = api::refresh(id).await.map(|(detail, asked_at)| {
                let asked_at = datetime::display_with_seconds(&asked_at);
                self.asked_at.try_set(Some(asked_at));
                detail
            });
            if self.take(id, answer) {
                self.refreshed.update(|count| *count += 1);
            }
        });
    }

    fn load(self, id: MessageId) {
        self.loading.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = api::detail(id).await;
            self.take(id, answer);
        });
    }

    /// Asks quietly for what is new; once more where there was news meanwhile.
    fn renew(self) {
        if self.renewing.get_value() != Renewing::No {
            return self.renewing.set_value(Renewing::Again);
        }
        spawn_local(async move {
            loop {
                self.renewing.try_set_value(Renewing::Yes);
                let Some(id) = self.log.selected.try_get_untracked().flatten() else {
                    break;
                };
                // Where there is no answer, the next news bring it.
                if let Ok(detail) = api::detail(id).await
                    && self.take(id, Ok(detail))
                {
                    self.renewed.update(|count| *count += 1);
                }
                if self.renewing.try_get_value() != Some(Renewing::Again) {
                    break;
                }
            }
            self.renewing.try_set_value(Renewing::No);
        });
    }

    /// Takes an answer about message `id`, unless another has been opened since; says whether it was good.
    pub fn take(self, id: MessageId, answer: Answer<MessageDetail>) -> bool {
        if self.log.selected.try_get_untracked().flatten() != Some(id) {
            return false;
        }
        self.loading.set(false);
        match answer {
            // An answer that was overtaken tells nothing new.
            Ok(detail) if self.knows_later(&detail) => true,
            Ok(detail) => {
                self.log.update_row(&detail.message.row);
                self.detail.set(Some(detail));
                true
            }
            Err(failure) => {
                if !self.session.ended_by(&failure) {
                    self.failure.set(Some(failure));
                }
                false
            }
        }
    }

    fn knows_later(self, detail: &MessageDetail) -> bool {
        self.detail.with_untracked(|known| {
            let id = |of: &MessageDetail| of.message.row.id;
            let known = known.as_ref().filter(|known| id(known) == id(detail));
            known.is_some_and(|known| known.as_of > detail.as_of)
        })
    }

    /// One part of what is known.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&MessageDetail) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        memo(move || self.detail.with(|detail| detail.as_ref().map(&part)))
    }
}
