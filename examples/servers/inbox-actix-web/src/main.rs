//! A webhook server on actix-web that stores events in an SQLite file before it acknowledges them.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-inbox-actix-web
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given, and
//! `EVENTS` the file, `events.db` if not given.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer, Responder};
use twilio_verify_webhooks::{AuthToken, ChallengeEventType, Event, Received, Receiver, Refusal};
use twilio_verify_webhooks_inbox::{Inbox, Job};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

/// With an argument `received: Received<'static>` refusals are answered before the handler; this one logs them as well.
async fn webhook(
    inbox: Data<Inbox<SqliteStore>>,
    received: Result<Received<'static>, Refusal>,
) -> Result<impl Responder, Refusal> {
    let received = received.inspect_err(|refusal| eprintln!("refused: {refusal}"))?;
    Ok(inbox.accept_and_handle(&received, handle).await)
}

/// Runs at once for a new event, and again, by the worker, for one that failed or was cut off.
async fn handle(job: Job) -> Result<(), Infallible> {
    act(&job.event);
    Ok(())
}

/// What the application is there for. A repetition does not come here; after a crash an event may come again.
fn act(event: &Event<'_>) {
    // Whoever has the account's key can sign any uuid.
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
            println!(
                "{} for {}: {uuid}",
                factor.event_type, factor.entity_identity
            );
        }
        other => println!("nothing to do for {}: {uuid}", other.event_type()),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let file = env::var_os("EVENTS").unwrap_or_else(|| "events.db".into());
    let receiver = Receiver::new(url, AuthToken::new(&token)?)?;
    let inbox = Inbox::new(SqliteStore::open(file).await?);
    let worker = inbox.worker(handle).run_until(tokio::signal::ctrl_c());
    let worker = tokio::spawn(worker);

    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(receiver.clone()))
            .app_data(Data::new(inbox.clone()))
            // Any method: the receiver answers those that it does not accept.
            .route("/webhook", web::to(webhook))
    });
    let server = server.bind(listen)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    // Until SIGINT.
    server.run().await?;
    Ok(worker.await?)
}
