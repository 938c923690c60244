use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

#[cfg(feature = "verify-events")]
use crate::cloud_events::CloudEventJob;
use crate::job::{Failure, Job};
use crate::kind::Kind;
use crate::store::Leased;
use crate::stored_event::StoredEvent;
use crate::trace;

/// Starts a handler in a task of its own, so that a panic of it is seen and it can be cancelled.
#[derive(Clone)]
pub(crate) struct Start {
    push: Option<Starter<Job>>,
    #[cfg(feature = "verify-events")]
    cloud: Option<Starter<CloudEventJob>>,
}

type Starter<J> = Arc<dyn Fn(J) -> Option<Handling> + Send + Sync>;

/// A handler that runs, cancelled when this is dropped: nobody acts whose lease nobody watches.
pub(crate) struct Handling(JoinHandle<Result<(), Failure>>);

impl Handling {
    pub(crate) fn cancel(&self) {
        self.0.abort();
    }
}

impl Future for Handling {
    type Output = Result<Result<(), Failure>, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Start {
    /// Without any handler.
    #[cfg(feature = "verify-events")]
    pub(crate) const fn none() -> Self {
        let (push, cloud) = (None, None);
        Self { push, cloud }
    }

    /// With a handler for events of Verify Push.
    fn push(start: impl Fn(Job) -> Option<Handling> + Send + Sync + 'static) -> Self {
        Self {
            push: Some(Arc::new(start)),
            #[cfg(feature = "verify-events")]
            cloud: None,
        }
    }

    /// With a handler for events of Event Streams as well.
    #[cfg(feature = "verify-events")]
    pub(crate) fn cloud_events<H, F, E>(mut self, handler: H) -> Self
    where
        H: Fn(CloudEventJob) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let handler = Arc::new(handler);
        self.cloud = Some(Arc::new(move |job: CloudEventJob| {
            let handler = Arc::clone(&handler);
            let span = trace::job(job.id(), &job.event.event_type, job.attempt());
            let handling = async move { handler(job).await.map_err(Into::into) };
            Some(Handling(tokio::spawn(handling.instrument(span))))
        }));
        self
    }

    pub(crate) fn many<H, F, E>(handler: H) -> Self
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let handler = Arc::new(handler);
        Self::push(move |job: Job| {
            let handler = Arc::clone(&handler);
            let span = trace::job(job.id(), job.event.event_type(), job.attempt());
            let handling = async move { handler(job).await.map_err(Into::into) };
            Some(Handling(tokio::spawn(handling.instrument(span))))
        })
    }

    /// For one job; a second is not started.
    pub(crate) fn once<H, F, E>(handler: H) -> Self
    where
        H: FnOnce(Job) -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let handler = Mutex::new(Some(handler));
        Self::push(move |job: Job| {
            let handler = handler.lock().ok()?.take()?;
            let span = trace::job(job.id(), job.event.event_type(), job.attempt());
            let handling = async move { handler(job).await.map_err(Into::into) };
            Some(Handling(tokio::spawn(handling.instrument(span))))
        })
    }

    pub(crate) fn blocking<H, E>(handler: H) -> Self
    where
        H: Fn(Job) -> Result<(), E> + Send + Sync + 'static,
        E: Into<Failure>,
    {
        let handler = Arc::new(handler);
        Self::push(move |job: Job| {
            let handler = Arc::clone(&handler);
            let span = trace::job(job.id(), job.event.event_type(), job.attempt());
            let handling = move || span.in_scope(|| handler(job).map_err(Into::into));
            Some(Handling(tokio::task::spawn_blocking(handling)))
        })
    }

    /// Returns the kinds that there are handlers for.
    pub(crate) const fn kinds(&self) -> &'static [Kind] {
        #[cfg(feature = "verify-events")]
        let cloud = self.cloud.is_some();
        #[cfg(not(feature = "verify-events"))]
        let cloud = false;
        match (self.push.is_some(), cloud) {
            (true, true) => &[Kind::Push, Kind::Cloud],
            (true, false) => &[Kind::Push],
            (false, true) => &[Kind::Cloud],
            (false, false) => &[],
        }
    }

    pub(crate) fn start(&self, event: StoredEvent, leased: &Leased) -> Option<Handling> {
        let (ticket, tries, age) = (leased.ticket.clone(), leased.tries, leased.age);
        match event {
            StoredEvent::Push(event) => self.push.as_ref()?(Job {
                event,
                ticket,
                tries,
                age,
            }),
            #[cfg(feature = "verify-events")]
            StoredEvent::Cloud(event) => self.cloud.as_ref()?(CloudEventJob {
                event,
                ticket,
                tries,
                age,
            }),
        }
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").finish_non_exhaustive()
    }
}
