//! A server for Verify Events on axum: stores them in an SQLite file before it acknowledges them.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-verify-events
//! ```
//!
//! `WEBHOOK_URL` is the destination as it is in the configuration of the sink, `LISTEN` the address to bind,
//! 127.0.0.1:3000 if not given, and `EVENTS` the file, `events.db` if not given.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::verify_events::{
    Batch, EventData, EventStreamReceiver, EventStreamRefusal,
};
use twilio_verify_webhooks_inbox::{CloudEventJob, Inbox};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

#[derive(Clone, FromRef)]
struct App {
    receiver: EventStreamReceiver,
    inbox: Inbox<SqliteStore>,
}

/// Answers within the 5 seconds that Twilio waits, whatever is to be done about the events.
async fn streams(
    State(inbox): State<Inbox<SqliteStore>>,
    batch: Result<Batch, EventStreamRefusal>,
) -> Response {
    match batch {
        Ok(batch) => {
            for bad in batch.bad_elements() {
                eprintln!("no event: {bad}");
            }
            inbox.accept_batch(&batch).await.into_response()
        }
        // With a wrong key or destination genuine events are refused too. There are four hours to put it right.
        Err(refusal) => {
            eprintln!("refused: {refusal}");
            refusal.into_response()
        }
    }
}

/// What the application is there for. A repetition does not come here; after a crash an event may come again.
///
/// Events come in any order: a verification that has ended stays so, whatever comes after.
async fn handle(job: CloudEventJob) -> Result<(), Infallible> {
    // Whoever has the account's key can sign any text.
    let id = job.event.delivery_id().to_string();
    let id = id.escape_debug();
    match &job.event.data {
        EventData::Verification(data) => {
            let sid = data.verification_sid.escape_debug();
            println!("{sid} is {:?}: {id}", data.verification_status);
        }
        EventData::Message(data) | EventData::AttemptDlr(data) => {
            let sid = data.verification_sid.escape_debug();
            println!("a message of {sid} is {:?}: {id}", data.status);
        }
        EventData::SinkTest(_) => println!("the sink was tested: {id}"),
        _ => println!(
            "nothing to do for {}: {id}",
            job.event.event_type.escape_debug()
        ),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let destination = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let file = env::var_os("EVENTS").unwrap_or_else(|| "events.db".into());
    let inbox = Inbox::new(SqliteStore::open(file).await?);
    let worker = inbox
        .cloud_event_worker(handle)
        .run_until(tokio::signal::ctrl_c());
    let worker = tokio::spawn(worker);

    let app = App {
        receiver: EventStreamReceiver::new(destination, AuthToken::new(&token)?)?,
        inbox,
    };
    // Any method: the receiver answers those that it does not accept.
    let app = Router::new()
        .route("/webhook", any(streams))
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
