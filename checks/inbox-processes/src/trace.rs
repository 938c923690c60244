//! Flushes before answers, seen by system call: a killed process leaves its writes to the system, so only the trace
//! tells whether they would have survived a power cut.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Mutex, RwLock};

use fastrand::Rng;

use crate::Result;
use crate::fault::Fault;
use crate::history::History;
use crate::place::Place;
use crate::sender::{Sender, Sent};

const CALLS: &str =
    "trace=read,recvfrom,readv,write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync";

/// Traces an endpoint that gets new deliveries, and each again.
pub(crate) fn run<P: Place>(arguments: &[&str]) -> Result<bool> {
    let fault = match arguments {
        [] => Fault::None,
        ["--fault", fault] => fault.parse()?,
        _ => return Err("expected nothing or --fault".into()),
    };
    let folder = tempfile::tempdir()?;
    let url = P::scratch(folder.path())?;
    let trace = folder.path().join("trace");
    let history = folder.path().join("history.jsonl");
    let mut endpoint = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-s",
            "48",
            "-e",
            "signal=none",
            "-e",
            CALLS,
            "-o",
        ])
        .arg(&trace)
        .arg(std::env::current_exe()?)
        .args(["endpoint", &url])
        .arg(&history)
        .arg(fault.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("strace: {error}"))?;
    let mut line = String::new();
    let output = endpoint.stdout.take().ok_or("no output")?;
    BufReader::new(output).read_line(&mut line)?;
    let endpoints = RwLock::new(vec![line.trim().parse()?]);

    let (history, acknowledged) = (History::append(&history)?, Mutex::new(HashSet::new()));
    let sender = Sender::new(&endpoints, &history, &acknowledged);
    let mut rng = Rng::with_seed(1);
    let events = 30;
    for number in 0..events {
        let sent = Sent::make(&mut rng, number * 3)?;
        for _ in 0..3 {
            sender.send(&sent, &mut rng);
        }
    }
    drop(sender);
    // Ends the endpoint.
    drop(endpoint.stdin.take());
    endpoint.wait()?;

    let answers = answers(&fs::read_to_string(&trace)?);
    let (first, again): (Vec<_>, Vec<_>) = answers
        .chunks(3)
        .map(|chunk| (chunk.first(), chunk.get(1..)))
        .unzip();
    let first: Vec<_> = first.into_iter().flatten().collect();
    let again: Vec<_> = again.into_iter().flatten().flatten().collect();
    let unflushed = first
        .iter()
        .filter(|answer| answer.flushes == 0 || answer.unflushed)
        .count();
    let flushes: usize = first.iter().map(|answer| answer.flushes).sum();
    let writing = again
        .iter()
        .filter(|answer| answer.flushes > 0 || answer.writes > 0)
        .count();
    println!(
        "{} new deliveries with {flushes} flushes, {unflushed} answered before their write was flushed",
        first.len()
    );
    println!(
        "{} repeated deliveries, {writing} of which wrote or flushed",
        again.len()
    );
    let right =
        first.len() == events && again.len() == events * 2 && unflushed == 0 && writing == 0;
    match fault {
        Fault::None => Ok(right),
        fault => {
            println!(
                "the fault {fault} was {}",
                if right { "not found" } else { "found" }
            );
            Ok(!right)
        }
    }
}

/// What came between the last answer and this one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Answered {
    /// Flushes that returned.
    flushes: usize,
    /// Writes to files at a position.
    writes: usize,
    /// The last write came after the last flush.
    unflushed: bool,
}

/// Reads the output of `strace -f`, in which a call that another thread interrupts has two lines.
fn answers(trace: &str) -> Vec<Answered> {
    let mut answers = Vec::new();
    let mut since = Answered::default();
    let mut unfinished = HashMap::<&str, &str>::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let call = call.trim_start();
        // The answer counts from when it begins to be written.
        if ["write(", "writev(", "sendto(", "sendmsg("]
            .iter()
            .any(|name| call.starts_with(name))
            && call.contains("HTTP/1.1 ")
        {
            answers.push(std::mem::take(&mut since));
            continue;
        }
        let name = if let Some(start) = call.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, start);
            continue;
        } else if call.starts_with("<... ") {
            unfinished.remove(thread).unwrap_or_default()
        } else {
            call
        };
        if !call.contains("= ") {
            continue;
        }
        if name.starts_with("pwrite64(") {
            since.writes += 1;
            since.unflushed = true;
        } else if (name.starts_with("fdatasync(") || name.starts_with("fsync("))
            && call.ends_with("= 0")
        {
            since.flushes += 1;
            since.unflushed = false;
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: &str = "1  pwrite64(9, \"7\"..., 4096, 0) = 4096\n";
    const FLUSH: &str = "1  fdatasync(9)  = 0\n";
    const ANSWER: &str = "2  sendto(7, \"HTTP/1.1 200 OK\"..., 75, MSG_NOSIGNAL, NULL, 0) = 75\n";

    #[test]
    fn a_flush_before_the_answer_is_seen() {
        let answers = answers(&[WRITE, FLUSH, ANSWER, ANSWER].concat());
        let flushed = Answered {
            flushes: 1,
            writes: 1,
            unflushed: false,
        };
        assert_eq!(answers, [flushed, Answered::default()]);
    }

    #[test]
    fn an_answer_before_the_flush_is_seen() {
        let unfinished = "1  fdatasync(9 <unfinished ...>\n";
        let resumed = "1  <... fdatasync resumed>) = 0\n";
        let early = answers(&[WRITE, unfinished, ANSWER, resumed].concat());
        assert_eq!(
            early,
            [Answered {
                flushes: 0,
                writes: 1,
                unflushed: true
            }]
        );
        let late = answers(&[WRITE, unfinished, resumed, ANSWER].concat());
        assert_eq!(
            late,
            [Answered {
                flushes: 1,
                writes: 1,
                unflushed: false
            }]
        );
    }
}
