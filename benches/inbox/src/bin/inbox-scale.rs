//! The store in PostgreSQL with few and with many done rows, and with one and with several endpoint processes:
//! `checks/servers/run postgres cargo run --release -p webhook-inbox-benches --bin inbox-scale`, with the largest number of
//! rows as its argument. Ten million take about 6 GB.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{Client, Config, NoTls};
use twilio_verify_webhooks_inbox::{Inbox, Kind, Settlement, Store as _, Terms};
use twilio_verify_webhooks_inbox_postgres::{InboxName, PostgresStore};
use webhook_inbox_benches::{Result, Table, events, median};

/// Done rows as they are after some time, of 1,000 accounts.
const GENERATE: &str = "INSERT INTO twilio_verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, received)
    SELECT 'scale', 'AC' || md5((n % 1000)::text), gen_random_uuid()::text, decode(md5(n::text), 'hex'), 0, 2, 1, 1,
        clock_timestamp() - ($1::int8 - n) * interval '1 second', clock_timestamp() - ($1::int8 - n) * interval '1 second'
    FROM generate_series($2::int8 + 1, $1::int8) AS n";
const TERMS: Terms = Terms {
    lease: Duration::from_secs(600),
    max_tries: 3,
    kinds: Kind::ALL,
};
const MANAGER: ManagerConfig = ManagerConfig {
    recycling_method: RecyclingMethod::Fast,
};
/// Accepts at each size.
const ACCEPTS: usize = 3000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let address = env::var("INBOX_POSTGRES").map_err(|_| "INBOX_POSTGRES is not set")?;
    let config: Config = address.parse()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["endpoint", seed] => endpoint(&config, seed.parse()?).await,
        [most] => all(&config, most.parse()?).await,
        [] => all(&config, 1_000_000).await,
        _ => Err("expected the largest number of rows".into()),
    }
}

async fn all(config: &Config, most: i64) -> Result<()> {
    let admin = connect(config).await?;
    let store = store(config)?;
    store.install().await?;
    let table = Table::new("PostgreSQL, endpoint processes");
    for processes in [1, 2, 4] {
        let rate = endpoints(processes)?;
        table.shown(
            &format!("{processes}, 16 tasks each: accepts per second"),
            format!("{rate:.0}"),
        );
    }
    table.end()?;
    admin.batch_execute("TRUNCATE twilio_verify_inbox").await?;

    println!(
        "\n| done rows | accept | repetition | take | done | log per accept, and after a checkpoint | bytes of a row, with indexes | seconds to fill |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut rows = 0;
    let mut first = None;
    let mut last = None;
    for size in [10_000, 100_000, 1_000_000, 10_000_000]
        .into_iter()
        .filter(|size| *size <= most)
    {
        let start = Instant::now();
        admin.execute(GENERATE, &[&size, &rows]).await?;
        rows = size;
        for statement in ["VACUUM (ANALYZE) twilio_verify_inbox", "CHECKPOINT"] {
            admin.batch_execute(statement).await?;
        }
        let filled = start.elapsed();
        let bytes = "SELECT pg_total_relation_size('twilio_verify_inbox') / $1::int8";
        let bytes: i64 = admin.query_one(bytes, &[&size]).await?.try_get(0)?;
        let costs = Costs::at(&admin, &store, usize::try_from(size)?).await?;
        println!(
            "| {size} | {:?} | {:?} | {:?} | {:?} | {:.0}, {:.0} | {bytes} | {:.0} |",
            costs.accept,
            costs.repetition,
            costs.take,
            costs.done,
            costs.log,
            costs.log_after_checkpoint,
            filled.as_secs_f64()
        );
        first = first.or(Some(costs));
        last = Some(costs);
    }
    if let (Some(first), Some(last)) = (first, last) {
        let table = Table::new("from the fewest to the most rows");
        let grows = |of: fn(&Costs) -> Duration| of(&last).as_secs_f64() / of(&first).as_secs_f64();
        table.timed("accept", grows(|costs| costs.accept), 1.25);
        table.timed("repetition", grows(|costs| costs.repetition), 1.25);
        table.timed("take", grows(|costs| costs.take), 1.25);
        table.end()?;
    }
    admin
        .batch_execute("DROP TABLE twilio_verify_inbox, twilio_verify_inbox_schema")
        .await?;
    Ok(())
}

async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Without waiting for flushes, which would hide everything else.
fn store(config: &Config) -> Result<PostgresStore<Pool>> {
    let mut config = config.clone();
    config.options("-c synchronous_commit=off");
    let manager = Manager::from_config(config, NoTls, MANAGER);
    let pool = Pool::builder(manager).max_size(1).build()?;
    let name = InboxName::new("scale")?;
    Ok(PostgresStore::new_accepting_volatile(pool, name))
}

#[derive(Clone, Copy)]
struct Costs {
    accept: Duration,
    repetition: Duration,
    take: Duration,
    done: Duration,
    log: f64,
    log_after_checkpoint: f64,
}

impl Costs {
    async fn at(admin: &Client, store: &PostgresStore<Pool>, size: usize) -> Result<Self> {
        // Warm: every page of table and indexes has been read.
        let warm = "SELECT count(*), count(uuid) FROM twilio_verify_inbox";
        admin
            .batch_execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            .await?;
        admin.query_one(warm, &[]).await?;
        admin
            .query_one("SELECT pg_prewarm('twilio_verify_inbox_pkey')", &[])
            .await?;

        // Ids that no other size has; the first of them are for the pages that a checkpoint makes dear.
        let all = events(size.ilog10() as usize * 2 * ACCEPTS)?;
        let (first, rest) = all[(size.ilog10() as usize - 1) * 2 * ACCEPTS..].split_at(ACCEPTS);
        let inbox = Inbox::new(store.clone());
        let mut logs = Vec::new();
        let mut times = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for events in [first, rest] {
            // Those of the second half count, with caches warm.
            times = Default::default();
            let before = log_end(admin).await?;
            for event in events {
                let start = Instant::now();
                assert_eq!(inbox.accept(event).await.status(), 200);
                times[0].push(start.elapsed());
            }
            logs.push((log_end(admin).await? - before) / events.len() as f64);
            for event in events {
                let start = Instant::now();
                assert_eq!(inbox.accept(event).await.status(), 200);
                times[1].push(start.elapsed());
            }
        }
        for _ in 0..2 * ACCEPTS {
            let start = Instant::now();
            let taken = store.take(&TERMS, 1).await?;
            times[2].push(start.elapsed());
            let leased = taken.rows.first().ok_or("expected a row")?;
            let start = Instant::now();
            store.settle(&leased.ticket, Settlement::Done).await?;
            times[3].push(start.elapsed());
        }
        let [accept, repetition, take, done] = times.map(median);
        Ok(Self {
            accept,
            repetition,
            take,
            done,
            log: logs[1],
            log_after_checkpoint: logs[0],
        })
    }
}

async fn log_end(admin: &Client) -> Result<f64> {
    let end = "SELECT (pg_current_wal_insert_lsn() - '0/0')::float8";
    Ok(admin.query_one(end, &[]).await?.try_get(0)?)
}

/// Accepts per second of so many processes at once, durably.
fn endpoints(count: u64) -> Result<f64> {
    let mut processes = Vec::new();
    for number in 0..count {
        let mut child = Command::new(env::current_exe()?)
            .args(["endpoint", &(100 * count + number).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        output.read_line(&mut String::new())?;
        processes.push((child, output));
    }
    for (child, _) in &mut processes {
        child.stdin.take().ok_or("no input")?.write_all(b"go\n")?;
    }
    let mut rate = 0.0;
    for (mut child, mut output) in processes {
        let mut line = String::new();
        output.read_line(&mut line)?;
        child.wait()?;
        rate += line.trim().parse::<f64>()?;
    }
    Ok(rate)
}

/// Accepts from 16 tasks for two seconds, once it is told to, and prints how many per second.
async fn endpoint(config: &Config, seed: u64) -> Result<()> {
    const EACH: usize = 4000;
    let pool = Pool::builder(Manager::from_config(config.clone(), NoTls, MANAGER))
        .max_size(8)
        .build()?;
    let store = PostgresStore::new(pool, InboxName::new(format!("endpoint {seed}"))?);
    store.check().await?;
    let inbox = Inbox::new(store);
    let events = events(16 * EACH)?;
    println!("ready");
    std::io::stdin().lock().read_line(&mut String::new())?;
    let start = Instant::now();
    let tasks = events.chunks(EACH).map(|events| {
        let (inbox, events) = (inbox.clone(), events.to_vec());
        tokio::spawn(async move {
            let mut accepted = 0_u32;
            for event in &events {
                if start.elapsed() > Duration::from_secs(2) {
                    break;
                }
                assert_eq!(inbox.accept(event).await.status(), 200);
                accepted += 1;
            }
            accepted
        })
    });
    let mut accepted = 0;
    for task in tasks.collect::<Vec<_>>() {
        accepted += task.await?;
    }
    println!("{}", f64::from(accepted) / start.elapsed().as_secs_f64());
    Ok(())
}
