use super::Refusal;

/// Why a delivery to many accounts was not received: it was refused, or its account could not be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError<E> {
    /// The delivery was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The keys of its account could not be looked up, so nothing is known of the delivery. Answer 503.
    #[error("the keys of an account could not be looked up: {0}")]
    Keys(E),
}

impl<E> ReceiveError<E> {
    /// Returns the HTTP status to answer with: that of the refusal, or 503.
    ///
    /// Twilio does not promise to send again what was not answered with 200, whatever the status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::Keys(_) => 503,
        }
    }

    /// Returns a word for what was wrong: that of the [refusal](Refusal::code), or `keys_unavailable`. Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Keys(_) => "keys_unavailable",
        }
    }

    /// Returns the refusal, if it is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Keys(_) => None,
        }
    }
}
