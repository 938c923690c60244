//! The stores in memory and in an SQLite file. Flushes are counted by system call, in a process that strace traces.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use tokio::runtime::{Builder, Runtime};
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{Entry, Inbox, MemoryStore, Store};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;
use webhook_inbox_benches::{Result, Table, events, median, raw_flush, raw_write};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => {
            memory()?;
            sqlite()
        }
        // What is run under strace.
        ["accept", file, tasks, each, times] => {
            let accepts = Accepts {
                tasks: tasks.parse()?,
                each: each.parse()?,
                times: times.parse()?,
            };
            accepts.run(file.as_ref()).map(drop)
        }
        _ => Err("expected no arguments".into()),
    }
}

fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// Three ways to spend an event, in turns: digest and JSON alone; the same, kept; accepted.
fn memory() -> Result<()> {
    const ROUNDS: usize = 9;
    let events = events(20_000)?;
    let runtime = runtime()?;
    let per = |start: Instant| start.elapsed() / u32::try_from(events.len()).unwrap_or(1);
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for event in &events {
            black_box(Entry::new(event)?);
        }
        times[0].push(per(start));

        let mut kept = Vec::with_capacity(events.len());
        let start = Instant::now();
        for event in &events {
            kept.push(Entry::new(event)?);
        }
        times[1].push(per(start));
        drop(kept);

        let store = MemoryStore::new();
        for known in [2, 3] {
            let start = Instant::now();
            runtime.block_on(async {
                for event in &events {
                    black_box(store.accept(Entry::new(event)?, None).await?);
                }
                Result::Ok(())
            })?;
            times[known].push(per(start));
        }
    }
    let [made, kept, accepted, repeated] = times.map(median);
    let table = Table::new("memory");
    let more = |time: Duration, than: Duration| time.saturating_sub(than).as_secs_f64() * 1e6;
    table.shown("digest and JSON of an event", format!("{made:?}"));
    table.shown("the same, and the JSON is kept", format!("{kept:?}"));
    table.timed("accept, microseconds more", more(accepted, kept), 1.0);
    table.timed("a repetition, microseconds more", more(repeated, made), 1.0);
    table.end()
}

fn sqlite() -> Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let file = |name: &str| folder.path().join(name);
    let mut table = Table::new("SQLite");
    let flush = raw_flush(folder.path())?;
    table.shown("8 kB written and flushed, median", format!("{flush:?}"));
    table.shown(
        "4 kB written, median",
        format!("{:?}", raw_write(folder.path())?),
    );
    for (tasks, each) in [(1, 400), (16, 100), (64, 100)] {
        let accepts = Accepts {
            tasks,
            each,
            times: 1,
        };
        let took = accepts.run(&file(&format!("{tasks}.db")))?;
        let each_took = took.as_secs_f64() / accepts.count();
        table.shown(
            &format!("{tasks} tasks, accepts per second"),
            format!("{:.0}", 1.0 / each_took),
        );
        table.shown(
            &format!("{tasks} tasks, of a raw flush per accept"),
            format!("{:.2}", each_took / flush.as_secs_f64()),
        );
        let flushes = accepts.flushes(&file(&format!("{tasks}-traced.db")))?;
        match tasks {
            1 => table.counted("1 task, flushes per accept", flushes / accepts.count(), 2.0),
            // How many find the same flush depends on how fast they come.
            64 => table.rated(
                "64 tasks, accepts per flush",
                accepts.count() / flushes,
                16.0,
            ),
            _ => table.shown(
                "16 tasks, accepts per flush",
                format!("{:.2}", accepts.count() / flushes),
            ),
        }
    }
    // What opening the file flushes is in all of them.
    let of = |times| {
        Accepts {
            tasks: 1,
            each: 400,
            times,
        }
        .flushes(&file(&format!("times-{times}.db")))
    };
    let (once, thrice) = (of(1)?, of(3)?);
    // A checkpoint more or less falls to either.
    table.counted("800 repetitions, flushes more", thrice - once, 4.0);
    let bytes = bytes_per_row(&file("rows.db"))?;
    table.shown("a done row, bytes", bytes);
    table.end()
}

/// New deliveries from tasks, all of them so many times.
#[derive(Clone, Copy)]
struct Accepts {
    tasks: usize,
    each: usize,
    times: usize,
}

impl Accepts {
    fn count(self) -> f64 {
        u32::try_from(self.tasks * self.each).map_or(f64::NAN, f64::from)
    }

    fn run(self, file: &Path) -> Result<Duration> {
        let runtime = runtime()?;
        let events = events(self.tasks * self.each)?;
        let inbox = Inbox::new(runtime.block_on(SqliteStore::open(file))?);
        let start = Instant::now();
        for _ in 0..self.times {
            let running = events.chunks(self.each).map(|events| {
                let (inbox, events) = (inbox.clone(), events.to_vec());
                runtime.spawn(async move { accept(&inbox, &events).await })
            });
            for task in running.collect::<Vec<_>>() {
                runtime.block_on(task)?;
            }
        }
        Ok(start.elapsed())
    }

    /// Counts the flushes of a process that does it.
    fn flushes(self, file: &Path) -> Result<f64> {
        let trace = file.with_extension("trace");
        let strace = [
            "-f",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            "trace=fdatasync,fsync",
            "-o",
        ];
        let numbers = [self.tasks, self.each, self.times].map(|number| number.to_string());
        let mut command = Command::new("strace");
        command
            .args(strace)
            .arg(&trace)
            .arg(std::env::current_exe()?);
        let status = command.arg("accept").arg(file).args(numbers).status()?;
        if !status.success() {
            return Err("the traced process failed".into());
        }
        let trace = std::fs::read_to_string(trace)?;
        let flushes = trace.lines().filter(|line| line.contains("sync(")).count();
        Ok(f64::from(u32::try_from(flushes)?))
    }
}

async fn accept(inbox: &Inbox<SqliteStore>, events: &[Received<'static>]) {
    for event in events {
        assert_eq!(inbox.accept(event).await.status(), 200);
    }
}

/// What a row takes once it is done.
fn bytes_per_row(file: &Path) -> Result<u64> {
    const ROWS: u32 = 100_000;
    let store = SqliteStore::builder(file).open_blocking()?;
    let deliveries = Deliveries::new()?;
    let mut connection = Connection::open(file)?;
    let transaction = connection.transaction()?;
    for number in 0..ROWS {
        // In no order, as real ones are.
        let first = number.wrapping_mul(2_654_435_761);
        let uuid = format!("{first:08x}-73c4-4d1d-8d1f-6b6f0f5f1c5a");
        let received = deliveries.receive(&EventBuilder::factor_created().uuid(uuid))?;
        store.first_in(&received, |sql, parameters| {
            let parameters = params_from_iter(parameters);
            let row = transaction.query_row(sql, parameters, |row| row.get(0));
            row.optional()
        })?;
    }
    transaction.commit()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::metadata(file)?.len() / u64::from(ROWS))
}
