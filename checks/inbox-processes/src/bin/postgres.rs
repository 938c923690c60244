//! An inbox in PostgreSQL, in several processes: `checks/servers/run postgres cargo run -p webhook-inbox-processes --bin
//! postgres`. While deliveries are sent, the server is stopped at once and started again, and a proxy refuses, stalls
//! and cuts connections and drops replies.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use fastrand::Rng;
use inbox_processes::{Mode, Place, Proxy, Result};
use tokio_postgres::{Config, NoTls};
use twilio_verify_webhooks_inbox::{Failure, Job};
use twilio_verify_webhooks_inbox_postgres::{InboxName, PostgresStore, done_in};

#[derive(Clone)]
struct Postgres {
    store: PostgresStore<Pool>,
    pool: Pool,
    inbox: InboxName,
}

/// Whether this process is one of those that work through the proxy.
fn is_child() -> bool {
    matches!(env::args().nth(1).as_deref(), Some("endpoint" | "worker"))
}

impl Place for Postgres {
    type Store = PostgresStore<Pool>;

    /// The server's address, the port of the proxy, and a name: an inbox of the run's own.
    fn scratch(_: &Path) -> Result<String> {
        let address = env::var("INBOX_POSTGRES").map_err(|_| "INBOX_POSTGRES is not set")?;
        let config: Config = address.parse()?;
        let port = *config.get_ports().first().ok_or("expected a port")?;
        let proxy = Proxy::start(([127, 0, 0, 1], port).into())?;
        let inbox = format!("processes {}", std::process::id());
        let url = format!("{address}|{}|{inbox}", proxy.port());
        let has = |wanted: &str| env::args().any(|argument| argument == wanted);
        let lasts = Duration::from_secs(if has("--short") { 5 } else { 28 });
        if !has("stale") {
            thread::spawn(move || disturb(&proxy, lasts));
        }
        Ok(url)
    }

    async fn open(url: &str) -> Result<Self> {
        let mut parts = url.split('|');
        let (Some(address), Some(proxy), Some(inbox)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("expected an address, a port and a name".into());
        };
        let mut config: Config = address.parse()?;
        if is_child() {
            config = Config::new();
            config.host("127.0.0.1").port(proxy.parse()?);
            config.user("inbox").dbname("postgres");
        }
        config.connect_timeout(Duration::from_secs(1));
        // The parent runs its connections only while it asks, so that one which ended is not known to have.
        let recycling_method = match is_child() {
            true => RecyclingMethod::Fast,
            false => RecyclingMethod::Verified,
        };
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager).max_size(8).build()?;
        let inbox = InboxName::new(inbox)?;
        let store = PostgresStore::new(pool.clone(), inbox.clone());
        if !is_child() {
            store.install().await?;
            let client = pool.get().await?;
            let table = "CREATE TABLE IF NOT EXISTS acts (inbox text NOT NULL, id text NOT NULL)";
            client.batch_execute(table).await?;
        }
        Ok(Self { store, pool, inbox })
    }

    fn store(&self) -> PostgresStore<Pool> {
        self.store.clone()
    }

    async fn act(&self, job: &Job) -> std::result::Result<(), Failure> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let (inbox, id) = (self.inbox.as_str(), job.id().to_string());
        let act = "INSERT INTO acts VALUES ($1, $2)";
        transaction.execute(act, &[&inbox, &id]).await?;
        done_in(&transaction, &self.inbox, &job.ticket).await?;
        Ok(transaction.commit().await?)
    }

    async fn acts(&self) -> Result<BTreeMap<String, u64>> {
        let client = self.pool.get().await?;
        let acts = "SELECT id, count(*) FROM acts WHERE inbox = $1 GROUP BY id";
        let acts = client.query(acts, &[&self.inbox.as_str()]).await?;
        acts.iter()
            .map(|row| Ok((row.try_get(0)?, u64::try_from(row.try_get::<_, i64>(1)?)?)))
            .collect()
    }
}

/// Stops the server at once and starts it again, and lets the proxy misbehave, in turns.
fn disturb(proxy: &Proxy, lasts: Duration) {
    let control = env::var("INBOX_POSTGRES_CTL").ok();
    let mut rng = Rng::with_seed(7);
    let (mut stops, mut faults) = (0_u32, [0_u32; Mode::FAULTS.len()]);
    let start = Instant::now();
    let mut turn = 0_usize;
    while start.elapsed() < lasts {
        thread::sleep(Duration::from_millis(rng.u64(200..600)));
        turn += 1;
        match &control {
            Some(control) if turn.is_multiple_of(6) => {
                let run = |argument: &[&str]| Command::new(control).args(argument).status();
                let stopped =
                    run(&["stop", "-m", "immediate"]).is_ok_and(|status| status.success());
                let started = run(&["start"]).is_ok_and(|status| status.success());
                stops += u32::from(stopped && started);
            }
            _ => {
                let fault = rng.usize(..Mode::FAULTS.len());
                faults[fault] += 1;
                proxy.set(Mode::FAULTS[fault]);
                thread::sleep(Duration::from_millis(rng.u64(100..700)));
                proxy.set(Mode::Pass);
            }
        }
    }
    println!(
        "server stopped at once and started again {stops} times; proxy: {}; {} replies dropped",
        Mode::FAULTS
            .iter()
            .zip(faults)
            .map(|(mode, count)| format!("{mode:?} {count}"))
            .collect::<Vec<_>>()
            .join(", "),
        proxy.dropped()
    );
}

fn main() -> ExitCode {
    inbox_processes::main::<Postgres>()
}
