//! Instants in a table's cell.

use app::ui::{
    element::{El, el},
    view::View,
};
use chrono::{DateTime, FixedOffset};
use shared::datetime;

/// An instant, in figures that stand under one another.
pub fn instant(at: &DateTime<FixedOffset>) -> El {
    el("span", &[("class", "figures instant")]).child(datetime::display(at))
}

/// An instant, or what to say where there is none.
pub fn instant_or(at: Option<&DateTime<FixedOffset>>, none: &'static str) -> View {
    match at {
        Some(at) => instant(at).into(),
        None => el("span", &[("class", "quiet")]).child(none).into(),
    }
}

/// A state: a word, a shape and a colour.
pub fn state(mark: &str, words: impl Into<View>) -> El {
    let mark = ["mark ", mark].concat();
    el("span", &[("class", "state")])
        .child(el("span", &[("class", &mark), ("aria-hidden", "true")]))
        .child(el("span", &[]).child(words))
}
