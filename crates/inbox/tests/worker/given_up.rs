//! What is tried again, and what is given up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    AnswerOutcome, Failure, Inbox, InboxBuilder, Job, MemoryStore, Selection, State,
};

use crate::flaky::Flaky;
use crate::{HOUR, approved, received, run, until};

#[tokio::test(start_paused = true)]
async fn failures_and_panics_are_tried_again_and_given_up_in_the_end() {
    type Handler = fn(&Job) -> Result<(), Failure>;
    let cases: [(Handler, &str, u32); 4] = [
        (|_| Err("no bank".into()), "no bank", 4),
        (|_| panic!("no hope"), "the handler panicked: no hope", 4),
        (|_| Err(Failure::again_after(HOUR, "no hour")), "no hour", 4),
        (|_| Err(Failure::give_up("no use")), "no use", 1),
    ];
    std::panic::set_hook(Box::new(|_| {}));
    for (handler, error, tries) in cases {
        let inbox = Inbox::builder(MemoryStore::new())
            .max_tries(4)
            .give_up_by_tries_only()
            .build();
        let _worker = run(&inbox, move |job| async move { handler(&job) });
        let received = approved();
        let start = Instant::now();
        let _ = inbox.accept(&received).await;
        let row = until(&inbox, &received.event.delivery_id(), State::Dead).await;
        assert_eq!(row.error.as_ref().map(|error| error.as_str()), Some(error));
        assert_eq!((row.tries, row.attempt), (tries, tries));
        let waited = start.elapsed();
        match error {
            "no hour" => assert!(waited >= HOUR * 3, "{waited:?}"),
            "no use" => assert!(waited < Duration::from_secs(1), "{waited:?}"),
            // Half of 1, 2 and 4 seconds at least, and polling in between.
            _ => assert!((3500..12_000).contains(&waited.as_millis()), "{waited:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_event_is_for_a_person() {
    let inbox = Inbox::builder(MemoryStore::new()).max_tries(1).build();
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let breaks = Arc::clone(&broken);
    let _worker = run(&inbox, move |_| {
        let broken = breaks.load(Ordering::Relaxed);
        async move { if broken { Err("broken".into()) } else { Ok(()) } }
    });
    let (one, two) = (approved(), approved());
    for received in [&one, &two] {
        let _ = inbox.accept(received).await;
        until(&inbox, &received.event.delivery_id(), State::Dead).await;
    }
    let counts = inbox.counts().await.expect("counts");
    assert_eq!((counts.pending, counts.working, counts.dead), (0, 0, 2));
    let dead = inbox.dead(10, None).await.expect("dead rows");
    assert_eq!(dead.iter().filter(|dead| dead.event().is_some()).count(), 2);

    // Long after: a revived event is not too old.
    sleep(HOUR * 5).await;
    broken.store(false, Ordering::Relaxed);
    let selection = Selection::one(one.event.delivery_id());
    assert_eq!(inbox.revive(&selection).await.expect("revived"), 1);
    let row = until(&inbox, &one.event.delivery_id(), State::Done).await;
    assert_eq!(row.attempt, 2, "an attempt is never used again");
    assert!(
        inbox
            .discard(&two.event.delivery_id())
            .await
            .expect("discarded")
    );
    let answer = inbox.accept(&two).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Done));
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_waited_too_long_is_not_acted_on() {
    fn settings(store: MemoryStore) -> InboxBuilder<MemoryStore> {
        Inbox::builder(store)
    }
    type Setting = fn(InboxBuilder<MemoryStore>) -> InboxBuilder<MemoryStore>;
    let day = |inbox: InboxBuilder<MemoryStore>| inbox.give_up_after(HOUR * 24);
    let never = |inbox: InboxBuilder<MemoryStore>| inbox.give_up_by_tries_only();
    let usual = |inbox: InboxBuilder<MemoryStore>| inbox;
    let cases: [(Setting, EventBuilder, Duration, State); 6] = [
        (
            usual,
            EventBuilder::challenge_approved(),
            HOUR / 2,
            State::Done,
        ),
        (
            usual,
            EventBuilder::challenge_approved(),
            HOUR * 2,
            State::Dead,
        ),
        (
            usual,
            EventBuilder::factor_verified(),
            HOUR * 1000,
            State::Done,
        ),
        (
            day,
            EventBuilder::challenge_approved(),
            HOUR * 2,
            State::Done,
        ),
        (day, EventBuilder::factor_verified(), HOUR * 25, State::Dead),
        (
            never,
            EventBuilder::challenge_approved(),
            HOUR * 1000,
            State::Done,
        ),
    ];
    for (setting, event, age, state) in cases {
        let inbox = setting(settings(MemoryStore::new())).build();
        let received = received(&event);
        let _ = inbox.accept(&received).await;
        sleep(age).await;
        let counts = inbox.counts().await.expect("counts");
        assert!(
            counts.oldest_due.is_some_and(|due| due >= age),
            "the alert: {counts:?}"
        );
        let _worker = run(&inbox, |_| async { Ok(()) });
        until(&inbox, &received.event.delivery_id(), state).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_read_is_dead() {
    let store = Flaky::default();
    store.switches.garbles.store(true, Ordering::Relaxed);
    let inbox = Inbox::new(store);
    let _worker = run(&inbox, |_| async { Ok(()) });
    let received = approved();
    let _ = inbox.accept(&received).await;
    let row = until(&inbox, &received.event.delivery_id(), State::Dead).await;
    assert!(
        row.error
            .is_some_and(|error| error.as_str().starts_with("the event cannot be read"))
    );
}

/// What a panic may leave behind: something that panics when it is dropped, and leaves the same.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        std::panic::panic_any(Self);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_panic_leaves_may_panic_when_it_is_dropped() {
    let inbox = Inbox::builder(MemoryStore::new()).max_tries(2).build();
    let (bad, good) = (approved(), received(&EventBuilder::factor_verified()));
    let worker = run(&inbox, |job| async move {
        match job.event.event_type() {
            "challenge.approved" => std::panic::panic_any(Grenade),
            _ => Ok(()),
        }
    });
    let _ = inbox.accept(&bad).await;
    let row = until(&inbox, &bad.event.delivery_id(), State::Dead).await;
    assert_eq!(row.attempt, 2, "no lease was left to run out");
    let error = row.error.expect("an error");
    assert_eq!(error.as_str(), "the handler panicked: no text");
    let _ = inbox.accept(&good).await;
    until(&inbox, &good.event.delivery_id(), State::Done).await;
    drop(worker.0);
    worker.1.await.expect("a worker that stopped by itself");
}
