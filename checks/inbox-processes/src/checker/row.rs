//! The rules, on the records of one row.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figures, Rule, Violation};
use crate::history::{Held, How, Record, What};

/// Rows keep times in whole milliseconds.
const CLOCK: u64 = 2_000_000;

/// The records of a row, in order.
pub(super) struct Row<'r> {
    pub(super) id: &'r str,
    pub(super) records: &'r [&'r Record],
    pub(super) violations: &'r mut Vec<Violation>,
}

impl Row<'_> {
    fn broken(&mut self, rule: Rule, what: impl Into<String>) {
        let (id, what) = (self.id.to_owned(), what.into());
        self.violations.push(Violation { rule, id, what });
    }

    pub(super) fn check(&mut self, figures: &mut Figures) {
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
