//! A server with a layer that lets deliveries through.

use axum::routing::any;
use axum::{Extension, Router};
use twilio_verify_webhooks::{Received, WebhookLayer};
use verify_webhooks_weight::{Result, receiver, serve};

async fn webhook(Extension(received): Extension<Received<'static>>) {
    let event = received.event;
    println!("{} {}", event.event_type(), event.delivery_id());
}

#[tokio::main]
async fn main() -> Result {
    let app = Router::new().route("/webhook", any(webhook));
    serve(app.route_layer(WebhookLayer::new(receiver()?))).await
}
