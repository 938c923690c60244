use tokio_postgres::Client;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{Accepted, Entry, State, Store, StoreErrorKind};
use twilio_verify_webhooks_inbox_postgres::PostgresStore;

use crate::support::{TestResult, connect, name, received, server, store};

/// The end of the log: of what was written, or of what was flushed.
async fn log_end(client: &Client, of: &str) -> Result<i64, tokio_postgres::Error> {
    let query = format!("SELECT (pg_current_wal_{of}_lsn() - '0/0')::bigint");
    Ok(client.query_one(&query, &[]).await?.get(0))
}

/// Other tests write as well, so the statement itself is asked for what it wrote.
#[tokio::test]
async fn a_repetition_writes_no_wal() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = store(&address, "").await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
    let explained = |digest: &str| {
        let literals = [
            format!("'{}'", store.inbox()),
            format!("'{}'", entry.id().account_sid()),
            format!("'{}'", entry.id().uuid()),
            format!("'\\x{digest}'::bytea"),
            "'{}'".to_owned(),
            "NULL::bigint".to_owned(),
            "'2s'".to_owned(),
            "1".to_owned(),
            "false".to_owned(),
            "0::smallint".to_owned(),
        ];
        let mut statement = twilio_verify_webhooks_inbox_postgres::statements::ACCEPT.to_owned();
        for (index, literal) in literals.iter().enumerate().rev() {
            statement = statement.replace(&format!("${}", index + 1), literal);
        }
        format!("EXPLAIN (ANALYZE, WAL, COSTS OFF) {statement}")
    };
    let known: String = entry
        .digest()
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for digest in [known.as_str(), "00000000000000000000000000000000"] {
        // Whoever reads a page may clean it of rows that other tests updated, which is written once.
        let mut plan = Vec::new();
        for _ in 0..10 {
            client.simple_query("BEGIN").await?;
            let rows = client.query(&explained(digest), &[]).await?;
            let assigned = "SELECT pg_current_xact_id_if_assigned()::text";
            let assigned = client.query_one(assigned, &[]).await?;
            client.simple_query("ROLLBACK").await?;
            assert_eq!(assigned.get::<_, Option<&str>>(0), None);
            plan = rows.iter().map(|row| row.get::<_, String>(0)).collect();
            if !plan.iter().any(|line| line.contains("WAL:")) {
                break;
            }
        }
        assert!(!plan.iter().any(|line| line.contains("WAL:")), "{plan:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_acknowledged_row_is_flushed() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = store(&address, "").await?;
    let before = log_end(&client, "insert").await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);
    assert!(log_end(&client, "flush").await? > before);
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_keep_what_it_acknowledges_is_refused_unless_accepted() -> TestResult
{
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    store(&address, "").await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    let volatile = "-c synchronous_commit=off";
    let refusing = PostgresStore::new(connect(&address, volatile).await?, name()?);
    for _ in 0..2 {
        let refused = refusing.accept(entry.clone(), None).await;
        let kind = refused.err().map(|error| error.kind());
        assert_eq!(kind, Some(StoreErrorKind::NotDurable));
    }
    assert_eq!(refusing.find(entry.id()).await?, None);
    let accepting =
        PostgresStore::new_accepting_volatile(connect(&address, volatile).await?, name()?);
    assert_eq!(accepting.accept(entry.clone(), None).await?, Accepted::New);
    assert_eq!(
        accepting.accept(entry, None).await?,
        Accepted::Known(State::Pending)
    );
    Ok(())
}

#[tokio::test]
async fn a_session_that_stops_keeping_after_the_check_is_seen() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = PostgresStore::new(std::sync::Arc::clone(&client), name()?);
    store.install().await?;
    store.check().await?;
    client.batch_execute("SET synchronous_commit = off").await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    let kind = store
        .accept(entry.clone(), None)
        .await
        .err()
        .map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::NotDurable));
    client.batch_execute("SET synchronous_commit = on").await?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);
    Ok(())
}
