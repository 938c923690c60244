//! Without a runtime of the caller's.

use twilio_verify_webhooks_inbox::{AnswerOutcome, Inbox, Job, MemoryStore, State};

use crate::approved;

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
