//! Content: what a message says, for who hands it over.

use shared::message::MessageId;

use super::{Database, StoreError, on_database};
use crate::content::Content;

const CONTENT: &str = "
    select subject, organization, sender, reply_to, body_inbox, body_email, body_voice, body_text
    from messages where id = $1";

/// What a message says.
///
/// # Errors
/// Where there is no such message, or the database fails.
pub async fn content(db: &Database, MessageId(id): MessageId) -> Result<Content, StoreError> {
    type Texts = (
        String,
        String,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let (subject, organization, sender, reply_to, inbox, email, voice, text): Texts =
        on_database!(db, |pool| sqlx::query_as(CONTENT)
            .bind(id)
            .fetch_one(pool)
            .await?);
    Ok(Content {
        subject,
        organization,
        sender,
        reply_to,
        bodies: [inbox, email, voice, text],
    })
}
