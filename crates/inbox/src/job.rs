use std::error::Error;
use std::fmt;
use std::time::Duration;

use twilio_verify_webhooks::{DeliveryId, Event};

use crate::row::ErrorText;
use crate::store::Ticket;

/// An event to act on.
///
/// `Debug` shows id, type, attempt, tries and age, and not what the event says.
#[derive(Clone)]
#[non_exhaustive]
pub struct Job {
    /// What happened.
    pub event: Event<'static>,
    /// Shows that the row was taken by this attempt: for `done_in` of a store that offers it.
    pub ticket: Ticket,
    /// Which try this is, counted from 1.
    pub tries: u32,
    /// How long ago the delivery was stored, or revived.
    pub age: Duration,
}

impl Job {
    /// Returns what identifies the delivery.
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

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", self.id())
            .field("event_type", &self.event.event_type())
            .field("attempt", &self.attempt())
            .field("tries", &self.tries)
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}

/// Why a handler did not act, and what is to follow.
///
/// Any error converts to one that is tried again after the usual [back-off](crate::InboxBuilder::backoff). The
/// conversion keeps the text alone, [bounded](ErrorText).
///
/// ```
/// use std::time::Duration;
/// use twilio_verify_webhooks_inbox::{Failure, Job};
///
/// fn act(job: &Job) -> Result<(), Failure> {
///     let seconds: u64 = "30".parse()?;
///     if job.tries < 3 {
///         return Err(Failure::again_after(Duration::from_secs(seconds), "the bank is closed"));
///     }
///     Err(Failure::give_up("the bank is gone"))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) next: Next,
    pub(crate) error: ErrorText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another try after the back-off.
    Again,
    /// Another try after a time.
    After(Duration),
    GiveUp,
}

impl Failure {
    /// Asks for another try after a time, in place of the back-off. The try counts.
    pub fn again_after(after: Duration, error: impl fmt::Display) -> Self {
        let error = ErrorText::new(error);
        let next = Next::After(after);
        Self { next, error }
    }

    /// Asks for no other try: the row is dead and waits for a person.
    pub fn give_up(error: impl fmt::Display) -> Self {
        let error = ErrorText::new(error);
        let next = Next::GiveUp;
        Self { next, error }
    }
}

// It is no `Error` itself, so that `?` cannot hide it in another one.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = ErrorText::new(error.into());
        let next = Next::Again;
        Self { next, error }
    }
}
