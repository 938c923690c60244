use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;

use crate::kind::Kind;
use crate::row::{Row, State, Timestamp};
use crate::store::{Counts, Leased, Ticket};
use crate::transition::{Operation, Outcome, transition};

/// Rows by their ids, and the orders in which they are due.
#[derive(Default)]
pub(super) struct Rows {
    rows: HashMap<Arc<DeliveryId>, Kept>,
    orders: Orders,
}

struct Kept {
    /// Missing only while an operation is applied to it: a row is changed where it lies.
    row: Option<Row>,
    place: u64,
}

#[derive(Default)]
struct Orders {
    /// By when they are due.
    pending: Order,
    /// By when their leases end.
    working: Order,
    /// By when they were done.
    done: Order,
    dead: BTreeSet<Arc<DeliveryId>>,
    /// How many places were given out.
    places: u64,
}

/// Ids by kind and time. Places tell rows of one time apart, so that ids, which lie elsewhere in memory, are not compared.
type Order = BTreeMap<(Kind, Timestamp, u64), Arc<DeliveryId>>;

/// Finds the first of a kind.
fn first(order: &Order, kind: Kind) -> Option<(Timestamp, &Arc<DeliveryId>)> {
    let from = (kind, Timestamp::default(), 0);
    let (&(found, time, _), id) = order.range(from..).next()?;
    (found == kind).then_some((time, id))
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn contains(&self, id: &DeliveryId) -> bool {
        self.rows.contains_key(id)
    }

    pub(super) fn get(&self, id: &DeliveryId) -> Option<&Row> {
        self.rows.get(id).and_then(|kept| kept.row.as_ref())
    }

    /// Applies an operation to the row of an id, if there is one.
    pub(super) fn apply(
        &mut self,
        id: &DeliveryId,
        operation: Operation,
        now: Timestamp,
    ) -> Outcome {
        let known = self.rows.get_mut(id);
        let Some((row, kept)) = known.and_then(|kept| Some((kept.row.take()?, kept))) else {
            return transition(None, operation, now).1;
        };
        let (state, due, kind) = (row.state, row.due, row.kind);
        let (row, outcome) = transition(Some(row), operation, now);
        if row.as_ref().map(|row| (row.state, row.due)) == Some((state, due)) {
            kept.row = row;
            return outcome;
        }
        let id = self.orders.remove(state, (kind, due, kept.place), id);
        match (row, id) {
            (Some(row), Some(id)) => {
                kept.place = self.orders.insert(&row, id);
                kept.row = Some(row);
            }
            (_, id) => drop(id.and_then(|id| self.rows.remove(&id))),
        }
        outcome
    }

    /// Applies an operation that makes the row of an id that is not known.
    pub(super) fn add(&mut self, id: DeliveryId, operation: Operation, now: Timestamp) -> Outcome {
        let (row, outcome) = transition(None, operation, now);
        if let Some(row) = row {
            let id = Arc::new(id);
            let place = self.orders.insert(&row, Arc::clone(&id));
            let row = Some(row);
            self.rows.insert(id, Kept { row, place });
        }
        outcome
    }

    /// Removes at most `most` rows that were done at least `age` ago, and tells how many.
    pub(super) fn purge(&mut self, age: Duration, most: usize, now: Timestamp) -> u64 {
        let mut purged = 0_u64;
        for _ in 0..most {
            let first = |kind: &Kind| first(&self.orders.done, *kind);
            let first = Kind::ALL.iter().filter_map(first);
            let Some((done, id)) = first.min_by_key(|(done, _)| *done) else {
                break;
            };
            if done.after(age) > now {
                break;
            }
            let id = Arc::clone(id);
            if self.apply(&id, Operation::Purge { age }, now) != Outcome::Changed {
                break;
            }
            purged = purged.saturating_add(1);
        }
        purged
    }

    /// Finds the row of some kinds that is due longest, and whether it is one whose lease ran out.
    pub(super) fn next_due(
        &self,
        kinds: &[Kind],
        now: Timestamp,
    ) -> Option<(Arc<DeliveryId>, bool)> {
        let due = |order: &Order| {
            let firsts = kinds.iter().filter_map(|kind| first(order, *kind));
            let (due, id) = firsts.min_by_key(|(due, _)| *due)?;
            (due <= now).then(|| (due, Arc::clone(id)))
        };
        match (due(&self.orders.pending), due(&self.orders.working)) {
            (Some(pending), Some(working)) if working.0 < pending.0 => Some((working.1, true)),
            (Some(pending), _) => Some((pending.1, false)),
            (None, working) => working.map(|(_, id)| (id, true)),
        }
    }

    pub(super) fn leased(&self, id: &DeliveryId, retaken: bool, now: Timestamp) -> Option<Leased> {
        let row = self.get(id)?;
        Some(Leased {
            ticket: Ticket::new(id.clone(), row.attempt),
            kind: row.kind,
            tries: row.tries,
            age: now.since(row.received),
            event: row.event.clone()?,
            retaken,
        })
    }

    /// Returns the dead rows in the order of their ids.
    pub(super) fn dead(&self) -> impl Iterator<Item = (&Arc<DeliveryId>, &Row)> {
        self.orders
            .dead
            .iter()
            .filter_map(|id| Some((id, self.get(id)?)))
    }

    pub(super) fn counts(&self, now: Timestamp) -> Counts {
        let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
        let oldest = [&self.orders.pending, &self.orders.working];
        let oldest = oldest.into_iter().flat_map(|order| {
            let first = |kind: &Kind| first(order, *kind).map(|(due, _)| due);
            Kind::ALL.iter().filter_map(first)
        });
        let oldest = oldest.filter(|due| *due <= now).min();
        Counts {
            pending: count(self.orders.pending.len()),
            working: count(self.orders.working.len()),
            dead: count(self.orders.dead.len()),
            oldest_due: oldest.map(|due| now.since(due)),
        }
    }
}

impl Orders {
    /// Puts an id where its row belongs, and returns the place that tells it apart.
    fn insert(&mut self, row: &Row, id: Arc<DeliveryId>) -> u64 {
        let place = self.places;
        self.places = place.wrapping_add(1);
        match self.of(row.state) {
            Some(order) => drop(order.insert((row.kind, row.due, place), id)),
            None => drop(self.dead.insert(id)),
        }
        place
    }

    fn remove(
        &mut self,
        state: State,
        key: (Kind, Timestamp, u64),
        id: &DeliveryId,
    ) -> Option<Arc<DeliveryId>> {
        match self.of(state) {
            Some(order) => order.remove(&key),
            None => self.dead.take(id),
        }
    }

    fn of(&mut self, state: State) -> Option<&mut Order> {
        match state {
            State::Pending => Some(&mut self.pending),
            State::Working => Some(&mut self.working),
            State::Done => Some(&mut self.done),
            State::Dead => None,
        }
    }
}
