use std::collections::BTreeMap;
use std::path::Path;

use twilio_verify_webhooks_inbox::{Failure, Job, Store};

use crate::Result;

/// A store, and a table beside it in which handlers write.
pub trait Place: Clone + Send + Sync + 'static {
    /// The store.
    type Store: Store + Clone;

    /// Returns the URL, or path, of an empty store, which may be in a folder.
    fn scratch(folder: &Path) -> Result<String>;

    /// Opens store and table; they are made if they are missing.
    fn open(url: &str) -> impl Future<Output = Result<Self>>;

    /// Returns the store.
    fn store(&self) -> Self::Store;

    /// Writes that an event was acted on, in one transaction with `done_in`.
    fn act(&self, job: &Job) -> impl Future<Output = std::result::Result<(), Failure>> + Send;

    /// Counts what was written, by the text of the id.
    fn acts(&self) -> impl Future<Output = Result<BTreeMap<String, u64>>>;
}
