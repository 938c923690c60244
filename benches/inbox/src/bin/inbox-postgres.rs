//! The store in PostgreSQL: `checks/servers/run postgres cargo run --release -p webhook-inbox-benches --bin inbox-postgres`.
//! Flushes and bytes of the log are counted by the server, round trips by a proxy.

use std::env;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use inbox_processes::Proxy;
use tokio_postgres::{Client, Config, NoTls};
use twilio_verify_webhooks_inbox::{Entry, Inbox, Kind, Settlement, Store as _, Terms};
use twilio_verify_webhooks_inbox_postgres::{First, InboxName, PostgresStore, done_in, first_in};
use webhook_inbox_benches::{Result, Table, events, median, raw_flush};

const TERMS: Terms = Terms {
    lease: Duration::from_secs(60),
    max_tries: 3,
    kinds: Kind::ALL,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let address = env::var("INBOX_POSTGRES").map_err(|_| "INBOX_POSTGRES is not set")?;
    let config: Config = address.parse()?;
    let admin = connect(&config, "").await?;
    let mut table = Table::new("PostgreSQL");
    trips(&config, &mut table).await?;
    durable(&config, &admin, &mut table).await?;
    volatile(&config, &table).await?;
    transactions(&config, &mut table).await?;
    table.end()
}

async fn connect(config: &Config, settings: &str) -> Result<Client> {
    let mut config = config.clone();
    config.options(settings);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn name(of: &str) -> Result<InboxName> {
    Ok(InboxName::new(format!(
        "benches {of} {}",
        std::process::id()
    ))?)
}

/// Connects through a proxy that counts round trips.
async fn through_proxy(config: &Config) -> Result<(Proxy, Client)> {
    let port = *config.get_ports().first().ok_or("expected a port")?;
    let proxy = Proxy::start(([127, 0, 0, 1], port).into())?;
    let mut through = Config::new();
    through.host("127.0.0.1").port(proxy.port());
    through.user("inbox").dbname("postgres");
    let client = connect(&through, "").await?;
    Ok((proxy, client))
}

/// Round trips of each step, on one connection.
async fn trips(config: &Config, table: &mut Table) -> Result<()> {
    let (proxy, client) = through_proxy(config).await?;
    let client = Arc::new(client);
    let store = PostgresStore::new(Arc::clone(&client), name("trips")?);
    store.install().await?;
    store.check().await?;
    let inbox = Inbox::new(store.clone());
    let received = events(1)?.remove(0);

    let before = proxy.trips();
    let mut last = before;
    let mut since = |what: &str, table: &mut Table| {
        let now = proxy.trips();
        let trips = u32::try_from(now - last).map_or(f64::NAN, f64::from);
        last = now;
        table.counted(&format!("{what}, round trips"), trips, 1.0);
    };
    assert_eq!(inbox.accept(&received).await.status(), 200);
    since("accept", table);
    assert_eq!(inbox.accept(&received).await.status(), 200);
    since("a repetition", table);
    let taken = store.take(&TERMS, 8).await?;
    since("take", table);
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    store
        .settle(ticket, Settlement::Extend { lease: TERMS.lease })
        .await?;
    since("extend", table);
    store.settle(ticket, Settlement::Done).await?;
    since("done", table);
    Ok(())
}

/// What the server has flushed and written to its log, once all other connections of this program have told theirs.
async fn log(admin: &Client) -> Result<(f64, f64)> {
    loop {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
            AND application_name = 'benches'";
        if admin.query_one(others, &[]).await?.try_get::<_, i64>(0)? == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let log = "SELECT wal_sync::float8, wal_bytes::float8 FROM pg_stat_wal";
    let row = admin.query_one(log, &[]).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Accepts from so many tasks, each with a connection, all events so many times.
struct Accepts {
    tasks: usize,
    each: usize,
}

impl Accepts {
    fn count(&self) -> f64 {
        u32::try_from(self.tasks * self.each).map_or(f64::NAN, f64::from)
    }

    /// Returns what each round took, and the median of an accept in it; `between` is called around each.
    async fn run<F: Future<Output = Result<()>>>(
        &self,
        config: &Config,
        rounds: usize,
        mut between: impl FnMut() -> F,
    ) -> Result<Vec<(Duration, Duration)>> {
        let mut config = config.clone();
        config.application_name("benches");
        let name = name(&self.tasks.to_string())?;
        let events = events(self.tasks * self.each)?;
        let mut took = Vec::new();
        for _ in 0..rounds {
            between().await?;
            let manager = Manager::from_config(
                config.clone(),
                NoTls,
                ManagerConfig {
                    recycling_method: RecyclingMethod::Fast,
                },
            );
            let pool = Pool::builder(manager).max_size(self.tasks).build()?;
            let mut open = Vec::new();
            for _ in 0..self.tasks {
                open.push(pool.get().await?);
            }
            drop(open);
            let store = PostgresStore::new(pool.clone(), name.clone());
            store.check().await?;
            let inbox = Inbox::new(store);
            let start = Instant::now();
            let tasks = events.chunks(self.each).map(|events| {
                let (inbox, events) = (inbox.clone(), events.to_vec());
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    for event in events {
                        let start = Instant::now();
                        assert_eq!(inbox.accept(&event).await.status(), 200);
                        times.push(start.elapsed());
                    }
                    times
                })
            });
            let mut times = Vec::new();
            for task in tasks.collect::<Vec<_>>() {
                times.extend(task.await?);
            }
            took.push((start.elapsed(), median(times)));
            pool.close();
        }
        between().await?;
        Ok(took)
    }
}

async fn durable(config: &Config, admin: &Client, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let flush = raw_flush(folder.path())?;
    table.shown("8 kB written and flushed, median", format!("{flush:?}"));
    for (tasks, each) in [(1, 300), (16, 150)] {
        let accepts = Accepts { tasks, each };
        let logs = std::cell::RefCell::new(Vec::new());
        let took = accepts.run(config, 4, || async {
            let log = log(admin).await?;
            logs.borrow_mut().push(log);
            Ok(())
        });
        let took = took.await?;
        let logs = logs.into_inner();
        let [start, new, ref rest @ ..] = logs[..] else {
            return Err("expected looks at the log".into());
        };
        // The server writes a line of its own now and then, but not in each of three rounds.
        let rounds = [new].into_iter().chain(rest.iter().copied()).zip(rest);
        let repeated = rounds.map(|(before, after)| (after.0 - before.0, after.1 - before.1));
        let least = |of: fn((f64, f64)) -> f64| repeated.clone().map(of).fold(f64::MAX, f64::min);
        let (flushed, written) = (least(|log| log.0), least(|log| log.1));
        let (_, median) = took[0];
        let flushes = new.0 - start.0;
        table.shown(
            &format!("{tasks} tasks, accepts per second"),
            format!("{:.0}", accepts.count() / took[0].0.as_secs_f64()),
        );
        match tasks {
            1 => {
                table.timed(
                    "1 task, an accept, of a raw flush",
                    median.as_secs_f64() / flush.as_secs_f64(),
                    1.25,
                );
                table.counted(
                    "1 task, flushes per accept",
                    flushes / accepts.count(),
                    1.25,
                );
            }
            // How many find the same flush depends on how fast they come.
            _ => table.rated(
                "16 tasks, accepts per flush",
                accepts.count() / flushes,
                6.0,
            ),
        }
        table.shown(
            &format!("{tasks} tasks, bytes of the log per accept"),
            format!("{:.0}", (new.1 - start.1) / accepts.count()),
        );
        table.counted(
            &format!("{tasks} tasks, bytes of the log per repetition"),
            written / accepts.count(),
            0.0,
        );
        table.counted(
            &format!("{tasks} tasks, flushes per repetition"),
            flushed / accepts.count(),
            0.0,
        );
    }
    Ok(())
}

/// Without waiting for flushes. In turns, so that whatever else the machine does meets all.
async fn volatile(config: &Config, table: &Table) -> Result<()> {
    const INSERT: &str = "INSERT INTO twilio_verify_inbox
        (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, event, received)
        VALUES ($1, 'AC00000000000000000000000000000000', $2, '', 0, 0, 0, 0, now(), $3, now()) ON CONFLICT DO NOTHING";
    let client = Arc::new(connect(config, "-c synchronous_commit=off").await?);
    let name = name("volatile")?;
    let store = PostgresStore::new_accepting_volatile(Arc::clone(&client), name.clone());
    let inbox = Inbox::new(store);
    let insert = client.prepare(INSERT).await?;
    let other = format!("{name} bare");
    let mut times = [const { Vec::new() }; 4];
    for received in events(3000)? {
        let entry = Entry::new(&received)?;
        let start = Instant::now();
        client.query_typed("SELECT 1", &[]).await?;
        times[0].push(start.elapsed());
        let start = Instant::now();
        client
            .execute(&insert, &[&other, &entry.id().uuid(), &entry.event()])
            .await?;
        times[1].push(start.elapsed());
        for times in &mut times[2..] {
            let start = Instant::now();
            assert_eq!(inbox.accept(&received).await.status(), 200);
            times.push(start.elapsed());
        }
    }
    let [select, insert, accept, repetition] = times.map(median);
    table.shown("SELECT 1, median", format!("{select:?}"));
    let of = |time: Duration| time.as_secs_f64() / select.as_secs_f64();
    table.shown(
        "synchronous_commit off: the row inserted and nothing else, prepared, of SELECT 1",
        format!("{:.2}", of(insert)),
    );
    let what = "synchronous_commit off: an accept, of SELECT 1";
    table.timed(what, of(accept), 4.0);
    let what = "synchronous_commit off: a repetition, of SELECT 1";
    table.timed(what, of(repetition), 4.0);
    Ok(())
}

/// Round trips of a transaction of the user's, alone and with the row of the event.
async fn transactions(config: &Config, table: &mut Table) -> Result<()> {
    let (proxy, mut client) = through_proxy(config).await?;
    let own = "CREATE TABLE IF NOT EXISTS benched (uuid text NOT NULL)";
    client.batch_execute(own).await?;
    let write = client.prepare("INSERT INTO benched VALUES ($1)").await?;
    let name = name("transactions")?;
    let store = PostgresStore::new(Arc::new(connect(config, "").await?), name.clone());
    let events = events(2)?;
    assert_eq!(
        Inbox::new(store.clone()).accept(&events[1]).await.status(),
        200
    );
    let taken = store.take(&TERMS, 1).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    let mut trips = Vec::new();
    for step in 0..3 {
        let before = proxy.trips();
        let transaction = client.transaction().await?;
        transaction.execute(&write, &[&"a uuid"]).await?;
        match step {
            0 => {}
            1 => assert_eq!(
                first_in(&transaction, &name, &events[0]).await?,
                First::First
            ),
            _ => done_in(&transaction, &name, ticket).await?,
        }
        transaction.commit().await?;
        trips.push(f64::from(u32::try_from(proxy.trips() - before)?));
    }
    client.batch_execute("DROP TABLE benched").await?;
    table.shown("a transaction of the user's, round trips", trips[0]);
    table.counted("first_in, round trips more", trips[1] - trips[0], 1.0);
    table.counted("done_in, round trips more", trips[2] - trips[0], 1.0);
    Ok(())
}
