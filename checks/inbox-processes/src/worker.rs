use std::time::Duration;

use fastrand::Rng;
use std::sync::{Arc, Mutex};
use twilio_verify_webhooks::Event;
use twilio_verify_webhooks_inbox::{Digest, Failure, Inbox, Job};

use crate::Result;
use crate::endpoint::end_of_input;
use crate::fault::{Fault, Faulty};
use crate::history::{History, What};
use crate::place::Place;
use crate::recorded::Recorded;

/// Leases in these runs.
pub(crate) const LEASE: Duration = Duration::from_millis(1000);

/// Works until standard input ends.
pub(crate) fn work<P: Place>(url: &str, history: &str, fault: Fault, seed: u64) -> Result<()> {
    let history = History::append(history)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Panics are made on purpose.
    std::panic::set_hook(Box::new(|_| {}));
    runtime.block_on(async {
        let place = P::open(url).await?;
        let store = Faulty {
            store: place.store(),
            fault,
        };
        let store = Recorded {
            store,
            history: history.clone(),
        };
        let inbox = Inbox::builder(store)
            .lease(LEASE)
            .backoff(Duration::from_millis(20), Duration::from_millis(400))
            .max_tries(200)
            .give_up_by_tries_only()
            .build();
        let rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
        let worker = inbox.worker(move |job: Job| {
            let (place, history) = (place.clone(), history.clone());
            let rng = rng.lock().expect("nothing panics while it is held").fork();
            act(place, history, job, rng)
        });
        let worker = worker.concurrency(4).poll(Duration::from_millis(100));
        worker.run_until(end_of_input()).await;
        Ok(())
    })
}

/// Takes a while, fails now and then, and acts: on a challenge in a transaction, on other events outside of any.
async fn act<P: Place>(
    place: P,
    history: History,
    job: Job,
    mut rng: Rng,
) -> std::result::Result<(), Failure> {
    tokio::time::sleep(Duration::from_millis(rng.u64(5..150))).await;
    match rng.u8(..40) {
        0 => panic!("on purpose"),
        1..4 => return Err("on purpose".into()),
        39 => return Err(Failure::again_after(Duration::from_millis(5), "on purpose")),
        // Longer than the lease: it is renewed.
        38 => tokio::time::sleep(LEASE.mul_f32(1.3)).await,
        _ => {}
    }
    let (id, attempt) = (job.id().to_string(), job.attempt());
    let digest = hexadecimal(Digest::of(&job.event));
    if let Event::Challenge(_) = job.event {
        place.act(&job).await?;
        history.tell(What::Committed {
            id,
            digest,
            attempt,
        });
    } else {
        history.tell(What::Acted {
            id,
            digest,
            attempt,
        });
        tokio::time::sleep(Duration::from_millis(rng.u64(..30))).await;
        // After it acted, for once.
        if rng.u8(..40) == 0 {
            return Err("on purpose".into());
        }
    }
    Ok(())
}

pub(crate) fn hexadecimal(digest: Digest) -> String {
    digest
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
