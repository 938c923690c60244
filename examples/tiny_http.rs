//! A webhook server without async, on tiny_http: one thread for each worker.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cargo run --example tiny_http
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;
use std::io::{self, Read as _};
use std::thread;

use tiny_http::{Header, Request, Response, Server};
use twilio_verify_webhooks::{AuthToken, ChallengeEventType, Delivery, Event, Receiver, Refusal};

const WORKERS: usize = 4;

fn handle(receiver: &Receiver, mut request: Request) -> io::Result<()> {
    if request.url().split('?').next() != Some("/webhook") {
        return request.respond(Response::from_string("not found").with_status_code(404));
    }
    match receive(receiver, &mut request) {
        Ok(event) => {
            act(&event);
            request.respond(Response::empty(200))
        }
        Err(refusal) => {
            eprintln!("refused: {refusal}");
            let mut response = Response::from_string(refusal.class().as_str());
            if let Refusal::Method { allow } = refusal
                && let Ok(allow) = Header::from_bytes("Allow", allow)
            {
                response.add_header(allow);
            }
            request.respond(response.with_status_code(refusal.status()))
        }
    }
}

fn receive(receiver: &Receiver, request: &mut Request) -> Result<Event<'static>, Refusal> {
    let limit = receiver.body_limit();
    if let Some(found) = request.body_length().filter(|len| *len > limit) {
        return Err(Refusal::TooLarge { limit, found });
    }
    // One byte more than the limit: what goes over it is seen by the receiver, what is behind it is never read.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::new();
    let read = request.as_reader().take(most).read_to_end(&mut body);
    let expected = request.body_length().unwrap_or(body.len());
    if read.is_err() || body.len() < expected {
        return Err(Refusal::Incomplete);
    }
    let method = request.method().to_string();
    let headers = request.headers().iter();
    let headers = headers.map(|header| (header.field.as_str(), header.value.as_str()));
    let delivery = Delivery::new(&method, &body).target(request.url());
    let received = receiver.receive(&delivery.headers(headers))?;
    Ok(received.event)
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

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;

    let server = Server::http(listen).map_err(|error| error.to_string())?;
    println!("listening on http://{}", server.server_addr());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Ok(request) = server.recv() {
                    if let Err(error) = handle(&receiver, request) {
                        eprintln!("connection: {error}");
                    }
                }
            });
        }
    });
    Ok(())
}
