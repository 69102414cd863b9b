//! A line of the trail as the database keeps it, and how it is hashed.

use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::store::time::Timestamp;

/// What the first line has for the hash of the line before it.
pub(super) const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Begins what is hashed, so that another way to write a line down would get another name.
const FORM: &str = "sentlog audit 1";

/// One line.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Line {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub actor_id: Option<i64>,
    pub actor_name: Option<String>,
    pub address: Option<String>,
    pub action: String,
    pub subject: Option<String>,
    pub subject_id: Option<String>,
    pub details: String,
    pub previous: String,
    pub hash: String,
}

impl Line {
    /// The SHA-256, in hexadecimal digits, over the form's name and every field but the hash. Each is written as its
    /// length in bytes, a colon, and itself; one that is missing as a dash: no two lines are written alike.
    pub fn digest(&self) -> String {
        let seq = self.seq.to_string();
        let at = self.at.millis().to_string();
        let actor_id = self.actor_id.map(|id| id.to_string());
        let fields = [
            Some(FORM),
            Some(&seq),
            Some(&at),
            Some(&self.actor),
            actor_id.as_deref(),
            self.actor_name.as_deref(),
            self.address.as_deref(),
            Some(&self.action),
            self.subject.as_deref(),
            self.subject_id.as_deref(),
            Some(&self.details),
            Some(&self.previous),
        ];
        let mut hasher = Sha256::new();
        for field in fields {
            match field {
                None => hasher.update("-"),
                Some(text) => {
                    hasher.update(format!("{}:", text.len()));
                    hasher.update(text);
                }
            }
        }
        let bytes = hasher.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            seq: 1,
            at: Timestamp::from_millis(1_580_472_000_000).unwrap(),
            actor: "person".into(),
            actor_id: Some(7),
            actor_name: Some("ada".into()),
            address: None,
            action: "canceled".into(),
            subject: Some("message".into()),
            subject_id: Some("12".into()),
            details: "{}".into(),
            previous: START.into(),
            hash: String::new(),
        }
    }

    #[test]
    fn what_moves_from_one_field_to_the_next_is_another_line() {
        let moved = Line {
            actor_name: Some("ad".into()),
            address: Some("a".into()),
            ..line()
        };
        let empty = Line {
            address: Some(String::new()),
            ..line()
        };
        assert_ne!(moved.digest(), line().digest());
        assert_ne!(empty.digest(), line().digest());
    }
}
