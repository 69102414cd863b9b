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
    let words = format!(
        "Printed {}, last on {} by {}",
        times(prints.len()),
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

/// How often it was printed, where so many prints are listed.
fn times(listed: usize) -> String {
    match listed {
        // Older ones may not be listed.
        Print::LISTED.. => format!("{} times or more", Print::LISTED),
        all => counted(all as u64, "time", "times"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_may_not_be_whole_does_not_claim_to_be() {
        let told = [1, 2, 99, 100].map(times);
        assert_eq!(told, ["1 time", "2 times", "99 times", "100 times or more"]);
    }
}
