//! Members of closed sets, kept in the database by their word.

use std::{error::Error, str::FromStr};

use serde::Deserialize;
use sqlx::{Database, Decode, Type, error::BoxDynError};

/// A `T` read from the text column that holds its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Word<T>(pub T);

impl<DB: Database, T> Type<DB> for Word<T>
where
    str: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <str as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <str as Type<DB>>::compatible(ty)
    }
}

impl<'r, DB: Database, T> Decode<'r, DB> for Word<T>
where
    &'r str: Decode<'r, DB>,
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Word(<&str>::decode(value)?.parse()?))
    }
}
