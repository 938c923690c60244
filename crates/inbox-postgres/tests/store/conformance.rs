use std::sync::Arc;

use deadpool_postgres::{Manager, Pool};
use tokio_postgres::NoTls;
use twilio_verify_webhooks_inbox::testing::Conformance;

use crate::support::{TestResult, connect, name, server, store};
use twilio_verify_webhooks_inbox_postgres::PostgresStore;

/// The levels of isolation that the documentation names.
const LEVELS: [&str; 2] = [
    "-c default_transaction_isolation=read\\ committed",
    "-c default_transaction_isolation=repeatable\\ read",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol_in_sequence() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    for level in LEVELS {
        for seed in 0..4 {
            let suite = Conformance::from_seed(seed).steps(150);
            suite.sequence(&store(&address, level).await?).await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol_from_many_connections_at_once() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    for (level, seed) in LEVELS.iter().zip(0..) {
        store(&address, level).await?;
        let mut config: tokio_postgres::Config = address.parse()?;
        config.options(*level);
        let manager = Manager::new(config, NoTls);
        let pool = Pool::builder(manager).max_size(16).build()?;
        let store = PostgresStore::new(pool, name()?);
        Conformance::from_seed(seed)
            .concurrent(Arc::new(store))
            .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol_through_a_pooler_in_transaction_mode() -> TestResult {
    let (Some(address), Some(pooler)) = (server("INBOX_POSTGRES"), server("INBOX_PGBOUNCER"))
    else {
        return Ok(());
    };
    store(&address, "").await?;
    for seed in 0..2 {
        let store = PostgresStore::new(connect(&pooler, "").await?, name()?);
        Conformance::from_seed(seed)
            .steps(100)
            .sequence(&store)
            .await?;
        let store = PostgresStore::new(connect(&pooler, "").await?, name()?);
        Conformance::from_seed(seed)
            .concurrent(Arc::new(store))
            .await?;
    }
    Ok(())
}
