//! Handlers that run before the answer.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use twilio_verify_webhooks_inbox::{AnswerOutcome, Failure, Inbox, MemoryStore, State};

use crate::{approved, run, until};

#[tokio::test(start_paused = true)]
async fn a_handler_at_once_outlives_the_client() {
    let inbox = Inbox::new(MemoryStore::new());
    let received = approved();
    let (started, start) = oneshot::channel();
    let answer = inbox.accept_and_handle(&received, |_| async {
        let _ = started.send(());
        sleep(Duration::from_secs(3)).await;
        Ok::<(), Failure>(())
    });
    let client = async {
        tokio::select! {
            _ = answer => panic!("too early"),
            _ = start => {}
        }
    };
    // The client disconnects as soon as the handler runs.
    client.await;
    until(&inbox, &received.event.delivery_id(), State::Done).await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_at_once_is_waited_for_within_a_budget() {
    let inbox = Inbox::new(MemoryStore::new());
    let cases = [(1, 1, State::Done), (60, 5, State::Working)];
    for (takes, waits, state) in cases {
        let received = approved();
        let start = Instant::now();
        let handler = move |_| async move {
            sleep(Duration::from_secs(takes)).await;
            Ok::<(), Failure>(())
        };
        let answer = inbox.accept_and_handle(&received, handler).await;
        assert_eq!(answer.outcome(), AnswerOutcome::New);
        assert_eq!(start.elapsed(), Duration::from_secs(waits));
        let id = received.event.delivery_id();
        let row = inbox.find(&id).await.expect("found").expect("a row");
        assert_eq!(row.state, state);
        let again = inbox
            .accept_and_handle(&received, |_| async { Err("not again") })
            .await;
        assert_eq!(again.outcome(), AnswerOutcome::Repeated(state));
        // It goes on, beyond its lease.
        let row = until(&inbox, &id, State::Done).await;
        assert_eq!(row.attempt, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_at_once_or_finds_no_room_is_for_the_worker() {
    let inbox = Inbox::builder(MemoryStore::new()).at_once(1).build();
    let (first, second) = (approved(), approved());
    let fails = |_| async {
        sleep(Duration::from_secs(1)).await;
        Err("not now")
    };
    let (one, two) = tokio::join!(
        inbox.accept_and_handle(&first, fails),
        inbox.accept_and_handle(&second, |_| async { Ok::<(), Failure>(()) }),
    );
    assert_eq!((one.status(), two.status()), (200, 200));
    for received in [&first, &second] {
        let row = inbox
            .find(&received.event.delivery_id())
            .await
            .expect("found");
        assert_eq!(row.map(|row| row.state), Some(State::Pending));
    }
    let _worker = run(&inbox, |_| async { Ok(()) });
    for received in [&first, &second] {
        until(&inbox, &received.event.delivery_id(), State::Done).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_handlers_at_once_and_then_hands_their_rows_back() {
    for (takes, state) in [(15, State::Done), (60, State::Pending)] {
        let inbox = Inbox::new(MemoryStore::new());
        let (stop, worker) = run(&inbox, |_| async { Ok(()) });
        let received = approved();
        let handler = move |_| async move {
            sleep(Duration::from_secs(takes)).await;
            Ok::<(), Failure>(())
        };
        let answer = inbox.accept_and_handle(&received, handler).await;
        assert_eq!(answer.outcome(), AnswerOutcome::New);
        drop(stop);
        worker.await.expect("a worker that stopped");
        let id = received.event.delivery_id();
        let row = inbox.find(&id).await.expect("found").expect("a row");
        assert_eq!(row.state, state);
        assert_eq!(row.tries, u32::from(state == State::Done), "none is spent");
        // The inbox goes on to be used, if the program does.
        let again = approved();
        let answer = inbox.accept_and_handle(&again, |_| async { Ok::<(), Failure>(()) });
        assert_eq!(answer.await.outcome(), AnswerOutcome::New);
        until(&inbox, &again.event.delivery_id(), State::Done).await;
    }
}
