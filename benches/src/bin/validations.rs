//! Times `verify` by itself, in the way in which `benches/peers` times other libraries.
//!
//! Prints for each delivery: label, name, median and minimum in nanoseconds.

use verify_webhooks_benches::fixtures;
use verify_webhooks_benches::receiver::{delivery, receiver};
use verify_webhooks_benches::rounds::{self, Candidate};

const ROUNDS: usize = 4000;
const LABEL: &str = "this crate, `verify`";

fn main() {
    let receiver = receiver();
    for fixture in fixtures::all() {
        let candidate = Candidate::new("verify", || {
            receiver.verify(&delivery(&fixture)).unwrap().position
        });
        for timing in rounds::time(&mut [candidate], ROUNDS) {
            let (median, minimum) = (timing.median, timing.minimum);
            println!("{LABEL}\t{}\t{median:.1}\t{minimum:.1}", fixture.name);
        }
    }
}
