//! Runs one path on one delivery over and over, for `benches/instructions/run` to count its instructions.
//!
//! `instructions` lists paths and deliveries; `instructions PATH DELIVERY` runs one of each.

use std::hint::black_box;

use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture};
use verify_webhooks_benches::floor::KeptHmac;
use verify_webhooks_benches::receiver::{account_receiver, decode_json, delivery, post, receiver};

/// What the counts are divided by.
const TIMES: usize = 100;
const PATHS: [&str; 7] = [
    "hmac",
    "open",
    "verify",
    "receive_in",
    "receive",
    "json",
    "wrong_tag",
];
const WRONG_TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => list(),
        [path, name] => {
            let mut fixtures = fixtures::all()
                .into_iter()
                .chain([fixtures::unknown_parameters()]);
            let fixture = fixtures.find(|fixture| fixture.name == name);
            run(path, &fixture.expect("a delivery of the list"));
        }
        _ => panic!("expected a path and a delivery"),
    }
}

fn list() {
    println!("times\t{TIMES}");
    for path in PATHS {
        for fixture in fixtures::all() {
            println!("{path}\t{}", fixture.name);
        }
    }
    for path in ["hmac", "receive_in"] {
        println!("{path}\t{}", fixtures::unknown_parameters().name);
    }
}

fn run(path: &str, fixture: &Fixture) {
    let kept = KeptHmac::new(AUTH_TOKEN);
    let receiver = receiver();
    let accounts = account_receiver();
    let mut buffer = Buffer::new();
    match path {
        "hmac" => repeat(|| kept.tag(&fixture.string_to_sign)),
        "open" => repeat(|| {
            let unverified = accounts.open(&delivery(fixture), &mut buffer).unwrap();
            unverified.params().len()
        }),
        "verify" => repeat(|| receiver.verify(&delivery(fixture)).unwrap().position),
        "receive_in" => repeat(|| {
            let received = receiver.receive_in(&delivery(fixture), &mut buffer);
            received.unwrap().event.uuid().len()
        }),
        "receive" => repeat(|| receiver.receive(&delivery(fixture)).unwrap()),
        "json" => {
            let received = receiver.receive(&delivery(fixture)).unwrap();
            repeat(|| decode_json(&received.event));
        }
        "wrong_tag" => repeat(|| {
            let delivery = post(&fixture.body, WRONG_TAG);
            receiver.verify(&delivery).unwrap_err().status()
        }),
        _ => panic!("expected a path of the list"),
    }
}

fn repeat<T>(mut work: impl FnMut() -> T) {
    // Buffers grow and processor features are looked up once.
    black_box(work());
    counted(&mut || {
        black_box(work());
    });
}

/// Instructions are counted while this runs: `--toggle-collect` finds it by its name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    for _ in 0..TIMES {
        work();
    }
}
