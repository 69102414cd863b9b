//! *History*: who did what with the message, asked for once it is unfolded, and older lines when they are wanted.

use leptos::{prelude::*, task::spawn_local, web_sys::Event};
use shared::{audit::HistoryLine, datetime, message::MessageId};

use super::{part, state::Opened};
use crate::{
    api,
    ui::{
        element::{El, button, effect, el},
        view::{live, many, some},
    },
};

/// The section, folded.
pub fn history(id: MessageId) -> El {
    let opened = expect_context::<Opened>();
    let unfolded = RwSignal::new(false);
    let lines = RwSignal::new(Vec::new());
    let older = RwSignal::new(None);
    let ask = move |before: Option<i64>| {
        spawn_local(async move {
            // What cannot be had now is not shown; the next refresh asks again.
            if let Ok(page) = api::history(id, before).await {
                lines.try_update(|lines| {
                    lines.truncate(before.map_or(0, |_| lines.len()));
                    lines.extend(page.lines);
                });
                older.try_set(page.next_before);
            }
        });
    };
    effect(move || {
        opened.refreshed.track();
        if unfolded.get() {
            ask(None);
        }
    });
    let more =
        move |before| button("button", "Show older lines").on_click(move || ask(Some(before)));
    part("history", "History").child(
        el("details", &[("class", "prints quiet")])
            .on("toggle", move |_: Event| unfolded.set(true))
            .child(el("summary", &[]).child("Who did what with this message"))
            .child(el("ul", &[]).child(live(
                move || lines.get(),
                |lines: Vec<HistoryLine>| many(lines.iter().map(line)),
            )))
            .child(some(move || older.get(), more)),
    )
}

fn line(line: &HistoryLine) -> El {
    let at = datetime::display(&line.at);
    let words = [&at, " · ", &line.who, " · ", &line.what].concat();
    el("li", &[("dir", "auto")]).child(words)
}
