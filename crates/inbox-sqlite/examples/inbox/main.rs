//! An inbox in an SQLite file: delivers events to a server, again and again, kills a worker process between take and
//! done, starts another, and prints what was handled how often.
//!
//! ```sh
//! cargo run -p twilio-verify-webhooks-inbox-sqlite --example inbox
//! ```
//!
//! It exits with 0 only if every event that was acknowledged was handled, and none was handled twice.

mod sender;
mod server;
mod worker;

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use twilio_verify_webhooks_inbox::{Inbox, State};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

use crate::sender::{Delivered, Sender};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const EVENTS: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let right = match arguments[..] {
        [] => play(),
        ["server", file] => server::serve(file).map(|()| true),
        ["worker", file] => worker::work(file, Duration::ZERO).map(|()| true),
        // One whose handlers take long, as a bank does on a Monday.
        ["slow-worker", file] => worker::work(file, Duration::from_secs(60)).map(|()| true),
        _ => Err("expected no arguments".into()),
    };
    match right {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn play() -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.db");
    let (_server, mut output) = start("server", &file)?;
    let address = output.next().ok_or("the server did not start")??;
    println!("server on {address}, rows in {}", file.display());
    let sender = Sender::new(&address)?;

    let (mut doomed, mut output) = start("slow-worker", &file)?;
    let mut delivered = Vec::new();
    for _ in 0..EVENTS {
        delivered.push(sender.deliver_new()?);
    }
    println!("{} events delivered and acknowledged", delivered.len());
    let taken = output.next().ok_or("the worker took nothing")??;
    doomed.0.kill()?;
    doomed.0.wait()?;
    println!("a worker was killed after it had {taken}");

    let again = delivered.iter().flat_map(|delivered| [delivered; 3]);
    let repeated = statuses(again.map(|delivered| sender.repeat(delivered)))?;
    println!("each delivered three times more: {repeated:?}");
    let conflicts = statuses(
        delivered
            .iter()
            .map(|delivered| sender.deliver_other(delivered)),
    )?;
    println!("another event under each id: {conflicts:?}");

    let (_worker, _output) = start("worker", &file)?;
    let store = SqliteStore::open_blocking(&file)?;
    let inbox = Inbox::new(store);
    let start = Instant::now();
    while inbox.blocking().counts()?.pending + inbox.blocking().counts()?.working > 0 {
        if start.elapsed() > Duration::from_secs(60) {
            return Err("rows are left after a minute".into());
        }
        thread::sleep(Duration::from_millis(100));
    }
    println!(
        "another worker handled the rest within {:.1} s",
        start.elapsed().as_secs_f32()
    );
    let replayed = statuses(delivered.iter().map(|delivered| sender.repeat(delivered)))?;
    println!("each replayed now that it is done: {replayed:?}");
    // Whatever a replay might have set off had its chance.
    thread::sleep(worker::POLL * 3);

    let times = worker::times(&file)?;
    let mut right =
        repeated.keys().eq([&200]) && conflicts.keys().eq([&409]) && replayed.keys().eq([&200]);
    println!("\n{:<40} {:>8}  row", "uuid", "handled");
    for Delivered { id, .. } in &delivered {
        let handled = times.get(id.uuid()).copied().unwrap_or_default();
        let row = inbox.blocking().find(id)?;
        let (state, attempts) = row.map_or((None, 0), |row| (Some(row.state), row.attempt));
        right &= handled == 1 && state == Some(State::Done);
        let state = state.map_or("missing", State::as_str);
        println!(
            "{:<40} {handled:>8}  {state} by attempt {attempts}",
            id.uuid()
        );
    }
    let others = times.len() - delivered.len().min(times.len());
    println!(
        "{}",
        if right && others == 0 {
            "as it should be"
        } else {
            "NOT as it should be"
        }
    );
    Ok(right && others == 0)
}

/// Counts answers by their status.
fn statuses(answers: impl Iterator<Item = Result<u16>>) -> Result<BTreeMap<u16, usize>> {
    let mut statuses = BTreeMap::new();
    for status in answers {
        *statuses.entry(status?).or_default() += 1;
    }
    Ok(statuses)
}

/// A process that ends with this one.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts this program in another part, as a process of its own.
fn start(part: &str, file: &Path) -> Result<(Process, Lines<BufReader<ChildStdout>>)> {
    let mut process = Command::new(env::current_exe()?)
        .arg(part)
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()?;
    let output = process.stdout.take().ok_or("no output")?;
    Ok((Process(process), BufReader::new(output).lines()))
}
