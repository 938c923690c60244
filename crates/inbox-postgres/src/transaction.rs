use thiserror::Error;
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks_inbox::{Digest, StoreError, StoreErrorKind, Ticket};

use crate::error::store_error;
use crate::name::InboxName;
use crate::row;
use crate::statements::{DONE_IN, FIRST_IN, SCHEMA_VERSION};
use crate::store::{Parameters, fits};

/// How long [`first_in`] waits for another transaction with the same delivery.
const LOCK_TIMEOUT: &str = "2000ms";

/// How often a statement is sent that met another.
const TRIES: usize = 5;

/// Marks the row of a ticket as done in the caller's transaction, so that it commits together with what was done.
///
/// If the outcome of the commit is not known, a worker that takes the row again later, or reports it done, finds that
/// it was. This is the one way in which an event is acted on once: the row and the work commit together or not at all.
///
/// # Errors
///
/// [`DoneInError::Lost`] if another attempt took the row, and [`DoneInError::Store`] if the statement failed. Either
/// way the transaction must be rolled back, which `?` does.
///
/// ```
/// use twilio_verify_webhooks_inbox::Ticket;
/// use twilio_verify_webhooks_inbox_postgres::{InboxName, done_in};
///
/// async fn let_in(
///     client: &mut tokio_postgres::Client,
///     name: &InboxName,
///     ticket: &Ticket,
/// ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///     let transaction = client.transaction().await?;
///     transaction.execute("INSERT INTO sessions VALUES ($1)", &[&ticket.id().to_string()]).await?;
///     done_in(&transaction, name, ticket).await?; // An error drops the transaction, which rolls back.
///     Ok(transaction.commit().await?)
/// }
/// ```
pub async fn done_in(
    transaction: &Transaction<'_>,
    inbox: &InboxName,
    ticket: &Ticket,
) -> Result<(), DoneInError> {
    let account_sid = ticket.id().account_sid();
    let parameters: &Parameters<'_> = &[
        (&inbox.as_str(), Type::TEXT),
        (&account_sid.as_str(), Type::TEXT),
        (&ticket.id().uuid(), Type::TEXT),
        (&i64::from(ticket.attempt()), Type::INT8),
    ];
    let rows = transaction.query_typed(DONE_IN, parameters).await;
    let rows = rows.map_err(|error| store_error(&error))?;
    match rows.is_empty() {
        true => Err(DoneInError::Lost),
        false => Ok(()),
    }
}

/// Why a row was not marked as done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum DoneInError {
    /// Another attempt took the row, or it is done: what this transaction did must not commit.
    #[error("the lease was lost: another attempt took the row")]
    Lost,
    /// The statement failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What [`first_in`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum First {
    /// The delivery was not known. Its row is written in this transaction: act now, then commit.
    First,
    /// The same delivery was known. Do not act; it may still wait for a worker.
    Seen,
    /// Another delivery with the same id was known. Do not act: answer 409.
    Conflict,
}

/// Writes the row of a delivery as done in the caller's transaction, unless it is known.
///
/// Call it first in the transaction, act if it answers [`First::First`], commit, answer 200. If another transaction
/// has the same delivery open, this one waits for it, for at most two seconds.
///
/// At REPEATABLE READ and SERIALIZABLE it may fail because of another transaction: run the whole transaction again.
///
/// # Errors
///
/// [`StoreError`] if the statement failed; the transaction must then be rolled back, and 503 answered.
///
/// ```
/// use twilio_verify_webhooks::Received;
/// use twilio_verify_webhooks_inbox_postgres::{First, InboxName, first_in};
///
/// /// Returns the status to answer with.
/// async fn let_in(
///     client: &mut tokio_postgres::Client,
///     name: &InboxName,
///     received: &Received<'_>,
/// ) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
///     let transaction = client.transaction().await?;
///     match first_in(&transaction, name, received).await? {
///         First::First => {}
///         First::Seen => return Ok(200),
///         First::Conflict => return Ok(409),
///     }
///     let id = received.event.delivery_id().to_string();
///     transaction.execute("INSERT INTO sessions VALUES ($1)", &[&id]).await?;
///     transaction.commit().await?;
///     Ok(200)
/// }
/// ```
pub async fn first_in(
    transaction: &Transaction<'_>,
    inbox: &InboxName,
    received: &Received<'_>,
) -> Result<First, StoreError> {
    let id = received.event.delivery_id();
    let account_sid = id.account_sid();
    let digest = Digest::of(&received.event);
    let digest: &[u8] = digest.as_bytes();
    let parameters: &Parameters<'_> = &[
        (&inbox.as_str(), Type::TEXT),
        (&account_sid.as_str(), Type::TEXT),
        (&id.uuid(), Type::TEXT),
        (&digest, Type::BYTEA),
        (&LOCK_TIMEOUT, Type::TEXT),
        (&SCHEMA_VERSION, Type::INT4),
    ];
    for _ in 0..TRIES {
        let rows = transaction.query_typed(FIRST_IN, parameters).await;
        let rows = rows.map_err(|error| store_error(&error))?;
        let Some(found) = rows.first() else { break };
        if row::get(found, "new")? {
            return Ok(First::First);
        }
        if row::get(found, "known")? {
            return match row::get(found, "same")? {
                Some(true) => Ok(First::Seen),
                Some(false) => Ok(First::Conflict),
                None => Err(row::unexpected("digest")),
            };
        }
        // Otherwise another transaction committed it while the statement waited: the next one sees it.
        fits(row::get(found, "compatible_from")?)?;
    }
    let error = "the row appears and goes again";
    Err(StoreError::new(StoreErrorKind::Unavailable, error))
}
