//! The service, called without a socket.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::sync::mpsc;
use tower::ServiceExt as _;
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use twilio_verify_webhooks::{
    AccountKeys, AccountReceiver, AccountSid, Accounts, AuthToken, KeyStore, KeyStoreError,
};
use webhook_service::{Bounded, Envelope, router};

const URL: &str = "https://example.com/webhook";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const STRANGER: &str = "AC00000000000000000000000000000000";
const HANGS: &str = "AC22222222222222222222222222222222";
const DOWN: &str = "AC11111111111111111111111111111111";

/// Knows all accounts but one, fails for another, and counts how often it is asked.
#[derive(Clone, Default)]
struct Database(Arc<AtomicUsize>);

impl KeyStore for Database {
    type Error = KeyStoreError;

    async fn keys(&self, sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, KeyStoreError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match sid.as_str() {
            DOWN => Err("the database is down".into()),
            STRANGER => Ok(None),
            HANGS => std::future::pending().await,
            _ => Ok(Some(
                AccountKeys::new(sid, [AuthToken::new(TOKEN)?])?.into(),
            )),
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
    let app = router(
        Accounts::new(
            receiver,
            Bounded::new(database.clone(), 100, Duration::from_secs(60)),
        ),
        queue,
    );
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
    assert_eq!(envelope.delivery_id, envelope.event.delivery_id());
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

#[tokio::test(start_paused = true)]
async fn strangers_who_name_new_accounts_bring_about_few_lookups() -> Result<(), Box<dyn Error>> {
    let database = Database::default();
    let bounded = Bounded::new(database.clone(), 3, Duration::from_secs(60));
    let find = async |sid| {
        Ok::<_, String>(
            bounded
                .keys(sid)
                .await
                .map_err(|error| error.to_string())?
                .is_some(),
        )
    };
    let lookups = || database.0.swap(0, Ordering::SeqCst);
    let second = Duration::from_secs(1);
    let named = |number: usize| AccountSid::new(&format!("AC{number:032x}"));

    let tenant = named(1000)?;
    assert!(find(tenant).await?);
    tokio::time::sleep(second * 2).await;
    lookups();
    // Each names another account.
    let mut failed = 0;
    for number in 1..=100 {
        failed += usize::from(find(named(number)?).await.is_err());
    }
    assert_eq!((lookups(), failed), (3, 97));
    // Those that were found before are not affected.
    assert!(find(tenant).await?);

    // A database that is down is asked as seldom.
    tokio::time::sleep(second * 2).await;
    for _ in 0..100 {
        assert!(find(DOWN.parse()?).await.is_err());
    }
    assert_eq!(lookups(), 3);

    // A lookup that hangs ends.
    tokio::time::sleep(second * 2).await;
    assert!(find(HANGS.parse()?).await.is_err());
    assert_eq!(lookups(), 1);
    Ok(())
}
