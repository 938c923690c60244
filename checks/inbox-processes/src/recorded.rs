use std::time::Duration;

use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Accepted, Counts, Entry, Row, Selection, Settled, Settlement, Store, StoreError, Taken, Terms,
    Ticket,
};

use crate::history::{Held, History, How, What, now};

/// A store whose takes and settlements are written down.
pub(crate) struct Recorded<S> {
    pub(crate) store: S,
    pub(crate) history: History,
}

impl<S: Store> Store for Recorded<S> {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.store.accept(entry, lease).await
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        let asked = now();
        let taken = self.store.take(terms, most).await?;
        for leased in &taken.rows {
            self.history.tell(What::Taken {
                id: leased.ticket.id().to_string(),
                attempt: leased.ticket.attempt(),
                asked,
                lease_ms: millis(terms.lease),
            });
        }
        for id in &taken.buried {
            let id = id.to_string();
            self.history.tell(What::Buried { id });
        }
        Ok(taken)
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let (id, attempt, asked) = (ticket.id().to_string(), ticket.attempt(), now());
        let (how, lease) = match &settlement {
            Settlement::Done => (How::Done, Duration::ZERO),
            Settlement::Again { .. } => (How::Again, Duration::ZERO),
            Settlement::HandBack => (How::HandBack, Duration::ZERO),
            Settlement::Extend { lease } => (How::Extend, *lease),
            Settlement::Dead { .. } => (How::Dead, Duration::ZERO),
        };
        let settling = What::Settling {
            id: id.clone(),
            attempt,
            how,
        };
        self.history.tell(settling);
        let settled = self.store.settle(ticket, settlement).await?;
        let result = match settled {
            Settled::Held => Held::Yes,
            Settled::AlreadyDone => Held::AlreadyDone,
            Settled::Lost => Held::Lost,
        };
        self.history.tell(What::Settled {
            id,
            attempt,
            how,
            result,
            asked,
            lease_ms: millis(lease),
        });
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

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
