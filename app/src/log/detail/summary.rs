//! *Delivery Summary*: where the message stands, its totals, and how far each device has come.

use leptos::prelude::*;
use shared::{
    counting::DeliverySummary,
    datetime,
    message::{Cancellation, MessageDetail, MessageHeader},
};

use super::{cancel::cancel_button, part_with, state::Opened};
use crate::{
    figures::{counted, grouped},
    log::pool::mark,
    ui::{
        element::{El, button, el},
        progress::progress,
        view::{View, many, some, words},
    },
};

/// The section.
pub fn summary() -> El {
    let opened = expect_context::<Opened>();
    let as_of = opened.part(|detail| datetime::display_with_seconds(&detail.as_of));
    let as_of = words(move || match as_of.get() {
        Some(at) => ["As of ", &at].concat(),
        None => String::new(),
    });
    let as_of = el("p", &[("class", "as-of quiet figures"), ("role", "status")]).child(as_of);
    let refresh = button("button", "Refresh Status")
        .aria("aria-busy", move || opened.loading.get())
        .on_click(move || opened.refresh());
    part_with("delivery-summary", "Delivery Summary", as_of)
        .child(some(move || opened.detail.get(), standing))
        .child(
            el("div", &[("class", "actions")])
                .child(refresh)
                .child(cancel_button()),
        )
}

fn standing(detail: MessageDetail) -> View {
    let status = detail.message.row.status;
    let pair = |label, value| {
        el("div", &[])
            .child(el("dt", &[]).child(label))
            .child(value)
    };
    let mark = el("span", &[("class", mark(status)), ("aria-hidden", "true")]);
    let status = pair("Status", el("dd", &[]).child(mark).child(status.label()));
    let fact = [("class", "figures"), ("dir", "auto")];
    let facts = facts(&detail.message).into_iter();
    let facts = many(facts.map(|(label, value)| pair(label, el("dd", &fact).child(value))));
    let totals = many(totals(&detail.summary).map(|(label, count)| {
        let count = el("dd", &[("class", "figures")]).child(grouped(count.into()));
        pair(label, count)
    }));
    let progress = many(detail.progress.into_iter().map(|device| {
        let (done, total, percent) = (device.done, device.total, device.percent());
        let figures = format!(
            "{} of {} · {percent}%",
            grouped(done.into()),
            grouped(total.into())
        );
        let name = [device.device.label(), " Delivery Progress"].concat();
        progress(name, figures, percent)
    }));
    View::Many(vec![
        el("dl", &[("class", "facts")])
            .child(status)
            .child(facts)
            .into(),
        detail.cancellation.map(canceled).into(),
        el("dl", &[("class", "totals")]).child(totals).into(),
        progress,
    ])
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

fn canceled(cancellation: Cancellation) -> El {
    let by = el("p", &[])
        .child("Canceled by ")
        .child(el("strong", &[("dir", "auto")]).child(cancellation.by))
        .child(" on ")
        .child(el("span", &[("class", "figures")]).child(datetime::display(&cancellation.at)))
        .child(".");
    let reason = cancellation.reason.map(|reason| {
        let text = [("class", "user-text"), ("dir", "auto")];
        el("p", &[])
            .child("Reason: ")
            .child(el("span", &text).child(reason))
    });
    let cuts = cancellation.devices.into_iter().map(|cut| {
        let counts = format!(
            ": {}, {}, {}",
            counted(cut.gone.into(), "had gone", "had gone"),
            counted(cut.in_flight.into(), "was in flight", "were in flight"),
            counted(cut.stopped.into(), "was stopped", "were stopped"),
        );
        el("li", &[])
            .child(el("strong", &[]).child(cut.device.label()))
            .child(counts)
    });
    el("div", &[("class", "cancellation")])
        .child(by)
        .child(reason)
        .child(el("ul", &[("class", "cut figures")]).child(many(cuts)))
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
