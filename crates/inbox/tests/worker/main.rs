//! What an inbox answers and what its worker does, on a clock that the tests move.

mod at_once;
mod blocking;
mod deliveries;
mod flaky;
mod given_up;
mod leases;
mod stores;
mod told;

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks::{DeliveryId, Received};
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{Failure, Inbox, Job, Row, State, Store};

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
