//! What a message's sender was told when it was taken, to be told the same whenever it is brought again.

use shared::{
    counting::Tally,
    message::MessageId,
    submit::{RefusedAddress, Submitted},
};

use crate::{
    entry::NewMessage,
    store::{Database, StoreError, detail::json, on_database},
};

pub(super) const KEEP: &str = "insert into refusals (message_id, refused) values ($1, $2)";

/// What was refused of it names people, and goes with them.
const ANSWER: &str = "
    select m.tally, r.refused from messages m left join refusals r on r.message_id = m.id where m.id = $1";

/// The answer to a message that was taken just now.
pub fn of(id: MessageId, message: NewMessage) -> Submitted {
    Submitted {
        id,
        lines: message.tally.lines,
        duplicates: duplicates(&message.tally),
        refused: message.refused,
    }
}

/// The answer to a message that was taken before; `None` where there is none any more.
///
/// # Errors
/// Where the database fails, or what it holds cannot be read.
pub async fn answer(
    db: &Database,
    MessageId(id): MessageId,
) -> Result<Option<Submitted>, StoreError> {
    let row: Option<(String, Option<String>)> = on_database!(db, |pool| sqlx::query_as(ANSWER)
        .bind(id)
        .fetch_optional(pool)
        .await?);
    let Some((tally, refused)) = row else {
        return Ok(None);
    };
    let tally: Tally = json(id, "tally", &tally)?;
    let refused: Option<Vec<RefusedAddress>> = refused
        .map(|refused| json(id, "refused", &refused))
        .transpose()?;
    Ok(Some(Submitted {
        id: MessageId(id),
        lines: tally.lines,
        duplicates: duplicates(&tally),
        refused: refused.unwrap_or_default(),
    }))
}

fn duplicates(tally: &Tally) -> u32 {
    tally.devices.values().map(|device| device.duplicates).sum()
}
