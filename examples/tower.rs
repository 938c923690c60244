//! A webhook server on axum with the `tower` layer: what reaches the routes behind it is verified.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cargo run --example tower --features tower
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use twilio_verify_webhooks::{
    AuthToken, ChallengeEventType, Event, Received, Receiver, Refusal, WebhookLayer,
};

/// The layer has put it into the request's extensions. The body is there as well, for whoever needs it.
async fn webhook(Extension(received): Extension<Received<'static>>) {
    act(&received.event);
}

/// What the application is there for. A delivery may come twice: act once for each `delivery_id`, account
/// and uuid together. The uuid is the sender's text, so it is printed escaped.
fn act(event: &Event<'_>) {
    match event {
        Event::Challenge(challenge) => {
            let (identity, uuid) = (&challenge.entity_identity, challenge.uuid.escape_debug());
            match challenge.event_type {
                // An identity may be longer than what was signed: let nobody in but whom you asked with this challenge.
                ChallengeEventType::Approved => println!("let {identity} in: {uuid}"),
                ChallengeEventType::Denied => println!("keep {identity} out: {uuid}"),
            }
        }
        Event::Factor(factor) => {
            let (identity, uuid) = (&factor.entity_identity, factor.uuid.escape_debug());
            println!("{} for {identity}: {uuid}", factor.event_type);
        }
        other => {
            let uuid = other.uuid().escape_debug();
            println!("nothing to do for {}: {uuid}", other.event_type());
        }
    }
}

/// Logs what the layer refused: it leaves the refusal in the response's extensions.
async fn log(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        eprintln!("refused: {refusal}");
    }
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;

    let app = Router::new()
        .route("/webhook", any(webhook))
        .route_layer(WebhookLayer::new(receiver))
        .layer(from_fn(log));
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
