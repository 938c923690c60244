use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

/// What to do where tables or functions are missing.
pub(crate) const NO_SCHEMA: &str = "the tables or functions are missing: call PostgresStore::install, or run the statements of SCHEMA";

/// What the functions say where the tables are for another version.
const OTHER_VERSION: &str = "TV001";

/// Tells whether a statement may succeed when it is sent again: it met another one.
pub(crate) fn met_another(error: &Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Translates an error. Its text is the server's code and sentence: details, which may quote rows, are left out.
pub(crate) fn store_error(error: &Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        // What is not an answer of the server concerns the connection or a value of this crate's own.
        let kind = if error.is_closed() || std::error::Error::source(error).is_some() {
            StoreErrorKind::Unavailable
        } else {
            StoreErrorKind::Other
        };
        return StoreError::new(kind, error.to_string());
    };
    let kind = kind(db.code());
    let text = match kind {
        StoreErrorKind::Schema => format!("{NO_SCHEMA} ({})", db.code().code()),
        _ => format!("{} ({})", db.message(), db.code().code()),
    };
    StoreError::new(kind, text)
}

fn kind(code: &SqlState) -> StoreErrorKind {
    match code {
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED => StoreErrorKind::Timeout,
        &SqlState::UNDEFINED_TABLE
        | &SqlState::UNDEFINED_COLUMN
        | &SqlState::UNDEFINED_FUNCTION => StoreErrorKind::Schema,
        &SqlState::READ_ONLY_SQL_TRANSACTION => StoreErrorKind::ReadOnly,
        &SqlState::DISK_FULL => StoreErrorKind::Full,
        code if code.code() == OTHER_VERSION => StoreErrorKind::Schema,
        code => match code.code().get(..2) {
            // Connection, insufficient resources, operator intervention, system error.
            Some("08" | "53" | "57" | "58") => StoreErrorKind::Unavailable,
            // A transaction was rolled back because it met others, too often.
            Some("40") => StoreErrorKind::Unavailable,
            Some("XX") => StoreErrorKind::Corrupt,
            _ => StoreErrorKind::Other,
        },
    }
}
