//! How many messages are shown, of how many, by which filters, and as of when. One line, whatever is
//! filtered: the table below does not move while one types into its head.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use shared::{datetime, find::FIND_LIMIT};

use super::{
    chips::chips,
    export::export_button,
    live::{Link, Live},
    state::Log,
};
use crate::{
    figures::{counted, grouped},
    ui::{
        element::{El, button, effect, el, memo},
        view::{markup, some, when, words},
    },
};

/// Screen readers are told once typing has paused.
const PAUSE: Duration = Duration::from_millis(600);

/// The line above the table.
pub fn status_line() -> El {
    let log = expect_context::<Log>();
    let counts = memo(move || {
        log.found.with(|found| {
            let found = found.as_ref()?;
            let shown = log
                .shown
                .with(|shown| shown.as_ref().map_or(0, |shown| shown.list.len()));
            Some((shown, found.rows.list.len(), found.answer.total))
        })
    });
    let said = move || match counts.get() {
        Some((shown, loaded, total)) => sentence(shown, loaded, total),
        None => String::new(),
    };
    let spoken = RwSignal::new(String::new());
    let mut speak = debounce(PAUSE, move |sentence| spoken.set(sentence));
    effect(move || {
        let words = said();
        if !words.is_empty() {
            speak(words);
        }
    });
    let truncated = move || {
        log.found
            .with(|found| found.as_ref().is_some_and(|found| found.answer.truncated))
    };
    let as_of = move || {
        log.found.with(|found| {
            let answer = &found.as_ref()?.answer;
            Some((datetime::display(&answer.as_of), answer.time_zone.clone()))
        })
    };
    let load_more = move || {
        let words = ["Load the next ", &grouped(FIND_LIMIT as u64)].concat();
        el("button", &[("class", "button small"), ("type", "button")])
            .attr_when("disabled", move || log.finding.get())
            .on_click(move || log.load_more())
            .child(words)
    };
    let reload = [
        ("class", "button icon small"),
        ("type", "button"),
        ("aria-label", "Reload"),
        ("title", "Reload"),
    ];
    let reload = el("button", &reload)
        .attr_when("disabled", move || log.finding.get())
        .on_click(move || log.reload())
        .child(markup(
            r#"<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 1.5v3h-3" fill="none" stroke="currentColor"
                    stroke-width="1.5"/>
            </svg>"#,
        ));
    let fresh = move || log.fresh.with(Vec::len);
    let show_fresh = move || {
        button("button small primary fresh", "")
            .on_click(move || log.show_fresh())
            .child(words(move || {
                counted(fresh() as u64, "new message", "new messages")
            }))
    };
    let link = expect_context::<Live>().link;
    let sign = el("span", &[("class", "link-sign"), ("role", "status")])
        .class_when("lost", move || link.get() == Link::Lost)
        .child(words(move || {
            match link.get() {
                Link::None => "",
                Link::Live => "Live",
                Link::Lost => "Reconnecting…",
            }
            .into()
        }));
    let as_of = some(as_of, |(at, zone)| {
        el("span", &[])
            .child(["As of ", &at, " "].concat())
            .child(el("span", &[("class", "zone")]).child([" · ", &zone].concat()))
    });
    el("div", &[("class", "status-line")])
        .child(el("p", &[("class", "counts figures")]).child(words(said)))
        .child(chips())
        .child(when(move || fresh() > 0, show_fresh))
        .child(when(truncated, load_more))
        .child(export_button())
        .child(
            el("p", &[("class", "as-of quiet figures")])
                .child(sign)
                .child(as_of)
                .child(reload),
        )
        .child(
            el("p", &[("class", "unseen"), ("role", "status")]).child(words(move || spoken.get())),
        )
}

/// Such as *Showing 128 of 4,000 (18,231 in range)*.
fn sentence(shown: usize, loaded: usize, total: u64) -> String {
    let (shown, loaded) = (shown as u64, loaded as u64);
    let in_range = match loaded < total {
        true => format!(" ({} in range)", grouped(total)),
        false => String::new(),
    };
    match (shown == loaded, loaded < total) {
        (true, true) => format!(
            "Showing the newest {} of {}",
            grouped(loaded),
            grouped(total)
        ),
        (true, false) => format!("Showing {}", counted(loaded, "message", "messages")),
        (false, _) => format!(
            "Showing {} of {}{in_range}",
            grouped(shown),
            grouped(loaded)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_many_of_how_many() {
        assert_eq!(
            sentence(128, 4000, 18_231),
            "Showing 128 of 4,000 (18,231 in range)"
        );
        assert_eq!(
            sentence(4000, 4000, 18_231),
            "Showing the newest 4,000 of 18,231"
        );
        assert_eq!(sentence(12, 340, 340), "Showing 12 of 340");
        assert_eq!(sentence(340, 340, 340), "Showing 340 messages");
        assert_eq!(sentence(1, 1, 1), "Showing 1 message");
    }
}
