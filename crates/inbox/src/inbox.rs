use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use twilio_verify_webhooks::{DeliveryId, Event, Received};

use crate::answer::Answer;
use crate::at_once::AtOnce;
use crate::error::{StoreError, StoreErrorKind};
use crate::handler::Start;
use crate::job::{Failure, Job};
use crate::kind::Kind;
use crate::purge::Batches;
use crate::row::Row;
use crate::run;
use crate::settings::{InboxBuilder, Settings};
use crate::store::{Accepted, Counts, Entry, Leased, Selection, Store, Ticket};
use crate::trace;
use crate::wake::Wake;
use crate::worker::Worker;

/// Accepts verified deliveries, and has each event handled.
///
/// Stored first, acknowledged then, handled after: what was answered with 200 is handled at least once, whatever
/// crashes in between, as far as the store keeps its promise. Once, and not more often, if the handler marks the
/// event as done in the transaction of its own writes, which stores in SQL databases offer.
///
/// Cheap to clone, whatever the store is; clones share it. Its async methods are for a tokio runtime with its timer.
///
/// ```
/// use twilio_verify_webhooks_inbox::{Inbox, Job, MemoryStore};
/// # use twilio_verify_webhooks::{AuthToken, Receiver, testing::{EventBuilder, Signer}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (url, token) = ("https://example.com/webhook", AuthToken::new("12345678901234567890123456789012")?);
/// # let receiver = Receiver::builder(url).auth_token(token.clone()).build()?;
/// # let delivery = Signer::new(url, token)?.post(&EventBuilder::challenge_approved());
/// # let received = receiver.receive(&delivery.as_delivery())?;
/// let inbox = Inbox::new(MemoryStore::new());
///
/// // In the endpoint.
/// assert_eq!(inbox.accept(&received).await.status(), 200);
/// // A repetition, or a replay: known, so nothing happens.
/// assert_eq!(inbox.accept(&received).await.status(), 200);
///
/// // In a task of its own.
/// let (done, handled) = tokio::sync::mpsc::unbounded_channel();
/// let worker = inbox.worker(move |job: Job| {
///     let done = done.clone();
///     async move { done.send(job.event.event_type().to_owned()) }
/// });
/// # let mut handled = handled;
/// # let shutdown = async move { assert_eq!(handled.recv().await.as_deref(), Some("challenge.approved")); };
/// worker.concurrency(8).run_until(shutdown).await;
/// # Ok(())
/// # }
/// ```
pub struct Inbox<S> {
    pub(crate) shared: Arc<Shared<S>>,
}

pub(crate) struct Shared<S> {
    pub(crate) store: S,
    pub(crate) settings: Settings,
    /// Wakes a worker of this process for what was accepted here.
    pub(crate) wake: Wake,
    pub(crate) at_once: AtOnce,
}

impl<S> Clone for Inbox<S> {
    fn clone(&self) -> Self {
        let shared = Arc::clone(&self.shared);
        Self { shared }
    }
}

impl<S> fmt::Debug for Inbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

impl<S: Store> Inbox<S> {
    /// Makes an inbox with the default settings.
    pub fn new(store: S) -> Self {
        Self::builder(store).build()
    }

    /// Starts with the default settings.
    pub fn builder(store: S) -> InboxBuilder<S> {
        InboxBuilder::new(store)
    }

    pub(crate) fn with(store: S, settings: Settings) -> Self {
        let at_once = AtOnce::new(settings.at_once);
        let shared = Shared {
            store,
            settings,
            wake: Wake::default(),
            at_once,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.shared.store
    }

    /// Stores a delivery, and tells what to answer to its sender.
    ///
    /// It may be dropped at any point, as when a client disconnects: the delivery is stored or not stored, and a
    /// repetition settles it. A worker handles the event.
    pub async fn accept(&self, received: &Received<'_>) -> Answer {
        let answer = Answer(self.shared.stored(Entry::new(received), None).await);
        self.shared.answered(received, &answer);
        answer
    }

    /// Stores a delivery and, if it is new, runs a handler at once, for as short a way from the user's answer to your
    /// reaction as can be.
    ///
    /// The handler runs in a task of its own, which a client's disconnect does not cancel. Within the
    /// [`budget`](InboxBuilder::budget) its end is waited for; beyond that it goes on under a renewed lease. The
    /// answer tells of storing alone: 200 whatever the handler returns, because from then on the event is the inbox's.
    /// What fails here, and what comes while [`at_once`](InboxBuilder::at_once) handlers run, is for a worker: run one
    /// as well, with the same handler.
    ///
    /// A worker of this inbox that [stops](Worker::run_until) waits for these handlers too, and then cancels them. Without
    /// one in the process nobody waits: they end with the runtime, and their rows are taken by others when their leases
    /// have run out.
    pub async fn accept_and_handle<H, F, E>(&self, received: &Received<'_>, handler: H) -> Answer
    where
        H: FnOnce(Job) -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let Some((permit, mut stop)) = self.shared.at_once.start() else {
            return self.accept(received).await;
        };
        let entry = Entry::new(received);
        let shared = Arc::clone(&self.shared);
        let (stored, accepted) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            let _permit = permit;
            let sent = Instant::now();
            let leased = entry.as_ref().ok().map(|entry| Leased {
                ticket: Ticket::first(entry.id().clone()),
                tries: 1,
                kind: entry.kind(),
                age: Duration::ZERO,
                event: entry.event().to_owned(),
                retaken: false,
            });
            let accepted = shared.stored(entry, Some(shared.settings.lease)).await;
            let new = matches!(accepted, Ok(Accepted::New));
            // Nobody waits for it any more if the client is gone.
            let _ = stored.send(accepted);
            if let (true, Some(leased)) = (new, leased) {
                run::until(&shared, leased, sent, Start::once(handler), &mut stop).await;
            }
        });
        let accepted = accepted.await;
        let accepted = accepted.unwrap_or_else(|_| Err(StoreErrorKind::Other.into()));
        let answer = Answer(accepted);
        self.shared.answered(received, &answer);
        if matches!(answer.0, Ok(Accepted::New)) {
            // Over budget, or done: both are 200.
            let _ = tokio::time::timeout(self.shared.settings.budget, task).await;
        }
        answer
    }

    /// Makes a worker that handles events, of this process and of every other that shares the store.
    ///
    /// An error, or a panic, means another try after a while; a [`Failure`] may say when, or give up. If the inbox takes
    /// batches of Event Streams too, give this or another worker a handler for them (`Worker::cloud_events`): a worker
    /// takes events of the kinds that it has handlers for, and those that nobody handles wait, and show in
    /// [`Counts::oldest_due`].
    ///
    /// Nothing limits how long a handler may run, as its lease is renewed: set a limit of your own in it.
    pub fn worker<H, F, E>(&self, handler: H) -> Worker<S>
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        Worker::new(self.clone(), Start::many(handler))
    }

    /// Makes a worker whose handler blocks: each runs on a thread of tokio's blocking pool.
    ///
    /// A handler that blocks cannot be cancelled. One whose lease is lost goes on to its end, so let its own writes be
    /// fenced by [`Job::attempt`], or be done in one transaction with the event.
    pub fn worker_blocking<H, E>(&self, handler: H) -> Worker<S>
    where
        H: Fn(Job) -> Result<(), E> + Send + Sync + 'static,
        E: Into<Failure>,
    {
        Worker::new(self.clone(), Start::blocking(handler))
    }

    /// Looks up what is known of a delivery.
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
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore, State};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let id = received.event.delivery_id();
    /// assert!(inbox.find(&id).await?.is_none());
    /// let _ = inbox.accept(&received).await;
    /// assert_eq!(inbox.find(&id).await?.map(|row| row.state), Some(State::Pending));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.shared.limited(self.shared.store.find(id)).await
    }

    /// Counts the rows that are not done: what to watch.
    ///
    /// If [`oldest_due`](Counts::oldest_due) is more than a few poll intervals, no worker is running, or too few are.
    /// That is the alert to set. Done rows are never counted: there are too many of them.
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
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let _ = inbox.accept(&received).await;
    /// let counts = inbox.counts().await?;
    /// assert_eq!((counts.pending, counts.dead), (1, 0));
    /// if counts.dead > 0 || counts.oldest_due > Some(Duration::from_secs(60)) {
    ///     println!("call somebody");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.shared.limited(self.shared.store.counts()).await
    }

    /// Lists at most `limit` dead rows in the order of their ids, those after an id if one is given.
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
    /// for dead in inbox.dead(100, None).await? {
    ///     let error = dead.row.error.as_ref().map_or("", |error| error.as_str());
    ///     println!("{}: {error}", dead.id);
    ///     assert_eq!(error, "the bank is gone");
    /// }
    /// # assert_eq!(inbox.dead(100, None).await?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<Dead>, StoreError> {
        let rows = self.shared.store.dead(limit, after);
        let rows = self.shared.limited(rows).await?;
        Ok(rows.into_iter().map(|(id, row)| Dead { id, row }).collect())
    }

    /// Has dead rows handled after all, with a new budget of tries and their age counted from now; tells how many.
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
    /// assert_eq!(inbox.revive(&selection).await?, 1);
    /// assert_eq!(inbox.counts().await?.pending, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let revived = self.shared.store.revive(selection);
        let revived = self.shared.limited(revived).await?;
        Kind::ALL
            .iter()
            .for_each(|kind| self.shared.wake.one(*kind));
        Ok(revived)
    }

    /// Regards a dead row as done, and tells whether there was one. Its event goes; a repetition is still recognised.
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
    /// assert!(inbox.discard(&id).await?);
    /// // It is not dead any more, and a repetition is recognised.
    /// assert!(!inbox.discard(&id).await?);
    /// assert_eq!(inbox.accept(&received).await.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.shared.limited(self.shared.store.discard(id)).await
    }

    /// Removes at most `most` rows that were done at least `age` ago, and tells how many.
    ///
    /// A captured delivery verifies for as long as its key lives. After its row is gone, a replay is *new*, and is
    /// handled. So durable stores never purge by themselves, a row takes little room once it is done, and it is best
    /// kept for good. If it cannot be: a challenge lives for up to 60 minutes, and a factor has no natural end, so let
    /// the handler check that the factor still exists. Never call it at start.
    ///
    /// It goes a few hundred rows at a time, each in a short transaction with a [deadline](InboxBuilder::deadline) of its
    /// own, so that deliveries, workers and counts come in between however many rows go. It may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store fails or does not answer in time; some rows may be gone then.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use std::time::Duration;
    /// use twilio_verify_webhooks_inbox::{Inbox, MemoryStore};
    ///
    /// let inbox = Inbox::new(MemoryStore::new());
    /// let half_a_year = Duration::from_secs(183 * 24 * 60 * 60);
    /// assert_eq!(inbox.purge(half_a_year, usize::MAX).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let mut batches = Batches::of(most);
        while let Some(most) = batches.next_size() {
            let purged = self.shared.store.purge(age, most);
            batches.purged(self.shared.limited(purged).await?);
        }
        Ok(batches.total())
    }
}

impl<S: Store> Shared<S> {
    /// Drops a call of the store that takes too long.
    pub(crate) async fn limited<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let deadline = self.settings.deadline;
        let reply = tokio::time::timeout(deadline, call).await;
        reply.unwrap_or_else(|_| Err(late(deadline)))
    }

    async fn stored(
        &self,
        entry: Result<Entry, StoreError>,
        lease: Option<Duration>,
    ) -> Result<Accepted, StoreError> {
        self.limited(self.store.accept(entry?, lease)).await
    }

    /// Tells of an answer, and wakes a worker if there is something to do.
    pub(crate) fn answered(&self, received: &Received<'_>, answer: &Answer) {
        trace::answer(received, answer);
        if matches!(answer.0, Ok(Accepted::New)) {
            self.wake.one(Kind::Push);
        }
    }
}

pub(crate) fn late(deadline: Duration) -> StoreError {
    StoreError::new(StoreErrorKind::Timeout, format!("waited for {deadline:?}"))
}

/// A dead row, for a person to decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dead {
    /// What identifies the delivery.
    pub id: DeliveryId,
    /// What is kept of it: its last error, how often it was tried.
    pub row: Row,
}

impl Dead {
    /// Reads the event of Event Streams; `None` if it is none, or cannot be read.
    #[cfg(feature = "verify-events")]
    #[must_use]
    pub fn cloud_event(&self) -> Option<twilio_verify_webhooks::verify_events::CloudEvent> {
        let text = self.event_of(Kind::Cloud)?;
        twilio_verify_webhooks::verify_events::CloudEvent::from_json(text).ok()
    }

    /// Reads the event of Verify Push; `None` if it is none, or cannot be read, which may be why the row is dead.
    #[must_use]
    pub fn event(&self) -> Option<Event<'static>> {
        serde_json::from_str(self.event_of(Kind::Push)?).ok()
    }

    fn event_of(&self, kind: Kind) -> Option<&str> {
        let event = self.row.event.as_deref();
        event.filter(|_| self.row.kind == kind)
    }
}
