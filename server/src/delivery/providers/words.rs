//! A message's words as plain text, for what shows or speaks no HTML.

use shared::{
    delivery::Device,
    message::{Body, BodyFormat},
};

use crate::{content::Content, html, report};

/// The words for a device, with the addresses that links lead to.
pub(super) fn words(content: &Content, device: Device) -> String {
    let body = content.body(device);
    if !html::is_html(body) {
        return body.to_owned();
    }
    let mut tamed = Body {
        device: Device::Email,
        format: BodyFormat::Html,
        content: body.to_owned(),
    };
    html::tame(&mut tamed);
    match device {
        // One character outside of GSM's alphabet leaves a text message 70 characters a part instead of 160: none is
        // added that the sender did not write.
        Device::Text => report::text::of_html_with(&tamed.content, "- ").replace('\u{a0}', " "),
        Device::Inbox | Device::Email | Device::Voice => report::text::of_html(&tamed.content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The alphabet of text messages (3GPP TS 23.038), with what it writes as two.
    const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ\
        ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\u{c}^{}\\[~]|€";

    fn of(html: &str, device: Device) -> String {
        let mut content = Content {
            subject: "Closed".into(),
            organization: "High School".into(),
            sender: "Ada".into(),
            reply_to: None,
            bodies: [const { None }; 4],
        };
        content.bodies[1] = Some(html.to_owned());
        words(&content, device)
    }

    const LISTS: &str = "<p>No&nbsp;school:</p><ul><li>Monday</li><li>Tuesday<ol><li>buses</li></ol></li></ul>\
        <table><tr><td>Meals</td><td>8:00</td></tr></table><p><a href=\"https://nomail.com\">More</a></p>";

    #[test]
    fn a_text_message_of_lists_has_no_character_that_makes_it_dearer() {
        let text = of(LISTS, Device::Text);
        let expected =
            "No school:\n- Monday\n- Tuesday\n  1. buses\nMeals | 8:00\nMore (https://nomail.com)";
        assert_eq!(text, expected);
        assert!(text.chars().all(|c| GSM.contains(c)), "{text}");
    }

    #[test]
    fn what_the_sender_wrote_stays_as_it_is() {
        let wrote = of("<p>• “Café”</p>", Device::Text);
        assert_eq!(wrote, "• “Café”");
    }

    #[test]
    fn a_mail_keeps_its_bullets() {
        assert!(of(LISTS, Device::Email).contains("• Monday"));
    }
}
