//! A webhook server on actix-web that keeps a refused request for a moment, and diagnoses it where it happened.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-actix-web --bin diagnose
//! ```
//!
//! For the hours in which signatures do not match. A diagnosis is worth thousands of refusals, and anyone can send what
//! is refused, so each worker runs at most one in ten seconds; its report goes to the log, never to the sender.

use std::cell::Cell;
use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use twilio_verify_webhooks::diagnosis::Context;
use twilio_verify_webhooks::{AuthToken, Delivery, Receiver, Refusal, RefusalClass};

const PAUSE: Duration = Duration::from_secs(10);

/// Method, headers and body stay at hand, which an extractor of the event would have consumed. The limit of `Bytes` is
/// that of actix-web's `PayloadConfig`, twice the receiver's.
async fn webhook(
    receiver: Data<Receiver>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Refusal> {
    let target = request.uri().path_and_query();
    let delivery = Delivery::new(request.method().as_str(), &body)
        .headers(request.headers())
        .target(target.map_or("", |target| target.as_str()));
    match receiver.receive(&delivery) {
        Ok(received) => {
            println!(
                "{}: {}",
                received.event.delivery_id(),
                received.event.event_type()
            );
            Ok(HttpResponse::Ok().finish())
        }
        Err(refusal) => {
            if refusal.class() == RefusalClass::Signature && may_diagnose() {
                let (receiver, head, body) = (receiver.into_inner(), head(&request), body.clone());
                rt::spawn(web::block(move || diagnose(&receiver, &head, &body)));
            }
            Err(refusal)
        }
    }
}

/// What is kept of a request beside its body: it must not stay in the worker that the diagnosis leaves.
struct Head {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
}

fn head(request: &HttpRequest) -> Head {
    let target = request.uri().path_and_query();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Head {
        method: request.method().to_string(),
        target: target.map_or_else(String::new, |target| target.to_string()),
        headers: headers.collect(),
    }
}

fn may_diagnose() -> bool {
    thread_local!(static DIAGNOSED: Cell<Option<Instant>> = const { Cell::new(None) });
    let last = DIAGNOSED.get();
    if last.is_some_and(|last| last.elapsed() < PAUSE) {
        return false;
    }
    DIAGNOSED.set(Some(Instant::now()));
    true
}

fn diagnose(receiver: &Receiver, head: &Head, body: &[u8]) {
    let headers = || {
        head.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
    };
    let delivery = Delivery::new(&head.method, body)
        .headers(headers())
        .target(&head.target);
    eprintln!(
        "{}",
        receiver.diagnose(&delivery, &Context::new().headers(headers()))
    );
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let receiver = Receiver::new(url, AuthToken::new(&token)?)?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(receiver.clone()))
            .route("/webhook", web::to(webhook))
    });
    let server = server.bind(listen)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    Ok(())
}
