use crate::error::UrlError;
use crate::sid::SidError;

/// Why an API call was not made: something given for it cannot be used.
///
/// It holds no secret and no URL, so it can be logged as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The base URL cannot be used.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// A SID is not as Twilio documents it for paths: hexadecimal after its prefix.
    #[error(
        "expected hexadecimal digits in a SID starting with {prefix}, found another character at byte {position}"
    )]
    Sid {
        /// The two letters the SID starts with.
        prefix: &'static str,
        /// Offset of the character in bytes, counted from 0.
        position: usize,
    },
    /// The friendly name is empty or blank.
    #[error("expected a friendly name, found an empty or blank text")]
    FriendlyName,
    /// There is no event type in the list.
    #[error("expected at least one event type")]
    NoEventType,
    /// The URL to be called is not one that a receiver could be built for.
    #[error(transparent)]
    WebhookUrl(#[from] UrlError),
    /// The page size is not one that Twilio documents.
    #[error("expected a page size from 1 to {largest}, found {found}")]
    PageSize {
        /// The largest page size.
        largest: u16,
        /// The page size given.
        found: u16,
    },
}

/// Why credentials cannot be used. Nothing of them is carried along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The SID of the API key is none.
    #[error("API key: {0}")]
    KeySid(#[source] SidError),
    /// The secret or token is empty.
    #[error("expected an API secret or auth token, found an empty text")]
    Empty,
    /// The secret or token holds a character that Twilio's never do, such as the line end of a file.
    #[error(
        "expected an API secret or auth token of letters, digits and `-._~`, found another character at byte {position}"
    )]
    Character {
        /// Offset of the character in bytes, counted from 0.
        position: usize,
    },
}

/// Why a text cannot be the base URL of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is not an absolute URL.
    #[error("expected an absolute base URL such as https://verify.twilio.com")]
    NotAbsolute,
    /// Credentials would travel in clear.
    #[error("expected a base URL with https, or http to this machine")]
    NotEncrypted,
    /// It holds a user name or password.
    #[error("expected a base URL without user name and password")]
    UserInfo,
    /// It holds a query or fragment.
    #[error("expected a base URL without query and fragment")]
    Query,
}
