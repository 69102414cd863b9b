//! Times: kept in UTC to the millisecond, shown in the district's zone.

use chrono::{
    DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Offset, SubsecRound, TimeDelta, TimeZone,
    Utc, serde::ts_milliseconds,
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::{
    Database, Decode, Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo},
};

/// An instant as the database keeps it: whole milliseconds, an integer in SQLite, `timestamptz` in Postgres.
/// In JSON that SQLite makes of rows likewise an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Timestamp(#[serde(with = "ts_milliseconds")] DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Timestamp(at.trunc_subsecs(3))
    }
}

impl Timestamp {
    /// The instant.
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The instant at the clock of `zone`.
    pub fn local(self, zone: Tz) -> DateTime<FixedOffset> {
        local(self.0, zone)
    }

    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        match DateTime::from_timestamp_millis(millis) {
            Some(at) => Some(Timestamp(at)),
            None => None,
        }
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }
}

/// An instant at the clock of `zone`.
pub fn local(at: DateTime<Utc>, zone: Tz) -> DateTime<FixedOffset> {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    at.with_timezone(&offset)
}

/// The first instant of `day` in `zone`, also where its clocks are set at midnight.
pub fn day_start(day: NaiveDate, zone: Tz) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    if let Some(at) = zone.from_local_datetime(&midnight).earliest() {
        return at.to_utc().into();
    }
    // Midnight is left out there: the day begins at the second the clocks are set.
    let reads = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let mut before = midnight.and_utc() - TimeDelta::days(2);
    let mut after = midnight.and_utc() + TimeDelta::days(2);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if reads(middle) < midnight {
            before = middle;
        } else {
            after = middle;
        }
    }
    after.into()
}

/// The first instant after `day` in `zone`.
pub fn day_end(day: NaiveDate, zone: Tz) -> Timestamp {
    day_start(day + Days::new(1), zone)
}

impl Type<Sqlite> for Timestamp {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }

    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}

impl Encode<'_, Sqlite> for Timestamp {
    fn encode_by_ref(&self, buf: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.millis(), buf)
    }
}

impl<'r> Decode<'r, Sqlite> for Timestamp {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let millis = <i64 as Decode<Sqlite>>::decode(value)?;
        Timestamp::from_millis(millis).ok_or_else(|| "a time out of range".into())
    }
}

impl Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        <DateTime<Utc> as Type<Postgres>>::compatible(ty)
    }
}

impl Encode<'_, Postgres> for Timestamp {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, buf)
    }
}

impl<'r> Decode<'r, Postgres> for Timestamp {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Timestamp(<DateTime<Utc> as Decode<Postgres>>::decode(
            value,
        )?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn start(text: &str, zone: Tz) -> String {
        day_start(day(text), zone).utc().to_rfc3339()
    }

    #[test]
    fn a_day_is_as_long_as_the_zones_clocks_make_it() {
        let zone = chrono_tz::America::Chicago;
        let hours = |text: &str| {
            let day = day(text);
            (day_end(day, zone).utc() - day_start(day, zone).utc()).num_hours()
        };
        assert_eq!(hours("2020-03-08"), 23);
        assert_eq!(hours("2020-11-01"), 25);
        assert_eq!(hours("2020-01-31"), 24);
    }

    #[test]
    fn a_day_without_a_midnight_begins_where_its_clocks_are_set() {
        let zone = chrono_tz::America::Sao_Paulo;
        assert_eq!(start("2018-11-04", zone), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn a_day_with_two_midnights_begins_at_the_first() {
        let zone = chrono_tz::America::Havana;
        assert_eq!(start("2020-11-01", zone), "2020-11-01T04:00:00+00:00");
    }

    #[test]
    fn a_time_is_cut_to_milliseconds() {
        let at: DateTime<Utc> = "2020-01-31T11:00:00.123987Z".parse().unwrap();
        assert_eq!(Timestamp::from(at).millis() % 1000, 123);
    }
}
