//! Rows that commit with the user's own writes.

use twilio_verify_webhooks::Received;
use twilio_verify_webhooks_inbox::{Entry, StoreError, Ticket, Timestamp};

use crate::record::millis;
use crate::store::SqliteStore;

/// Marks a row as done if its ticket is good.
const DONE: &str = "\
UPDATE verify_inbox SET state = 2, event = NULL, error = NULL, due = CAST(?5 AS INTEGER) \
WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3 AND attempt = CAST(?4 AS INTEGER) AND attempt > 0 \
AND state <> 2 RETURNING 0";

/// Writes a row as done unless there is one.
const FIRST: &str = "\
INSERT INTO verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, received) \
VALUES (?1, ?2, ?3, unhex(?4), 0, 2, 0, 0, CAST(?5 AS INTEGER), CAST(?5 AS INTEGER)) \
ON CONFLICT DO NOTHING RETURNING 0";

/// Tells whether the row that is there says the same (1) or something else (2).
const SEEN: &str = "\
SELECT CASE WHEN digest = unhex(?4) THEN 1 ELSE 2 END FROM verify_inbox \
WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3";

/// A statement for a transaction of yours, with any library for SQLite.
///
/// It is run, and the first column of the first row is read, a number; if there is no row, the answer is `None`. All
/// parameters are texts, bound in their order as `?1` and so on. SQLite 3.41 or newer is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: &'static str,
    /// The parameters.
    pub parameters: Vec<String>,
}

/// What [`SqliteStore::first_in`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum First {
    /// Nothing was known: act, and commit.
    First,
    /// The same delivery was seen. It was acted on, or a worker has it: do not act.
    Seen,
    /// Another delivery with the same id was seen: do not act, and answer 409.
    Conflict,
}

/// Why a step in a transaction of yours was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError<E> {
    /// Another attempt took the row, or it is done. Roll back: this transaction must not act.
    #[error("the lease is lost: another attempt has the row, or it is done")]
    LeaseLost,
    /// The statement failed.
    #[error("the statement failed: {0}")]
    Statement(#[source] E),
    /// The delivery cannot be stored.
    #[error(transparent)]
    Entry(StoreError),
}

impl SqliteStore {
    /// Marks the event of a ticket as done within your own transaction, so that it commits with what you wrote: then
    /// the event is acted on once, whatever crashes.
    ///
    /// `query` runs a statement and returns the number that it gives, as [`Statement`] says. Your connection is to the
    /// file of the store; give it a busy timeout, and `PRAGMA synchronous = FULL`.
    ///
    /// # Errors
    ///
    /// [`TransactionError::LeaseLost`] if another attempt took the row, or if it is done, so that `?` rolls your
    /// transaction back. If the outcome of an earlier commit is not known, return that error from the handler: the worker
    /// then asks for the row by its ticket, and takes one that is done for a success.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use twilio_verify_webhooks_inbox::{Entry, Store as _, testing::Deliveries};
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// use rusqlite::TransactionBehavior::Immediate;
    /// use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
    /// use twilio_verify_webhooks_inbox::{Failure, Job, Ticket};
    /// use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
    ///
    /// fn let_in(store: &SqliteStore, file: &mut Connection, job: &Job) -> Result<(), Failure> {
    ///     let transaction = file.transaction_with_behavior(Immediate)?;
    ///     transaction.execute("INSERT INTO sessions VALUES (?1)", [job.id().to_string()])?;
    ///     store.done_in(&job.ticket, |sql, parameters| {
    ///         let parameters = params_from_iter(parameters);
    ///         transaction.query_row(sql, parameters, |row| row.get(0)).optional()
    ///     })?;
    ///     Ok(transaction.commit()?)
    /// }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("events.db");
    /// # let store = SqliteStore::open(&path).await?;
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// # let mut file = Connection::open(&path)?;
    /// # file.execute_batch("CREATE TABLE sessions (delivery TEXT PRIMARY KEY)")?;
    /// # let inbox = twilio_verify_webhooks_inbox::Inbox::new(store.clone());
    /// # let ticket = Ticket::first(received.event.delivery_id());
    /// # let query = |file: &Connection, sql: &str, parameters: &[String]| {
    /// #     file.query_row(sql, params_from_iter(parameters), |row| row.get(0)).optional()
    /// # };
    /// # store.done_in(&ticket, |sql, parameters| query(&file, sql, parameters))?;
    /// # let other = Ticket::new(received.event.delivery_id(), 2);
    /// # assert!(store.done_in(&other, |sql, parameters| query(&file, sql, parameters)).is_err());
    /// # let _ = (let_in, &mut file, inbox);
    /// # Ok(())
    /// # }
    /// ```
    pub fn done_in<E>(
        &self,
        ticket: &Ticket,
        query: impl FnOnce(&str, &[String]) -> Result<Option<i64>, E>,
    ) -> Result<(), TransactionError<E>> {
        let Statement { sql, parameters } = self.done_statement(ticket);
        match query(sql, &parameters).map_err(TransactionError::Statement)? {
            Some(_) => Ok(()),
            None => Err(TransactionError::LeaseLost),
        }
    }

    /// Writes the row of a delivery as done within your own transaction, and tells whether it is the first: for those
    /// who act in the endpoint itself and need no worker.
    ///
    /// Act and commit only on [`First::First`], and answer 200 after the commit. If that fails, the event is lost
    /// unless Twilio sends it again. `query` is as for [`done_in`](Self::done_in) and is called once or twice.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Statement`] if a statement fails: roll back, and answer 503.
    ///
    /// ```
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use rusqlite::TransactionBehavior::Immediate;
    /// use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
    /// use twilio_verify_webhooks::Received;
    /// use twilio_verify_webhooks_inbox_sqlite::{First, SqliteStore};
    ///
    /// /// Returns the status to answer with.
    /// fn let_in(
    ///     store: &SqliteStore,
    ///     file: &mut Connection,
    ///     received: &Received<'_>,
    /// ) -> Result<u16, Box<dyn std::error::Error>> {
    ///     let transaction = file.transaction_with_behavior(Immediate)?;
    ///     let first = store.first_in(received, |sql, parameters| {
    ///         transaction.query_row(sql, params_from_iter(parameters), |row| row.get(0)).optional()
    ///     })?;
    ///     match first {
    ///         First::First => {}
    ///         First::Seen => return Ok(200),
    ///         First::Conflict => return Ok(409),
    ///     }
    ///     let id = received.event.delivery_id().to_string();
    ///     transaction.execute("INSERT INTO sessions VALUES (?1)", [id])?;
    ///     transaction.commit()?;
    ///     Ok(200)
    /// }
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// # let store = SqliteStore::open_blocking(&file)?;
    /// # let mut file = Connection::open(&file)?;
    /// # file.execute_batch("CREATE TABLE sessions (delivery TEXT PRIMARY KEY)")?;
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # for _ in 0..2 {
    /// #     assert_eq!(let_in(&store, &mut file, &received).map_err(|error| error.to_string())?, 200);
    /// # }
    /// # let sessions: i64 = file.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0))?;
    /// # assert_eq!(sessions, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn first_in<E>(
        &self,
        received: &Received<'_>,
        mut query: impl FnMut(&str, &[String]) -> Result<Option<i64>, E>,
    ) -> Result<First, TransactionError<E>> {
        let [first, seen] = self
            .first_statements(received)
            .map_err(TransactionError::Entry)?;
        let mut run = |Statement { sql, parameters }: &Statement| {
            query(sql, parameters).map_err(TransactionError::Statement)
        };
        if run(&first)?.is_some() {
            return Ok(First::First);
        }
        match run(&seen)? {
            Some(1) => Ok(First::Seen),
            _ => Ok(First::Conflict),
        }
    }

    /// Returns the statement of [`done_in`](Self::done_in), for libraries that are async. With no row as its answer
    /// the lease is lost, and the transaction must be rolled back.
    #[must_use]
    pub fn done_statement(&self, ticket: &Ticket) -> Statement {
        let id = ticket.id();
        let parameters = vec![
            self.inbox().to_owned(),
            id.account_sid().to_string(),
            id.uuid().to_owned(),
            ticket.attempt().to_string(),
            millis(Timestamp::now()).to_string(),
        ];
        let sql = DONE;
        Statement { sql, parameters }
    }

    /// Returns the statements of [`first_in`](Self::first_in), for libraries that are async. With a row as the answer
    /// of the first, the delivery is the first; otherwise the second says 1 if it was seen, and 2 if another was.
    ///
    /// # Errors
    ///
    /// As [`Entry::new`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
    /// # use twilio_verify_webhooks_inbox_sqlite::{SqliteStore, Statement};
    /// #
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("events.db");
    /// # let store = SqliteStore::open_blocking(&file)?;
    /// # let mut file = Connection::open(&file)?;
    /// # file.execute_batch("CREATE TABLE sessions (delivery TEXT PRIMARY KEY)")?;
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # let run = |Statement { sql, parameters }: &Statement| {
    /// #     file.query_row(sql, params_from_iter(parameters), |row| row.get::<_, i64>(0)).optional()
    /// # };
    /// let [first, seen] = store.first_statements(&received)?;
    /// // `run` stands for a library: it binds the parameters as texts and returns the first column of the first row.
    /// assert_eq!(run(&first)?, Some(0)); // The first.
    /// assert_eq!((run(&first)?, run(&seen)?), (None, Some(1))); // Seen.
    /// # Ok(())
    /// # }
    /// ```
    pub fn first_statements(&self, received: &Received<'_>) -> Result<[Statement; 2], StoreError> {
        let entry = Entry::new(received)?;
        let id = entry.id();
        let digest = entry.digest();
        let digest = digest.as_bytes().iter();
        let mut parameters = vec![
            self.inbox().to_owned(),
            id.account_sid().to_string(),
            id.uuid().to_owned(),
            digest.map(|byte| format!("{byte:02x}")).collect(),
        ];
        let seen = Statement {
            sql: SEEN,
            parameters: parameters.clone(),
        };
        parameters.push(millis(Timestamp::now()).to_string());
        let first = Statement {
            sql: FIRST,
            parameters,
        };
        Ok([first, seen])
    }
}
