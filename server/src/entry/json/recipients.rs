//! The recipients of spec section 9, and their deliveries.

use serde::de::{MapAccess, SeqAccess};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};

use super::{Array, Context, Fields, Items, Object, time, word};
use crate::{
    entry::{Draft, NewDelivery, Refusal},
    store::time::Timestamp,
};

/// The recipients, each handed to the draft as soon as it is complete.
pub(super) struct Lines<'a> {
    draft: &'a mut Draft,
}

impl<'a> Lines<'a> {
    pub(super) fn new(draft: &'a mut Draft) -> Self {
        Lines { draft }
    }
}

impl Array for Lines<'_> {
    const WHAT: &'static str = "an array of recipients";

    fn next<'de, A: SeqAccess<'de>>(
        &mut self,
        cx: &mut Context,
        seq: &mut A,
    ) -> Result<bool, A::Error> {
        let object = &mut Recipient {
            draft: self.draft,
            person: String::new(),
            name: String::new(),
            student: None,
            deliveries: Deliveries::default(),
        };
        Ok(seq.next_element_seed(Fields { object, cx })?.is_some())
    }
}

struct Recipient<'a> {
    draft: &'a mut Draft,
    person: String,
    name: String,
    student: Option<String>,
    deliveries: Deliveries,
}

impl Object for Recipient<'_> {
    const WHAT: &'static str = "a recipient";
    const FIELDS: &'static [&'static str] = &["person", "name", "student", "deliveries"];
    const REQUIRED: &'static [&'static str] = &["person", "name"];

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        cx: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            "person" => self.person = map.next_value()?,
            "name" => self.name = map.next_value()?,
            "student" => self.student = map.next_value()?,
            _ => {
                let array = &mut self.deliveries;
                map.next_value_seed(Items { array, cx })?;
            }
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), Refusal> {
        let deliveries: Vec<NewDelivery<'_>> = self
            .deliveries
            .0
            .iter()
            .filter_map(Read::delivery)
            .collect();
        self.draft.recipient(
            &self.person,
            &self.name,
            self.student.as_deref(),
            &deliveries,
        )
    }
}

#[derive(Default)]
struct Deliveries(Vec<Read>);

impl Array for Deliveries {
    const WHAT: &'static str = "an array of deliveries";

    fn next<'de, A: SeqAccess<'de>>(
        &mut self,
        cx: &mut Context,
        seq: &mut A,
    ) -> Result<bool, A::Error> {
        let mut object = Read::default();
        let found = seq.next_element_seed(Fields {
            object: &mut object,
            cx,
        })?;
        self.0.extend(found.map(|()| object));
        Ok(found.is_some())
    }
}

/// A delivery as it was read; its device is there once it is complete.
#[derive(Default)]
struct Read {
    device: Option<Device>,
    address: Option<String>,
    status: Option<DeliveryStatus>,
    call_status: Option<CallStatus>,
    reason: Option<String>,
    confirmed_at: Option<Timestamp>,
    at: Option<Timestamp>,
}

impl Read {
    fn delivery(&self) -> Option<NewDelivery<'_>> {
        Some(NewDelivery {
            device: self.device?,
            address: self.address.as_deref(),
            status: self.status,
            call_status: self.call_status,
            reason: self.reason.as_deref(),
            confirmed_at: self.confirmed_at,
            at: self.at,
        })
    }
}

impl Object for Read {
    const WHAT: &'static str = "a delivery";
    const FIELDS: &'static [&'static str] = &[
        "device",
        "address",
        "status",
        "call_status",
        "confirmed_at",
        "at",
        "reason",
    ];
    const REQUIRED: &'static [&'static str] = &["device"];

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        cx: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            "device" => self.device = word(cx, map)?,
            "address" => self.address = map.next_value()?,
            "status" => self.status = word(cx, map)?,
            "call_status" => self.call_status = map.next_value()?,
            "confirmed_at" => self.confirmed_at = time(cx, map)?,
            "at" => self.at = time(cx, map)?,
            _ => self.reason = map.next_value()?,
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), Refusal> {
        match self.device {
            Some(_) => Ok(()),
            None => Err(Refusal::new("device", "is missing")),
        }
    }
}
