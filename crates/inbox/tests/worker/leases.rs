//! Leases: renewed, lost, handed back, run out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use twilio_verify_webhooks_inbox::{Inbox, Job, MemoryStore, State};

use crate::flaky::Flaky;
use crate::{HOUR, LEASE, approved, run, takes, until};

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

    let [fails, stalls] = [Flaky::default(), Flaky::default()];
    fails.switches.does_not_renew.store(true, Ordering::Relaxed);
    stalls.switches.renews_never.store(true, Ordering::Relaxed);
    // The second ends while a renewal waits for its answer.
    for (store, lease) in [(fails, LEASE), (stalls, Duration::from_secs(28))] {
        let inbox = Inbox::builder(store).lease(lease).build();
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
            lease,
            "when another may take it, and not later"
        );
    }
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
