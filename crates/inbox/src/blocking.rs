//! The inbox for synchronous code.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use twilio_verify_webhooks::{DeliveryId, Received};

use crate::answer::Answer;
use crate::error::StoreError;
use crate::inbox::{Dead, Inbox, late};
use crate::kind::Kind;
use crate::purge::Batches;
use crate::row::Row;
use crate::store::{BlockingStore, Counts, Entry, Selection};

impl<S: BlockingStore> Inbox<S> {
    /// Stores a delivery as [`accept`](Self::accept) does, and blocks this thread meanwhile, at most for the
    /// [`deadline`](crate::InboxBuilder::deadline).
    ///
    /// No async runtime is needed. A [worker on a thread of its own](crate::Worker::start_thread) handles the events.
    pub fn accept_blocking(&self, received: &Received<'_>) -> Answer {
        let stored = Entry::new(received);
        let stored = stored.and_then(|entry| self.block_on(self.store().accept(entry, None)));
        let answer = Answer(stored);
        self.shared.answered(received, &answer);
        answer
    }

    /// Offers the other methods to synchronous code.
    #[must_use]
    pub const fn blocking(&self) -> Blocking<'_, S> {
        Blocking(self)
    }

    fn block_on<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let deadline = self.shared.settings.deadline;
        block_on(call, deadline).unwrap_or_else(|| Err(late(deadline)))
    }
}

/// Methods of an [`Inbox`] that block: [`Inbox::blocking`].
#[derive(Debug)]
pub struct Blocking<'i, S>(&'i Inbox<S>);

impl<S: BlockingStore> Blocking<'_, S> {
    /// As [`Inbox::find`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore, State};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let id = received.event.delivery_id();
    /// assert!(inbox.blocking().find(&id)?.is_none());
    /// let _ = inbox.accept_blocking(&received);
    /// assert_eq!(inbox.blocking().find(&id)?.map(|row| row.state), Some(State::Pending));
    /// # Ok(())
    /// # }
    /// ```
    pub fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.0.block_on(self.0.store().find(id))
    }

    /// As [`Inbox::counts`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let _ = inbox.accept_blocking(&received);
    /// let counts = inbox.blocking().counts()?;
    /// assert_eq!((counts.pending, counts.dead), (1, 0));
    /// if counts.dead > 0 || counts.oldest_due > Some(Duration::from_secs(60)) {
    ///     println!("call somebody");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.0.block_on(self.0.store().counts())
    }

    /// As [`Inbox::dead`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Store as _, Ticket};
    /// # use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    /// #
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # let inbox = Inbox::new(store.clone());
    /// # store.accept(Entry::new(&received)?, Some(std::time::Duration::from_secs(60))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// for dead in inbox.blocking().dead(100, None)? {
    ///     let error = dead.row.error.as_ref().map_or("", |error| error.as_str());
    ///     println!("{}: {error}", dead.id);
    ///     assert_eq!(error, "the bank is gone");
    /// }
    /// # assert_eq!(inbox.blocking().dead(100, None)?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dead(&self, limit: usize, after: Option<&DeliveryId>) -> Result<Vec<Dead>, StoreError> {
        let rows = self.0.block_on(self.0.store().dead(limit, after))?;
        Ok(rows.into_iter().map(|(id, row)| Dead { id, row }).collect())
    }

    /// As [`Inbox::revive`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Store as _, Ticket};
    /// # use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    /// use twilio_verify_webhooks_inbox::Selection;
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # let inbox = Inbox::new(store.clone());
    /// # store.accept(Entry::new(&received)?, Some(std::time::Duration::from_secs(60))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// let selection = Selection::at_most(1000).error_contains("the bank is gone");
    /// assert_eq!(inbox.blocking().revive(&selection)?, 1);
    /// assert_eq!(inbox.blocking().counts()?.pending, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let revived = self.0.block_on(self.0.store().revive(selection))?;
        Kind::ALL
            .iter()
            .for_each(|kind| self.0.shared.wake.one(*kind));
        Ok(revived)
    }

    /// As [`Inbox::discard`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// # use twilio_verify_webhooks_inbox::{Entry, ErrorText, Settlement, Store as _, Ticket};
    /// # use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    /// #
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// # let (store, id) = (MemoryStore::new(), received.event.delivery_id());
    /// # let inbox = Inbox::new(store.clone());
    /// # store.accept(Entry::new(&received)?, Some(std::time::Duration::from_secs(60))).await?;
    /// # let error = ErrorText::new("the bank is gone");
    /// # store.settle(&Ticket::first(id.clone()), Settlement::Dead { error }).await?;
    /// assert!(inbox.blocking().discard(&id)?);
    /// // It is not dead any more, and a repetition is recognised.
    /// assert!(!inbox.blocking().discard(&id)?);
    /// assert_eq!(inbox.accept_blocking(&received).status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.0.block_on(self.0.store().discard(id))
    }

    /// As [`Inbox::purge`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    ///
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let half_a_year = Duration::from_secs(183 * 24 * 60 * 60);
    /// assert_eq!(inbox.blocking().purge(half_a_year, usize::MAX)?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let mut batches = Batches::of(most);
        while let Some(most) = batches.next_size() {
            batches.purged(self.0.block_on(self.0.store().purge(age, most))?);
        }
        Ok(batches.total())
    }
}

/// Polls a future on this thread, which sleeps in between; `None` if the time is over first.
fn block_on<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let start = Instant::now();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = limit.checked_sub(start.elapsed())?;
        thread::park_timeout(left);
    }
}
