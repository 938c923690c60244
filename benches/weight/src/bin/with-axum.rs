//! A server that receives deliveries.

use axum::Router;
use axum::routing::any;
use twilio_verify_webhooks::Event;
use verify_webhooks_weight::{Result, receiver, serve};

async fn webhook(event: Event<'static>) {
    println!("{} {}", event.event_type(), event.delivery_id());
}

#[tokio::main]
async fn main() -> Result {
    let app = Router::new().route("/webhook", any(webhook));
    serve(app.with_state(receiver()?)).await
}
