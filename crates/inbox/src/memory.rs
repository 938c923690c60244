mod rows;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use twilio_verify_webhooks::DeliveryId;

use crate::error::{StoreError, StoreErrorKind};
use crate::memory::rows::Rows;
use crate::row::{Row, Timestamp};
use crate::store::{
    Accepted, BlockingStore, Counts, Entry, Selection, Settled, Settlement, Store, Taken, Terms,
    Ticket,
};
use crate::transition::{Operation, Outcome};

/// Rows in memory: for tests, and for "do not act twice soon". Gone with the process.
///
/// It acknowledges what a crash loses, so it is no place for events that matter.
///
/// The number of rows is bounded. A full store answers [`StoreErrorKind::Full`], which is 503 to the sender; it never
/// forgets a row to make room, because whoever replays old deliveries would then choose what is forgotten. Done rows
/// leave after a stated time. A row takes some hundred bytes, and its event's JSON until it is done.
///
/// Clones share the rows.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

/// How many done rows leave with an accept: more than come with it, and not so many that it waits.
const PURGED_AT_ONCE: usize = 16;

struct Shared {
    capacity: usize,
    keep_done: Duration,
    /// Times are counted from the start, so that a host's clock that jumps moves none.
    started: (Instant, Timestamp),
    rows: Mutex<Rows>,
}

impl MemoryStore {
    /// How many rows a [`new`](Self::new) store has room for.
    pub const CAPACITY: usize = 100_000;
    /// How long a [`new`](Self::new) store keeps done rows: a day, many times what a challenge can live.
    pub const KEEP_DONE: Duration = Duration::from_secs(24 * 60 * 60);

    /// Makes an empty store for [`CAPACITY`](Self::CAPACITY) rows that keeps done ones for
    /// [`KEEP_DONE`](Self::KEEP_DONE).
    #[must_use]
    pub fn new() -> Self {
        Self::with(Self::CAPACITY, Self::KEEP_DONE)
    }

    /// Makes an empty store for so many rows that keeps done ones for so long.
    ///
    /// A replay of a delivery whose row has left is new again. A challenge lives for up to 60 minutes: keep rows
    /// longer than that.
    #[must_use]
    pub fn with(capacity: usize, keep_done: Duration) -> Self {
        let shared = Shared {
            capacity,
            keep_done,
            started: (Instant::now(), Timestamp::now()),
            rows: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    fn rows(&self) -> (MutexGuard<'_, Rows>, Timestamp) {
        let rows = self.shared.rows.lock();
        let rows = rows.unwrap_or_else(PoisonError::into_inner);
        let (instant, time) = self.shared.started;
        (rows, time.after(instant.elapsed()))
    }

    fn accept_now(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        let (id, kind, digest, event) = entry.into_parts();
        let operation = Operation::Accept {
            kind,
            digest,
            event,
            lease,
        };
        let (mut rows, now) = self.rows();
        rows.purge(self.shared.keep_done, PURGED_AT_ONCE, now);
        let outcome = if rows.contains(&id) {
            rows.apply(&id, operation, now)
        } else if rows.len() < self.shared.capacity {
            rows.add(id, operation, now)
        } else {
            return Err(StoreErrorKind::Full.into());
        };
        match outcome {
            Outcome::Accepted(accepted) => Ok(accepted),
            _ => Err(StoreErrorKind::Other.into()),
        }
    }

    fn take_now(&self, terms: &Terms, most: usize) -> Taken {
        let (mut rows, now) = self.rows();
        let mut taken = Taken::default();
        while taken.rows.len() < most && taken.buried.len() < most {
            let next = rows.next_due(terms.kinds, now);
            let Some((id, retaken)) = next else { break };
            // It is taken alone, by the next call if something is taken already.
            if retaken && !taken.rows.is_empty() {
                break;
            }
            match rows.apply(&id, Operation::Take(*terms), now) {
                Outcome::Taken => taken.rows.extend(rows.leased(&id, retaken, now)),
                Outcome::Buried => taken.buried.push(DeliveryId::clone(&id)),
                _ => break,
            }
            if retaken && !taken.rows.is_empty() {
                break;
            }
        }
        taken
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows().0.len();
        f.debug_struct("MemoryStore")
            .field("capacity", &self.shared.capacity)
            .field("keep_done", &self.shared.keep_done)
            .field("rows", &rows)
            .finish()
    }
}

impl Store for MemoryStore {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.accept_now(entry, lease)
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        Ok(self.take_now(terms, most))
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let attempt = ticket.attempt();
        let operation = Operation::Settle {
            attempt,
            settlement,
        };
        let (mut rows, now) = self.rows();
        match rows.apply(ticket.id(), operation, now) {
            Outcome::Settled(settled) => Ok(settled),
            _ => Err(StoreErrorKind::Other.into()),
        }
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        Ok(self.rows().0.get(id).cloned())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let (rows, now) = self.rows();
        Ok(rows.counts(now))
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let rows = self.rows().0;
        let dead = rows.dead();
        let dead = dead.filter(|(id, _)| after.is_none_or(|after| ***id > *after));
        let dead = dead.map(|(id, row)| (DeliveryId::clone(id), row.clone()));
        Ok(dead.take(limit).collect())
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let (mut rows, now) = self.rows();
        let selected = rows.dead().filter(|(id, row)| selection.selects(id, row));
        let selected = selected.map(|(id, _)| Arc::clone(id)).take(selection.most);
        let selected: Vec<_> = selected.collect();
        let mut revived = 0_u64;
        for id in &selected {
            rows.apply(id, Operation::Revive, now);
            revived = revived.saturating_add(1);
        }
        Ok(revived)
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        let (mut rows, now) = self.rows();
        Ok(rows.apply(id, Operation::Discard, now) == Outcome::Changed)
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let (mut rows, now) = self.rows();
        Ok(rows.purge(age, most, now))
    }
}

impl BlockingStore for MemoryStore {}
