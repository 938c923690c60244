//! What is told to `tracing`.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{Inbox, MemoryStore, State};

use crate::{received, run, until};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata
            .target()
            .starts_with("twilio_verify_webhooks_inbox")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(String::new());
        span.record(&mut line);
        self.0.lock().expect("no panic").push(line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().expect("no panic").push(line.0);
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn events_name_the_delivery_and_hold_no_text_of_it() {
    let lines = Lines::default();
    several_subscribers();
    let guard = tracing::subscriber::set_default(lines.clone());
    let inbox = Inbox::builder(MemoryStore::new()).max_tries(2).build();
    let event = EventBuilder::challenge_approved()
        .entity_identity("somebody-secret")
        .challenge_hidden_details(r#"{"order":"secret"}"#);
    let received = received(&event);
    let _worker = run(&inbox, |_| async { Err("a secret of the handler".into()) });
    let _ = inbox.accept(&received).await;
    until(&inbox, &received.event.delivery_id(), State::Dead).await;
    let _ = inbox.accept(&received).await;
    drop(guard);

    let lines = lines.0.lock().expect("no panic").clone();
    for told in ["accepted", "taken", "again", "dead", "repeated"] {
        let message = format!("message={told}");
        let line = lines.iter().find(|line| line.contains(&message));
        let line = line.unwrap_or_else(|| panic!("{told} is not told: {lines:#?}"));
        for name in ["account_sid", "uuid", "event_type=\"challenge.approved\""] {
            assert!(line.contains(name), "{line}");
        }
    }
    assert!(
        !lines.iter().any(|line| line.contains("secret")),
        "{lines:#?}"
    );
}

/// Keeps a second subscriber for the process. With one alone, an event that another test's thread comes to first would be
/// switched off for all threads.
fn several_subscribers() {
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
    LazyLock::force(&SECOND);
}
