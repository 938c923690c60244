//! Which process holds which rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Held, How, Record, What};

/// Counts rows that a process has taken and not settled.
pub fn open_rows(records: &[Record], pid: u32) -> usize {
    let mut open = Open::default();
    records.iter().for_each(|record| open.see(record));
    open.0.get(&pid).map_or(0, BTreeSet::len)
}

/// Counts kills of processes that had taken rows.
pub(super) fn kills_between(records: &[Record]) -> u64 {
    let mut open = Open::default();
    let mut kills = 0;
    for record in records {
        if let What::Killed { victim } = &record.what {
            kills += u64::from(open.0.remove(victim).is_some_and(|open| !open.is_empty()));
        }
        open.see(record);
    }
    kills
}

/// The attempts that each process has.
#[derive(Default)]
struct Open<'r>(BTreeMap<u32, BTreeSet<(&'r str, u32)>>);

impl<'r> Open<'r> {
    fn see(&mut self, record: &'r Record) {
        let rows = self.0.entry(record.pid).or_default();
        match &record.what {
            What::Taken { id, attempt, .. } => {
                rows.insert((id, *attempt));
            }
            What::Settled {
                id,
                attempt,
                how,
                result,
                ..
            } if *how != How::Extend || *result != Held::Yes => {
                rows.remove(&(id.as_str(), *attempt));
            }
            _ => {}
        }
    }
}
