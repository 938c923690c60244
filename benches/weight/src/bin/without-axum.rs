//! A server that reads bodies.

use axum::Router;
use axum::body::Bytes;
use axum::routing::any;
use verify_webhooks_weight::{Result, serve};

async fn webhook(body: Bytes) {
    println!("{} bytes", body.len());
}

#[tokio::main]
async fn main() -> Result {
    serve(Router::new().route("/webhook", any(webhook))).await
}
