//! Events of Event Streams in an inbox.

use std::error::Error;
use std::time::Duration;

use tokio::sync::mpsc;
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{
    CloudEventBuilder, EventBuilder, Signer, StartedVerification,
};
use twilio_verify_webhooks::verify_events::{
    Batch, CloudEvent, EventStreamReceiver, VerificationEventType,
};
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    AnswerOutcome, CloudEventJob, Entry, Failure, Inbox, Job, MemoryStore, Selection, State, Store,
    row_id,
};

type Failed = Box<dyn Error + Send + Sync>;

fn batch(events: &[CloudEventBuilder]) -> Result<Batch, Failed> {
    received(|signer| signer.post_events(events))
}

fn received(
    delivery: impl FnOnce(&Signer) -> twilio_verify_webhooks::testing::OwnedDelivery,
) -> Result<Batch, Failed> {
    let (destination, token) = (
        "https://mywebsite.com/streams",
        AuthToken::new("a-token-for-tests")?,
    );
    let signer = Signer::new(destination, token.clone())?;
    let receiver = EventStreamReceiver::new(destination, token)?;
    Ok(receiver.receive(&delivery(&signer).as_delivery())?)
}

fn story() -> Vec<CloudEventBuilder> {
    let mut started = StartedVerification::from_seed(1);
    vec![
        started.verification(VerificationEventType::Pending),
        started.verification(VerificationEventType::Approved),
        started.sink_test(),
    ]
}

/// Runs a worker for both kinds until so many events were handled, and returns their types.
async fn handled(inbox: &Inbox<MemoryStore>, count: usize) -> Vec<String> {
    let (sender, mut types) = mpsc::unbounded_channel();
    let (push, cloud) = (sender.clone(), sender);
    let worker = inbox
        .worker(move |job: Job| {
            let sent = push.send(job.event.event_type().to_owned());
            async move { sent }
        })
        .cloud_events(move |job: CloudEventJob| {
            let sent = cloud.send(job.event.event_type);
            async move { sent }
        });
    let mut handled = Vec::new();
    worker
        .run_until(async {
            while handled.len() < count {
                handled.extend(types.recv().await);
            }
        })
        .await;
    handled
}

#[tokio::test]
async fn each_event_is_handled_once() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let events = story();
    let answer = inbox.accept_batch(&batch(&events)?).await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (200, AnswerOutcome::New)
    );
    assert_eq!(inbox.counts().await?.pending, 3);
    // Alone, in another order, with one that is new.
    let again = [events[2].clone(), events[0].clone()];
    let answer = inbox.accept_batch(&batch(&again)?).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    let more = [events[1].clone(), CloudEventBuilder::sink_test()];
    assert_eq!(
        inbox.accept_batch(&batch(&more)?).await.outcome(),
        AnswerOutcome::New
    );
    assert_eq!(inbox.counts().await?.pending, 4);

    let mut handled = handled(&inbox, 4).await;
    handled.sort();
    assert_eq!(
        handled[0],
        "com.twilio.accountsecurity.verify.verification.approved"
    );
    let answer = inbox.accept_batch(&batch(&events)?).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Done));
    assert_eq!(inbox.counts().await?.pending, 0);
    Ok(())
}

#[tokio::test]
async fn one_worker_handles_both_kinds() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let received = Deliveries::new()?.receive(&EventBuilder::challenge_approved())?;
    assert_eq!(inbox.accept(&received).await.status(), 200);
    assert_eq!(
        inbox
            .accept_batch(&batch(&[CloudEventBuilder::message_sent()])?)
            .await
            .status(),
        200
    );
    let mut handled = handled(&inbox, 2).await;
    handled.sort();
    assert_eq!(
        handled,
        [
            "challenge.approved",
            "com.twilio.accountsecurity.verify.message.sent"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_batch_without_events_is_answered_200() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    for body in ["[]", r#"[{"hello":"world"},null]"#] {
        let answer = inbox
            .accept_batch(&received(|signer| signer.post_json(body))?)
            .await;
        assert_eq!(
            (answer.status(), answer.outcome()),
            (200, AnswerOutcome::Repeated(State::Done))
        );
    }
    assert_eq!(inbox.counts().await?.pending, 0);
    Ok(())
}

#[tokio::test]
async fn another_event_under_a_known_id_costs_itself_alone() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let event = CloudEventBuilder::verification_pending();
    assert_eq!(
        inbox
            .accept_batch(&batch(std::slice::from_ref(&event))?)
            .await
            .status(),
        200
    );
    let other = event.clone().data("verification_status", "APPROVED");
    let answer = inbox
        .accept_batch(&batch(&[other, CloudEventBuilder::sink_test()])?)
        .await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (200, AnswerOutcome::New)
    );
    // Attributes beside what happened may differ from one try to the next.
    let again = event
        .attribute("datacontenttype", "text/json")
        .attribute("time", "later");
    let answer = inbox.accept_batch(&batch(&[again])?).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    assert_eq!(inbox.counts().await?.pending, 2);
    Ok(())
}

#[tokio::test]
async fn a_full_store_has_all_of_them_sent_again() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::with(2, Duration::from_secs(3600)));
    let batch = batch(&story())?;
    let answer = inbox.accept_batch(&batch).await;
    assert_eq!(
        (answer.status(), answer.outcome()),
        (503, AnswerOutcome::Unavailable)
    );
    handled(&inbox, 2).await;
    inbox.purge(Duration::ZERO, 2).await?;
    let answer = inbox.accept_batch(&batch).await;
    assert_eq!(answer.status(), 503);
    Ok(())
}

#[tokio::test]
async fn a_failure_is_tried_again_and_a_dead_event_is_read() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let batch = batch(&[CloudEventBuilder::verification_approved()])?;
    let id = batch.events().next().map(CloudEvent::delivery_id).unwrap();
    assert_eq!(inbox.accept_batch(&batch).await.status(), 200);
    let (tried, mut tries) = mpsc::unbounded_channel();
    let worker = inbox.cloud_event_worker(move |job: CloudEventJob| {
        let _ = tried.send(job.tries);
        async move {
            match job.tries {
                1 => Err(Failure::again_after(Duration::ZERO, "once more")),
                _ => Err(Failure::give_up("never")),
            }
        }
    });
    worker
        .run_until(async { while tries.recv().await != Some(2) {} })
        .await;
    let dead = inbox.dead(10, None).await?;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].id, row_id(&id)?);
    assert_eq!(dead[0].cloud_event().unwrap().delivery_id(), id);
    assert_eq!(dead[0].event(), None);
    assert_eq!(inbox.revive(&Selection::one(row_id(&id)?)).await?, 1);
    Ok(())
}

#[tokio::test]
async fn workers_for_one_kind_each_share_an_inbox() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let sent = batch(&story())?;
    assert_eq!(inbox.accept_batch(&sent).await.status(), 200);
    let received = Deliveries::new()?.receive(&EventBuilder::factor_created())?;
    assert_eq!(inbox.accept(&received).await.status(), 200);
    let (sender, mut handled) = mpsc::unbounded_channel();
    let push = inbox.worker({
        let sender = sender.clone();
        move |job: Job| {
            let sent = sender.send(job.event.event_type().to_owned());
            async move { sent }
        }
    });
    push.run_until(async {
        assert_eq!(handled.recv().await.as_deref(), Some("factor.created"));
    })
    .await;
    // What nobody handles is not dead: it waits, and shows.
    let counts = inbox.counts().await?;
    assert_eq!((counts.pending, counts.working, counts.dead), (3, 0, 0));
    assert!(counts.oldest_due.is_some());
    let cloud = inbox.cloud_event_worker(move |job: CloudEventJob| {
        let sent = sender.send(job.event.event_type);
        async move { sent }
    });
    let later = Deliveries::new()?.receive(&EventBuilder::factor_deleted())?;
    assert_eq!(inbox.accept(&later).await.status(), 200);
    cloud
        .run_until(async {
            for _ in 0..3 {
                assert_ne!(handled.recv().await.as_deref(), Some("factor.deleted"));
            }
        })
        .await;
    let counts = inbox.counts().await?;
    assert_eq!((counts.pending, counts.working, counts.dead), (1, 0, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_worker_wakes_at_once_for_its_own_kind() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let (sender, mut handled) = mpsc::unbounded_channel();
    let hour = Duration::from_secs(3600);
    let push = sender.clone();
    let push = inbox.worker(move |_: Job| {
        let sent = push.send(tokio::time::Instant::now());
        async move { sent }
    });
    let cloud = inbox.cloud_event_worker(move |_: CloudEventJob| {
        let sent = sender.send(tokio::time::Instant::now());
        async move { sent }
    });
    tokio::spawn(push.poll(hour).run_until(std::future::pending::<()>()));
    tokio::spawn(cloud.poll(hour).run_until(std::future::pending::<()>()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let start = tokio::time::Instant::now();
    let _ = inbox
        .accept_batch(&batch(&[CloudEventBuilder::sink_test()])?)
        .await;
    assert_eq!(handled.recv().await, Some(start));
    let _ = inbox
        .accept(&Deliveries::new()?.receive(&EventBuilder::factor_created())?)
        .await;
    assert_eq!(handled.recv().await, Some(start));
    Ok(())
}

#[tokio::test]
async fn debug_shows_no_telephone_number() -> Result<(), Failed> {
    let inbox = Inbox::new(MemoryStore::new());
    let event = CloudEventBuilder::message_sent();
    let text = event.clone().build()?.as_str().to_owned();
    let sent = batch(&[event])?;
    assert!(text.contains("+44"), "{text}");
    for entry in Entry::of_batch(&sent) {
        assert!(!format!("{:?}", entry?).contains("+44"));
    }
    let _ = inbox.accept_batch(&sent).await;
    let (sender, mut shown) = mpsc::unbounded_channel();
    let worker = inbox.cloud_event_worker(move |job: CloudEventJob| {
        let sent = sender.send(format!("{job:?}"));
        async move { sent }
    });
    let mut seen = None;
    worker.run_until(async { seen = shown.recv().await }).await;
    let seen = seen.ok_or("expected a job")?;
    assert!(
        seen.contains("message.sent") && !seen.contains("+44"),
        "{seen}"
    );
    Ok(())
}

#[tokio::test]
async fn rows_have_the_event_s_id_where_it_fits() -> Result<(), Failed> {
    let of = |event: CloudEventBuilder| {
        let event = event.build()?;
        Ok::<_, Failed>((
            event.delivery_id(),
            row_id(&event.delivery_id())?.to_string(),
        ))
    };
    let event = CloudEventBuilder::verification_pending();
    let (id, row) = of(event.clone())?;
    assert_eq!(row, format!("{}/{}", id.origin(), id.id()));
    // Of other forms, what is made of them.
    for (name, value) in [("id", "x".repeat(65)), ("id", "a\nb".to_owned())] {
        let (id, row) = of(event.clone().attribute(name, value))?;
        assert!(
            row.starts_with(id.origin()) && row.len() == 34 + 1 + 64,
            "{row}"
        );
    }
    let (_, row) = of(event.clone().data("account_sid", "AC1"))?;
    let (_, other) = of(event.without_data("account_sid"))?;
    assert!(row.starts_with("AC") && row.len() == 34 + 1 + 64, "{row}");
    assert_ne!(row, other);

    let store = MemoryStore::new();
    let batch = batch(&[CloudEventBuilder::sink_test()])?;
    for entry in Entry::of_batch(&batch) {
        store.accept(entry?, None).await?;
    }
    let id = batch.events().next().map(CloudEvent::delivery_id).unwrap();
    assert!(store.find(&row_id(&id)?).await?.is_some());
    Ok(())
}
