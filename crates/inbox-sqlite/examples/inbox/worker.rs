//! The worker: acts on events, each in one transaction with its row.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params_from_iter};
use twilio_verify_webhooks_inbox::{Failure, Inbox, Job};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

use crate::Result;

/// A second after a worker dies, another may take its row. In production the default of 30 seconds will do.
const LEASE: Duration = Duration::from_secs(1);
pub(crate) const POLL: Duration = Duration::from_millis(100);

pub(crate) fn work(file: &str, takes: Duration) -> Result<()> {
    let store = SqliteStore::open_blocking(file)?;
    connect(file.as_ref())?.execute_batch("CREATE TABLE IF NOT EXISTS logins (uuid TEXT)")?;
    let inbox = Inbox::builder(store.clone()).lease(LEASE).build();
    let file = file.to_owned();
    let worker = inbox.worker_blocking(move |job: Job| {
        println!(
            "taken {} for attempt {}",
            job.event.uuid().escape_debug(),
            job.attempt()
        );
        thread::sleep(takes);
        act(&store, &file, &job)
    });
    let _worker = worker.poll(POLL).start_thread()?;
    loop {
        thread::park();
    }
}

/// What the application is there for.
fn act(store: &SqliteStore, file: &str, job: &Job) -> std::result::Result<(), Failure> {
    let mut file = connect(file.as_ref())?;
    let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO logins VALUES (?1)", [job.event.uuid()])?;
    store.done_in(&job.ticket, |sql, parameters| {
        let parameters = params_from_iter(parameters);
        transaction
            .query_row(sql, parameters, |row| row.get(0))
            .optional()
    })?;
    Ok(transaction.commit()?)
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let file = Connection::open(file)?;
    file.busy_timeout(Duration::from_secs(2))?;
    file.pragma_update(None, "synchronous", "FULL")?;
    Ok(file)
}

/// Counts how often each uuid was acted on.
pub(crate) fn times(file: &Path) -> Result<BTreeMap<String, usize>> {
    let file = connect(file)?;
    let mut logins = file.prepare("SELECT uuid FROM logins")?;
    let mut times = BTreeMap::new();
    for uuid in logins.query_map([], |row| row.get(0))? {
        *times.entry(uuid?).or_default() += 1;
    }
    Ok(times)
}
