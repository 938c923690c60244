//! Gives the same deliveries to this crate and to Twilio's own libraries, and explains every difference.

mod batches;
mod case;
mod classes;
mod generated;
mod listed;
mod ours;
mod peers;
mod report;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().expect("a number"));
    let (count, seed) = (
        arguments.next().unwrap_or(4000),
        arguments.next().unwrap_or(1),
    );
    let mut cases = listed::cases();
    cases.extend(generated::cases(count, seed));
    cases.extend(batches::cases(count / 4, seed));
    let ours: Vec<_> = cases.iter().map(ours::answer).collect();
    let theirs = peers::ask(&cases);
    report::report(&cases, &ours, &theirs)
}
