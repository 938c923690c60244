//! A worker that was stopped for longer than its lease comes back while another has its row, and reports.
//!
//! In the large run that takes chance; here it happens each time, so that a missing fence is found each time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{Entry, ErrorText, Kind, Leased, Settlement, Store, Terms};

use crate::Result;
use crate::cast::signal;
use crate::checker;
use crate::fault::{Fault, Faulty};
use crate::history::{History, What};
use crate::place::Place;
use crate::recorded::Recorded;
use crate::run::{records, verdict};
use crate::worker::hexadecimal;

const TERMS: Terms = Terms {
    lease: Duration::from_millis(200),
    max_tries: 10,
    kinds: Kind::ALL,
};

/// Runs the scene with `--fault NAME` or without one, and tells whether it came out as it should.
pub(crate) fn run<P: Place>(arguments: &[&str]) -> Result<bool> {
    let fault = match arguments {
        [] => Fault::None,
        ["--fault", fault] => fault.parse()?,
        _ => return Err("expected nothing or --fault NAME".into()),
    };
    let folder = tempfile::tempdir()?;
    let url = P::scratch(folder.path())?;
    let histories = folder.path().join("history");
    std::fs::create_dir(&histories)?;
    let history = History::append(histories.join("parent.jsonl"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let place = runtime.block_on(P::open(&url))?;
    let store = place.store();
    let entry = Entry::new(&Deliveries::new()?.receive(&EventBuilder::factor_verified())?)?;
    runtime.block_on(store.accept(entry.clone(), None))?;
    history.tell(What::Answered {
        id: entry.id().to_string(),
        digest: hexadecimal(entry.digest()),
        status: 200,
    });

    let mut first = Holder::start(&url, &histories, "first", fault)?;
    first.takes()?;
    signal(&first.child, Signal::STOP)?;
    let victim = first.child.id();
    history.tell(What::Paused { victim });
    // It has the row once the lease of the first ran out.
    let mut second = Holder::start(&url, &histories, "second", Fault::None)?;
    second.takes()?;
    signal(&first.child, Signal::CONT)?;
    first.reports()?;
    second.reports()?;

    let row = runtime.block_on(store.find(entry.id()))?;
    history.tell(What::Ended {
        id: entry.id().to_string(),
        state: row.as_ref().map(|row| row.state.as_str().to_owned()),
        attempt: row.map_or(0, |row| row.attempt),
        committed: 0,
    });
    let (figures, violations) = checker::check(&records(&histories)?);
    println!(
        "a worker came back with the ticket of attempt 1 while attempt 2 had the row: {} takes, {} tickets lost",
        figures.takes, figures.lost
    );
    Ok(verdict(fault, &violations) && (fault != Fault::None || figures.lost == 1))
}

/// Takes a row, and reports on it when it is told to.
pub(crate) fn hold<P: Place>(url: &str, history: &str, fault: Fault) -> Result<()> {
    let history = History::append(history)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let place = P::open(url).await?;
        let store = place.store();
        let store = Faulty { store, fault };
        let store = Recorded {
            store,
            history: history.clone(),
        };
        let leased = take(&store).await?;
        say("taken")?;
        std::io::stdin().lock().read_line(&mut String::new())?;
        let (id, attempt) = (leased.ticket.id(), leased.ticket.attempt());
        let row = store.find(id).await?.ok_or("the row is gone")?;
        history.tell(What::Acted {
            id: id.to_string(),
            digest: hexadecimal(row.digest),
            attempt,
        });
        let settlement = match fault {
            Fault::RetryWithoutTicket => Settlement::Again {
                after: Duration::ZERO,
                error: ErrorText::new("on purpose"),
            },
            _ => Settlement::Done,
        };
        store.settle(&leased.ticket, settlement).await?;
        say("settled")
    })
}

async fn take(store: &impl Store) -> Result<Leased> {
    loop {
        if let Some(leased) = store.take(&TERMS, 1).await?.rows.pop() {
            return Ok(leased);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn say(line: &str) -> Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}

/// A process that [holds](hold) a row. Killed when dropped.
struct Holder {
    child: Child,
    input: ChildStdin,
    output: BufReader<std::process::ChildStdout>,
}

impl Holder {
    fn start(url: &str, histories: &Path, name: &str, fault: Fault) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["holder", url])
            .arg(histories.join(format!("{name}.jsonl")))
            .arg(fault.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self {
            input: child.stdin.take().ok_or("no input")?,
            output: BufReader::new(child.stdout.take().ok_or("no output")?),
            child,
        })
    }

    fn takes(&mut self) -> Result<()> {
        self.says("taken")
    }

    fn reports(&mut self) -> Result<()> {
        self.input.write_all(b"go\n")?;
        self.says("settled")
    }

    fn says(&mut self, expected: &str) -> Result<()> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        match line.trim() == expected {
            true => Ok(()),
            false => Err(format!("expected {expected:?} from a worker, found {line:?}").into()),
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
