//! A webhook on axum that answers 200 with an empty body:
//! `axum-server bare|answers|hmac|verify|receiver|extractor|by-hand`.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::net::TcpListener;
use twilio_verify_webhooks::{
    AuthToken, Delivery, Event, Receiver, Refusal, SIGNATURE_HEADER, SignatureError, read_body,
};
use verify_webhooks_benches::fixtures::{self, Fixture};
use verify_webhooks_benches::floor::{self, KeptHmac};
use verify_webhooks_benches::naive;

/// What each webhook has to do: read the body.
async fn bare(body: Bytes) {
    black_box(body);
}

/// Reads the body as the extractor does, and knows beforehand which deliveries are forged.
async fn answers(State(known): State<Arc<Known>>, request: Request) -> Answer {
    let request = read_body(request, Receiver::DEFAULT_BODY_LIMIT).await?;
    known.delivery(&request)?.1
}

/// The same with what cannot be left out: the HMAC over the string to sign, which is ready. Two of them refuse, as the
/// URL has two variants.
async fn hmac(State(known): State<Arc<Known>>, request: Request) -> Answer {
    let request = read_body(request, Receiver::DEFAULT_BODY_LIMIT).await?;
    let (string_to_sign, answer) = known.delivery(&request)?;
    for _ in 0..if answer.is_ok() { 1 } else { 2 } {
        black_box(known.kept.tag(string_to_sign));
    }
    answer
}

/// The same with decoding, and an HMAC over what is decoded. No event is read.
async fn verify(State(receiver): State<Receiver>, request: Request) -> Answer {
    let request = read_body(request, receiver.body_limit()).await?;
    black_box(receiver.verify(&Delivery::from_request(&request))?);
    Ok(())
}

type Answer = Result<(), Refusal>;

struct Known {
    kept: KeptHmac,
    fixtures: [Fixture; 2],
}

impl Known {
    /// Returns the string to sign, and what to answer.
    fn delivery(&self, request: &axum::http::Request<Bytes>) -> Result<(&str, Answer), Refusal> {
        let mut fixtures = self.fixtures.iter();
        let fixture = fixtures.find(|fixture| fixture.body.len() == request.body().len());
        let fixture = fixture.ok_or(Refusal::Incomplete)?;
        let answer = match request.headers().get(SIGNATURE_HEADER) {
            Some(signature) if *signature == *fixture.signature => Ok(()),
            _ => Err(SignatureError::Mismatch { tries: 2 }.into()),
        };
        Ok((&fixture.string_to_sign, answer))
    }
}

async fn extractor(event: Event<'static>) {
    black_box(event);
}

/// The crate without its adapter.
async fn receiver(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Answer {
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
    let mut fixtures = [fixtures::v1_factor(), fixtures::v2_challenge()];
    for fixture in &mut fixtures {
        fixture.signature = floor::signature(&token, &fixture.string_to_sign);
    }
    let kept = KeptHmac::new(&token);
    let known = Arc::new(Known { kept, fixtures });
    let app = match env::args().nth(1).as_deref() {
        Some("bare") => Router::new().route("/webhook", post(bare)),
        Some("answers") => Router::new()
            .route("/webhook", post(answers))
            .with_state(known),
        Some("hmac") => Router::new()
            .route("/webhook", post(hmac))
            .with_state(known),
        Some("verify") => Router::new()
            .route("/webhook", post(verify))
            .with_state(receives),
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
