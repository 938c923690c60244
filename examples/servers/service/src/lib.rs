//! A service: many accounts whose keys are looked up, own state, counters, events to a queue; logs by the extractor.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::any;
use metrics::counter;
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};
use twilio_verify_webhooks::{
    AccountKeys, AccountReceived, AccountSid, Accounts, DeliveryId, Event, KeyStore, KeyStoreError,
    ReceiveError, Received,
};

type Found = Option<Arc<AccountKeys>>;
const SECOND: Duration = Duration::from_secs(1);

/// Bounds lookups, as strangers choose the account: a cache for one that is named again, also where it is no tenant, and
/// a limit for those that are named first. None takes longer than a second.
pub struct Bounded<S> {
    keys: S,
    cache: Cache<AccountSid, Found>,
    lookups: Arc<Semaphore>,
}

impl<S: KeyStore> Bounded<S> {
    /// Allows so many lookups a second, failed ones included. A key that was taken back is accepted while it is cached.
    pub fn new(keys: S, lookups: usize, cached: Duration) -> Self {
        let cache = Cache::builder().time_to_live(cached);
        let cache = cache.max_capacity(10_000).build();
        #[rustfmt::skip]
        return Self { keys, cache, lookups: Arc::new(Semaphore::new(lookups)) };
    }

    async fn find(&self, account_sid: AccountSid) -> Result<Found, KeyStoreError> {
        // Nobody waits for a permit: that would be another queue to bound. It is given back after a second.
        let permit = self.lookups.clone().try_acquire_owned();
        let permit = permit.map_err(|_| "more lookups than are allowed")?;
        tokio::spawn(async move {
            sleep(SECOND).await;
            drop(permit);
        });
        let found = timeout(SECOND, self.keys.keys(account_sid)).await?;
        found.map_err(Into::into)
    }
}

impl<S: KeyStore> KeyStore for Bounded<S> {
    type Error = KeyStoreError;

    async fn keys(&self, account_sid: AccountSid) -> Result<Found, KeyStoreError> {
        let found = self.cache.try_get_with(account_sid, self.find(account_sid));
        found.await.map_err(|error| error.to_string().into())
    }
}

/// What the queue adds to an event. Whoever reads it back believes the queue: nothing is verified again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// What to recognise repetitions by.
    pub delivery_id: DeliveryId,
    /// When it was received, in seconds since 1970.
    pub received: u64,
    pub event: Event<'static>,
}

#[derive(Clone)]
struct App {
    accounts: Accounts,
    queue: mpsc::Sender<Vec<u8>>,
}

impl FromRef<App> for Accounts {
    fn from_ref(app: &App) -> Self {
        app.accounts.clone()
    }
}

/// Routes the webhook. With a real queue in place of the channel, answer 200 only once it has stored the event.
pub fn router(accounts: Accounts, queue: mpsc::Sender<Vec<u8>>) -> Router {
    let routes = Router::new().route("/webhook", any(webhook));
    routes.with_state(App { accounts, queue })
}

async fn webhook(
    State(App { queue, .. }): State<App>,
    received: Result<AccountReceived, ReceiveError<KeyStoreError>>,
) -> Result<StatusCode, ReceiveError<KeyStoreError>> {
    let received = received.inspect_err(|error| {
        counter!("webhooks_refused", "code" => error.code()).increment(1);
    });
    let AccountReceived(Received { event, key, .. }) = received?;
    counter!("webhooks_accepted", "key" => key.position.to_string()).increment(1);
    let delivery_id = event.delivery_id();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    #[rustfmt::skip]
    let envelope = Envelope { delivery_id, received: now.as_secs(), event };
    let json = serde_json::to_vec(&envelope).unwrap_or_default();
    if json.is_empty() || queue.try_send(json).is_err() {
        counter!("webhooks_not_queued").increment(1);
        return Ok(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(StatusCode::OK)
}
