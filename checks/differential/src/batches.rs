//! Batches of Event Streams made at random, and mostly one thing done to them.

use fastrand::Rng;
use twilio_verify_webhooks::Algorithm;
use twilio_verify_webhooks::testing::{CloudEventBuilder, StartedVerification};
use twilio_verify_webhooks::verify_events::{MessageEventType, VerificationEventType};

use crate::case::Case;

pub(crate) fn cases(count: u64, seed: u64) -> Vec<Case> {
    let mut rng = Rng::with_seed(seed ^ 0xba7c);
    (0..count)
        .map(|number| case(&mut rng).named(format!("batch {number}, seed {seed}")))
        .collect()
}

fn choose<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

fn event(rng: &mut Rng, of: &mut StartedVerification) -> CloudEventBuilder {
    let event = match rng.u8(0..4) {
        0 => of.verification(choose(rng, &VerificationEventType::ALL)),
        1 => of.message(choose(rng, &MessageEventType::ALL)),
        2 => of.attempt_dlr(choose(rng, &MessageEventType::ALL)),
        _ => of.sink_test(),
    };
    match rng.u8(0..4) {
        0 => event.data(
            "friendly_name",
            choose(rng, &["Zürich", "東京", "a\"b\\c", "\u{1F511}", "%41+&=?"]),
        ),
        1 => event.without_attribute("time"),
        _ => event,
    }
}

fn body(rng: &mut Rng) -> String {
    let mut of = StartedVerification::from_seed(rng.u64(..));
    let events: Vec<String> = (0..rng.usize(0..5))
        .map(|_| event(rng, &mut of).json())
        .collect();
    match (rng.u8(0..8), &events[..]) {
        (0, [event, ..]) => event.clone(),
        (1, _) => format!(" [ {} ]\n", events.join(" ,\r\n")),
        (2, _) => r#"[{"hello":"world"},null]"#.to_owned(),
        _ => format!("[{}]", events.join(",")),
    }
}

fn case(rng: &mut Rng) -> Case {
    let user = choose(rng, &["", "", "", "user:pass@"]);
    let port = choose(rng, &["", "", ":443", ":8443"]);
    let path = choose(
        rng,
        &[
            "",
            "/",
            "/streams",
            "/a/b%20c",
            "/streams?tenant=1",
            "/streams?a=%31&b",
        ],
    );
    let destination = format!("https://{user}hooks.example.com{port}{path}");
    let join = if path.contains('?') { '&' } else { '?' };
    let genuine = format!("{join}bodySHA256={{hash}}");
    let body = body(rng);
    let signed = |query: &str| Case::batch(&destination, query, &body);
    let mut case = match rng.u8(0..12) {
        0 => signed(&format!("{join}x=1&bodySHA256={{hash}}")).forged(),
        1 => signed(&format!("{genuine}&bodySHA256={{hash}}")).forged(),
        2 => {
            let mut case = signed(&genuine).forged();
            let upper = case
                .url
                .rsplit_once('=')
                .map(|(start, hash)| format!("{start}={}", hash.to_uppercase()));
            case.url = upper.expect("it has a hash");
            let url = case.url.clone();
            case.sign(&url, Vec::new());
            case
        }
        3 => {
            let mut case = signed(&genuine).forged();
            let place = rng.usize(..case.body.len());
            case.body[place] ^= rng.u8(1..);
            case
        }
        4 => {
            let mut case = signed(&genuine).forged();
            case.body.push(b'\n');
            case
        }
        5 => {
            let mut case = signed(&genuine).forged();
            let url = case.url.clone();
            case.sign_with("54321", &url, Vec::new());
            case
        }
        6 => {
            let mut case = signed(&genuine).forged();
            case.signature = case
                .signature
                .map(|signature| signature.trim_end_matches('=').to_owned());
            case.signed = None;
            case
        }
        7 => Case::batch(
            &destination,
            &genuine,
            choose(rng, &["", "[", "null", "\"x\"", "a=b", "[{},]"]),
        )
        .forged(),
        8 => signed(&genuine).with_shared_key(Algorithm::HmacSha256),
        9 => {
            // With the port that the destination does not have, or without the one it has.
            let mut case = signed(&genuine);
            let other = match port {
                "" => case
                    .url
                    .replacen("hooks.example.com", "hooks.example.com:443", 1),
                port => case.url.replacen(port, "", 1),
            };
            case.sign(&other, Vec::new());
            case
        }
        _ => signed(&genuine),
    };
    case.content_type = Some("application/json".to_owned());
    case
}
