//! Prints what each step and each other way of validating takes, as a multiple of the HMAC over the same string to sign.
//!
//! `ratios [TEXT]...` times the rows whose names hold one of the texts, all of them by default.

use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture, URL};
use verify_webhooks_benches::floor::{self, KeptHmac};
use verify_webhooks_benches::receiver::{account_receiver, decode_json, delivery, receiver};
use verify_webhooks_benches::rounds::{self, Candidate, Timing};
use verify_webhooks_benches::tidy::Validator;
use verify_webhooks_benches::{naive, webhook_verify};

const ROUNDS: usize = 4000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let fixtures = fixtures::all();
    let columns: Vec<Vec<(&str, Timing)>> = fixtures
        .iter()
        .map(|fixture| column(fixture, &wanted))
        .collect();

    println!("Medians of {ROUNDS} rounds, as multiples of the median of R\n");
    print(&fixtures, &columns, |timing| timing.median);
    println!("\nMinima, as multiples of the minimum of R\n");
    print(&fixtures, &columns, |timing| timing.minimum);
    if wanted.is_empty() || wanted.iter().any(|text| "unknown".contains(text.as_str())) {
        print_unknown();
    }
}

/// Prints what three unknown parameters add.
fn print_unknown() {
    let fixtures = [fixtures::v2_challenge(), fixtures::unknown_parameters()];
    let receiver = receiver();
    let mut candidates = fixtures.each_ref().map(|fixture| {
        let (receiver, mut buffer) = (&receiver, Buffer::new());
        Candidate::new(fixture.name, move || {
            let received = receiver.receive_in(&delivery(fixture), &mut buffer);
            received.unwrap().event.uuid().len()
        })
    });
    let timings = rounds::time(&mut candidates, ROUNDS);
    if let [without, with] = timings[..] {
        println!(
            "\n`receive_in` on the v2 challenge with three unknown parameters takes {:.2} times as long as without by \
             medians, {:.2} by minima",
            with.median / without.median,
            with.minimum / without.minimum
        );
    }
}

/// Times all candidates on one fixture, R first.
fn column<'c>(fixture: &'c Fixture, wanted: &[String]) -> Vec<(&'c str, Timing)> {
    let Fixture {
        body,
        string_to_sign,
        signature,
        ..
    } = fixture;
    let kept = KeptHmac::new(AUTH_TOKEN);
    let receiver = receiver();
    let accounts = account_receiver();
    let tidy = Validator::new(AUTH_TOKEN, URL);
    let secret = webhook_verify::secret();
    let [mut opened, mut verified, mut received, mut decoded] = [const { Buffer::new() }; 4];

    let mut candidates = vec![
        Candidate::new("R: HMAC, keyed state kept", || kept.tag(string_to_sign)),
        Candidate::new("HMAC, keyed afresh", || {
            floor::keyed_afresh(AUTH_TOKEN, string_to_sign)
        }),
        Candidate::new("SHA-1 without a key", || {
            floor::compressions(string_to_sign)
        }),
        Candidate::new("decode and order", || {
            let unverified = accounts.open(&delivery(fixture), &mut opened).unwrap();
            unverified.params().len()
        }),
        Candidate::new("verify", || {
            receiver.verify(&delivery(fixture)).unwrap().position
        }),
        Candidate::new("verify_in, buffer reused", || {
            let verified = receiver.verify_in(&delivery(fixture), &mut verified);
            verified.unwrap().params().len()
        }),
        Candidate::new("receive_in, buffer reused", || {
            let received = receiver.receive_in(&delivery(fixture), &mut received);
            received.unwrap().event.uuid().len()
        }),
        Candidate::new("receive_in, buffer new", || {
            let mut buffer = Buffer::new();
            let received = receiver.receive_in(&delivery(fixture), &mut buffer);
            received.unwrap().event.uuid().len()
        }),
        Candidate::new("receive, owned", || {
            receiver.receive(&delivery(fixture)).unwrap()
        }),
        Candidate::new("receive_in and JSON decoded", || {
            let received = receiver.receive_in(&delivery(fixture), &mut decoded);
            decode_json(&received.unwrap().event)
        }),
        Candidate::new("naive, validate", || {
            naive::validate(AUTH_TOKEN, URL, body, signature)
        }),
        Candidate::new("naive, struct and JSON", || {
            naive::receive(AUTH_TOKEN, URL, body, signature).unwrap()
        }),
        Candidate::new("tidy, validate", || tidy.validate(body, signature)),
        Candidate::new("tidy, struct and JSON", || {
            tidy.receive(body, signature).unwrap()
        }),
        Candidate::new("webhook-verify, validate", || {
            webhook_verify::validate(&secret, URL, body, signature)
        }),
    ];
    let mut is_reference = true;
    candidates.retain(|candidate| {
        let is_wanted =
            wanted.is_empty() || wanted.iter().any(|text| candidate.name.contains(text));
        std::mem::take(&mut is_reference) || is_wanted
    });
    let timings = rounds::time(&mut candidates, ROUNDS);
    let names = candidates.iter().map(|candidate| candidate.name);
    names.zip(timings).collect()
}

fn print(fixtures: &[Fixture], columns: &[Vec<(&str, Timing)>], nanoseconds: fn(&Timing) -> f64) {
    let heads: Vec<&str> = fixtures.iter().map(|fixture| fixture.name).collect();
    println!("| | {} |", heads.join(" | "));
    println!("|---|{}", "---:|".repeat(heads.len()));
    let sizes: Vec<String> = fixtures
        .iter()
        .map(|fixture| {
            let (body, parameters) = (fixture.body.len(), fixture.parameters.len());
            format!("{body} B, {parameters} parameters")
        })
        .collect();
    println!("| body | {} |", sizes.join(" | "));
    for (row, &(name, _)) in columns[0].iter().enumerate() {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| {
                let time = nanoseconds(&column[row].1);
                let reference = nanoseconds(&column[0].1);
                format!("{:.2}", time / reference)
            })
            .collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    let references: Vec<String> = columns
        .iter()
        .map(|column| format!("{:.0}", nanoseconds(&column[0].1)))
        .collect();
    println!("\nR in this run: {} ns", references.join(", "));
}
