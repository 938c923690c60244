//! A webhook server on axum that keeps a refused request for a moment, and diagnoses it where it happened.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cargo run --example axum_diagnose --features axum
//! ```
//!
//! For the hours in which signatures do not match. A diagnosis is worth thousands of refusals, and anyone can send what
//! is refused, so one runs at a time, at most one in ten seconds, and its report goes to the log, never to the sender.
#![allow(clippy::print_stdout, reason = "the output is what it is for")]

use std::env;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::any;
use twilio_verify_webhooks::diagnosis::Context;
use twilio_verify_webhooks::{AuthToken, Delivery, Receiver, Refusal, RefusalClass, read_body};

const PAUSE: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct App {
    receiver: Receiver,
    diagnosed: Arc<Mutex<Option<Instant>>>,
}

/// Method, headers and body stay at hand, which an extractor of the event would have consumed.
async fn webhook(State(app): State<App>, request: Request<Body>) -> Result<StatusCode, Refusal> {
    let request = read_body(request, app.receiver.body_limit()).await?;
    match app.receiver.receive(&Delivery::from_request(&request)) {
        Ok(received) => {
            println!(
                "{}: {}",
                received.event.delivery_id(),
                received.event.event_type()
            );
            Ok(StatusCode::OK)
        }
        Err(refusal) => {
            if refusal.class() == RefusalClass::Signature && app.may_diagnose() {
                let receiver = app.receiver.clone();
                tokio::task::spawn_blocking(move || diagnose(&receiver, &request));
            }
            Err(refusal)
        }
    }
}

impl App {
    fn may_diagnose(&self) -> bool {
        let mut diagnosed = self
            .diagnosed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if diagnosed.is_some_and(|last| last.elapsed() < PAUSE) {
            return false;
        }
        *diagnosed = Some(Instant::now());
        true
    }
}

fn diagnose(receiver: &Receiver, request: &Request<Bytes>) {
    let delivery = Delivery::from_request(request);
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let diagnosis = receiver.diagnose(&delivery, &Context::new().headers(headers));
    eprintln!("{diagnosis}");
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let app = App {
        receiver: Receiver::new(url, AuthToken::new(&token)?)?,
        diagnosed: Arc::default(),
    };
    let app = Router::new()
        .route("/webhook", any(webhook))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
