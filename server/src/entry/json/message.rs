//! The fields of spec section 9.

use serde::de::{MapAccess, SeqAccess};
use shared::message::{Criterion, MessageStatus};

use super::{Array, Context, Fields, Items, Object, recipients::Lines, time, word};
use crate::{
    entry::{CanceledBy, Draft, Head, History, NewMessage, Refusal},
    store::time::Timestamp,
};

/// What was read of a message so far.
pub(super) struct Parts {
    draft: Draft,
    external_id: String,
    message_type: String,
    category: Option<String>,
    organization: String,
    subject: String,
    sender: String,
    created_at: Option<Timestamp>,
    inbox_email_start_at: Option<Timestamp>,
    voice_text_start_at: Option<Timestamp>,
    schedule_id: Option<i64>,
    criteria: Criteria,
    reply_to: Option<String>,
    body: Bodies,
    status: Option<MessageStatus>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    cancellation: Option<Canceled>,
}

impl Parts {
    pub(super) fn new(draft: Draft) -> Self {
        Parts {
            draft,
            external_id: String::new(),
            message_type: String::new(),
            category: None,
            organization: String::new(),
            subject: String::new(),
            sender: String::new(),
            created_at: None,
            inbox_email_start_at: None,
            voice_text_start_at: None,
            schedule_id: None,
            criteria: Criteria::default(),
            reply_to: None,
            body: Bodies::default(),
            status: None,
            started_at: None,
            ended_at: None,
            cancellation: None,
        }
    }

    pub(super) fn finish(self) -> Result<NewMessage, Refusal> {
        let missing = |field| Refusal::new(field, "is missing");
        let created_at = self.created_at.ok_or_else(|| missing("created_at"))?;
        let history = match self.status {
            Some(status) => Some(History {
                status,
                started_at: self.started_at,
                ended_at: self.ended_at,
                cancellation: match self.cancellation {
                    None => None,
                    Some(canceled) => Some(CanceledBy {
                        by: canceled.by,
                        at: canceled.at.ok_or_else(|| missing("cancellation.at"))?,
                        reason: canceled.reason,
                    }),
                },
            }),
            None => {
                let alone = [
                    ("started_at", self.started_at.is_some()),
                    ("ended_at", self.ended_at.is_some()),
                    ("cancellation", self.cancellation.is_some()),
                ];
                if let Some((field, _)) = alone.into_iter().find(|(_, given)| *given) {
                    let reason = "is given, though the message has no status";
                    return Err(Refusal::new(field, reason));
                }
                None
            }
        };
        self.draft.finish(Head {
            external_id: self.external_id,
            message_type: self.message_type,
            category: self.category,
            organization: self.organization,
            subject: self.subject,
            sender: self.sender,
            created_at,
            inbox_email_start_at: self.inbox_email_start_at,
            voice_text_start_at: self.voice_text_start_at,
            schedule_id: self.schedule_id,
            criteria: self.criteria.0,
            reply_to: self.reply_to,
            bodies: self.body.0,
            history,
            demonstration: false,
        })
    }
}

impl Object for Parts {
    const WHAT: &'static str = "a message";
    const FIELDS: &'static [&'static str] = &[
        "external_id",
        "message_type",
        "category",
        "organization",
        "subject",
        "sender",
        "created_at",
        "inbox_email_start_at",
        "voice_text_start_at",
        "schedule_id",
        "criteria",
        "reply_to",
        "body",
        "recipients",
        "status",
        "started_at",
        "ended_at",
        "cancellation",
    ];
    const REQUIRED: &'static [&'static str] = &[
        "external_id",
        "message_type",
        "organization",
        "subject",
        "sender",
        "created_at",
        "recipients",
    ];

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        cx: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            "external_id" => self.external_id = map.next_value()?,
            "message_type" => self.message_type = map.next_value()?,
            "category" => self.category = map.next_value()?,
            "organization" => self.organization = map.next_value()?,
            "subject" => self.subject = map.next_value()?,
            "sender" => self.sender = map.next_value()?,
            "created_at" => self.created_at = time(cx, map)?,
            "inbox_email_start_at" => self.inbox_email_start_at = time(cx, map)?,
            "voice_text_start_at" => self.voice_text_start_at = time(cx, map)?,
            "schedule_id" => self.schedule_id = map.next_value()?,
            "criteria" => {
                let array = &mut self.criteria;
                map.next_value_seed(Items { array, cx })?;
            }
            "reply_to" => self.reply_to = map.next_value()?,
            "body" => {
                let object = &mut self.body;
                map.next_value_seed(Fields { object, cx })?;
            }
            "recipients" => {
                let array = &mut Lines::new(&mut self.draft);
                map.next_value_seed(Items { array, cx })?;
            }
            "status" => self.status = word(cx, map)?,
            "started_at" => self.started_at = time(cx, map)?,
            "ended_at" => self.ended_at = time(cx, map)?,
            _ => {
                let object = self.cancellation.insert(Canceled::default());
                map.next_value_seed(Fields { object, cx })?;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Canceled {
    by: String,
    at: Option<Timestamp>,
    reason: Option<String>,
}

impl Object for Canceled {
    const WHAT: &'static str = "a cancellation";
    const FIELDS: &'static [&'static str] = &["by", "at", "reason"];
    const REQUIRED: &'static [&'static str] = &["by", "at"];

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        cx: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            "by" => self.by = map.next_value()?,
            "at" => self.at = time(cx, map)?,
            _ => self.reason = map.next_value()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Bodies([Option<String>; 4]);

impl Object for Bodies {
    const WHAT: &'static str = "a body";
    const FIELDS: &'static [&'static str] = &["inbox", "email", "voice", "text"];
    const REQUIRED: &'static [&'static str] = &[];

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        _: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let body = map.next_value()?;
        for (name, kept) in Self::FIELDS.iter().zip(&mut self.0) {
            if *name == field {
                *kept = body;
                break;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Criteria(Vec<Criterion>);

impl Array for Criteria {
    const WHAT: &'static str = "an array of criteria";

    fn next<'de, A: SeqAccess<'de>>(
        &mut self,
        cx: &mut Context,
        seq: &mut A,
    ) -> Result<bool, A::Error> {
        let mut object = Criterion {
            label: String::new(),
            value: String::new(),
        };
        let found = seq.next_element_seed(Fields {
            object: &mut object,
            cx,
        })?;
        self.0.extend(found.map(|()| object));
        Ok(found.is_some())
    }
}

impl Object for Criterion {
    const WHAT: &'static str = "a criterion";
    const FIELDS: &'static [&'static str] = &["label", "value"];
    const REQUIRED: &'static [&'static str] = Self::FIELDS;

    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        _: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            "label" => self.label = map.next_value()?,
            _ => self.value = map.next_value()?,
        }
        Ok(())
    }
}
