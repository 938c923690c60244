//! A connection that keeps what it acknowledges.

use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use twilio_verify_webhooks_inbox::StoreError;

use crate::builder::SqliteBuilder;
use crate::error::{not_durable, store_error};
use crate::files::Files;
use crate::schema;

/// At least as many as there are in this crate.
const STATEMENTS: usize = 32;

/// A connection, and the files that it is to.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) files: Files,
}

/// Whether a file that is missing may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Make,
    /// It was there: whoever took it away may put it back.
    Refuse,
}

/// Opens the file for the thread that writes, with its tables.
pub(crate) fn writer(settings: &SqliteBuilder, missing: Missing) -> Result<Opened, StoreError> {
    let connection = open(settings, missing)?;
    if let Some(bytes) = settings.max_bytes {
        let page: u32 = connection
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(store_error)?;
        let pages = bytes.checked_div(page.into()).unwrap_or_default().max(1);
        let pages = i64::try_from(pages).unwrap_or(i64::MAX);
        pragma(&connection, "max_page_count", pages)?;
    }
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(store_error)?;
    if missing == Missing::Make {
        schema::create_if_missing(&connection)?;
    }
    schema::check(&connection)?;
    connection.execute_batch("COMMIT").map_err(store_error)?;
    Ok(Opened::new(connection))
}

/// Opens the file for the thread that only reads.
pub(crate) fn reader(settings: &SqliteBuilder, missing: Missing) -> Result<Opened, StoreError> {
    let connection = open(settings, missing)?;
    pragma(&connection, "query_only", true)?;
    schema::check(&connection)?;
    Ok(Opened::new(connection))
}

impl Opened {
    fn new(connection: Connection) -> Self {
        let files = Files::of(&connection);
        Self { connection, files }
    }

    /// Closes the connection. If the files are not those any more, it stays open: SQLite would remove the log of
    /// whatever has their names now.
    pub(crate) fn close(self) {
        if self.files.check().is_err() {
            std::mem::forget(self.connection);
        }
    }
}

/// Empties the write-ahead log if nobody else reads it, and tells whether it is empty now.
pub(crate) fn empty_log(connection: &Connection) -> bool {
    let wait = |millis: i64| pragma(connection, "busy_timeout", millis).is_ok();
    let usual = connection.pragma_query_value(None, "busy_timeout", |row| row.get(0));
    let Ok(usual) = usual else { return false };
    // Requests wait meanwhile.
    let emptied = wait(100)
        && connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .is_ok_and(|busy: i64| busy == 0);
    wait(usual) && emptied
}

fn open(settings: &SqliteBuilder, missing: Missing) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, missing == Missing::Make);
    let connection = Connection::open_with_flags(&settings.path, flags).map_err(store_error)?;
    connection
        .busy_timeout(settings.busy_timeout)
        .map_err(store_error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // The WAL is flushed at each commit, by which the commit is kept.
    pragma(&connection, "synchronous", "FULL")?;
    // On macOS `fsync` alone leaves data in the drive's cache.
    pragma(&connection, "fullfsync", true)?;
    pragma(&connection, "checkpoint_fullfsync", true)?;
    // Events are personal data: what is deleted is overwritten.
    pragma(&connection, "secure_delete", true)?;
    pragma(&connection, "trusted_schema", false)?;
    write_ahead(&connection, settings)?;
    let synchronous: i64 = connection
        .pragma_query_value(None, "synchronous", |row| row.get(0))
        .map_err(store_error)?;
    if synchronous < 2 {
        return Err(not_durable("synchronous", &synchronous.to_string()));
    }
    Ok(connection)
}

/// Switches to the write-ahead log, which is kept in the file. Where another process does so at the same time, SQLite
/// does not wait but says that it is busy.
fn write_ahead(connection: &Connection, settings: &SqliteBuilder) -> Result<(), StoreError> {
    let start = Instant::now();
    loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
        match mode {
            Ok(mode) => {
                let mode: String = mode;
                let is_wal = mode.eq_ignore_ascii_case("wal");
                return if is_wal {
                    Ok(())
                } else {
                    Err(not_durable("journal_mode", &mode))
                };
            }
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < settings.busy_timeout =>
            {
                std::thread::yield_now();
            }
            Err(error) => return Err(store_error(error)),
        }
    }
}

fn pragma(
    connection: &Connection,
    name: &str,
    value: impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    // Some answer with the value, some with nothing.
    let set = connection.pragma_update(None, name, value);
    set.map_err(store_error)
}
