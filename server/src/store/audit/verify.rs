//! Whether the trail is whole.

use super::chain::{Line, START};
use crate::store::{Database, StoreError, on_database};

const NEXT: &str = "
    select seq, at, actor, actor_id, actor_name, address, action, subject, subject_id, details, previous, hash
    from audit where seq > $1 order by seq limit 1000";

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every line is there and as it was written.
    Whole {
        /// How many there are.
        lines: i64,
        /// The last one's hash: noted elsewhere, it shows later that the end was not cut off.
        head: String,
    },
    /// This line is not there although later ones are.
    Missing(i64),
    /// This line is not as it was written, or does not follow the line before it.
    Altered(i64),
    /// Every line fits, but none has the hash that was noted: the end was cut off, or all of it written anew.
    NotFound {
        /// How many lines there are.
        lines: i64,
    },
}

/// Reads the whole trail and checks every line, and that one has the hash `noted` before.
///
/// # Errors
/// Where the database fails.
pub async fn verify(db: &Database, noted: Option<&str>) -> Result<Verdict, StoreError> {
    let (mut lines, mut head) = (0, START.to_owned());
    let mut found = noted.is_none_or(|noted| noted == START);
    loop {
        let next: Vec<Line> = on_database!(db, |pool| sqlx::query_as(NEXT)
            .bind(lines)
            .fetch_all(pool)
            .await?);
        if next.is_empty() {
            break;
        }
        for line in next {
            if line.seq != lines + 1 {
                return Ok(Verdict::Missing(lines + 1));
            }
            if line.previous != head || line.digest() != line.hash {
                return Ok(Verdict::Altered(line.seq));
            }
            found |= noted == Some(line.hash.as_str());
            (lines, head) = (line.seq, line.hash);
        }
    }
    Ok(if found {
        Verdict::Whole { lines, head }
    } else {
        Verdict::NotFound { lines }
    })
}
