//! The steps of the protocol, as statements.

use std::time::Duration;

use tokio_postgres::Row as PgRow;
use tokio_postgres::types::Type;
use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Accepted, Counts, Damaged, Entry, Row, Selection, Settled, Settlement, State, Store,
    StoreError, StoreErrorKind, Taken, Terms, Ticket,
};

use super::{Parameters, PostgresStore, Shared, TRIES, fits, not_durable};
use crate::pool::Pool;
use crate::row;
use crate::statements::{
    ACCEPT, COUNTS, DEAD, DISCARD, FIND, PURGE, PUT_ASIDE, REVIVE, SCHEMA_VERSION, SETTLE, TAKE,
};

impl<P: Pool> Store for PostgresStore<P> {
    async fn accept(&self, entry: Entry, lease: Option<Duration>) -> Result<Accepted, StoreError> {
        self.checked().await?;
        let account_sid = entry.id().account_sid();
        let digest = entry.digest();
        let digest: &[u8] = digest.as_bytes();
        let Shared {
            inbox,
            lock_timeout,
            accept_volatile,
            ..
        } = &*self.shared;
        let parameters: &Parameters<'_> = &[
            (&inbox.as_str(), Type::TEXT),
            (&account_sid.as_str(), Type::TEXT),
            (&entry.id().uuid(), Type::TEXT),
            (&digest, Type::BYTEA),
            (&entry.event(), Type::TEXT),
            (&lease.map(millis), Type::INT8),
            (lock_timeout, Type::TEXT),
            (&SCHEMA_VERSION, Type::INT4),
            (accept_volatile, Type::BOOL),
            (&i16::from(entry.kind().code()), Type::INT2),
        ];
        for _ in 0..TRIES {
            let row = self.one(ACCEPT, parameters).await?;
            if row::get(&row, "new")? {
                return Ok(Accepted::New);
            }
            if let Some(code) = row::get::<Option<i16>>(&row, "state")? {
                let state = row::state(code)?;
                return match row::get(&row, "same")? {
                    Some(true) => Ok(Accepted::Known(state)),
                    Some(false) => Ok(Accepted::Conflict(state)),
                    None => Err(row::unexpected("digest")),
                };
            }
            fits(row::get(&row, "compatible_from")?)?;
            if !row::get::<bool>(&row, "durable")? && !accept_volatile {
                return Err(not_durable());
            }
        }
        let error = "the row appears and goes again";
        Err(StoreError::new(StoreErrorKind::Unavailable, error))
    }

    async fn take(&self, terms: &Terms, most: usize) -> Result<Taken, StoreError> {
        self.checked().await?;
        let kinds = terms.kinds.iter().map(|kind| i16::from(kind.code()));
        let kinds: Vec<i16> = kinds.collect();
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&limit(most), Type::INT8),
            (&millis(terms.lease), Type::INT8),
            (&i64::from(terms.max_tries), Type::INT8),
            (&Terms::LEASE_RAN_OUT, Type::TEXT),
            (&SCHEMA_VERSION, Type::INT4),
            (&kinds, Type::INT2_ARRAY),
            (&self.shared.lock_timeout, Type::TEXT),
        ];
        let mut taken = Taken::default();
        for row in self.rows(TAKE, parameters).await? {
            let is_spent = row::get(&row, "spent")?;
            let damaged = match row::id(&row) {
                Ok(id) if is_spent => {
                    taken.buried.push(id);
                    continue;
                }
                _ => match row::leased(&row) {
                    Ok(leased) => {
                        taken.rows.push(leased);
                        continue;
                    }
                    Err(damaged) => damaged,
                },
            };
            // If that fails, its lease runs out, and whoever takes it next puts it aside.
            if self.put_aside(&row, &damaged).await.is_ok() {
                taken.damaged.push(damaged);
            }
        }
        Ok(taken)
    }

    async fn settle(&self, ticket: &Ticket, settlement: Settlement) -> Result<Settled, StoreError> {
        let account_sid = ticket.id().account_sid();
        let (code, time, error) = match &settlement {
            Settlement::Done => (0, None, None),
            Settlement::Again { after, error } => (1, Some(millis(*after)), Some(error.as_str())),
            Settlement::HandBack => (2, None, None),
            Settlement::Extend { lease } => (3, Some(millis(*lease)), None),
            Settlement::Dead { error } => (4, None, Some(error.as_str())),
        };
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&account_sid.as_str(), Type::TEXT),
            (&ticket.id().uuid(), Type::TEXT),
            (&i64::from(ticket.attempt()), Type::INT8),
            (&code, Type::INT4),
            (&time, Type::INT8),
            (&error, Type::TEXT),
            (&self.shared.lock_timeout, Type::TEXT),
        ];
        for _ in 0..TRIES {
            let row = self.one(SETTLE, parameters).await?;
            if row::get(&row, "moved")? {
                return Ok(Settled::Held);
            }
            let state = row::get::<Option<i16>>(&row, "state")?;
            let state = state.map(row::state).transpose()?;
            return Ok(match (state, &settlement) {
                (None, _) => Settled::Lost,
                _ if ticket.attempt() == 0 => Settled::Lost,
                (Some(State::Done), Settlement::Done) => Settled::Held,
                (Some(State::Done), _) => Settled::AlreadyDone,
                (Some(State::Pending), Settlement::Again { .. } | Settlement::HandBack) => {
                    Settled::Held
                }
                (Some(State::Dead), Settlement::Dead { .. }) => Settled::Held,
                // It was such when the statement began and another when its turn came.
                (Some(State::Working), _) | (Some(_), Settlement::Done) => continue,
                (Some(State::Pending | State::Dead), _) => Settled::Lost,
            });
        }
        let error = "the row keeps changing";
        Err(StoreError::new(StoreErrorKind::Unavailable, error))
    }

    async fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        let account_sid = id.account_sid();
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&account_sid.as_str(), Type::TEXT),
            (&id.uuid(), Type::TEXT),
        ];
        let rows = self.rows(FIND, parameters).await?;
        rows.first().map(row::row).transpose()
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let parameters: &Parameters<'_> = &[(&self.shared.inbox.as_str(), Type::TEXT)];
        let row = self.one(COUNTS, parameters).await?;
        Ok(Counts {
            pending: row::count(&row, "pending")?,
            working: row::count(&row, "working")?,
            dead: row::count(&row, "dead")?,
            oldest_due: row::get::<Option<i64>>(&row, "oldest_due")?.map(row::duration),
        })
    }

    async fn dead(
        &self,
        most: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let account_sid = after.map(DeliveryId::account_sid);
        let mut account_sid = account_sid.map_or_else(String::new, |sid| sid.to_string());
        let mut uuid = after.map_or_else(String::new, |id| id.uuid().to_owned());
        let mut dead = Vec::new();
        loop {
            let missing = most.saturating_sub(dead.len());
            let parameters: &Parameters<'_> = &[
                (&self.shared.inbox.as_str(), Type::TEXT),
                (&account_sid, Type::TEXT),
                (&uuid, Type::TEXT),
                (&limit(missing), Type::INT8),
            ];
            let rows = self.rows(DEAD, parameters).await?;
            dead.extend(rows.iter().filter_map(row::dead));
            // Some of them may have been left out.
            let Some(last) = rows.last().filter(|_| rows.len() == missing) else {
                return Ok(dead);
            };
            if dead.len() == most {
                return Ok(dead);
            }
            account_sid = row::get(last, "account_sid")?;
            uuid = row::get(last, "uuid")?;
        }
    }

    async fn revive(&self, selection: &Selection) -> Result<u64, StoreError> {
        let id = selection.id.as_ref();
        let only = id.map(DeliveryId::account_sid);
        if let (Some(only), Some(account_sid)) = (only, selection.account_sid)
            && only != account_sid
        {
            return Ok(0);
        }
        let account_sid = only.or(selection.account_sid);
        let account_sid = account_sid.as_ref().map(|sid| sid.as_str());
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&account_sid, Type::TEXT),
            (&id.map(DeliveryId::uuid), Type::TEXT),
            (&selection.error_contains, Type::TEXT),
            (&limit(selection.most), Type::INT8),
        ];
        row::count(&self.one(REVIVE, parameters).await?, "revived")
    }

    async fn discard(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        let account_sid = id.account_sid();
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&account_sid.as_str(), Type::TEXT),
            (&id.uuid(), Type::TEXT),
        ];
        row::get(&self.one(DISCARD, parameters).await?, "discarded")
    }

    async fn purge(&self, age: Duration, most: usize) -> Result<u64, StoreError> {
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&millis(age), Type::INT8),
            (&limit(most), Type::INT8),
        ];
        row::count(&self.one(PURGE, parameters).await?, "purged")
    }
}

impl<P: Pool> PostgresStore<P> {
    async fn put_aside(&self, row: &PgRow, damaged: &Damaged) -> Result<(), StoreError> {
        let (account_sid, uuid) = (row::get(row, "account_sid")?, row::get(row, "uuid")?);
        let (account_sid, uuid): (&str, &str) = (account_sid, uuid);
        let error = damaged.error();
        let parameters: &Parameters<'_> = &[
            (&self.shared.inbox.as_str(), Type::TEXT),
            (&account_sid, Type::TEXT),
            (&uuid, Type::TEXT),
            (&error.as_str(), Type::TEXT),
        ];
        self.rows(PUT_ASIDE, parameters).await?;
        Ok(())
    }
}

/// A thousand years, so that a sum with any time of a server stays one.
const LONGEST: i64 = 1000 * 365 * 24 * 60 * 60 * 1000;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).map_or(LONGEST, |millis| millis.min(LONGEST))
}

/// Far more rows than a call should ask for, and its double is a number still.
fn limit(most: usize) -> i64 {
    i64::from(u32::try_from(most).unwrap_or(u32::MAX))
}
