//! Claims in Redis, in several processes, on a server that is killed: `checks/inbox-processes/run-redis`.
//!
//! For each way in which Redis keeps its data: processes handle deliveries under claims, the server is killed with
//! SIGKILL and started again on what it kept, processes are killed as well. What was answered with 200 and is not known
//! any more is counted; where the server keeps everything, nothing may be.

mod checker;
mod claimer;
mod server;

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use inbox_processes::{Result, now};
use rustix::process::{Pid, Signal, kill_process};

use crate::checker::{Line, What, check};
use crate::server::{Persistence, Server};

/// The name of the inbox.
const NAME: &str = "processes";
const PROCESSES: usize = 3;

/// A mistake made on purpose, to see that the checker finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// What is done is forgotten.
    ForgetsDone,
    /// Who meets the claim of another releases it.
    ReleasesAnothers,
}

impl Fault {
    const ALL: [Self; 3] = [Self::None, Self::ForgetsDone, Self::ReleasesAnothers];

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ForgetsDone => "forgets-done",
            Self::ReleasesAnothers => "releases-anothers",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let fault = Self::ALL.into_iter().find(|fault| fault.as_str() == text);
        Ok(fault.ok_or_else(|| format!("expected a fault, found {text:?}"))?)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["claimer", port, file, seed, fault] => claim(port, file, seed, fault).map(|()| true),
        [] => all(Duration::from_secs(20)),
        ["--short"] => all(Duration::from_millis(3500)),
        _ => Err("expected nothing or --short".into()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn claim(port: &str, file: &str, seed: &str, fault: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let work = claimer::work(port.parse()?, file, seed.parse()?, Fault::parse(fault)?);
    runtime.block_on(work)
}

fn all(lasts: Duration) -> Result<bool> {
    println!(
        "| persistence | server killed | processes killed | answered 200 before a kill | of them forgotten | rules broken |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    let mut holds = true;
    for persistence in Persistence::ALL {
        let run = Run::new(persistence, Fault::None, lasts)?.play()?;
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            persistence.as_str(),
            run.losses,
            run.kills,
            run.answered,
            run.forgotten,
            run.broken.len()
        );
        run.broken
            .iter()
            .take(10)
            .for_each(|broken| println!("  {broken:?}"));
        holds &= run.broken.is_empty() && run.losses > 0 && run.answered > 0;
        holds &= match persistence {
            // Otherwise this would find nothing.
            Persistence::None => run.forgotten > 0,
            Persistence::LogAlways => run.forgotten == 0,
            _ => true,
        };
    }
    for fault in [Fault::ForgetsDone, Fault::ReleasesAnothers] {
        let run = Run::new(Persistence::LogAlways, fault, Duration::from_millis(1500))?.play()?;
        let found = if run.broken.is_empty() {
            "not found"
        } else {
            "found"
        };
        println!(
            "the fault {} was {found}: {} rules broken",
            fault.as_str(),
            run.broken.len()
        );
        holds &= !run.broken.is_empty();
    }
    Ok(holds)
}

struct Run {
    folder: tempfile::TempDir,
    persistence: Persistence,
    fault: Fault,
    lasts: Duration,
    started: u64,
}

/// What came of a run.
#[derive(Default)]
struct Outcome {
    losses: usize,
    kills: usize,
    answered: usize,
    forgotten: usize,
    broken: Vec<(checker::Rule, usize)>,
}

impl Run {
    fn new(persistence: Persistence, fault: Fault, lasts: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            folder,
            persistence,
            fault,
            lasts,
            started: 0,
        })
    }

    fn play(mut self) -> Result<Outcome> {
        let program =
            env::var("INBOX_REDIS_SERVER").map_err(|_| "INBOX_REDIS_SERVER is not set")?;
        let data = self.folder.path().join("data");
        std::fs::create_dir(&data)?;
        let mut server = Server::start(&program, &data, self.persistence)?;
        let mut rng = Rng::with_seed(1);
        let mut processes = Vec::new();
        for _ in 0..PROCESSES {
            processes.push(self.claimer(server.port)?);
        }
        let (mut outcome, mut losses) = (Outcome::default(), Vec::new());
        let start = Instant::now();
        while start.elapsed() < self.lasts {
            thread::sleep(Duration::from_millis(rng.u64(500..2000)));
            if rng.bool() {
                let process = &mut processes[rng.usize(..PROCESSES)];
                process.kill()?;
                process.wait()?;
                *process = self.claimer(server.port)?;
                outcome.kills += 1;
            }
            if self.fault != Fault::None {
                continue;
            }
            let known = answered(&self.lines()?);
            server.kill()?;
            // Whoever had an answer has written it down by then.
            thread::sleep(Duration::from_millis(100));
            losses.push(now());
            signal(&processes, Signal::STOP)?;
            server.start_again()?;
            // Nobody claims while it is looked at.
            outcome.answered += known.len();
            outcome.forgotten += forgotten(server.port, &known)?;
            signal(&processes, Signal::CONT)?;
        }
        for process in &mut processes {
            process.kill()?;
            process.wait()?;
        }
        outcome.losses = losses.len();
        if self.persistence.keeps_what_it_answered() {
            losses.clear();
        }
        outcome.broken = check(self.lines()?, &losses);
        Ok(outcome)
    }

    fn claimer(&mut self, port: u16) -> Result<Child> {
        self.started += 1;
        let seed = self.started.to_string();
        let child = Command::new(env::current_exe()?)
            .args(["claimer", &port.to_string()])
            .arg(self.history(self.started))
            .args([&seed, self.fault.as_str()])
            // It ends when this process does.
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(child)
    }

    fn history(&self, number: u64) -> PathBuf {
        self.folder.path().join(format!("{number}.history"))
    }

    fn lines(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for number in 1..=self.started {
            lines.extend(read(&self.history(number))?);
        }
        Ok(lines)
    }
}

fn read(path: &Path) -> Result<Vec<Line>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        // It was killed before it wrote.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    // A kill may cut the last line.
    let lines = text
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    lines.map(|line| Ok(line.parse()?)).collect()
}

fn answered(lines: &[Line]) -> BTreeSet<usize> {
    let answered = lines.iter().filter(|line| line.what == What::Answered(200));
    answered.map(|line| line.number).collect()
}

/// Counts the numbers whose claims are not known as done.
fn forgotten(port: u16, numbers: &BTreeSet<usize>) -> Result<usize> {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    let mut connection = client.get_connection()?;
    let mut forgotten = 0;
    for number in numbers {
        let claim: Option<String> = redis::cmd("GET")
            .arg(claimer::key(*number)?)
            .query(&mut connection)?;
        forgotten += usize::from(!claim.is_some_and(|claim| claim.starts_with('d')));
    }
    Ok(forgotten)
}

fn signal(processes: &[Child], signal: Signal) -> Result<()> {
    for process in processes {
        let pid = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.ok_or("no process")?, signal)?;
    }
    Ok(())
}
