use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use twilio_verify_webhooks::DeliveryId;

use super::call::{Call, HOUR};
use super::conformance::failed;
use super::linear::same;
use crate::error::StoreError;
use crate::row::{Row, State, Timestamp};
use crate::store::{Accepted, Entry, Leased, Store, Taken, Terms, Ticket};
use crate::transition::{Operation, Outcome, transition};

/// What the protocol says the rows are.
#[derive(Default)]
pub(super) struct Model {
    rows: BTreeMap<DeliveryId, Row>,
    /// Every ticket that was granted.
    pub(super) tickets: Vec<Ticket>,
    now: u64,
}

impl Model {
    fn now(&mut self) -> Timestamp {
        self.now = self.now.saturating_add(1);
        Timestamp::from_millis(self.now)
    }

    fn apply(&mut self, id: &DeliveryId, operation: Operation) -> Outcome {
        let now = self.now();
        let (row, outcome) = transition(self.rows.remove(id), operation, now);
        if let Some(row) = row {
            self.rows.insert(id.clone(), row);
        }
        outcome
    }

    pub(super) async fn call(&mut self, store: &impl Store, call: &Call) -> Result<(), String> {
        let error = |error: StoreError| format!("{call:?} failed: {error}");
        let (expected, seen) = match call.clone() {
            Call::Accept(entry, lease) => {
                let seen = store.accept(entry.clone(), lease).await.map_err(error)?;
                let (id, kind, digest, event) = entry.into_parts();
                let operation = Operation::Accept {
                    kind,
                    digest,
                    event,
                    lease,
                };
                let expected = self.apply(&id, operation);
                if expected == Outcome::Accepted(Accepted::New) && lease.is_some() {
                    self.tickets.push(Ticket::first(id));
                }
                (
                    format!("{expected:?}"),
                    format!("{:?}", Outcome::Accepted(seen)),
                )
            }
            Call::Take(terms, most) => {
                let taken = store.take(&terms, most).await.map_err(error)?;
                return self
                    .took(&terms, most, &taken)
                    .map_err(|what| format!("{call:?}: {what}"));
            }
            Call::Settle(ticket, settlement) => {
                let seen = store
                    .settle(&ticket, settlement.clone())
                    .await
                    .map_err(error)?;
                let attempt = ticket.attempt();
                let operation = Operation::Settle {
                    attempt,
                    settlement,
                };
                let expected = self.apply(ticket.id(), operation);
                (
                    format!("{expected:?}"),
                    format!("{:?}", Outcome::Settled(seen)),
                )
            }
            Call::Revive(selection) => {
                let seen = store.revive(&selection).await.map_err(error)?;
                let rows = self.rows.iter();
                let ids = rows.filter(|(id, row)| selection.selects(id, row));
                let ids: Vec<_> = ids.map(|(id, _)| id.clone()).take(selection.most).collect();
                for id in &ids {
                    self.apply(id, Operation::Revive);
                }
                (ids.len().to_string(), seen.to_string())
            }
            Call::Discard(id) => {
                let seen = store.discard(&id).await.map_err(error)?;
                let expected = self.apply(&id, Operation::Discard) == Outcome::Changed;
                (expected.to_string(), seen.to_string())
            }
            Call::Purge(age, most) => {
                let seen = store.purge(age, most).await.map_err(error)?;
                return self
                    .purged(store, age, most, seen)
                    .await
                    .map_err(|what| format!("{call:?}: {what}"));
            }
        };
        if expected == seen {
            Ok(())
        } else {
            Err(format!("{call:?}: expected {expected}, found {seen}"))
        }
    }

    /// Checks what a take returned. Which rows are due longest is for the store's clock to say.
    fn took(&mut self, terms: &Terms, most: usize, taken: &Taken) -> Result<(), String> {
        let now = self.now();
        let due = |row: &&Row| row.due <= now && terms.kinds.contains(&row.kind);
        let open = |row: &&Row| matches!(row.state, State::Pending | State::Working);
        let ran_out = |row: &Row| row.state == State::Working;
        let due: Vec<&Row> = self.rows.values().filter(open).filter(due).collect();
        let any_ran_out = due.iter().any(|row| ran_out(row));
        let pending = due.iter().filter(|row| !ran_out(row)).count();
        let due = due.len();

        for id in &taken.buried {
            if self.apply(id, Operation::Take(*terms)) != Outcome::Buried {
                return Err(format!("{id} must not become dead"));
            }
        }
        for leased in &taken.rows {
            let id = leased.ticket.id();
            let row = self
                .rows
                .get(id)
                .ok_or_else(|| format!("{id} is not known"))?;
            let retaken = ran_out(row);
            if self.apply(id, Operation::Take(*terms)) != Outcome::Taken {
                return Err(format!("{id} must not be taken"));
            }
            let row = self
                .rows
                .get(id)
                .ok_or_else(|| format!("{id} is not known"))?;
            let expected = Leased {
                ticket: Ticket::new(id.clone(), row.attempt),
                kind: row.kind,
                tries: row.tries,
                age: leased.age,
                event: row.event.clone().unwrap_or_default(),
                retaken,
            };
            if *leased != expected {
                return Err(format!("expected {expected:?}, found {leased:?}"));
            }
            if leased.age >= HOUR {
                return Err(format!("{id} is {:?} old", leased.age));
            }
            if retaken && taken.rows.len() != 1 {
                return Err(format!(
                    "{id} must be taken alone, because its lease ran out"
                ));
            }
            self.tickets.push(leased.ticket.clone());
        }
        if let Some(damaged) = taken.damaged.first() {
            return Err(format!("said to be damaged: {damaged:?}"));
        }
        let (rows, buried) = (taken.rows.len(), taken.buried.len());
        let moved = rows.saturating_add(buried);
        if rows > most || buried > most {
            return Err(format!("{rows} taken and {buried} dead, of at most {most}"));
        }
        if moved == 0 && due > 0 {
            return Err(format!("nothing taken, although {due} are due"));
        }
        let all = moved == pending || rows == most || buried == most;
        if !any_ran_out && !all {
            return Err(format!("{moved} taken of {pending} that are due"));
        }
        Ok(())
    }

    /// Checks how many rows went, and learns which.
    async fn purged(
        &mut self,
        store: &impl Store,
        age: Duration,
        most: usize,
        seen: u64,
    ) -> Result<(), String> {
        let now = self.now();
        let may_go = |row: &Row| row.state == State::Done && row.due.after(age) <= now;
        let ids = self.rows.iter().filter(|(_, row)| may_go(row));
        let ids: Vec<_> = ids.map(|(id, _)| id.clone()).collect();
        let expected = ids.len().min(most);
        if u64::try_from(expected) != Ok(seen) {
            return Err(format!("expected {expected} rows to go, found {seen}"));
        }
        let mut gone = 0_usize;
        for id in ids {
            let found = store
                .find(&id)
                .await
                .map_err(|error| failed("find", &error))?;
            if found.is_none() {
                self.apply(&id, Operation::Purge { age });
                gone = gone.saturating_add(1);
            }
        }
        if gone != expected {
            return Err(format!("{seen} rows said to be gone, {gone} gone"));
        }
        // An attempt of a row that went is none of a row that came after it.
        self.tickets
            .retain(|ticket| self.rows.contains_key(ticket.id()));
        Ok(())
    }

    pub(super) async fn compare(
        &mut self,
        store: &impl Store,
        entries: &[[Entry; 2]],
        rng: &mut Rng,
    ) -> Result<(), String> {
        let error = |error: StoreError| format!("the rows cannot be read: {error}");
        for [entry, _] in entries {
            let id = entry.id();
            let (found, expected) = (store.find(id).await.map_err(error)?, self.rows.get(id));
            if !same(found.as_ref(), expected) {
                return Err(format!("expected {id} to be {expected:?}, found {found:?}"));
            }
        }
        let now = self.now();
        let counts = store.counts().await.map_err(error)?;
        let count = |state: State| self.rows.values().filter(|row| row.state == state).count();
        let open = |row: &&Row| matches!(row.state, State::Pending | State::Working);
        let any_due = self.rows.values().filter(open).any(|row| row.due <= now);
        let expected = [State::Pending, State::Working, State::Dead].map(count);
        let found = [counts.pending, counts.working, counts.dead];
        let found = found.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        if found != expected || counts.oldest_due.is_some() != any_due {
            return Err(format!(
                "expected counts {expected:?} and any due {any_due}, found {counts:?}"
            ));
        }

        let after = rng
            .choice(entries)
            .map(|[entry, _]| entry.id())
            .filter(|_| rng.bool());
        let limit = rng.usize(..4);
        let dead = store.dead(limit, after).await.map_err(error)?;
        let dead: Vec<_> = dead.into_iter().map(|(id, _)| id).collect();
        let rows = self
            .rows
            .iter()
            .filter(|(_, row)| row.state == State::Dead)
            .map(|(id, _)| id);
        let rows = rows
            .filter(|id| after.is_none_or(|after| *id > after))
            .take(limit);
        let expected: Vec<_> = rows.cloned().collect();
        if dead != expected {
            return Err(format!("expected dead rows {expected:?}, found {dead:?}"));
        }
        Ok(())
    }
}
