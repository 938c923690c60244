//! What an inbox costs, against the physical limit in the same run. Flushes are counted by system call, not timed.
//!
//! ```sh
//! cargo run --release -p webhook-inbox-processes --bin figures  # needs strace
//! ```

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::{Device, EventBuilder};
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{Entry, Inbox, MemoryStore, Store};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => all(),
        // What is run under strace.
        ["accept", file, tasks, each, times] => {
            accept(file.as_ref(), tasks.parse()?, each.parse()?, times.parse()?).map(drop)
        }
        _ => Err("expected no arguments".into()),
    }
}

fn events(count: usize) -> Result<Vec<Received<'static>>> {
    let (deliveries, mut device) = (Deliveries::new()?, Device::from_seed(1));
    let events = (0..count).map(|_| deliveries.receive(&device.challenge_approved()));
    events.collect()
}

fn all() -> Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    memory()?;
    let flush = raw_flush(&folder.path().join("raw"))?;
    println!("raw: 8 kB written and flushed in {flush:?} (median)");
    let write = raw_write(&folder.path().join("raw"))?;
    println!("raw: 4 kB written in {write:?} (median), without a flush");
    for (tasks, each) in [(1, 400), (16, 100), (64, 100)] {
        let file = folder.path().join(format!("{tasks}.db"));
        let took = accept(&file, tasks, each, 1)?;
        let accepts = tasks * each;
        let rate = f64::from(u32::try_from(accepts)?) / took.as_secs_f64();
        let flushes = flushes(
            &folder.path().join(format!("{tasks}-traced.db")),
            tasks,
            each,
            1,
        )?;
        let per = f64::from(u32::try_from(accepts)?) / f64::from(u32::try_from(flushes)?);
        let flushes_per = 1.0 / per;
        println!(
            "SQLite, {tasks} tasks: {rate:.0} accepts/s, {flushes_per:.3} flushes per accept ({per:.1} accepts per \
             flush)"
        );
    }
    let [once, thrice] = [1, 3].map(|times| {
        let file = folder.path().join(format!("repeated-{times}.db"));
        flushes(&file, 1, 400, times)
    });
    println!(
        "SQLite: {} flushes for 400 events, {} when each is delivered three times",
        once?, thrice?
    );
    bytes_per_row(&folder.path().join("rows.db"))
}

/// What an accept takes beyond the digest and the JSON of the event.
fn memory() -> Result<()> {
    let events = events(20_000)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let per = |took: Duration| took / u32::try_from(events.len()).unwrap_or(1);
    let mut lines = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        for event in &events {
            black_box(Entry::new(event)?);
        }
        let entries = per(start.elapsed());
        let store = MemoryStore::new();
        let start = Instant::now();
        runtime.block_on(async {
            for event in &events {
                store.accept(Entry::new(event)?, None).await?;
            }
            Result::Ok(())
        })?;
        let stored = per(start.elapsed());
        lines.push((stored.saturating_sub(entries), entries));
    }
    lines.sort_unstable();
    let (more, entries) = lines[lines.len() / 2];
    println!("memory: digest and JSON {entries:?}, the accept {more:?} more");
    Ok(())
}

fn raw_flush(path: &Path) -> Result<Duration> {
    let file = File::create(path)?;
    file.write_all_at(&[1; 8192], 0)?;
    file.sync_all()?;
    median(|| {
        file.write_all_at(&[2; 8192], 0)?;
        Ok(file.sync_data()?)
    })
}

fn raw_write(path: &Path) -> Result<Duration> {
    let file = File::create(path)?;
    median(|| Ok(file.write_all_at(&[2; 4096], 0)?))
}

fn median(step: impl Fn() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..400 {
        let start = Instant::now();
        step()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// Accepts new deliveries from tasks, and all of them again.
fn accept(file: &Path, tasks: usize, each: usize, times: usize) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let events = events(tasks * each)?;
    let store = runtime.block_on(SqliteStore::open(file))?;
    let start = Instant::now();
    for _ in 0..times {
        runtime.block_on(async {
            let running = events.chunks(each).map(|events| {
                let (inbox, events) = (Inbox::new(store.clone()), events.to_vec());
                tokio::spawn(async move {
                    for event in events {
                        assert_eq!(inbox.accept(&event).await.status(), 200);
                    }
                })
            });
            for task in running.collect::<Vec<_>>() {
                task.await?;
            }
            Result::Ok(())
        })?;
    }
    Ok(start.elapsed())
}

/// Counts the flushes of a process that accepts.
fn flushes(file: &Path, tasks: usize, each: usize, times: usize) -> Result<usize> {
    let trace = file.with_extension("trace");
    let status = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            "trace=fdatasync,fsync",
            "-o",
        ])
        .arg(&trace)
        .arg(std::env::current_exe()?)
        .arg("accept")
        .arg(file)
        .args([tasks, each, times].map(|number| number.to_string()))
        .status()?;
    if !status.success() {
        return Err("the traced process failed".into());
    }
    let trace = std::fs::read_to_string(trace)?;
    Ok(trace.lines().filter(|line| line.contains("sync(")).count())
}

/// What a row takes once it is done.
fn bytes_per_row(file: &Path) -> Result<()> {
    const ROWS: u32 = 100_000;
    let store = SqliteStore::builder(file).open_blocking()?;
    let deliveries = Deliveries::new()?;
    let mut connection = Connection::open(file)?;
    let transaction = connection.transaction()?;
    for number in 0..ROWS {
        let uuid = format!(
            "{:08x}-73c4-4d1d-8d1f-6b6f0f5f1c5a",
            number.wrapping_mul(2_654_435_761)
        );
        let received = deliveries.receive(&EventBuilder::factor_created().uuid(uuid))?;
        store.first_in(&received, |sql, parameters| {
            let parameters = params_from_iter(parameters);
            transaction
                .query_row(sql, parameters, |row| row.get(0))
                .optional()
        })?;
    }
    transaction.commit()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let bytes = std::fs::metadata(file)?.len();
    println!("SQLite: a done row takes {} bytes", bytes / u64::from(ROWS));
    Ok(())
}
