use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Accepted, BlockingStore, Counts, Entry, Operation, Outcome, Row, Selection, Settled,
    Settlement, State, Store, StoreError, StoreErrorKind, Taken, Terms, Ticket, Timestamp,
};

use crate::builder::SqliteBuilder;
use crate::connection;
use crate::error::store_error;
use crate::rows::{Rows, Took};
use crate::thread::{self, Queue};

/// Keeps the rows of an inbox in an SQLite file.
///
/// *Acknowledged means kept*: a row is answered for once it is flushed to the disk. One thread writes, and one commit
/// covers all rows that wait for it. Any number of processes on one machine may open the file; it must be on a local
/// disk, since SQLite's locks do not hold on network file systems.
///
/// Cheap to clone; clones share the threads. Those end when the last clone is dropped.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Queue,
    reader: Queue,
    inbox: Arc<str>,
    path: Arc<Path>,
    /// Whether rows were purged since the write-ahead log was emptied.
    log_holds_purged: Arc<AtomicBool>,
}

impl SqliteStore {
    /// Opens a file, and makes it and its tables if they are missing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what hinders: the file cannot be opened, is locked, read-only or damaged, has a schema of
    /// another version, or cannot have a write-ahead log.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// let store = SqliteStore::open(&file).await?;
    /// // Where a folder is, no file can be.
    /// assert!(SqliteStore::open(folder.path()).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder(path).open().await
    }

    /// Opens a file as [`open`](Self::open) does, and blocks this thread meanwhile.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// ```
    /// use twilio_verify_webhooks_inbox::Inbox;
    /// use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// let inbox = Inbox::new(SqliteStore::open_blocking(&file)?);
    /// assert_eq!(inbox.blocking().counts()?.pending, 0);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn open_blocking(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder(path).open_blocking()
    }

    /// Starts with a file and the default settings.
    pub fn builder(path: impl AsRef<Path>) -> SqliteBuilder {
        SqliteBuilder::new(path.as_ref().to_owned())
    }

    pub(crate) fn start(settings: SqliteBuilder) -> Result<Self, StoreError> {
        let inbox = settings.inbox.as_str().into();
        let path = settings.path.as_path().into();
        let writes = settings.clone();
        // First: it makes the tables.
        let writer = Queue::start("inbox writer", writes, connection::writer, thread::write)?;
        let reader = Queue::start("inbox reader", settings, connection::reader, thread::read)?;
        Ok(Self {
            writer,
            reader,
            inbox,
            path,
            log_holds_purged: Arc::default(),
        })
    }

    pub(crate) fn inbox(&self) -> &str {
        &self.inbox
    }

    async fn write<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&Rows<'_>, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inbox = Arc::clone(&self.inbox);
        let step = move |connection: &Connection| {
            let inbox = &*inbox;
            step(&Rows { connection, inbox }, Timestamp::now())
        };
        self.writer.ask(step).await
    }

    async fn read<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&Rows<'_>, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inbox = Arc::clone(&self.inbox);
        let step = move |connection: &Connection| {
            let inbox = &*inbox;
            // All that it reads is of one moment. It ends when it is dropped.
            let _snapshot = connection.unchecked_transaction().map_err(store_error)?;
            step(&Rows { connection, inbox }, Timestamp::now())
        };
        self.reader.ask(step).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        let accept = move |rows: &Rows<'_>, now| {
            let operation = Operation::Accept {
                kind: entry.kind(),
                digest: entry.digest(),
                event: entry.event().to_owned(),
                lease,
            };
            match rows.insert(entry.id(), operation, now)? {
                Outcome::Accepted(accepted) => Ok(accepted),
                _ => Err(StoreErrorKind::Other.into()),
            }
        };
        self.write(accept).await
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        let terms = *terms;
        self.write(move |rows, now| take(rows, &terms, most, now))
            .await
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let ticket = ticket.clone();
        let settle = move |rows: &Rows<'_>, now| {
            let operation = Operation::Settle {
                attempt: ticket.attempt(),
                settlement: settlement.clone(),
            };
            match rows.apply(ticket.id(), operation, now)? {
                Outcome::Settled(settled) => Ok(settled),
                _ => Err(StoreErrorKind::Other.into()),
            }
        };
        self.write(settle).await
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        let id = id.clone();
        let find = move |rows: &Rows<'_>, _| {
            let row = rows.find(&id)?;
            let event = rows.event(&id)?;
            Ok(row.map(|row| Row { event, ..row }))
        };
        self.read(find).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let counts = |rows: &Rows<'_>, now: Timestamp| rows.counts(now);
        self.read(counts).await
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let after = after.cloned();
        self.read(move |rows, _| rows.dead(limit, after.as_ref()))
            .await
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let selection = selection.clone();
        let revive = move |rows: &Rows<'_>, now| rows.revive(&selection, now);
        self.write(revive).await
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        let id = id.clone();
        let discard = move |rows: &Rows<'_>, now| rows.discard(&id, now);
        self.write(discard).await
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let inbox = Arc::clone(&self.inbox);
        let purge = move |connection: &Connection| {
            let inbox = &*inbox;
            let by = Timestamp::now().before(age);
            Rows { connection, inbox }.purge(by, most)
        };
        let log_holds_purged = Arc::clone(&self.log_holds_purged);
        // With the last rows that go, the log goes: it holds texts of events as well.
        let then = move |connection: &Connection, purged: &u64| {
            let is_last = usize::try_from(*purged).is_ok_and(|purged| purged < most);
            if *purged > 0 {
                log_holds_purged.store(true, Ordering::Relaxed);
            }
            if is_last && log_holds_purged.load(Ordering::Relaxed) {
                let emptied = connection::empty_log(connection);
                log_holds_purged.store(!emptied, Ordering::Relaxed);
            }
        };
        self.writer.ask_then(purge, then).await
    }
}

impl BlockingStore for SqliteStore {}

fn take(rows: &Rows<'_>, terms: &Terms, most: usize, now: Timestamp) -> Result<Taken, StoreError> {
    let mut taken = Taken::default();
    while taken.rows.len() < most && taken.buried.len().max(taken.damaged.len()) < most {
        let pending = rows.next_due(State::Pending, terms.kinds, now)?;
        let ran_out = rows.next_due(State::Working, terms.kinds, now)?;
        let retaken = match (&pending, &ran_out) {
            (Some((_, pending)), Some((_, ran_out))) => ran_out < pending,
            _ => pending.is_none(),
        };
        let next = if retaken { ran_out } else { pending };
        let Some((key, _)) = next else { break };
        // It is taken alone, by the next call if something is taken already.
        if retaken && !taken.rows.is_empty() {
            break;
        }
        match rows.take(&key, terms, retaken, now)? {
            Took::Leased(leased) => taken.rows.push(leased),
            Took::Buried(id) => taken.buried.push(id),
            Took::Damaged(damaged) => taken.damaged.push(damaged),
            Took::NotDue => break,
        }
        if retaken && !taken.rows.is_empty() {
            break;
        }
    }
    Ok(taken)
}
