//! A webhook server on warp.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-warp
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;

use futures_util::{Stream, TryStreamExt as _};
use http_body_util::StreamBody;
use twilio_verify_webhooks::{
    AuthToken, ChallengeEventType, Delivery, Event, Receiver, Refusal, read_body,
};
use warp::http::{HeaderMap, Method, Request, Response};
use warp::hyper::body::Frame;
use warp::{Buf, Filter as _};

async fn webhook(
    receiver: Receiver,
    method: Method,
    headers: HeaderMap,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Response<&'static str> {
    match receive(&receiver, method, headers, body).await {
        Ok(event) => {
            act(&event);
            Response::new("")
        }
        Err(refusal) => {
            eprintln!("refused: {refusal}");
            refusal.to_response()
        }
    }
}

/// Filters of warp take a request apart; nothing of it but its path and query, which a receiver with a fixed URL
/// does not look at, is missing here.
async fn receive(
    receiver: &Receiver,
    method: Method,
    headers: HeaderMap,
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<Event<'static>, Refusal> {
    let mut request = Request::new(StreamBody::new(body.map_ok(Frame::data)));
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    let request = read_body(request, receiver.body_limit()).await?;
    Ok(receiver.receive(&Delivery::from_request(&request))?.event)
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

    let receiver = warp::any().map(move || receiver.clone());
    // Any method: the receiver answers those that it does not accept. warp's filters for bytes and forms have no
    // limit, or one for declared lengths only.
    let routes = warp::path!("webhook")
        .and(receiver)
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(webhook);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    warp::serve(routes).incoming(listener).run().await;
    Ok(())
}
