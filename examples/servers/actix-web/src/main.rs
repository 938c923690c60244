//! A webhook server on actix-web: the event is an argument of the handler.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-actix-web
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;

use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use twilio_verify_webhooks::{AuthToken, ChallengeEventType, Event, Receiver, Refusal};

/// With an argument `event: Event<'static>` refusals are answered before the handler; this one logs them as well.
async fn webhook(event: Result<Event<'static>, Refusal>) -> Result<HttpResponse, Refusal> {
    let event = event.inspect_err(|refusal| eprintln!("refused: {refusal}"))?;
    act(&event);
    Ok(HttpResponse::Ok().finish())
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

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;

    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(receiver.clone()))
            // Any method: the receiver answers those that it does not accept.
            .route("/webhook", web::to(webhook))
    });
    let server = server.bind(listen)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    Ok(())
}
