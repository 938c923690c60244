//! The service, called without a socket.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::sync::mpsc;
use tower::ServiceExt as _;
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use twilio_verify_webhooks::{AccountKeys, AccountReceiver, AccountSid, AuthToken};
use webhook_service::{Envelope, Tenants, router};

const URL: &str = "https://example.com/webhook";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const STRANGER: &str = "AC00000000000000000000000000000000";
const DOWN: &str = "AC11111111111111111111111111111111";

/// Knows all accounts but one, fails for another, and counts how often it is asked.
#[derive(Clone, Default)]
struct Database(Arc<AtomicUsize>);

impl Tenants for Database {
    async fn find(
        &self,
        account_sid: AccountSid,
    ) -> Result<Option<AccountKeys>, Box<dyn Error + Send + Sync>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match account_sid.as_str() {
            DOWN => Err("the database is down".into()),
            STRANGER => Ok(None),
            _ => Ok(Some(AccountKeys::new(
                account_sid,
                [AuthToken::new(TOKEN)?],
            )?)),
        }
    }
}

#[tokio::test]
async fn events_are_queued_strangers_are_looked_up_once_and_all_is_counted()
-> Result<(), Box<dyn Error>> {
    let recorder = DebuggingRecorder::new();
    let counters = recorder.snapshotter();
    recorder.install()?;
    let database = Database::default();
    let (queue, mut queued) = mpsc::channel(1);
    let receiver = AccountReceiver::builder(URL).build()?;
    let app = router(receiver, database.clone(), queue);
    let signer = Signer::new(URL, AuthToken::new(TOKEN)?)?;
    let deliver = async |event: &EventBuilder| -> Result<u16, Box<dyn Error>> {
        let request = signer.post(event).into_request()?.map(Body::from);
        Ok(app.clone().oneshot(request).await?.status().as_u16())
    };

    let event = EventBuilder::challenge_approved();
    assert_eq!(deliver(&event).await?, 200);
    // Nobody has taken the first one, and there is room for one.
    assert_eq!(deliver(&event).await?, 503);
    let envelope: Envelope = serde_json::from_slice(&queued.recv().await.ok_or("nothing queued")?)?;
    assert_eq!(envelope.event, event.build()?);
    assert_eq!(
        envelope.delivery_id,
        envelope.event.delivery_id().to_string()
    );
    assert_eq!(
        database.0.load(Ordering::SeqCst),
        1,
        "the second was cached"
    );

    let stranger = event.clone().parameter("account_sid", STRANGER);
    for _ in 0..3 {
        assert_eq!(deliver(&stranger).await?, 403);
    }
    assert_eq!(
        database.0.load(Ordering::SeqCst),
        2,
        "that there is none is cached too"
    );
    assert_eq!(
        deliver(&event.clone().parameter("account_sid", DOWN)).await?,
        503
    );

    let mut counted: Vec<_> = counters
        .snapshot()
        .into_vec()
        .into_iter()
        .filter_map(|(key, _, _, value)| {
            let label = key
                .key()
                .labels()
                .next()
                .map(|label| label.value().to_owned());
            let DebugValue::Counter(count) = value else {
                return None;
            };
            Some((key.key().name().to_owned(), label, count))
        })
        .collect();
    counted.sort();
    let row =
        |name: &str, label: Option<&str>, count| (name.to_owned(), label.map(str::to_owned), count);
    assert_eq!(
        counted,
        [
            row("webhooks_accepted", Some("0"), 2),
            row("webhooks_not_queued", None, 1),
            row("webhooks_refused", Some("account_unknown"), 3),
            row("webhooks_refused", Some("keys_unavailable"), 1),
        ]
    );
    Ok(())
}
