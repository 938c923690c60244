//! A webhook server on axum for many accounts at one URL, each with keys of its own that are replaced while it runs.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook ACCOUNTS=accounts.json
//! cd examples/servers && cargo run -p webhook-multi-tenant
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given,
//! `EVENTS` the file that keeps events, `events.db` if not given, `CACHE_SECONDS` how long the keys of an account, or that
//! it has none, are cached, 60 if not given, and `ACCOUNTS` a file of accounts and their keys, new
//! keys before old ones, which is read again when it has changed and without which lookups fail when it is gone:
//!
//! ```json
//! {
//!   "AC0123456789abcdef0123456789abcdef": { "auth_tokens": ["the new one", "the old one"] },
//!   "ACfedcba9876543210fedcba9876543210": {
//!     "auth_tokens": ["0123456789abcdef0123456789abcdef"],
//!     "shared_keys": [{ "id": "an id", "secret": "a secret", "algorithm": "HMAC_SHA256" }]
//!   }
//! }
//! ```
//!
//! To replace a key, put the new one before it, and take the old one out when the log no longer says that it is in use.
//! Without `ACCOUNTS` there is the one account `TWILIO_ACCOUNT_SID` with its `TWILIO_AUTH_TOKEN`.

mod tenants;

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::any;
use twilio_verify_webhooks::{
    AccountReceived, AccountReceiver, AccountSid, Accounts, AuthToken, ChallengeEventType, Event,
    KeyStoreError, ReceiveError,
};
use twilio_verify_webhooks_inbox::{Answer, AnswerOutcome, Inbox, Job};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
use webhook_service::Bounded;

use crate::tenants::Tenants;

#[derive(Clone)]
struct App {
    accounts: Accounts,
    /// Stores each event before it is acknowledged, and recognises it when it comes again.
    inbox: Inbox<SqliteStore>,
}

impl FromRef<App> for Accounts {
    fn from_ref(app: &App) -> Self {
        app.accounts.clone()
    }
}

type Received = Result<AccountReceived, ReceiveError<KeyStoreError>>;

async fn webhook(
    State(app): State<App>,
    received: Received,
) -> Result<Answer, ReceiveError<KeyStoreError>> {
    let AccountReceived(received) = received.inspect_err(|error| eprintln!("refused: {error}"))?;
    let (account_sid, key) = (received.event.account_sid(), &received.key);
    if key.position > 0 {
        eprintln!("{account_sid}: {key} is still in use");
    }
    let answer = app.inbox.accept_and_handle(&received, handle).await;
    match (answer.outcome(), answer.error()) {
        (_, Some(error)) => eprintln!("{account_sid}: {error}"),
        (AnswerOutcome::Conflict(_), _) => eprintln!("{account_sid}: two events with one uuid"),
        _ => {}
    }
    Ok(answer)
}

/// Runs at once for a new event, and again, by the worker, for one that failed or was cut off.
async fn handle(job: Job) -> Result<(), Infallible> {
    act(job.event.account_sid(), &job.event);
    Ok(())
}

/// What the application is there for. A repetition does not come here; after a crash an event may come again.
fn act(account_sid: AccountSid, event: &Event<'_>) {
    // Whoever has an account's keys can sign any uuid, one with a line about another account in it as well.
    let uuid = event.uuid().escape_debug();
    match event {
        Event::Challenge(challenge) => {
            let identity = &challenge.entity_identity;
            match challenge.event_type {
                // An identity may be longer than what was signed: let nobody in but whom you asked with this challenge.
                ChallengeEventType::Approved => {
                    println!("{account_sid}: let {identity} in: {uuid}");
                }
                ChallengeEventType::Denied => {
                    println!("{account_sid}: keep {identity} out: {uuid}");
                }
            }
        }
        Event::Factor(factor) => {
            let (event_type, identity) = (factor.event_type, &factor.entity_identity);
            println!("{account_sid}: {event_type} for {identity}: {uuid}");
        }
        other => {
            let event_type = other.event_type();
            println!("{account_sid}: nothing to do for {event_type}: {uuid}");
        }
    }
}

fn tenants() -> Result<Tenants, Box<dyn Error>> {
    if let Some(file) = env::var_os("ACCOUNTS") {
        return Tenants::follow(file.into());
    }
    let account_sid = env::var("TWILIO_ACCOUNT_SID");
    let account_sid = account_sid.map_err(|_| "neither ACCOUNTS nor TWILIO_ACCOUNT_SID is set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    Tenants::one(account_sid.parse()?, AuthToken::new(&token)?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let file = env::var_os("EVENTS").unwrap_or_else(|| "events.db".into());
    let inbox = Inbox::new(SqliteStore::open(file).await?);
    let worker = inbox.worker(handle).run_until(std::future::pending::<()>());
    tokio::spawn(worker);
    let cached = env::var("CACHE_SECONDS").unwrap_or_else(|_| "60".into());
    let cached = Duration::from_secs(cached.parse()?);
    let receiver = AccountReceiver::builder(url).build()?;
    let app = App {
        // Strangers choose which account is looked up.
        accounts: Accounts::new(receiver, Bounded::new(tenants()?, 100, cached)),
        inbox: inbox.clone(),
    };

    // Any method: the receiver answers those that it does not accept.
    let app = Router::new()
        .route("/webhook", any(webhook))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
