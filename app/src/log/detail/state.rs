//! The open message as last heard from the server.

use leptos::{prelude::*, task::spawn_local};
use shared::message::{MessageDetail, MessageId};

use crate::{
    api::{self, Answer, Failure},
    log::state::Log,
    session::Session,
    ui::element::{effect, memo},
};

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
            log,
            session: expect_context::<Session>(),
        };
        effect(move || {
            if let Some(id) = log.selected.get() {
                opened.detail.set(None);
                opened.load(id);
            }
        });
        opened
    }

    /// Asks the server again.
    pub fn refresh(self) {
        if let Some(id) = self.log.selected.get_untracked() {
            self.load(id);
            self.refreshed.update(|count| *count += 1);
        }
    }

    fn load(self, id: MessageId) {
        self.loading.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = api::detail(id).await;
            self.take(id, answer);
        });
    }

    /// Takes an answer about message `id`, unless another has been opened since; says whether it was good.
    pub fn take(self, id: MessageId, answer: Answer<MessageDetail>) -> bool {
        if self.log.selected.try_get_untracked().flatten() != Some(id) {
            return false;
        }
        self.loading.set(false);
        match answer {
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

    /// One part of what is known.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&MessageDetail) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        memo(move || self.detail.with(|detail| detail.as_ref().map(&part)))
    }
}
