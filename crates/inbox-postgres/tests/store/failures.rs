use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    Accepted, AnswerOutcome, Entry, Inbox, State, Store, StoreError, StoreErrorKind,
};
use twilio_verify_webhooks_inbox_postgres::{First, PostgresStore, first_in};

use crate::support::{TestResult, connect, name, received, server, store};

fn pool(
    address: &str,
    size: usize,
) -> Result<deadpool_postgres::Pool, Box<dyn std::error::Error + Send + Sync>> {
    let manager = deadpool_postgres::Manager::new(address.parse()?, tokio_postgres::NoTls);
    Ok(deadpool_postgres::Pool::builder(manager)
        .max_size(size)
        .build()?)
}

#[tokio::test]
async fn a_server_that_is_not_there_is_503() -> TestResult {
    // A port that nothing listens on: it was free and is not bound.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await?
        .local_addr()?
        .port();
    let address = format!("host=127.0.0.1 port={port} user=inbox dbname=postgres");
    let inbox = Inbox::new(PostgresStore::new(pool(&address, 2)?, name()?));
    let answer = inbox
        .accept(&received(&EventBuilder::challenge_approved())?)
        .await;
    assert_eq!(answer.status(), 503);
    let kind = answer.error().map(StoreError::kind);
    assert_eq!(kind, Some(StoreErrorKind::Unavailable));
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_503_at_the_deadline() -> TestResult {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = silent.local_addr()?.port();
    let address = format!("host=127.0.0.1 port={port} user=inbox dbname=postgres");
    let store = PostgresStore::new(pool(&address, 2)?, name()?);
    let inbox = Inbox::builder(store)
        .deadline(Duration::from_millis(200))
        .build();
    let answer = inbox
        .accept(&received(&EventBuilder::challenge_approved())?)
        .await;
    assert_eq!(answer.status(), 503);
    let kind = answer.error().map(StoreError::kind);
    assert_eq!(kind, Some(StoreErrorKind::Timeout));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_was_ended_is_503_and_a_pool_recovers() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let admin = connect(&address, "").await?;
    store(&address, "").await?;
    let ended = format!("{address} application_name='ended by a test'");
    let store = PostgresStore::new(pool(&ended, 1)?, name()?);
    let inbox = Inbox::new(store);
    let first = received(&EventBuilder::challenge_approved())?;
    assert_eq!(inbox.accept(&first).await.status(), 200);
    admin
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'ended by a test'",
        )
        .await?;
    let second = received(&EventBuilder::challenge_denied())?;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(inbox.accept(&second).await.status());
    }
    assert_eq!(statuses.last(), Some(&200), "{statuses:?}");
    let answer = inbox.accept(&first).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    Ok(())
}

#[tokio::test]
async fn a_closed_connection_of_ones_own_is_503() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    store.install().await?;
    let ended = client
        .batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")
        .await;
    assert!(ended.is_err());
    let answer = Inbox::new(store)
        .accept(&received(&EventBuilder::factor_created())?)
        .await;
    assert_eq!(answer.status(), 503);
    Ok(())
}

/// A role of a test's own may have one connection.
#[tokio::test]
async fn a_limit_of_connections_that_is_reached_is_503_and_says_so() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let admin = connect(&address, "").await?;
    store(&address, "").await?;
    let role = format!("limited_{}", std::process::id());
    let statements = format!(
        "CREATE ROLE {role} LOGIN CONNECTION LIMIT 1;
         GRANT ALL ON twilio_verify_inbox, twilio_verify_inbox_schema TO {role}"
    );
    admin.batch_execute(&statements).await?;
    let limited = address.replace("user=inbox", &format!("user={role}"));
    let inbox = Inbox::new(PostgresStore::new(pool(&limited, 4)?, name()?));
    let occupied = connect(&limited, "").await?;
    let received = received(&EventBuilder::challenge_approved())?;
    let answer = inbox.accept(&received).await;
    assert_eq!(answer.status(), 503);
    let error = answer.error().ok_or("expected an error")?;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(
        error.to_string().contains("too many connections"),
        "{error}"
    );
    drop(occupied);
    // The server notices with the connection's end.
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    while inbox.accept(&received).await.status() != 200 {
        assert!(tokio::time::Instant::now() < until);
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Another transaction has the key and does not end; the session's limit is shorter than that of the lock.
#[tokio::test]
async fn a_statement_that_takes_too_long_is_503_and_is_not_half_done() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    store(&address, "").await?;
    for settings in ["-c statement_timeout=100", "-c lock_timeout=100"] {
        let name = name()?;
        let slow = PostgresStore::new(connect(&address, settings).await?, name.clone())
            .lock_timeout(Duration::from_millis(150));
        let inbox = Inbox::new(slow);
        let received = received(&EventBuilder::challenge_approved())?;
        let (mut other, connection) =
            tokio_postgres::connect(&address, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let transaction = other.transaction().await?;
        let first = first_in(&transaction, &name, &received).await?;
        assert_eq!(first, First::First);
        let answer = inbox.accept(&received).await;
        assert_eq!(answer.status(), 503, "{settings}");
        let kind = answer.error().map(StoreError::kind);
        assert_eq!(kind, Some(StoreErrorKind::Timeout), "{answer:?}");
        transaction.rollback().await?;
        assert_eq!(inbox.accept(&received).await.outcome(), AnswerOutcome::New);
    }
    Ok(())
}

#[tokio::test]
async fn a_read_only_session_is_503_and_says_so() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    store(&address, "").await?;
    let read_only = connect(&address, "-c default_transaction_read_only=on").await?;
    let store = PostgresStore::new(read_only, name()?);
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    let error = store
        .accept(entry, None)
        .await
        .err()
        .ok_or("expected an error")?;
    assert_eq!(error.kind(), StoreErrorKind::ReadOnly, "{error}");
    Ok(())
}

#[tokio::test]
async fn errors_do_not_quote_rows() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    store.install().await?;
    let event = EventBuilder::challenge_approved().parameter("entity_identity", "somebody-secret");
    let entry = Entry::new(&received(&event)?)?;
    assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
    client
        .batch_execute("SET default_transaction_read_only = on")
        .await?;
    let failed = store
        .discard(entry.id())
        .await
        .err()
        .ok_or("expected an error")?;
    for text in [failed.to_string(), format!("{failed:?}")] {
        assert!(
            !text.contains(entry.id().uuid()) && !text.contains("somebody"),
            "{text}"
        );
    }
    Ok(())
}

/// As when a client disconnects: after each number of polls.
#[tokio::test]
async fn an_accept_that_is_dropped_half_way_leaves_a_row_or_none() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    store(&address, "").await?;
    let inbox = Inbox::new(PostgresStore::new(pool(&address, 4)?, name()?));
    let deliveries = (0..40).map(|_| received(&EventBuilder::challenge_approved()));
    let deliveries: Vec<_> = deliveries.collect::<Result<_, _>>()?;
    for (polls, received) in deliveries.iter().enumerate() {
        let mut accept = Box::pin(inbox.accept(received));
        for _ in 0..polls {
            // Ready or dropped.
            let now = std::future::poll_fn(|context| {
                std::task::Poll::Ready(accept.as_mut().poll(context).is_ready())
            });
            if now.await {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    // A repetition settles each, and there is one row for each.
    for received in &deliveries {
        assert_eq!(inbox.accept(received).await.status(), 200);
    }
    assert_eq!(inbox.counts().await?.pending, 40);
    Ok(())
}
