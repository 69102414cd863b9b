//! What a message says, as the store keeps it and the providers carry it.

use shared::delivery::Device;

/// What a message says: the same for each of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// *Message Subject*.
    pub subject: String,
    /// *District/School*.
    pub organization: String,
    /// Who sent it.
    pub sender: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The bodies as they were submitted, plain text or HTML, in the order of [`Device::ALL`].
    pub bodies: [Option<String>; 4],
}

impl Content {
    /// The words for a device: its own, or else those of the device next to it.
    pub fn body(&self, device: Device) -> &str {
        let [inbox, email, voice, text] = &self.bodies;
        let order = match device {
            Device::Inbox => [inbox, email, text, voice],
            Device::Email => [email, inbox, text, voice],
            Device::Voice => [voice, text, email, inbox],
            Device::Text => [text, voice, email, inbox],
        };
        order
            .into_iter()
            .find_map(|body| body.as_deref())
            .unwrap_or(&self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_words_of_its_own_takes_its_neighbours() {
        let mut content = Content {
            subject: "Closed".into(),
            organization: "High School".into(),
            sender: "Ada".into(),
            reply_to: None,
            bodies: [None, Some("<p>mail</p>".into()), None, Some("text".into())],
        };
        assert_eq!(content.body(Device::Inbox), "<p>mail</p>");
        assert_eq!(content.body(Device::Voice), "text");
        content.bodies = [None, None, None, None];
        assert_eq!(content.body(Device::Text), "Closed");
    }
}
