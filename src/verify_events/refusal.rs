use std::fmt;

use super::error::BatchError;
use crate::error::RefusalClass;

/// A refused delivery of Event Streams, which knows what to answer.
///
/// | what | status | what Twilio does then |
/// |---|---|---|
/// | signature missing, ill-formed or wrong; body incomplete | 429, or what [`unverified_status`] says | keeps the events and tries again for four hours |
/// | no receiver among the application's data | 500 | the same |
/// | too many bytes or events | 413 | drops them, and reports error 91305: the same batch would only come again |
/// | the signature is right and the body is no batch | 400 | the same |
/// | no POST | 405 | the same |
///
/// It is no [`Refusal`](crate::Refusal), whose 403 for a wrong signature would destroy genuine events for good.
///
/// [`unverified_status`]: super::EventStreamReceiverBuilder::unverified_status
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventStreamRefusal {
    /// Why.
    pub error: BatchError,
    unverified_status: u16,
}

impl EventStreamRefusal {
    pub(super) const fn new(error: BatchError, unverified_status: u16) -> Self {
        Self {
            error,
            unverified_status,
        }
    }

    /// Makes the refusal of an adapter that was given no receiver.
    #[cfg(feature = "actix-web")]
    pub(crate) const fn no_receiver() -> Self {
        Self::new(
            BatchError::NoReceiver,
            super::EventStreamReceiver::DEFAULT_UNVERIFIED_STATUS,
        )
    }

    /// Returns the HTTP status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match (&self.error, self.error.class()) {
            // Nothing is known of it, so it may be genuine.
            (BatchError::Incomplete, _) | (_, RefusalClass::Signature) => self.unverified_status,
            (_, RefusalClass::Unsupported) => 405,
            (_, RefusalClass::TooLarge) => 413,
            (_, RefusalClass::Malformed) => 400,
            (_, RefusalClass::Misconfigured) => 500,
        }
    }

    /// Returns what kind of refusal it is.
    #[must_use]
    pub const fn class(&self) -> RefusalClass {
        self.error.class()
    }

    /// Returns a word for what was wrong, for labels of metrics and to set alerts on. Stable: see
    /// [`Refusal::code`](crate::Refusal::code).
    ///
    /// Alert on `signature_mismatch`: while strangers alone cause it, genuine events go on; when they stop, there are
    /// four hours to put it right.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.error.code()
    }
}

impl fmt::Display for EventStreamRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for EventStreamRefusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
