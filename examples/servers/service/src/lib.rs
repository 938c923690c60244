//! A service around the receiver: many accounts whose keys are looked up, a state of its own, counters, and events
//! handed to a queue.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use metrics::counter;
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use twilio_verify_webhooks::{
    AccountKeys, AccountReceived, AccountReceiver, AccountSid, Accounts, Event, KeyStore,
    KeyStoreError, ReceiveError, Received,
};

/// What the queue adds to an event. Whoever reads it back believes the queue: nothing is verified again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// What to recognise repetitions by.
    pub delivery_id: String,
    /// When it was received, in seconds since 1970.
    pub received: u64,
    /// The event, under Twilio's own names.
    pub event: Event<'static>,
}

/// Where the keys of an account come from.
pub trait Tenants: Send + Sync + 'static {
    /// Looks the keys of an account up; `None` if it is no tenant.
    fn find(
        &self,
        account_sid: AccountSid,
    ) -> impl Future<Output = Result<Option<AccountKeys>, Box<dyn Error + Send + Sync>>> + Send;
}

/// Tenants, and a cache, so that the same account is looked up once a minute. Strangers can name a new one each time:
/// limit requests before this.
pub struct CachedTenants<T> {
    tenants: T,
    /// Accounts that are no tenants are kept as well.
    cache: Cache<AccountSid, Option<Arc<AccountKeys>>>,
}

impl<T: Tenants> CachedTenants<T> {
    /// Keeps what is found for a minute: for so long a key that was taken back is still accepted.
    pub fn new(tenants: T) -> Self {
        let cache = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_secs(60))
            .build();
        Self { tenants, cache }
    }
}

impl<T: Tenants> KeyStore for CachedTenants<T> {
    type Error = KeyStoreError;

    async fn keys(
        &self,
        account_sid: AccountSid,
    ) -> Result<Option<Arc<AccountKeys>>, KeyStoreError> {
        let find = async { Ok(self.tenants.find(account_sid).await?.map(Arc::new)) };
        let found = self.cache.try_get_with(account_sid, find).await;
        found.map_err(|error: Arc<KeyStoreError>| error.to_string().into())
    }
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

/// Routes the webhook at `/webhook`. The queue is a channel here; with a client
/// of a real one, answer 200 only once it has stored the event.
pub fn router(
    receiver: AccountReceiver,
    tenants: impl Tenants,
    queue: mpsc::Sender<Vec<u8>>,
) -> Router {
    let accounts = Accounts::new(receiver, CachedTenants::new(tenants));
    Router::new()
        .route("/webhook", any(webhook))
        .with_state(App { accounts, queue })
}

/// The log is written by the extractor: accepted deliveries, and at the level of debugging what was refused.
async fn webhook(
    State(app): State<App>,
    received: Result<AccountReceived, ReceiveError<KeyStoreError>>,
) -> Response {
    let AccountReceived(Received { event, key, .. }) = match received {
        Ok(received) => received,
        Err(error) => {
            counter!("webhooks_refused", "code" => error.code()).increment(1);
            return error.into_response();
        }
    };
    // Not by account: how many labels there are should not depend on how many accounts there are.
    let key = key.position.to_string();
    counter!("webhooks_accepted", "key" => key).increment(1);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let envelope = Envelope {
        delivery_id: event.delivery_id().to_string(),
        received: now.as_secs(),
        event,
    };
    let queued = match serde_json::to_vec(&envelope) {
        Ok(json) => app.queue.try_send(json).is_ok(),
        Err(_) => false,
    };
    if !queued {
        counter!("webhooks_not_queued").increment(1);
        tracing::error!(
            delivery_id = envelope.delivery_id,
            "the queue does not take an event"
        );
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    StatusCode::OK.into_response()
}
