//! The recipients with their deliveries, a page at a time.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*, task::spawn_local, web_sys::Event};
use shared::{
    call_status::CallStatus,
    datetime,
    delivery::{Delivery, DeliveryStatus, DeviceFilter, Recipient, RecipientPage, RecipientQuery},
    message::MessageId,
    report::ReportDevice,
};

use super::{
    call_statuses::{CallStatusHelp, call_statuses},
    part_with,
    state::Opened,
};
use crate::{
    api::{self, Failure},
    figures::{counted, grouped},
    log::{address::RecipientFilter, grid::target, state::Log},
    session::Session,
    ui::{
        element::{El, button, effect, el},
        problem::failed,
        view::{View, each, many, some, when, words},
    },
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
        self.loading.set(true);
        self.failure.set(None);
        self.ask(after, None);
    }

    fn ask(self, after: Option<u32>, limit: Option<u32>) {
        let search = self.search.get_value() + 1;
        self.search.set_value(search);
        let filter = self.log.recipients.get_untracked();
        let query = RecipientQuery {
            search: filter.search.trim().to_owned(),
            device: filter.device,
            status: filter.status,
            failure: filter.failure,
            after,
            limit,
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

    /// Loads what is there anew, quietly. More than a request brings stays as it was.
    fn renew(self) {
        let shown = self.shown() as u32;
        if !self.loading.get_untracked() && shown <= RecipientQuery::MAX_LIMIT {
            self.ask(None, Some(shown.max(RecipientQuery::LIMIT)));
        }
    }

    /// How many lines are there.
    fn shown(self) -> usize {
        self.pages
            .with(|pages| pages.iter().map(|(_, page)| page.len()).sum::<usize>())
    }

    fn take(self, search: u32, first: bool, page: RecipientPage) {
        // What says the same stays as it is, with the focus in it.
        let is = |(_, known): &(u32, Vec<Recipient>)| *known == page.recipients;
        let same = first
            && self
                .pages
                .with_untracked(|pages| pages.len() == 1 && is(&pages[0]));
        if !same {
            self.pages.update(|pages| {
                if first {
                    pages.clear();
                }
                if !page.recipients.is_empty() {
                    pages.push((search, page.recipients));
                }
            });
        }
        self.total.set(Some(page.total));
        self.next.set(page.next_after);
        self.as_of
            .set(Some(datetime::display_with_seconds(&page.as_of)));
    }
}

/// The section.
pub fn recipients(id: MessageId) -> El {
    let opened = expect_context::<Opened>();
    let log = expect_context::<Log>();
    let lines = Lines::new(id);
    effect(move || {
        log.recipients.track();
        opened.refreshed.track();
        lines.load(None);
    });
    effect(move || {
        if opened.renewed.get() > 0 {
            lines.renew();
        }
    });
    let help = CallStatusHelp::new();
    let uses_phone = opened.part(|detail| detail.report.devices.contains(&ReportDevice::VoiceText));
    // One for all lines: a call status on any of them opens the panel at itself.
    let explain = move |event: Event| {
        let code = target(&event).and_then(|target| target.get_attribute("data-code"));
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            help.show(Some(CallStatus(code)));
        }
    };
    // A person may stand in several lines: *Total Recipients* counts people.
    let counts = words(move || {
        let mut words = match (lines.total.get(), lines.shown()) {
            (None, _) => String::new(),
            (Some(total), shown) if shown as u32 == total => counted(total.into(), "line", "lines"),
            (Some(total), shown) => {
                let (shown, total) = (grouped(shown as u64), grouped(total.into()));
                [&shown, " of ", &total, " lines"].concat()
            }
        };
        if let Some(at) = lines.as_of.get() {
            words.push_str(" · as of ");
            words.push_str(&at);
        }
        words
    });
    let statuses = [
        ("class", "button small quiet-button"),
        ("type", "button"),
        ("aria-haspopup", "dialog"),
    ];
    let statuses = when(
        move || uses_phone.get().unwrap_or_default(),
        move || {
            el("button", &statuses)
                .on_click(move || help.show(None))
                .child("Call statuses")
        },
    );
    let counts = el("p", &[("class", "as-of quiet figures"), ("role", "status")]).child(counts);
    let failure = some(
        move || lines.failure.get(),
        move |failure| failed(failure.sentence(), Some(move || lines.load(None))),
    );
    let pages = move || {
        let pages = lines.pages.get().into_iter();
        pages
            .map(|(search, page)| (search.to_string(), page))
            .collect()
    };
    let page = |page: Vec<Recipient>| {
        let attributes = [("role", "rowgroup"), ("class", "lines-page")];
        el("div", &attributes).child(many(page.into_iter().map(line)))
    };
    let table = [
        ("class", "lines"),
        ("role", "table"),
        ("aria-label", "Recipients"),
    ];
    let table = el("div", &table)
        .on("click", explain)
        .aria("aria-busy", move || lines.loading.get())
        .child(head())
        .child(each(pages, page));
    let more = when(
        move || lines.next.get().is_some(),
        move || {
            button("button wide", "Show more recipients")
                .aria("aria-busy", move || lines.loading.get())
                .on_click(move || lines.load(lines.next.get_untracked()))
        },
    );
    let removed = opened.part(|detail| detail.personal_data_removed_at.is_some());
    let none = move || match removed.get() {
        Some(true) => "Names and addresses were removed for their age.".into(),
        _ => "No recipient matches.".into(),
    };
    part_with("recipients", "Recipients", [statuses, counts.into()])
        .child(recipient_filters())
        .child(failure)
        .child(when(
            move || lines.total.get() == Some(0),
            move || el("p", &[("class", "quiet")]).child(words(none)),
        ))
        .child(call_statuses(help))
        .child(table)
        .child(more)
}

fn head() -> El {
    let columns = [
        ("Recipient", "line-name"),
        ("Delivery Device", "line-device"),
        ("Status", "line-status"),
        ("Time", "line-time"),
    ];
    let heads = columns.map(|(label, class)| {
        el("span", &[("role", "columnheader"), ("class", class)]).child(label)
    });
    el("div", &[("role", "rowgroup"), ("class", "lines-head")])
        .child(el("div", &[("role", "row"), ("class", "line")]).child(heads))
}

fn recipient_filters() -> El {
    let log = expect_context::<Log>();
    let search = debounce(PAUSE, move |text: String| {
        log.recipients.update(|filter| filter.search = text);
    });
    let field = [
        ("class", "filter"),
        ("type", "search"),
        ("aria-label", "Search recipients"),
        ("placeholder", "Name, student or address"),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ];
    let field = el("input", &field)
        .value_by(move || log.recipients.with(|f| f.search.clone()))
        .on_value("input", search);
    let devices = DeviceFilter::ALL.map(|device| {
        choice(device.as_str(), device.label(), move |f| {
            f.device == Some(device)
        })
    });
    let devices = el("select", &[("aria-label", "Delivery Device")])
        .child(choice("", "Any device", |f| f.device.is_none()))
        .child(devices)
        .on_value("change", move |device| {
            log.recipients
                .update(|filter| filter.device = device.parse().ok());
        });
    let statuses = DeliveryStatus::ALL.map(|status| {
        choice(status.as_str(), status.label(), move |f| {
            f.status == Some(status)
        })
    });
    let statuses = el("select", &[("aria-label", "Delivery Status")])
        .child(choice("", "Any status", |f| f.status.is_none()))
        .child(statuses)
        .on_value("change", move |status| {
            log.recipients
                .update(|filter| filter.status = status.parse().ok());
        });
    let one_cause = when(
        move || log.recipients.with(|filter| filter.failure.is_some()),
        move || {
            let all = button("button small", "Show all")
                .on_click(move || log.recipients.update(|filter| filter.failure = None));
            el("p", &[("class", "one-cause")])
                .child("Only one cause of failure. ")
                .child(all)
        },
    );
    let attributes = [
        ("class", "recipient-filters"),
        ("role", "search"),
        ("aria-label", "Search recipients"),
    ];
    el("div", &attributes)
        .child(field)
        .child(devices)
        .child(statuses)
        .child(one_cause)
}

fn choice(value: &str, label: &'static str, is: impl Fn(&RecipientFilter) -> bool + 'static) -> El {
    let log = expect_context::<Log>();
    el("option", &[("value", value)])
        .attr_when("selected", move || log.recipients.with(&is))
        .child(label)
}

/// A recipient's deliveries, a row each; the name stands at the first.
fn line(recipient: Recipient) -> View {
    let Recipient {
        name,
        student,
        deliveries,
        device_elsewhere,
        ..
    } = recipient;
    let row = |class, who: El| el("div", &[("role", "row"), ("class", class)]).child(who);
    if deliveries.is_empty() {
        // They are none of *Total No Device*.
        let words = match device_elsewhere {
            true => "Device on another line",
            false => "No Device",
        };
        let cell = |class| el("span", &[("role", "cell"), ("class", class)]);
        return row("line first", who(name, student, false))
            .child(cell("line-device quiet").child(words))
            .child(cell("line-status"))
            .child(cell("line-time"))
            .into();
    }
    many(deliveries.into_iter().enumerate().map(|(at, delivery)| {
        let class = if at == 0 { "line first" } else { "line" };
        row(class, who(name.clone(), student.clone(), at != 0)).child(delivery_cells(delivery))
    }))
}

fn who(name: String, student: Option<String>, again: bool) -> El {
    let class = if again {
        "line-name again"
    } else {
        "line-name"
    };
    let student = student.map(|student| {
        el("span", &[("class", "line-student quiet"), ("dir", "auto")]).child(student)
    });
    el("span", &[("role", "cell"), ("class", class)])
        .child(el("span", &[("class", "line-person"), ("dir", "auto")]).child(name))
        .child(student)
}

fn delivery_cells(delivery: Delivery) -> [El; 3] {
    let words = delivery.shown_status();
    let confirmed = delivery.confirmed_at.as_ref().map(datetime::display);
    let at = delivery.at.as_ref().map(datetime::display);
    let duplicate = [
        ("class", "tag"),
        (
            "title",
            "An earlier delivery of this message has the same address; it shows that one’s outcome.",
        ),
    ];
    let duplicate = delivery.duplicate.then(|| {
        [
            View::from(" "),
            el("span", &duplicate).child("Duplicate").into(),
        ]
    });
    let status: View = match delivery.call_status {
        Some(code) => {
            let attributes = [
                ("class", "call-status"),
                ("type", "button"),
                ("data-code", &*code.0.to_string()),
                ("title", note(code)),
            ];
            el("button", &attributes).child(words).into()
        }
        None => words.into(),
    };
    let quiet =
        |words: String| el("span", &[("class", "line-reason quiet"), ("dir", "auto")]).child(words);
    let mark = [("class", mark(delivery.status)), ("aria-hidden", "true")];
    let cell = |class| el("span", &[("role", "cell"), ("class", class)]);
    [
        cell("line-device")
            .child(el("span", &[("class", "line-kind quiet")]).child(delivery.device.label()))
            .child(" ")
            .child(
                el("span", &[("class", "line-address"), ("dir", "auto")]).child(delivery.address),
            )
            .child(duplicate),
        cell("line-status")
            .child(el("span", &mark))
            .child(status)
            .child(delivery.reason.map(quiet))
            .child(confirmed.map(|at| quiet(["Pressed 0 on ", &at].concat()))),
        cell("line-time figures").child(at),
    ]
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
