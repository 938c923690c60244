//! Verify Events, as Event Streams delivers them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use twilio_verify_webhooks::verify_events::{Batch, CloudEvent, EventId};
use twilio_verify_webhooks::{AccountSid, DeliveryId, DeliveryIdError};

use crate::answer::Answer;
use crate::digest::Digest;
use crate::error::{StoreError, StoreErrorKind};
use crate::handler::Start;
use crate::inbox::{Inbox, Shared};
use crate::job::Failure;
use crate::kind::Kind;
use crate::row::State;
use crate::store::{Accepted, Entry, Store, Ticket};
use crate::trace;
use crate::worker::Worker;

/// How many events of a batch are stored at once, fewer than a pool of a database has connections.
const TOGETHER: usize = 8;

/// The most characters of an id that a row has for it.
const MAX_ID: usize = 64;

/// An event of Event Streams to act on.
///
/// `Debug` shows id, type, attempt, tries and age, and not what the event says, such as a telephone number.
#[derive(Clone)]
#[non_exhaustive]
pub struct CloudEventJob {
    /// What happened.
    pub event: CloudEvent,
    /// Shows that the row was taken by this attempt: for `done_in` of a store that offers it.
    pub ticket: Ticket,
    /// Which try this is, counted from 1.
    pub tries: u32,
    /// How long ago the event was stored, or revived.
    pub age: Duration,
}

impl CloudEventJob {
    /// Returns what identifies the row: see [`row_id`].
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        self.ticket.id()
    }

    /// Returns the attempt, which is higher than that of anybody who had the row before.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.ticket.attempt()
    }
}

impl fmt::Debug for CloudEventJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudEventJob")
            .field("id", self.id())
            .field("event_type", &self.event.event_type)
            .field("attempt", &self.attempt())
            .field("tries", &self.tries)
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}

impl<S: Store> Inbox<S> {
    /// Stores the events of a batch, and tells what to answer to its sender.
    ///
    /// The answer is 503 if one of them could not be stored, or not all within the
    /// [`deadline`](crate::InboxBuilder::deadline); all of them come again then, and those that were stored are recognised.
    /// Otherwise it is 200: [`New`](crate::AnswerOutcome::New) if any was new, else
    /// [`Repeated`](crate::AnswerOutcome::Repeated), as for a batch without events. Another event under a known
    /// [`delivery_id`](CloudEvent::delivery_id) is told to `tracing` and not handled; 409 would have the sender drop all of
    /// them. Elements that are no events are not stored.
    ///
    /// A worker handles the events: one with [`Worker::cloud_events`], or of
    /// [`cloud_event_worker`](Self::cloud_event_worker). A worker takes events of the kinds that it has handlers for, so push
    /// events of the same inbox may have workers of their own.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::Batch;
    /// use twilio_verify_webhooks_inbox::{CloudEventJob, Inbox, MemoryStore};
    ///
    /// async fn streams(inbox: &Inbox<MemoryStore>, batch: &Batch) -> u16 {
    ///     inbox.accept_batch(batch).await.status()
    /// }
    ///
    /// async fn work(inbox: &Inbox<MemoryStore>, shutdown: impl Future) {
    ///     let worker = inbox.cloud_event_worker(|job: CloudEventJob| async move {
    ///         println!("{} {}", job.event.delivery_id(), job.event.event_type);
    ///         Ok::<_, std::io::Error>(())
    ///     });
    ///     worker.run_until(shutdown).await;
    /// }
    /// ```
    pub async fn accept_batch(&self, batch: &Batch) -> Answer {
        let entry =
            |event: &CloudEvent| Ok((Entry::of_cloud_event(event)?, event.event_type.clone()));
        let entries: Result<VecDeque<_>, StoreError> = batch.events().map(entry).collect();
        let answer = Answer(match entries {
            Ok(entries) => self.shared.limited(store_all(&self.shared, entries)).await,
            Err(error) => Err(error),
        });
        if let Some(error) = answer.error() {
            trace::batch_not_stored(batch.events().count(), error);
        }
        if matches!(answer.0, Ok(Accepted::New)) {
            self.shared.wake.one(Kind::Cloud);
        }
        answer
    }

    /// Makes a worker that handles events of Event Streams, as [`worker`](Self::worker) makes one for those of Verify Push.
    ///
    /// It leaves push events alone. For both in one worker, see [`Worker::cloud_events`].
    pub fn cloud_event_worker<H, F, E>(&self, handler: H) -> Worker<S>
    where
        H: Fn(CloudEventJob) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        Worker::new(self.clone(), Start::none().cloud_events(handler))
    }
}

/// Stores entries, a few at once, until one fails.
async fn store_all<S: Store>(
    shared: &Arc<Shared<S>>,
    mut entries: VecDeque<(Entry, String)>,
) -> Result<Accepted, StoreError> {
    let mut together = JoinSet::new();
    let mut answer = Accepted::Known(State::Done);
    loop {
        while together.len() < TOGETHER
            && let Some((entry, event_type)) = entries.pop_front()
        {
            let shared = Arc::clone(shared);
            together.spawn(async move {
                let id = entry.id().clone();
                let accepted = shared.store.accept(entry, None).await;
                trace::cloud_event(&id, &event_type, &accepted);
                accepted
            });
        }
        let accepted = match together.join_next().await {
            None => return Ok(answer),
            Some(Ok(accepted)) => accepted?,
            Some(Err(_)) => return Err(StoreErrorKind::Other.into()),
        };
        answer = match (answer, accepted) {
            (Accepted::New, _) | (_, Accepted::New) => Accepted::New,
            (_, Accepted::Known(state) | Accepted::Conflict(state)) => Accepted::Known(state),
        };
    }
}

impl Entry {
    /// Takes what is stored of each event of a batch. Elements that are no events are left out.
    ///
    /// # Errors
    ///
    /// None in practice: every event has an id.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::Batch;
    /// use twilio_verify_webhooks_inbox::{Entry, MemoryStore, Store, StoreError};
    ///
    /// async fn keep(store: &MemoryStore, batch: &Batch) -> Result<(), StoreError> {
    ///     for entry in Entry::of_batch(batch) {
    ///         store.accept(entry?, None).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn of_batch(batch: &Batch) -> impl Iterator<Item = Result<Self, StoreError>> {
        batch.events().map(Self::of_cloud_event)
    }

    fn of_cloud_event(event: &CloudEvent) -> Result<Self, StoreError> {
        let mut hash = Sha256::new();
        hash.update("twilio-verify-webhooks inbox digest of a CloudEvent 1");
        for text in [&*event.event_type, event.data_json().unwrap_or_default()] {
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            hash.update(len.to_be_bytes());
            hash.update(text);
        }
        let id = row_id(&event.delivery_id());
        let id = id.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?;
        let digest = Digest::cut(hash.finalize().into());
        Ok(Self::of_cloud(id, digest, event.as_str().to_owned()))
    }
}

/// Returns the id of the row in which an event is kept: what [`Inbox::find`] takes.
///
/// It is the account and the id of the [`EventId`], where they are the SID of an account and a text of at most 64
/// characters without control characters, as all of Verify are. Otherwise it is what SHA-256 makes of each: `AC` and 32
/// digits, and 64 digits.
///
/// # Errors
///
/// None in practice: such parts make an id.
///
/// ```
/// use twilio_verify_webhooks::testing::CloudEventBuilder;
/// use twilio_verify_webhooks_inbox::row_id;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let event = CloudEventBuilder::verification_approved().build()?;
/// assert_eq!(row_id(&event.delivery_id())?.uuid(), event.id);
/// # Ok(())
/// # }
/// ```
pub fn row_id(id: &EventId) -> Result<DeliveryId, DeliveryIdError> {
    let digits = |text: &str| -> String {
        let hash = Sha256::digest(text.as_bytes());
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let account = match AccountSid::new(id.origin()) {
        Ok(account) => account.as_str().to_owned(),
        Err(_) => format!(
            "AC{}",
            digits(id.origin()).chars().take(32).collect::<String>()
        ),
    };
    let fits =
        (1..=MAX_ID).contains(&id.id().chars().count()) && !id.id().contains(char::is_control);
    let within = if fits {
        id.id().to_owned()
    } else {
        digits(id.id())
    };
    format!("{account}/{within}").parse()
}
