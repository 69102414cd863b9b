//! People: the accounts as administrators see them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::administration::{Person, PersonGrant, SignsIn};

use super::{Database, StoreError, on_database, time::Timestamp, users};

const LIST: &str = "
    select u.id, u.name,
        cast(case when u.password_hash <> '' then 1 else 0 end as bigint),
        cast(case when exists (select 1 from identities i where i.user_id = u.id) then 1 else 0 end as bigint),
        u.created_at, u.disabled_at,
        (select count(*) from sessions s where s.user_id = u.id and s.created_at > $1 and s.seen_at > $2),
        (select max(s.seen_at) from sessions s where s.user_id = u.id and s.created_at > $1 and s.seen_at > $2)
    from users u";

const GRANTS: &str = "
    select g.user_id, g.role, o.name from grants g left join organizations o on o.id = g.organization_id
    order by coalesce(o.name, ''), g.role";

/// Everybody who has an account, by name; of their sessions those made after `made_after` and used after
/// `used_after`.
///
/// # Errors
/// Where the database fails.
pub async fn list(
    db: &Database,
    (made_after, used_after): (DateTime<Utc>, DateTime<Utc>),
    zone: Tz,
) -> Result<Vec<Person>, StoreError> {
    type Row = (
        i64,
        String,
        i64,
        i64,
        Timestamp,
        Option<Timestamp>,
        i64,
        Option<Timestamp>,
    );
    type GrantRow = (i64, String, Option<String>);
    let (rows, granted): (Vec<Row>, Vec<GrantRow>) = on_database!(db, |pool| {
        let mut tx = pool.begin().await?;
        let rows = sqlx::query_as(LIST)
            .bind(Timestamp::from(made_after))
            .bind(Timestamp::from(used_after))
            .fetch_all(&mut *tx)
            .await?;
        (rows, sqlx::query_as(GRANTS).fetch_all(&mut *tx).await?)
    });
    let mut grants: HashMap<i64, Vec<PersonGrant>> = HashMap::new();
    for (user, role, organization) in granted {
        let grant = PersonGrant { role, organization };
        grants.entry(user).or_default().push(grant);
    }
    let person = |(id, name, password, provider, created, disabled, sessions, seen): Row| Person {
        grants: grants.remove(&id).unwrap_or_default(),
        id,
        name,
        signs_in: match (password, provider) {
            (_, 1) => SignsIn::Provider,
            (1, _) => SignsIn::Password,
            _ => SignsIn::NotYet,
        },
        created_at: created.local(zone),
        disabled_at: disabled.map(|at| at.local(zone)),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        seen_at: seen.map(|at| at.local(zone)),
    };
    let mut people: Vec<Person> = rows.into_iter().map(person).collect();
    // A provider's people have keys that no name has.
    people.sort_by_cached_key(|person| (users::key(&person.name), person.id));
    Ok(people)
}
