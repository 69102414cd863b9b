//! Something to send: while it is under way nothing is sent twice, and a refusal stands where it belongs.

use std::future::Future;

use app::{
    api::{Answer, Failure},
    ui::{
        element::{El, button, el, set_attribute},
        view::{View, some},
    },
};
use leptos::{prelude::*, task::spawn_local, web_sys::Event};

use crate::visitor::ended_by;

/// What is under way, and why the last was refused.
#[derive(Clone, Copy)]
pub struct Form {
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Failure>>,
}

impl Form {
    /// Nothing sent yet.
    pub fn new() -> Self {
        Form {
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
        }
    }

    /// Sends, unless something is under way; `done` has what was answered.
    pub fn send<T: 'static>(
        self,
        request: impl Future<Output = Answer<T>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = request.await;
            self.busy.try_set(false);
            match answer {
                Ok(value) => done(value),
                Err(failure) => {
                    if !ended_by(&failure) {
                        self.refused.try_set(Some(failure));
                    }
                }
            }
        });
    }

    /// Refuses before anything is sent, at one field.
    pub fn refuse(self, field: &str, sentence: &str) {
        let problem = shared::problem::ProblemType::InvalidRequest.because(sentence);
        self.refused.set(Some(Failure::Problem(problem.at(field))));
    }

    /// A field with its label and what is wrong with it; `name` is what the API calls it.
    pub fn field(self, name: &'static str, label: &'static str, field: El) -> El {
        let described = [name, "-problem"].concat();
        set_attribute(&field.of(), "aria-describedby", &described);
        let field = field.aria("aria-invalid", move || self.at(name).is_some());
        el("div", &[("class", "field-with-problem")])
            .child(
                el("label", &[("class", "field")])
                    .child(el("span", &[]).child(label))
                    .child(field),
            )
            .child(self.problem_at(name))
    }

    /// What is wrong with one field.
    pub fn problem_at(self, name: &'static str) -> El {
        el("div", &[("id", &[name, "-problem"].concat())]).child(some(move || self.at(name), alert))
    }

    /// A refusal that is laid at none of `fields`.
    pub fn problem_besides(self, fields: &'static [&'static str]) -> View {
        let besides = move || {
            self.refused.with(|refused| {
                let refused = refused.as_ref()?;
                let elsewhere = refused.field().is_some_and(|field| fields.contains(&field));
                (!elsewhere).then(|| refused.sentence())
            })
        };
        some(besides, alert)
    }

    /// The button that sends.
    pub fn submit(self, class: &str, words: &'static str) -> El {
        el("button", &[("class", class), ("type", "submit")])
            .aria("aria-busy", move || self.busy.get())
            .child(words)
    }

    /// The form itself.
    pub fn element(self, mut submit: impl FnMut() + 'static) -> El {
        el("form", &[("novalidate", "")]).on("submit", move |event: Event| {
            event.prevent_default();
            submit();
        })
    }

    fn at(self, name: &str) -> Option<String> {
        self.refused.with(|refused| {
            let refused = refused.as_ref()?;
            (refused.field() == Some(name)).then(|| refused.sentence())
        })
    }
}

/// The end of a form in a dialog: back, and onward.
pub fn foot(back: impl Fn() + 'static, onward: El) -> El {
    el("div", &[("class", "dialog-foot")])
        .child(button("button", "Go back").on_click(back))
        .child(onward)
}

fn alert(sentence: String) -> El {
    el("p", &[("class", "problem"), ("role", "alert")]).child(sentence)
}
