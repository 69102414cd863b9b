//! *Sent Message Report Options*: what to print of this message, and printing it.

use std::collections::BTreeSet;

use leptos::{
    prelude::*,
    task::spawn_local,
    web_sys::{AbortController, Event},
};
use shared::{
    message::MessageId,
    report::{
        FAILED_DELIVERY_REFUSAL, ReportChoices, ReportDetail, ReportDevice, ReportFormat,
        ReportOptions as Options,
    },
    session::Permission,
};

use super::{
    part,
    printing::{PRINT, Printing, job_progress, to_print},
    prints::prints,
    state::Opened,
};
use crate::{
    api::{self, Printed},
    session::Session,
    ui::{
        element::{El, button, el},
        problem::problem,
        view::{View, when, words},
    },
};

/// Where the last choice is remembered.
const REMEMBERED: &str = "report";

/// The section.
pub fn report_options(id: MessageId) -> El {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let choices = opened.part(|detail| detail.report.clone());
    let options = RwSignal::new(
        choices.with_untracked(|choices| at_first(choices.as_ref(), remembered().as_ref())),
    );
    let printing = expect_context::<Printing>();
    // What gives up a report that is awaited, while one is.
    let awaited = RwSignal::new_local(None::<AbortController>);
    let busy = move || awaited.with(Option::is_some);
    let refused = printing.problem;
    let refusal = move || match printing.job.with(Option::is_some) {
        true => Some("Another report can be printed when this one is done."),
        false => (!session.may(Permission::Report))
            .then_some("Your account may read the log, not print reports."),
    };
    let submit = move |event: Event| {
        event.prevent_default();
        if awaited.with_untracked(Option::is_some) || refusal().is_some() {
            return;
        }
        let options = options.get_untracked();
        let no = choices.with_untracked(|choices| options.check(choices.as_ref()?).err());
        if let Some(no) = no {
            return refused.set(Some(no.to_string()));
        }
        let Ok(giving_up) = AbortController::new() else {
            return;
        };
        let given_up = giving_up.signal();
        awaited.set(Some(giving_up));
        refused.set(None);
        choices.with_untracked(|choices| {
            if let Some(choices) = choices {
                remember(&options, choices);
            }
        });
        spawn_local(async move {
            let answer = api::report(id, &options, Some(&given_up)).await;
            awaited.try_set(None);
            if given_up.aborted() {
                return;
            }
            match answer {
                Ok(Printed::Job(job)) => printing.watch(job),
                Ok(Printed::File(file)) => printing.came(Ok(file)),
                Err(failure) => printing.came(Err(failure)),
            }
        });
    };
    let group = |title: &'static str| el("fieldset", &[]).child(el("legend", &[]).child(title));
    let devices = ReportDevice::ALL.map(|device| device_box(device, options));
    let details = ReportDetail::ALL.map(|detail| detail_radio(detail, options));
    let chosen = options.with_untracked(|options| options.format);
    let formats = ReportFormat::ALL.map(|format| {
        el("option", &[("value", format.as_str())])
            .attr_when("selected", move || format == chosen)
            .child(format.label())
    });
    let format = el("select", &[])
        .child(formats)
        .on_value("change", move |format| {
            if let Ok(format) = format.parse() {
                options.update(|options| options.format = format);
            }
        });
    let print = [
        ("id", PRINT),
        ("class", "button"),
        ("type", "submit"),
        ("aria-describedby", "report-refusal"),
    ];
    let print = el("button", &print)
        .aria("aria-busy", busy)
        .aria("aria-disabled", move || refusal().is_some())
        .child("Print Sent Message Report");
    let foot = el("div", &[("class", "report-foot")])
        .child(
            el("label", &[("class", "inline-field")])
                .child(el("span", &[]).child("Report Format"))
                .child(format),
        )
        .child(print)
        .child(when(busy, move || {
            let give_up = move || {
                awaited.with_untracked(|awaited| {
                    if let Some(awaited) = awaited {
                        awaited.abort();
                    }
                });
                to_print();
            };
            button("button small patience", "Abandon").on_click(give_up)
        }));
    let reason = words(move || refusal().unwrap_or_default().into());
    let form = el("form", &[("class", "report")])
        .on("submit", submit)
        .child(group("Include Delivery Devices").child(devices))
        .child(group("Report Detail").child(details).child(too_early()))
        .child(foot)
        .child(el("p", &[("id", "report-refusal"), ("class", "quiet reason")]).child(reason))
        .child(problem(refused));
    part("report-options", "Sent Message Report Options")
        .child(form)
        .child(job_progress())
        .child(prints(id))
}

/// A box of *Include Delivery Devices*; only what the message used can be ticked.
fn device_box(device: ReportDevice, options: RwSignal<Options>) -> El {
    let used =
        expect_context::<Opened>().part(move |detail| detail.report.devices.contains(&device));
    let turn = move |_: Event| {
        options.update(|options| {
            if !options.devices.remove(&device) {
                options.devices.insert(device);
            }
        });
    };
    let tick = el("input", &[("type", "checkbox")])
        .attr_when("disabled", move || used.get() != Some(true))
        .checked_when(move || options.with(|options| options.devices.contains(&device)))
        .on("change", turn);
    el("label", &[("class", "option")])
        .child(tick)
        .child(device.label())
}

fn detail_radio(detail: ReportDetail, options: RwSignal<Options>) -> El {
    let failed = expect_context::<Opened>().part(|detail| detail.report.failed_delivery);
    let radio = [
        ("type", "radio"),
        ("name", "report-detail"),
        ("value", detail.as_str()),
    ];
    let radio = el("input", &radio)
        .attr_when("disabled", move || {
            detail == ReportDetail::Failed && failed.get() != Some(true)
        })
        .checked_when(move || options.with(|options| options.detail == detail))
        .on("change", move |_: Event| {
            options.update(|options| options.detail = detail);
        });
    el("label", &[("class", "option")])
        .child(radio)
        .child(detail.label())
}

/// Why *Failed Delivery* cannot be chosen, while it cannot.
fn too_early() -> View {
    let failed = expect_context::<Opened>().part(|detail| detail.report.failed_delivery);
    when(
        move || failed.get() == Some(false),
        || el("p", &[("class", "quiet reason")]).child(FAILED_DELIVERY_REFUSAL),
    )
}

/// The options that a message opens with: the last choice, as far as the message offers it. Without one it is
/// the manual's: the devices that the message used, not *No Device*.
fn at_first(choices: Option<&ReportChoices>, last: Option<&Options>) -> Options {
    let offered = || {
        choices
            .iter()
            .flat_map(|choices| choices.devices.iter().copied())
    };
    let chosen = |wanted: &dyn Fn(&ReportDevice) -> bool| -> BTreeSet<_> {
        offered().filter(|device| wanted(device)).collect()
    };
    let mut devices = last.map(|last| chosen(&|device| last.devices.contains(device)));
    if devices.as_ref().is_none_or(BTreeSet::is_empty) {
        devices = Some(chosen(&|device| *device != ReportDevice::NoDevice));
    }
    let detail = last.map(|last| last.detail).unwrap_or_default();
    let too_early = choices.is_some_and(|choices| !choices.failed_delivery);
    Options {
        devices: devices.unwrap_or_default(),
        detail: match detail {
            ReportDetail::Failed if too_early => ReportDetail::All,
            detail => detail,
        },
        format: last.map(|last| last.format).unwrap_or_default(),
    }
}

/// The last choice of this browser.
fn remembered() -> Option<Options> {
    let text = window()
        .local_storage()
        .ok()??
        .get_item(REMEMBERED)
        .ok()??;
    let mut parts = text.split(' ');
    Some(Options {
        detail: parts.next()?.parse().ok()?,
        format: parts.next()?.parse().ok()?,
        devices: parts.filter_map(|word| word.parse().ok()).collect(),
    })
}

/// Keeps a choice. Of the devices that this message did not offer, the choice before still holds.
fn remember(options: &Options, choices: &ReportChoices) {
    let mut devices = options.devices.clone();
    if let Some(before) = remembered() {
        let others = before.devices.into_iter();
        devices.extend(others.filter(|device| !choices.devices.contains(device)));
    }
    let mut text = format!("{} {}", options.detail.as_str(), options.format.as_str());
    for device in devices {
        text.push(' ');
        text.push_str(device.as_str());
    }
    if let Ok(Some(storage)) = window().local_storage() {
        // Where nothing can be kept, the next message opens as the manual has it.
        drop(storage.set_item(REMEMBERED, &text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_choice_holds_as_far_as_the_message_offers_it() {
        use ReportDevice::{Email, Inbox, NoDevice, VoiceText};
        let choices = ReportChoices {
            devices: vec![NoDevice, Inbox, Email],
            failed_delivery: false,
        };
        let manual = at_first(Some(&choices), None);
        assert_eq!(manual.devices, [Inbox, Email].into());
        let last = Options {
            devices: [NoDevice, Email, VoiceText].into(),
            detail: ReportDetail::Failed,
            format: ReportFormat::Csv,
        };
        let next = at_first(Some(&choices), Some(&last));
        assert_eq!(next.devices, [NoDevice, Email].into());
        assert_eq!(
            (next.detail, next.format),
            (ReportDetail::All, ReportFormat::Csv)
        );
        let none_of_them = Options {
            devices: [VoiceText].into(),
            ..last
        };
        assert_eq!(
            at_first(Some(&choices), Some(&none_of_them)).devices,
            [Inbox, Email].into()
        );
    }
}
