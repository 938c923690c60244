use std::fmt;
use std::ops::Deref;

use deadpool_postgres::{Object, PoolError, TimeoutType};
use tokio_postgres::Client;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

use crate::error::store_error;
use crate::pool::Pool;

/// A connection of a `deadpool_postgres::Pool`.
pub struct PooledConnection(Object);

impl Deref for PooledConnection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl fmt::Debug for PooledConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PooledConnection").finish_non_exhaustive()
    }
}

impl Pool for deadpool_postgres::Pool {
    type Connection = PooledConnection;

    async fn connection(&self) -> Result<PooledConnection, StoreError> {
        match self.get().await {
            Ok(object) => Ok(PooledConnection(object)),
            Err(PoolError::Backend(error)) => Err(store_error(&error)),
            Err(PoolError::Timeout(kind)) => Err(StoreError::new(
                StoreErrorKind::Unavailable,
                match kind {
                    TimeoutType::Wait => "no connection of the pool became free in time",
                    TimeoutType::Create => "no connection could be opened in time",
                    TimeoutType::Recycle => "no connection could be recycled in time",
                },
            )),
            Err(_) => Err(StoreError::new(
                StoreErrorKind::Unavailable,
                "the pool gives no connection",
            )),
        }
    }
}
