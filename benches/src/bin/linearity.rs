//! Prints how the time for a byte changes as bodies grow: 1.00 throughout is linear.

use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::receiver::{post, receiver};
use verify_webhooks_benches::rounds::{self, Candidate, Timing};
use verify_webhooks_benches::worst;

const ROUNDS: usize = 300;
/// The last is within the default limit of 128 KiB, whatever a generator adds.
const KIBIBYTES: [usize; 5] = [2, 8, 32, 64, 127];

fn main() {
    let bodies = KIBIBYTES.map(|kibibytes| worst::all(kibibytes * 1024));
    let receiver = receiver();
    let rows: Vec<Vec<Timing>> = (0..bodies[0].len())
        .map(|row| {
            let mut candidates = bodies.each_ref().map(|bodies| {
                let worst = &bodies[row];
                let mut buffer = Buffer::new();
                let receiver = &receiver;
                Candidate::new(worst.name, move || {
                    let delivery = post(&worst.body, &worst.signature);
                    receiver.receive_in(&delivery, &mut buffer).is_ok()
                })
            });
            rounds::time(&mut candidates, ROUNDS)
        })
        .collect();

    let heads = KIBIBYTES.map(|kibibytes| format!("{kibibytes} KiB"));
    println!(
        "`receive_in`, least time for a byte, as a multiple of that at {}\n",
        heads[0]
    );
    println!("| | {} |", heads.join(" | "));
    println!("|---|{}", "---:|".repeat(heads.len()));
    for (row, timings) in rows.iter().enumerate() {
        let times: Vec<f64> = timings
            .iter()
            .zip(&bodies)
            .map(|(timing, bodies)| timing.minimum / bodies[row].body.len() as f64)
            .collect();
        let cells: Vec<String> = times
            .iter()
            .map(|time| format!("{:.2}", time / times[0]))
            .collect();
        println!("| {} | {} |", bodies[0][row].name, cells.join(" | "));
    }
}
