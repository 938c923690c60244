//! What must not have been.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::history::{Held, How, Record, What};

/// Rows keep times in whole milliseconds.
const CLOCK: u64 = 2_000_000;

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
    figures.kills_between_take_and_done = kills_between(&records);
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

/// Counts rows that a process has taken and not settled.
pub fn open_rows(records: &[Record], pid: u32) -> usize {
    let mut open = Open::default();
    records.iter().for_each(|record| open.see(record));
    open.0.get(&pid).map_or(0, BTreeSet::len)
}

/// Counts kills of processes that had taken rows.
fn kills_between(records: &[Record]) -> u64 {
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

struct Row<'r> {
    id: &'r str,
    records: &'r [&'r Record],
    violations: &'r mut Vec<Violation>,
}

impl Row<'_> {
    fn broken(&mut self, rule: Rule, what: impl Into<String>) {
        let (id, what) = (self.id.to_owned(), what.into());
        self.violations.push(Violation { rule, id, what });
    }

    fn check(&mut self, figures: &mut Figures) {
        figures.rows += 1;
        self.answers(figures);
        self.attempts(figures);
        self.settlements(figures);
        self.acts(figures);
    }

    fn answers(&mut self, figures: &mut Figures) {
        let mut accepted = BTreeSet::new();
        let mut ended = None;
        for record in self.records {
            match &record.what {
                What::Answered { digest, status, .. } => {
                    *figures.answers.entry(*status).or_default() += 1;
                    if *status == 200 {
                        accepted.insert(digest.clone());
                    }
                }
                What::Ended { state, .. } => ended = Some(state.clone()),
                _ => {}
            }
        }
        if accepted.len() > 1 {
            self.broken(
                Rule::Conflict,
                "two events with this id were answered with 200",
            );
        }
        let records = self.records;
        for record in records {
            if let What::Acted { digest, .. } | What::Committed { digest, .. } = &record.what
                && !accepted.is_empty()
                && !accepted.contains(digest)
            {
                self.broken(Rule::Conflict, "another event with this id was handled");
            }
        }
        if let (false, Some(state)) = (accepted.is_empty(), ended) {
            match state.as_deref() {
                Some("done") => {}
                Some("dead") => figures.dead += 1,
                other => self.broken(
                    Rule::Kept,
                    format!("acknowledged, and in the end {other:?}"),
                ),
            }
        }
    }

    fn attempts(&mut self, figures: &mut Figures) {
        let mut granted: Vec<(u32, u64, u64)> = Vec::new();
        for record in self.records {
            if let What::Taken { attempt, asked, .. } = &record.what {
                granted.push((*attempt, *asked, record.at));
            }
        }
        figures.takes += u64::try_from(granted.len()).unwrap_or(u64::MAX);
        granted.sort_unstable();
        for (before, after) in granted.iter().zip(granted.iter().skip(1)) {
            if before.0 == after.0 {
                self.broken(
                    Rule::Attempts,
                    format!("attempt {} was granted twice", after.0),
                );
            }
            if after.2 < before.1 {
                self.broken(
                    Rule::Attempts,
                    format!("attempt {} came before {}", after.0, before.0),
                );
            }
        }
    }

    fn settlements(&mut self, figures: &mut Figures) {
        // (attempt, asked, answered)
        let mut takes: Vec<(u32, u64, u64, u64)> = Vec::new();
        let mut done = None::<u64>;
        let mut given_back = BTreeMap::<u32, u64>::new();
        let mut lease_ends = BTreeMap::<u32, u64>::new();
        let records = self.records;
        for record in records {
            match &record.what {
                What::Taken {
                    attempt,
                    asked,
                    lease_ms,
                    ..
                } => {
                    takes.push((*attempt, *asked, record.at, asked + lease_ms * 1_000_000));
                    lease_ends
                        .entry(*attempt)
                        .or_insert(asked + lease_ms * 1_000_000);
                }
                // Its answer may be lost: from then on it may be given back.
                What::Settling {
                    attempt,
                    how: How::Again | How::HandBack,
                    ..
                } => {
                    given_back.entry(*attempt).or_insert(record.at);
                }
                What::Settled {
                    attempt,
                    how,
                    result,
                    asked,
                    lease_ms,
                    ..
                } => match (how, result) {
                    (How::Extend, Held::Yes) => {
                        let end = lease_ends.entry(*attempt).or_default();
                        *end = (*end).max(asked + lease_ms * 1_000_000);
                    }
                    (How::Done, Held::Yes) | (_, Held::AlreadyDone) => {
                        done = Some(done.map_or(record.at, |done| done.min(record.at)));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        for record in records {
            match &record.what {
                What::Taken { attempt, asked, .. } if done.is_some_and(|done| *asked > done) => {
                    self.broken(Rule::TakenAfterDone, format!("attempt {attempt}"));
                }
                What::Settled {
                    attempt,
                    how,
                    result: Held::Yes,
                    asked,
                    ..
                } => {
                    let later = takes
                        .iter()
                        .find(|take| take.0 > *attempt && take.2 < *asked);
                    if let Some(later) = later {
                        let what = format!("{how:?} of attempt {attempt} held after {}", later.0);
                        self.broken(Rule::Fenced, what);
                    }
                }
                What::Settled {
                    result: Held::Lost, ..
                } => figures.lost += 1,
                _ => {}
            }
        }
        takes.sort_unstable();
        for (before, after) in takes.iter().zip(takes.iter().skip(1)) {
            let ended = lease_ends
                .get(&before.0)
                .is_some_and(|end| after.2 + CLOCK >= *end);
            let given_back = given_back.get(&before.0).is_some_and(|at| *at <= after.2);
            if after.0 > before.0 && !ended && !given_back {
                let what = format!(
                    "attempt {} was granted during the lease of {}",
                    after.0, before.0
                );
                self.broken(Rule::Overlap, what);
            }
        }
    }

    fn acts(&mut self, figures: &mut Figures) {
        let mut lost = BTreeMap::<u32, u64>::new();
        let (mut acts, mut commits, mut attempts) = (0_u64, 0_u64, BTreeSet::new());
        let mut ended = None;
        let records = self.records;
        for record in records {
            match &record.what {
                What::Settled {
                    attempt,
                    result: Held::Lost,
                    ..
                } => {
                    lost.entry(*attempt).or_insert(record.at);
                }
                What::Acted { attempt, .. } => {
                    acts += 1;
                    let after_lost = lost.get(attempt).is_some_and(|lost| *lost < record.at);
                    if after_lost {
                        self.broken(Rule::ActedAfterLost, format!("attempt {attempt}"));
                    }
                    if !attempts.insert(*attempt) {
                        self.broken(Rule::Repeated, format!("attempt {attempt} acted twice"));
                    }
                }
                What::Committed { .. } => commits += 1,
                What::Ended {
                    state, committed, ..
                } => ended = Some((state.clone(), *committed)),
                _ => {}
            }
        }
        figures.repeated_acts += acts.saturating_sub(1);
        figures.commits += commits;
        let Some((state, committed)) = ended else {
            return;
        };
        if committed > 1 {
            self.broken(Rule::Once, format!("committed {committed} times"));
        }
        if state.as_deref() == Some("done") && acts == 0 && committed == 0 {
            self.broken(Rule::Handled, "done, and nobody acted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AC0123456789abcdef0123456789abcdef/uuid";
    const MILLI: u64 = 1_000_000;

    fn at(millis: u64, what: What) -> Record {
        let (at, pid) = (millis * MILLI, 1);
        Record { at, pid, what }
    }

    fn answered(millis: u64, digest: &str, status: u16) -> Record {
        let (id, digest) = (ID.to_owned(), digest.to_owned());
        at(millis, What::Answered { id, digest, status })
    }

    fn taken(millis: u64, attempt: u32) -> Record {
        let (id, asked) = (ID.to_owned(), millis * MILLI);
        at(
            millis,
            What::Taken {
                id,
                attempt,
                asked,
                lease_ms: 1000,
            },
        )
    }

    fn settled(millis: u64, attempt: u32, how: How, result: Held) -> [Record; 2] {
        let (id, asked) = (ID.to_owned(), millis * MILLI);
        let settling = What::Settling {
            id: id.clone(),
            attempt,
            how,
        };
        let settled = What::Settled {
            id,
            attempt,
            how,
            result,
            asked,
            lease_ms: 1000,
        };
        [at(millis, settling), at(millis, settled)]
    }

    fn acted(millis: u64, digest: &str, attempt: u32) -> Record {
        let (id, digest) = (ID.to_owned(), digest.to_owned());
        at(
            millis,
            What::Acted {
                id,
                digest,
                attempt,
            },
        )
    }

    fn ended(state: Option<&str>, committed: u64) -> Record {
        let (id, state) = (ID.to_owned(), state.map(str::to_owned));
        at(
            90_000,
            What::Ended {
                id,
                state,
                attempt: 1,
                committed,
            },
        )
    }

    #[track_caller]
    fn breaks(records: Vec<Record>, expected: &[Rule]) {
        let (_, violations) = check(&records);
        let rules: Vec<_> = violations.iter().map(|violation| violation.rule).collect();
        assert_eq!(rules, expected, "{violations:?}");
    }

    fn usual() -> Vec<Record> {
        let mut records = vec![answered(1, "a", 200), taken(2, 1), acted(3, "a", 1)];
        records.extend(settled(4, 1, How::Done, Held::Yes));
        records
    }

    #[test]
    fn nothing_is_wrong_with_an_event_that_is_handled() {
        let mut records = usual();
        records.extend([
            answered(5, "a", 200),
            answered(6, "b", 409),
            ended(Some("done"), 0),
        ]);
        breaks(records, &[]);
    }

    #[test]
    fn nothing_is_wrong_with_a_second_attempt_when_the_lease_is_over() {
        let mut records = vec![
            answered(1, "a", 200),
            taken(2, 1),
            acted(3, "a", 1),
            taken(1003, 2),
        ];
        records.extend(settled(1100, 1, How::Done, Held::Lost));
        records.push(acted(1200, "a", 2));
        records.extend(settled(1300, 2, How::Done, Held::Yes));
        records.push(ended(Some("done"), 0));
        breaks(records, &[]);
    }

    #[test]
    fn an_acknowledged_event_that_is_gone_is_found() {
        breaks(vec![answered(1, "a", 200), ended(None, 0)], &[Rule::Kept]);
        breaks(
            vec![answered(1, "a", 200), ended(Some("pending"), 0)],
            &[Rule::Kept],
        );
    }

    #[test]
    fn another_event_with_the_id_is_found() {
        breaks(
            vec![answered(1, "a", 200), answered(2, "b", 200)],
            &[Rule::Conflict],
        );
        breaks(
            vec![answered(1, "a", 200), acted(2, "b", 1)],
            &[Rule::Conflict],
        );
    }

    #[test]
    fn an_attempt_that_is_granted_twice_is_found() {
        breaks(vec![taken(1, 1), taken(2000, 1)], &[Rule::Attempts]);
    }

    #[test]
    fn a_take_after_done_is_found() {
        let mut records = usual();
        records.push(taken(2000, 2));
        breaks(records, &[Rule::TakenAfterDone]);
    }

    #[test]
    fn a_stale_ticket_that_is_held_is_found() {
        let mut records = vec![taken(1, 1), taken(1500, 2)];
        records.extend(settled(1600, 1, How::Again, Held::Yes));
        breaks(records, &[Rule::Fenced]);
    }

    #[test]
    fn two_attempts_within_one_lease_are_found() {
        breaks(vec![taken(1, 1), taken(500, 2)], &[Rule::Overlap]);
        let mut renewed = vec![taken(1, 1), taken(1500, 2)];
        renewed.extend(settled(900, 1, How::Extend, Held::Yes));
        breaks(renewed, &[Rule::Overlap]);
    }

    #[test]
    fn two_commits_are_found() {
        breaks(vec![ended(Some("done"), 2)], &[Rule::Once]);
    }

    #[test]
    fn an_act_after_the_lease_was_lost_is_found() {
        let mut records = vec![taken(1, 1), taken(1500, 2)];
        records.extend(settled(1600, 1, How::Extend, Held::Lost));
        records.push(acted(1700, "a", 1));
        breaks(records, &[Rule::ActedAfterLost]);
    }

    #[test]
    fn done_without_an_act_and_acting_twice_are_found() {
        breaks(vec![ended(Some("done"), 0)], &[Rule::Handled]);
        breaks(vec![acted(1, "a", 0), acted(2, "a", 0)], &[Rule::Repeated]);
    }

    #[test]
    fn kills_are_counted_that_come_between_take_and_done() {
        let killed = at(3, What::Killed { victim: 1 });
        assert_eq!(
            check(&[taken(2, 1), killed.clone()])
                .0
                .kills_between_take_and_done,
            1
        );
        let mut records = usual();
        records.push(at(9, What::Killed { victim: 1 }));
        assert_eq!(check(&records).0.kills_between_take_and_done, 0);
    }
}
