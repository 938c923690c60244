use std::sync::Arc;

use fastrand::Rng;
use tokio::task::JoinSet;

use super::call::Call;
use super::deliveries::Deliveries;
use super::divergence::Divergence;
use super::history::History;
use super::linear::has_order;
use super::model::Model;
use crate::error::StoreError;
use crate::kind::Kind;
use crate::row::Timestamp;
use crate::store::{Entry, Store};

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
        // A store does not read events, so they need not be of the kind that they are said to be.
        let mut kind = || rng.choice(Kind::ALL).copied().unwrap_or(Kind::Push);
        let entries = pairs.iter().map(|[delivery, other]| {
            let entries = [Entry::new(delivery)?, Entry::new(other)?];
            Ok(entries.map(|entry| entry.of_kind(kind())))
        });
        let entries: Result<Vec<_>, StoreError> = entries.collect();
        entries.map_err(|error| diverged(error.to_string()))
    }
}

pub(super) fn failed(what: &str, error: &StoreError) -> String {
    format!("{what}: {error}")
}
