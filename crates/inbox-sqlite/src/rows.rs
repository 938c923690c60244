//! Rows as SQLite keeps them.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, params};
use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Counts, Damaged, ErrorText, Kind, Leased, Operation, Outcome, Row, Selection, State,
    StoreError, Terms, Ticket, Timestamp, transition,
};

use crate::error::{damaged, store_error};
use crate::key::Key;
use crate::record::{COLUMNS, COUNT, Found, millis, optional_text};

/// The rows of one inbox.
pub(crate) struct Rows<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) inbox: &'c str,
}

/// What became of a row that was to be taken.
pub(crate) enum Took {
    Leased(Leased),
    Buried(DeliveryId),
    Damaged(Damaged),
    NotDue,
}

impl Rows<'_> {
    /// Applies an operation that may change a row, and neither makes nor removes one.
    ///
    /// Nothing comes between the read and the write: the transaction has the lock.
    pub(crate) fn apply(
        &self,
        id: &DeliveryId,
        operation: Operation,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let before = self.find(id)?;
        let (after, outcome) = transition(before.clone(), operation, now);
        match &after {
            Some(row) if after != before => self.update(id, row)?,
            _ => {}
        }
        Ok(outcome)
    }

    /// Applies an operation that may make a row. Of a row that is known only digest and state matter.
    pub(crate) fn insert(
        &self,
        id: &DeliveryId,
        operation: Operation,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let before = self.find(id)?;
        let known = before.is_some();
        let (row, outcome) = transition(before, operation, now);
        if let (false, Some(row)) = (known, row) {
            let account = id.account_sid();
            self.execute(
                "INSERT INTO verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, received, \
                 event, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    self.inbox,
                    account.as_str(),
                    id.uuid(),
                    row.digest.as_bytes(),
                    row.kind.code(),
                    row.state.code(),
                    row.attempt,
                    row.tries,
                    millis(row.due),
                    millis(row.received),
                    row.event,
                    row.error.as_ref().map(ErrorText::as_str),
                ],
            )?;
        }
        Ok(outcome)
    }

    /// Reads a row without its event.
    pub(crate) fn find(&self, id: &DeliveryId) -> Result<Option<Row>, StoreError> {
        self.found(id)?.map(Found::whole).transpose()
    }

    fn found(&self, id: &DeliveryId) -> Result<Option<Found>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3"
        );
        let account = id.account_sid();
        let mut select = self.connection.prepare_cached(&sql).map_err(store_error)?;
        let key = params![self.inbox, account.as_str(), id.uuid()];
        let found = select.query_row(key, |record| Ok(Found::read(record, 0)));
        found.optional().map_err(store_error)?.transpose()
    }

    /// Reads the event of a row.
    pub(crate) fn event(&self, id: &DeliveryId) -> Result<Option<String>, StoreError> {
        self.found_event(id)?.ok_or_else(|| damaged("event"))
    }

    /// Reads the event of a row; `None` if it cannot be read.
    fn found_event(&self, id: &DeliveryId) -> Result<Option<Option<String>>, StoreError> {
        let sql =
            "SELECT event FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3";
        let account = id.account_sid();
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let key = params![self.inbox, account.as_str(), id.uuid()];
        let event = select.query_row(key, |record| Ok(optional_text(record.get_ref(0)?)));
        let event = event.optional().map_err(store_error)?;
        Ok(event.unwrap_or(Some(None)))
    }

    /// Finds the row in a state that is due longest, of some kinds.
    pub(crate) fn next_due(
        &self,
        state: State,
        kinds: &[Kind],
        now: Timestamp,
    ) -> Result<Option<(Key, i64)>, StoreError> {
        // The condition on states is the index's, by which SQLite sees that it may use it.
        let sql = "SELECT account_sid, uuid, due FROM verify_inbox \
                   WHERE inbox = ?1 AND state = ?2 AND state IN (0, 1) AND kind = ?3 AND due <= ?4 \
                   ORDER BY due LIMIT 1";
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let mut first = None::<(Key, i64)>;
        for kind in kinds {
            let next = params![self.inbox, state.code(), kind.code(), millis(now)];
            let next = select.query_row(next, |record| Ok((Key::read(record)?, record.get(2)?)));
            let next = next.optional().map_err(store_error)?;
            first = first.into_iter().chain(next).min_by_key(|(_, due)| *due);
        }
        Ok(first)
    }

    /// Takes a row that is due. One that cannot be read is put aside.
    pub(crate) fn take(
        &self,
        key: &Key,
        terms: &Terms,
        retaken: bool,
        now: Timestamp,
    ) -> Result<Took, StoreError> {
        let id = match key.id() {
            Ok(id) => id,
            Err(column) => return self.bury(key, None, column, now),
        };
        let Some(Found { row, damaged }) = self.found(&id)? else {
            return Ok(Took::NotDue);
        };
        if let Some(column) = damaged {
            return self.bury(key, Some(id), column, now);
        }
        let Some(event) = self.found_event(&id)? else {
            return self.bury(key, Some(id), "event", now);
        };
        let (row, outcome) = transition(Some(row), Operation::Take(*terms), now);
        let (Some(row), Outcome::Taken | Outcome::Buried) = (row, outcome) else {
            return Ok(Took::NotDue);
        };
        self.update(&id, &row)?;
        if outcome == Outcome::Buried {
            return Ok(Took::Buried(id));
        }
        Ok(Took::Leased(Leased {
            ticket: Ticket::new(id, row.attempt),
            kind: row.kind,
            tries: row.tries,
            age: now.since(row.received),
            // One that is missing cannot be read, which is for the worker to find.
            event: event.unwrap_or_default(),
            retaken,
        }))
    }

    fn bury(
        &self,
        key: &Key,
        id: Option<DeliveryId>,
        column: &'static str,
        now: Timestamp,
    ) -> Result<Took, StoreError> {
        let damaged = Damaged { id, column };
        self.execute(
            "UPDATE verify_inbox SET state = 3, due = ?4, error = ?5 \
             WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3",
            params![
                self.inbox,
                key.account_sid,
                key.uuid,
                millis(now),
                damaged.error().as_str()
            ],
        )?;
        Ok(Took::Damaged(damaged))
    }

    pub(crate) fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        let open = "SELECT count(*), min(due) FROM verify_inbox \
                    WHERE inbox = ?1 AND state = ?2 AND state IN (0, 1)";
        let mut open = self.connection.prepare_cached(open).map_err(store_error)?;
        let mut of = |state: State| {
            let open = open.query_row(params![self.inbox, state.code()], |record| {
                Ok((record.get::<_, i64>(0)?, record.get::<_, Option<i64>>(1)?))
            });
            open.map_err(store_error)
        };
        let (pending, first_pending) = of(State::Pending)?;
        let (working, first_working) = of(State::Working)?;
        let dead = "SELECT count(*) FROM verify_inbox WHERE inbox = ?1 AND state NOT IN (0, 1, 2)";
        let mut dead = self.connection.prepare_cached(dead).map_err(store_error)?;
        let dead = dead.query_row([self.inbox], |record| record.get::<_, i64>(0));
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        let oldest = first_pending.into_iter().chain(first_working).min();
        let oldest = oldest.map(|due| Timestamp::from_millis(count(due)));
        Ok(Counts {
            pending: count(pending),
            working: count(working),
            dead: count(dead.map_err(store_error)?),
            oldest_due: oldest.filter(|due| *due <= now).map(|due| now.since(due)),
        })
    }

    /// Lists dead rows with their events, in the order of their ids.
    pub(crate) fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let sql = format!(
            "SELECT account_sid, uuid, {COLUMNS}, event FROM verify_inbox \
             WHERE inbox = ?1 AND state NOT IN (0, 1, 2) AND (account_sid, uuid) > (?2, ?3) \
             ORDER BY account_sid, uuid"
        );
        let account = after.map(DeliveryId::account_sid);
        let account = account.as_ref().map_or("", |account| account.as_str());
        let uuid = after.map_or("", DeliveryId::uuid);
        let mut select = self.connection.prepare_cached(&sql).map_err(store_error)?;
        let dead = select.query_map(params![self.inbox, account, uuid], |record| {
            let event = optional_text(record.get_ref(COUNT.saturating_add(2))?);
            Ok((Key::read(record)?.id(), Found::read(record, 2), event))
        });
        let listed = dead.map_err(store_error)?.filter_map(|dead| match dead {
            Ok((Ok(id), found, event)) => Some(found.map(|found| (id, listed(found, event)))),
            // It has no id to list it by.
            Ok((Err(_), ..)) => None,
            Err(error) => Some(Err(store_error(error))),
        });
        listed.take(limit).collect()
    }

    /// Revives dead rows that are selected, and tells how many.
    ///
    /// What cannot be read of a row is left as it is, so that whoever takes the row puts it aside again.
    pub(crate) fn revive(&self, selection: &Selection, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT account_sid, uuid FROM verify_inbox \
                   WHERE inbox = ?1 AND state NOT IN (0, 1, 2) AND (?2 IS NULL OR account_sid = ?2) \
                   AND (?3 IS NULL OR uuid = ?3) AND (?4 IS NULL OR instr(error, ?4) > 0) \
                   ORDER BY account_sid, uuid";
        let only = selection.id.as_ref();
        let of_id = only.map(DeliveryId::account_sid);
        // One delivery of another account than that which is selected: none.
        if let (Some(one), Some(other)) = (of_id, selection.account_sid)
            && one != other
        {
            return Ok(0);
        }
        let account = of_id.or(selection.account_sid);
        let selected = params![
            self.inbox,
            account.as_ref().map(|account| account.as_str()),
            only.map(DeliveryId::uuid),
            selection.error_contains,
        ];
        let keys = self.keys(sql, selected, selection.most, |key| key.id().is_ok())?;
        let mut revived = 0_u64;
        for key in keys {
            self.execute(
                "UPDATE verify_inbox SET state = 0, tries = 0, due = ?4, received = ?4 \
                 WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3",
                params![self.inbox, key.account_sid, key.uuid, millis(now)],
            )?;
            revived = revived.saturating_add(1);
        }
        Ok(revived)
    }

    /// Regards a dead row as done, and tells whether there was one.
    pub(crate) fn discard(&self, id: &DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        let key = Key::from(id);
        let discarded = self.execute(
            "UPDATE verify_inbox SET state = 2, due = ?4, event = NULL, error = NULL \
             WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3 AND state NOT IN (0, 1, 2)",
            params![self.inbox, key.account_sid, key.uuid, millis(now)],
        )?;
        Ok(discarded > 0)
    }

    /// Removes at most `most` rows that were done by a time, and tells how many.
    pub(crate) fn purge(&self, time: Timestamp, most: usize) -> Result<u64, StoreError> {
        let sql = "SELECT account_sid, uuid FROM verify_inbox \
                   WHERE inbox = ?1 AND state = 2 AND due <= ?2 ORDER BY due LIMIT ?3";
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let old = params![self.inbox, millis(time), limit];
        let mut purged = 0_u64;
        for key in self.keys(sql, old, most, |_| true)? {
            self.execute(
                "DELETE FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3",
                params![self.inbox, key.account_sid, key.uuid],
            )?;
            purged = purged.saturating_add(1);
        }
        Ok(purged)
    }

    /// Reads at most `most` keys that are fit.
    fn keys(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        most: usize,
        is_fit: impl Fn(&Key) -> bool,
    ) -> Result<Vec<Key>, StoreError> {
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let keys = select.query_map(params, Key::read).map_err(store_error)?;
        let fit = keys.filter(|key| key.as_ref().map_or(true, &is_fit));
        fit.take(most).map(|key| key.map_err(store_error)).collect()
    }

    fn update(&self, id: &DeliveryId, row: &Row) -> Result<(), StoreError> {
        let account = id.account_sid();
        self.execute(
            "UPDATE verify_inbox SET state = ?4, attempt = ?5, tries = ?6, due = ?7, received = ?8, error = ?9, \
             event = CASE WHEN ?4 = 2 THEN NULL ELSE event END \
             WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3",
            params![
                self.inbox,
                account.as_str(),
                id.uuid(),
                row.state.code(),
                row.attempt,
                row.tries,
                millis(row.due),
                millis(row.received),
                row.error.as_ref().map(ErrorText::as_str),
            ],
        )?;
        Ok(())
    }

    fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        statement.execute(params).map_err(store_error)
    }
}

/// A dead row for a person, who is told what of it cannot be read.
fn listed(found: Found, event: Option<Option<String>>) -> Row {
    let Found { row, damaged } = found;
    let column = damaged.or(event.is_none().then_some("event"));
    let error = match column {
        Some(column) => Some(Damaged { id: None, column }.error()),
        None => row.error,
    };
    Row {
        state: State::Dead,
        event: event.flatten(),
        error,
        ..row
    }
}
