//! The conformance suite finds what is wrong with a store.

use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::testing::{Conformance, Divergence};
use twilio_verify_webhooks_inbox::{
    Accepted, Counts, Entry, Kind, MemoryStore, Row, Selection, Settled, Settlement, Store,
    StoreError, Taken, Terms, Ticket,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A late report hits whoever has the row now.
    Unfenced,
    /// Another event with a known id is taken for a repetition.
    NoConflicts,
    /// Rows leave once they are done.
    Forgets,
    /// Somebody who asked for a row twice gets it twice.
    TakesTwice,
    /// Every dead row is revived, whichever were selected.
    RevivesAll,
    /// Rows are taken whatever kind they are of.
    AnyKind,
}

struct Faulty(MemoryStore, Fault);

impl Store for Faulty {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        let accepted = self.0.accept(entry, lease).await?;
        Ok(match (self.1, accepted) {
            (Fault::NoConflicts, Accepted::Conflict(state)) => Accepted::Known(state),
            _ => accepted,
        })
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        let kinds = match self.1 {
            Fault::AnyKind => Kind::ALL,
            _ => terms.kinds,
        };
        let terms = Terms { kinds, ..*terms };
        let mut taken = self.0.take(&terms, most).await?;
        if self.1 == Fault::TakesTwice {
            let rows = taken.rows.clone();
            taken.rows.extend(rows);
        }
        Ok(taken)
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let settled = self.0.settle(ticket, settlement.clone()).await?;
        if self.1 == Fault::Forgets {
            self.0.purge(Duration::ZERO, 100).await?;
        }
        if (self.1, settled) == (Fault::Unfenced, Settled::Lost)
            && let Some(row) = self.0.find(ticket.id()).await?
        {
            let other = Ticket::new(ticket.id().clone(), row.attempt);
            return self.0.settle(&other, settlement).await;
        }
        Ok(settled)
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.0.find(id).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.0.counts().await
    }

    async fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        self.0.dead(limit, after).await
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        match self.1 {
            Fault::RevivesAll => self.0.revive(&Selection::at_most(100)).await,
            _ => self.0.revive(selection).await,
        }
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        self.0.discard(id).await
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        self.0.purge(age, most).await
    }
}

const FAULTS: [Fault; 6] = [
    Fault::Unfenced,
    Fault::NoConflicts,
    Fault::Forgets,
    Fault::TakesTwice,
    Fault::RevivesAll,
    Fault::AnyKind,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_fault_is_found_in_sequence_and_from_many_tasks() {
    for fault in FAULTS {
        let faulty = || Faulty(MemoryStore::new(), fault);
        let found = Conformance::from_seed(1).sequence(&faulty()).await;
        assert!(found.is_err(), "{fault:?} in sequence");
        let mut found = Ok::<(), Divergence>(());
        for seed in 0..8 {
            let suite = Conformance::from_seed(seed);
            found = found.and(suite.concurrent(Arc::new(faulty())).await);
        }
        assert!(found.is_err(), "{fault:?} from many tasks");
    }
}
