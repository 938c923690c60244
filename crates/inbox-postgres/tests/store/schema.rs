use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{Accepted, Entry, Kind, Store, StoreErrorKind, Terms};
use twilio_verify_webhooks_inbox_postgres::{PostgresStore, SCHEMA, SCHEMA_VERSION};

use crate::support::{TestResult, connect, database, name, received, server};

#[tokio::test]
async fn without_tables_the_error_says_what_to_do() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (_, client) = database(&address, "without_tables").await?;
    let store = PostgresStore::new(client, name()?);
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    let error = store
        .accept(entry.clone(), None)
        .await
        .err()
        .ok_or("expected an error")?;
    assert_eq!(error.kind(), StoreErrorKind::Schema);
    assert!(
        error.to_string().contains("PostgresStore::install"),
        "{error}"
    );
    store.install().await?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);
    Ok(())
}

#[tokio::test]
async fn without_a_function_the_error_says_what_to_do() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (_, client) = database(&address, "without_functions").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    for function in ["accept", "take", "settle"] {
        store.install().await?;
        store.check().await?;
        let drop = format!("DROP FUNCTION twilio_verify_inbox_{function}_1");
        client.batch_execute(&drop).await?;
        let error = store.check().await.err().ok_or("expected an error")?;
        assert_eq!(error.kind(), StoreErrorKind::Schema, "{function}");
        let text = error.to_string();
        assert!(text.contains("PostgresStore::install"), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn the_schema_is_made_once_by_several_at_the_same_time() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, client) = database(&address, "at_once").await?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = connect(&address, "").await?;
        let store = PostgresStore::new(client, name()?);
        tasks.spawn(async move { store.install().await });
    }
    while let Some(installed) = tasks.join_next().await {
        installed??;
    }
    client.batch_execute(SCHEMA).await?;
    let version = client
        .query_one("SELECT version FROM twilio_verify_inbox_schema", &[])
        .await?;
    assert_eq!(version.get::<_, i32>(0), SCHEMA_VERSION);
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_works_if_it_says_so_and_stops_a_running_store_if_not() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (_, client) = database(&address, "newer").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    store.install().await?;
    let migrate = |version: i32, compatible_from: i32| {
        format!(
            "UPDATE twilio_verify_inbox_schema SET version = {version}, compatible_from = {compatible_from}"
        )
    };
    client
        .batch_execute(&migrate(SCHEMA_VERSION + 7, SCHEMA_VERSION))
        .await?;
    let event = EventBuilder::challenge_approved();
    let entry = Entry::new(&received(&event)?)?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);

    client
        .batch_execute(&migrate(SCHEMA_VERSION + 8, SCHEMA_VERSION + 1))
        .await?;
    let other = Entry::new(&received(&EventBuilder::challenge_denied())?)?;
    let error = store
        .accept(other.clone(), None)
        .await
        .err()
        .ok_or("expected an error")?;
    assert_eq!(error.kind(), StoreErrorKind::Schema);
    assert!(error.to_string().contains("later version"), "{error}");
    let terms = Terms {
        lease: Duration::ZERO,
        max_tries: 3,
        kinds: Kind::ALL,
    };
    assert!(store.take(&terms, 8).await?.rows.is_empty());
    let started = PostgresStore::new(client, name()?);
    let kind = started
        .accept(other, None)
        .await
        .err()
        .map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::Schema));
    Ok(())
}
