//! Whether what many tasks saw of one row can have happened one after the other.

use std::collections::HashMap;

use crate::row::{Row, Timestamp};
use crate::transition::{Operation, Outcome, transition};

/// An operation on one row, when it was asked for and when its answer was there, by one counter for all tasks.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) asked: usize,
    pub(super) answered: usize,
    pub(super) operation: Operation,
    pub(super) outcome: Outcome,
    /// Of a take: the attempt that was granted.
    pub(super) attempt: Option<u32>,
}

/// Searches for an order in which every operation comes between its question and its answer, `transition` gives every
/// outcome that was seen, and the last row is the one that was found afterwards.
///
/// At most 128 operations; `None` if there are more.
pub(super) fn has_order(seen: &[Seen], last: Option<&Row>, now: Timestamp) -> Option<bool> {
    let all = match seen.len() {
        0 => 0,
        len @ 1..=128 => u128::MAX.checked_shr(u32::try_from(128_usize.checked_sub(len)?).ok()?)?,
        _ => return None,
    };
    let mut search = Search {
        seen,
        last,
        now,
        all,
        failed: HashMap::new(),
    };
    Some(search.goes_on(0, None))
}

struct Search<'s> {
    seen: &'s [Seen],
    last: Option<&'s Row>,
    now: Timestamp,
    all: u128,
    /// From where it was found to end nowhere: which operations were done, and the row then.
    failed: HashMap<u128, Vec<Option<Row>>>,
}

impl Search<'_> {
    fn goes_on(&mut self, done: u128, row: Option<Row>) -> bool {
        if done == self.all {
            return same(row.as_ref(), self.last);
        }
        if self
            .failed
            .get(&done)
            .is_some_and(|rows| rows.contains(&row))
        {
            return false;
        }
        let open = |index: usize| u32::try_from(index).is_ok_and(|index| done & bit(index) == 0);
        let pending = self
            .seen
            .iter()
            .enumerate()
            .filter(|(index, _)| open(*index));
        // Whatever was asked for after another's answer comes after it.
        let first_answer = pending.clone().map(|(_, seen)| seen.answered).min();
        let next: Vec<usize> = pending
            .filter(|(_, seen)| first_answer.is_none_or(|answer| seen.asked <= answer))
            .map(|(index, _)| index)
            .collect();
        for index in next {
            let (Some(seen), Ok(shift)) = (self.seen.get(index), u32::try_from(index)) else {
                continue;
            };
            let (next, outcome) = transition(row.clone(), seen.operation.clone(), self.now);
            let attempt = next.as_ref().map(|row| row.attempt);
            let fits =
                outcome == seen.outcome && (seen.attempt.is_none() || seen.attempt == attempt);
            if fits && self.goes_on(done | bit(shift), next) {
                return true;
            }
        }
        self.failed.entry(done).or_default().push(row);
        false
    }
}

fn bit(index: u32) -> u128 {
    1_u128.checked_shl(index).unwrap_or(0)
}

/// Compares rows, their times aside.
pub(super) fn same(left: Option<&Row>, right: Option<&Row>) -> bool {
    let without_times = |row: &Row| Row {
        due: Timestamp::default(),
        received: Timestamp::default(),
        ..row.clone()
    };
    left.map(without_times) == right.map(without_times)
}
