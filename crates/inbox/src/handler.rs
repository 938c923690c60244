use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

use crate::job::{Failure, Job};
use crate::trace;

/// Starts a handler in a task of its own, so that a panic of it is seen and it can be cancelled.
#[derive(Clone)]
pub(crate) struct Start(Arc<dyn Fn(Job) -> Option<Handling> + Send + Sync>);

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
    pub(crate) fn many<H, F, E>(handler: H) -> Self
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let handler = Arc::new(handler);
        Self(Arc::new(move |job| {
            let handler = Arc::clone(&handler);
            let span = trace::job(job.id(), &job.event, job.attempt());
            let handling = async move { handler(job).await.map_err(Into::into) };
            Some(Handling(tokio::spawn(handling.instrument(span))))
        }))
    }

    /// For one job; a second is not started.
    pub(crate) fn once<H, F, E>(handler: H) -> Self
    where
        H: FnOnce(Job) -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let handler = Mutex::new(Some(handler));
        Self(Arc::new(move |job| {
            let handler = handler.lock().ok()?.take()?;
            let span = trace::job(job.id(), &job.event, job.attempt());
            let handling = async move { handler(job).await.map_err(Into::into) };
            Some(Handling(tokio::spawn(handling.instrument(span))))
        }))
    }

    pub(crate) fn blocking<H, E>(handler: H) -> Self
    where
        H: Fn(Job) -> Result<(), E> + Send + Sync + 'static,
        E: Into<Failure>,
    {
        let handler = Arc::new(handler);
        Self(Arc::new(move |job| {
            let handler = Arc::clone(&handler);
            let span = trace::job(job.id(), &job.event, job.attempt());
            let handling = move || span.in_scope(|| handler(job).map_err(Into::into));
            Some(Handling(tokio::task::spawn_blocking(handling)))
        }))
    }

    pub(crate) fn start(&self, job: Job) -> Option<Handling> {
        (self.0)(job)
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").finish_non_exhaustive()
    }
}
