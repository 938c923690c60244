//! The tables, and whether those in a file are ours to use.

use rusqlite::{Connection, OptionalExtension as _, Row};
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

use crate::error::store_error;

/// The version of the schema that this code makes and needs.
const VERSION: i64 = 1;

const CREATE: &str = include_str!("schema.sql");

/// Makes the tables in a file that has none, within a transaction that can write.
pub(crate) fn create_if_missing(connection: &Connection) -> Result<(), StoreError> {
    if !is_there(connection)? {
        connection.execute_batch(CREATE).map_err(store_error)?;
    }
    Ok(())
}

fn is_there(connection: &Connection) -> Result<bool, StoreError> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'verify_inbox_schema'";
    let tables: Result<i64, _> = connection.query_row(tables, [], |row| row.get(0));
    Ok(tables.map_err(store_error)? > 0)
}

/// Checks the version. Another process may bring a newer one at any time, so this is asked in every transaction.
pub(crate) fn check(connection: &Connection) -> Result<(), StoreError> {
    let versions = "SELECT version, compatible_from FROM verify_inbox_schema";
    let versions = connection.prepare_cached(versions).and_then(|mut select| {
        let versions = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        select.query_row([], versions).optional()
    });
    let versions = match versions {
        Err(_) if !is_there(connection)? => None,
        versions => versions.map_err(store_error)?,
    };
    let fault = match versions {
        Some((version, _)) if version < VERSION => {
            format!(
                "version {version}, which is older than {VERSION} and cannot be brought up to it"
            )
        }
        Some((_, compatible_from)) if compatible_from <= VERSION => return Ok(()),
        Some((version, compatible_from)) => {
            format!(
                "version {version}, which needs a program of version {compatible_from}; this is {VERSION}"
            )
        }
        None => "no tables of an inbox, or no version".to_owned(),
    };
    Err(StoreError::new(
        StoreErrorKind::Schema,
        format!("the file has {fault}"),
    ))
}
