//! A webhook server on Salvo.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-salvo
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;

use salvo::conn::TcpListener;
use salvo::http::StatusCode;
use salvo::{Listener as _, Request, Response, Router, Server, handler, hyper};
use twilio_verify_webhooks::{
    AuthToken, ChallengeEventType, Delivery, Event, Receiver, Refusal, read_body,
};

struct Webhook {
    receiver: Receiver,
}

#[handler]
impl Webhook {
    async fn handle(&self, request: &mut Request, response: &mut Response) {
        match receive(&self.receiver, request).await {
            Ok(event) => {
                act(&event);
                response.status_code(StatusCode::OK);
            }
            Err(refusal) => {
                eprintln!("refused: {refusal}");
                let (head, text) = refusal.to_response::<&str>().into_parts();
                response.status_code(head.status);
                response.set_headers(head.headers);
                response.body(text);
            }
        }
    }
}

async fn receive(receiver: &Receiver, request: &mut Request) -> Result<Event<'static>, Refusal> {
    let mut message = hyper::Request::new(request.take_body());
    *message.method_mut() = request.method().clone();
    *message.uri_mut() = request.uri().clone();
    *message.headers_mut() = request.headers().clone();
    let message = read_body(message, receiver.body_limit()).await?;
    Ok(receiver.receive(&Delivery::from_request(&message))?.event)
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;

    // Any method: the receiver answers those that it does not accept.
    let router = Router::with_path("webhook").goal(Webhook { receiver });
    let acceptor = TcpListener::new(listen).try_bind().await?;
    println!("listening on http://{}", acceptor.local_addr()?);
    Server::new(acceptor).serve(router).await;
    Ok(())
}
