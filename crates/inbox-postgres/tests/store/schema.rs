use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Conformance;
use twilio_verify_webhooks_inbox::{
    Accepted, Entry, Kind, Settled, Settlement, Store, StoreErrorKind, Terms,
};
use twilio_verify_webhooks_inbox_postgres::{
    First, PostgresStore, SCHEMA, SCHEMA_VERSION, first_in,
};

use crate::support::{TestResult, connect, database, name, received, server};

const TERMS: Terms = Terms {
    lease: Duration::ZERO,
    max_tries: 3,
    kinds: Kind::ALL,
};

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
        let other = format!(
            "CREATE FUNCTION twilio_verify_inbox_{function}_1(text) RETURNS int LANGUAGE sql AS 'SELECT 1'"
        );
        client.batch_execute(&other).await?;
        store.check().await?;
        let names =
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = $1 AND pronargs > 1";
        let name = format!("twilio_verify_inbox_{function}_1");
        let name: String = client.query_one(names, &[&name]).await?.get(0);
        client
            .batch_execute(&format!("DROP FUNCTION {name}"))
            .await?;
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
    for level in ["read committed", "repeatable read", "serializable"] {
        let (address, client) = database(&address, &level.replace(' ', "_")).await?;
        let level = format!(
            "-c default_transaction_isolation={}",
            level.replace(' ', "\\ ")
        );
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let client = connect(&address, &level).await?;
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
    }
    Ok(())
}

/// A start of one process must not stop the others, whose transactions may take long.
#[tokio::test]
async fn the_schema_is_made_again_beside_an_open_transaction() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, client) = database(&address, "made_again").await?;
    let store = PostgresStore::new(client, name()?);
    store.install().await?;
    let (mut user, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let transaction = user.transaction().await?;
    let delivery = received(&EventBuilder::challenge_approved())?;
    let first = first_in(&transaction, store.inbox(), &delivery).await?;
    assert_eq!(first, First::First);
    let starting = connect(&address, "-c lock_timeout=500").await?;
    let started = PostgresStore::new(Arc::clone(&starting), name()?);
    started.install().await?;
    starting.batch_execute(SCHEMA).await?;
    transaction.commit().await?;
    Ok(())
}

/// As the guide has it.
const GRANTS: &str = "
    GRANT SELECT, INSERT, UPDATE, DELETE ON twilio_verify_inbox TO app;
    GRANT SELECT ON twilio_verify_inbox_schema TO app;";

#[tokio::test]
async fn a_role_that_owns_nothing_uses_the_tables_of_another_schema() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let guide = include_str!("../../src/guide.md");
    for grant in GRANTS
        .split_terminator('\n')
        .filter(|line| !line.is_empty())
    {
        assert!(guide.contains(grant.trim()), "{grant}");
    }
    let (address, admin) = database(&address, "roles").await?;
    let role = format!("app_{}", std::process::id());
    let statements = format!(
        "CREATE SCHEMA events; CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA events TO {role};
         SET search_path = events; {SCHEMA} {}",
        GRANTS.replace("app;", &format!("{role};"))
    );
    admin.batch_execute(&statements).await?;
    let address = address.replace("user=inbox", &format!("user={role}"));
    let elsewhere = PostgresStore::new(connect(&address, "").await?, name()?);
    let kind = elsewhere.check().await.err().map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::Schema));
    let client = connect(&address, "-c search_path=events").await?;
    let store = PostgresStore::new(client, name()?);
    store.install().await?;
    store.check().await?;
    Conformance::from_seed(5)
        .steps(150)
        .sequence(&store)
        .await?;
    let purged = store.purge(Duration::ZERO, 1000).await?;
    assert_ne!(purged, 0);
    Ok(())
}

#[tokio::test]
async fn a_later_version_without_the_functions_of_this_one_is_named() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (_, client) = database(&address, "without_older").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    store.install().await?;
    let first = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(first, None).await?, Accepted::New);
    let taken = store.take(&TERMS, 1).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    client
        .batch_execute(
            "UPDATE twilio_verify_inbox_schema SET version = 2, compatible_from = 2;
             DROP FUNCTION twilio_verify_inbox_accept_1, twilio_verify_inbox_take_1, twilio_verify_inbox_settle_1",
        )
        .await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_denied())?)?;
    // An old process that starts brings nothing back.
    store.install().await?;
    for error in [
        store.accept(entry, None).await.err(),
        store.take(&TERMS, 1).await.err(),
        store.settle(ticket, Settlement::Done).await.err(),
    ] {
        let error = error.ok_or("expected an error")?;
        assert_eq!(error.kind(), StoreErrorKind::Schema);
        assert!(error.to_string().contains("later version"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_works_if_it_says_so_and_stops_a_running_store_if_not() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, client) = database(&address, "newer").await?;
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
    // Its columns may have any names that do not begin with `of_`, as parameters do.
    let names = "SELECT DISTINCT name
        FROM pg_proc, unnest(proargnames) AS parameter, regexp_replace(parameter, '^of_', '') AS name
        WHERE proname LIKE 'twilio_verify_inbox_%' AND name NOT IN
            (SELECT attname FROM pg_attribute WHERE attrelid = 'twilio_verify_inbox'::regclass)";
    for name in client.query(names, &[]).await? {
        let name: &str = name.get(0);
        let add = format!("ALTER TABLE twilio_verify_inbox ADD COLUMN {name} text DEFAULT '7'");
        client.batch_execute(&add).await?;
    }
    let event = EventBuilder::challenge_approved();
    let entry = Entry::new(&received(&event)?)?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);
    let taken = store.take(&TERMS, 8).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    assert_eq!(store.settle(ticket, Settlement::Done).await?, Settled::Held);

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
    let (mut user, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let delivery = received(&EventBuilder::factor_created())?;
    let transaction = user.transaction().await?;
    for error in [
        store.take(&TERMS, 8).await.err(),
        first_in(&transaction, store.inbox(), &delivery).await.err(),
    ] {
        let error = error.ok_or("expected an error")?;
        assert_eq!(error.kind(), StoreErrorKind::Schema);
        assert!(error.to_string().contains("later version"), "{error}");
    }
    let started = PostgresStore::new(client, name()?);
    let kind = started
        .accept(other, None)
        .await
        .err()
        .map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::Schema));
    Ok(())
}
