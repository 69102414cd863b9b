//! Who printed the message's report, when, and with which options.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    datetime,
    message::MessageId,
    report::{Print, ReportDetail},
};

use super::{printing::Printing, state::Opened};
use crate::{
    api,
    figures::counted,
    ui::{
        element::{El, effect, el},
        view::{View, many, some},
    },
};

/// The list, folded; nothing where nobody printed.
pub fn prints(id: MessageId) -> View {
    let opened = expect_context::<Opened>();
    let printing = expect_context::<Printing>();
    let prints = RwSignal::new(Vec::new());
    effect(move || {
        opened.refreshed.track();
        printing.printed.track();
        spawn_local(async move {
            // What cannot be had now is not shown; the next refresh asks again.
            if let Ok(list) = api::prints(id).await {
                prints.try_set(list);
            }
        });
    });
    some(move || prints.with(|prints| folded(prints)), |list| list)
}

fn folded(prints: &[Print]) -> Option<El> {
    let last = prints.first()?;
    let times = match prints.len() {
        // The oldest are not listed.
        Print::LISTED.. => format!("{} times or more", Print::LISTED),
        fewer => counted(fewer as u64, "time", "times"),
    };
    let words = format!(
        "Printed {times}, last on {} by {}",
        datetime::display(&last.at),
        last.by
    );
    let lines = prints
        .iter()
        .map(|print| el("li", &[("dir", "auto")]).child(line(print)));
    Some(
        el("details", &[("class", "prints quiet")])
            .child(el("summary", &[("dir", "auto")]).child(words))
            .child(el("ul", &[]).child(many(lines))),
    )
}

fn line(print: &Print) -> String {
    let mut words = format!(
        "{} · {} · {} · {}",
        datetime::display(&print.at),
        print.by,
        print.format.label(),
        print.detail.label()
    );
    let devices = match print.detail {
        ReportDetail::Summary => &[],
        ReportDetail::All | ReportDetail::Failed => print.devices.as_slice(),
    };
    for (number, device) in devices.iter().enumerate() {
        words.push_str(if number == 0 { " · " } else { ", " });
        words.push_str(device.label());
    }
    if print.masked {
        words.push_str(" · addresses masked");
    }
    words
}
