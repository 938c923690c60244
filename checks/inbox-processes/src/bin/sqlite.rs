//! An inbox in an SQLite file, in several processes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inbox_processes::{Place, Result};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params_from_iter};
use twilio_verify_webhooks_inbox::{Failure, Job};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

#[derive(Clone)]
struct Sqlite {
    store: SqliteStore,
    file: Arc<Mutex<Connection>>,
}

impl Place for Sqlite {
    type Store = SqliteStore;

    fn scratch(folder: &Path) -> Result<String> {
        let file = folder.join("events.db").into_os_string().into_string();
        Ok(file.map_err(|_| "the name of the folder is no text")?)
    }

    async fn open(url: &str) -> Result<Self> {
        let store = SqliteStore::open(url).await?;
        let file = Connection::open(url)?;
        file.busy_timeout(Duration::from_secs(2))?;
        file.pragma_update(None, "synchronous", "FULL")?;
        file.execute_batch("CREATE TABLE IF NOT EXISTS acts (id TEXT NOT NULL)")?;
        let file = Arc::new(Mutex::new(file));
        Ok(Self { store, file })
    }

    fn store(&self) -> SqliteStore {
        self.store.clone()
    }

    async fn act(&self, job: &Job) -> std::result::Result<(), Failure> {
        let (place, job) = (self.clone(), job.clone());
        tokio::task::spawn_blocking(move || place.commit(&job)).await?
    }

    async fn acts(&self) -> Result<BTreeMap<String, u64>> {
        let file = self.file.lock().map_err(|_| "a handler panicked")?;
        let mut acts = file.prepare("SELECT id, count(*) FROM acts GROUP BY id")?;
        let acts = acts.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        acts.map(|act| {
            let (id, count) = act?;
            Ok((id, u64::try_from(count)?))
        })
        .collect()
    }
}

impl Sqlite {
    fn commit(&self, job: &Job) -> std::result::Result<(), Failure> {
        let mut file = self.file.lock().map_err(|_| "a handler panicked")?;
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("INSERT INTO acts VALUES (?1)", [job.id().to_string()])?;
        self.store.done_in(&job.ticket, |sql, parameters| {
            let parameters = params_from_iter(parameters);
            transaction
                .query_row(sql, parameters, |row| row.get(0))
                .optional()
        })?;
        Ok(transaction.commit()?)
    }
}

fn main() -> ExitCode {
    inbox_processes::main::<Sqlite>()
}
