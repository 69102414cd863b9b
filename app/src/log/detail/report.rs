//! *Sent Message Report Options*: what to print of this message, and printing it.

use std::collections::BTreeSet;

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    message::MessageId,
    report::{
        FAILED_DELIVERY_REFUSAL, ReportChoices, ReportDetail, ReportDevice, ReportFormat,
        ReportOptions as Options,
    },
    session::Permission,
};

use super::{
    printing::{JobProgress, Printing},
    prints::Prints,
    state::Opened,
};
use crate::{
    api::{self, Printed},
    session::Session,
    ui::download,
};

/// Where the last choice is remembered.
const REMEMBERED: &str = "report";

/// The section.
#[component]
pub fn ReportOptions(
    /// The message.
    id: MessageId,
) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let choices = opened.part(|detail| detail.report.clone());
    let options = RwSignal::new(
        choices.with_untracked(|choices| at_first(choices.as_ref(), remembered().as_ref())),
    );
    let printing = expect_context::<Printing>();
    let busy = RwSignal::new(false);
    let problem = printing.problem;
    let refusal = move || match printing.job.with(Option::is_some) {
        true => Some("Another report can be printed when this one is done."),
        false => (!session.may(Permission::Report))
            .then_some("Your account may read the log, not print reports."),
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || refusal().is_some() {
            return;
        }
        let options = options.get_untracked();
        let refused = choices.with_untracked(|choices| options.check(choices.as_ref()?).err());
        if let Some(refused) = refused {
            return problem.set(Some(refused.to_string()));
        }
        busy.set(true);
        problem.set(None);
        choices.with_untracked(|choices| {
            if let Some(choices) = choices {
                remember(&options, choices);
            }
        });
        spawn_local(async move {
            let answer = api::report(id, &options).await;
            busy.try_set(false);
            match answer {
                Ok(Printed::Job(job)) => printing.watch(job),
                Ok(Printed::File(file)) => {
                    if download::save(&file.name, &file.media_type, &file.bytes).is_none() {
                        problem.try_set(Some(
                            "The browser did not take the report. Try again.".into(),
                        ));
                    }
                    printing.printed.update(|count| *count += 1);
                }
                Err(failure) => {
                    if !session.ended_by(&failure) {
                        problem.try_set(Some(failure.sentence()));
                    }
                }
            }
        });
    };
    view! {
        <section class="part" aria-labelledby="report-options">
            <h3 id="report-options">"Sent Message Report Options"</h3>
            <form class="report" on:submit=submit>
                <fieldset>
                    <legend>"Include Delivery Devices"</legend>
                    {ReportDevice::ALL.map(|device| view! { <DeviceBox device options/> }).collect_view()}
                </fieldset>
                <fieldset>
                    <legend>"Report Detail"</legend>
                    {ReportDetail::ALL.map(|detail| view! { <DetailRadio detail options/> }).collect_view()}
                    <TooEarly/>
                </fieldset>
                <div class="report-foot">
                    <label class="inline-field">
                        <span>"Report Format"</span>
                        <select on:change=move |event| {
                            if let Ok(format) = event_target_value(&event).parse() {
                                options.update(|options| options.format = format);
                            }
                        }>
                            {ReportFormat::ALL.map(|format| view! {
                                <option value=format.as_str()
                                    selected=options.with_untracked(|options| options.format == format)>
                                    {format.label()}
                                </option>
                            }).collect_view()}
                        </select>
                    </label>
                    <button class="button" type="submit" aria-busy=move || busy.get().to_string()
                        aria-disabled=move || refusal().is_some().to_string() aria-describedby="report-refusal">
                        "Print Sent Message Report"
                    </button>
                </div>
                <p id="report-refusal" class="quiet reason">{refusal}</p>
                {move || problem.get().map(|sentence| view! { <p class="problem" role="alert">{sentence}</p> })}
            </form>
            <JobProgress/>
            <Prints id/>
        </section>
    }
}

/// A box of *Include Delivery Devices*; only what the message used can be ticked.
#[component]
fn DeviceBox(device: ReportDevice, options: RwSignal<Options>) -> impl IntoView {
    let used =
        expect_context::<Opened>().part(move |detail| detail.report.devices.contains(&device));
    let turn = move |_| {
        options.update(|options| {
            if !options.devices.remove(&device) {
                options.devices.insert(device);
            }
        });
    };
    view! {
        <label class="option">
            <input type="checkbox" disabled=move || used.get() != Some(true)
                prop:checked=move || options.with(|options| options.devices.contains(&device)) on:change=turn/>
            {device.label()}
        </label>
    }
}

#[component]
fn DetailRadio(detail: ReportDetail, options: RwSignal<Options>) -> impl IntoView {
    let failed = expect_context::<Opened>().part(|detail| detail.report.failed_delivery);
    let disabled = move || detail == ReportDetail::Failed && failed.get() != Some(true);
    view! {
        <label class="option">
            <input type="radio" name="report-detail" value=detail.as_str() disabled=disabled
                prop:checked=move || options.with(|options| options.detail == detail)
                on:change=move |_| options.update(|options| options.detail = detail)/>
            {detail.label()}
        </label>
    }
}

/// Why *Failed Delivery* cannot be chosen, while it cannot.
#[component]
fn TooEarly() -> impl IntoView {
    let failed = expect_context::<Opened>().part(|detail| detail.report.failed_delivery);
    view! {
        <Show when=move || failed.get() == Some(false)>
            <p class="quiet reason">{FAILED_DELIVERY_REFUSAL}</p>
        </Show>
    }
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
