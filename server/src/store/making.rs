//! The making of the demonstration district: whether it stands in the log, and whole.

use super::{BeginWrite, Database, StoreError, on_database};

/// What the message is called that is written last: where it stands, nothing is missing.
pub const LAST: &str = "demo-now-survey";

/// What of the demonstration district a log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No message at all.
    Nothing,
    /// A part of it and nothing else: its making was interrupted.
    Part,
    /// All of it.
    Whole,
    /// Messages of another kind.
    Other,
}

/// A message of the demonstration. Nobody's own looks so: no address ends in `.example`.
macro_rules! made_up {
    () => {
        "(external_id like 'demo-%' and coalesce(reply_to, '') like '%@plainview.example')"
    };
}

/// A large message that has not come in whole counts for nothing; it is nobody's to see.
const LOOK: &str = concat!(
    "select exists (select 1 from messages where external_id = $1),
        exists (select 1 from messages where external_id not like 'arriving %' and not ",
    made_up!(),
    "), exists (select 1 from messages where ",
    made_up!(),
    ")"
);

macro_rules! rows_of_it {
    ($table:literal) => {
        concat!(
            "delete from ",
            $table,
            " where message_id in (select id from messages where ",
            made_up!(),
            ")"
        )
    };
}

const REMOVE: [&str; 10] = [
    rows_of_it!("deliveries"),
    rows_of_it!("recipients"),
    rows_of_it!("receipts"),
    rows_of_it!("contacts"),
    rows_of_it!("inbox"),
    rows_of_it!("claims"),
    rows_of_it!("lanes"),
    rows_of_it!("prints"),
    rows_of_it!("refreshes"),
    concat!("delete from messages where ", made_up!()),
];

/// What of the demonstration district the log holds.
///
/// # Errors
/// Where the database fails.
pub async fn standing(db: &Database) -> Result<Standing, StoreError> {
    let (last, other, any): (bool, bool, bool) = on_database!(db, |pool| sqlx::query_as(LOOK)
        .bind(LAST)
        .fetch_one(pool)
        .await?);
    Ok(match (last, other, any) {
        (true, _, _) => Standing::Whole,
        (false, true, _) => Standing::Other,
        (false, false, true) => Standing::Part,
        (false, false, false) => Standing::Nothing,
    })
}

/// Removes all of a district whose making was interrupted, and nothing else.
///
/// # Errors
/// Where the database fails; then nothing is removed.
pub async fn remove_part(db: &Database) -> Result<(), StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        for statement in REMOVE {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        tx.commit().await?;
    });
    Ok(())
}
