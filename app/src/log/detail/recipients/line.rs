//! A recipient's line: who it is, and what became of each delivery.

use shared::{
    call_status::CallStatus,
    datetime,
    delivery::{Delivery, DeliveryStatus, Recipient},
};

use crate::ui::{
    element::{El, el},
    view::{View, many},
};

/// A recipient's deliveries, a row each; the name stands at the first.
pub fn line(recipient: Recipient) -> View {
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
