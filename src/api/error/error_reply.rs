use std::fmt;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::api::{Credentials, RetryAfter};
use crate::invisible::is_invisible;

/// The most characters kept of a text of the error.
const MAX_TEXT: usize = 512;

/// The most characters kept of the body.
const MAX_BODY: usize = 2048;

/// An answer with an error status, read as far as it can be.
///
/// Twilio's API answers in three shapes: the usual one with `code`, `message`, `more_info` and `status`; problem details
/// (RFC 9457); and one with `code`, `message` and `httpStatusCode`. A proxy may answer with anything. Texts are truncated
/// to the stated lengths; control characters, and those that are not displayed or change the direction of a text, are
/// escaped; and the credentials of the call are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorReply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Twilio's number for the error (`code`).
    pub code: Option<ErrorCode>,
    /// What went wrong (`message`, or `title` in problem details), at most 512 characters.
    pub message: Option<String>,
    /// More on this occurrence (`detail` in problem details), at most 512 characters.
    pub detail: Option<String>,
    /// Where the error is documented (`more_info`, or `type` in problem details), at most 512 characters.
    pub more_info: Option<String>,
    /// When to try again (the header `Retry-After`).
    pub retry_after: Option<RetryAfter>,
    /// The start of the body, at most 2048 characters.
    pub body: String,
}

impl ErrorReply {
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        credentials: &Credentials,
    ) -> Self {
        let json = match serde_json::from_slice(body) {
            Ok(Value::Object(json)) => json,
            _ => serde_json::Map::new(),
        };
        let text = |names: [&str; 2]| {
            let texts = names
                .into_iter()
                .filter_map(|name| json.get(name)?.as_str());
            let text = texts.into_iter().find(|text| !text.trim().is_empty())?;
            Some(kept(text, MAX_TEXT, credentials))
        };
        let code = json.get("code").and_then(|code| match code {
            Value::String(code) => code.parse().ok(),
            code => code.as_u64().and_then(|code| code.try_into().ok()),
        });
        Self {
            status,
            code: code.map(ErrorCode),
            message: text(["message", "title"]),
            detail: text(["detail", "detail"]),
            // `about:blank` says that there is nothing to read (RFC 9457, section 4.2.1).
            more_info: text(["more_info", "type"]).filter(|url| url != "about:blank"),
            retry_after: RetryAfter::of(headers),
            body: kept(&String::from_utf8_lossy(body), MAX_BODY, credentials),
        }
    }

    /// Tells whether the same call may be sent again, later: the status is 429.
    ///
    /// See [`ReplyError::is_retryable`](crate::api::ReplyError::is_retryable).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

/// The credentials are removed first: what truncation leaves of them would not be found any more.
fn kept(text: &str, most: usize, credentials: &Credentials) -> String {
    let text = credentials.cut_out_of(text);
    let mut kept = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(most) {
        if c != '\n' && (c.is_control() || is_invisible(c)) {
            kept.extend(c.escape_default());
        } else {
            kept.push(c);
        }
    }
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.as_u16();
        if self.code.is_none() && self.message.is_none() {
            return match self.body.len() {
                0 => write!(
                    f,
                    "expected a reply of Twilio's API, found status {status} with an empty body"
                ),
                _ => write!(
                    f,
                    "expected a reply of Twilio's API, found status {status} with another body"
                ),
            };
        }
        write!(f, "Twilio answered with status {status}")?;
        if let Some(code) = self.code {
            write!(f, " and error {code}")?;
        }
        for text in [&self.message, &self.detail].into_iter().flatten() {
            write!(f, ": {}", text.replace('\n', " "))?;
        }
        Ok(())
    }
}

impl std::error::Error for ErrorReply {}

/// One of Twilio's [error codes](https://www.twilio.com/docs/api/errors).
///
/// The set is open. Those of Verify are 60000 to 60999 and 68000 to 68999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// The credentials are wrong, or those of another Region or of a suspended account.
    pub const AUTHENTICATION_FAILED: Self = Self(20003);
    /// The page size is too large.
    pub const PAGE_SIZE_TOO_LARGE: Self = Self(20007);
    /// There is no such Service or webhook.
    pub const NOT_FOUND: Self = Self(20404);
    /// Too many requests at once: this one was not processed.
    pub const TOO_MANY_REQUESTS: Self = Self(20429);
    /// A parameter is invalid. The message names it.
    pub const INVALID_PARAMETER: Self = Self(60200);
    /// A parameter is invalid, in the words of push and TOTP.
    pub const INVALID_PUSH_PARAMETER: Self = Self(60300);
    /// The request is invalid, in the words of push and TOTP.
    pub const INVALID_PUSH_REQUEST: Self = Self(60306);
    /// Twilio could not call the webhook: unreachable, or not answered with 200.
    pub const WEBHOOK_FAILED: Self = Self(60330);
    /// The SID of the Service is invalid or missing.
    pub const INVALID_SERVICE_SID: Self = Self(60363);
    /// The page size is invalid for Verify.
    pub const INVALID_PAGE_SIZE: Self = Self(60373);
    /// The page token is invalid.
    pub const INVALID_PAGE_TOKEN: Self = Self(60374);
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
