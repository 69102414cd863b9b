//! *Failed Deliveries*: how many addresses failed for which cause, and a click that shows whose they are.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    failures::{Cause, Failures},
    message::MessageId,
};

use super::state::Opened;
use crate::{
    api,
    figures::{counted, grouped},
    log::state::Log,
};

/// The section; nothing where no delivery failed.
#[component]
pub fn FailureView(
    /// The message.
    id: MessageId,
) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let failures = RwSignal::new(None::<Failures>);
    Effect::new(move |_| {
        opened.refreshed.track();
        spawn_local(async move {
            // What cannot be had now is not shown; the next refresh asks again.
            if let Ok(found) = api::failures(id).await {
                failures.try_set(Some(found));
            }
        });
    });
    move || {
        failures.with(|failures| {
            let failures = failures.as_ref()?;
            let most = failures.causes.first()?.addresses;
            let listed: u32 = failures.causes.iter().map(|cause| cause.addresses).sum();
            let others = failures.addresses.saturating_sub(listed);
            let causes = failures.causes.iter().map(|cause| view! { <CauseRow cause=cause.clone() most/> });
            Some(view! {
                <section class="part" aria-labelledby="failed-deliveries">
                    <div class="part-head">
                        <h3 id="failed-deliveries">"Failed Deliveries"</h3>
                        <p class="quiet figures">{counted(failures.addresses.into(), "address", "addresses")}</p>
                    </div>
                    <table class="causes">
                        <thead class="unseen"><tr><th>"Device"</th><th>"Cause"</th><th>"Addresses"</th></tr></thead>
                        <tbody>{causes.collect_view()}</tbody>
                    </table>
                    {(others > 0).then(|| format!("{} more for other causes.", grouped(others.into())))}
                </section>
            })
        })
    }
}

/// A cause with its bar; pressed, the recipients are those it happened to.
#[component]
fn CauseRow(cause: Cause, most: u32) -> impl IntoView {
    let log = expect_context::<Log>();
    let failure = Some(cause.failure);
    let pressed = move || log.recipients.with(|filter| filter.failure == failure);
    let press = move |_| {
        let next = if pressed() { None } else { failure };
        log.recipients.update(|filter| filter.failure = next);
    };
    let width = f64::from(cause.addresses) / f64::from(most.max(1)) * 100.0;
    view! {
        <tr>
            <td class="quiet">{cause.device.label()}</td>
            <td>
                <button class="cause" type="button" dir="auto" title="Show whose they are"
                    aria-pressed=move || pressed().to_string() on:click=press>
                    {cause.reason}
                    <span class="cause-bar" style:width=format!("{width:.1}%")></span>
                </button>
            </td>
            <td class="figures">{grouped(cause.addresses.into())}</td>
        </tr>
    }
}
