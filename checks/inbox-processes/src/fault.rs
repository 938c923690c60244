//! Mistakes made on purpose, to see that the checker finds them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Accepted, Counts, Entry, Row, Selection, Settled, Settlement, Store, StoreError, Taken, Terms,
    Ticket,
};

use crate::checker::Rule;

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// `done` does not look at the attempt.
    UnfencedDone,
    /// A failure is reported again without the ticket, so that it hits whoever has the row now.
    RetryWithoutTicket,
    /// The endpoint looks whether the row is there, and acts and inserts if it is not.
    CheckThenInsert,
    /// The endpoint answers 200 before the row is stored.
    AcknowledgedBeforeCommit,
    /// Done rows are purged at once.
    EarlyPurge,
    /// Leases end by the clock of a client that is a minute behind.
    ClientClock,
    /// Nothing is flushed. Only the trace can see that: a killed process leaves its writes to the system.
    NoFlush,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::UnfencedDone,
        Self::RetryWithoutTicket,
        Self::CheckThenInsert,
        Self::AcknowledgedBeforeCommit,
        Self::EarlyPurge,
        Self::ClientClock,
        Self::NoFlush,
    ];

    /// The rules of which one must be broken if the mistake is made: what else goes wrong in a run is no proof.
    pub(crate) fn breaks(self) -> &'static [Rule] {
        match self {
            Self::None | Self::NoFlush => &[],
            Self::UnfencedDone | Self::RetryWithoutTicket => &[Rule::Fenced],
            Self::CheckThenInsert => &[Rule::Repeated],
            Self::AcknowledgedBeforeCommit => &[Rule::Kept],
            Self::EarlyPurge => &[Rule::Kept, Rule::TakenAfterDone, Rule::Attempts],
            Self::ClientClock => &[Rule::Overlap],
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::UnfencedDone => "unfenced-done",
            Self::RetryWithoutTicket => "retry-without-ticket",
            Self::CheckThenInsert => "check-then-insert",
            Self::AcknowledgedBeforeCommit => "acknowledged-before-commit",
            Self::EarlyPurge => "early-purge",
            Self::ClientClock => "client-clock",
            Self::NoFlush => "no-flush",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = Self::ALL.into_iter().find(|fault| fault.as_str() == text);
        fault.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("expected one of {names}, found {text:?}")
        })
    }
}

/// A store with a mistake in it.
pub(crate) struct Faulty<S> {
    pub(crate) store: S,
    pub(crate) fault: Fault,
}

impl<S: Store> Store for Faulty<S> {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.store.accept(entry, lease).await
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        if self.fault == Fault::EarlyPurge {
            self.store.purge(Duration::ZERO, 100).await?;
        }
        if self.fault == Fault::ClientClock {
            let lease = Duration::ZERO;
            return self.store.take(&Terms { lease, ..*terms }, most).await;
        }
        self.store.take(terms, most).await
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let unfenced = match settlement {
            Settlement::Done => self.fault == Fault::UnfencedDone,
            Settlement::Again { .. } => self.fault == Fault::RetryWithoutTicket,
            _ => false,
        };
        let settled = self.store.settle(ticket, settlement.clone()).await?;
        if unfenced
            && settled == Settled::Lost
            && let Some(row) = self.store.find(ticket.id()).await?
        {
            let other = Ticket::new(ticket.id().clone(), row.attempt);
            return self.store.settle(&other, settlement).await;
        }
        Ok(settled)
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.store.find(id).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.store.counts().await
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        self.store.dead(limit, after).await
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.store.revive(selection).await
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.store.discard(id).await
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        self.store.purge(age, most).await
    }
}
