//! A server that receives deliveries from requests.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use twilio_verify_webhooks::{Delivery, Receiver, read_body};
use verify_webhooks_weight::{Result, receiver, serve};

async fn webhook(State(receiver): State<Receiver>, request: Request) -> Response {
    let received = match read_body(request, receiver.body_limit()).await {
        Ok(request) => receiver.receive(&Delivery::from_request(&request)),
        Err(refusal) => Err(refusal),
    };
    match received {
        Ok(received) => {
            let event = received.event;
            println!("{} {}", event.event_type(), event.delivery_id());
            Response::default()
        }
        Err(refusal) => refusal.to_response::<Body>(),
    }
}

#[tokio::main]
async fn main() -> Result {
    let app = Router::new().route("/webhook", any(webhook));
    serve(app.with_state(receiver()?)).await
}
