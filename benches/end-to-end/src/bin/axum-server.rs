//! A webhook on axum that answers 200 with an empty body: `axum-server bare|extractor|receiver|by-hand`.

use std::env;
use std::error::Error;
use std::hint::black_box;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::net::TcpListener;
use twilio_verify_webhooks::{AuthToken, Delivery, Event, Receiver, Refusal, SIGNATURE_HEADER};
use verify_webhooks_benches::naive;

/// What each webhook has to do: read the body.
async fn bare(body: Bytes) {
    black_box(body);
}

async fn extractor(event: Event<'static>) {
    black_box(event);
}

/// The crate without its adapter.
async fn receiver(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(), Refusal> {
    black_box(receiver.receive(&Delivery::new("POST", &body).headers(&headers))?);
    Ok(())
}

#[derive(Clone)]
struct Configuration {
    url: String,
    token: String,
}

/// The usual crates without this one: a map of owned strings, `format!`, a new HMAC each time.
async fn by_hand(
    State(Configuration { url, token }): State<Configuration>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let signature = headers.get(SIGNATURE_HEADER);
    let signature = signature.and_then(|signature| signature.to_str().ok());
    match naive::validate(&token, &url, &body, signature.unwrap_or_default()) {
        true => StatusCode::OK,
        false => StatusCode::FORBIDDEN,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (url, token) = (env::var("WEBHOOK_URL")?, env::var("TWILIO_AUTH_TOKEN")?);
    let receives = Receiver::new(url.clone(), AuthToken::new(&token)?)?;
    let app = match env::args().nth(1).as_deref() {
        Some("bare") => Router::new().route("/webhook", post(bare)),
        Some("extractor") => Router::new()
            .route("/webhook", post(extractor))
            .with_state(receives),
        Some("receiver") => Router::new()
            .route("/webhook", post(receiver))
            .with_state(receives),
        Some("by-hand") => Router::new()
            .route("/webhook", post(by_hand))
            .with_state(Configuration { url, token }),
        _ => return Err("which webhook?".into()),
    };
    let listener = TcpListener::bind(env::var("LISTEN")?).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
