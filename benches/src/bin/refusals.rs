//! Prints what refusals take, and deliveries with several keys, as a multiple of the HMAC over the text of the
//! accepted delivery.

use twilio_verify_webhooks::{Delivery, Receiver};
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN};
use verify_webhooks_benches::floor::KeptHmac;
use verify_webhooks_benches::keys::{self, Signer};
use verify_webhooks_benches::receiver::{delivery, receiver};
use verify_webhooks_benches::refused;
use verify_webhooks_benches::rounds::{self, Candidate};

const ROUNDS: usize = 4000;

fn main() {
    let fixture = fixtures::v2_challenge();
    let refused = refused::all(&fixture);
    let one_key = receiver();
    let counts = [1, 2, 4, 8];
    let several = counts.map(|count| {
        let signers = [Signer::First, Signer::Last, Signer::Absent];
        signers.map(|signer| keys::receiver(count, signer))
    });
    let kept = KeptHmac::new(AUTH_TOKEN);

    let mut names = vec!["R".to_owned(), "accepted".to_owned()];
    let mut candidates = vec![
        Candidate::new("R", || kept.tag(&fixture.string_to_sign)),
        verify(&one_key, delivery(&fixture)),
    ];
    for refused in &refused {
        names.push(refused.name.to_owned());
        candidates.push(verify(&one_key, refused.delivery()));
    }
    for (count, receivers) in counts.iter().zip(&several) {
        let outcomes = ["the first matches", "the last matches", "none matches"];
        for (outcome, receiver) in outcomes.iter().zip(receivers) {
            names.push(format!("keys: {count}, {outcome}"));
            candidates.push(verify(receiver, delivery(&fixture)));
        }
    }

    let timings = rounds::time(&mut candidates, ROUNDS);
    println!(
        "`verify` on \"{}\", as multiples of R, {ROUNDS} rounds\n",
        fixture.name
    );
    println!("| | median | minimum |");
    println!("|---|---:|---:|");
    for (name, timing) in names.iter().zip(&timings) {
        let median = timing.median / timings[0].median;
        let minimum = timing.minimum / timings[0].minimum;
        println!("| {name} | {median:.2} | {minimum:.2} |");
    }
}

fn verify<'c>(receiver: &'c Receiver, delivery: Delivery<'c>) -> Candidate<'c> {
    Candidate::new("verify", move || receiver.verify(&delivery).is_ok())
}
