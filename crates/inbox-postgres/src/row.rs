//! What the columns of a row mean.

use std::time::Duration;

use tokio_postgres::Row as PgRow;
use tokio_postgres::types::FromSql;
use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Digest, ErrorText, Leased, Row, State, StoreError, StoreErrorKind, Ticket, Timestamp,
};

pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r PgRow, column: &str) -> Result<T, StoreError> {
    row.try_get(column).map_err(|_| unexpected(column))
}

fn unexpected(column: &str) -> StoreError {
    let error = format!("column {column} holds what this version does not write");
    StoreError::new(StoreErrorKind::Corrupt, error)
}

fn number<T: TryFrom<i64>>(row: &PgRow, column: &str) -> Result<T, StoreError> {
    T::try_from(get::<i64>(row, column)?).map_err(|_| unexpected(column))
}

pub(crate) fn count(row: &PgRow, column: &str) -> Result<u64, StoreError> {
    number(row, column)
}

/// Milliseconds between two times of a server whose clock may have been set back.
pub(crate) fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(crate) fn state(code: i16) -> Result<State, StoreError> {
    let state = u8::try_from(code).ok().and_then(State::from_code);
    state.ok_or_else(|| unexpected("state"))
}

pub(crate) fn id(row: &PgRow) -> Result<DeliveryId, StoreError> {
    let account_sid: &str = get(row, "account_sid")?;
    let uuid: &str = get(row, "uuid")?;
    let id = format!("{account_sid}/{uuid}").parse();
    id.map_err(|_| unexpected("uuid"))
}

pub(crate) fn row(row: &PgRow) -> Result<Row, StoreError> {
    let time = |column| number(row, column).map(Timestamp::from_millis);
    Ok(Row {
        digest: Digest::from_bytes(get(row, "digest")?).ok_or_else(|| unexpected("digest"))?,
        state: state(get(row, "state")?)?,
        attempt: number(row, "attempt")?,
        tries: number(row, "tries")?,
        due: time("due")?,
        event: get(row, "event")?,
        received: time("received")?,
        error: get::<Option<&str>>(row, "error")?.map(ErrorText::new),
    })
}

pub(crate) fn leased(row: &PgRow) -> Result<Leased, StoreError> {
    Ok(Leased {
        ticket: Ticket::new(id(row)?, number(row, "attempt")?),
        tries: number(row, "tries")?,
        age: duration(get(row, "age")?),
        // A row without its event is for a person: the worker cannot read it and gives it up.
        event: get::<Option<String>>(row, "event")?.unwrap_or_default(),
        retaken: get(row, "late")?,
    })
}
