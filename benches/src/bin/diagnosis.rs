//! Prints what diagnoses take that nothing explains: the requests that cost most, and two as they come.

use std::hint::black_box;
use std::time::Instant;

use twilio_verify_webhooks::diagnosis::{Context, Diagnosis, MAX_BODY};
use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};
use verify_webhooks_benches::fixtures;

const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const FORM: &str = "application/x-www-form-urlencoded";
const ROUNDS: usize = 7;

/// A request with everything in it that leads somewhere.
const LEADING: [(&str, &str); 7] = [
    ("Host", "localhost:3000"),
    ("X-Forwarded-Host", "a.dev, b.dev:8443"),
    ("Forwarded", "for=1.1.1.1;host=c.dev;proto=https"),
    ("X-Forwarded-Port", "8443"),
    ("X-Forwarded-Prefix", "/prefix"),
    ("X-Original-URL", "/original?b=2&a=1"),
    ("Authorization", "Basic bWU6cHc="),
];

fn main() {
    let event = fixtures::v2_challenge().body;
    let limit = 128 * 1024;
    let parameters = |count: usize| {
        let parameters: Vec<String> = (0..count).map(|number| format!("p{number}=+")).collect();
        parameters.join("&")
    };
    println!("| request | tries | milliseconds |");
    println!("|---|---:|---:|");
    for (name, keys, body) in [
        ("an event", 1, event.clone()),
        ("an event, 40 keys", 40, event),
        (
            "one long value",
            1,
            format!("a={}", "b".repeat(MAX_BODY - 2)),
        ),
        ("line ends", 1, format!("a={}", "\n".repeat(limit - 2))),
        ("plus signs", 1, "+".repeat(limit)),
        ("percent signs", 1, "%".repeat(limit)),
        ("ampersands", 1, "&".repeat(limit)),
        ("short parameters", 1, "a=1&".repeat(limit / 4)),
        ("64 parameters", 1, parameters(64)),
        ("5000 parameters", 1, parameters(5000)),
        ("commas", 1, format!("a={}", ",".repeat(limit - 2))),
        ("letters outside ASCII", 1, "\u{e9}".repeat(limit / 2)),
        (
            "deep JSON",
            1,
            format!("challenge_details={{\"a\":{}", "[1,".repeat(limit / 3 - 20)),
        ),
        (
            "escapes in JSON",
            1,
            format!("challenge_details={{{}", "\"\\u00e9".repeat(limit / 7 - 20)),
        ),
        (
            "a JSON object",
            1,
            format!(
                "challenge_details={{\"a\":1{}}}",
                ",\"a\":\"/ \u{e9}\"".repeat(limit / 13)
            ),
        ),
        (
            "a JSON body",
            1,
            format!("{{\"a\":1{}}}", ",\"a\":\"/ \u{e9}\"".repeat(limit / 13)),
        ),
    ] {
        let mut builder = Receiver::builder("http://example.com/webhook").body_limit(MAX_BODY);
        for number in 0..keys {
            builder = builder.auth_token(AuthToken::new(&format!("{number:032x}")).unwrap());
        }
        let receiver = builder.build().unwrap();
        for (how, leading) in [("", &[][..]), (", all that leads somewhere", &LEADING[..])] {
            let headers = leading.iter().copied();
            let headers = headers.chain([("Content-Type", FORM), ("X-Twilio-Signature", FORGED)]);
            let delivery = Delivery::new("POST", body.as_bytes())
                .headers(headers.clone())
                .target("/target?x=1");
            let mut context = Context::new().headers(headers);
            if !leading.is_empty() {
                context = context
                    .secret("export TOKEN='0123456789ABCDEF0123456789abcdef'\n")
                    .other_key("older", AuthToken::new(&"ab".repeat(16)).unwrap())
                    .other_url("https://other.example.com/webhook");
            }
            let (tries, milliseconds) = time(|| receiver.diagnose(&delivery, &context));
            println!("| {name}{how} | {tries} | {milliseconds:.1} |");
        }
    }
}

/// The shortest of several rounds.
fn time(diagnose: impl Fn() -> Diagnosis) -> (usize, f64) {
    let mut shortest = f64::INFINITY;
    let mut tries = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        tries = black_box(diagnose()).tries;
        shortest = shortest.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    (tries, shortest)
}
