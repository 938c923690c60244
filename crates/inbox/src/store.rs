//! What a store is asked.

mod steps;

use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;

use crate::error::StoreError;
use crate::row::Row;

pub use self::steps::{
    Accepted, Counts, Damaged, Entry, Leased, Selection, Settled, Settlement, Taken, Terms, Ticket,
};

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
/// [`StoreErrorKind::Full`]: crate::StoreErrorKind::Full
pub trait Store: Send + Sync + 'static {
    /// Stores a delivery that is not known: [`Operation::Accept`](crate::Operation::Accept).
    ///
    /// With a lease, a new row is taken in the same step; the caller then holds [`Ticket::first`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it is not known that the row is stored; [`StoreErrorKind`](crate::StoreErrorKind) says why. The step may be repeated.
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

    /// Takes rows that are due, of the kinds of the terms, those that are due longest first:
    /// [`Operation::Take`](crate::Operation::Take).
    ///
    /// If the row that is due longest is one whose lease ran out, that row is taken alone, so that a handler that
    /// kills its process spends nobody else's tries; otherwise up to `most` pending rows are taken. Rows that become
    /// dead on the way, at most `most` in a call, are named as well. A row that another takes at the same time is
    /// skipped, not waited for. A row that cannot be read is put aside: see [`Damaged`].
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
    /// use twilio_verify_webhooks_inbox::{Entry, Kind, MemoryStore, Store as _, Terms};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let store = MemoryStore::new();
    /// store.accept(Entry::new(&received)?, None).await?;
    /// let lease = Duration::from_secs(30);
    /// let terms = Terms { lease, max_tries: 20, kinds: Kind::ALL };
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
    /// [`StoreError`] if the store fails or the row cannot be read; a row that is not there is none.
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
    /// A row that cannot be read is among them, with an error that says so and zeros in place of what cannot be read. One
    /// whose id cannot be read is counted, and not listed: it is for the database's own tools.
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
    /// One short transaction: an [`Inbox`](crate::Inbox::purge) asks for a few hundred at a time.
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
