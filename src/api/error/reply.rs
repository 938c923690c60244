use super::ErrorReply;
use crate::api::RetryAfter;
use crate::error::DecodeError;

/// Why a reply is not what a call asks for.
///
/// It never holds the credentials, even if the reply repeats them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The status is not one of success. Most often Twilio says why.
    #[error(transparent)]
    Refused(Box<ErrorReply>),
    /// A redirect. Twilio sends none: a proxy, or a wrong base URL, answered. It is not followed.
    #[error("expected a reply of Twilio's API, found a redirect with status {status}")]
    Redirect {
        /// The HTTP status, 300 to 399.
        status: u16,
    },
    /// The body is longer than any reply is expected to be.
    #[error("expected a reply of at most {limit} bytes, found more")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is empty where JSON is expected.
    #[error("expected JSON, found an empty body with status {status}")]
    Empty {
        /// The HTTP status.
        status: u16,
    },
    /// The body is something where none is expected: what answered is not Twilio's API.
    #[error("expected an empty body, found {found} bytes with status {status}")]
    Body {
        /// The HTTP status.
        status: u16,
        /// How many bytes the body has.
        found: usize,
    },
    /// The body is not JSON, such as an HTML page.
    #[error("expected JSON, found something else at line {line} column {column}")]
    NotJson {
        /// The line where it stops to be JSON, counted from 1.
        line: usize,
        /// The column in this line, counted from 1.
        column: usize,
    },
    /// The body ends before the JSON does.
    #[error("expected JSON, found only the first {found} bytes of it")]
    Truncated {
        /// How many bytes the body has.
        found: usize,
    },
    /// The body is JSON of another form than documented.
    #[error("unexpected JSON in the reply: {0}")]
    Unexpected(#[source] DecodeError),
    /// The list names a next page that is not asked for.
    #[error(transparent)]
    NextPage(#[from] NextPageError),
}

impl ReplyError {
    /// Tells whether the same call may be sent again, later.
    ///
    /// That is so for HTTP status 429 only: [such a request was never processed][concurrency]. After any other failure a
    /// webhook may have been created, and creating is not idempotent; [`Plan`](crate::api::Plan) is.
    ///
    /// [concurrency]: https://www.twilio.com/docs/api/errors/20429
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.refused().is_some_and(ErrorReply::is_retryable)
    }

    /// Returns when to send the call again, if the reply says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.refused().and_then(|reply| reply.retry_after)
    }

    /// Returns what was answered, if it was an error status.
    #[must_use]
    pub fn refused(&self) -> Option<&ErrorReply> {
        match self {
            Self::Refused(reply) => Some(reply),
            _ => None,
        }
    }
}

/// Why a list is not followed to the next page it names.
///
/// Credentials go with each request, so only pages of the same list at the same place are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NextPageError {
    /// It is not a URL, or one of unreasonable length.
    #[error("expected a URL as next page")]
    Invalid,
    /// It has another scheme, host or port than the base URL.
    #[error("expected a next page with scheme, host and port of the base URL, found others")]
    Origin,
    /// It holds a user name or password.
    #[error("expected a next page without user name and password")]
    UserInfo,
    /// It is not in the list that was asked for.
    #[error("expected a next page with the path of the list, found another")]
    Path,
    /// It was read already, so the list would never end.
    #[error("expected another next page, found one that was read already")]
    Repeated,
    /// The list has more pages than are read.
    #[error("expected at most {limit} pages, found more")]
    TooMany {
        /// How many pages are read at most.
        limit: usize,
    },
}
