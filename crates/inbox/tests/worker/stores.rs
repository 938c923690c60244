//! Stores that fail, do not answer, or are full.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use twilio_verify_webhooks_inbox::{
    Answer, AnswerOutcome, Entry, Inbox, MemoryStore, Settled, Settlement, State, Store as _,
    StoreErrorKind, Ticket,
};

use crate::flaky::Flaky;
use crate::{HOUR, approved, run, takes, until};

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_asked_less_and_less_and_rows_are_handled_when_it_is_back() {
    let store = Flaky::default();
    let switches = Arc::clone(&store.switches);
    let inbox = Inbox::new(store);
    let received = approved();
    let _ = inbox.accept(&received).await;
    switches.fails.store(true, Ordering::Relaxed);
    let _worker = run(&inbox, |_| async { Ok(()) });
    let answer = inbox.accept(&approved()).await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (503, AnswerOutcome::Unavailable)
    );
    let before = switches.calls.load(Ordering::Relaxed);
    sleep(HOUR).await;
    let calls = switches.calls.load(Ordering::Relaxed) - before;
    assert!((360..900).contains(&calls), "{calls} calls in an hour");
    switches.fails.store(false, Ordering::Relaxed);
    sleep(Duration::from_secs(15)).await;
    let row = inbox
        .find(&received.event.delivery_id())
        .await
        .expect("found")
        .expect("a row");
    assert_eq!(row.state, State::Dead, "an approval of an hour ago");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_503_within_three_seconds() {
    let store = Flaky::default();
    store.switches.stalls.store(true, Ordering::Relaxed);
    let inbox = Inbox::new(store);
    let start = Instant::now();
    let answer: Answer = inbox.accept(&approved()).await;
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(answer.status(), 503);
    assert_eq!(
        answer.error().map(|error| error.kind()),
        Some(StoreErrorKind::Timeout)
    );
}

#[tokio::test(start_paused = true)]
async fn a_memory_store_that_is_full_is_503_and_forgets_nothing() {
    let inbox = Inbox::new(MemoryStore::with(2, HOUR * 2));
    let _worker = run(&inbox, |_| async { Ok(()) });
    let (one, two, three) = (approved(), approved(), approved());
    for received in [&one, &two] {
        let _ = inbox.accept(received).await;
        until(&inbox, &received.event.delivery_id(), State::Done).await;
    }
    let answer = inbox.accept(&three).await;
    assert_eq!(
        answer.error().map(|error| error.kind()),
        Some(StoreErrorKind::Full)
    );
    assert_eq!(
        inbox.accept(&one).await.outcome(),
        AnswerOutcome::Repeated(State::Done)
    );
    // Done rows leave after the stated time only.
    sleep(HOUR * 2).await;
    assert_eq!(inbox.accept(&three).await.outcome(), AnswerOutcome::New);
}

#[tokio::test(start_paused = true)]
async fn a_store_with_nothing_to_do_is_left_alone_whatever_the_poll_is() {
    let cases = [
        (Duration::ZERO, HOUR / 60, 6_000..12_002),
        (Duration::from_secs(1), HOUR, 3_600..7_202),
        (Duration::MAX, HOUR, 1..3),
    ];
    for (poll, time, expected) in cases {
        let store = Flaky::default();
        let switches = Arc::clone(&store.switches);
        let inbox = Inbox::new(store);
        let worker = inbox.worker(|_| takes(HOUR)).poll(poll);
        worker.run_until(sleep(time)).await;
        let calls = switches.calls.load(Ordering::Relaxed);
        assert!(
            expected.contains(&calls),
            "{poll:?}: {calls} calls in {time:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_purge_of_many_rows_goes_in_short_steps_that_have_a_deadline_each() {
    let store = Flaky::default();
    let switches = Arc::clone(&store.switches);
    let inbox = Inbox::new(store);
    for _ in 0..1_100 {
        let received = approved();
        let entry = Entry::new(&received).expect("an entry");
        let lease = Some(HOUR);
        inbox.store().accept(entry, lease).await.expect("stored");
        let ticket = Ticket::first(received.event.delivery_id());
        let settled = inbox.store().settle(&ticket, Settlement::Done).await;
        assert_eq!(settled.expect("settled"), Settled::Held);
    }
    switches.calls.store(0, Ordering::Relaxed);
    switches.takes_ms.store(2_000, Ordering::Relaxed);
    // Longer than a deadline in all.
    assert_eq!(
        inbox.purge(Duration::ZERO, 1_050).await.expect("purged"),
        1_050
    );
    assert_eq!(switches.calls.load(Ordering::Relaxed), 3);
    assert_eq!(
        inbox
            .purge(Duration::ZERO, usize::MAX)
            .await
            .expect("purged"),
        50
    );
    assert_eq!(inbox.purge(Duration::ZERO, 0).await.expect("purged"), 0);
    assert_eq!(switches.calls.load(Ordering::Relaxed), 4);
}
