use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

use crate::error::stopped;
use crate::store::SqliteStore;

/// Opens a [`SqliteStore`] with other settings than [`SqliteStore::open`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it opens a file"]
pub struct SqliteBuilder {
    pub(crate) path: PathBuf,
    pub(crate) inbox: String,
    pub(crate) queue: usize,
    pub(crate) busy_timeout: Duration,
    pub(crate) max_bytes: Option<u64>,
}

impl SqliteBuilder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            inbox: "default".to_owned(),
            queue: 1024,
            busy_timeout: Duration::from_secs(2),
            max_bytes: None,
        }
    }

    /// Names the inbox: `default` if it is not named.
    ///
    /// Applications that share a file and handle different webhooks have different names, or one takes the other's
    /// events.
    pub fn inbox(mut self, name: impl Into<String>) -> Self {
        self.inbox = name.into();
        self
    }

    /// Sets how many requests may wait for the writer: 1024. Beyond, a delivery is answered with 503 at once.
    pub const fn queue(mut self, requests: usize) -> Self {
        self.queue = requests;
        self
    }

    /// Sets how long the writer waits for another process that holds the file's lock: 2 s.
    ///
    /// Keep it below the [deadline](twilio_verify_webhooks_inbox::InboxBuilder::deadline) of the inbox, so that the
    /// answer says what the matter is.
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets how many bytes the file may have, its WAL aside: as many as there is room for, if not set.
    ///
    /// A full file is answered with 503. It is rounded down to pages of the file.
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Opens the file, and makes it and its tables if they are missing.
    ///
    /// # Errors
    ///
    /// As [`SqliteStore::open`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// let store = SqliteStore::builder(&file).inbox("sign-in").max_bytes(1 << 30).open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        let (opened, store) = oneshot::channel();
        let thread = thread::Builder::new().name("inbox opens".to_owned());
        // If nobody waits any more, the store is dropped.
        let open = move || drop(opened.send(self.open_blocking()));
        let unavailable = |error| StoreError::new(StoreErrorKind::Unavailable, error);
        thread.spawn(open).map_err(unavailable)?;
        store.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Opens the file as [`open`](Self::open) does, and blocks this thread meanwhile.
    ///
    /// # Errors
    ///
    /// As [`SqliteStore::open`].
    ///
    /// ```
    /// use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// let store = SqliteStore::builder(&file).inbox("sign-in").open_blocking()?;
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn open_blocking(self) -> Result<SqliteStore, StoreError> {
        SqliteStore::start(self)
    }
}
