//! What the columns of a row mean.

use std::time::Duration;

use tokio_postgres::Row as PgRow;
use tokio_postgres::types::FromSql;
use twilio_verify_webhooks::{AccountSid, DeliveryId};
use twilio_verify_webhooks_inbox::{
    Damaged, Digest, ErrorText, Kind, Leased, Row, State, StoreError, StoreErrorKind, Ticket,
    Timestamp,
};

pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r PgRow, column: &str) -> Result<T, StoreError> {
    row.try_get(column).map_err(|_| unexpected(column))
}

pub(crate) fn unexpected(column: &str) -> StoreError {
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

pub(crate) fn kind(row: &PgRow) -> Option<Kind> {
    let code = u8::try_from(get::<i16>(row, "kind").ok()?).ok()?;
    Kind::from_code(code)
}

/// Reads the id, or tells which column hinders.
pub(crate) fn id(row: &PgRow) -> Result<DeliveryId, &'static str> {
    let account_sid: &str = get(row, "account_sid").map_err(|_| "account_sid")?;
    let uuid: &str = get(row, "uuid").map_err(|_| "uuid")?;
    let account = AccountSid::new(account_sid).map_err(|_| "account_sid")?;
    // Another spelling would be another row.
    if account.as_str() != account_sid {
        return Err("account_sid");
    }
    format!("{account}/{uuid}").parse().map_err(|_| "uuid")
}

/// Reads a row, with zeros in place of what cannot be read, and the first column that hinders.
fn found(row: &PgRow) -> (Row, Option<&'static str>) {
    let mut damaged = None;
    fn or_zero<T: Default>(
        value: Option<T>,
        column: &'static str,
        damaged: &mut Option<&'static str>,
    ) -> T {
        if value.is_none() {
            damaged.get_or_insert(column);
        }
        value.unwrap_or_default()
    }
    let time = |column| number(row, column).ok().map(Timestamp::from_millis);
    let digest = digest(row);
    if digest.is_none() {
        damaged.get_or_insert("digest");
    }
    let kind = kind(row);
    if kind.is_none() {
        damaged.get_or_insert("kind");
    }
    let state = get(row, "state").and_then(state).ok();
    if state.is_none() {
        damaged.get_or_insert("state");
    }
    let attempt = or_zero(number(row, "attempt").ok(), "attempt", &mut damaged);
    let tries = or_zero(number(row, "tries").ok(), "tries", &mut damaged);
    let due = or_zero(time("due"), "due", &mut damaged);
    let event = or_zero(get(row, "event").ok(), "event", &mut damaged);
    let received = or_zero(time("received"), "received", &mut damaged);
    let error = get::<Option<&str>>(row, "error").ok();
    let error = or_zero(error, "error", &mut damaged);
    let row = Row {
        digest: digest.unwrap_or_else(|| Digest::from([0; Digest::LEN])),
        kind: kind.unwrap_or(Kind::Push),
        state: state.unwrap_or(State::Dead),
        attempt,
        tries,
        due,
        event,
        received,
        error: error.map(ErrorText::new),
    };
    (row, damaged)
}

fn digest(row: &PgRow) -> Option<Digest> {
    Digest::from_bytes(get(row, "digest").ok()?)
}

/// Reads a row, if all of it can be read.
pub(crate) fn row(row: &PgRow) -> Result<Row, StoreError> {
    match found(row) {
        (row, None) => Ok(row),
        (_, Some(column)) => Err(unexpected(column)),
    }
}

/// Reads a dead row for a person, who is told what of it cannot be read. One without an id is left out.
pub(crate) fn dead(row: &PgRow) -> Option<(DeliveryId, Row)> {
    let id = id(row).ok()?;
    let (row, damaged) = found(row);
    let error = match damaged {
        Some(column) => Some(Damaged { id: None, column }.error()),
        None => row.error,
    };
    let state = State::Dead;
    Some((
        id,
        Row {
            state,
            error,
            ..row
        },
    ))
}

/// Reads a row that was taken, or tells which column hinders.
pub(crate) fn leased(row: &PgRow) -> Result<Leased, Damaged> {
    let id = id(row).map_err(|column| Damaged { id: None, column })?;
    let hinders = |column| Damaged {
        id: Some(id.clone()),
        column,
    };
    digest(row).ok_or_else(|| hinders("digest"))?;
    // The take counted up: one that is nothing was less.
    let counted = |column| match number(row, column) {
        Ok(number @ 1..) => Ok(number),
        _ => Err(hinders(column)),
    };
    let attempt = counted("attempt")?;
    let age: Option<i64> = get(row, "age").map_err(|_| hinders("received"))?;
    Ok(Leased {
        ticket: Ticket::new(id.clone(), attempt),
        kind: kind(row).ok_or_else(|| hinders("kind"))?,
        tries: counted("tries")?,
        age: duration(age.ok_or_else(|| hinders("received"))?),
        // A row without its event is for a person: the worker cannot read it and gives it up.
        event: get::<Option<String>>(row, "event")
            .map_err(|_| hinders("event"))?
            .unwrap_or_default(),
        retaken: get(row, "late").map_err(|_| hinders("state"))?,
    })
}
