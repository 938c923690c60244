use std::env;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::{Client, Config, NoTls};
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox_postgres::{InboxName, InboxNameError, PostgresStore};

pub(crate) type TestResult = Result<(), Box<dyn Error + Send + Sync>>;
pub(crate) type Store = PostgresStore<Arc<Client>>;

/// Returns what a variable of `checks/servers/run` holds, or says that the test is left out.
pub(crate) fn server(variable: &str) -> Option<String> {
    let value = env::var(variable).ok();
    if value.is_none() {
        eprintln!("left out: {variable} is not set");
    }
    value
}

/// Connects, with settings of the session such as `synchronous_commit=off`.
pub(crate) async fn connect(
    address: &str,
    settings: &str,
) -> Result<Arc<Client>, tokio_postgres::Error> {
    let mut config: Config = address.parse()?;
    // A pooler refuses settings of a session.
    if !settings.is_empty() {
        config.options(settings);
    }
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(Arc::new(client))
}

/// A name that no other test has.
pub(crate) fn name() -> Result<InboxName, InboxNameError> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    InboxName::new(format!("test {next} of {}", std::process::id()))
}

/// A store with tables, for an inbox of its own.
pub(crate) async fn store(
    address: &str,
    settings: &str,
) -> Result<Store, Box<dyn Error + Send + Sync>> {
    let store = PostgresStore::new(connect(address, settings).await?, name()?);
    store.install().await?;
    Ok(store)
}

pub(crate) fn received(
    event: &EventBuilder,
) -> Result<Received<'static>, Box<dyn Error + Send + Sync>> {
    Deliveries::new()?.receive(event)
}

/// Connects to a database of the test's own, which has no tables.
pub(crate) async fn database(
    address: &str,
    test: &str,
) -> Result<(String, Arc<Client>), tokio_postgres::Error> {
    let admin = connect(address, "").await?;
    let database = format!("{test}_{}", std::process::id());
    admin
        .batch_execute(&format!("CREATE DATABASE {database}"))
        .await?;
    let address = address.replace("dbname=postgres", &format!("dbname={database}"));
    let client = connect(&address, "").await?;
    Ok((address, client))
}
