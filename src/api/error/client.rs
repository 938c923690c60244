use super::{ErrorReply, NextPageError, ReplyError, RequestError};

/// Why a client did not bring back what a call asks for.
///
/// Errors of the HTTP client are kept as sources, so that its version is not part of this one's promise. They hold no
/// credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The client could not be made.
    #[error("the HTTP client could not be built")]
    Build(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The call could not be made.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// No complete reply arrived in time. Twilio may have done what was asked for, or not.
    #[error("expected a reply of Twilio's API, found none in time")]
    Timeout,
    /// The connection failed or broke off. Twilio may have done what was asked for, or not.
    #[error("expected a reply of Twilio's API, found a failed connection")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There was a reply, and it is not what was asked for.
    #[error(transparent)]
    Reply(#[from] ReplyError),
}

impl ClientError {
    /// Tells whether the same call may be sent again, later. See [`ReplyError::is_retryable`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.refused().is_some_and(ErrorReply::is_retryable)
    }

    /// Returns what was answered, if it was an error status.
    #[must_use]
    pub fn refused(&self) -> Option<&ErrorReply> {
        match self {
            Self::Reply(error) => error.refused(),
            _ => None,
        }
    }
}

impl From<NextPageError> for ClientError {
    fn from(error: NextPageError) -> Self {
        Self::Reply(error.into())
    }
}
