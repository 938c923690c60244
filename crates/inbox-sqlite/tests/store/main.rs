//! A store in a file, through the public interface.

mod calls;
mod files;

use std::error::Error;
use std::path::PathBuf;

use tempfile::TempDir;
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{Answer, Inbox, StoreError, StoreErrorKind};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) fn file() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.db");
    Ok((folder, file))
}

pub(crate) fn received() -> Result<Received<'static>> {
    Deliveries::new()?.receive(&EventBuilder::challenge_approved())
}

pub(crate) async fn accept(store: &SqliteStore) -> Result<Answer> {
    Ok(Inbox::new(store.clone()).accept(&received()?).await)
}

#[track_caller]
pub(crate) fn refused(error: Option<&StoreError>, kind: StoreErrorKind, text: &str) {
    let error = error.expect("an error");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error}");
}
