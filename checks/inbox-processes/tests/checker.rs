//! Histories, and the rules that they break.

use inbox_processes::checker::{Rule, check};
use inbox_processes::{Held, How, Record, What};

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
