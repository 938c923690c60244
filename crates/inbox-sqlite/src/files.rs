//! Whether the files of a connection are still those that have their names.

use std::path::PathBuf;

use rusqlite::Connection;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

/// The file and its write-ahead log as they were when they were opened.
///
/// What is written to a file that has no name any more is gone with the process, so it must not be acknowledged.
pub(crate) struct Files([(PathBuf, Option<Identity>); 2]);

impl Files {
    pub(crate) fn of(connection: &Connection) -> Self {
        let path = connection.path().unwrap_or_default();
        let paths = [PathBuf::from(path), PathBuf::from(format!("{path}-wal"))];
        Self(paths.map(|path| {
            let identity = identity(&path);
            (path, identity)
        }))
    }

    /// Compares them with what has their names now: two calls of the system.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.0.iter().all(|(path, was)| identity(path) == *was) {
            return Ok(());
        }
        let error = "the file was deleted or replaced while it was open";
        Err(StoreError::new(StoreErrorKind::Unavailable, error))
    }
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &std::path::Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Windows keeps a file that is open from being deleted.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &std::path::Path) -> Option<Identity> {
    None
}
