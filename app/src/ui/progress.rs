//! A bar with its figures.

use super::element::{El, el};

/// How far something has come, with its name and figures in words.
pub fn progress(name: String, figures: String, percent: u32) -> El {
    let percent = percent.to_string();
    let words = el("div", &[("class", "progress-words")])
        .child(el("span", &[]).child([&name, ":"].concat()))
        .child(" ")
        .child(el("span", &[("class", "figures")]).child(figures.clone()));
    let done = el("div", &[("class", "progress-done")]).style("width", &[&percent, "%"].concat());
    let track = el(
        "div",
        &[
            ("class", "progress-track"),
            ("role", "progressbar"),
            ("aria-label", &name),
            ("aria-valuemin", "0"),
            ("aria-valuemax", "100"),
            ("aria-valuenow", &percent),
            ("aria-valuetext", &figures),
        ],
    );
    el("div", &[("class", "progress")])
        .child(words)
        .child(track.child(done))
}
