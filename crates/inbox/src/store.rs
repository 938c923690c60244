//! What a store is asked, and what it answers.

use std::time::Duration;

use twilio_verify_webhooks::{AccountSid, DeliveryId, Received};

use crate::digest::Digest;
use crate::error::{StoreError, StoreErrorKind};
use crate::row::{ErrorText, Row, State};

/// Keeps the rows of one inbox.
///
/// # What a store promises
///
/// 1. *The protocol.* Each method applies one [`Operation`] to one row, or to each of several rows, exactly as
///    [`transition`] does, atomically for each row, whatever other tasks, processes and machines do at the same time.
/// 2. *Durability.* [`accept`](Self::accept) answers only when what it answers is as durable as the documentation of
///    the store says. It never answers [`Accepted::New`] for a row that a crash may undo within that promise, and
///    never [`Accepted::Known`] for one that is not stored yet.
/// 3. *No write without a change.* Where `transition` returns the row unchanged, nothing is written: a repetition
///    costs no flush.
/// 4. *One clock.* Times are the store's own and read in the step, not the caller's. Safety does not depend on them,
///    except in [`purge`](Self::purge).
/// 5. *Repetition.* Each step may be repeated with the same arguments after its reply was lost.
/// 6. *Cancellation.* A future that is dropped leaves the step taken or not taken, never half taken. A store may
///    finish it later.
/// 7. *Bounded waiting* is the caller's: an [`Inbox`] drops a future after its deadline. A store keeps no more waiting
///    requests than it has room for and answers [`StoreErrorKind::Full`] beyond.
///
/// The suite in `testing` (feature `testing`) checks 1, 4 and 5 of any store.
///
/// [`Operation`]: crate::Operation
/// [`transition`]: crate::transition
/// [`Inbox`]: crate::Inbox
pub trait Store: Send + Sync + 'static {
    /// Stores a delivery that is not known: [`Operation::Accept`](crate::Operation::Accept).
    ///
    /// With a lease, a new row is taken in the same step; the caller then holds [`Ticket::first`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it is not known that the row is stored; [`StoreErrorKind`] says why. The step may be repeated.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::{Accepted, Entry, MemoryStore, State, Store as _};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let (store, entry) = (MemoryStore::new(), Entry::new(&received)?);
    /// assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
    /// assert_eq!(store.accept(entry, None).await?, Accepted::Known(State::Pending));
    /// # Ok(())
    /// # }
    /// ```
    fn accept(
        &self,
        entry: Entry,
        lease: Option<Duration>,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;

    /// Takes rows that are due, those that are due longest first: [`Operation::Take`](crate::Operation::Take).
    ///
    /// If the row that is due longest is one whose lease ran out, that row is taken alone, so that a handler that
    /// kills its process spends nobody else's tries; otherwise up to `most` pending rows are taken. Rows that become
    /// dead on the way, at most `most` in a call, are named as well. A row that another takes at the same time is
    /// skipped, not waited for.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails. Rows that were taken and not returned wait for the end of their lease.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Entry, MemoryStore, Store as _, Terms};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let store = MemoryStore::new();
    /// store.accept(Entry::new(&received)?, None).await?;
    /// let terms = Terms { lease: Duration::from_secs(30), max_tries: 20 };
    /// assert_eq!(store.take(&terms, 8).await?.rows.len(), 1);
    /// assert!(store.take(&terms, 8).await?.rows.is_empty()); // Under a lease.
    /// # Ok(())
    /// # }
    /// ```
    fn take(
        &self,
        terms: &Terms,
        most: usize,
    ) -> impl Future<Output = Result<Taken, StoreError>> + Send;

    /// Reports what became of a taken row: [`Operation::Settle`](crate::Operation::Settle).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails. The step may be repeated; otherwise the row waits for the end of its lease.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Entry, MemoryStore, Settled, Settlement, Store as _, Ticket};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let store = MemoryStore::new();
    /// store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// let ticket = Ticket::first(received.event.delivery_id());
    /// assert_eq!(store.settle(&ticket, Settlement::Done).await?, Settled::Held);
    /// let of_another = Ticket::new(received.event.delivery_id(), 2);
    /// assert_eq!(store.settle(&of_another, Settlement::Done).await?, Settled::Lost);
    /// # Ok(())
    /// # }
    /// ```
    fn settle(
        &self,
        ticket: &Ticket,
        settlement: Settlement,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Looks a row up.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails; a row that is not there is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::{Entry, MemoryStore, State, Store as _};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let (store, entry) = (MemoryStore::new(), Entry::new(&received)?);
    /// assert_eq!(store.find(entry.id()).await?, None);
    /// store.accept(entry.clone(), None).await?;
    /// assert_eq!(store.find(entry.id()).await?.map(|row| row.state), Some(State::Pending));
    /// # Ok(())
    /// # }
    /// ```
    fn find(&self, id: &DeliveryId)
    -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;

    /// Counts the rows that are not done.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::{Counts, Entry, MemoryStore, Store as _};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let store = MemoryStore::new();
    /// assert_eq!(store.counts().await?, Counts::default());
    /// store.accept(Entry::new(&received)?, None).await?;
    /// assert_eq!(store.counts().await?.pending, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn counts(&self) -> impl Future<Output = Result<Counts, StoreError>> + Send;

    /// Lists at most `limit` dead rows in the order of their ids, those after an id if one is given.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::MemoryStore;
    /// use twilio_verify_webhooks_inbox::Store as _;
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # use std::time::Duration;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Ticket};
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// let first = store.dead(100, None).await?;
    /// assert_eq!(first.len(), 1);
    /// let last = first.last().map(|(id, _)| id);
    /// assert!(store.dead(100, last).await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> impl Future<Output = Result<Vec<(DeliveryId, Row)>, StoreError>> + Send;

    /// Revives dead rows, and tells how many: [`Operation::Revive`](crate::Operation::Revive).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails; some rows may be revived then.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::MemoryStore;
    /// use twilio_verify_webhooks_inbox::{Selection, Store as _};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # use std::time::Duration;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Ticket};
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// assert_eq!(store.revive(&Selection::one(id.clone())).await?, 1);
    /// assert_eq!(store.revive(&Selection::one(id)).await?, 0); // Not dead any more.
    /// # Ok(())
    /// # }
    /// ```
    fn revive(&self, selection: &Selection)
    -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Regards a dead row as done, and tells whether there was one:
    /// [`Operation::Discard`](crate::Operation::Discard).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails. The step may be repeated.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::MemoryStore;
    /// use twilio_verify_webhooks_inbox::{State, Store as _};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # use std::time::Duration;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Ticket};
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// assert!(store.discard(&id).await?);
    /// assert_eq!(store.find(&id).await?.map(|row| row.state), Some(State::Done));
    /// # Ok(())
    /// # }
    /// ```
    fn discard(&self, id: &DeliveryId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes at most `most` rows that were done at least `age` ago, and tells how many:
    /// [`Operation::Purge`](crate::Operation::Purge).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails; some rows may be gone then.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::MemoryStore;
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::Store as _;
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Ticket};
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # store.accept(Entry::new(&received)?, Some(Duration::from_secs(30))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// store.discard(&id).await?; // Done now.
    /// assert_eq!(store.purge(Duration::from_secs(60), 500).await?, 0); // Younger.
    /// assert_eq!(store.purge(Duration::ZERO, 500).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn purge(
        &self,
        age: Duration,
        most: usize,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A store whose futures complete on any thread, without an async runtime.
///
/// They wait for other threads only, as by a channel; not for sockets or timers of a runtime. [`Inbox`] then offers
/// its methods to synchronous code as well, such as [`accept_blocking`].
///
/// [`Inbox`]: crate::Inbox
/// [`accept_blocking`]: crate::Inbox::accept_blocking
pub trait BlockingStore: Store {}

/// A verified delivery, as it is stored.
///
/// Made from what only a receiver makes, so that nothing unverified can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    id: DeliveryId,
    digest: Digest,
    event: String,
}

impl Entry {
    /// Takes what is stored of a delivery: its id, its digest, and its event as JSON.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Other`] if the event cannot be written as JSON, which cannot be with any that was received.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::Entry;
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let entry = Entry::new(&received)?;
    /// assert_eq!(*entry.id(), received.event.delivery_id());
    /// assert!(entry.event().contains("challenge.approved"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(received: &Received<'_>) -> Result<Self, StoreError> {
        let event = &received.event;
        let json = serde_json::to_string(event);
        Ok(Self {
            id: event.delivery_id(),
            digest: Digest::of(event),
            event: json.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?,
        })
    }

    #[cfg(feature = "verify-events")]
    pub(crate) const fn from_parts(id: DeliveryId, digest: Digest, event: String) -> Self {
        Self { id, digest, event }
    }

    /// Returns what identifies the delivery.
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// Returns the digest of what it says.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the event as JSON, at most a little longer than the body of the delivery.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Returns the parts.
    #[must_use]
    pub fn into_parts(self) -> (DeliveryId, Digest, String) {
        (self.id, self.digest, self.event)
    }
}

/// What [`Store::accept`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accepted {
    /// Nothing was known. The row is stored.
    New,
    /// The same delivery was known, in this state. Nothing was written.
    Known(State),
    /// Another delivery with the same id was known, in this state. Nothing was written.
    Conflict(State),
}

/// What rows are taken under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// After what time another may take the row.
    pub lease: Duration,
    /// How many tries a row has. One that has spent them becomes dead when it would be taken.
    pub max_tries: u32,
}

impl Terms {
    /// The [error](Row::error) of a row that becomes dead because the lease of its last try ran out.
    pub const LEASE_RAN_OUT: &'static str =
        "the lease of the last try ran out: its process ended or was cut off";
}

/// Shows that a row was taken, and by which attempt.
///
/// A ticket is good until another attempt takes the row, even if the lease has run out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ticket {
    id: DeliveryId,
    attempt: u32,
}

impl Ticket {
    /// Names an attempt, which is at least 1. For stores.
    #[must_use]
    pub const fn new(id: DeliveryId, attempt: u32) -> Self {
        Self { id, attempt }
    }

    /// Names the attempt of a row that was taken when it was stored.
    #[must_use]
    pub const fn first(id: DeliveryId) -> Self {
        Self::new(id, 1)
    }

    /// Returns the id of the row.
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// Returns the attempt, which is higher than that of anybody who had the row before: what to fence own writes
    /// with.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What [`Store::take`] took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The rows. If one of them is [retaken](Leased::retaken), it is the only one.
    pub rows: Vec<Leased>,
    /// Rows that became dead instead.
    pub buried: Vec<DeliveryId>,
}

/// A row that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// What shows it.
    pub ticket: Ticket,
    /// Which try this is, counted from 1.
    pub tries: u32,
    /// How long ago it was stored, or revived.
    pub age: Duration,
    /// The event as JSON.
    pub event: String,
    /// Whether an earlier lease ran out.
    pub retaken: bool,
}

/// What the holder of a [`Ticket`] reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is handled: the event goes, the row stays.
    Done,
    /// It failed and may be taken again.
    Again {
        /// After what time.
        after: Duration,
        /// Why it failed.
        error: ErrorText,
    },
    /// It was not handled and may be taken at once. The try is given back.
    HandBack,
    /// It is still being handled.
    Extend {
        /// The lease, from now.
        lease: Duration,
    },
    /// It is given up.
    Dead {
        /// Why.
        error: ErrorText,
    },
}

/// Whether a [`Ticket`] was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// It was, and the step is taken.
    Held,
    /// This very attempt is done already, in a transaction of the user's or by a step whose reply was lost.
    AlreadyDone,
    /// It was not: another attempt took the row, or a person or a purge decided otherwise.
    Lost,
}

/// How many rows there are that are not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that wait to be taken.
    pub pending: u64,
    /// Rows that are taken, those whose lease ran out included.
    pub working: u64,
    /// Rows that wait for a person.
    pub dead: u64,
    /// For how long the oldest row that may be taken has been due. It rises when no worker is running.
    pub oldest_due: Option<Duration>,
}

/// Which dead rows [`Store::revive`] revives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// That of one delivery only.
    pub id: Option<DeliveryId>,
    /// Those of one account only.
    pub account_sid: Option<AccountSid>,
    /// Those whose error contains a text, in this case.
    pub error_contains: Option<String>,
    /// At most so many, in the order of their ids.
    pub most: usize,
}

impl Selection {
    /// Selects the row of one delivery.
    #[must_use]
    pub const fn one(id: DeliveryId) -> Self {
        Self {
            id: Some(id),
            account_sid: None,
            error_contains: None,
            most: 1,
        }
    }

    /// Selects at most so many rows, in the order of their ids. Further methods narrow it.
    #[must_use]
    pub const fn at_most(most: usize) -> Self {
        Self {
            id: None,
            account_sid: None,
            error_contains: None,
            most,
        }
    }

    /// Selects those of one account.
    #[must_use]
    pub const fn account_sid(mut self, account_sid: AccountSid) -> Self {
        self.account_sid = Some(account_sid);
        self
    }

    /// Selects those whose error contains a text, in this case.
    #[must_use]
    pub fn error_contains(mut self, text: impl Into<String>) -> Self {
        self.error_contains = Some(text.into());
        self
    }

    /// Tells whether a row is selected, the number aside.
    #[must_use]
    pub fn selects(&self, id: &DeliveryId, row: &Row) -> bool {
        let contains = |text: &String| {
            let error = row.error.as_ref();
            error.is_some_and(|error| error.as_str().contains(text.as_str()))
        };
        row.state == State::Dead
            && self.id.as_ref().is_none_or(|only| only == id)
            && self.account_sid.is_none_or(|only| only == id.account_sid())
            && self.error_contains.as_ref().is_none_or(contains)
    }
}
