//! Deliveries, repetitions and conflicts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{AnswerOutcome, Inbox, MemoryStore, State};

use crate::{HOUR, approved, received, run, until};

#[tokio::test(start_paused = true)]
async fn an_event_is_handled_once_however_often_it_is_delivered() {
    let inbox = Inbox::new(MemoryStore::new());
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&handled);
    let _worker = run(&inbox, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok(()) }
    });
    let received = approved();
    assert_eq!(inbox.accept(&received).await.outcome(), AnswerOutcome::New);
    let row = until(&inbox, &received.event.delivery_id(), State::Done).await;
    assert_eq!((row.attempt, row.event), (1, None));
    let answer = inbox.accept(&received).await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (200, AnswerOutcome::Repeated(State::Done))
    );
    sleep(HOUR).await;
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn another_event_with_the_id_is_a_conflict() {
    let inbox = Inbox::new(MemoryStore::new());
    let event = EventBuilder::challenge_approved();
    let other = event.clone().entity_identity("somebody-else");
    assert_eq!(inbox.accept(&received(&event)).await.status(), 200);
    let answer = inbox.accept(&received(&other)).await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (409, AnswerOutcome::Conflict(State::Pending))
    );
    // What Twilio does not document may be added between two tries.
    let more = event.parameter("wireless_carrier", "none");
    assert_eq!(inbox.accept(&received(&more)).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_worker_in_the_same_process_wakes_at_once() {
    let inbox = Inbox::new(MemoryStore::new());
    let (done, mut handled) = mpsc::unbounded_channel();
    let _worker = run(&inbox, move |_| {
        let done = done.clone();
        async move { Ok(done.send(Instant::now())?) }
    });
    sleep(Duration::from_millis(10_250)).await;
    let start = Instant::now();
    let _ = inbox.accept(&approved()).await;
    assert_eq!(handled.recv().await, Some(start));
}
