//! A webhook server on axum with the `tower` layer, for many accounts whose keys are looked up.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! export TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef
//! cargo run --example tower_accounts --features tower
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::collections::HashMap;
use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::routing::any;
use axum::{Extension, Router};
use twilio_verify_webhooks::{
    AccountKeys, AccountReceiver, AccountSid, Accounts, AuthToken, ChallengeEventType, Event,
    KeyStore, Received, WebhookLayer,
};

/// A database or a cache would be asked here: it may take its time, and it may fail.
struct Keys(HashMap<AccountSid, Arc<AccountKeys>>);

impl KeyStore for Keys {
    type Error = Infallible;

    async fn keys(&self, account_sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, Infallible> {
        Ok(self.0.get(&account_sid).cloned())
    }
}

/// The layer has put it into the request's extensions.
async fn webhook(Extension(received): Extension<Received<'static>>) {
    act(&received.event);
}

/// What the application is there for. A delivery may come twice: act once for each `delivery_id`, account
/// and uuid together. The uuid is the sender's text, so it is printed escaped.
fn act(event: &Event<'_>) {
    let uuid = event.uuid().escape_debug();
    match event {
        Event::Challenge(challenge) => {
            let identity = &challenge.entity_identity;
            match challenge.event_type {
                // An identity may be longer than what was signed: let nobody in but whom you asked with this challenge.
                ChallengeEventType::Approved => println!("let {identity} in: {uuid}"),
                ChallengeEventType::Denied => println!("keep {identity} out: {uuid}"),
            }
        }
        Event::Factor(factor) => {
            let identity = &factor.entity_identity;
            println!("{} for {identity}: {uuid}", factor.event_type);
        }
        other => println!("nothing to do for {}: {uuid}", other.event_type()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let account_sid: AccountSid = variable("TWILIO_ACCOUNT_SID")?.parse()?;
    let token = AuthToken::new(&variable("TWILIO_AUTH_TOKEN")?)?;
    let keys = Arc::new(AccountKeys::new(account_sid, [token])?);
    let receiver = AccountReceiver::builder(variable("WEBHOOK_URL")?).build()?;
    let accounts = Accounts::new(receiver, Keys([(account_sid, keys)].into()));

    let app = Router::new()
        .route("/webhook", any(webhook))
        .route_layer(WebhookLayer::new(accounts));
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
