//! *Delivery Summary*: where the message stands, its totals, and how far each device has come.

use leptos::prelude::*;
use shared::{
    counting::DeliverySummary,
    datetime,
    delivery::{DeliveryStatus, Device, DeviceFilter},
    message::{Cancellation, MessageDetail, MessageHeader},
    resend::Which,
};

use super::{
    cancel::cancel_button,
    part_with,
    resend::{resend_button, ties},
    state::Opened,
};
use crate::{
    figures::{counted, grouped},
    log::{
        address::RecipientFilter,
        live::{Link, Live},
        pool::shape,
        state::Log,
    },
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
    let link = expect_context::<Live>().link;
    // While news come by themselves it would be read out every second.
    let spoken = move || match link.get() {
        Link::Live => "off".into(),
        Link::None | Link::Lost => "polite".into(),
    };
    let as_of = el("p", &[("class", "as-of quiet figures"), ("role", "status")])
        .attr_by("aria-live", spoken)
        .child(as_of);
    let asked_at = words(move || match opened.asked_at.get() {
        Some(at) => ["The providers were last asked ", &at, "."].concat(),
        None => String::new(),
    });
    let asked_at = el(
        "p",
        &[("class", "quiet reason figures"), ("role", "status")],
    )
    .child(asked_at);
    let refresh = button("button", "Refresh Status")
        .aria("aria-busy", move || opened.loading.get())
        .on_click(move || opened.refresh());
    // What can be pressed stays what it is while the figures change.
    let of = opened.part(|detail| (detail.resend_of.clone(), detail.resends.clone()));
    let cancellation = opened.part(|detail| detail.cancellation.clone());
    part_with("delivery-summary", "Delivery Summary", as_of)
        .child(some(move || opened.detail.get(), standing))
        .child(some(move || of.get(), |(of, by)| ties(of, by)))
        .child(some(move || cancellation.get().flatten(), canceled))
        .child(some(move || opened.detail.get(), figures))
        .child(
            el("div", &[("class", "actions")])
                .child(refresh)
                .child(cancel_button())
                .child(resend_button(Which::Stopped, move || {
                    cancellation.with(|of| {
                        let devices = of.iter().flatten().flat_map(|of| &of.devices);
                        devices.map(|cut| cut.stopped).sum::<u32>() > 0
                    })
                }))
                .child(asked_at),
        )
}

fn standing(detail: MessageDetail) -> View {
    let status = detail.message.row.status;
    let pair = |label, value| {
        el("div", &[])
            .child(el("dt", &[]).child(label))
            .child(value)
    };
    let mark = el(
        "span",
        &[
            ("class", &*["mark ", shape(status)].concat()),
            ("aria-hidden", "true"),
        ],
    );
    let status = pair("Status", el("dd", &[]).child(mark).child(status.label()));
    let fact = [("class", "figures"), ("dir", "auto")];
    let removed = detail.personal_data_removed_at.as_ref();
    let removed = removed.map(|at| {
        (
            "Names and addresses",
            ["Removed ", &datetime::display(at)].concat(),
        )
    });
    let facts = facts(&detail).into_iter().chain(removed);
    let facts = many(facts.map(|(label, value)| pair(label, el("dd", &fact).child(value))));
    View::Many(vec![
        el("dl", &[("class", "facts")])
            .child(status)
            .child(facts)
            .into(),
        stalled(&detail.message).into(),
    ])
}

/// The totals, and how far each device is.
fn figures(detail: MessageDetail) -> View {
    let totals = many(totals(&detail.summary).map(|(label, count)| {
        let count = el("dd", &[("class", "figures")]).child(grouped(count.into()));
        el("div", &[])
            .child(el("dt", &[]).child(label))
            .child(count)
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
        el("dl", &[("class", "totals")]).child(totals).into(),
        progress,
    ])
}

/// That it stands still, where it does.
fn stalled(message: &MessageHeader) -> Option<El> {
    let news = message.last_news_at.as_ref().filter(|_| message.stalled)?;
    let words = [
        "Stalled: there has been no news of it since ",
        &datetime::display(news),
        ".",
    ];
    Some(el("p", &[("class", "stalled figures")]).child(words.concat()))
}

/// The facts after the status, under the manual's labels.
fn facts(detail: &MessageDetail) -> Vec<(&'static str, String)> {
    let message = &detail.message;
    let row = &message.row;
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
    ];
    // A start that was neither given nor needed is none.
    for (label, at, devices) in [
        (
            "Inbox/Email Start Time",
            &message.inbox_email_start_at,
            [Device::Inbox, Device::Email],
        ),
        (
            "Voice/Text Start Time",
            &message.voice_text_start_at,
            [Device::Voice, Device::Text],
        ),
    ] {
        let used = || {
            let mut used = detail.progress.iter();
            used.any(|progress| devices.contains(&progress.device))
        };
        match at {
            Some(at) => facts.push((label, datetime::display(at))),
            None if used() => facts.push((label, "At once".into())),
            None => {}
        }
    }
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
    let log = expect_context::<Log>();
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
            ": {}, {}, ",
            counted(cut.gone.into(), "had gone", "had gone"),
            counted(cut.in_flight.into(), "was in flight", "were in flight"),
        );
        let of = |filter: &DeviceFilter| filter.device() == Some(cut.device);
        let device = DeviceFilter::ALL.into_iter().find(of);
        let show = move || {
            log.recipients.set(RecipientFilter {
                device,
                status: Some(DeliveryStatus::Canceled),
                ..RecipientFilter::default()
            });
            if let Some(recipients) = document().get_element_by_id("recipients") {
                recipients.scroll_into_view();
            }
        };
        let stopped = counted(cut.stopped.into(), "was stopped", "were stopped");
        let stopped: View = match cut.stopped {
            0 => stopped.into(),
            _ => {
                let link = [
                    ("class", "link"),
                    ("type", "button"),
                    ("title", "Show whom it stopped"),
                ];
                el("button", &link).on_click(show).child(stopped).into()
            }
        };
        el("li", &[])
            .child(el("strong", &[]).child(cut.device.label()))
            .child(counts)
            .child(stopped)
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
