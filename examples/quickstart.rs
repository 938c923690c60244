//! A webhook server on loopback, and every kind of delivery it should accept or refuse, sent to it over TCP.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! Prints what the handler got from each and exits with 0 only if all came out as they should.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use twilio_verify_webhooks::{
    AuthToken, ChallengeEventType, ChallengeSid, Delivery, Event, EventError, FactorEventType,
    FormError, Received, Receiver, Refusal, SIGNATURE_HEADER, SignatureError,
};

/// The URL as it would be configured at Twilio. The server itself listens on loopback, as behind a proxy.
const URL: &str = "https://mywebsite.com/webhook";

/// Whom the application asked with each challenge that is open.
type Asked = HashMap<ChallengeSid, String>;
type Outcome = Result<Received<'static>, Refusal>;
type Params = Vec<(String, String)>;

#[derive(Clone)]
struct App {
    receiver: Receiver,
    asked: Asked,
    outcomes: mpsc::Sender<Outcome>,
}

/// The handler: verify, act, answer 200.
async fn webhook(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let delivery = Delivery::new("POST", &body).headers(&headers);
    let outcome = app.receiver.receive(&delivery);
    let status = match &outcome {
        Ok(received) => {
            act(&received.event, &app.asked);
            StatusCode::OK
        }
        Err(refusal) => StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN),
    };
    let _ = app.outcomes.send(outcome);
    status
}

/// An identity may be longer than what was signed, so it is compared with that of the open challenge.
fn act(event: &Event<'_>, asked: &Asked) {
    match event {
        Event::Challenge(challenge) => {
            let identity = &challenge.entity_identity;
            let is_asked = asked
                .get(&challenge.challenge_sid)
                .is_some_and(|asked| asked == identity);
            match challenge.event_type {
                ChallengeEventType::Approved if is_asked => println!("  let {identity} in"),
                ChallengeEventType::Approved => println!("  {identity} was not asked"),
                ChallengeEventType::Denied => println!("  keep {identity} out"),
            }
        }
        Event::Factor(factor) if factor.event_type == FactorEventType::Verified => {
            println!("  {} can be challenged now", factor.entity_identity);
        }
        other => println!("  nothing to do for {}", other.event_type()),
    }
}

/// The sample deliveries of Twilio's page on Verify Push webhooks.
const SAMPLES: &str = include_str!("../tests/data/page-samples.json");

#[derive(serde::Deserialize)]
struct Sample {
    title: String,
    params: Params,
}

/// A delivery, and what the handler should get from it.
struct Case {
    title: String,
    params: Params,
    signature: Option<String>,
    expected: Result<(), Refusal>,
}

impl Case {
    fn forgery(
        title: &str,
        params: Params,
        signature: String,
        refusal: impl Into<Refusal>,
    ) -> Self {
        Self {
            title: format!("Forgery: {title}"),
            params,
            signature: Some(signature),
            expected: Err(refusal.into()),
        }
    }
}

fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    serde_json::from_str(SAMPLES)
}

/// Makes the records of an application that asked with the challenges of the samples.
fn asked(samples: &[Sample]) -> Result<Asked, Box<dyn Error>> {
    let mut asked = Asked::new();
    for Sample { params, .. } in samples {
        let value = |name| params.iter().find(|(other, _)| other == name);
        if let (Some((_, sid)), Some((_, identity))) =
            (value("challenge_sid"), value("entity_identity"))
        {
            asked.insert(sid.parse()?, identity.clone());
        }
    }
    Ok(asked)
}

fn cases(token: &AuthToken) -> Result<Vec<Case>, Box<dyn Error>> {
    let samples = samples()?;
    let genuine = samples
        .iter()
        .find(|sample| sample.title == "Webhook v2 call for challenge events");
    let genuine = genuine.ok_or("a sample is missing")?.params.clone();
    let mut cases: Vec<Case> = samples
        .into_iter()
        .map(|Sample { title, params }| {
            let signature = Some(token.sign(URL, params.clone()));
            Case {
                title,
                params,
                signature,
                expected: Ok(()),
            }
        })
        .collect();

    let signature = token.sign(URL, genuine.clone());
    let set = |name: &str, change: &dyn Fn(&str) -> String| -> Params {
        let change = |(other, value): &(String, String)| {
            (
                other.clone(),
                if other == name {
                    change(value)
                } else {
                    value.clone()
                },
            )
        };
        genuine.iter().map(change).collect()
    };
    let mismatch = SignatureError::Mismatch { tries: 2 };

    let changed = set("entity_identity", &|value| value.replacen('f', "e", 1));
    cases.push(Case::forgery(
        "one changed byte",
        changed,
        signature.clone(),
        mismatch,
    ));

    let another = AuthToken::new("fedcba9876543210fedcba9876543210")?.sign(URL, genuine.clone());
    cases.push(Case::forgery(
        "another key",
        genuine.clone(),
        another,
        mismatch,
    ));

    let mut unsigned = Case::forgery(
        "no signature",
        genuine.clone(),
        String::new(),
        SignatureError::Missing,
    );
    unsigned.signature = None;
    cases.push(unsigned);

    let mut repeated = genuine.clone();
    repeated.push(("type".into(), "challenge.approved".into()));
    let position = serde_urlencoded::to_string(&genuine)?
        .len()
        .saturating_add(1);
    let refusal = FormError::RepeatedName {
        name: Some("type"),
        position,
    };
    cases.push(Case::forgery(
        "a repeated parameter",
        repeated,
        signature.clone(),
        refusal,
    ));

    // The very string that was signed, split elsewhere: the friendly name takes in the parameter after it.
    let metadata = genuine.iter().find(|(name, _)| name == "factor_metadata");
    let (name, value) = metadata.ok_or("a sample has no factor_metadata")?;
    let mut shifted = set("factor_friendly_name", &|friendly| {
        format!("{friendly}{name}{value}")
    });
    shifted.retain(|(other, _)| other != name);
    let refusal = EventError::Ambiguous {
        name: "factor_friendly_name",
        position: 12,
    };
    cases.push(Case::forgery(
        "a boundary shift",
        shifted,
        signature,
        refusal,
    ));
    Ok(cases)
}

/// Sends a delivery as Twilio does and returns the status of the response.
fn send(server: SocketAddr, case: &Case) -> Result<String, Box<dyn Error>> {
    let body = serde_urlencoded::to_string(&case.params)?;
    let mut request = format!(
        "POST /webhook HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n",
        body.len()
    );
    if let Some(signature) = &case.signature {
        request.push_str(&format!("{SIGNATURE_HEADER}: {signature}\r\n"));
    }
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(format!("{request}\r\n{body}").as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let status = response
        .split(' ')
        .nth(1)
        .ok_or("no status in the response")?;
    Ok(status.to_owned())
}

/// Shows an event as a handler sees it.
fn show(event: &Event<'_>) {
    match event {
        Event::Factor(factor) => println!("  factor event, {}", factor.version()),
        Event::Challenge(challenge) => println!("  challenge event, {}", challenge.version()),
        _ => println!("  another event"),
    }
    for (name, value) in event.parameters() {
        println!("    {name:<24} {}", value.replace('\n', " "));
    }
    if let Event::Challenge(challenge) = event
        && let Ok(Some(details)) = challenge.details()
    {
        println!("    asked: {}", details.message);
        for field in details.fields {
            println!("      {}: {}", field.label, field.value);
        }
    }
}

/// Shows what the handler got and tells whether it is what it should be.
fn is_as_expected(case: &Case, status: &str, outcome: &Outcome) -> bool {
    match outcome {
        Ok(received) => {
            println!("  {status}, signed with {}", received.key);
            show(&received.event);
            let mut sent = case.params.clone();
            sent.sort();
            let read = received
                .event
                .parameters()
                .map(|(name, value)| (name.into(), value.into()));
            case.expected.is_ok() && status == "200" && read.eq(sent)
        }
        Err(refusal) => {
            println!("  {status}, {refusal}");
            case.expected.as_ref() == Err(refusal) && status == refusal.status().to_string()
        }
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let token = AuthToken::new("0123456789abcdef0123456789abcdef")?;
    let receiver = Receiver::builder(URL).auth_token(token.clone()).build()?;
    let (outcomes, received) = mpsc::channel();
    let router = axum::Router::new()
        .route("/webhook", post(webhook))
        .with_state(App {
            receiver,
            asked: asked(&samples()?)?,
            outcomes,
        });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    let mut wrong = 0_u32;
    for case in cases(&token)? {
        println!("{}", case.title);
        let (status, case) = tokio::task::spawn_blocking(move || {
            let status = send(server, &case).map_err(|error| error.to_string());
            (status, case)
        })
        .await?;
        let outcome = received.recv_timeout(Duration::from_secs(10))?;
        if !is_as_expected(&case, &status?, &outcome) {
            wrong = wrong.saturating_add(1);
            println!("  NOT AS EXPECTED: {:?}", case.expected);
        }
        println!();
    }
    println!("{wrong} not as expected");
    Ok(if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
