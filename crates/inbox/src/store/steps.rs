//! What the steps of a store take, and what they answer.

use std::fmt;
use std::time::Duration;

use twilio_verify_webhooks::{AccountSid, DeliveryId, Received};

use crate::digest::Digest;
use crate::error::{StoreError, StoreErrorKind};
use crate::kind::Kind;
use crate::row::{Elided, ErrorText, Row, State};

/// A verified delivery, as it is stored.
///
/// Made from what only a receiver makes, so that nothing unverified can be stored. `Debug` does not show what the event
/// says.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    id: DeliveryId,
    kind: Kind,
    digest: Digest,
    event: String,
}

impl Entry {
    /// Takes what is stored of a delivery: its id, its digest, and its event as JSON.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Other`] if the event cannot be written as JSON, which cannot be with any that was received.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// # use twilio_verify_webhooks::testing::EventBuilder;
    /// # use twilio_verify_webhooks_inbox::testing::Deliveries;
    /// use twilio_verify_webhooks_inbox::Entry;
    ///
    /// # let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    /// let entry = Entry::new(&received)?;
    /// assert_eq!(*entry.id(), received.event.delivery_id());
    /// assert!(entry.event().contains("challenge.approved"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(received: &Received<'_>) -> Result<Self, StoreError> {
        let event = &received.event;
        let json = serde_json::to_string(event);
        Ok(Self {
            id: event.delivery_id(),
            kind: Kind::Push,
            digest: Digest::of(event),
            event: json.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?,
        })
    }

    #[cfg(feature = "verify-events")]
    pub(crate) const fn of_cloud(id: DeliveryId, digest: Digest, event: String) -> Self {
        Self {
            id,
            kind: Kind::Cloud,
            digest,
            event,
        }
    }

    /// Claims another kind, for a suite that does not read events.
    #[cfg(feature = "testing")]
    pub(crate) fn of_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Returns what identifies the delivery.
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// Returns what kind of event it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the digest of what it says.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the event as JSON, at most a little longer than the body of the delivery.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Returns the parts: id, kind, digest, event.
    #[must_use]
    pub fn into_parts(self) -> (DeliveryId, Kind, Digest, String) {
        (self.id, self.kind, self.digest, self.event)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("digest", &self.digest)
            .field("event", &Elided(&self.event))
            .finish()
    }
}

/// What [`Store::accept`](super::Store::accept) found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accepted {
    /// Nothing was known. The row is stored.
    New,
    /// The same delivery was known, in this state. Nothing was written.
    Known(State),
    /// Another delivery with the same id was known, in this state. Nothing was written.
    Conflict(State),
}

/// What rows are taken under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// After what time another may take the row.
    pub lease: Duration,
    /// How many tries a row has. One that has spent them becomes dead when it would be taken.
    pub max_tries: u32,
    /// Which kinds the worker has handlers for. Rows of others are left for a worker who has.
    pub kinds: &'static [Kind],
}

impl Terms {
    /// The [error](Row::error) of a row that becomes dead because the lease of its last try ran out.
    pub const LEASE_RAN_OUT: &'static str =
        "the lease of the last try ran out: its process ended or was cut off";
}

/// Shows that a row was taken, and by which attempt.
///
/// A ticket is good until another attempt takes the row, even if the lease has run out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ticket {
    id: DeliveryId,
    attempt: u32,
}

impl Ticket {
    /// Names an attempt, which is at least 1. For stores.
    #[must_use]
    pub const fn new(id: DeliveryId, attempt: u32) -> Self {
        Self { id, attempt }
    }

    /// Names the attempt of a row that was taken when it was stored.
    #[must_use]
    pub const fn first(id: DeliveryId) -> Self {
        Self::new(id, 1)
    }

    /// Returns the id of the row.
    #[must_use]
    pub const fn id(&self) -> &DeliveryId {
        &self.id
    }

    /// Returns the attempt, which is higher than that of anybody who had the row before: what to fence own writes
    /// with.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What [`Store::take`](super::Store::take) took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The rows. If one of them is [retaken](Leased::retaken), it is the only one.
    pub rows: Vec<Leased>,
    /// Rows that became dead instead.
    pub buried: Vec<DeliveryId>,
    /// Rows that became dead because they cannot be read.
    pub damaged: Vec<Damaged>,
}

/// A row that cannot be read, as after a fault of a disk or a change by hand.
///
/// A store puts it aside, so that it hinders no other: it is dead, with [`error`](Self::error) as its error. What can be
/// read of it stays as it is. A repetition of its delivery is answered with
/// [`StoreErrorKind::Corrupt`], as long as it is not known whether it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// What identifies the row; `None` if that is what cannot be read.
    pub id: Option<DeliveryId>,
    /// The column that cannot be read.
    pub column: &'static str,
}

impl Damaged {
    /// Returns what the row has as its error.
    #[must_use]
    pub fn error(&self) -> ErrorText {
        ErrorText::new(format_args!(
            "the row is damaged: its {} cannot be read",
            self.column
        ))
    }
}

/// A row that was taken. `Debug` does not show what the event says.
#[derive(Clone, PartialEq, Eq)]
pub struct Leased {
    /// What shows it.
    pub ticket: Ticket,
    /// What kind of event it is.
    pub kind: Kind,
    /// Which try this is, counted from 1.
    pub tries: u32,
    /// How long ago it was stored, or revived.
    pub age: Duration,
    /// The event as JSON.
    pub event: String,
    /// Whether an earlier lease ran out.
    pub retaken: bool,
}

impl fmt::Debug for Leased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leased")
            .field("ticket", &self.ticket)
            .field("kind", &self.kind)
            .field("tries", &self.tries)
            .field("age", &self.age)
            .field("event", &Elided(&self.event))
            .field("retaken", &self.retaken)
            .finish()
    }
}

/// What the holder of a [`Ticket`] reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is handled: the event goes, the row stays.
    Done,
    /// It failed and may be taken again.
    Again {
        /// After what time.
        after: Duration,
        /// Why it failed.
        error: ErrorText,
    },
    /// It was not handled and may be taken at once. The try is given back.
    HandBack,
    /// It is still being handled.
    Extend {
        /// The lease, from now.
        lease: Duration,
    },
    /// It is given up.
    Dead {
        /// Why.
        error: ErrorText,
    },
}

/// Whether a [`Ticket`] was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// It was, and the step is taken.
    Held,
    /// This very attempt is done already, in a transaction of the user's or by a step whose reply was lost.
    AlreadyDone,
    /// It was not: another attempt took the row, or a person or a purge decided otherwise.
    Lost,
}

/// How many rows there are that are not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that wait to be taken.
    pub pending: u64,
    /// Rows that are taken, those whose lease ran out included.
    pub working: u64,
    /// Rows that wait for a person, those included that cannot be read.
    pub dead: u64,
    /// For how long the oldest row that may be taken has been due, of whichever kind. It rises when no worker is
    /// running, or none that has a handler for the kind.
    pub oldest_due: Option<Duration>,
}

/// Which dead rows [`Store::revive`](super::Store::revive) revives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// That of one delivery only.
    pub id: Option<DeliveryId>,
    /// Those of one account only.
    pub account_sid: Option<AccountSid>,
    /// Those whose error contains a text, in this case.
    pub error_contains: Option<String>,
    /// At most so many, in the order of their ids.
    pub most: usize,
}

impl Selection {
    /// Selects the row of one delivery.
    #[must_use]
    pub const fn one(id: DeliveryId) -> Self {
        Self {
            id: Some(id),
            account_sid: None,
            error_contains: None,
            most: 1,
        }
    }

    /// Selects at most so many rows, in the order of their ids. Further methods narrow it.
    #[must_use]
    pub const fn at_most(most: usize) -> Self {
        Self {
            id: None,
            account_sid: None,
            error_contains: None,
            most,
        }
    }

    /// Selects those of one account.
    #[must_use]
    pub const fn account_sid(mut self, account_sid: AccountSid) -> Self {
        self.account_sid = Some(account_sid);
        self
    }

    /// Selects those whose error contains a text, in this case.
    #[must_use]
    pub fn error_contains(mut self, text: impl Into<String>) -> Self {
        self.error_contains = Some(text.into());
        self
    }

    /// Tells whether a row is selected, the number aside.
    #[must_use]
    pub fn selects(&self, id: &DeliveryId, row: &Row) -> bool {
        let contains = |text: &String| {
            let error = row.error.as_ref();
            error.is_some_and(|error| error.as_str().contains(text.as_str()))
        };
        row.state == State::Dead
            && self.id.as_ref().is_none_or(|only| only == id)
            && self.account_sid.is_none_or(|only| only == id.account_sid())
            && self.error_contains.as_ref().is_none_or(contains)
    }
}
