use std::sync::Arc;

use deadpool_postgres::{Manager, Pool};
use tokio_postgres::NoTls;
use twilio_verify_webhooks_inbox::StoreErrorKind;
use twilio_verify_webhooks_inbox::testing::Conformance;

use twilio_verify_webhooks_inbox_postgres::{PostgresStore, SCHEMA};

use crate::support::{TestResult, connect, database, name, server, store};

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
        let suite = Conformance::from_seed(seed);
        let store = PostgresStore::new(pool.clone(), name()?);
        suite.concurrent(Arc::new(store)).await?;
        let store = PostgresStore::new(pool, name()?);
        suite.steps(150).sequence(&store).await?;
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

/// As the documentation tells those who have hundreds of millions of rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol_in_a_table_that_is_partitioned_by_hash() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, client) = database(&address, "partitioned").await?;
    let whole = "PRIMARY KEY (inbox, account_sid, uuid)\n);";
    let partitioned = "PRIMARY KEY (inbox, account_sid, uuid)\n) PARTITION BY HASH (uuid);";
    assert!(SCHEMA.contains(whole));
    let mut statements = SCHEMA.replace(whole, partitioned);
    for remainder in 0..4 {
        statements.push_str(&format!(
            "CREATE TABLE twilio_verify_inbox_{remainder} PARTITION OF twilio_verify_inbox
             FOR VALUES WITH (MODULUS 4, REMAINDER {remainder});"
        ));
    }
    client.batch_execute(&statements).await?;
    for seed in 0..2 {
        let store = PostgresStore::new(Arc::clone(&client), name()?);
        // It leaves tables alone that are there.
        store.install().await?;
        let suite = Conformance::from_seed(seed).steps(150);
        suite.sequence(&store).await?;
        let pool = Pool::builder(Manager::new(address.parse()?, NoTls));
        let store = PostgresStore::new(pool.max_size(16).build()?, name()?);
        suite.concurrent(Arc::new(store)).await?;
    }
    // One partition that a crash empties is enough to lose what was acknowledged.
    client
        .batch_execute("ALTER TABLE twilio_verify_inbox_3 SET UNLOGGED")
        .await?;
    let store = PostgresStore::new(client, name()?);
    let kind = store.check().await.err().map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::NotDurable));
    Ok(())
}
