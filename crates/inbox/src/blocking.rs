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
    pub fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.0.block_on(self.0.store().find(id))
    }

    /// As [`Inbox::counts`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.0.block_on(self.0.store().counts())
    }

    /// As [`Inbox::dead`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    pub fn dead(&self, limit: usize, after: Option<&DeliveryId>) -> Result<Vec<Dead>, StoreError> {
        let rows = self.0.block_on(self.0.store().dead(limit, after))?;
        Ok(rows.into_iter().map(|(id, row)| Dead { id, row }).collect())
    }

    /// As [`Inbox::revive`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    pub fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let revived = self.0.block_on(self.0.store().revive(selection))?;
        self.0.shared.wake.notify_one();
        Ok(revived)
    }

    /// As [`Inbox::discard`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    pub fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.0.block_on(self.0.store().discard(id))
    }

    /// As [`Inbox::purge`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time.
    pub fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        self.0.block_on(self.0.store().purge(age, most))
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
