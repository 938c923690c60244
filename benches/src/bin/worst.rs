//! Times each path on the bodies that ask most, beside a plain event of about the same length in the same run:
//! `cargo run --release -p verify-webhooks-benches --bin worst`.
//!
//! Prints the bodies that take more than twice as long on a path, by the least of many times.

use std::hint::black_box;
use std::time::{Duration, Instant};

use twilio_verify_webhooks::{AuthToken, Buffer, Event, Receiver};
use verify_webhooks_benches::fixtures::{AUTH_TOKEN, URL};
use verify_webhooks_benches::receiver::post;
use verify_webhooks_benches::worst::{self, Worst};

const KIBIBYTES: [usize; 7] = [1, 2, 4, 7, 16, 64, 127];
const WRONG_TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn main() {
    println!("| KiB | body | verify | wrong tag | receive_in | read back |");
    println!("|---:|---|---:|---:|---:|---:|");
    for kibibytes in KIBIBYTES {
        let plain = worst::plain_event(kibibytes * 1024);
        let beside = times(&plain);
        for worst in worst::all(kibibytes * 1024) {
            let times = times(&worst);
            let [verify, wrong_tag, receive, read] =
                [0, 1, 2, 3].map(|path| times[path].as_secs_f64() / beside[path].as_secs_f64());
            // JSON says some bodies at greater length.
            let read =
                read * plain.json.len().min(worst.json.len()) as f64 / worst.json.len() as f64;
            if verify.max(wrong_tag).max(receive).max(read) > 2.0 {
                let name = worst.name;
                println!(
                    "| {kibibytes} | {name} | {verify:.2} | {wrong_tag:.2} | {receive:.2} | {read:.2} |"
                );
            }
        }
    }
}

/// How long `verify`, `verify` with a wrong tag, `receive_in` and reading back take.
fn times(worst: &Worst) -> [Duration; 4] {
    let receiver = Receiver::builder(URL)
        .auth_token(AuthToken::new(AUTH_TOKEN).unwrap())
        .build()
        .unwrap();
    let mut buffer = Buffer::new();
    let rounds = (3_000_000 / worst.body.len()).clamp(30, 2000);
    let signed = post(&worst.body, &worst.signature);
    let forged = post(&worst.body, WRONG_TAG);
    [
        least(rounds, || receiver.verify(&signed).is_ok()),
        least(rounds, || receiver.verify(&forged).is_ok()),
        least(rounds, || receiver.receive_in(&signed, &mut buffer).is_ok()),
        least(rounds, || {
            serde_json::from_str::<Event<'_>>(&worst.json).is_ok()
        }),
    ]
}

fn least(rounds: usize, mut work: impl FnMut() -> bool) -> Duration {
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
