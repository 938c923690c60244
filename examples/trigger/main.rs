//! Sends signed, realistic deliveries to a running server and shows what comes back.
//!
//! ```sh
//! TWILIO_AUTH_TOKEN=… cargo run --example trigger -- challenge.approved --url http://127.0.0.1:3000/webhook
//! ```
//!
//! `--help` lists what else it does. It exits with 0 if every genuine delivery was answered with 200 and every negative
//! one refused, with 1 if not, and with 2 if it was called wrongly.

mod arguments;
mod curl;
mod deliveries;
mod report;
mod send;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Command, Options};
use deliveries::Planned;
use send::Client;

/// Sends or prints each delivery and returns whether all were answered as they should be.
fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let planned = deliveries::plan(options)?;
    if options.print_curl {
        for delivery in &planned {
            println!("# {}", report::shown(&delivery.title));
            println!("{}\n", curl::command(delivery)?);
        }
        return Ok(true);
    }
    let client = Client::new();
    let (mut sent, mut wrong) = (0_u32, 0_u32);
    for delivery in &planned {
        let (is_right, is_answered) = call(&client, delivery, options.is_brief());
        sent = sent.saturating_add(1);
        wrong = wrong.saturating_add(u32::from(!is_right));
        // Refusals by a server that is not there, or that refuses everything, show nothing.
        let is_vain = !is_answered || options.is_negative();
        if sent == 1 && !is_right && is_vain {
            break;
        }
    }
    println!(
        "{sent} of {} sent, {wrong} not answered as expected",
        planned.len()
    );
    Ok(wrong == 0)
}

/// Sends a delivery and returns whether the answer is right, and whether there is one.
fn call(client: &Client, delivery: &Planned, is_brief: bool) -> (bool, bool) {
    if !is_brief {
        report::request(delivery);
    }
    let answer = client.send(delivery);
    let verdict = delivery.verdict(&answer);
    if is_brief {
        report::line(delivery, &answer, &verdict);
    } else {
        report::answer(&answer, &verdict);
    }
    (verdict.is_ok(), answer.is_ok())
}

fn main() -> ExitCode {
    let outcome = match arguments::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => {
            print!("{}", arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Command::ListNegatives) => {
            report::negatives();
            return ExitCode::SUCCESS;
        }
        Ok(Command::Send(options)) => run(&options),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("trigger: {error}\nTry --help.");
            ExitCode::from(2)
        }
    }
}
