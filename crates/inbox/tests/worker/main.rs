//! What an inbox answers and what its worker does, on a clock that the tests move.

mod flaky;
mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks::{DeliveryId, Received};
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    Answer, AnswerOutcome, Failure, Inbox, InboxBuilder, Job, MemoryStore, Row, Selection, State,
    Store, StoreErrorKind,
};

use crate::flaky::Flaky;

const LEASE: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn received(event: &EventBuilder) -> Received<'static> {
    let deliveries = Deliveries::new().expect("a receiver");
    deliveries.receive(event).expect("an event")
}

fn approved() -> Received<'static> {
    received(&EventBuilder::challenge_approved())
}

/// A handler that takes so long.
async fn takes(time: Duration) -> Result<(), Failure> {
    sleep(time).await;
    Ok(())
}

/// Waits until a row is in a state.
async fn until<S: Store>(inbox: &Inbox<S>, id: &DeliveryId, state: State) -> Row {
    for _ in 0..1_000_000 {
        if let Ok(Some(row)) = inbox.find(id).await
            && row.state == state
        {
            return row;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the row did not become {state}");
}

/// A worker in a task, which stops when the sender is dropped.
fn run<S: Store, F>(
    inbox: &Inbox<S>,
    handler: impl Fn(Job) -> F + Send + Sync + 'static,
) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>)
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = inbox.worker(handler);
    (stop, tokio::spawn(worker.run_until(stopped)))
}

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

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_while_the_handler_runs() {
    let inbox = Inbox::new(MemoryStore::new());
    let _one = run(&inbox, |_| takes(LEASE * 10));
    let _two = run(&inbox, |_| takes(LEASE * 10));
    let received = approved();
    let start = Instant::now();
    let _ = inbox.accept(&received).await;
    let row = until(&inbox, &received.event.delivery_id(), State::Done).await;
    assert_eq!(row.attempt, 1);
    assert!(start.elapsed() >= LEASE * 10);
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_lease_cannot_be_renewed_is_cancelled_in_time() {
    struct Cancelled(mpsc::UnboundedSender<Instant>);
    impl Drop for Cancelled {
        fn drop(&mut self) {
            let _ = self.0.send(Instant::now());
        }
    }

    let store = Flaky::default();
    store.switches.does_not_renew.store(true, Ordering::Relaxed);
    let inbox = Inbox::new(store);
    let (sender, mut cancelled) = mpsc::unbounded_channel();
    let start = Instant::now();
    let _worker = run(&inbox, move |_| {
        let guard = Cancelled(sender.clone());
        async move {
            sleep(LEASE * 10).await;
            drop(guard);
            Ok(())
        }
    });
    let _ = inbox.accept(&approved()).await;
    let at = cancelled.recv().await.expect("it is cancelled");
    assert_eq!(
        at.duration_since(start),
        LEASE,
        "when another may take it, and not later"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_handlers_and_hands_the_rest_back() {
    let inbox = Inbox::new(MemoryStore::new());
    let (quick, slow) = (approved(), approved());
    let slow_id = slow.event.delivery_id();
    let id = slow_id.clone();
    let (started, mut starts) = mpsc::unbounded_channel();
    let (stop, worker) = run(&inbox, move |job: Job| {
        let _ = started.send(());
        let wait = if *job.id() == id {
            HOUR
        } else {
            Duration::from_secs(5)
        };
        takes(wait)
    });
    let _ = inbox.accept(&quick).await;
    let _ = inbox.accept(&slow).await;
    starts.recv().await;
    starts.recv().await;
    let start = Instant::now();
    drop(stop);
    let _ = worker.await;
    assert!(start.elapsed() < LEASE, "{:?}", start.elapsed());
    let row = inbox
        .find(&quick.event.delivery_id())
        .await
        .expect("found")
        .expect("a row");
    assert_eq!(row.state, State::Done);
    let row = inbox.find(&slow_id).await.expect("found").expect("a row");
    // It was not its fault: the try is given back, the attempt is not.
    assert_eq!((row.state, row.tries, row.attempt), (State::Pending, 0, 1));
}

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
async fn a_row_whose_process_died_is_taken_alone() {
    let store = MemoryStore::new();
    let dying = Inbox::new(store.clone());
    let (stop, worker) = run(&dying, |_| takes(HOUR));
    let first = approved();
    let _ = dying.accept(&first).await;
    sleep(Duration::from_secs(1)).await;
    // As a killed process: nothing is settled.
    worker.abort();
    let _ = worker.await;
    drop(stop);
    sleep(LEASE).await;
    let inbox = Inbox::new(store);
    let (others, running) = ([approved(), approved()], Arc::new(AtomicUsize::new(0)));
    for received in &others {
        let _ = inbox.accept(received).await;
    }
    let (id, now) = (first.event.delivery_id(), Arc::clone(&running));
    let (seen, mut most) = mpsc::unbounded_channel();
    let _worker = run(&inbox, move |job: Job| {
        let (now, retaken) = (Arc::clone(&now), *job.id() == id);
        let seen = seen.clone();
        async move {
            now.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_secs(3)).await;
            if retaken {
                seen.send(now.load(Ordering::Relaxed))?;
            }
            Ok(())
        }
    });
    assert_eq!(
        most.recv().await,
        Some(1),
        "nobody else was started beside it"
    );
    for received in &others {
        until(&inbox, &received.event.delivery_id(), State::Done).await;
    }
}

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

#[test]
fn synchronous_code_needs_no_runtime() {
    let inbox = Inbox::new(MemoryStore::new());
    let (done, handled) = std::sync::mpsc::channel();
    let worker = inbox.worker_blocking(move |job: Job| done.send(job.id().clone()));
    let worker = worker.start_thread().expect("a thread");
    let received = approved();
    assert_eq!(inbox.accept_blocking(&received).status(), 200);
    assert_eq!(handled.recv(), Ok(received.event.delivery_id()));
    worker.stop();
    let row = inbox.blocking().find(&received.event.delivery_id());
    assert_eq!(row.expect("found").map(|row| row.state), Some(State::Done));
    assert_eq!(
        inbox.accept_blocking(&received).outcome(),
        AnswerOutcome::Repeated(State::Done)
    );
}
