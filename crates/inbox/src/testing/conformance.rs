use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::task::JoinSet;
use twilio_verify_webhooks::DeliveryId;

use super::deliveries::Deliveries;
use super::divergence::Divergence;
use super::linear::{Seen, has_order, same};
use crate::error::StoreError;
use crate::row::{ErrorText, Row, State, Timestamp};
use crate::store::{
    Accepted, Entry, Leased, Selection, Settled, Settlement, Store, Taken, Terms, Ticket,
};
use crate::transition::{Operation, Outcome, transition};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Compares a store with the protocol, on operations that a seed chooses.
#[derive(Debug, Clone)]
#[must_use = "a suite does nothing until it runs"]
pub struct Conformance {
    seed: u64,
    steps: usize,
    tasks: usize,
}

impl Conformance {
    /// Takes a seed: 400 operations in sequence, and 16 tasks with 40 operations each.
    pub const fn from_seed(seed: u64) -> Self {
        Self {
            seed,
            steps: 400,
            tasks: 16,
        }
    }

    /// Sets the number of operations in [`sequence`](Self::sequence).
    pub const fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Sets the number of tasks in [`concurrent`](Self::concurrent).
    pub const fn tasks(mut self, tasks: usize) -> Self {
        self.tasks = tasks;
        self
    }

    /// Runs operations one after the other on an empty inbox. After each, its answer, every row, the counts and the
    /// list of dead rows are compared. Some are repeated, as after a lost reply.
    ///
    /// # Errors
    ///
    /// [`Divergence`] at the first difference.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use twilio_verify_webhooks_inbox::MemoryStore;
    /// use twilio_verify_webhooks_inbox::testing::Conformance;
    ///
    /// Conformance::from_seed(1).steps(100).sequence(&MemoryStore::new()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sequence(&self, store: &impl Store) -> Result<(), Divergence> {
        let mut rng = Rng::with_seed(self.seed);
        let entries = self.entries(&mut rng, 8)?;
        let mut model = Model::default();
        for step in 0..self.steps {
            let diverged = |what: String| Divergence {
                seed: self.seed,
                step,
                what,
            };
            let operation = Call::random(&mut rng, &entries, &model.tickets);
            let times = if rng.u8(..8) == 0 { 2 } else { 1 };
            for _ in 0..times {
                model.call(store, &operation).await.map_err(diverged)?;
            }
            model
                .compare(store, &entries, &mut rng)
                .await
                .map_err(diverged)?;
        }
        Ok(())
    }

    /// Runs operations from many tasks at once on an empty inbox. For each row there must be an order of what was
    /// done to it, within the times at which it was asked for and answered, that the protocol allows.
    ///
    /// The tasks are spawned: run it on a runtime of several threads.
    ///
    /// # Errors
    ///
    /// [`Divergence`] if there is a row without such an order.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use twilio_verify_webhooks_inbox::MemoryStore;
    /// use twilio_verify_webhooks_inbox::testing::Conformance;
    ///
    /// # #[tokio::main(flavor = "multi_thread", worker_threads = 2)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Conformance::from_seed(1).tasks(4).concurrent(Arc::new(MemoryStore::new())).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn concurrent<S: Store>(&self, store: Arc<S>) -> Result<(), Divergence> {
        let mut rng = Rng::with_seed(self.seed);
        let entries = self.entries(&mut rng, 24)?;
        let entries = Arc::new(entries);
        let history = Arc::new(History::default());
        let mut tasks = JoinSet::new();
        for _ in 0..self.tasks {
            let (store, entries) = (Arc::clone(&store), Arc::clone(&entries));
            let (history, rng) = (Arc::clone(&history), rng.fork());
            tasks.spawn(async move { history.task(&*store, &entries, rng).await });
        }
        let diverged = |what: String| Divergence {
            seed: self.seed,
            step: 0,
            what,
        };
        while let Some(task) = tasks.join_next().await {
            let task = task.unwrap_or_else(|error| Err(error.to_string()));
            task.map_err(diverged)?;
        }
        let rows = history.rows();
        for (id, seen) in &rows {
            let last = store
                .find(id)
                .await
                .map_err(|error| diverged(failed("find", &error)))?;
            match has_order(seen, last.as_ref(), Timestamp::default()) {
                Some(true) => {}
                Some(false) => {
                    let what = format!("no order explains {id:?}, in the end {last:?}: {seen:#?}");
                    return Err(diverged(what));
                }
                None => return Err(diverged(format!("too many operations: {}", seen.len()))),
            }
        }
        Ok(())
    }

    fn entries(&self, rng: &mut Rng, count: usize) -> Result<Vec<[Entry; 2]>, Divergence> {
        let diverged = |what: String| Divergence {
            seed: self.seed,
            step: 0,
            what,
        };
        let pairs = Deliveries::new().and_then(|deliveries| deliveries.pairs(rng, count));
        let pairs = pairs.map_err(|error| diverged(error.to_string()))?;
        let entries = pairs
            .iter()
            .map(|[delivery, other]| Ok([Entry::new(delivery)?, Entry::new(other)?]));
        let entries: Result<Vec<_>, StoreError> = entries.collect();
        entries.map_err(|error| diverged(error.to_string()))
    }
}

fn failed(what: &str, error: &StoreError) -> String {
    format!("{what}: {error}")
}

/// A call of a store.
#[derive(Debug, Clone)]
enum Call {
    Accept(Entry, Option<Duration>),
    Take(Terms, usize),
    Settle(Ticket, Settlement),
    Revive(Selection),
    Discard(DeliveryId),
    Purge(Duration, usize),
}

impl Call {
    fn random(rng: &mut Rng, entries: &[[Entry; 2]], tickets: &[Ticket]) -> Self {
        let Some([entry, other]) = rng.choice(entries) else {
            return Self::Purge(HOUR, 1);
        };
        let time = |rng: &mut Rng| if rng.bool() { HOUR } else { Duration::ZERO };
        match rng.u8(..20) {
            0..5 => {
                let entry = if rng.u8(..5) == 0 { other } else { entry };
                let lease = rng.bool().then(|| time(rng));
                Self::Accept(entry.clone(), lease)
            }
            5..10 => {
                let terms = Terms {
                    lease: time(rng),
                    max_tries: rng.u32(1..4),
                };
                Self::Take(terms, rng.usize(1..5))
            }
            10..16 => {
                // Of any attempt so far; now and then one that was never granted.
                let ticket = rng.choice(tickets).filter(|_| rng.u8(..10) > 0).cloned();
                let ticket = ticket.unwrap_or_else(|| {
                    let attempt = rng.choice([0, 1, 7]).unwrap_or_default();
                    Ticket::new(entry.id().clone(), attempt)
                });
                Self::Settle(ticket, random_settlement(rng))
            }
            16 => Self::Revive(Selection::one(entry.id().clone())),
            17 => {
                let selection = Selection::at_most(rng.usize(..4));
                Self::Revive(match rng.u8(..4) {
                    0 => selection.account_sid(entry.id().account_sid()),
                    1 => selection.error_contains("%"),
                    2 => selection.error_contains("lease"),
                    _ => selection,
                })
            }
            18 => Self::Discard(entry.id().clone()),
            _ => Self::Purge(time(rng), rng.usize(1..3)),
        }
    }
}

fn random_settlement(rng: &mut Rng) -> Settlement {
    let long = "\u{1F511}".repeat(ErrorText::MAX_LEN);
    let errors = ["timed out", "100 % '\";--", "", long.as_str()];
    let error = ErrorText::new(rng.choice(errors).unwrap_or_default());
    let time = if rng.bool() { HOUR } else { Duration::ZERO };
    match rng.u8(..6) {
        0 | 1 => Settlement::Done,
        2 => Settlement::Again { after: time, error },
        3 => Settlement::HandBack,
        4 => Settlement::Extend { lease: time },
        _ => Settlement::Dead { error },
    }
}

/// What the protocol says the rows are.
#[derive(Default)]
struct Model {
    rows: BTreeMap<DeliveryId, Row>,
    /// Every ticket that was granted.
    tickets: Vec<Ticket>,
    now: u64,
}

impl Model {
    fn now(&mut self) -> Timestamp {
        self.now = self.now.saturating_add(1);
        Timestamp::from_millis(self.now)
    }

    fn apply(&mut self, id: &DeliveryId, operation: Operation) -> Outcome {
        let now = self.now();
        let (row, outcome) = transition(self.rows.remove(id), operation, now);
        if let Some(row) = row {
            self.rows.insert(id.clone(), row);
        }
        outcome
    }

    async fn call(&mut self, store: &impl Store, call: &Call) -> Result<(), String> {
        let error = |error: StoreError| format!("{call:?} failed: {error}");
        let (expected, seen) = match call.clone() {
            Call::Accept(entry, lease) => {
                let seen = store.accept(entry.clone(), lease).await.map_err(error)?;
                let (id, digest, event) = entry.into_parts();
                let operation = Operation::Accept {
                    digest,
                    event,
                    lease,
                };
                let expected = self.apply(&id, operation);
                if expected == Outcome::Accepted(Accepted::New) && lease.is_some() {
                    self.tickets.push(Ticket::first(id));
                }
                (
                    format!("{expected:?}"),
                    format!("{:?}", Outcome::Accepted(seen)),
                )
            }
            Call::Take(terms, most) => {
                let taken = store.take(&terms, most).await.map_err(error)?;
                return self
                    .took(&terms, most, &taken)
                    .map_err(|what| format!("{call:?}: {what}"));
            }
            Call::Settle(ticket, settlement) => {
                let seen = store
                    .settle(&ticket, settlement.clone())
                    .await
                    .map_err(error)?;
                let attempt = ticket.attempt();
                let operation = Operation::Settle {
                    attempt,
                    settlement,
                };
                let expected = self.apply(ticket.id(), operation);
                (
                    format!("{expected:?}"),
                    format!("{:?}", Outcome::Settled(seen)),
                )
            }
            Call::Revive(selection) => {
                let seen = store.revive(&selection).await.map_err(error)?;
                let rows = self.rows.iter();
                let ids = rows.filter(|(id, row)| selection.selects(id, row));
                let ids: Vec<_> = ids.map(|(id, _)| id.clone()).take(selection.most).collect();
                for id in &ids {
                    self.apply(id, Operation::Revive);
                }
                (ids.len().to_string(), seen.to_string())
            }
            Call::Discard(id) => {
                let seen = store.discard(&id).await.map_err(error)?;
                let expected = self.apply(&id, Operation::Discard) == Outcome::Changed;
                (expected.to_string(), seen.to_string())
            }
            Call::Purge(age, most) => {
                let seen = store.purge(age, most).await.map_err(error)?;
                return self
                    .purged(store, age, most, seen)
                    .await
                    .map_err(|what| format!("{call:?}: {what}"));
            }
        };
        if expected == seen {
            Ok(())
        } else {
            Err(format!("{call:?}: expected {expected}, found {seen}"))
        }
    }

    /// Checks what a take returned. Which rows are due longest is for the store's clock to say.
    fn took(&mut self, terms: &Terms, most: usize, taken: &Taken) -> Result<(), String> {
        let now = self.now();
        let due = |row: &&Row| row.due <= now;
        let open = |row: &&Row| matches!(row.state, State::Pending | State::Working);
        let ran_out = |row: &Row| row.state == State::Working;
        let due: Vec<&Row> = self.rows.values().filter(open).filter(due).collect();
        let any_ran_out = due.iter().any(|row| ran_out(row));
        let pending = due.iter().filter(|row| !ran_out(row)).count();
        let due = due.len();

        for id in &taken.buried {
            if self.apply(id, Operation::Take(*terms)) != Outcome::Buried {
                return Err(format!("{id} must not become dead"));
            }
        }
        for leased in &taken.rows {
            let id = leased.ticket.id();
            let row = self
                .rows
                .get(id)
                .ok_or_else(|| format!("{id} is not known"))?;
            let retaken = ran_out(row);
            if self.apply(id, Operation::Take(*terms)) != Outcome::Taken {
                return Err(format!("{id} must not be taken"));
            }
            let row = self
                .rows
                .get(id)
                .ok_or_else(|| format!("{id} is not known"))?;
            let expected = Leased {
                ticket: Ticket::new(id.clone(), row.attempt),
                tries: row.tries,
                age: leased.age,
                event: row.event.clone().unwrap_or_default(),
                retaken,
            };
            if *leased != expected {
                return Err(format!("expected {expected:?}, found {leased:?}"));
            }
            if leased.age >= HOUR {
                return Err(format!("{id} is {:?} old", leased.age));
            }
            if retaken && taken.rows.len() != 1 {
                return Err(format!(
                    "{id} must be taken alone, because its lease ran out"
                ));
            }
            self.tickets.push(leased.ticket.clone());
        }
        let (rows, buried) = (taken.rows.len(), taken.buried.len());
        let moved = rows.saturating_add(buried);
        if rows > most || buried > most {
            return Err(format!("{rows} taken and {buried} dead, of at most {most}"));
        }
        if moved == 0 && due > 0 {
            return Err(format!("nothing taken, although {due} are due"));
        }
        let all = moved == pending || rows == most || buried == most;
        if !any_ran_out && !all {
            return Err(format!("{moved} taken of {pending} that are due"));
        }
        Ok(())
    }

    /// Checks how many rows went, and learns which.
    async fn purged(
        &mut self,
        store: &impl Store,
        age: Duration,
        most: usize,
        seen: u64,
    ) -> Result<(), String> {
        let now = self.now();
        let may_go = |row: &Row| row.state == State::Done && row.due.after(age) <= now;
        let ids = self.rows.iter().filter(|(_, row)| may_go(row));
        let ids: Vec<_> = ids.map(|(id, _)| id.clone()).collect();
        let expected = ids.len().min(most);
        if u64::try_from(expected) != Ok(seen) {
            return Err(format!("expected {expected} rows to go, found {seen}"));
        }
        let mut gone = 0_usize;
        for id in ids {
            let found = store
                .find(&id)
                .await
                .map_err(|error| failed("find", &error))?;
            if found.is_none() {
                self.apply(&id, Operation::Purge { age });
                gone = gone.saturating_add(1);
            }
        }
        if gone != expected {
            return Err(format!("{seen} rows said to be gone, {gone} gone"));
        }
        // An attempt of a row that went is none of a row that came after it.
        self.tickets
            .retain(|ticket| self.rows.contains_key(ticket.id()));
        Ok(())
    }

    async fn compare(
        &mut self,
        store: &impl Store,
        entries: &[[Entry; 2]],
        rng: &mut Rng,
    ) -> Result<(), String> {
        let error = |error: StoreError| format!("the rows cannot be read: {error}");
        for [entry, _] in entries {
            let id = entry.id();
            let (found, expected) = (store.find(id).await.map_err(error)?, self.rows.get(id));
            if !same(found.as_ref(), expected) {
                return Err(format!("expected {id} to be {expected:?}, found {found:?}"));
            }
        }
        let now = self.now();
        let counts = store.counts().await.map_err(error)?;
        let count = |state: State| self.rows.values().filter(|row| row.state == state).count();
        let open = |row: &&Row| matches!(row.state, State::Pending | State::Working);
        let any_due = self.rows.values().filter(open).any(|row| row.due <= now);
        let expected = [State::Pending, State::Working, State::Dead].map(count);
        let found = [counts.pending, counts.working, counts.dead];
        let found = found.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        if found != expected || counts.oldest_due.is_some() != any_due {
            return Err(format!(
                "expected counts {expected:?} and any due {any_due}, found {counts:?}"
            ));
        }

        let after = rng
            .choice(entries)
            .map(|[entry, _]| entry.id())
            .filter(|_| rng.bool());
        let limit = rng.usize(..4);
        let dead = store.dead(limit, after).await.map_err(error)?;
        let dead: Vec<_> = dead.into_iter().map(|(id, _)| id).collect();
        let rows = self
            .rows
            .iter()
            .filter(|(_, row)| row.state == State::Dead)
            .map(|(id, _)| id);
        let rows = rows
            .filter(|id| after.is_none_or(|after| *id > after))
            .take(limit);
        let expected: Vec<_> = rows.cloned().collect();
        if dead != expected {
            return Err(format!("expected dead rows {expected:?}, found {dead:?}"));
        }
        Ok(())
    }
}

/// What all tasks saw.
#[derive(Default)]
struct History {
    clock: AtomicUsize,
    seen: Mutex<Vec<(DeliveryId, Seen)>>,
    tickets: Mutex<Vec<Ticket>>,
}

impl History {
    fn tick(&self) -> usize {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    fn saw(
        &self,
        id: &DeliveryId,
        asked: usize,
        operation: Operation,
        outcome: Outcome,
        attempt: Option<u32>,
    ) {
        let answered = self.tick();
        let seen = Seen {
            asked,
            answered,
            operation,
            outcome,
            attempt,
        };
        let all = self.seen.lock();
        all.unwrap_or_else(PoisonError::into_inner)
            .push((id.clone(), seen));
    }

    fn granted(&self, ticket: &Ticket) {
        let tickets = self.tickets.lock();
        tickets
            .unwrap_or_else(PoisonError::into_inner)
            .push(ticket.clone());
    }

    fn rows(&self) -> BTreeMap<DeliveryId, Vec<Seen>> {
        let seen = self.seen.lock();
        let mut rows = BTreeMap::<_, Vec<Seen>>::new();
        for (id, seen) in seen.unwrap_or_else(PoisonError::into_inner).iter() {
            rows.entry(id.clone()).or_default().push(seen.clone());
        }
        rows
    }

    async fn task(
        &self,
        store: &impl Store,
        entries: &[[Entry; 2]],
        mut rng: Rng,
    ) -> Result<(), String> {
        for _ in 0..40 {
            let tickets = self.tickets.lock();
            let tickets = tickets.unwrap_or_else(PoisonError::into_inner).clone();
            let call = Call::random(&mut rng, entries, &tickets);
            tokio::task::yield_now().await;
            self.call(store, &call)
                .await
                .map_err(|error| format!("{call:?} failed: {error}"))?;
        }
        Ok(())
    }

    async fn call(&self, store: &impl Store, call: &Call) -> Result<(), StoreError> {
        let asked = self.tick();
        match call.clone() {
            Call::Accept(entry, lease) => {
                let accepted = store.accept(entry.clone(), lease).await?;
                let (id, digest, event) = entry.into_parts();
                let operation = Operation::Accept {
                    digest,
                    event,
                    lease,
                };
                self.saw(&id, asked, operation, Outcome::Accepted(accepted), None);
                if accepted == Accepted::New && lease.is_some() {
                    self.granted(&Ticket::first(id));
                }
            }
            Call::Take(terms, most) => {
                let taken = store.take(&terms, most).await?;
                for leased in &taken.rows {
                    let attempt = Some(leased.ticket.attempt());
                    let id = leased.ticket.id();
                    self.saw(id, asked, Operation::Take(terms), Outcome::Taken, attempt);
                    self.granted(&leased.ticket);
                }
                for id in &taken.buried {
                    self.saw(id, asked, Operation::Take(terms), Outcome::Buried, None);
                }
            }
            Call::Settle(ticket, settlement) => {
                let settled: Settled = store.settle(&ticket, settlement.clone()).await?;
                let attempt = ticket.attempt();
                let operation = Operation::Settle {
                    attempt,
                    settlement,
                };
                self.saw(
                    ticket.id(),
                    asked,
                    operation,
                    Outcome::Settled(settled),
                    None,
                );
            }
            Call::Revive(selection) => {
                let Some(id) = &selection.id else {
                    return Ok(());
                };
                let outcome = match store.revive(&selection).await? {
                    0 => Outcome::Unchanged,
                    _ => Outcome::Changed,
                };
                self.saw(id, asked, Operation::Revive, outcome, None);
            }
            Call::Discard(id) => {
                let outcome = match store.discard(&id).await? {
                    false => Outcome::Unchanged,
                    true => Outcome::Changed,
                };
                self.saw(&id, asked, Operation::Discard, outcome, None);
            }
            // Nothing is so old; it must not disturb.
            Call::Purge(_, most) => {
                store.purge(HOUR, most).await?;
            }
        }
        Ok(())
    }
}
