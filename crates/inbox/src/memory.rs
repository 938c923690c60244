use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use twilio_verify_webhooks::DeliveryId;

use crate::error::{StoreError, StoreErrorKind};
use crate::row::{Row, State, Timestamp};
use crate::store::{
    Accepted, BlockingStore, Counts, Entry, Leased, Selection, Settled, Settlement, Store, Taken,
    Terms, Ticket,
};
use crate::transition::{Operation, Outcome, transition};

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

struct Shared {
    capacity: usize,
    keep_done: Duration,
    /// Times are counted from the start, so that a host's clock that jumps moves none.
    started: (Instant, Timestamp),
    rows: Mutex<Rows>,
}

/// A key of an order by time. The ids are shared with the map's.
type Due = (Timestamp, Arc<DeliveryId>);

#[derive(Default)]
struct Rows {
    rows: HashMap<Arc<DeliveryId>, Row>,
    /// By when they are due.
    pending: BTreeSet<Due>,
    /// By when their leases end.
    working: BTreeSet<Due>,
    /// By when they were done.
    done: BTreeSet<Due>,
    dead: BTreeSet<Arc<DeliveryId>>,
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

    fn apply(&self, id: &DeliveryId, operation: Operation) -> Outcome {
        let (mut rows, now) = self.rows();
        match rows.rows.get_key_value(id) {
            Some((id, _)) => {
                let id = Arc::clone(id);
                rows.apply(&id, operation, now)
            }
            // Only what accepts makes a row.
            None => transition(None, operation, now).1,
        }
    }

    fn accept_now(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        let (id, digest, event) = entry.into_parts();
        let (mut rows, now) = self.rows();
        rows.drop_done(now, self.shared.keep_done);
        if !rows.rows.contains_key(&id) && rows.rows.len() >= self.shared.capacity {
            return Err(StoreErrorKind::Full.into());
        }
        let operation = Operation::Accept {
            digest,
            event,
            lease,
        };
        match rows.apply(&Arc::new(id), operation, now) {
            Outcome::Accepted(accepted) => Ok(accepted),
            _ => Err(StoreErrorKind::Other.into()),
        }
    }

    fn take_now(&self, terms: &Terms, most: usize) -> Taken {
        let (mut rows, now) = self.rows();
        let mut taken = Taken::default();
        while taken.rows.len() < most && taken.buried.len() < most {
            let next = rows.next_due(now);
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
        let rows = self.rows().0.rows.len();
        f.debug_struct("MemoryStore")
            .field("capacity", &self.shared.capacity)
            .field("keep_done", &self.shared.keep_done)
            .field("rows", &rows)
            .finish()
    }
}

impl Rows {
    fn apply(&mut self, id: &Arc<DeliveryId>, operation: Operation, now: Timestamp) -> Outcome {
        let row = self.remove(id);
        let (row, outcome) = transition(row, operation, now);
        if let Some(row) = row {
            self.insert(Arc::clone(id), row);
        }
        outcome
    }

    fn remove(&mut self, id: &Arc<DeliveryId>) -> Option<Row> {
        let (id, row) = self.rows.remove_entry(id)?;
        match row.state {
            State::Pending => self.pending.remove(&(row.due, id)),
            State::Working => self.working.remove(&(row.due, id)),
            State::Done => self.done.remove(&(row.due, id)),
            State::Dead => self.dead.remove(&id),
        };
        Some(row)
    }

    fn insert(&mut self, id: Arc<DeliveryId>, row: Row) {
        let due = (row.due, Arc::clone(&id));
        match row.state {
            State::Pending => self.pending.insert(due),
            State::Working => self.working.insert(due),
            State::Done => self.done.insert(due),
            State::Dead => self.dead.insert(Arc::clone(&id)),
        };
        self.rows.insert(id, row);
    }

    fn drop_done(&mut self, now: Timestamp, age: Duration) {
        while let Some((done, id)) = self.done.first() {
            if done.after(age) > now {
                break;
            }
            let id = Arc::clone(id);
            self.remove(&id);
        }
    }

    /// Finds the row that is due longest, and whether it is one whose lease ran out.
    fn next_due(&self, now: Timestamp) -> Option<(Arc<DeliveryId>, bool)> {
        let due = |rows: &BTreeSet<Due>| rows.first().filter(|(due, _)| *due <= now).cloned();
        match (due(&self.pending), due(&self.working)) {
            (Some(pending), Some(working)) if working.0 < pending.0 => Some((working.1, true)),
            (Some(pending), _) => Some((pending.1, false)),
            (None, working) => working.map(|(_, id)| (id, true)),
        }
    }

    fn leased(&self, id: &Arc<DeliveryId>, retaken: bool, now: Timestamp) -> Option<Leased> {
        let row = self.rows.get(id)?;
        Some(Leased {
            ticket: Ticket::new(DeliveryId::clone(id), row.attempt),
            tries: row.tries,
            age: now.since(row.received),
            event: row.event.clone()?,
            retaken,
        })
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
        match self.apply(ticket.id(), operation) {
            Outcome::Settled(settled) => Ok(settled),
            _ => Err(StoreErrorKind::Other.into()),
        }
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        Ok(self.rows().0.rows.get(id).cloned())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let (rows, now) = self.rows();
        let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
        let oldest = [&rows.pending, &rows.working];
        let oldest = oldest.into_iter().filter_map(|rows| rows.first());
        let oldest = oldest.map(|(due, _)| *due).filter(|due| *due <= now).min();
        Ok(Counts {
            pending: count(rows.pending.len()),
            working: count(rows.working.len()),
            dead: count(rows.dead.len()),
            oldest_due: oldest.map(|due| now.since(due)),
        })
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let rows = self.rows().0;
        let dead = rows.dead.iter();
        let dead = dead.filter(|id| after.is_none_or(|after| ***id > *after));
        let dead = dead.filter_map(|id| Some((DeliveryId::clone(id), rows.rows.get(id)?.clone())));
        Ok(dead.take(limit).collect())
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let (mut rows, now) = self.rows();
        let selects = |id: &Arc<DeliveryId>| {
            let row = rows.rows.get(id);
            row.is_some_and(|row| selection.selects(id, row))
        };
        let selected: Vec<_> = rows.dead.iter().filter(|id| selects(id)).cloned().collect();
        let mut revived = 0_u64;
        for id in selected.iter().take(selection.most) {
            rows.apply(id, Operation::Revive, now);
            revived = revived.saturating_add(1);
        }
        Ok(revived)
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        Ok(self.apply(id, Operation::Discard) == Outcome::Changed)
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let (mut rows, now) = self.rows();
        let oldest: Vec<_> = rows.done.iter().take(most).cloned().collect();
        let mut purged = 0_u64;
        for (_, id) in oldest {
            if rows.apply(&id, Operation::Purge { age }, now) != Outcome::Changed {
                break;
            }
            purged = purged.saturating_add(1);
        }
        Ok(purged)
    }
}

impl BlockingStore for MemoryStore {}
