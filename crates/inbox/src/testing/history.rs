use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use fastrand::Rng;
use twilio_verify_webhooks::DeliveryId;

use super::call::{Call, HOUR};
use super::linear::Seen;
use crate::error::StoreError;
use crate::store::{Accepted, Entry, Settled, Store, Ticket};
use crate::transition::{Operation, Outcome};

/// What all tasks saw.
#[derive(Default)]
pub(super) struct History {
    clock: AtomicUsize,
    seen: Mutex<Vec<(DeliveryId, Seen)>>,
    tickets: Mutex<Vec<Ticket>>,
}

impl History {
    fn tick(&self) -> usize {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    fn saw(
        &self,
        id: &DeliveryId,
        asked: usize,
        operation: Operation,
        outcome: Outcome,
        attempt: Option<u32>,
    ) {
        let answered = self.tick();
        let seen = Seen {
            asked,
            answered,
            operation,
            outcome,
            attempt,
        };
        let all = self.seen.lock();
        all.unwrap_or_else(PoisonError::into_inner)
            .push((id.clone(), seen));
    }

    fn granted(&self, ticket: &Ticket) {
        let tickets = self.tickets.lock();
        tickets
            .unwrap_or_else(PoisonError::into_inner)
            .push(ticket.clone());
    }

    pub(super) fn rows(&self) -> BTreeMap<DeliveryId, Vec<Seen>> {
        let seen = self.seen.lock();
        let mut rows = BTreeMap::<_, Vec<Seen>>::new();
        for (id, seen) in seen.unwrap_or_else(PoisonError::into_inner).iter() {
            rows.entry(id.clone()).or_default().push(seen.clone());
        }
        rows
    }

    pub(super) async fn task(
        &self,
        store: &impl Store,
        entries: &[[Entry; 2]],
        mut rng: Rng,
    ) -> Result<(), String> {
        for _ in 0..40 {
            let tickets = self.tickets.lock();
            let tickets = tickets.unwrap_or_else(PoisonError::into_inner).clone();
            let call = Call::random(&mut rng, entries, &tickets);
            tokio::task::yield_now().await;
            self.call(store, &call)
                .await
                .map_err(|error| format!("{call:?} failed: {error}"))?;
        }
        Ok(())
    }

    async fn call(&self, store: &impl Store, call: &Call) -> Result<(), StoreError> {
        let asked = self.tick();
        match call.clone() {
            Call::Accept(entry, lease) => {
                let accepted = store.accept(entry.clone(), lease).await?;
                let (id, kind, digest, event) = entry.into_parts();
                let operation = Operation::Accept {
                    kind,
                    digest,
                    event,
                    lease,
                };
                self.saw(&id, asked, operation, Outcome::Accepted(accepted), None);
                if accepted == Accepted::New && lease.is_some() {
                    self.granted(&Ticket::first(id));
                }
            }
            Call::Take(terms, most) => {
                let taken = store.take(&terms, most).await?;
                for leased in &taken.rows {
                    let attempt = Some(leased.ticket.attempt());
                    let id = leased.ticket.id();
                    self.saw(id, asked, Operation::Take(terms), Outcome::Taken, attempt);
                    self.granted(&leased.ticket);
                }
                for id in &taken.buried {
                    self.saw(id, asked, Operation::Take(terms), Outcome::Buried, None);
                }
            }
            Call::Settle(ticket, settlement) => {
                let settled: Settled = store.settle(&ticket, settlement.clone()).await?;
                let attempt = ticket.attempt();
                let operation = Operation::Settle {
                    attempt,
                    settlement,
                };
                self.saw(
                    ticket.id(),
                    asked,
                    operation,
                    Outcome::Settled(settled),
                    None,
                );
            }
            Call::Revive(selection) => {
                let Some(id) = &selection.id else {
                    return Ok(());
                };
                let outcome = match store.revive(&selection).await? {
                    0 => Outcome::Unchanged,
                    _ => Outcome::Changed,
                };
                self.saw(id, asked, Operation::Revive, outcome, None);
            }
            Call::Discard(id) => {
                let outcome = match store.discard(&id).await? {
                    false => Outcome::Unchanged,
                    true => Outcome::Changed,
                };
                self.saw(&id, asked, Operation::Discard, outcome, None);
            }
            // Nothing is so old; it must not disturb.
            Call::Purge(_, most) => {
                store.purge(HOUR, most).await?;
            }
        }
        Ok(())
    }
}
