//! *History*: who did what with the message, asked for once it is unfolded.

use leptos::{prelude::*, task::spawn_local, web_sys::Event};
use shared::{audit::HistoryLine, datetime, message::MessageId};

use super::{part, state::Opened};
use crate::{
    api,
    ui::{
        element::{El, effect, el},
        view::{many, some},
    },
};

/// The section, folded.
pub fn history(id: MessageId) -> El {
    let opened = expect_context::<Opened>();
    let unfolded = RwSignal::new(false);
    let history = RwSignal::new(None);
    effect(move || {
        opened.refreshed.track();
        if unfolded.get() {
            spawn_local(async move {
                // What cannot be had now is not shown; the next refresh asks again.
                if let Ok(lines) = api::history(id).await {
                    history.try_set(Some(lines));
                }
            });
        }
    });
    part("history", "History").child(
        el("details", &[("class", "prints quiet")])
            .on("toggle", move |_: Event| unfolded.set(true))
            .child(el("summary", &[]).child("Who did what with this message"))
            .child(some(
                move || history.get(),
                |history: Vec<HistoryLine>| el("ul", &[]).child(many(history.iter().map(line))),
            )),
    )
}

fn line(line: &HistoryLine) -> El {
    let at = datetime::display(&line.at);
    let words = [&at, " · ", &line.who, " · ", &line.what].concat();
    el("li", &[("dir", "auto")]).child(words)
}
