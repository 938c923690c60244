use std::ops::Deref;
use std::sync::Arc;

use tokio_postgres::Client;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

/// Where the store gets a connection for each step.
///
/// Implemented for a single shared connection, which sends steps one after another without waiting for replies, and
/// for `deadpool_postgres::Pool` (feature `deadpool`). For another pool it is a few lines:
///
/// ```
/// use std::ops::Deref;
/// use std::sync::Arc;
///
/// use tokio_postgres::Client;
/// use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};
/// use twilio_verify_webhooks_inbox_postgres::Pool;
///
/// /// Takes turns between connections that are opened elsewhere.
/// struct RoundRobin(std::sync::Mutex<Vec<Arc<Client>>>);
///
/// impl Pool for RoundRobin {
///     type Connection = Arc<Client>;
///
///     async fn connection(&self) -> Result<Arc<Client>, StoreError> {
///         let mut clients = self.0.lock().map_err(|_| StoreErrorKind::Unavailable)?;
///         let turn = 1.min(clients.len());
///         clients.rotate_left(turn);
///         clients.first().cloned().ok_or_else(|| StoreErrorKind::Unavailable.into())
///     }
/// }
/// ```
pub trait Pool: Send + Sync + 'static {
    /// A connection, as long as it is borrowed.
    type Connection: Deref<Target = Client> + Send + Sync;

    /// Returns a connection, waiting for a free one as long as the pool thinks fit.
    ///
    /// The caller drops the future at its deadline.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if there is none, of the kind [`Unavailable`](StoreErrorKind::Unavailable) as a rule.
    fn connection(&self) -> impl Future<Output = Result<Self::Connection, StoreError>> + Send;
}

impl Pool for Arc<Client> {
    type Connection = Self;

    async fn connection(&self) -> Result<Self, StoreError> {
        if self.is_closed() {
            let error = "the connection is closed";
            return Err(StoreError::new(StoreErrorKind::Unavailable, error));
        }
        Ok(Self::clone(self))
    }
}
