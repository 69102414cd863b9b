//! *Delivery Summary*: where the message stands, its totals, and how far each device has come.

use leptos::prelude::*;
use shared::{
    counting::DeliverySummary,
    datetime,
    message::{Cancellation, MessageDetail, MessageHeader},
};

use super::{cancel::CancelButton, state::Opened};
use crate::{
    figures::{counted, grouped},
    log::pool::mark,
    ui::progress::Progress,
};

/// The section.
#[component]
pub fn Summary() -> impl IntoView {
    let opened = expect_context::<Opened>();
    let as_of = opened.part(|detail| datetime::display_with_seconds(&detail.as_of));
    view! {
        <section class="part" aria-labelledby="delivery-summary">
            <div class="part-head">
                <h3 id="delivery-summary">"Delivery Summary"</h3>
                <p class="as-of quiet figures" role="status">{move || as_of.get().map(|at| format!("As of {at}"))}</p>
            </div>
            {move || opened.detail.get().map(|detail| view! { <Facts detail/> })}
            <div class="actions">
                <button class="button" type="button" aria-busy=move || opened.loading.get().to_string()
                    on:click=move |_| opened.refresh()>"Refresh Status"</button>
                <CancelButton/>
            </div>
        </section>
    }
}

#[component]
fn Facts(detail: MessageDetail) -> impl IntoView {
    let status = detail.message.row.status;
    let facts = facts(&detail.message);
    let totals = totals(&detail.summary);
    view! {
        <dl class="facts">
            <div><dt>"Status"</dt><dd><span class=mark(status) aria-hidden="true"></span>{status.label()}</dd></div>
            {facts.into_iter().map(|(label, value)| view! {
                <div><dt>{label}</dt><dd class="figures" dir="auto">{value}</dd></div>
            }).collect_view()}
        </dl>
        {detail.cancellation.map(|cancellation| view! { <Canceled cancellation/> })}
        <dl class="totals">
            {totals.into_iter().map(|(label, count)| view! {
                <div><dt>{label}</dt><dd class="figures">{grouped(count.into())}</dd></div>
            }).collect_view()}
        </dl>
        {detail.progress.into_iter().map(|progress| {
            let (done, total, percent) = (progress.done, progress.total, progress.percent());
            let figures = format!("{} of {} · {percent}%", grouped(done.into()), grouped(total.into()));
            view! { <Progress name=format!("{} Delivery Progress", progress.device.label()) figures percent/> }
        }).collect_view()}
    }
}

/// The facts after the status, under the manual's labels.
fn facts(message: &MessageHeader) -> Vec<(&'static str, String)> {
    let row = &message.row;
    let start = |at: &Option<_>| match at {
        Some(at) => datetime::display(at),
        None => "At once".into(),
    };
    let mut facts = vec![
        ("Sender", row.sender.clone()),
        ("District/School", row.organization.clone()),
        (
            "Message Type",
            match &message.category {
                Some(category) => format!("{} - {category}", row.message_type),
                None => row.message_type.clone(),
            },
        ),
        ("Date/Time Created", datetime::display(&row.created_at)),
        ("Date/Time Scheduled", datetime::display(&row.scheduled_at)),
        (
            "Inbox/Email Start Time",
            start(&message.inbox_email_start_at),
        ),
        ("Voice/Text Start Time", start(&message.voice_text_start_at)),
    ];
    if let Some(at) = &message.started_at {
        facts.push(("Start Time", datetime::display(at)));
    }
    if let Some(at) = &message.ended_at {
        facts.push(("End Time", datetime::display(at)));
    }
    if let Some(id) = row.schedule_id {
        facts.push(("ScheduleID", id.to_string()));
    }
    facts
}

/// The totals under the manual's labels, in its order.
const fn totals(summary: &DeliverySummary) -> [(&'static str, u32); 10] {
    [
        ("Total Recipients", summary.total_recipients),
        ("Total No Device", summary.total_no_device),
        ("Total Inbox", summary.total_inbox),
        ("Total Emails", summary.total_emails),
        ("Total Voice", summary.total_voice),
        ("Total Text", summary.total_text),
        ("Total Voice Attempted", summary.total_voice_attempted),
        (
            "Total Text Messages Attempted",
            summary.total_text_attempted,
        ),
        (
            "Recipients contacted successfully by phone",
            summary.contacted_by_phone,
        ),
        (
            "Recipients not contacted by phone",
            summary.not_contacted_by_phone,
        ),
    ]
}

#[component]
fn Canceled(cancellation: Cancellation) -> impl IntoView {
    view! {
        <div class="cancellation">
            <p>
                "Canceled by " <strong dir="auto">{cancellation.by}</strong> " on "
                <span class="figures">{datetime::display(&cancellation.at)}</span> "."
            </p>
            {cancellation.reason.map(|reason| view! {
                <p>"Reason: " <span class="user-text" dir="auto">{reason}</span></p>
            })}
            <ul class="cut figures">
                {cancellation.devices.into_iter().map(|cut| view! {
                    <li>
                        <strong>{cut.device.label()}</strong>
                        {format!(
                            ": {}, {}, {}",
                            counted(cut.gone.into(), "had gone", "had gone"),
                            counted(cut.in_flight.into(), "was in flight", "were in flight"),
                            counted(cut.stopped.into(), "was stopped", "were stopped"),
                        )}
                    </li>
                }).collect_view()}
            </ul>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manuals_example_reads_as_in_the_manual() {
        let summary = DeliverySummary {
            total_recipients: 127,
            total_no_device: 34,
            total_inbox: 93,
            total_emails: 3,
            not_contacted_by_phone: 127,
            ..DeliverySummary::default()
        };
        let counts = totals(&summary).map(|(_, count)| count);
        assert_eq!(counts, [127, 34, 93, 3, 0, 0, 0, 0, 0, 127]);
    }
}
