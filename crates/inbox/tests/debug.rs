//! What `Debug` shows ends in logs: never what an event says.

use std::error::Error;
use std::time::Duration;

use tokio::sync::mpsc;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    Entry, ErrorText, Inbox, Job, Kind, MemoryStore, Operation, Settlement, Store as _, Terms,
    Timestamp, transition,
};

#[tokio::test]
async fn nothing_of_an_event_but_its_id_and_type() -> Result<(), Box<dyn Error + Send + Sync>> {
    let event = EventBuilder::challenge_approved()
        .entity_identity("somebody-secret")
        .challenge_hidden_details(r#"{"order":"secret"}"#);
    let received = Deliveries::new()?.receive(&event)?;
    let id = received.event.delivery_id();
    let store = MemoryStore::new();
    let entry = Entry::new(&received)?;
    let mut shown = vec![format!("{entry:?}"), format!("{store:?}")];
    store.accept(entry.clone(), None).await?;
    shown.push(format!("{:?}", store.find(&id).await?));
    let terms = Terms {
        lease: Duration::from_secs(60),
        max_tries: 3,
        kinds: Kind::ALL,
    };
    let taken = store.take(&terms, 1).await?;
    shown.push(format!("{taken:?}"));
    let leased = taken.rows.first().ok_or("expected a row")?;
    let error = ErrorText::new("no");
    store
        .settle(&leased.ticket, Settlement::Dead { error })
        .await?;
    let inbox = Inbox::new(store);
    shown.push(format!("{:?}", inbox.dead(1, None).await?));
    let (_, kind, digest, event) = entry.into_parts();
    let operation = Operation::Accept {
        kind,
        digest,
        event,
        lease: None,
    };
    shown.push(format!("{operation:?}"));
    let after = transition(None, operation, Timestamp::now());
    shown.push(format!("{after:?}"));

    let (sender, mut jobs) = mpsc::unbounded_channel();
    let other = Inbox::new(MemoryStore::new());
    let _ = other.accept(&received).await;
    let worker = other.worker(move |job: Job| {
        let sent = sender.send(format!("{job:?}"));
        async move { sent }
    });
    worker
        .run_until(async { shown.extend(jobs.recv().await) })
        .await;
    assert_eq!(shown.len(), 8);
    for text in &shown {
        assert!(!text.contains("secret"), "{text}");
    }
    let job = shown.last().ok_or("expected a job")?;
    for told in [id.uuid(), "challenge.approved", "attempt: 1", "tries: 1"] {
        assert!(job.contains(told), "{job}");
    }
    Ok(())
}
