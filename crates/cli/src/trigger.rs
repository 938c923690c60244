//! Sends signed, realistic deliveries to a server and checks its answers.

mod batch;
mod latency;
mod load;
mod plan;
mod report;
mod verdict;

use std::io::Write as _;

use crate::arguments::TriggerArguments;
use crate::curl::{self, CurlRequest};
use crate::event_type;
use crate::outgoing::{Client, TWILIO_WAITS};
use crate::output::{Failure, Out, Outcome, visible};

use self::plan::{Plan, What};
use self::report::Report;

/// How much of an answer is read.
const MOST_READ: usize = 64 * 1024;

pub(crate) async fn run(arguments: TriggerArguments) -> Result<Outcome, Failure> {
    if arguments.negative.as_deref() == Some("list") {
        match arguments.verify_events {
            true => report::negative_batches(&mut Out::new(), arguments.json)?,
            false => report::negatives(&mut Out::new(), arguments.json)?,
        }
        return Ok(Outcome::Done);
    }
    if let Some(event_type) = &arguments.event {
        event_type::check(event_type)?;
    }
    let mut plan = Plan::new(&arguments)?;
    if arguments.print_curl {
        print_curl(&mut plan)?;
        return Ok(Outcome::Done);
    }
    let ca_file = arguments.ca_file.as_deref();
    let report = Report::new(Out::new(), arguments.json, plan.what());
    match load::Load::new(&arguments) {
        Some(load) => {
            let client = Client::that_keeps_connections(ca_file)?;
            load.run(&client, plan, report).await
        }
        None => {
            let client = Client::new(ca_file)?;
            tokio::select! {
                // Looked for first, so that from the first output on it ends in order.
                biased;
                interrupt = tokio::signal::ctrl_c() => {
                    interrupt?;
                    Ok(Outcome::Interrupted)
                }
                outcome = one_by_one(&client, plan, report) => outcome,
            }
        }
    }
}

/// Prints each delivery as a command.
fn print_curl(plan: &mut Plan) -> Result<(), Failure> {
    let mut out = Out::new();
    for planned in plan.all()? {
        let delivery = &planned.delivery;
        let headers = delivery.headers();
        let command = curl::command(&CurlRequest {
            method: delivery.method(),
            url: &planned.url,
            headers: headers
                .map(|(name, value)| (name, value.as_bytes()))
                .collect(),
            body: delivery.body(),
        });
        writeln!(out, "# {}\n{command}\n", visible(&planned.title))?;
    }
    Ok(())
}

/// Sends each delivery once the one before is answered.
async fn one_by_one(
    client: &Client,
    mut plan: Plan,
    mut report: Report,
) -> Result<Outcome, Failure> {
    let planned = plan.all()?;
    let (mut sent, mut wrong) = (0_u64, 0_u64);
    for delivery in &planned {
        report.request(delivery)?;
        let started = std::time::Instant::now();
        let answer = client
            .send(delivery.request()?, MOST_READ, TWILIO_WAITS)
            .await;
        let verdict = delivery.verdict(&answer);
        report.answer(delivery, &answer, &verdict, started.elapsed())?;
        sent = sent.saturating_add(1);
        wrong = wrong.saturating_add(u64::from(verdict.is_err()));
        // Refusals by a server that is not there, or that refuses everything, show nothing.
        let is_vain =
            answer.is_err() || matches!(plan.what(), What::Negative(_) | What::NegativeBatches(_));
        if (sent == 1 && verdict.is_err() && is_vain) || report.is_closed() {
            break;
        }
    }
    report.counts(sent, planned.len(), wrong)?;
    Ok(Outcome::from(wrong == 0))
}
