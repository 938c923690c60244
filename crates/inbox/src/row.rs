//! What is kept of a delivery.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::{Digest, Kind};

/// Where a row is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Waits to be taken.
    Pending,
    /// Taken under a lease. A lease that ran out is a fact about [`Row::due`], not another state.
    Working,
    /// Handled. The row stays, so that a repetition is recognised; the event is gone.
    Done,
    /// Given up. The event stays for a person, who revives or discards it.
    Dead,
}

impl State {
    /// All states, in the order of their [codes](Self::code).
    pub const ALL: [Self; 4] = [Self::Pending, Self::Working, Self::Done, Self::Dead];

    /// Returns the state in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Working => "working",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// Returns the number that databases keep: 0 pending, 1 working, 2 done, 3 dead.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Working => 1,
            Self::Done => 2,
            Self::Dead => 3,
        }
    }

    /// Finds the state of a [code](Self::code).
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The row of one delivery.
///
/// Its key is the inbox and the [`DeliveryId`](twilio_verify_webhooks::DeliveryId): account and uuid.
///
/// `Debug` shows how long the event is and not what it says: it is personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// What the delivery said.
    pub digest: Digest,
    /// What kind of event it holds, or held.
    pub kind: Kind,
    /// Where it is on its way.
    pub state: State,
    /// How often the row was taken. It never goes down: it is the fencing token.
    pub attempt: u32,
    /// How much of the budget is spent: up at every take, down when a worker hands the row back, 0 when revived.
    pub tries: u32,
    /// When it may be taken; while working, when the lease ends; once done, when that was; once dead, likewise.
    pub due: Timestamp,
    /// The event in its serde form, as JSON. `None` once done.
    pub event: Option<String>,
    /// When it was stored, or revived.
    pub received: Timestamp,
    /// The last failure.
    pub error: Option<ErrorText>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("digest", &self.digest)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("attempt", &self.attempt)
            .field("tries", &self.tries)
            .field("due", &self.due)
            .field("event", &self.event.as_deref().map(Elided))
            .field("received", &self.received)
            .field("error", &self.error)
            .finish()
    }
}

/// A text of an event, of which `Debug` shows the length.
pub(crate) struct Elided<'t>(pub(crate) &'t str);

impl fmt::Debug for Elided<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// A time of a store's clock, in milliseconds since 1970 UTC.
///
/// Only a store makes them. Nothing but [`purge`](crate::Store::purge) depends on clocks for safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Takes milliseconds since 1970 UTC.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Returns the time of the host's clock.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(millis(since.unwrap_or_default()))
    }

    /// Returns milliseconds since 1970 UTC.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the time that is `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// Returns the time that is `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Returns how much later this is than `earlier`; nothing if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let since = Duration::from_millis(time.0);
        Self::UNIX_EPOCH
            .checked_add(since)
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The text of a failure, as a row keeps it for people.
///
/// At most 512 bytes, control characters replaced by spaces; a longer text is cut.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ErrorText(Box<str>);

impl ErrorText {
    /// The most bytes a text has.
    pub const MAX_LEN: usize = 512;

    /// Takes what a failure displays.
    #[must_use]
    pub fn new(error: impl fmt::Display) -> Self {
        struct Bounded(String);

        impl fmt::Write for Bounded {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                for char in text.chars() {
                    let char = if char.is_control() { ' ' } else { char };
                    if self.0.len().saturating_add(char.len_utf8()) > ErrorText::MAX_LEN {
                        return Err(fmt::Error);
                    }
                    self.0.push(char);
                }
                Ok(())
            }
        }

        let mut bounded = Bounded(String::new());
        // An error here says that the text was cut.
        let _ = fmt::write(&mut bounded, format_args!("{error}"));
        Self(bounded.0.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ErrorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
