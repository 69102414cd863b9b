//! Deliveries to hand over.

use std::sync::Arc;

use server::{
    content::Content,
    delivery::{Hold, providers::HandOver},
};
use shared::{delivery::Device, message::MessageId};

/// What a message says on every device.
pub fn content(words: &str) -> Content {
    Content {
        subject: "Closed tomorrow".into(),
        organization: "High School".into(),
        sender: "Administrator, System".into(),
        reply_to: Some("office@district.example".into()),
        bodies: [
            None,
            Some(words.into()),
            Some(words.into()),
            Some(words.into()),
        ],
    }
}

/// One delivery of message 7 for each address.
pub fn batch(device: Device, words: &str, addresses: &[&str]) -> Vec<HandOver> {
    let content = Arc::new(content(words));
    let numbered = addresses.iter().zip(0..);
    let delivery = |(address, number): (&&str, u32)| HandOver {
        message: MessageId(7),
        number,
        device,
        address: (*address).to_owned(),
        attempt: 1,
        content: content.clone(),
        person: format!("p{number}"),
        name: format!("Parent, Number {number}"),
        hold: Hold::default(),
    };
    numbered.map(delivery).collect()
}
