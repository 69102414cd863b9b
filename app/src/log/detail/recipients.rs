//! The recipients with their deliveries, a page at a time.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::debounce, prelude::*, task::spawn_local, web_sys};
use shared::{
    call_status::CallStatus,
    datetime,
    delivery::{Delivery, DeliveryStatus, DeviceFilter, Recipient, RecipientPage, RecipientQuery},
    message::MessageId,
    report::ReportDevice,
};
use wasm_bindgen::JsCast;

use super::{
    call_statuses::{CallStatusHelp, CallStatuses},
    state::Opened,
};
use crate::{
    api::{self, Failure},
    figures::{counted, grouped},
    log::state::Log,
    session::Session,
};

/// Recipients are searched once typing has paused; every search is a request.
const PAUSE: Duration = Duration::from_millis(250);

/// What has been loaded of the recipients.
#[derive(Clone, Copy)]
struct Lines {
    id: MessageId,
    log: Log,
    session: Session,
    pages: RwSignal<Vec<(u32, Vec<Recipient>)>>,
    total: RwSignal<Option<u32>>,
    as_of: RwSignal<Option<String>>,
    next: RwSignal<Option<u32>>,
    loading: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    search: StoredValue<u32>,
}

impl Lines {
    fn new(id: MessageId) -> Self {
        Lines {
            id,
            log: expect_context::<Log>(),
            session: expect_context::<Session>(),
            pages: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            as_of: RwSignal::new(None),
            next: RwSignal::new(None),
            loading: RwSignal::new(false),
            failure: RwSignal::new(None),
            search: StoredValue::new(0),
        }
    }

    /// Loads the page after line `after`; the first one replaces what is there.
    fn load(self, after: Option<u32>) {
        let search = self.search.get_value() + 1;
        self.search.set_value(search);
        self.loading.set(true);
        self.failure.set(None);
        let filter = self.log.recipients.get_untracked();
        let query = RecipientQuery {
            search: filter.search.trim().to_owned(),
            device: filter.device,
            status: filter.status,
            failure: filter.failure,
            after,
            limit: None,
        };
        spawn_local(async move {
            let answer = api::recipients(self.id, &query).await;
            if self.search.try_get_value() != Some(search) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(page) => self.take(search, after.is_none(), page),
                Err(failure) => {
                    if !self.session.ended_by(&failure) {
                        self.failure.set(Some(failure));
                    }
                }
            }
        });
    }

    fn take(self, search: u32, first: bool, page: RecipientPage) {
        self.pages.update(|pages| {
            if first {
                pages.clear();
            }
            if !page.recipients.is_empty() {
                pages.push((search, page.recipients));
            }
        });
        self.total.set(Some(page.total));
        self.next.set(page.next_after);
        self.as_of
            .set(Some(datetime::display_with_seconds(&page.as_of)));
    }
}

/// The section.
#[component]
pub fn Recipients(
    /// The message.
    id: MessageId,
) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let log = expect_context::<Log>();
    let lines = Lines::new(id);
    Effect::new(move |_| {
        log.recipients.track();
        opened.refreshed.track();
        lines.load(None);
    });
    let help = CallStatusHelp::new();
    let uses_phone = opened.part(|detail| detail.report.devices.contains(&ReportDevice::VoiceText));
    // One for all lines: a call status on any of them opens the panel at itself.
    let explain = move |event: ev::MouseEvent| {
        let target = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let code = target.and_then(|target| target.get_attribute("data-code"));
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            help.show(Some(CallStatus(code)));
        }
    };
    let shown = move || {
        lines
            .pages
            .with(|pages| pages.iter().map(|(_, page)| page.len()).sum::<usize>())
    };
    let counts = move || {
        lines.total.get().map(|total| match shown() {
            shown if shown as u32 == total => counted(total.into(), "recipient", "recipients"),
            shown => format!(
                "{} of {} recipients",
                grouped(shown as u64),
                grouped(total.into())
            ),
        })
    };
    view! {
        <section class="part recipients" aria-labelledby="recipients">
            <div class="part-head">
                <h3 id="recipients">"Recipients"</h3>
                {move || uses_phone.get().unwrap_or_default().then(|| view! {
                    <button class="button small quiet-button" type="button" aria-haspopup="dialog"
                        on:click=move |_| help.show(None)>"Call statuses"</button>
                })}
                <p class="as-of quiet figures" role="status">
                    {counts}{move || lines.as_of.get().map(|at| format!(" · as of {at}"))}
                </p>
            </div>
            <RecipientFilters/>
            {move || lines.failure.get().map(|failure| view! {
                <div class="failed" role="alert">
                    <p>{failure.sentence()}</p>
                    <button class="button small" type="button" on:click=move |_| lines.load(None)>"Try again"</button>
                </div>
            })}
            <Show when=move || lines.total.get() == Some(0)>
                <p class="quiet">"No recipient matches."</p>
            </Show>
            <CallStatuses help/>
            <div class="lines" role="table" aria-label="Recipients" on:click=explain aria-busy=move || lines.loading.get().to_string()>
                <div role="rowgroup" class="lines-head">
                    <div role="row" class="line">
                        <span role="columnheader" class="line-name">"Recipient"</span>
                        <span role="columnheader" class="line-device">"Delivery Device"</span>
                        <span role="columnheader" class="line-status">"Status"</span>
                        <span role="columnheader" class="line-time">"Time"</span>
                    </div>
                </div>
                <For each=move || lines.pages.get() key=|(search, page)| (*search, page.len()) let:page>
                    <div role="rowgroup" class="lines-page">
                        {page.1.into_iter().map(|recipient| view! { <Line recipient/> }).collect_view()}
                    </div>
                </For>
            </div>
            <Show when=move || lines.next.get().is_some()>
                <button class="button wide" type="button" aria-busy=move || lines.loading.get().to_string()
                    on:click=move |_| lines.load(lines.next.get_untracked())>"Show more recipients"</button>
            </Show>
        </section>
    }
}

#[component]
fn RecipientFilters() -> impl IntoView {
    let log = expect_context::<Log>();
    let mut search = debounce(PAUSE, move |text: String| {
        log.recipients.update(|filter| filter.search = text);
    });
    view! {
        <div class="recipient-filters" role="search" aria-label="Search recipients">
            <input class="filter" type="search" aria-label="Search recipients" placeholder="Name, student or address"
                autocomplete="off" spellcheck="false" prop:value=move || log.recipients.with(|f| f.search.clone())
                on:input=move |event| search(event_target_value(&event))/>
            <select aria-label="Delivery Device" on:change=move |event| {
                let device = event_target_value(&event).parse().ok();
                log.recipients.update(|filter| filter.device = device);
            }>
                <option value="" selected=move || log.recipients.with(|f| f.device.is_none())>"Any device"</option>
                {DeviceFilter::ALL.map(|device| view! {
                    <option value=device.as_str() selected=move || log.recipients.with(|f| f.device == Some(device))>
                        {device.label()}
                    </option>
                }).collect_view()}
            </select>
            <select aria-label="Delivery Status" on:change=move |event| {
                let status = event_target_value(&event).parse().ok();
                log.recipients.update(|filter| filter.status = status);
            }>
                <option value="" selected=move || log.recipients.with(|f| f.status.is_none())>"Any status"</option>
                {DeliveryStatus::ALL.map(|status| view! {
                    <option value=status.as_str() selected=move || log.recipients.with(|f| f.status == Some(status))>
                        {status.label()}
                    </option>
                }).collect_view()}
            </select>
            {move || log.recipients.with(|filter| filter.failure.is_some()).then(|| view! {
                <p class="one-cause">
                    "Only one cause of failure. "
                    <button class="button small" type="button"
                        on:click=move |_| log.recipients.update(|filter| filter.failure = None)>"Show all"</button>
                </p>
            })}
        </div>
    }
}

/// A recipient's deliveries, a row each; the name stands at the first.
#[component]
fn Line(recipient: Recipient) -> impl IntoView {
    let Recipient {
        name,
        student,
        deliveries,
        ..
    } = recipient;
    if deliveries.is_empty() {
        return view! {
            <div role="row" class="line first">
                <Who name student again=false/>
                <span role="cell" class="line-device quiet">"No Device"</span>
                <span role="cell" class="line-status"></span>
                <span role="cell" class="line-time"></span>
            </div>
        }
        .into_any();
    }
    let rows = deliveries.into_iter().enumerate().map(|(at, delivery)| {
        let (name, student) = (name.clone(), student.clone());
        view! {
            <div role="row" class="line" class:first=at == 0>
                <Who name student again=at != 0/>
                <DeliveryCells delivery/>
            </div>
        }
    });
    rows.collect_view().into_any()
}

#[component]
fn Who(name: String, student: Option<String>, again: bool) -> impl IntoView {
    view! {
        <span role="cell" class="line-name" class:again=again>
            <span class="line-person" dir="auto">{name}</span>
            {student.map(|student| view! { <span class="line-student quiet" dir="auto">{student}</span> })}
        </span>
    }
}

#[component]
fn DeliveryCells(delivery: Delivery) -> impl IntoView {
    let words = delivery.shown_status();
    let class = mark(delivery.status);
    let confirmed = delivery.confirmed_at.as_ref().map(datetime::display);
    view! {
        <span role="cell" class="line-device">
            <span class="line-kind quiet">{delivery.device.label()}</span>" "
            <span class="line-address" dir="auto">{delivery.address}</span>
            {delivery.duplicate.then(|| view! {
                " "<span class="tag" title="An earlier delivery of this message has the same address; it shows that one’s outcome.">"Duplicate"</span>
            })}
        </span>
        <span role="cell" class="line-status">
            <span class=class aria-hidden="true"></span>
            {match delivery.call_status {
                Some(code) => view! {
                    <button class="call-status" type="button" data-code=code.0 title=note(code)>{words}</button>
                }.into_any(),
                None => words.into_any(),
            }}
            {delivery.reason.map(|reason| view! { <span class="line-reason quiet" dir="auto">{reason}</span> })}
            {confirmed.map(|at| view! { <span class="line-reason quiet">"Pressed 0 on "{at}</span> })}
        </span>
        <span role="cell" class="line-time figures">{delivery.at.as_ref().map(datetime::display)}</span>
    }
}

/// What a call status means.
fn note(code: CallStatus) -> &'static str {
    match code.definition() {
        Some(definition) => definition.note,
        None => "A number that is not among the known call statuses.",
    }
}

/// The class of the shape that stands before a delivery's status.
const fn mark(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Queued => "mark waiting",
        DeliveryStatus::InProgress => "mark in-progress",
        DeliveryStatus::Sent => "mark sent",
        DeliveryStatus::Failed => "mark error",
        DeliveryStatus::Canceled => "mark canceled",
        DeliveryStatus::OptedOut => "mark opted-out",
    }
}
