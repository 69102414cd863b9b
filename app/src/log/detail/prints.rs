//! Who printed the message's report, when, and with which options.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    datetime,
    message::MessageId,
    report::{Print, ReportDetail},
};

use super::{printing::Printing, state::Opened};
use crate::{api, figures::counted};

/// The list, folded; nothing where nobody printed.
#[component]
pub fn Prints(
    /// The message.
    id: MessageId,
) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let printing = expect_context::<Printing>();
    let prints = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        opened.refreshed.track();
        printing.printed.track();
        spawn_local(async move {
            // What cannot be had now is not shown; the next refresh asks again.
            if let Ok(list) = api::prints(id).await {
                prints.try_set(list);
            }
        });
    });
    move || {
        prints.with(|prints| {
            let last = prints.first()?;
            let words = format!(
                "Printed {}, last on {} by {}",
                counted(prints.len() as u64, "time", "times"),
                datetime::display(&last.at),
                last.by
            );
            let lines = prints
                .iter()
                .map(|print| view! { <li dir="auto">{line(print)}</li> });
            Some(view! {
                <details class="prints quiet">
                    <summary dir="auto">{words}</summary>
                    <ul>{lines.collect_view()}</ul>
                </details>
            })
        })
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
