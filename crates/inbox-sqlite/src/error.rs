use rusqlite::{Error, ErrorCode};
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

/// Says what a failure of SQLite means to an inbox.
pub(crate) fn store_error(error: Error) -> StoreError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreErrorKind::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted
            | ErrorCode::OutOfMemory,
        ) => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::Other,
    };
    StoreError::new(kind, error)
}

/// A row that no version of this code writes.
pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!("a row has no valid {what}"),
    )
}

pub(crate) fn stopped() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the thread of the store ended")
}

pub(crate) fn not_durable(setting: &str, found: &str) -> StoreError {
    let what = format!("{setting} is {found}");
    StoreError::new(StoreErrorKind::NotDurable, what)
}
