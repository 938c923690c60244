use std::fmt;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::job::{Failure, Job};
use crate::trace;

/// Starts a handler in a task of its own, so that a panic of it is seen and it can be cancelled.
#[derive(Clone)]
pub(crate) struct Start(Arc<dyn Fn(Job) -> Option<Handling> + Send + Sync>);

/// A handler that runs.
pub(crate) type Handling = JoinHandle<Result<(), Failure>>;

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
            Some(tokio::spawn(handling.instrument(span)))
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
            Some(tokio::spawn(handling.instrument(span)))
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
            Some(tokio::task::spawn_blocking(move || {
                span.in_scope(|| handler(job).map_err(Into::into))
            }))
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
