use std::time::Duration;

use redis::aio::ConnectionLike;

use crate::claims::RedisClaims;
use crate::error::ClaimsError;

/// Settings of [`RedisClaims`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ClaimsBuilder<C> {
    pub(crate) connection: C,
    pub(crate) inbox: String,
    pub(crate) lease: Duration,
    pub(crate) keep_done: Duration,
    pub(crate) deadline: Duration,
    pub(crate) accept_eviction: bool,
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> ClaimsBuilder<C> {
    pub(crate) fn new(connection: C, inbox: String) -> Self {
        Self {
            connection,
            inbox,
            lease: Duration::from_secs(30),
            keep_done: Duration::from_secs(30 * 24 * 60 * 60),
            deadline: Duration::from_secs(3),
            accept_eviction: false,
        }
    }

    /// Sets for how long a claim is held without being renewed: 30 s, at least 100 ms.
    ///
    /// After a crash of its process nobody else can claim the delivery until then. While a handler runs it is renewed
    /// at a third of this.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// Sets for how long a done claim is kept: 30 days, at least 61 minutes.
    ///
    /// A replay that comes later is new. A challenge lives for up to 60 minutes; a factor has no natural end, so let
    /// the handler check that it still exists.
    pub fn keep_done(mut self, keep_done: Duration) -> Self {
        self.keep_done = keep_done.max(Duration::from_secs(61 * 60));
        self
    }

    /// Sets how long a step may take: 3 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Accepts a server that evicts keys when its memory is full, or does not say whether it does.
    ///
    /// Whoever makes it full then decides which deliveries are forgotten and handled again.
    pub fn accept_eviction(mut self) -> Self {
        self.accept_eviction = true;
        self
    }

    /// Asks the server whether it evicts keys.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if it does or does not say, unless that is [accepted](Self::accept_eviction), if the name is
    /// no name, or if the server cannot be reached.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks_inbox_redis::{ClaimsError, RedisClaims};
    ///
    /// async fn claims(connection: MultiplexedConnection) -> Option<RedisClaims<MultiplexedConnection>> {
    ///     match RedisClaims::builder(connection, "sign-in").build().await {
    ///         Ok(claims) => Some(claims),
    ///         Err(ClaimsError::Evicts { found }) => {
    ///             eprintln!("maxmemory-policy must be noeviction, not {found}");
    ///             None
    ///         }
    ///         Err(error) => {
    ///             eprintln!("no claims: {error}");
    ///             None
    ///         }
    ///     }
    /// }
    /// ```
    pub async fn build(self) -> Result<RedisClaims<C>, ClaimsError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        if !(1..=64).contains(&self.inbox.len()) || !self.inbox.bytes().all(is_name) {
            return Err(ClaimsError::Name);
        }
        let claims = RedisClaims::with(self);
        claims.check_eviction().await?;
        Ok(claims)
    }
}
