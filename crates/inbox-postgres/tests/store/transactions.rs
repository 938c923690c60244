use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::IsolationLevel;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    Accepted, Entry, Kind, Settled, Settlement, State, Store, StoreErrorKind, Terms,
};
use twilio_verify_webhooks_inbox_postgres::{DoneInError, First, PostgresStore, done_in, first_in};

use crate::support::{TestResult, connect, database, name, received, server, store};

const TERMS: Terms = Terms {
    lease: Duration::ZERO,
    max_tries: 9,
    kinds: Kind::ALL,
};

async fn session(address: &str) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

#[tokio::test]
async fn done_commits_with_the_work_or_not_at_all() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let store = store(&address, "").await?;
    let mut client = session(&address).await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
    let taken = store.take(&TERMS, 1).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;

    let transaction = client.transaction().await?;
    done_in(&transaction, store.inbox(), ticket).await?;
    // A repetition does not wait for whoever handles the event: it is known.
    let repeated = store.accept(entry.clone(), None).await?;
    assert_eq!(repeated, Accepted::Known(State::Working));
    transaction.rollback().await?;
    let state = store.find(entry.id()).await?.map(|row| row.state);
    assert_eq!(state, Some(State::Working));

    let transaction = client.transaction().await?;
    done_in(&transaction, store.inbox(), ticket).await?;
    transaction.commit().await?;
    let row = store.find(entry.id()).await?.ok_or("expected a row")?;
    assert_eq!((row.state, row.event), (State::Done, None));

    // The reply to the commit may have been lost: the worker reports it done, or failed, and learns that it is.
    assert_eq!(store.settle(ticket, Settlement::Done).await?, Settled::Held);
    let again = store.settle(ticket, Settlement::HandBack).await?;
    assert_eq!(again, Settled::AlreadyDone);
    Ok(())
}

#[tokio::test]
async fn an_older_attempt_cannot_be_done() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let store = store(&address, "").await?;
    let mut client = session(&address).await?;
    let entry = Entry::new(&received(&EventBuilder::factor_verified())?)?;
    let _ = store.accept(entry, None).await?;
    let older = store.take(&TERMS, 1).await?;
    let newer = store.take(&TERMS, 1).await?;
    let older = &older.rows.first().ok_or("expected a row")?.ticket;
    let newer = &newer.rows.first().ok_or("expected a row")?.ticket;
    let transaction = client.transaction().await?;
    let lost = done_in(&transaction, store.inbox(), older).await;
    assert!(matches!(lost, Err(DoneInError::Lost)));
    done_in(&transaction, store.inbox(), newer).await?;
    transaction.commit().await?;
    let transaction = client.transaction().await?;
    let done = done_in(&transaction, store.inbox(), newer).await;
    assert!(
        matches!(done, Err(DoneInError::Lost)),
        "twice in transactions would be acting twice"
    );
    Ok(())
}

#[tokio::test]
async fn first_seen_and_conflict_at_every_level() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    for level in [
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ] {
        let store = store(&address, "").await?;
        let mut client = session(&address).await?;
        let event = EventBuilder::challenge_denied();
        let other = EventBuilder::from(&event.build()?).parameter("type", "challenge.approved");
        let (event, other) = (received(&event)?, received(&other)?);
        for (delivery, commit, expected) in [
            (&event, false, First::First),
            (&event, true, First::First),
            (&event, true, First::Seen),
            (&other, true, First::Conflict),
        ] {
            let transaction = client
                .build_transaction()
                .isolation_level(level)
                .start()
                .await?;
            assert_eq!(
                first_in(&transaction, store.inbox(), delivery).await?,
                expected
            );
            match commit {
                true => transaction.commit().await?,
                false => transaction.rollback().await?,
            }
        }
        let known = store.accept(Entry::new(&event)?, None).await?;
        assert_eq!(known, Accepted::Known(State::Done));
    }
    Ok(())
}

#[tokio::test]
async fn a_pending_row_counts_as_seen() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let store = store(&address, "").await?;
    let mut client = session(&address).await?;
    let event = received(&EventBuilder::challenge_denied())?;
    let _ = store.accept(Entry::new(&event)?, None).await?;
    let transaction = client.transaction().await?;
    assert_eq!(
        first_in(&transaction, store.inbox(), &event).await?,
        First::Seen
    );
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_stays_open_is_not_waited_for_long_and_its_settings_stay() -> TestResult
{
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let store = store(&address, "")
        .await?
        .lock_timeout(Duration::from_millis(50));
    let mut client = session(&address).await?;
    let event = received(&EventBuilder::challenge_approved())?;
    let transaction = client.transaction().await?;
    transaction
        .batch_execute("SET LOCAL lock_timeout = '1234ms'")
        .await?;
    assert_eq!(
        first_in(&transaction, store.inbox(), &event).await?,
        First::First
    );
    let setting = transaction.query_one("SHOW lock_timeout", &[]).await?;
    assert_eq!(setting.get::<_, &str>(0), "1234ms");
    let blocked = store.accept(Entry::new(&event)?, None).await;
    let kind = blocked.err().map(|error| error.kind());
    assert_eq!(kind, Some(StoreErrorKind::Timeout));
    transaction.commit().await?;
    let known = store.accept(Entry::new(&event)?, None).await?;
    assert_eq!(known, Accepted::Known(State::Done));
    Ok(())
}

#[tokio::test]
async fn deliveries_that_meet_in_two_transactions_are_first_once() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let store = store(&address, "").await?;
    let event = received(&EventBuilder::challenge_approved())?;
    let (mut one, mut other) = (session(&address).await?, session(&address).await?);
    let first = one.transaction().await?;
    assert_eq!(first_in(&first, store.inbox(), &event).await?, First::First);
    let second = other.transaction().await?;
    let waiting = first_in(&second, store.inbox(), &event);
    let (seen, committed) = tokio::join!(waiting, first.commit());
    committed?;
    assert_eq!(seen?, First::Seen);
    Ok(())
}

#[tokio::test]
async fn a_step_inside_a_transaction_changes_none_of_its_settings() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    let store = PostgresStore::new(Arc::clone(&client), name()?);
    store.install().await?;
    let settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
        WHERE source = 'session'";
    client
        .batch_execute("BEGIN; SET LOCAL lock_timeout = '1234ms'")
        .await?;
    let before: String = client.query_one(settings, &[]).await?.get(0);
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(entry, None).await?, Accepted::New);
    let taken = store.take(&TERMS, 1).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    let extend = Settlement::Extend {
        lease: Duration::ZERO,
    };
    assert_eq!(store.settle(ticket, extend).await?, Settled::Held);
    let after: String = client.query_one(settings, &[]).await?.get(0);
    client.batch_execute("ROLLBACK").await?;
    assert_eq!(before, after);
    Ok(())
}

/// As a migration of the user's locks it.
#[tokio::test]
async fn a_table_that_stays_locked_is_not_waited_for_long() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, client) = database(&address, "locked").await?;
    let store = PostgresStore::new(client, name()?).lock_timeout(Duration::from_millis(50));
    store.install().await?;
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
    let taken = store.take(&TERMS, 1).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    let mut other = session(&address).await?;
    let transaction = other.transaction().await?;
    transaction
        .batch_execute("LOCK TABLE twilio_verify_inbox")
        .await?;
    let steps = async {
        [
            store.accept(entry.clone(), None).await.err(),
            store.take(&TERMS, 1).await.err(),
            store.settle(ticket, Settlement::Done).await.err(),
        ]
    };
    for error in tokio::time::timeout(Duration::from_secs(20), steps).await? {
        assert_eq!(
            error.map(|error| error.kind()),
            Some(StoreErrorKind::Timeout)
        );
    }
    transaction.rollback().await?;
    assert_eq!(store.settle(ticket, Settlement::Done).await?, Settled::Held);
    Ok(())
}
