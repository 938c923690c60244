mod protocol;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Row as PgRow;
use tokio_postgres::types::{ToSql, Type};
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

use crate::error::{NO_SCHEMA, met_another, store_error};
use crate::name::InboxName;
use crate::pool::Pool;
use crate::row;
use crate::statements::{CHECK, SCHEMA, SCHEMA_VERSION};

/// How often a statement that met another transaction is sent.
const TRIES: usize = 10;

pub(crate) type Parameters<'a> = [(&'a (dyn ToSql + Sync), Type)];

/// The rows of one inbox in a PostgreSQL database.
///
/// Acknowledged means kept on this server: a delivery is accepted when its row is committed with `synchronous_commit`
/// on. A failover to a replica that is not synchronous loses the rows that it has not received, and with them their
/// recognition.
///
/// Each step is one statement and one round trip, sent unnamed, so that a pooler in transaction mode may stand in
/// between. `accept` sends a second one only if the row appeared while it ran. A repetition writes nothing.
///
/// Times are the server's. The tables must be there: see [`install`](Self::install). They are checked with the first
/// step, not when the store is made, so that an application starts while the database does not.
///
/// Clones share the pool.
pub struct PostgresStore<P> {
    shared: Arc<Shared<P>>,
}

struct Shared<P> {
    pool: P,
    inbox: InboxName,
    lock_timeout: String,
    accept_volatile: bool,
    checked: AtomicBool,
}

impl<P> Clone for PostgresStore<P> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<P> fmt::Debug for PostgresStore<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("inbox", &self.shared.inbox)
            .field("lock_timeout", &self.shared.lock_timeout)
            .field("accept_volatile", &self.shared.accept_volatile)
            .finish_non_exhaustive()
    }
}

impl<P: Pool> PostgresStore<P> {
    /// How long a step waits for another transaction that holds its row, below the deadline of an inbox.
    pub const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

    /// Takes a pool and the name of the inbox.
    ///
    /// Nothing is sent yet. [`check`](Self::check) tells at once whether the database is as it must be; otherwise the
    /// first step does.
    pub fn new(pool: P, inbox: InboxName) -> Self {
        Self::with(pool, inbox, Self::LOCK_TIMEOUT, false)
    }

    /// Takes a pool and the name of the inbox, for a server that may lose what it acknowledged.
    ///
    /// With `synchronous_commit = off`, `fsync = off` or an unlogged table, a crash of the server loses the last
    /// moments *after* Twilio was answered with 200. [`new`](Self::new) refuses such a server with
    /// [`StoreErrorKind::NotDurable`].
    pub fn new_accepting_volatile(pool: P, inbox: InboxName) -> Self {
        Self::with(pool, inbox, Self::LOCK_TIMEOUT, true)
    }

    fn with(pool: P, inbox: InboxName, lock_timeout: Duration, accept_volatile: bool) -> Self {
        let shared = Shared {
            pool,
            inbox,
            lock_timeout: format!("{}ms", lock_timeout.as_millis()),
            accept_volatile,
            checked: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Sets how long a step waits for another transaction that holds its row.
    ///
    /// It should be below the deadline of the inbox. Less than a millisecond counts as one.
    #[must_use]
    pub fn lock_timeout(self, lock_timeout: Duration) -> Self
    where
        P: Clone,
    {
        let lock_timeout = lock_timeout.max(Duration::from_millis(1));
        let Shared {
            pool,
            inbox,
            accept_volatile,
            ..
        } = &*self.shared;
        let (pool, inbox) = (pool.clone(), inbox.clone());
        Self::with(pool, inbox, lock_timeout, *accept_volatile)
    }

    /// Returns the name of the inbox.
    #[must_use]
    pub fn inbox(&self) -> &InboxName {
        &self.shared.inbox
    }

    /// Makes the tables and functions that are not there yet, for all inboxes of the database.
    ///
    /// May be called at every start, by several processes at once: where all is there, or a later version's, it changes
    /// nothing and needs no right to. Otherwise the role needs the right to create tables and functions in the first schema
    /// of its `search_path` and must own those that are there; where it must not, run [`SCHEMA`] as another.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot be reached or refuses.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use twilio_verify_webhooks_inbox::StoreError;
    /// use twilio_verify_webhooks_inbox_postgres::{InboxName, PostgresStore};
    ///
    /// async fn start(client: tokio_postgres::Client, name: InboxName) -> Result<(), StoreError> {
    ///     PostgresStore::new(Arc::new(client), name).install().await
    /// }
    /// ```
    pub async fn install(&self) -> Result<(), StoreError> {
        match self.look().await {
            Ok(row) => {
                let version: Option<i32> = row::get(&row, "version")?;
                let is_complete = row::get(&row, "functions")? && row::get(&row, "indexes")?;
                if version > Some(SCHEMA_VERSION) || version == Some(SCHEMA_VERSION) && is_complete
                {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == StoreErrorKind::Schema => {}
            Err(error) => return Err(error),
        }
        let connection = self.shared.pool.connection().await?;
        // One message is one transaction, which ends with it whatever happens. It has to see what another that it waits
        // for has made.
        let statements = format!("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {SCHEMA}");
        let installed = connection.batch_execute(&statements).await;
        installed.map_err(|error| store_error(&error))
    }

    /// Tells whether the database is as it must be.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Schema`] if tables or functions are missing or made for a later version that this one cannot use,
    /// [`StoreErrorKind::NotDurable`] if what is acknowledged would not be kept,
    /// [`StoreErrorKind::ReadOnly`] if the server is a replica, others if it cannot be reached.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};
    /// use twilio_verify_webhooks_inbox_postgres::PostgresStore;
    ///
    /// async fn is_ready(store: &PostgresStore<Arc<tokio_postgres::Client>>) -> Result<bool, StoreError> {
    ///     match store.check().await {
    ///         Err(error) if error.kind() == StoreErrorKind::Unavailable => Ok(false),
    ///         checked => checked.map(|()| true),
    ///     }
    /// }
    /// ```
    pub async fn check(&self) -> Result<(), StoreError> {
        let row = self.look().await?;
        // First, because a later version may have no functions for this one.
        fits(row::get(&row, "compatible_from")?)?;
        if !row::get::<bool>(&row, "functions")? {
            return Err(StoreError::new(StoreErrorKind::Schema, NO_SCHEMA));
        }
        if row::get(&row, "replica")? {
            let error = "the server is a replica";
            return Err(StoreError::new(StoreErrorKind::ReadOnly, error));
        }
        let durable: Option<bool> = row::get(&row, "durable")?;
        if durable != Some(true) && !self.shared.accept_volatile {
            return Err(not_durable());
        }
        self.shared.checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn checked(&self) -> Result<(), StoreError> {
        if self.shared.checked.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.check().await
    }

    /// Looks at what there is.
    async fn look(&self) -> Result<PgRow, StoreError> {
        let rows = self.send(CHECK, &[]).await?;
        only(rows)
    }

    /// Sends a statement, and finds out what is wrong with the tables if it fails because of them.
    async fn rows(
        &self,
        statement: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<PgRow>, StoreError> {
        match self.send(statement, parameters).await {
            Err(error) if error.kind() == StoreErrorKind::Schema => {
                self.check().await?;
                Err(error)
            }
            sent => sent,
        }
    }

    /// Sends a statement until it no longer meets another.
    async fn send(
        &self,
        statement: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let connection = self.shared.pool.connection().await?;
        let mut tries = 1_usize;
        loop {
            match connection.query_typed(statement, parameters).await {
                Ok(rows) => return Ok(rows),
                Err(error) if met_another(&error) && tries < TRIES => {
                    tries = tries.saturating_add(1);
                }
                Err(error) => return Err(store_error(&error)),
            }
        }
    }

    async fn one(
        &self,
        statement: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<PgRow, StoreError> {
        only(self.rows(statement, parameters).await?)
    }
}

fn only(rows: Vec<PgRow>) -> Result<PgRow, StoreError> {
    let row = rows.into_iter().next();
    row.ok_or_else(|| StoreError::new(StoreErrorKind::Other, "expected a row, found none"))
}

/// Tells whether this version can use tables that need a version of the schema, null if they do not say which.
pub(crate) fn fits(compatible_from: Option<i32>) -> Result<(), StoreError> {
    let Some(compatible_from) = compatible_from else {
        return Err(StoreError::new(StoreErrorKind::Schema, NO_SCHEMA));
    };
    if compatible_from <= SCHEMA_VERSION {
        return Ok(());
    }
    let error = format!(
        "the tables need version {compatible_from} of the schema or a later one, and this is version \
         {SCHEMA_VERSION}: a later version of the application is running"
    );
    Err(StoreError::new(StoreErrorKind::Schema, error))
}

fn not_durable() -> StoreError {
    let error = "set synchronous_commit and fsync, and make the table a logged one; or use new_accepting_volatile";
    StoreError::new(StoreErrorKind::NotDurable, error)
}
