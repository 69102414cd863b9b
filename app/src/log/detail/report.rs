//! *Sent Message Report Options*: what to print of this message, and printing it.

use leptos::{ev, prelude::*, task::spawn_local, web_sys};
use shared::{
    message::MessageId,
    report::{
        FAILED_DELIVERY_REFUSAL, ReportDetail, ReportDevice, ReportFormat, ReportOptions as Options,
    },
    session::Permission,
};
use wasm_bindgen::JsCast;

use super::state::Opened;
use crate::{
    api::{self, ReportFile},
    session::Session,
};

/// The section.
#[component]
pub fn ReportOptions(
    /// The message.
    id: MessageId,
) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let choices = opened.part(|detail| detail.report.clone());
    // As the manual opens it: the devices that the message used are ticked, No Device is not.
    let options = RwSignal::new(Options {
        devices: choices.with_untracked(|choices| {
            let devices = choices
                .iter()
                .flat_map(|choices| choices.devices.iter().copied());
            devices
                .filter(|device| *device != ReportDevice::NoDevice)
                .collect()
        }),
        detail: ReportDetail::default(),
        format: ReportFormat::default(),
    });
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let refusal = move || {
        (!session.may(Permission::Report))
            .then_some("Your account may read the log, not print reports.")
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
        spawn_local(async move {
            let answer = api::report(id, &options).await;
            busy.try_set(false);
            match answer {
                Ok(file) => {
                    if save(&file).is_none() {
                        problem.try_set(Some(
                            "The browser did not take the report. Try again.".into(),
                        ));
                    }
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
                                <option value=format.as_str()>{format.label()}</option>
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

/// Hands a file to the browser to save.
fn save(file: &ReportFile) -> Option<()> {
    let bytes = js_sys::Uint8Array::from(file.bytes.as_slice());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(&file.media_type);
    let parts = js_sys::Array::of1(&bytes);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link = document().create_element("a").ok()?;
    let link: web_sys::HtmlAnchorElement = link.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(&file.name);
    link.click();
    web_sys::Url::revoke_object_url(&url).ok()
}
