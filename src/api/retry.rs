use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::api::error::ReplyError;

/// When to send a request again (RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After a time, counted from when the reply came.
    Delay(Duration),
    /// At a point in time.
    At(SystemTime),
}

impl RetryAfter {
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = text.parse().unwrap_or(u64::MAX);
            return Some(Self::Delay(Duration::from_secs(seconds)));
        }
        httpdate::parse_http_date(text).ok().map(Self::At)
    }

    /// Returns how long that is, for a reply that came `now`.
    #[must_use]
    pub fn delay(self, now: SystemTime) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.duration_since(now).unwrap_or_default(),
        }
    }
}

/// Whether and when a call is sent again.
///
/// Only what Twilio did not process is: replies with HTTP status 429. By default that is done three times, and at most 10
/// seconds are waited for before each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    times: u32,
    longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            times: 3,
            longest_wait: Duration::from_secs(10),
        }
    }
}

impl Retry {
    /// Never sends a call again.
    #[must_use]
    pub fn never() -> Self {
        Self::default().times(0)
    }

    /// Sets how often a call is sent again.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Sets the longest time that is waited for before a call is sent again.
    ///
    /// If Twilio asks for more, the call is not sent again.
    #[must_use]
    pub fn longest_wait(mut self, longest_wait: Duration) -> Self {
        self.longest_wait = longest_wait;
        self
    }

    /// Returns how long to wait until the call is sent again, or nothing if it is not to be.
    ///
    /// `sent_again` is how often that was done already, `now` when the reply came. Without `Retry-After` it is 250 ms to
    /// 500 ms, twice that the next time, and so on; where in between depends on the subsecond part of `now`, so that
    /// clients that were refused together come back apart.
    #[must_use]
    pub fn wait(&self, error: &ReplyError, sent_again: u32, now: SystemTime) -> Option<Duration> {
        if !error.is_retryable() || sent_again >= self.times {
            return None;
        }
        if let Some(retry_after) = error.retry_after() {
            let delay = retry_after.delay(now);
            return (delay <= self.longest_wait).then_some(delay);
        }
        let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH);
        let milliseconds = since_epoch.map_or(0, |time| time.subsec_millis() % 250);
        let first = Duration::from_millis(250_u64.saturating_add(milliseconds.into()));
        let wait = first.saturating_mul(2_u32.saturating_pow(sent_again));
        Some(wait.min(self.longest_wait))
    }
}
