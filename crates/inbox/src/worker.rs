use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::handler::Start;
use crate::inbox::Inbox;
use crate::race::{First, race};
use crate::run::{self, LONGEST_WAIT};
use crate::settings::jittered;
use crate::store::{Settlement, Store, Taken};
use crate::trace;

/// A shorter one would keep a store busy that has nothing to do.
const SHORTEST_POLL: Duration = Duration::from_millis(10);
/// Longer than that, and what another process accepted is as good as lost.
const LONGEST_POLL: Duration = Duration::from_secs(24 * 60 * 60);

/// Takes rows and handles their events.
///
/// It wakes at once for what its own [`Inbox`] and the clones of that accept, and polls for the rest. Any number of
/// workers, in any number of processes, may share a store.
#[derive(Debug)]
#[must_use = "a worker does nothing until it runs"]
pub struct Worker<S> {
    inbox: Inbox<S>,
    start: Start,
    concurrency: usize,
    poll: Duration,
    grace: Duration,
}

impl<S: Store> Worker<S> {
    pub(crate) const fn new(inbox: Inbox<S>, start: Start) -> Self {
        Self {
            inbox,
            start,
            concurrency: 8,
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(20),
        }
    }

    /// Sets how many handlers run at once, at least one: 8, about as many connections as a pool of a database has.
    pub fn concurrency(mut self, handlers: usize) -> Self {
        self.concurrency = handlers.max(1);
        self
    }

    /// Adds a handler for events of Event Streams, as [`accept_batch`](Inbox::accept_batch) stores them. Without it the
    /// worker leaves them to others.
    #[cfg(feature = "verify-events")]
    pub fn cloud_events<H, F, E>(mut self, handler: H) -> Self
    where
        H: Fn(crate::CloudEventJob) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<crate::Failure>,
    {
        self.start = self.start.cloud_events(handler);
        self
    }

    /// Sets how long at most it waits before it looks for rows that others accepted, or that are due again: 1 s, which
    /// nobody who waits to be let in notices, and which costs a store one query. From 10 ms to a day.
    pub fn poll(mut self, interval: Duration) -> Self {
        self.poll = interval.clamp(SHORTEST_POLL, LONGEST_POLL);
        self
    }

    /// Sets how long a stop waits for handlers that run: 20 s, below the 30 s after which orchestrators kill.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Handles events until `shutdown` completes, then stops gracefully.
    ///
    /// A stop takes no more rows, and waits for handlers that run, those of
    /// [`accept_and_handle`](Inbox::accept_and_handle) among them, for the [`grace`](Self::grace). It then cancels what
    /// still runs and hands the rows back, without a try being spent; that takes at most two
    /// [deadlines](crate::InboxBuilder::deadline) more. A handler that blocks cannot be cancelled: its row is taken
    /// by another when the lease has run out.
    ///
    /// Dropping the future instead cancels the handlers and leaves the rows to their leases.
    pub async fn run_until<F: Future>(self, shutdown: F) {
        let (stop, stopped) = watch::channel(false);
        let mut running = Running {
            worker: &self,
            jobs: JoinSet::new(),
            stopped,
            next_take: Instant::now(),
            failures: 0,
            alone: None,
        };
        running.work(shutdown).await;
        let Running { mut jobs, .. } = running;
        trace::stopping(jobs.len());

        let now = Instant::now();
        let by = |time: Duration| now.checked_add(time).unwrap_or(now);
        let end = by(self.grace);
        let ended = timeout_at(end, async {
            all_end(&mut jobs).await;
            self.inbox.shared.at_once.all_end().await;
        });
        if ended.await.is_err() {
            // Received by whoever still runs.
            let _ = stop.send(true);
            self.inbox.shared.at_once.stop();
            let settling = self.inbox.shared.settings.deadline.saturating_mul(2);
            let end = Instant::now().checked_add(settling).unwrap_or(end);
            let _ = timeout_at(end, async {
                all_end(&mut jobs).await;
                self.inbox.shared.at_once.all_end().await;
            })
            .await;
        }
    }

    /// Runs the worker on a thread of its own, with a runtime of its own: for programs that have none.
    ///
    /// # Errors
    ///
    /// If the system gives no thread, or none of what a runtime needs.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::{Failure, Inbox, Job, MemoryStore};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let worker = inbox.worker_blocking(|job: Job| Ok::<_, Failure>(println!("{}", job.id())));
    /// let worker = worker.start_thread()?;
    /// assert_eq!(inbox.accept_blocking(&received).status(), 200);
    /// worker.stop();
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_thread(self) -> io::Result<WorkerThread> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("inbox worker".to_owned());
        let thread = thread.spawn(move || {
            // Also when the other end is dropped.
            runtime.block_on(self.run_until(stopped));
            // Without waiting for a handler that blocks.
            runtime.shutdown_background();
        })?;
        Ok(WorkerThread { stop, thread })
    }
}

/// A worker on a thread of its own.
///
/// Dropping it asks the worker to stop, and does not wait.
#[derive(Debug)]
#[must_use = "a worker stops when this is dropped"]
pub struct WorkerThread {
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl WorkerThread {
    /// Stops the worker gracefully, as [`Worker::run_until`] describes, and waits for it.
    pub fn stop(self) {
        // The thread may have ended by itself.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

async fn all_end(jobs: &mut JoinSet<()>) {
    while let Some(joined) = jobs.join_next().await {
        if let Err(error) = joined {
            ended(error);
        }
    }
}

/// Lets go of what a store of the user's left that panicked.
fn ended(error: JoinError) -> Id {
    let id = error.id();
    if let Ok(panic) = error.try_into_panic() {
        run::let_go(panic);
    }
    id
}

struct Running<'w, S> {
    worker: &'w Worker<S>,
    jobs: JoinSet<()>,
    stopped: watch::Receiver<bool>,
    /// Not before that time is the store asked again.
    next_take: Instant,
    /// How many calls failed in a row.
    failures: u32,
    /// A row whose earlier lease ran out, and until when nothing else is taken beside it: if its handler kills the
    /// process again, nobody else's tries are spent.
    alone: Option<(Id, Instant)>,
}

/// Why a wait ended.
enum Woken {
    Shutdown,
    Joined(Id),
    Time,
    Accepted,
}

impl<S: Store> Running<'_, S> {
    async fn work(&mut self, shutdown: impl Future) {
        let mut shutdown = pin!(shutdown);
        loop {
            let now = Instant::now();
            if self.alone.is_some_and(|(_, until)| until <= now) {
                self.alone = None;
            }
            if self.may_take() && self.next_take <= now {
                let taken = self.take().await;
                // A row that was taken is started or handed back, never left to its lease.
                if let First::Left(_) = race(shutdown.as_mut(), std::future::ready(())).await {
                    return self.hand_back(taken).await;
                }
                self.spawn(taken, now);
                continue;
            }
            match self.wait(shutdown.as_mut()).await {
                Woken::Shutdown => return,
                Woken::Joined(id) => {
                    if self.alone.is_some_and(|(alone, _)| alone == id) {
                        self.alone = None;
                    }
                }
                Woken::Time => {}
                Woken::Accepted => self.next_take = Instant::now(),
            }
        }
    }

    fn may_take(&self) -> bool {
        self.alone.is_none() && self.jobs.len() < self.worker.concurrency
    }

    async fn take(&mut self) -> Taken {
        let shared = &self.worker.inbox.shared;
        let free = self.worker.concurrency.saturating_sub(self.jobs.len());
        let terms = shared.settings.terms(self.worker.start.kinds());
        match shared.limited(shared.store.take(&terms, free)).await {
            Ok(taken) => {
                if self.failures > 0 {
                    trace::store_recovered(self.failures);
                    self.failures = 0;
                }
                taken.buried.iter().for_each(trace::buried);
                taken.damaged.iter().for_each(trace::damaged);
                let idle = taken == Taken::default();
                let wait = if idle {
                    jittered(self.worker.poll)
                } else {
                    Duration::ZERO
                };
                self.take_after(wait);
                taken
            }
            Err(error) => {
                if self.failures == 0 {
                    trace::store_failed(&error);
                }
                let doubled = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
                self.failures = self.failures.saturating_add(1);
                let wait = Duration::from_millis(200).saturating_mul(doubled);
                self.take_after(jittered(wait.min(LONGEST_WAIT)));
                Taken::default()
            }
        }
    }

    fn take_after(&mut self, wait: Duration) {
        let now = Instant::now();
        self.next_take = now.checked_add(wait).unwrap_or(now);
    }

    fn spawn(&mut self, taken: Taken, sent: Instant) {
        for leased in taken.rows {
            let retaken = leased.retaken;
            let shared = Arc::clone(&self.worker.inbox.shared);
            let lease = shared.settings.lease;
            let start = self.worker.start.clone();
            let mut stopped = self.stopped.clone();
            let job = async move { run::until(&shared, leased, sent, start, &mut stopped).await };
            let id = self.jobs.spawn(job).id();
            if retaken {
                self.alone = sent.checked_add(lease).map(|until| (id, until));
            }
        }
    }

    async fn hand_back(&self, taken: Taken) {
        let shared = &self.worker.inbox.shared;
        for leased in taken.rows {
            let call = shared.store.settle(&leased.ticket, Settlement::HandBack);
            if shared.limited(call).await.is_err() {
                // The leases of the others run out as well.
                return;
            }
        }
    }

    async fn wait(&mut self, shutdown: impl Future) -> Woken {
        let time = match (self.alone, self.may_take()) {
            (Some((_, until)), _) => Some(until),
            (None, true) => Some(self.next_take),
            (None, false) => None,
        };
        // While the store fails, an accept is no reason to ask it sooner.
        let wakes = self.may_take() && self.failures == 0;
        let time = async {
            match time {
                Some(time) => sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        let Inbox { shared } = &self.worker.inbox;
        let kinds = self.worker.start.kinds();
        let accepted = async {
            match wakes {
                true => shared.wake.any(kinds).await,
                false => std::future::pending().await,
            }
        };
        let jobs = &mut self.jobs;
        let joined = async {
            match jobs.join_next_with_id().await {
                Some(Ok((id, ()))) => id,
                Some(Err(error)) => ended(error),
                None => std::future::pending().await,
            }
        };
        match race(shutdown, race(joined, race(accepted, time))).await {
            First::Left(_) => Woken::Shutdown,
            First::Right(First::Left(id)) => Woken::Joined(id),
            First::Right(First::Right(First::Left(()))) => Woken::Accepted,
            First::Right(First::Right(First::Right(()))) => Woken::Time,
        }
    }
}
