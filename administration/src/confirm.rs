//! A question before something that cannot be undone.

use app::ui::{element::el, view::View};

use crate::form::{Form, foot};

/// Says what will happen, and does it once it is pressed.
pub fn confirm(
    sentence: String,
    words: &'static str,
    go: impl Fn(Form) + 'static,
    back: impl Fn() + 'static,
) -> View {
    let form = Form::new();
    form.element(move || go(form))
        .child(el("p", &[]).child(sentence))
        .child(form.problem_besides(&[]))
        .child(foot(back, form.submit("button danger solid", words)))
        .into()
}
