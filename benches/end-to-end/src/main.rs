//! Requests per second and processor time per request of servers that take turns, as multiples of bare axum.
//!
//! `verify-webhooks-end-to-end [TEXT]...` measures the servers whose names hold one of the texts, and bare axum; all by default.

mod load;
mod servers;

use std::env;
use std::error::Error;

use tokio::runtime;
use twilio_verify_webhooks::{AuthToken, SIGNATURE_HEADER};
use verify_webhooks_benches::fixtures::{self, Fixture};
use webhook_conformance::delivery::{FORM, TOKEN, URL};
use webhook_conformance::http::Request;
use webhook_conformance::server::Server;

use crate::load::Turn;
use crate::servers::{Contestant, LADDER};

const ROUNDS: usize = 11;

/// A request that all servers get, over and over.
struct Workload {
    name: String,
    request: Vec<u8>,
    is_forged: bool,
}

fn workloads() -> Result<Vec<Workload>, Box<dyn Error>> {
    let mut workloads = Vec::new();
    for Fixture {
        name,
        parameters,
        body,
        ..
    } in [fixtures::v1_factor(), fixtures::v2_challenge()]
    {
        for (kind, token) in [("genuine", TOKEN), ("forged", "another")] {
            let signature = AuthToken::new(token)?.sign(URL, parameters.clone());
            let request = Request::post(body.clone())
                .header("User-Agent", "TwilioProxy/1.1")
                .header("Accept", "*/*")
                .header("Content-Type", FORM)
                .header(
                    "I-Twilio-Idempotency-Token",
                    "7e1d8a52-2f0b-4c0e-9d53-1f2f3b6a9c10",
                )
                .header(SIGNATURE_HEADER, &signature);
            workloads.push(Workload {
                name: format!("{name}, {kind}"),
                request: request.bytes(),
                is_forged: token != TOKEN,
            });
        }
    }
    Ok(workloads)
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let contestants: Vec<Contestant> = servers::ALL
        .into_iter()
        .enumerate()
        .filter(|(position, contestant)| {
            *position == 0
                || wanted.is_empty()
                || wanted.iter().any(|text| contestant.name.contains(text))
        })
        .map(|(_, contestant)| contestant)
        .collect();
    let servers: Vec<Server> = contestants
        .iter()
        .map(|contestant| Server::start_command(contestant.command()))
        .collect();
    let workloads = workloads()?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    // By workload, then by server, then by round.
    let mut turns = vec![vec![Vec::new(); servers.len()]; workloads.len()];
    for round in 0..ROUNDS {
        for (workload, turns) in workloads.iter().zip(&mut turns) {
            for turn in 0..servers.len() {
                // Nobody always runs after the same neighbour.
                let index = (round + turn) % servers.len();
                let status = if workload.is_forged && contestants[index].refuses {
                    403
                } else {
                    200
                };
                let (process, address) = (
                    servers[index].process(),
                    servers[index].address.ok_or("no address")?,
                );
                let turn = load::turn(process, address, &workload.request, status);
                turns[index].push(runtime.block_on(turn)?);
            }
        }
    }

    println!("Processor time per request:\n");
    print(&contestants, &workloads, &turns, |turn| {
        turn.processor_seconds_per_request
    });
    println!("\nRequests per second:\n");
    print(&contestants, &workloads, &turns, |turn| {
        turn.requests_per_second
    });
    print_parts(&contestants, &workloads, &turns);
    for (index, contestant) in contestants.iter().enumerate() {
        let turns = || turns.iter().flat_map(|servers| &servers[index]);
        let microseconds = 1e6 * median(turns().map(|turn| turn.processor_seconds_per_request));
        let busy = median(turns().map(|turn| turn.busy));
        eprintln!(
            "{}: {microseconds:.2} µs, {busy:.2} of a processor",
            contestant.name
        );
    }
    Ok(())
}

/// By workload, then by server, then by round.
type Turns = [Vec<Vec<Turn>>];

/// Prints a table of the medians over all rounds of what a server had, divided by what bare axum had in that round.
fn print(
    contestants: &[Contestant],
    workloads: &[Workload],
    turns: &Turns,
    figure: impl Fn(&Turn) -> f64,
) {
    print_head(workloads);
    for (index, contestant) in contestants.iter().enumerate() {
        let ratios = turns.iter().map(|servers| {
            let pairs = servers[index].iter().zip(&servers[0]);
            let ratio = median(pairs.map(|(own, bare)| figure(own) / figure(bare)));
            let decimals = match ratio {
                ..0.1 => 3,
                10.0.. => 1,
                _ => 2,
            };
            format!("{ratio:.decimals$}")
        });
        print_row(contestant.name, ratios);
    }
}

/// Prints what each server of the ladder takes more of the processor than the one before, as a part of what bare axum
/// takes, unless one of them was not measured.
fn print_parts(contestants: &[Contestant], workloads: &[Workload], turns: &Turns) {
    let index = |name| contestants.iter().position(|server| server.name == name);
    let ladder = LADDER.map(|(part, name)| Some((part, index(name)?)));
    let Some(ladder) = ladder.into_iter().collect::<Option<Vec<_>>>() else {
        return;
    };
    println!("\nProcessor time per request, part by part:\n");
    print_head(workloads);
    print_row(ladder[0].0, workloads.iter().map(|_| "1.00".to_owned()));
    for pair in ladder.windows(2) {
        let differences = turns.iter().map(|servers| {
            let [before, after, bare] = [pair[0].1, pair[1].1, 0].map(|index| &servers[index]);
            let rounds = before.iter().zip(after).zip(bare);
            let figure = |turn: &Turn| turn.processor_seconds_per_request;
            let more = rounds
                .map(|((before, after), bare)| (figure(after) - figure(before)) / figure(bare));
            format!("{:+.2}", median(more))
        });
        print_row(pair[1].0, differences);
    }
}

fn print_head(workloads: &[Workload]) {
    print_row("", workloads.iter().map(|workload| workload.name.clone()));
    println!("|---{}|", "|---:".repeat(workloads.len()));
}

fn print_row(name: &str, cells: impl Iterator<Item = String>) {
    let space = if name.is_empty() { "" } else { " " };
    println!(
        "|{space}{name} | {} |",
        cells.collect::<Vec<_>>().join(" | ")
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
