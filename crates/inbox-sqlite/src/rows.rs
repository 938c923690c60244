//! Rows as SQLite keeps them.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row as Record, params};
use twilio_verify_webhooks::DeliveryId;
use twilio_verify_webhooks_inbox::{
    Digest, ErrorText, Operation, Outcome, Row, Selection, State, StoreError, Timestamp, transition,
};

use crate::error::{damaged, store_error};

/// The rows of one inbox.
pub(crate) struct Rows<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) inbox: &'c str,
}

/// A row without its event, which is read and written apart.
const COLUMNS: &str = "digest, state, attempt, tries, due, received, error";

impl Rows<'_> {
    /// Applies an operation that may change a row and makes none.
    ///
    /// Nothing comes between the read and the write: the transaction has the lock.
    pub(crate) fn apply(
        &self,
        id: &DeliveryId,
        operation: Operation,
        now: Timestamp,
    ) -> Result<(Option<Row>, Outcome), StoreError> {
        let before = self.find(id)?;
        let (after, outcome) = transition(before.clone(), operation, now);
        match &after {
            Some(row) if after != before => self.update(id, row)?,
            None if before.is_some() => self.delete(id)?,
            _ => {}
        }
        Ok((after, outcome))
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
                "INSERT INTO verify_inbox (inbox, account_sid, uuid, digest, state, attempt, tries, due, received, \
                 event, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    self.inbox,
                    account.as_str(),
                    id.uuid(),
                    row.digest.as_bytes(),
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
        let sql = format!(
            "SELECT {COLUMNS} FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3"
        );
        let account = id.account_sid();
        let mut select = self.connection.prepare_cached(&sql).map_err(store_error)?;
        let key = params![self.inbox, account.as_str(), id.uuid()];
        let row = select.query_row(key, |record| Ok(row(record))).optional();
        row.map_err(store_error)?.transpose()
    }

    /// Reads the event of a row.
    pub(crate) fn event(&self, id: &DeliveryId) -> Result<Option<String>, StoreError> {
        let sql =
            "SELECT event FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3";
        let account = id.account_sid();
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let key = params![self.inbox, account.as_str(), id.uuid()];
        let event = select.query_row(key, |record| record.get(0)).optional();
        Ok(event.map_err(store_error)?.flatten())
    }

    /// Finds the row in a state that is due longest.
    pub(crate) fn next_due(
        &self,
        state: State,
        now: Timestamp,
    ) -> Result<Option<(DeliveryId, Timestamp)>, StoreError> {
        // The condition on states is the index's, by which SQLite sees that it may use it.
        let sql = "SELECT account_sid, uuid, due FROM verify_inbox \
                   WHERE inbox = ?1 AND state = ?2 AND state IN (0, 1) AND due <= ?3 ORDER BY due LIMIT 1";
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let next = params![self.inbox, state.code(), millis(now)];
        let next = select.query_row(next, |record| Ok((id(record), record.get(2)?)));
        let next = next.optional().map_err(store_error)?;
        next.map(|(id, due)| Ok((id?, timestamp(due)))).transpose()
    }

    pub(crate) fn count(&self, state: State) -> Result<u64, StoreError> {
        let sql = match state {
            State::Dead => {
                "SELECT count(*) FROM verify_inbox WHERE inbox = ?1 AND state = ?2 AND state = 3"
            }
            _ => {
                "SELECT count(*) FROM verify_inbox WHERE inbox = ?1 AND state = ?2 AND state IN (0, 1)"
            }
        };
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let count = params![self.inbox, state.code()];
        let count: i64 = select
            .query_row(count, |record| record.get(0))
            .map_err(store_error)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Lists dead rows with their events, in the order of their ids.
    pub(crate) fn dead(
        &self,
        limit: usize,
        after: Option<&DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Row)>, StoreError> {
        let sql = format!(
            "SELECT account_sid, uuid, event, {COLUMNS} FROM verify_inbox \
             WHERE inbox = ?1 AND state = 3 AND (account_sid, uuid) > (?2, ?3) \
             ORDER BY account_sid, uuid LIMIT ?4"
        );
        let account = after.map(DeliveryId::account_sid);
        let account = account.as_ref().map_or("", |account| account.as_str());
        let uuid = after.map_or("", DeliveryId::uuid);
        let mut select = self.connection.prepare_cached(&sql).map_err(store_error)?;
        let dead = params![self.inbox, account, uuid, limited(limit)];
        let dead = select.query_map(dead, |record| {
            let event: Option<String> = record.get(2)?;
            Ok((id(record), row_at(record, 3), event))
        });
        let dead = dead.map_err(store_error)?.map(|dead| {
            let (id, row, event) = dead.map_err(store_error)?;
            Ok((id?, Row { event, ..row? }))
        });
        dead.collect()
    }

    /// Finds the ids of dead rows that are selected.
    pub(crate) fn selected(&self, selection: &Selection) -> Result<Vec<DeliveryId>, StoreError> {
        let sql = "SELECT account_sid, uuid FROM verify_inbox \
                   WHERE inbox = ?1 AND state = 3 AND (?2 IS NULL OR account_sid = ?2) \
                   AND (?3 IS NULL OR uuid = ?3) AND (?4 IS NULL OR instr(error, ?4) > 0) \
                   ORDER BY account_sid, uuid LIMIT ?5";
        let only = selection.id.as_ref();
        let of_id = only.map(DeliveryId::account_sid);
        // One delivery of another account than that which is selected: none.
        if let (Some(one), Some(other)) = (of_id, selection.account_sid)
            && one != other
        {
            return Ok(Vec::new());
        }
        let account = of_id.or(selection.account_sid);
        let selected = params![
            self.inbox,
            account.as_ref().map(|account| account.as_str()),
            only.map(DeliveryId::uuid),
            selection.error_contains,
            limited(selection.most),
        ];
        self.ids(sql, selected)
    }

    /// Finds the ids of rows that were done by a time.
    pub(crate) fn done_by(
        &self,
        time: Timestamp,
        most: usize,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let sql = "SELECT account_sid, uuid FROM verify_inbox \
                   WHERE inbox = ?1 AND state = 2 AND due <= ?2 LIMIT ?3";
        self.ids(sql, params![self.inbox, millis(time), limited(most)])
    }

    fn ids(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<DeliveryId>, StoreError> {
        let mut select = self.connection.prepare_cached(sql).map_err(store_error)?;
        let ids = select.query_map(params, |record| Ok(id(record)));
        let ids = ids.map_err(store_error)?;
        ids.map(|id| id.map_err(store_error)?).collect()
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
        )
    }

    fn delete(&self, id: &DeliveryId) -> Result<(), StoreError> {
        let account = id.account_sid();
        self.execute(
            "DELETE FROM verify_inbox WHERE inbox = ?1 AND account_sid = ?2 AND uuid = ?3",
            params![self.inbox, account.as_str(), id.uuid()],
        )
    }

    fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        statement.execute(params).map_err(store_error)?;
        Ok(())
    }
}

/// Reads the id in the first two columns.
fn id(record: &Record<'_>) -> Result<DeliveryId, StoreError> {
    let text = |column| record.get::<_, String>(column).map_err(store_error);
    let id = format!("{}/{}", text(0)?, text(1)?);
    id.parse().map_err(|_| damaged("id"))
}

fn row(record: &Record<'_>) -> Result<Row, StoreError> {
    row_at(record, 0)
}

/// Reads [`COLUMNS`] from a position on.
fn row_at(record: &Record<'_>, first: usize) -> Result<Row, StoreError> {
    let at = |column: usize| first.saturating_add(column);
    let number = |column| record.get::<_, i64>(at(column)).map_err(store_error);
    let digest = record.get_ref(at(0)).map_err(store_error)?;
    let digest = digest.as_blob().ok().and_then(Digest::from_bytes);
    let state = u8::try_from(number(1)?).ok().and_then(State::from_code);
    let error: Option<String> = record.get(at(6)).map_err(store_error)?;
    Ok(Row {
        digest: digest.ok_or_else(|| damaged("digest"))?,
        state: state.ok_or_else(|| damaged("state"))?,
        attempt: u32::try_from(number(2)?).map_err(|_| damaged("attempt"))?,
        tries: u32::try_from(number(3)?).map_err(|_| damaged("number of tries"))?,
        due: timestamp(number(4)?),
        received: timestamp(number(5)?),
        event: None,
        error: error.map(ErrorText::new),
    })
}

pub(crate) fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or_default())
}

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
