//! Runs each path once on each of the bodies that ask most, in every size, for `benches/instructions/growth` to count
//! its instructions.
//!
//! Prints path, body and size for each run, in the order of the counts.

use std::hint::black_box;

use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::receiver::{post, receiver};
use verify_webhooks_benches::worst::{self, Worst};

/// Three that are decoded as a whole before they are verified, and three that are not. The last is within the default
/// limit of 128 KiB, whatever a generator adds.
const KIBIBYTES: [usize; 6] = [2, 4, 7, 16, 64, 127];
const WRONG_TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn main() {
    let bodies = KIBIBYTES.map(|kibibytes| worst::all(kibibytes * 1024));
    for row in 0..bodies[0].len() {
        let sizes = bodies.each_ref().map(|bodies| &bodies[row]);
        run("verify", sizes, |worst| {
            let receiver = receiver();
            move || {
                receiver
                    .verify(&post(&worst.body, &worst.signature))
                    .is_ok()
            }
        });
        run("wrong_tag", sizes, |worst| {
            let receiver = receiver();
            move || receiver.verify(&post(&worst.body, WRONG_TAG)).is_ok()
        });
        run("receive_in", sizes, |worst| {
            let receiver = receiver();
            let mut buffer = Buffer::new();
            move || {
                let delivery = post(&worst.body, &worst.signature);
                receiver.receive_in(&delivery, &mut buffer).is_ok()
            }
        });
    }
}

fn run<'w, W: FnMut() -> bool>(
    path: &str,
    sizes: [&'w Worst; KIBIBYTES.len()],
    prepare: impl Fn(&'w Worst) -> W,
) {
    for worst in sizes {
        let mut work = prepare(worst);
        // Processor features are looked up once.
        black_box(work());
        println!("{path}\t{}\t{}", worst.name, worst.body.len());
        dumped(&mut work);
    }
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
