use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Why a claim could not be made or settled, or claims not be set up.
///
/// Cheap to clone. Its text is the server's or this crate's, never an event's.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// The server cannot be reached or refuses. Whether the step was taken may be unknown: it may be repeated.
    #[error("{0}")]
    Redis(Failure),
    /// The server did not answer in time. Whether the step was taken is unknown: it may be repeated.
    #[error("the server did not answer within {0:?}")]
    Late(Duration),
    /// The server may evict claims when its memory is full, and a replay would then be new.
    #[error("expected the eviction policy noeviction, found {found}")]
    Evicts {
        /// The policy, or what is known of it.
        found: String,
    },
    /// The name of the inbox is empty, longer than 64 bytes, or holds something else than letters, digits, `-`, `_`,
    /// `.` and `:`.
    #[error(
        "expected the name of an inbox: 1 to 64 letters, digits, dashes, underscores, points or colons"
    )]
    Name,
    /// The server answered what the scripts of this version do not, or the key holds what they do not write.
    #[error("expected an answer of this version's scripts, and a key that they wrote")]
    Answer,
}

/// A failure of the client or the server.
#[derive(Clone)]
pub struct Failure(Arc<redis::RedisError>);

impl Failure {
    /// Tells whether trying again on the same connection may help: the server is busy or loading.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        !self.0.is_unrecoverable_error()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The detail of an error may quote a command's arguments.
        match self.0.code() {
            Some(code) => write!(f, "the server refused: {code}"),
            None => f.write_str(match () {
                () if self.0.is_timeout() => "the server did not answer in time",
                () if self.0.is_connection_refusal() => "the connection was refused",
                () if self.0.is_connection_dropped() => "the connection broke",
                () if self.0.is_io_error() => "the connection failed",
                () => "the client failed",
            }),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl From<redis::RedisError> for ClaimsError {
    fn from(error: redis::RedisError) -> Self {
        Self::Redis(Failure(Arc::new(error)))
    }
}
