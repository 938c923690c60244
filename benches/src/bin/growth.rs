//! Runs each path once on each of the bodies that ask most, in every size, for `benches/instructions/growth` to count
//! its instructions.
//!
//! Prints path, body and size for each run, in the order of the counts.

use std::hint::black_box;

use twilio_verify_webhooks::{AuthToken, Buffer, Event, Receiver};
use verify_webhooks_benches::batches;
use verify_webhooks_benches::fixtures::{AUTH_TOKEN, URL};
use verify_webhooks_benches::receiver::post;
use verify_webhooks_benches::worst::{self, Worst};

/// Four that are decoded as a whole before they are verified, and three that are not. The last is within the default
/// limit of 128 KiB, whatever a generator adds.
const KIBIBYTES: [usize; 7] = [1, 2, 4, 7, 16, 64, 127];
const WRONG_TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn main() {
    let bodies = KIBIBYTES.map(|kibibytes| worst::all(kibibytes * 1024));
    for row in 0..bodies[0].len() {
        run_paths(&bodies.each_ref().map(|bodies| &bodies[row]));
    }
    run_batches();
    let bytes = 1 << 20;
    run_paths(&[&worst::plain_event(bytes)]);
    for worst in worst::unknown(bytes) {
        run_paths(&[&worst]);
    }
    // At the largest limit the one that asks most, because it takes its time.
    let bytes = Receiver::MAX_BODY_LIMIT - 1024;
    for worst in [worst::plain_event(bytes), worst::underscores(bytes)] {
        run_read(&[&worst]);
    }
}

fn run_paths(sizes: &[&Worst]) {
    run("verify", sizes, |worst| {
        let receiver = receiver();
        move || {
            let delivery = post(&worst.body, &worst.signature);
            receiver.verify(&delivery).is_ok()
        }
    });
    run("wrong_tag", sizes, |worst| {
        let receiver = receiver();
        move || receiver.verify(&post(&worst.body, WRONG_TAG)).is_ok()
    });
    run_read(sizes);
}

/// Batches of Event Streams.
fn run_batches() {
    let receiver = batches::receiver();
    // In the smallest there is no room for one event.
    let bodies: Vec<_> = KIBIBYTES[1..]
        .iter()
        .map(|kibibytes| batches::all(kibibytes * 1024))
        .collect();
    for row in 0..bodies[0].len() {
        for batch in bodies.iter().map(|bodies| &bodies[row]) {
            let mut work = || receiver.receive(&batch.delivery()).is_ok();
            black_box(work());
            println!("batch\t{}\t{}", batch.name, batch.body.len());
            dumped(&mut work);
        }
    }
}

fn run_read(sizes: &[&Worst]) {
    run("receive_in", sizes, |worst| {
        let receiver = receiver();
        let mut buffer = Buffer::new();
        move || {
            let delivery = post(&worst.body, &worst.signature);
            receiver.receive_in(&delivery, &mut buffer).is_ok()
        }
    });
    run("read_back", sizes, |worst| {
        move || serde_json::from_str::<Event<'_>>(&worst.json).is_ok()
    });
}

fn run<'w, W: FnMut() -> bool>(path: &str, sizes: &[&'w Worst], prepare: impl Fn(&'w Worst) -> W) {
    for worst in sizes {
        let mut work = prepare(worst);
        if worst.body.len() < 1 << 20 {
            // Processor features are looked up once, and the buffer grows once.
            black_box(work());
        }
        let bytes = match path {
            "read_back" => worst.json.len(),
            _ => worst.body.len(),
        };
        println!("{path}\t{}\t{bytes}", worst.name);
        dumped(&mut work);
    }
}

fn receiver() -> Receiver {
    Receiver::builder(URL)
        .auth_token(AuthToken::new(AUTH_TOKEN).unwrap())
        .body_limit(Receiver::MAX_BODY_LIMIT)
        .build()
        .unwrap()
}

/// Instructions are counted while this runs: `--toggle-collect` finds it by its name.
#[inline(never)]
fn counted(work: &mut dyn FnMut() -> bool) {
    black_box(work());
}

/// The count is written when this returns: `--dump-after` finds it by its name, and cannot find the same as
/// `--toggle-collect`.
#[inline(never)]
fn dumped(work: &mut dyn FnMut() -> bool) {
    counted(work);
    black_box(());
}
