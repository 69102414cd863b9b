//! The message of spec section 9 as the API's description tells it: the shape that [`json`](super::json) reads where a
//! program submits it, without what tells what became of it. Nothing is ever kept in it; a test holds both together.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use shared::delivery::Device;
use utoipa::ToSchema;

/// A message to be delivered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!(example()))]
pub struct Submission {
    /// What the sender calls it: makes a repeat harmless.
    #[schema(min_length = 1, max_length = 200)]
    pub external_id: String,
    /// *Message Type*, any but `OLR`.
    #[schema(min_length = 1, max_length = 100)]
    pub message_type: String,
    /// The kind within the type.
    #[schema(min_length = 1, max_length = 100)]
    pub category: Option<String>,
    /// *District/School*.
    #[schema(min_length = 1, max_length = 200)]
    pub organization: String,
    /// *Message Subject*.
    #[schema(min_length = 1, max_length = 500)]
    pub subject: String,
    /// Who sent it.
    #[schema(min_length = 1, max_length = 200)]
    pub sender: String,
    /// When it was made, in the years 1900 to 9998.
    pub created_at: DateTime<FixedOffset>,
    /// When inbox and email start; left out: at once.
    pub inbox_email_start_at: Option<DateTime<FixedOffset>>,
    /// When voice and text start; left out: at once.
    pub voice_text_start_at: Option<DateTime<FixedOffset>>,
    /// The scheduler that made it, if one did.
    pub schedule_id: Option<i64>,
    /// Who it was sent to, in the sender's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub criteria: Vec<SubmittedCriterion>,
    /// Where answers go.
    #[schema(min_length = 1, max_length = 320)]
    pub reply_to: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "SubmittedBody::is_empty")]
    #[schema(required = false)]
    pub body: SubmittedBody,
    /// Who is to get it, a line for each student that a person stands for.
    #[schema(max_items = 200_000)]
    pub recipients: Vec<SubmittedRecipient>,
}

/// One thing that its recipients were chosen by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedCriterion {
    /// Such as `Deliver To`.
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    /// Such as `Student Messenger Contacts`.
    #[schema(max_length = 10_000)]
    pub value: String,
}

/// What a message says, on each device.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedBody {
    /// Plain text or HTML.
    #[schema(max_length = 1_000_000)]
    pub inbox: Option<String>,
    /// Plain text or HTML.
    #[schema(max_length = 1_000_000)]
    pub email: Option<String>,
    /// What a voice reads out.
    #[schema(max_length = 3000)]
    pub voice: Option<String>,
    /// A text message.
    #[schema(max_length = 1600)]
    pub text: Option<String>,
}

impl SubmittedBody {
    fn is_empty(&self) -> bool {
        *self == SubmittedBody::default()
    }
}

/// One person, on behalf of at most one student.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedRecipient {
    /// The sender's key for the person.
    #[schema(min_length = 1, max_length = 200)]
    pub person: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// The student's.
    #[schema(min_length = 1, max_length = 300)]
    pub student: Option<String>,
    /// None where the person has no device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub deliveries: Vec<SubmittedDelivery>,
}

/// One way to reach them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedDelivery {
    /// How.
    pub device: Device,
    /// Where: an email address, or a telephone number. An inbox needs none.
    #[schema(min_length = 1, max_length = 320)]
    pub address: Option<String>,
}

/// Spec section 9's own example.
pub fn example() -> Submission {
    let at = DateTime::parse_from_rfc3339("2019-12-02T08:33:00-06:00").unwrap_or_default();
    Submission {
        external_id: "2019-12-02-closing".into(),
        message_type: "Message Builder".into(),
        category: Some("General Notification".into()),
        organization: "High School".into(),
        subject: "School is Cancelled".into(),
        sender: "Administrator, System".into(),
        created_at: at,
        inbox_email_start_at: None,
        voice_text_start_at: None,
        schedule_id: None,
        criteria: vec![SubmittedCriterion {
            label: "Deliver To".into(),
            value: "Student Messenger Contacts; Message For Each Student".into(),
        }],
        reply_to: Some("sysadmin@nomail.com".into()),
        body: SubmittedBody {
            email: Some("School is cancelled due to weather.".into()),
            text: Some("School is cancelled.".into()),
            ..SubmittedBody::default()
        },
        recipients: vec![SubmittedRecipient {
            person: "p1".into(),
            name: "Parent, Heather".into(),
            student: Some("Student, Calvin".into()),
            deliveries: vec![SubmittedDelivery {
                device: Device::Email,
                address: Some("heather@nomail.com".into()),
            }],
        }],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;
    use crate::{entry::json, store::District};

    const DISTRICT: District = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };

    fn schema<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap()
    }

    fn sorted(names: impl Iterator<Item = impl Into<String>>) -> Vec<String> {
        let mut names: Vec<String> = names.map(Into::into).collect();
        names.sort();
        names
    }

    /// The fields that the reader knows, as it says where it meets one that it does not.
    fn known(message: &Value) -> Vec<String> {
        let refusal = json::read(message.to_string().as_bytes(), &DISTRICT).unwrap_err();
        let (_, fields) = refusal.reason.split_once(" has ").unwrap();
        sorted(fields.split(", "))
    }

    #[test]
    fn the_description_has_the_fields_that_the_reader_takes() {
        let strange = json!({"?": 0});
        let history = ["status", "started_at", "ended_at", "cancellation"];
        let outcome = ["status", "call_status", "confirmed_at", "at", "reason"];
        let table: [(Value, Value, &[&str]); 5] = [
            (schema::<Submission>(), strange.clone(), &history),
            (schema::<SubmittedBody>(), json!({"body": strange}), &[]),
            (
                schema::<SubmittedCriterion>(),
                json!({"criteria": [strange]}),
                &[],
            ),
            (
                schema::<SubmittedRecipient>(),
                json!({"recipients": [strange]}),
                &[],
            ),
            (
                schema::<SubmittedDelivery>(),
                json!({"recipients": [{"deliveries": [strange]}]}),
                &outcome,
            ),
        ];
        for (schema, message, only_imported) in table {
            let described = schema["properties"].as_object().unwrap().keys();
            let described = described.map(String::as_str);
            assert_eq!(
                sorted(described.chain(only_imported.iter().copied())),
                known(&message)
            );
            assert_eq!(schema["additionalProperties"], false);
        }
    }

    #[test]
    fn the_example_is_taken_and_lacks_nothing_that_is_required() {
        let whole = serde_json::to_value(example()).unwrap();
        let read = |message: &Value| {
            json::read_submission(message.to_string().as_bytes(), &DISTRICT).map(|_| ())
        };
        assert_eq!(read(&whole), Ok(()));
        let schema = schema::<Submission>();
        for field in schema["properties"].as_object().unwrap().keys() {
            let mut message = whole.clone();
            message.as_object_mut().unwrap().remove(field);
            let required = schema["required"]
                .as_array()
                .unwrap()
                .contains(&json!(field));
            assert_eq!(read(&message).is_err(), required, "{field}");
        }
    }
}
