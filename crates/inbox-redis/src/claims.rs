use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{Script, cmd};
use twilio_verify_webhooks::{DeliveryId, Received};
use twilio_verify_webhooks_inbox::Digest;

use crate::error::ClaimsError;
use crate::settings::ClaimsBuilder;

static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/claim.lua")));
static SETTLE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/settle.lua")));

/// Claims on deliveries, in Redis or Valkey.
///
/// A claim says "I handle this delivery"; it cannot own the event. If the process that made it dies, the event is
/// handled only if its sender sends it again, which Twilio does not promise: use an inbox in a database where an event
/// must not be lost, and claims where it must not be handled twice soon.
///
/// Each step is one script on one key, `twilio_verify_inbox:NAME:ACCOUNT/UUID`, so a cluster works. The key holds a
/// digest of what the delivery says and the token of who claimed it. Times are the server's. Clones share the
/// connection as its own clones do.
#[derive(Clone)]
pub struct RedisClaims<C> {
    pub(crate) shared: Arc<ClaimsBuilder<C>>,
}

impl<C> fmt::Debug for RedisClaims<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisClaims")
            .field("inbox", &self.shared.inbox)
            .field("lease", &self.shared.lease)
            .field("keep_done", &self.shared.keep_done)
            .field("deadline", &self.shared.deadline)
            .finish_non_exhaustive()
    }
}

/// What [`RedisClaims::claim`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// Nobody has it: handle the delivery, then report with the ticket.
    New(ClaimTicket),
    /// Another holds it.
    InProgress,
    /// It was handled. Nothing was written.
    Done,
    /// Another delivery with the same id was claimed or handled. Nothing was written.
    Conflict,
}

/// Shows who claimed a delivery.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimTicket {
    id: DeliveryId,
    digest: Digest,
    token: u128,
}

impl ClaimTicket {
    /// Chooses a token before anything is sent, so that a claim whose reply was lost can be made again.
    #[must_use]
    pub fn new(received: &Received<'_>) -> Self {
        Self {
            id: received.event.delivery_id(),
            digest: Digest::of(&received.event),
            token: fastrand::u128(..),
        }
    }

    /// Returns the id of the delivery.
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        &self.id
    }

    fn digest(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(*self.digest.as_bytes()))
    }

    fn token(&self) -> String {
        format!("{:032x}", self.token)
    }
}

impl fmt::Debug for ClaimTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimTicket")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Whether a [`ClaimTicket`] was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum Settled {
    /// It was: the step is taken. A lease that ran out and that nobody took since counts as held.
    Held,
    /// Another claimed the delivery meanwhile.
    Lost,
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisClaims<C> {
    /// Starts with a connection, such as a `ConnectionManager`, a multiplexed or a cluster connection, and the name of
    /// the inbox: applications with different names do not see each other's claims.
    pub fn builder(connection: C, inbox: impl Into<String>) -> ClaimsBuilder<C> {
        ClaimsBuilder::new(connection, inbox.into())
    }

    pub(crate) fn with(settings: ClaimsBuilder<C>) -> Self {
        Self {
            shared: Arc::new(settings),
        }
    }

    /// Claims a delivery.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the server fails or does not answer in time: do not handle the delivery then, and answer 503.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks::Received;
    /// use twilio_verify_webhooks_inbox_redis::{Claim, ClaimsError, RedisClaims};
    ///
    /// /// Returns the status to answer with.
    /// async fn answer(
    ///     claims: &RedisClaims<MultiplexedConnection>,
    ///     received: &Received<'_>,
    /// ) -> Result<u16, ClaimsError> {
    ///     let ticket = match claims.claim(received).await? {
    ///         Claim::New(ticket) => ticket,
    ///         Claim::Done => return Ok(200),
    ///         Claim::InProgress => return Ok(503),
    ///         Claim::Conflict => return Ok(409),
    ///     };
    ///     println!("{}", received.event.event_type()); // Handle it.
    ///     let _ = claims.done(&ticket).await?;
    ///     Ok(200)
    /// }
    /// ```
    pub async fn claim(&self, received: &Received<'_>) -> Result<Claim, ClaimsError> {
        self.claim_with(ClaimTicket::new(received)).await
    }

    /// Claims a delivery with a ticket that was made before, again if the first reply was lost.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the server fails or does not answer in time.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks::Received;
    /// use twilio_verify_webhooks_inbox_redis::{Claim, ClaimTicket, ClaimsError, RedisClaims};
    ///
    /// async fn claim_twice(
    ///     claims: &RedisClaims<MultiplexedConnection>,
    ///     received: &Received<'_>,
    /// ) -> Result<Claim, ClaimsError> {
    ///     let ticket = ClaimTicket::new(received);
    ///     match claims.claim_with(ticket.clone()).await {
    ///         // The server may have made the claim: with the same ticket it is this one's.
    ///         Err(_) => claims.claim_with(ticket).await,
    ///         claim => claim,
    ///     }
    /// }
    /// ```
    pub async fn claim_with(&self, ticket: ClaimTicket) -> Result<Claim, ClaimsError> {
        let mut script = CLAIM.prepare_invoke();
        script
            .key(self.key(&ticket))
            .arg(ticket.digest())
            .arg(ticket.token())
            .arg(millis(self.shared.lease));
        let mut connection = self.shared.connection.clone();
        let found: String = self.limited(script.invoke_async(&mut connection)).await?;
        match found.as_str() {
            "new" => Ok(Claim::New(ticket)),
            "busy" => Ok(Claim::InProgress),
            "done" => Ok(Claim::Done),
            "conflict" => Ok(Claim::Conflict),
            _ => Err(ClaimsError::Answer),
        }
    }

    /// Reports that the delivery was handled. May be repeated.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the server fails or does not answer in time.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks_inbox_redis::{ClaimTicket, ClaimsError, RedisClaims, Settled};
    ///
    /// /// Returns the status to answer with.
    /// async fn handled(
    ///     claims: &RedisClaims<MultiplexedConnection>,
    ///     ticket: &ClaimTicket,
    /// ) -> Result<u16, ClaimsError> {
    ///     match claims.done(ticket).await? {
    ///         Settled::Held => Ok(200),
    ///         // Its lease ran out, and another claimed it.
    ///         Settled::Lost => Ok(503),
    ///     }
    /// }
    /// ```
    pub async fn done(&self, ticket: &ClaimTicket) -> Result<Settled, ClaimsError> {
        self.settle(ticket, "done", self.shared.keep_done).await
    }

    /// Gives a claim back, so that a repetition is handled. May be repeated.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the server fails or does not answer in time; the claim then ends with its lease.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks_inbox_redis::{ClaimTicket, ClaimsError, RedisClaims, Settled};
    ///
    /// /// Returns the status to answer with.
    /// async fn failed(
    ///     claims: &RedisClaims<MultiplexedConnection>,
    ///     ticket: &ClaimTicket,
    /// ) -> Result<u16, ClaimsError> {
    ///     if claims.release(ticket).await? == Settled::Lost {
    ///         eprintln!("{} took longer than its lease", ticket.id());
    ///     }
    ///     Ok(503)
    /// }
    /// ```
    pub async fn release(&self, ticket: &ClaimTicket) -> Result<Settled, ClaimsError> {
        self.settle(ticket, "release", Duration::ZERO).await
    }

    /// Holds a claim for another lease, from now.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the server fails or does not answer in time.
    ///
    /// ```
    /// use redis::aio::MultiplexedConnection;
    /// use twilio_verify_webhooks_inbox_redis::{ClaimTicket, ClaimsError, RedisClaims, Settled};
    ///
    /// /// Tells whether a long handler may go on.
    /// async fn is_held(
    ///     claims: &RedisClaims<MultiplexedConnection>,
    ///     ticket: &ClaimTicket,
    /// ) -> Result<bool, ClaimsError> {
    ///     Ok(claims.extend(ticket).await? == Settled::Held)
    /// }
    /// ```
    pub async fn extend(&self, ticket: &ClaimTicket) -> Result<Settled, ClaimsError> {
        self.settle(ticket, "extend", self.shared.lease).await
    }

    async fn settle(
        &self,
        ticket: &ClaimTicket,
        step: &str,
        time: Duration,
    ) -> Result<Settled, ClaimsError> {
        let mut script = SETTLE.prepare_invoke();
        script
            .key(self.key(ticket))
            .arg(ticket.digest())
            .arg(ticket.token())
            .arg(step)
            .arg(millis(time));
        let mut connection = self.shared.connection.clone();
        match self.limited(script.invoke_async(&mut connection)).await? {
            1 => Ok(Settled::Held),
            0 => Ok(Settled::Lost),
            _ => Err(ClaimsError::Answer),
        }
    }

    pub(crate) async fn check_eviction(&self) -> Result<(), ClaimsError> {
        if self.shared.accept_eviction {
            return Ok(());
        }
        let mut connection = self.shared.connection.clone();
        let mut info = cmd("INFO");
        info.arg("memory");
        // A cluster may answer for each of its nodes, in a form of its own.
        let info: redis::Value = self.limited(info.query_async(&mut connection)).await?;
        let info = redis::from_redis_value::<String>(info).unwrap_or_default();
        let policy = info
            .lines()
            .find_map(|line| line.strip_prefix("maxmemory_policy:"))
            .map(str::trim);
        match policy {
            Some("noeviction") => Ok(()),
            Some(other) => {
                let found = other.chars().take(32).collect();
                Err(ClaimsError::Evicts { found })
            }
            None => {
                let found = "none in INFO memory".to_owned();
                Err(ClaimsError::Evicts { found })
            }
        }
    }

    async fn limited<T>(
        &self,
        step: impl Future<Output = Result<T, redis::RedisError>>,
    ) -> Result<T, ClaimsError> {
        let deadline = self.shared.deadline;
        match tokio::time::timeout(deadline, step).await {
            Ok(reply) => Ok(reply?),
            Err(_) => Err(ClaimsError::Late(deadline)),
        }
    }

    fn key(&self, ticket: &ClaimTicket) -> String {
        format!("twilio_verify_inbox:{}:{}", self.shared.inbox, ticket.id)
    }
}

fn millis(duration: Duration) -> u64 {
    // Redis keeps times as signed milliseconds since 1970: a thousand years stay far below.
    const LONGEST: u64 = 1000 * 365 * 24 * 60 * 60 * 1000;
    u64::try_from(duration.as_millis()).map_or(LONGEST, |millis| millis.min(LONGEST))
}
