//! The same for many accounts, whose keys are looked up: the account that a delivery names decides which are.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! export TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-actix-web --bin webhook-actix-web-accounts
//! ```

use std::collections::HashMap;
use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use twilio_verify_webhooks::{
    AccountKeys, AccountReceived, AccountReceiver, AccountSid, Accounts, AuthToken,
    ChallengeEventType, Event, KeyStore, KeyStoreError, ReceiveError,
};

/// A database or a cache would be asked here: it may take its time, and it may fail.
struct Keys(HashMap<AccountSid, Arc<AccountKeys>>);

impl KeyStore for Keys {
    type Error = Infallible;

    async fn keys(&self, account_sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, Infallible> {
        Ok(self.0.get(&account_sid).cloned())
    }
}

type Received = Result<AccountReceived, ReceiveError<KeyStoreError>>;

async fn webhook(received: Received) -> Result<HttpResponse, ReceiveError<KeyStoreError>> {
    let AccountReceived(received) = received.inspect_err(|error| eprintln!("refused: {error}"))?;
    act(&received.event);
    Ok(HttpResponse::Ok().finish())
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

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let account_sid: AccountSid = variable("TWILIO_ACCOUNT_SID")?.parse()?;
    let token = AuthToken::new(&variable("TWILIO_AUTH_TOKEN")?)?;
    let keys = Arc::new(AccountKeys::new(account_sid, [token])?);
    let receiver = AccountReceiver::builder(variable("WEBHOOK_URL")?).build()?;
    let accounts = Accounts::new(receiver, Keys([(account_sid, keys)].into()));
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());

    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(accounts.clone()))
            // Any method: the receiver answers those that it does not accept.
            .route("/webhook", web::to(webhook))
    });
    let server = server.bind(listen)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    Ok(())
}
