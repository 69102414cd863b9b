//! *Failed Deliveries*: how many addresses failed for which cause, and a click that shows whose they are.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    datetime,
    failures::{Cause, Failures},
    message::MessageId,
    resend::Which,
};

use super::{part_with, resend::resend_button, state::Opened};
use crate::{
    api,
    figures::{counted, grouped},
    log::state::Log,
    ui::{
        element::{El, effect, el},
        view::{View, many, some, words},
    },
};

/// What is known of the causes, and whether they are being asked for.
#[derive(Clone, Copy)]
struct Known {
    failures: RwSignal<Option<Failures>>,
    /// As of when that is.
    as_of: RwSignal<String>,
    asking: StoredValue<Asking>,
}

/// Whether an answer is awaited, and whether there was more news since it was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    No,
    Yes,
    Again,
}

/// The section; nothing where no delivery failed.
pub fn failure_view(id: MessageId) -> View {
    let opened = expect_context::<Opened>();
    let known = Known {
        failures: RwSignal::new(None),
        as_of: RwSignal::new(String::new()),
        asking: StoredValue::new(Asking::No),
    };
    effect(move || {
        opened.refreshed.track();
        opened.renewed.track();
        known.ask(id);
    });
    some(
        move || known.failures.get(),
        move |failures| section(failures, known.as_of),
    )
}

impl Known {
    /// Asks for the causes; once more where there was news meanwhile.
    fn ask(self, id: MessageId) {
        if self.asking.get_value() != Asking::No {
            return self.asking.set_value(Asking::Again);
        }
        spawn_local(async move {
            loop {
                self.asking.try_set_value(Asking::Yes);
                // What cannot be had now is not shown; the next news ask again.
                if let Ok(found) = api::failures(id).await {
                    self.take(found);
                }
                if self.asking.try_get_value() != Some(Asking::Again) {
                    break;
                }
            }
            self.asking.try_set_value(Asking::No);
        });
    }

    fn take(self, found: Failures) {
        self.as_of
            .try_set(datetime::display_with_seconds(&found.as_of));
        // What says the same stays as it is, with the focus in it.
        let same = self.failures.try_with_untracked(|known| {
            let known = known.as_ref();
            known.is_some_and(|known: &Failures| {
                (known.addresses, &known.causes) == (found.addresses, &found.causes)
            })
        });
        if same == Some(false) {
            self.failures.set(Some(found));
        }
    }
}

fn section(failures: Failures, as_of: RwSignal<String>) -> Option<El> {
    let most = failures.causes.first()?.addresses;
    let listed: u32 = failures.causes.iter().map(|cause| cause.addresses).sum();
    let others = failures.addresses.saturating_sub(listed);
    let addresses = counted(failures.addresses.into(), "address", "addresses");
    let addresses = words(move || [&addresses, " · as of ", &as_of.get()].concat());
    let addresses = el("p", &[("class", "quiet figures")]).child(addresses);
    let causes = failures.causes.into_iter();
    let table = el("table", &[("class", "causes")])
        .child(
            el("thead", &[("class", "unseen")]).child(
                el("tr", &[])
                    .child(["Device", "Cause", "Addresses"].map(|head| el("th", &[]).child(head))),
            ),
        )
        .child(el("tbody", &[]).child(many(causes.map(|cause| cause_row(cause, most)))));
    Some(
        part_with("failed-deliveries", "Failed Deliveries", addresses)
            .child(table)
            .child(el("div", &[("class", "actions")]).child(resend_button(Which::Failed, || true)))
            .child(
                (others > 0).then(|| [&grouped(others.into()), " more for other causes."].concat()),
            ),
    )
}

/// A cause with its bar; pressed, the recipients are those it happened to.
fn cause_row(cause: Cause, most: u32) -> El {
    let log = expect_context::<Log>();
    let failure = Some(cause.failure);
    let pressed = move || log.recipients.with(|filter| filter.failure == failure);
    let press = move || {
        let next = log
            .recipients
            .with_untracked(|filter| match filter.failure == failure {
                true => None,
                false => failure,
            });
        log.recipients.update(|filter| filter.failure = next);
    };
    let width = u64::from(cause.addresses) * 100 / u64::from(most.max(1));
    let button = [
        ("class", "cause"),
        ("type", "button"),
        ("dir", "auto"),
        ("title", "Show whose they are"),
    ];
    let bar = el("span", &[("class", "cause-bar")]);
    let button = el("button", &button)
        .aria("aria-pressed", pressed)
        .on_click(press)
        .child(cause.reason)
        .child(bar.style("width", &[&width.to_string(), "%"].concat()));
    el("tr", &[])
        .child(el("td", &[("class", "quiet")]).child(cause.device.label()))
        .child(el("td", &[]).child(button))
        .child(el("td", &[("class", "figures")]).child(grouped(cause.addresses.into())))
}
