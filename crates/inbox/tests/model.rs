//! Every order of deliveries, takes, settlements, crashes, lost replies, purges and revivals of one row, searched
//! breadth-first with the `transition` that ships: nothing acknowledged is lost, no take is granted after done, and
//! what commits with its row commits once. Faults that are planted are found.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    Accepted, Digest, ErrorText, Kind, Operation, Outcome, Row, Settled, Settlement, State, Terms,
    Timestamp, transition,
};

const WORKERS: usize = 3;
const TICK: Duration = Duration::from_millis(1);
const NOW: Timestamp = Timestamp::from_millis(1);
const TERMS: Terms = Terms {
    lease: TICK,
    max_tries: 2,
    kinds: Kind::ALL,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// What a ticket says is done to the row whatever the attempt.
    Unfenced,
    /// Done rows are purged while deliveries may still come.
    PurgedTooEarly,
    /// The sender gets its answer before the row is stored.
    AcknowledgedBeforeStored,
}

/// How a worker acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acts {
    /// First acts, then says that it is done.
    Outside,
    /// In the transaction that says that it is done.
    InTransaction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Worker {
    Idle,
    /// Has the row by this attempt, has acted or not, and may be waiting for a reply that was lost.
    Has {
        attempt: u32,
        acted: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    /// Its times count from now, so that the same situation at another time is the same world.
    row: Option<Row>,
    /// Deliveries that are still to come.
    deliveries: u8,
    /// An acknowledged delivery that is not stored yet.
    unstored: bool,
    crashes: u8,
    lost_replies: u8,
    revivals: u8,
    /// Graceful stops, each of which gives a try back.
    stops: u8,
    workers: [Worker; WORKERS],
    acknowledged: bool,
    done: bool,
    purged: bool,
    commits: u8,
    acts: u8,
    taken_after_done: bool,
}

struct Model {
    digest: Digest,
    acts: Acts,
    fault: Fault,
}

impl Model {
    fn start(&self) -> World {
        World {
            row: None,
            deliveries: 3,
            unstored: false,
            crashes: 2,
            lost_replies: 2,
            revivals: 1,
            stops: 1,
            workers: [Worker::Idle; WORKERS],
            acknowledged: false,
            done: false,
            purged: false,
            commits: 0,
            acts: 0,
            taken_after_done: false,
        }
    }

    fn apply(&self, world: &World, operation: Operation) -> (World, Outcome) {
        let mut next = world.clone();
        let (row, outcome) = transition(next.row.take(), operation, NOW);
        next.row = row.map(|row| Row {
            received: NOW,
            error: None,
            ..row
        });
        next.done |= next
            .row
            .as_ref()
            .is_some_and(|row| row.state == State::Done);
        (next, outcome)
    }

    fn accept(&self) -> Operation {
        Operation::Accept {
            kind: Kind::Push,
            digest: self.digest,
            event: String::new(),
            lease: None,
        }
    }

    /// Everything that may come next.
    fn next(&self, world: &World) -> Vec<World> {
        let mut all = Vec::new();
        // A lease may end at any moment.
        let row = world.row.as_ref().filter(|row| row.due > NOW);
        all.extend(row.map(|row| World {
            row: Some(Row {
                due: NOW,
                ..row.clone()
            }),
            ..world.clone()
        }));
        if world.deliveries > 0 {
            self.deliver(world, &mut all);
        }
        if world.unstored {
            let (mut next, _) = self.apply(world, self.accept());
            next.unstored = false;
            all.push(next);
            if world.crashes > 0 {
                let crashes = world.crashes - 1;
                all.push(World {
                    unstored: false,
                    crashes,
                    ..world.clone()
                });
            }
        }
        for worker in 0..WORKERS {
            match world.workers[worker] {
                Worker::Idle => self.take(world, worker, &mut all),
                Worker::Has { attempt, acted } => {
                    self.work(world, worker, attempt, acted, &mut all);
                    if world.crashes > 0 {
                        let mut next = world.clone();
                        next.crashes -= 1;
                        next.workers[worker] = Worker::Idle;
                        all.push(next);
                    }
                }
            }
        }
        if world.revivals > 0 {
            let (mut next, outcome) = self.apply(world, Operation::Revive);
            next.revivals -= 1;
            all.extend((outcome == Outcome::Changed).then_some(next));
        }
        // Kept for longer than any delivery may still come.
        if world.deliveries == 0 || self.fault == Fault::PurgedTooEarly {
            let age = Duration::ZERO;
            let (mut next, outcome) = self.apply(world, Operation::Purge { age });
            next.purged = true;
            all.extend((outcome == Outcome::Changed).then_some(next));
        }
        // Which worker is which makes no difference.
        all.iter_mut()
            .for_each(|world| world.workers.sort_unstable());
        all
    }

    fn deliver(&self, world: &World, all: &mut Vec<World>) {
        let deliveries = world.deliveries - 1;
        if self.fault == Fault::AcknowledgedBeforeStored {
            let (acknowledged, unstored) = (true, true);
            all.push(World {
                deliveries,
                acknowledged,
                unstored,
                ..world.clone()
            });
            return;
        }
        let (mut next, outcome) = self.apply(world, self.accept());
        next.deliveries = deliveries;
        if world.lost_replies > 0 {
            let lost_replies = world.lost_replies - 1;
            all.push(World {
                lost_replies,
                ..next.clone()
            });
        }
        let known = Outcome::Accepted(Accepted::New) == outcome
            || matches!(outcome, Outcome::Accepted(Accepted::Known(_)));
        next.acknowledged |= known;
        all.push(next);
    }

    fn take(&self, world: &World, worker: usize, all: &mut Vec<World>) {
        let (mut next, outcome) = self.apply(world, Operation::Take(TERMS));
        match outcome {
            Outcome::Taken => {
                next.taken_after_done |= world.done;
                if world.lost_replies > 0 {
                    let lost_replies = world.lost_replies - 1;
                    all.push(World {
                        lost_replies,
                        ..next.clone()
                    });
                }
                let attempt = next.row.as_ref().map_or(0, |row| row.attempt);
                let acted = false;
                next.workers[worker] = Worker::Has { attempt, acted };
                all.push(next);
            }
            Outcome::Buried => all.push(next),
            _ => {}
        }
    }

    fn work(&self, world: &World, worker: usize, attempt: u32, acted: bool, all: &mut Vec<World>) {
        if self.acts == Acts::Outside && !acted {
            let mut next = world.clone();
            next.acts = next.acts.saturating_add(1).min(3);
            next.workers[worker] = Worker::Has {
                attempt,
                acted: true,
            };
            all.push(next);
        }
        let error = ErrorText::new("failed");
        let mut settlements = vec![
            Settlement::Again {
                after: Duration::ZERO,
                error: error.clone(),
            },
            Settlement::Extend { lease: TICK },
            Settlement::Dead { error },
        ];
        if world.stops > 0 {
            settlements.push(Settlement::HandBack);
        }
        if acted || self.acts == Acts::InTransaction {
            settlements.push(Settlement::Done);
        }
        for settlement in settlements {
            let attempt = match self.fault {
                Fault::Unfenced => world.row.as_ref().map_or(0, |row| row.attempt),
                _ => attempt,
            };
            let was_done = world
                .row
                .as_ref()
                .is_some_and(|row| row.state == State::Done);
            let operation = Operation::Settle {
                attempt,
                settlement: settlement.clone(),
            };
            let (mut next, outcome) = self.apply(world, operation);
            next.stops -= u8::from(settlement == Settlement::HandBack);
            let held = outcome == Outcome::Settled(Settled::Held);
            // The transaction of whoever has lost the row is rolled back. After a lost reply it is not run again: the
            // worker asks whether the row is done.
            if self.acts == Acts::InTransaction && settlement == Settlement::Done && held {
                let again = was_done && acted;
                next.commits += u8::from(!again);
            }
            if world.lost_replies > 0 {
                let mut lost = next.clone();
                lost.lost_replies -= 1;
                let sent = settlement == Settlement::Done;
                lost.workers[worker] = Worker::Has {
                    attempt,
                    acted: acted || sent,
                };
                all.push(lost);
            }
            let keeps = matches!(settlement, Settlement::Extend { .. }) && held;
            if !keeps {
                next.workers[worker] = Worker::Idle;
            }
            all.push(next);
        }
    }

    /// Says what is wrong with a world.
    fn fault_in(&self, world: &World) -> Option<&'static str> {
        if world.acknowledged && world.row.is_none() && !world.purged && !world.unstored {
            return Some("acknowledged and lost");
        }
        if world.taken_after_done {
            return Some("taken after done");
        }
        if world.commits > 1 {
            return Some("committed twice");
        }
        let done = world
            .row
            .as_ref()
            .is_some_and(|row| row.state == State::Done);
        if done && world.commits == 0 && world.acts == 0 {
            return Some("done without an act");
        }
        None
    }

    /// Searches all worlds; returns how many there are, and what is wrong with them.
    fn search(&self) -> (usize, HashSet<&'static str>) {
        let start = self.start();
        let start = Rc::new(start);
        let mut seen = HashSet::from([Rc::clone(&start)]);
        let (mut queue, mut wrong) = (VecDeque::from([start]), HashSet::new());
        while let Some(world) = queue.pop_front() {
            if let Some(fault) = self.fault_in(&world) {
                wrong.insert(fault);
                continue;
            }
            for next in self.next(&world) {
                let next = Rc::new(next);
                if seen.insert(Rc::clone(&next)) {
                    queue.push_back(next);
                }
            }
        }
        (seen.len(), wrong)
    }
}

#[track_caller]
fn search(acts: Acts, fault: Fault, expected: Option<&str>) {
    let event = EventBuilder::factor_created().build();
    let digest = Digest::of(&event.expect("an event"));
    let model = Model {
        digest,
        acts,
        fault,
    };
    let (worlds, wrong) = model.search();
    assert!(worlds > 1000, "{worlds} worlds");
    match expected {
        None => assert!(wrong.is_empty(), "{wrong:?} in {worlds} worlds"),
        Some(expected) => assert!(wrong.contains(expected), "{wrong:?} in {worlds} worlds"),
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_taken_after_done() {
    search(Acts::Outside, Fault::None, None);
}

#[test]
fn what_commits_with_its_row_commits_once() {
    search(Acts::InTransaction, Fault::None, None);
}

#[test]
fn tickets_without_a_fence_are_found() {
    search(
        Acts::InTransaction,
        Fault::Unfenced,
        Some("committed twice"),
    );
}

#[test]
fn a_purge_that_comes_too_early_is_found() {
    let expected = Some("taken after done");
    search(Acts::InTransaction, Fault::PurgedTooEarly, expected);
}

#[test]
fn an_acknowledgement_before_the_row_is_stored_is_found() {
    let expected = Some("acknowledged and lost");
    search(
        Acts::InTransaction,
        Fault::AcknowledgedBeforeStored,
        expected,
    );
}
