//! What must not have been.

mod open;
mod row;

use std::collections::BTreeMap;
use std::fmt;

use self::row::Row;
use crate::history::{Record, What};

pub use self::open::open_rows;

/// A rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// What was acknowledged ended done or dead.
    Kept,
    /// Another event with a known id is never answered with 200 nor handled.
    Conflict,
    /// Each attempt of a row is granted once, and they rise from 1.
    Attempts,
    /// After done no take is granted.
    TakenAfterDone,
    /// A ticket is not held once a later attempt was granted.
    Fenced,
    /// A transaction commits once.
    Once,
    /// No handler acts after it was told that its lease is lost.
    ActedAfterLost,
    /// An attempt is granted only when the lease before it ended, or was given back.
    Overlap,
    /// What is done was acted on.
    Handled,
    /// It was acted on more than once although nothing failed in between.
    Repeated,
}

/// A rule that was broken, for a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub rule: Rule,
    pub id: String,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.rule, self.id, self.what)
    }
}

/// Counts of what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub answers: BTreeMap<u16, u64>,
    pub rows: u64,
    pub takes: u64,
    pub kills: u64,
    /// Kills of a process that had rows taken and not settled.
    pub kills_between_take_and_done: u64,
    pub pauses: u64,
    pub lost: u64,
    /// Acts outside of transactions beyond the first of each row, all of which follow a failure, a kill or a pause.
    pub repeated_acts: u64,
    pub commits: u64,
    pub dead: u64,
}

/// Checks a history, its records in any order.
pub fn check(records: &[Record]) -> (Figures, Vec<Violation>) {
    let mut records = records.to_vec();
    records.sort_by_key(|record| record.at);
    let mut figures = Figures::default();
    let mut rows = BTreeMap::<&str, Vec<&Record>>::new();
    for record in &records {
        match &record.what {
            What::Killed { .. } => figures.kills += 1,
            What::Paused { .. } => figures.pauses += 1,
            What::Answered { id, .. }
            | What::Taken { id, .. }
            | What::Buried { id }
            | What::Settling { id, .. }
            | What::Settled { id, .. }
            | What::Acted { id, .. }
            | What::Committed { id, .. }
            | What::Ended { id, .. } => rows.entry(id).or_default().push(record),
        }
    }
    figures.kills_between_take_and_done = open::kills_between(&records);
    let mut violations = Vec::new();
    for (id, records) in rows {
        let mut row = Row {
            id,
            records: &records,
            violations: &mut violations,
        };
        row.check(&mut figures);
    }
    (figures, violations)
}
