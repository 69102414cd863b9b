//! *Message Detail*: what the message says on each device.

use leptos::prelude::*;
use shared::message::{Body, BodyFormat};

use super::{part, state::Opened};
use crate::ui::{
    element::{El, el},
    view::{View, many, some},
};

/// The section.
pub fn message_content() -> El {
    let opened = expect_context::<Opened>();
    let content = opened.part(|detail| detail.content.clone());
    part("message-detail", "Message Detail").child(some(
        move || content.get(),
        |content| {
            let reply_to = content.reply_to.unwrap_or_else(|| "None".into());
            let reply_to = el("div", &[])
                .child(el("dt", &[]).child("Reply To Email"))
                .child(el("dd", &[("dir", "auto")]).child(reply_to));
            let bodies = alike(content.bodies).into_iter();
            [
                el("dl", &[("class", "pairs")]).child(reply_to).into(),
                many(bodies.map(|(label, body)| body_view(&label, body))),
            ] as [View; 2]
        },
    ))
}

/// Bodies with their devices' names; devices that say the same share one.
fn alike(bodies: Vec<Body>) -> Vec<(String, Body)> {
    let mut shown: Vec<(String, Body)> = Vec::new();
    for body in bodies {
        let same = shown
            .iter_mut()
            .find(|(_, other)| other.format == body.format && other.content == body.content);
        match same {
            Some((label, _)) => {
                label.push_str(", ");
                label.push_str(body.device.label());
            }
            None => shown.push((body.device.label().into(), body)),
        }
    }
    shown
}

fn body_view(label: &str, body: Body) -> [El; 2] {
    let name = ["Message Body, ", label].concat();
    let paper = match body.format {
        BodyFormat::Text => {
            let attributes = [
                ("class", "paper user-text"),
                ("dir", "auto"),
                ("role", "group"),
                ("aria-label", name.as_str()),
            ];
            el("div", &attributes).child(body.content)
        }
        BodyFormat::Html => el(
            "iframe",
            &[
                ("class", &*["paper ", size(&body.content)].concat()),
                ("sandbox", ""),
                ("title", &name),
                ("referrerpolicy", "no-referrer"),
                ("srcdoc", &document_of(&body.content)),
            ],
        ),
    };
    let heading = ["Message Body: ", label].concat();
    [el("h4", &[]).child(heading), paper]
}

/// A document of its own for a body, in which nothing runs and nothing loads, whatever the page allows itself.
fn document_of(content: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
         <meta name=\"color-scheme\" content=\"light\"></head>\
         <body dir=\"auto\" bgcolor=\"#ffffff\" text=\"#1b1f24\"><font face=\"system-ui, sans-serif\" size=\"2\">\
         {content}</font></body></html>"
    )
}

/// The frame's size: nothing can look inside it, so it goes by the amount of text.
fn size(content: &str) -> &'static str {
    let breaks = ["<p", "<br", "<li", "<tr", "<h", "<div"];
    let lines = content.len() / 90
        + breaks
            .map(|tag| content.matches(tag).count())
            .iter()
            .sum::<usize>();
    match lines {
        0..=4 => "short",
        5..=14 => "medium",
        _ => "long",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::delivery::Device;

    fn body(device: Device, content: &str) -> Body {
        Body {
            device,
            format: BodyFormat::Text,
            content: content.into(),
        }
    }

    #[test]
    fn devices_that_say_the_same_share_one_body() {
        let shown = alike(vec![
            body(Device::Inbox, "School is cancelled due to weather."),
            body(Device::Email, "School is cancelled due to weather."),
            body(Device::Text, "No school today."),
        ]);
        let labels: Vec<_> = shown.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["Inbox, Email", "Text"]);
    }

    #[test]
    fn a_bodys_document_allows_nothing_to_load() {
        let document = document_of("<p>Hello</p>");
        let policy = document.find("default-src 'none'").unwrap();
        assert!(policy < document.find("<p>Hello</p>").unwrap());
    }
}
