//! The protocol, as one function.

use std::fmt;
use std::time::Duration;

use crate::row::{Elided, ErrorText, Row, State, Timestamp};
use crate::store::{Accepted, Settled, Settlement, Terms};
use crate::{Digest, Kind};

/// What is done to the row of one delivery.
///
/// `Debug` does not show what an event says.
#[derive(Clone, PartialEq, Eq)]
pub enum Operation {
    /// A delivery came. With a lease, a new row is taken in the same step.
    Accept {
        /// What kind of event it is.
        kind: Kind,
        /// What it says.
        digest: Digest,
        /// The event as JSON.
        event: String,
        /// The lease of a new row that is taken at once.
        lease: Option<Duration>,
    },
    /// A delivery of Verify Push came and is acted on in the transaction that writes the row.
    First {
        /// What it says.
        digest: Digest,
    },
    /// A worker asks for the row.
    Take(Terms),
    /// The holder of a ticket reports.
    Settle {
        /// The attempt that the ticket names.
        attempt: u32,
        /// What is reported.
        settlement: Settlement,
    },
    /// A person wants a dead row to be handled after all.
    Revive,
    /// A person wants a dead row to be regarded as done.
    Discard,
    /// A done row may go.
    Purge {
        /// How long ago it must have been done.
        age: Duration,
    },
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept {
                kind,
                digest,
                event,
                lease,
            } => f
                .debug_struct("Accept")
                .field("kind", kind)
                .field("digest", digest)
                .field("event", &Elided(event))
                .field("lease", lease)
                .finish(),
            Self::First { digest } => f.debug_struct("First").field("digest", digest).finish(),
            Self::Take(terms) => f.debug_tuple("Take").field(terms).finish(),
            Self::Settle {
                attempt,
                settlement,
            } => f
                .debug_struct("Settle")
                .field("attempt", attempt)
                .field("settlement", settlement)
                .finish(),
            Self::Revive => f.write_str("Revive"),
            Self::Discard => f.write_str("Discard"),
            Self::Purge { age } => f.debug_struct("Purge").field("age", age).finish(),
        }
    }
}

/// What came of an [`Operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Of [`Operation::Accept`] and [`Operation::First`]. A new row that was taken has attempt 1.
    Accepted(Accepted),
    /// Of [`Operation::Take`]: taken; the row says which attempt it is.
    Taken,
    /// Of [`Operation::Take`]: the budget was spent, so the row is dead now.
    Buried,
    /// Of [`Operation::Take`]: it is not to be taken now, or not by this worker.
    NotDue,
    /// Of [`Operation::Settle`].
    Settled(Settled),
    /// Of the others: the row was changed, or removed.
    Changed,
    /// Of the others: the row is in a state to which this does not apply, or there is none.
    Unchanged,
}

/// Computes what becomes of a row, and what is answered.
///
/// This is the protocol that every store obeys. It is pure: it reads no clock and keeps nothing. [`MemoryStore`]
/// runs it, SQL stores have statements that do the same, the conformance suite compares every store with it, and the
/// model that is searched for lost events is made of it.
///
/// A row that is returned unchanged need not be written.
///
/// [`MemoryStore`]: crate::MemoryStore
#[must_use]
pub fn transition(
    row: Option<Row>,
    operation: Operation,
    now: Timestamp,
) -> (Option<Row>, Outcome) {
    match operation {
        Operation::Accept {
            kind,
            digest,
            event,
            lease,
        } => match row {
            Some(row) => known(row, digest),
            None => {
                let row = accepted(kind, digest, event, lease, now);
                (Some(row), Outcome::Accepted(Accepted::New))
            }
        },
        Operation::First { digest } => match row {
            Some(row) => known(row, digest),
            None => {
                let row = done_at_once(digest, now);
                (Some(row), Outcome::Accepted(Accepted::New))
            }
        },
        Operation::Take(terms) => match row {
            Some(row) => take(row, &terms, now),
            None => (None, Outcome::NotDue),
        },
        Operation::Settle {
            attempt,
            settlement,
        } => match row {
            Some(row) if attempt == row.attempt && attempt > 0 => {
                let (row, settled) = settle(row, settlement, now);
                (Some(row), Outcome::Settled(settled))
            }
            row => (row, Outcome::Settled(Settled::Lost)),
        },
        Operation::Revive => match row {
            Some(row) if row.state == State::Dead => (Some(revived(row, now)), Outcome::Changed),
            row => (row, Outcome::Unchanged),
        },
        Operation::Discard => match row {
            Some(row) if row.state == State::Dead => (Some(done(row, now)), Outcome::Changed),
            row => (row, Outcome::Unchanged),
        },
        Operation::Purge { age } => match row {
            Some(row) if row.state == State::Done && row.due.after(age) <= now => {
                (None, Outcome::Changed)
            }
            row => (row, Outcome::Unchanged),
        },
    }
}

fn known(row: Row, digest: Digest) -> (Option<Row>, Outcome) {
    let accepted = if row.digest == digest {
        Accepted::Known(row.state)
    } else {
        Accepted::Conflict(row.state)
    };
    (Some(row), Outcome::Accepted(accepted))
}

fn accepted(
    kind: Kind,
    digest: Digest,
    event: String,
    lease: Option<Duration>,
    now: Timestamp,
) -> Row {
    let taken = u32::from(lease.is_some());
    Row {
        digest,
        kind,
        state: lease.map_or(State::Pending, |_| State::Working),
        attempt: taken,
        tries: taken,
        due: now.after(lease.unwrap_or_default()),
        event: Some(event),
        received: now,
        error: None,
    }
}

fn done_at_once(digest: Digest, now: Timestamp) -> Row {
    Row {
        digest,
        kind: Kind::Push,
        state: State::Done,
        attempt: 0,
        tries: 0,
        due: now,
        event: None,
        received: now,
        error: None,
    }
}

fn take(row: Row, terms: &Terms, now: Timestamp) -> (Option<Row>, Outcome) {
    let open = matches!(row.state, State::Pending | State::Working);
    if !open || row.due > now || !terms.kinds.contains(&row.kind) {
        return (Some(row), Outcome::NotDue);
    }
    if row.tries >= terms.max_tries {
        let error = match row.state {
            // Whoever had it never reported: it crashed, or was cut off.
            State::Working => Some(ErrorText::new(Terms::LEASE_RAN_OUT)),
            _ => row.error,
        };
        let row = Row {
            state: State::Dead,
            due: now,
            error,
            ..row
        };
        return (Some(row), Outcome::Buried);
    }
    let row = Row {
        state: State::Working,
        attempt: row.attempt.saturating_add(1),
        tries: row.tries.saturating_add(1),
        due: now.after(terms.lease),
        ..row
    };
    (Some(row), Outcome::Taken)
}

/// Applies a report of the attempt that took the row last.
fn settle(row: Row, settlement: Settlement, now: Timestamp) -> (Row, Settled) {
    match (row.state, settlement) {
        // Each step may come twice: its first reply may have been lost.
        (State::Done, Settlement::Done) => (row, Settled::Held),
        (State::Done, _) => (row, Settled::AlreadyDone),
        (State::Pending, Settlement::Again { .. } | Settlement::HandBack)
        | (State::Dead, Settlement::Dead { .. }) => (row, Settled::Held),
        // The work was done, and nobody took the row since: to refuse would repeat it.
        (_, Settlement::Done) => (done(row, now), Settled::Held),
        (State::Pending | State::Dead, _) => (row, Settled::Lost),
        (State::Working, Settlement::Again { after, error }) => {
            let row = Row {
                state: State::Pending,
                due: now.after(after),
                error: Some(error),
                ..row
            };
            (row, Settled::Held)
        }
        (State::Working, Settlement::HandBack) => {
            let row = Row {
                state: State::Pending,
                due: now,
                tries: row.tries.saturating_sub(1),
                ..row
            };
            (row, Settled::Held)
        }
        (State::Working, Settlement::Extend { lease }) => {
            let due = now.after(lease);
            (Row { due, ..row }, Settled::Held)
        }
        (State::Working, Settlement::Dead { error }) => {
            let row = Row {
                state: State::Dead,
                due: now,
                error: Some(error),
                ..row
            };
            (row, Settled::Held)
        }
    }
}

fn done(row: Row, now: Timestamp) -> Row {
    Row {
        state: State::Done,
        due: now,
        event: None,
        error: None,
        ..row
    }
}

fn revived(row: Row, now: Timestamp) -> Row {
    Row {
        state: State::Pending,
        tries: 0,
        due: now,
        received: now,
        ..row
    }
}
