//! A webhook server on axum that stores events in an SQLite file before it acknowledges them.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-inbox-axum
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given, and
//! `EVENTS` the file, `events.db` if not given.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use twilio_verify_webhooks::{AuthToken, ChallengeEventType, Event, Received, Receiver, Refusal};
use twilio_verify_webhooks_inbox::{Inbox, Job};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

#[derive(Clone, FromRef)]
struct App {
    receiver: Receiver,
    inbox: Inbox<SqliteStore>,
}

/// With an argument `received: Received<'static>` refusals are answered before the handler; this one logs them as well.
async fn webhook(
    State(inbox): State<Inbox<SqliteStore>>,
    received: Result<Received<'static>, Refusal>,
) -> Response {
    match received {
        Ok(received) => inbox
            .accept_and_handle(&received, handle)
            .await
            .into_response(),
        Err(refusal) => {
            eprintln!("refused: {refusal}");
            refusal.into_response()
        }
    }
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let file = env::var_os("EVENTS").unwrap_or_else(|| "events.db".into());
    let inbox = Inbox::new(SqliteStore::open(file).await?);
    let worker = inbox.worker(handle).run_until(tokio::signal::ctrl_c());
    let worker = tokio::spawn(worker);

    let app = App {
        receiver: Receiver::new(url, AuthToken::new(&token)?)?,
        inbox,
    };
    // Any method: the receiver answers those that it does not accept.
    let app = Router::new()
        .route("/webhook", any(webhook))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async {
        // Without a signal it goes on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    Ok(worker.await?)
}
