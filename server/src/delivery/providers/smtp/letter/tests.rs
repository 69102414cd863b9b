//! What a letter looks like on the wire.

use std::sync::Arc;

use shared::message::MessageId;

use super::*;
use crate::delivery::{Hold, providers::smtp::key_of};

fn content() -> Content {
    Content {
        subject: "Closed tomorrow".into(),
        organization: "High School".into(),
        sender: "Administrator, System".into(),
        reply_to: Some("Office <office@district.example>".into()),
        bodies: [None, Some("No school.".into()), None, None],
    }
}

fn delivery(content: &Content) -> HandOver {
    HandOver {
        message: MessageId(7),
        number: 3,
        device: Device::Email,
        address: "heather@nomail.com".into(),
        attempt: 1,
        content: Arc::new(content.clone()),
        person: "p1".into(),
        name: "Parent, Heather".into(),
        hold: Hold::default(),
    }
}

fn letter_of(delivery: &HandOver) -> Letter {
    let from = "District <alerts@district.example>".parse().unwrap();
    let letterhead = Letterhead::new(from);
    let date = "2020-01-31T22:00:00Z".parse().unwrap();
    letterhead
        .draft(&delivery.content, date)
        .letter(delivery)
        .unwrap()
}

fn text_of(delivery: &HandOver) -> String {
    String::from_utf8(letter_of(delivery).bytes).unwrap()
}

/// The headers, with what was folded on one line again.
fn headers(text: &str) -> Vec<String> {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_letter_says_who_to_whom_when_and_where_answers_go() {
    let letter = letter_of(&delivery(&content()));
    let text = String::from_utf8(letter.bytes).unwrap();
    let headers = headers(&text);
    for header in [
        "From: District <alerts@district.example>",
        "To: =?utf-8?b?UGFyZW50LCBIZWF0aGVy?= <heather@nomail.com>",
        "Reply-To: Office <office@district.example>",
        "Subject: Closed tomorrow",
        "Date: Fri, 31 Jan 2020 22:00:00 +0000",
        "Auto-Submitted: auto-generated",
        &format!("Message-ID: <{}>", letter.id),
    ] {
        assert!(
            headers.iter().any(|found| found == header),
            "{header} in {headers:?}"
        );
    }
    assert!(text.contains("Content-Type: text/plain; charset=utf-8"));
    assert!(text.trim_end().ends_with("No school."));
    assert_eq!(letter.to.as_ref() as &str, "heather@nomail.com");
}

#[test]
fn the_message_id_names_the_delivery_and_is_its_own_for_other_words() {
    let first = letter_of(&delivery(&content()));
    assert_eq!(key_of(&first.id), Some(delivery(&content()).key()));
    assert!(first.id.ends_with("@district.example"));
    assert_eq!(
        letter_of(&delivery(&content())).id,
        first.id,
        "a repeat is known as one"
    );
    let other = Content {
        subject: "Open".into(),
        ..content()
    };
    assert_ne!(letter_of(&delivery(&other)).id, first.id);
    let elsewhere = HandOver {
        address: "b@nomail.com".into(),
        ..delivery(&content())
    };
    assert_ne!(letter_of(&elsewhere).id, first.id);
}

#[test]
fn html_goes_out_as_it_was_written_beside_its_words() {
    let body = "<p>No school <b>tomorrow</b>.</p><p>See <a href=\"https://district.example/x\">why</a>.</p>";
    let content = Content {
        bodies: [None, Some(body.into()), None, None],
        ..content()
    };
    let text = text_of(&delivery(&content))
        .replace("=\r\n", "")
        .replace("=3D", "=");
    assert!(text.contains("multipart/alternative"));
    let (plain, html) = text.split_once("text/html").unwrap();
    assert!(plain.contains("text/plain"));
    assert!(plain.contains("No school tomorrow."));
    assert!(
        plain.contains("why (https://district.example/x)"),
        "{plain}"
    );
    assert!(!plain.contains("<p>"));
    assert!(html.contains(body), "{html}");
}

#[test]
fn any_script_travels_as_ascii_and_comes_back() {
    let subject = "Lub tsev kawm ntawv kaw · Trường đóng cửa · 学校停课 · أُغلقت المدرسة";
    let content = Content {
        subject: subject.into(),
        bodies: [
            None,
            Some("学校明天停课。 Không có lớp.".into()),
            None,
            None,
        ],
        ..content()
    };
    let delivery = HandOver {
        name: "Nguyễn, Thị Ánh".into(),
        ..delivery(&content)
    };
    let text = text_of(&delivery);
    assert!(text.is_ascii());
    let read = |name: &str| {
        let headers = headers(&text);
        let line = headers
            .iter()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
            .to_owned();
        decode_words(&line)
    };
    assert_eq!(read("Subject: "), subject);
    assert_eq!(read("To: "), "Nguyễn, Thị Ánh <heather@nomail.com>");
}

/// Reads encoded words (RFC 2047) in base64, as a mail program does.
fn decode_words(line: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let mut bytes = Vec::new();
    let mut after_encoded = false;
    for word in line.split_inclusive(' ') {
        let bare = word.trim_end();
        let encoded = bare
            .strip_prefix("=?utf-8?b?")
            .and_then(|rest| rest.strip_suffix("?="));
        match encoded {
            Some(coded) => bytes.extend(BASE64_STANDARD.decode(coded).unwrap()),
            None => {
                if after_encoded {
                    bytes.push(b' ');
                }
                bytes.extend(word.as_bytes());
            }
        }
        after_encoded = encoded.is_some();
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_words_become_a_header_of_their_own() {
    let evil = "x\r\nBcc: all@nomail.com\r\n\r\nbody\n\u{85}\u{2028}\u{0}";
    let content = Content {
        subject: evil.into(),
        reply_to: Some("a\r\nBcc: all@nomail.com <office@district.example>".into()),
        ..content()
    };
    let delivery = HandOver {
        name: evil.into(),
        ..delivery(&content)
    };
    let text = text_of(&delivery);
    let names: Vec<String> = headers(&text)
        .iter()
        .map(|line| line.split(':').next().unwrap().to_lowercase())
        .collect();
    assert!(!names.contains(&"bcc".to_owned()), "{text}");
    assert_eq!(names.iter().filter(|name| *name == "subject").count(), 1);
    assert!(
        text.replace("\r\n", "")
            .bytes()
            .all(|byte| (32..127).contains(&byte) || byte == b'\t')
    );
}

#[test]
fn an_answer_address_that_is_none_is_left_out() {
    let content = Content {
        reply_to: Some("the office".into()),
        ..content()
    };
    assert!(!text_of(&delivery(&content)).contains("Reply-To"));
}

#[test]
fn what_is_no_address_is_refused_in_words() {
    for address in [
        "heather",
        "a@b@c",
        "a b@c.example",
        "x@y.example>\r\nDATA",
        "<a@b.example>",
    ] {
        let delivery = HandOver {
            address: address.into(),
            ..delivery(&content())
        };
        let letterhead = Letterhead::new("alerts@district.example".parse().unwrap());
        let draft = letterhead.draft(&delivery.content, DateTime::UNIX_EPOCH);
        assert!(draft.letter(&delivery).is_err(), "{address}");
    }
}
