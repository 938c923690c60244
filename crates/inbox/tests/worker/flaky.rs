//! A memory store that can be told to fail, to stall, and to return what it does not hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Accepted, Counts, Entry, MemoryStore, Row, Selection, Settled, Settlement, Store, StoreError,
    StoreErrorKind, Taken, Terms, Ticket,
};

#[derive(Debug, Default)]
pub(crate) struct Switches {
    pub(crate) fails: AtomicBool,
    pub(crate) stalls: AtomicBool,
    pub(crate) garbles: AtomicBool,
    /// Renewals fail, other calls do not.
    pub(crate) does_not_renew: AtomicBool,
    /// Renewals are not answered.
    pub(crate) renews_never: AtomicBool,
    pub(crate) calls: AtomicUsize,
    /// How long a call takes.
    pub(crate) takes_ms: AtomicU64,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Flaky {
    pub(crate) store: MemoryStore,
    pub(crate) switches: Arc<Switches>,
}

impl Flaky {
    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.switches.calls.fetch_add(1, Ordering::Relaxed);
        if self.switches.stalls.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if self.switches.fails.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "it is away"));
        }
        match self.switches.takes_ms.load(Ordering::Relaxed) {
            0 => {}
            millis => tokio::time::sleep(Duration::from_millis(millis)).await,
        }
        call.await
    }
}

impl Store for Flaky {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.call(self.store.accept(entry, lease)).await
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        let mut taken = self.call(self.store.take(terms, most)).await?;
        if self.switches.garbles.load(Ordering::Relaxed) {
            taken.rows.iter_mut().for_each(|row| row.event.truncate(20));
        }
        Ok(taken)
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let renews = matches!(settlement, Settlement::Extend { .. });
        if renews && self.switches.does_not_renew.load(Ordering::Relaxed) {
            return Err(StoreErrorKind::Timeout.into());
        }
        if renews && self.switches.renews_never.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.call(self.store.settle(ticket, settlement)).await
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.call(self.store.find(id)).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.call(self.store.counts()).await
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        self.call(self.store.dead(limit, after)).await
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.call(self.store.revive(selection)).await
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.call(self.store.discard(id)).await
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        self.call(self.store.purge(age, most)).await
    }
}
