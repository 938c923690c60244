//! The handlers that [`Inbox::accept_and_handle`](crate::Inbox::accept_and_handle) started.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Bounds them, and stops them with a worker.
pub(crate) struct AtOnce {
    most: u32,
    permits: Arc<Semaphore>,
    stop: Mutex<watch::Sender<bool>>,
}

impl AtOnce {
    pub(crate) fn new(most: usize) -> Self {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let permits = usize::try_from(most).unwrap_or(usize::MAX);
        Self {
            most,
            permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            stop: Mutex::new(watch::Sender::new(false)),
        }
    }

    /// Lets another one run; `None` while as many run as may. What is returned turns true when it must stop.
    pub(crate) fn start(&self) -> Option<(OwnedSemaphorePermit, watch::Receiver<bool>)> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        Some((permit, stop.subscribe()))
    }

    /// Waits until none runs. Meanwhile none is started.
    pub(crate) async fn all_end(&self) {
        // Given back at once: only their end is waited for.
        drop(self.permits.acquire_many(self.most).await);
    }

    /// Stops those that run, and none that start later.
    pub(crate) fn stop(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        stop.send_replace(true);
        *stop = watch::Sender::new(false);
    }
}

impl fmt::Debug for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtOnce").finish_non_exhaustive()
    }
}
