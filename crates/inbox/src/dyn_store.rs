use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;

use crate::error::StoreError;
use crate::row::Row;
use crate::store::{
    Accepted, Counts, Entry, Selection, Settled, Settlement, Store, Taken, Terms, Ticket,
};

type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Any store, for those who choose it while the program runs.
///
/// Each call costs one more allocation. Clones share the store.
///
/// ```
/// use twilio_verify_webhooks_inbox::{DynStore, Inbox, MemoryStore};
///
/// fn store(url: &str) -> Option<DynStore> {
///     match url {
///         "memory:" => Some(DynStore::new(MemoryStore::new())),
///         _ => None,
///     }
/// }
///
/// let inbox: Option<Inbox<DynStore>> = store("memory:").map(Inbox::new);
/// assert!(inbox.is_some());
/// ```
#[derive(Clone)]
pub struct DynStore(Arc<dyn Boxed>);

impl DynStore {
    /// Takes a store.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for DynStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynStore").finish_non_exhaustive()
    }
}

/// [`Store`] with boxed futures.
trait Boxed: Send + Sync {
    fn accept(&self, entry: Entry, lease: Option<Duration>) -> Reply<'_, Accepted>;
    fn take<'a>(&'a self, terms: &'a Terms, most: usize) -> Reply<'a, Taken>;
    fn settle<'a>(&'a self, ticket: &'a Ticket, settlement: Settlement) -> Reply<'a, Settled>;
    fn find<'a>(&'a self, id: &'a DeliveryId) -> Reply<'a, Option<Row>>;
    fn counts(&self) -> Reply<'_, Counts>;
    fn dead<'a>(
        &'a self,
        limit: usize,
        after: Option<&'a DeliveryId>,
    ) -> Reply<'a, Vec<(DeliveryId, Row)>>;
    fn revive<'a>(&'a self, selection: &'a Selection) -> Reply<'a, u64>;
    fn discard<'a>(&'a self, id: &'a DeliveryId) -> Reply<'a, bool>;
    fn purge(&self, age: Duration, most: usize) -> Reply<'_, u64>;
}

impl<S: Store> Boxed for S {
    fn accept(&self, entry: Entry, lease: Option<Duration>) -> Reply<'_, Accepted> {
        Box::pin(Store::accept(self, entry, lease))
    }

    fn take<'a>(&'a self, terms: &'a Terms, most: usize) -> Reply<'a, Taken> {
        Box::pin(Store::take(self, terms, most))
    }

    fn settle<'a>(&'a self, ticket: &'a Ticket, settlement: Settlement) -> Reply<'a, Settled> {
        Box::pin(Store::settle(self, ticket, settlement))
    }

    fn find<'a>(&'a self, id: &'a DeliveryId) -> Reply<'a, Option<Row>> {
        Box::pin(Store::find(self, id))
    }

    fn counts(&self) -> Reply<'_, Counts> {
        Box::pin(Store::counts(self))
    }

    fn dead<'a>(
        &'a self,
        limit: usize,
        after: Option<&'a DeliveryId>,
    ) -> Reply<'a, Vec<(DeliveryId, Row)>> {
        Box::pin(Store::dead(self, limit, after))
    }

    fn revive<'a>(&'a self, selection: &'a Selection) -> Reply<'a, u64> {
        Box::pin(Store::revive(self, selection))
    }

    fn discard<'a>(&'a self, id: &'a DeliveryId) -> Reply<'a, bool> {
        Box::pin(Store::discard(self, id))
    }

    fn purge(&self, age: Duration, most: usize) -> Reply<'_, u64> {
        Box::pin(Store::purge(self, age, most))
    }
}

impl Store for DynStore {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.0.accept(entry, lease).await
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        self.0.take(terms, most).await
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        self.0.settle(ticket, settlement).await
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.0.find(id).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.0.counts().await
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        self.0.dead(limit, after).await
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.0.revive(selection).await
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.0.discard(id).await
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        self.0.purge(age, most).await
    }
}
