//! What the columns of a row mean.

use rusqlite::Row as Record;
use rusqlite::types::ValueRef;
use twilio_verify_webhooks_inbox::{Digest, ErrorText, Kind, Row, State, StoreError, Timestamp};

use crate::error::{damaged, store_error};

/// The columns of a row without its event, which is read and written apart.
pub(crate) const COLUMNS: &str = "digest, kind, state, attempt, tries, due, received, error";

/// How many these are.
pub(crate) const COUNT: usize = 8;

/// A row as it was found.
pub(crate) struct Found {
    /// With zeros in place of what cannot be read.
    pub(crate) row: Row,
    /// The first column that cannot be read.
    pub(crate) damaged: Option<&'static str>,
}

impl Found {
    /// Reads [`COLUMNS`] from a position on.
    pub(crate) fn read(record: &Record<'_>, first: usize) -> Result<Self, StoreError> {
        let mut columns = Columns {
            record,
            next: first,
            damaged: None,
        };
        let digest = columns.value("digest", |value| Digest::from_bytes(value.as_blob().ok()?))?;
        let kind = columns.value("kind", |value| Kind::from_code(number(value)?))?;
        let state = columns.value("state", |value| State::from_code(number(value)?))?;
        let attempt = columns.value("attempt", number)?;
        let tries = columns.value("tries", number)?;
        let due = columns.value("due", time)?;
        let received = columns.value("received", time)?;
        let error = columns.value("error", optional_text)?;
        let row = Row {
            digest: digest.unwrap_or_else(|| Digest::from([0; Digest::LEN])),
            kind: kind.unwrap_or(Kind::Push),
            state: state.unwrap_or(State::Dead),
            attempt: attempt.unwrap_or_default(),
            tries: tries.unwrap_or_default(),
            due: due.unwrap_or_default(),
            received: received.unwrap_or_default(),
            event: None,
            error: error.flatten().map(ErrorText::new),
        };
        let damaged = columns.damaged;
        Ok(Self { row, damaged })
    }

    /// Returns the row, if all of it can be read.
    pub(crate) fn whole(self) -> Result<Row, StoreError> {
        match self.damaged {
            None => Ok(self.row),
            Some(column) => Err(damaged(column)),
        }
    }
}

struct Columns<'r, 's> {
    record: &'r Record<'s>,
    next: usize,
    damaged: Option<&'static str>,
}

impl Columns<'_, '_> {
    fn value<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(ValueRef<'_>) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let value = self.record.get_ref(self.next).map_err(store_error)?;
        self.next = self.next.saturating_add(1);
        let value = read(value);
        if value.is_none() {
            self.damaged.get_or_insert(column);
        }
        Ok(value)
    }
}

fn number<T: TryFrom<i64>>(value: ValueRef<'_>) -> Option<T> {
    T::try_from(value.as_i64().ok()?).ok()
}

fn time(value: ValueRef<'_>) -> Option<Timestamp> {
    number(value).map(Timestamp::from_millis)
}

/// Reads a text, or that there is none.
pub(crate) fn optional_text(value: ValueRef<'_>) -> Option<Option<String>> {
    match value {
        ValueRef::Null => Some(None),
        value => value.as_str().ok().map(|text| Some(text.to_owned())),
    }
}

pub(crate) fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
