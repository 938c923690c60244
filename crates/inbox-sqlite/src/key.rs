//! Which row, as the file says it.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result, Row as Record};
use twilio_verify_webhooks::{AccountSid, DeliveryId};

/// The account and the uuid of a row, whatever they hold: a row is found by it even if it has no valid id.
pub(crate) struct Key {
    pub(crate) account_sid: Text,
    pub(crate) uuid: Text,
}

impl Key {
    /// Reads the first two columns.
    pub(crate) fn read(record: &Record<'_>) -> Result<Self> {
        Ok(Self {
            account_sid: record.get(0)?,
            uuid: record.get(1)?,
        })
    }

    /// Returns the id, or the column that hinders.
    pub(crate) fn id(&self) -> std::result::Result<DeliveryId, &'static str> {
        let account = self.account_sid.as_str().ok_or("account_sid")?;
        let account_sid = AccountSid::new(account).map_err(|_| "account_sid")?;
        let uuid = self.uuid.as_str().ok_or("uuid")?;
        let id: DeliveryId = format!("{account_sid}/{uuid}")
            .parse()
            .map_err(|_| "uuid")?;
        // Another spelling would be another row.
        match account == account_sid.as_str() {
            true => Ok(id),
            false => Err("account_sid"),
        }
    }
}

impl From<&DeliveryId> for Key {
    fn from(id: &DeliveryId) -> Self {
        Self {
            account_sid: Text(id.account_sid().as_str().into()),
            uuid: Text(id.uuid().into()),
        }
    }
}

/// A text that need not be UTF-8.
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub(crate) fn as_str(&self) -> Option<&str> {
        str::from_utf8(&self.0).ok()
    }
}

impl FromSql for Text {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(text) => Ok(Self(text.to_owned())),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

impl ToSql for Text {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}
