//! The log's state as a query string, and back: the range, filters, sort, the open message and the filter of
//! its recipients. What cannot be read is left out, so that an old or mistyped link still opens the page.

use std::borrow::Cow;

use shared::{
    delivery::{DeliveryStatus, DeviceFilter},
    message::{MessageId, MessageStatus},
};

use super::{
    columns::{Column, Facet, Typed},
    filter::ColumnFilters,
    sort::{Direction, Sort},
};

/// Everything of the page that a link carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// *Created Between*, as typed: `YYYY-MM-DD`, empty for the default.
    pub from: String,
    /// The last day, likewise.
    pub to: String,
    /// The column filters.
    pub filters: ColumnFilters,
    /// The sort; none is newest first.
    pub sort: Option<Sort>,
    /// The open message.
    pub message: Option<MessageId>,
    /// Which of its recipients are shown.
    pub recipients: RecipientFilter,
}

/// Which recipients of the open message are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientFilter {
    /// A part of a name, a student or an address.
    pub search: String,
    /// Only lines with this device.
    pub device: Option<DeviceFilter>,
    /// Only lines with a delivery in this status.
    pub status: Option<DeliveryStatus>,
    /// Only lines with a delivery that failed for the same cause as the delivery of this number.
    pub failure: Option<i64>,
}

impl Address {
    /// Reads a query string, with or without its question mark.
    pub fn parse(query: &str) -> Self {
        let mut address = Address::default();
        let query = query.strip_prefix('?').unwrap_or(query);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            address.read(key, decode(value));
        }
        address
    }

    fn read(&mut self, key: &str, value: String) {
        match key {
            "from" => self.from = value,
            "to" => self.to = value,
            "sort" => self.sort = sort(&value),
            "message" => self.message = value.parse().ok(),
            "recipients" => self.recipients.search = value,
            "device" => self.recipients.device = value.parse().ok(),
            "delivery" => self.recipients.status = value.parse().ok(),
            "failure" => self.recipients.failure = value.parse().ok(),
            "status" => {
                if let Ok(status) = value.parse::<MessageStatus>() {
                    self.filters.choose(Facet::Status, status.label());
                }
            }
            _ => {
                let facets = Facet::ALL.into_iter();
                let typed = Typed::ALL.into_iter();
                if let Some(facet) = facets.into_iter().find(|f| f.column().key() == key) {
                    self.filters.choose(facet, &value);
                } else if let Some(typed) = typed.into_iter().find(|t| t.column().key() == key) {
                    self.filters.set_typed(typed, value);
                }
            }
        }
    }

    /// The query string without a question mark; empty for the page as it opens.
    pub fn query(&self) -> String {
        let mut query = Query::default();
        query.text("from", &self.from);
        query.text("to", &self.to);
        for facet in Facet::ALL {
            for value in self.filters.chosen(facet) {
                query.pair(facet.column().key(), &word(facet, value));
            }
        }
        for typed in Typed::ALL {
            query.text(typed.column().key(), self.filters.typed(typed));
        }
        if let Some(sort) = self.sort {
            let sign = match sort.direction {
                Direction::Ascending => "",
                Direction::Descending => "-",
            };
            query.pair("sort", &format!("{sign}{}", sort.column.key()));
        }
        if let Some(message) = self.message {
            query.pair("message", &message.to_string());
            query.text("recipients", &self.recipients.search);
            if let Some(device) = self.recipients.device {
                query.pair("device", device.as_str());
            }
            if let Some(status) = self.recipients.status {
                query.pair("delivery", status.as_str());
            }
            if let Some(failure) = self.recipients.failure {
                query.pair("failure", &failure.to_string());
            }
        }
        query.0
    }
}

fn sort(value: &str) -> Option<Sort> {
    let (direction, key) = match value.strip_prefix('-') {
        Some(key) => (Direction::Descending, key),
        None => (Direction::Ascending, value),
    };
    Column::of_key(key).map(|column| Sort { column, direction })
}

/// A chosen value in the address bar: a status by the API's word, anything else as it is.
fn word(facet: Facet, value: &str) -> Cow<'_, str> {
    let status = MessageStatus::ALL.into_iter().find(|s| s.label() == value);
    match (facet, status) {
        (Facet::Status, Some(status)) => Cow::Borrowed(status.as_str()),
        _ => Cow::Borrowed(value),
    }
}

#[derive(Default)]
struct Query(String);

impl Query {
    fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.pair(key, value);
        }
    }

    fn pair(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(key);
        self.0.push('=');
        encode(value, &mut self.0);
    }
}

/// Percent-encodes what a query value may not hold as it is; a space is `+`.
pub fn encode(value: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'/'
            | b':'
            | b',' => {
                out.push(byte as char);
            }
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
}

/// Undoes [`encode`], and takes what is no encoding as it stands.
pub fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low].map(|digit| (digit as char).to_digit(16));
                if let [Some(high), Some(low)] = digits {
                    bytes.push((high * 16 + low) as u8);
                    rest = after;
                } else {
                    bytes.push(byte);
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn full() -> Address {
        let mut filters = ColumnFilters::default();
        filters.choose(Facet::Status, "In-Progress");
        filters.choose(Facet::Status, "Error");
        filters.choose(Facet::Organization, "Lycée & Co = 100 %");
        filters.set_typed(Typed::Subject, "a+b c".into());
        filters.set_typed(Typed::Created, "01/31".into());
        Address {
            from: "2020-01-31".into(),
            to: "2020-02-03".into(),
            filters,
            sort: sort("-created"),
            message: Some(MessageId(7)),
            recipients: RecipientFilter {
                search: "Nguyễn".into(),
                device: Some(DeviceFilter::NoDevice),
                status: Some(DeliveryStatus::OptedOut),
                failure: Some(3),
            },
        }
    }

    #[test]
    fn the_page_as_it_opens_has_no_query() {
        assert_eq!(Address::default().query(), "");
        assert_eq!(Address::parse(""), Address::default());
    }

    #[test]
    fn a_link_carries_the_whole_page() {
        let query = full().query();
        assert_eq!(
            query,
            "from=2020-01-31&to=2020-02-03&status=in_progress&status=error\
             &school=Lyc%C3%A9e+%26+Co+%3D+100+%25&subject=a%2Bb+c&created=01/31&sort=-created\
             &message=7&recipients=Nguy%E1%BB%85n&device=no_device&delivery=opted_out&failure=3"
        );
        assert_eq!(Address::parse(&query), full());
        assert_eq!(Address::parse(&format!("?{query}")), full());
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let address = Address::parse(
            "?status=lost&sort=-moon&message=abc&device=pigeon&unknown=1&subject=%zz",
        );
        let mut expected = Address::default();
        expected.filters.set_typed(Typed::Subject, "%zz".into());
        assert_eq!(address, expected);
    }

    #[test]
    fn a_value_named_twice_is_chosen_once() {
        let address = Address::parse("type=Behavior&type=Behavior");
        assert_eq!(address.filters.chosen(Facet::MessageType), ["Behavior"]);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in ".{0,20}") {
            let mut encoded = String::new();
            encode(&text, &mut encoded);
            prop_assert_eq!(decode(&encoded), text);
        }

        #[test]
        fn no_query_breaks_the_page(query in ".{0,60}") {
            let address = Address::parse(&query);
            let again = Address::parse(&address.query());
            prop_assert_eq!(again.query(), address.query());
        }
    }
}
