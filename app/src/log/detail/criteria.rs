//! *Filter Criteria Detail*: who the message was sent to.

use leptos::prelude::*;

use super::{part, state::Opened};
use crate::ui::{
    element::{El, el},
    view::{many, some, when},
};

/// The section.
pub fn filter_criteria() -> El {
    let opened = expect_context::<Opened>();
    let criteria = opened.part(|detail| detail.criteria.clone());
    let none = move || criteria.with(|criteria| criteria.as_ref().is_some_and(Vec::is_empty));
    let pairs = some(
        move || criteria.get(),
        |criteria| {
            many(criteria.into_iter().map(|criterion| {
                el("div", &[])
                    .child(el("dt", &[("dir", "auto")]).child(criterion.label))
                    .child(el("dd", &[("dir", "auto")]).child(criterion.value))
            }))
        },
    );
    part("filter-criteria", "Filter Criteria Detail")
        .child(when(none, || {
            el("p", &[("class", "quiet")]).child("None were kept with this message.")
        }))
        .child(el("dl", &[("class", "pairs")]).child(pairs))
}
