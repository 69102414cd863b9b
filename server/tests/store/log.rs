//! A log to test with, and the messages in it.

use std::io::Cursor;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::{
    clock::FixedClock,
    entry::{ImportReport, RefusedLine, import},
    store::{Database, District, detail, find, reach::Reach, recipients},
};
use shared::{
    delivery::{RecipientPage, RecipientQuery},
    find::{CreatedRange, FindResult, parse_day},
    message::{MessageDetail, MessageId},
};
use tempfile::TempDir;

use crate::postgres;

/// Runs each test once on SQLite and once on Postgres.
macro_rules! on_both_databases {
    ($(async fn $name:ident($log:ident: Log) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn check($log: Log) $body

            #[tokio::test]
            async fn sqlite() {
                check($crate::log::Log::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(log) = $crate::log::Log::postgres().await {
                    check(log).await;
                }
            }
        }
    )*};
}
pub(crate) use on_both_databases;

/// An empty log of a district in Chicago, at noon of 02/01/2020 there.
pub struct Log {
    pub db: Database,
    pub district: District,
    pub now: DateTime<Utc>,
    /// Gone with the log.
    pub _folder: Option<TempDir>,
}

impl Log {
    pub async fn sqlite() -> Log {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite:{}/log.db", folder.path().display());
        Log::at(&url, Some(folder)).await
    }

    pub async fn postgres() -> Option<Log> {
        let url = postgres::fresh_database().await?;
        Some(Log::at(&url, None).await)
    }

    /// The log in the database at `url`, and the folder to be gone with it.
    pub async fn at(url: &str, folder: Option<TempDir>) -> Log {
        let db = Database::connect(url).await.expect("it opens");
        db.migrate().await.expect("it migrates");
        Log {
            db,
            district: District {
                time_zone: chrono_tz::America::Chicago,
                phone_region: phonenumber::country::Id::US,
            },
            now: utc("2020-02-01T18:00:00Z"),
            _folder: folder,
        }
    }

    /// Imports a file.
    pub async fn import(&self, file: &[u8]) -> (ImportReport, Vec<RefusedLine>) {
        let clock = FixedClock::at(self.now);
        let mut refused = Vec::new();
        let mut progress =
            |step: server::entry::Progress<'_>| refused.extend(step.refused.cloned());
        let file = Cursor::new(file);
        let report = import(&self.db, &self.district, &clock, file, &mut progress)
            .await
            .expect("the import ends");
        assert_eq!(report.refused, refused.len() as u64);
        (report, refused)
    }

    /// Puts one message in and answers its number.
    pub async fn put(&self, message: &Value) -> MessageId {
        let (report, refused) = self.import(message.to_string().as_bytes()).await;
        assert_eq!(refused, []);
        assert_eq!(report.accepted, 1);
        let range = range("1900-01-01", "2100-12-31");
        let zone = self.district.time_zone;
        let later = utc("2100-12-31T00:00:00Z");
        let all = find::find(&self.db, &Reach::Everywhere, &range, zone, None, later).await;
        let newest = all
            .expect("it finds")
            .messages
            .into_iter()
            .map(|m| m.id)
            .max();
        newest.expect("one was put")
    }

    pub async fn find(&self, from: &str, to: &str) -> FindResult {
        self.find_before(from, to, None).await
    }

    pub async fn find_before(&self, from: &str, to: &str, before: Option<MessageId>) -> FindResult {
        let zone = self.district.time_zone;
        let found = find::find(
            &self.db,
            &Reach::Everywhere,
            &range(from, to),
            zone,
            before,
            self.now,
        )
        .await;
        found.expect("it finds")
    }

    pub async fn detail(&self, id: MessageId) -> MessageDetail {
        let detail = detail::detail(&self.db, id, self.district.time_zone, self.now).await;
        detail.expect("it reads").expect("it is there")
    }

    pub async fn recipients(&self, id: MessageId, query: &RecipientQuery) -> RecipientPage {
        self.recipients_for(id, query, true).await
    }

    pub async fn recipients_for(
        &self,
        id: MessageId,
        query: &RecipientQuery,
        addresses: bool,
    ) -> RecipientPage {
        let zone = self.district.time_zone;
        let page = recipients::page(&self.db, id, query, addresses, zone, self.now).await;
        page.expect("it reads").expect("it is there")
    }
}

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

pub fn range(from: &str, to: &str) -> CreatedRange {
    let day = |text| parse_day(text).expect("a day");
    CreatedRange::new(day(from), day(to)).expect("a range")
}

/// A message to be delivered, made at noon of 01/31/2020, to nobody.
pub fn message(external_id: &str) -> Value {
    json!({
        "external_id": external_id,
        "message_type": "Message Builder",
        "organization": "Harrison High",
        "subject": "Library Hours",
        "sender": "Administrator, System",
        "created_at": "2020-01-31T12:00:00-06:00",
        "recipients": [],
    })
}

/// `message` with other values in some fields.
pub fn with(mut message: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("fields are an object");
    };
    for (name, value) in fields {
        message[name] = value;
    }
    message
}

/// One recipient line.
pub fn line(person: &str, deliveries: Value) -> Value {
    json!({"person": person, "name": format!("Name of {person}"), "deliveries": deliveries})
}
