//! A bar with its figures.

use leptos::prelude::*;

/// How far something has come, with its name and figures in words.
#[component]
pub fn Progress(
    /// What it is called.
    name: String,
    /// The figures in words.
    figures: String,
    /// Whole percents.
    percent: u32,
) -> impl IntoView {
    let spoken = figures.clone();
    view! {
        <div class="progress">
            <div class="progress-words"><span>{name.clone()}":"</span>" "<span class="figures">{figures}</span></div>
            <div class="progress-track" role="progressbar" aria-label=name aria-valuemin="0" aria-valuemax="100"
                aria-valuenow=percent.to_string() aria-valuetext=spoken>
                <div class="progress-done" style:width=format!("{percent}%")></div>
            </div>
        </div>
    }
}
