//! The counting rules of spec section 5, against the manual's example and a second, naive implementation.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn counted(device: Device, address: &str, status: DeliveryStatus) -> Counted<'_> {
    Counted {
        device,
        address,
        status,
        call_status: None,
        confirmed: false,
    }
}

fn called(address: &str, code: i16) -> Counted<'_> {
    Counted {
        call_status: Some(CallStatus(code)),
        ..counted(
            Device::Voice,
            address,
            DeliveryStatus::of_call(CallStatus(code)),
        )
    }
}

fn texted(address: &str, code: i16) -> Counted<'_> {
    Counted {
        device: Device::Text,
        ..called(address, code)
    }
}

#[test]
fn the_manuals_own_example_comes_out() {
    let inboxes: Vec<String> = (0..93).map(|n| format!("portal-{n}")).collect();
    let emails = ["heather@nomail.com", "tad@nomail.com", "kris@nomail.com"];
    let people: Vec<String> = (0..127).map(|n| format!("p{n}")).collect();
    let lines = people.iter().enumerate().map(|(n, person)| {
        let inbox = inboxes
            .get(n)
            .map(|a| counted(Device::Inbox, a, DeliveryStatus::Sent));
        let email = emails
            .get(n)
            .map(|a| counted(Device::Email, a, DeliveryStatus::InProgress));
        (person.as_str(), inbox.into_iter().chain(email))
    });
    let expected = DeliverySummary {
        total_recipients: 127,
        total_no_device: 34,
        total_inbox: 93,
        total_emails: 3,
        not_contacted_by_phone: 127,
        ..DeliverySummary::default()
    };
    assert_eq!(Tally::count(lines).summary(), expected);
}

#[test]
fn who_has_a_device_on_some_lines_alone_is_counted_once() {
    let email = || counted(Device::Email, "heather@nomail.com", DeliveryStatus::Sent);
    let lines = [
        ("partly", vec![]),
        ("partly", vec![email()]),
        ("partly", vec![]),
        ("partly, too", vec![email()]),
        ("partly, too", vec![]),
        ("everywhere", vec![email()]),
        ("everywhere", vec![email()]),
        ("nowhere", vec![]),
        ("nowhere", vec![]),
    ];
    let tally = Tally::count(lines);
    assert_eq!((tally.persons, tally.no_device), (4, 1));
    assert_eq!(tally.partly, Some(2));
    // One that was counted before they were.
    let before = r#"{"lines":2,"persons":1,"no_device":0,"contacted":0,"devices":{}}"#;
    assert_eq!(serde_json::from_str::<Tally>(before).unwrap().partly, None);
}

#[test]
fn a_shared_number_counts_once_but_each_of_its_people_is_contacted() {
    let tally = Tally::count([
        ("mother", vec![called("+16125550100", 5)]),
        ("father", vec![called("+16125550100", -4)]),
    ]);
    let summary = tally.summary();
    assert_eq!(summary.total_recipients, 2);
    assert_eq!(summary.total_voice, 1);
    assert_eq!(summary.contacted_by_phone, 2);
    assert_eq!(tally.devices[&Device::Voice].duplicates, 1);
}

#[test]
fn one_number_called_and_texted_counts_once_on_each_device() {
    let summary = Tally::count([(
        "p",
        vec![called("+16125550100", 1), texted("+16125550100", -28)],
    )])
    .summary();
    assert_eq!((summary.total_voice, summary.total_text), (1, 1));
    assert_eq!(summary.contacted_by_phone, 1);
}

#[test]
fn a_person_on_two_lines_has_a_device_if_one_line_has() {
    let email = counted(Device::Email, "a@nomail.com", DeliveryStatus::Sent);
    let summary = Tally::count([("p", vec![]), ("p", vec![email]), ("q", vec![])]).summary();
    assert_eq!((summary.total_recipients, summary.total_no_device), (2, 1));
}

#[test]
fn attempted_leaves_out_the_canceled_and_for_text_the_opted_out() {
    let canceled = |device, address| counted(device, address, DeliveryStatus::Canceled);
    let summary = Tally::count([(
        "p",
        vec![
            canceled(Device::Voice, "1"),
            called("2", 0),
            canceled(Device::Text, "1"),
            texted("2", -33),
            texted("3", -40),
        ],
    )])
    .summary();
    assert_eq!((summary.total_voice, summary.total_voice_attempted), (2, 1));
    assert_eq!((summary.total_text, summary.total_text_attempted), (3, 1));
}

#[test]
fn progress_is_what_is_no_longer_queued_without_duplicates() {
    let email = |address, status| counted(Device::Email, address, status);
    let tally = Tally::count([
        ("a", vec![email("a", DeliveryStatus::Queued)]),
        ("b", vec![email("b", DeliveryStatus::InProgress)]),
        ("c", vec![email("c", DeliveryStatus::Failed)]),
        ("d", vec![email("a", DeliveryStatus::Queued)]),
    ]);
    let expected = DeviceProgress {
        device: Device::Email,
        done: 2,
        total: 3,
    };
    assert_eq!(tally.progress(), [expected]);
    assert_eq!(expected.percent(), 66);
}

#[test]
fn a_cancel_stops_the_queued_and_leaves_the_rest() {
    let email = |address, status| counted(Device::Email, address, status);
    let mut tally = Tally::count([(
        "a",
        vec![
            email("a", DeliveryStatus::Queued),
            email("b", DeliveryStatus::Queued),
            email("c", DeliveryStatus::InProgress),
            email("d", DeliveryStatus::Sent),
        ],
    )]);
    let expected = CanceledDevice {
        device: Device::Email,
        gone: 1,
        in_flight: 1,
        stopped: 2,
    };
    assert_eq!(tally.cancel(), [expected]);
    assert_eq!(tally.cut(), [expected]);
    assert_eq!(tally.devices[&Device::Email].canceled, 2);
    assert_eq!(tally.summary().total_emails, 4);
}

#[test]
fn the_first_delivery_with_an_address_is_the_real_one() {
    let mut addresses = Addresses::default();
    assert_eq!(addresses.first(Device::Text, "1", 0), 0);
    assert_eq!(addresses.first(Device::Voice, "1", 1), 1);
    assert_eq!(addresses.first(Device::Text, "1", 2), 0);
}

type Line = (u8, Vec<(Device, u8, DeliveryStatus, Option<i16>, bool)>);

/// The table of spec section 2 in numbers: what is not in it has failed.
const CONTACTED: [i16; 5] = [5, 6, 13, -27, -28];
/// Likewise.
const OPEN: [i16; 2] = [17, -39];
/// Likewise.
const OPTED_OUT: i16 = -33;
/// Likewise; it was never handed over.
const DUPLICATE: i16 = -4;

#[test]
fn each_number_stands_where_the_table_has_it() {
    for code in -60..60 {
        let expected = match code {
            DUPLICATE => DeliveryStatus::Canceled,
            OPTED_OUT => DeliveryStatus::OptedOut,
            code if OPEN.contains(&code) => DeliveryStatus::InProgress,
            code if CONTACTED.contains(&code) => DeliveryStatus::Sent,
            _ => DeliveryStatus::Failed,
        };
        assert_eq!(
            DeliveryStatus::of_call(CallStatus(code)),
            expected,
            "{code}"
        );
    }
}

/// Whether a delivery contacted somebody by phone, by the table above.
fn reached(device: Device, status: DeliveryStatus, code: Option<i16>, confirmed: bool) -> bool {
    let by_phone = matches!(device, Device::Voice | Device::Text);
    let by_code = match code {
        Some(code) => CONTACTED.contains(&code),
        None => status == DeliveryStatus::Sent,
    };
    by_phone && (confirmed || by_code)
}

/// The definitions of spec section 5 word by word, quadratic and without a [`Tally`].
fn naive(lines: &[Line]) -> DeliverySummary {
    let all: Vec<_> = lines
        .iter()
        .flat_map(|(person, deliveries)| deliveries.iter().map(move |d| (*person, *d)))
        .collect();
    let first = |device: Device, address: u8| {
        all.iter()
            .map(|(_, d)| *d)
            .find(|d| d.0 == device && d.1 == address)
            .unwrap()
    };
    let addresses = |device: Device, keep: &dyn Fn(DeliveryStatus) -> bool| {
        all.iter()
            .filter(|(_, d)| d.0 == device && keep(first(device, d.1).2))
            .map(|(_, d)| d.1)
            .collect::<BTreeSet<_>>()
            .len() as u32
    };
    let persons: BTreeSet<u8> = lines.iter().map(|(person, _)| *person).collect();
    let contacted = |person: u8| {
        all.iter().any(|(p, d)| {
            let (device, _, status, code, confirmed) = first(d.0, d.1);
            *p == person && reached(device, status, code, confirmed)
        })
    };
    let contacted = persons.iter().filter(|p| contacted(**p)).count() as u32;
    let without = |person: u8| !all.iter().any(|(p, _)| *p == person);
    let any = |_| true;
    DeliverySummary {
        total_recipients: persons.len() as u32,
        total_no_device: persons.iter().filter(|p| without(**p)).count() as u32,
        total_inbox: addresses(Device::Inbox, &any),
        total_emails: addresses(Device::Email, &any),
        total_voice: addresses(Device::Voice, &any),
        total_text: addresses(Device::Text, &any),
        total_voice_attempted: addresses(Device::Voice, &|s| s != DeliveryStatus::Canceled),
        total_text_attempted: addresses(Device::Text, &|s| {
            s != DeliveryStatus::Canceled && s != DeliveryStatus::OptedOut
        }),
        contacted_by_phone: contacted,
        not_contacted_by_phone: persons.len() as u32 - contacted,
    }
}

fn any_line() -> impl Strategy<Value = Line> {
    let delivery = (
        proptest::sample::select(Device::ALL.to_vec()),
        0..6u8,
        proptest::sample::select(DeliveryStatus::ALL.to_vec()),
        proptest::option::of(-41..19i16),
        any::<bool>(),
    );
    (0..6u8, proptest::collection::vec(delivery, 0..4))
}

proptest! {
    #[test]
    fn counting_agrees_with_the_definitions(lines in proptest::collection::vec(any_line(), 0..12)) {
        let names: Vec<String> = (0..6).map(|n| n.to_string()).collect();
        let counted = lines.iter().map(|(person, deliveries)| {
            let deliveries = deliveries.iter().map(|&(device, address, status, code, confirmed)| Counted {
                device,
                address: &names[address as usize],
                status,
                call_status: code.map(CallStatus),
                confirmed,
            });
            (names[*person as usize].as_str(), deliveries)
        });
        prop_assert_eq!(Tally::count(counted).summary(), naive(&lines));
    }
}
