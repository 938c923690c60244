//! A store as it is called: beside another inbox, in a transaction of the user's, without a runtime, dropped half way.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    Accepted, AnswerOutcome, Entry, ErrorText, Inbox, Job, Kind, Settled, Settlement, State,
    Store as _, StoreError, StoreErrorKind, Terms, Ticket,
};
use twilio_verify_webhooks_inbox_sqlite::{First, SqliteStore, TransactionError};

use crate::{Result, file, received};

fn query(file: &Connection) -> impl Fn(&str, &[String]) -> rusqlite::Result<Option<i64>> {
    |sql, parameters| {
        let parameters = params_from_iter(parameters);
        file.query_row(sql, parameters, |row| row.get(0)).optional()
    }
}

#[tokio::test]
async fn inboxes_of_one_file_do_not_see_each_other() -> Result<()> {
    let (_folder, path) = file()?;
    let one = Inbox::new(SqliteStore::builder(&path).inbox("one").open().await?);
    let two = Inbox::new(SqliteStore::builder(&path).inbox("two").open().await?);
    let received = received()?;
    assert_eq!(one.accept(&received).await.outcome(), AnswerOutcome::New);
    assert_eq!(two.accept(&received).await.outcome(), AnswerOutcome::New);
    let counts = (one.counts().await?, two.counts().await?);
    assert_eq!((counts.0.pending, counts.1.pending), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_row_commits_with_the_writes_of_the_user_or_not_at_all() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    let received = received()?;
    let id = received.event.delivery_id();
    let lease = Some(Duration::ZERO);
    assert_eq!(
        store.accept(Entry::new(&received)?, lease).await?,
        Accepted::New
    );
    let mut file = Connection::open(&path)?;
    file.execute_batch("CREATE TABLE sessions (uuid TEXT)")?;

    // Another worker took it meanwhile: `?` rolls back.
    let terms = Terms {
        lease: Duration::ZERO,
        max_tries: 3,
        kinds: Kind::ALL,
    };
    let taken = store.take(&terms, 1).await?;
    let transaction = file.transaction()?;
    transaction.execute("INSERT INTO sessions VALUES ('late')", [])?;
    let late = store.done_in(&Ticket::first(id.clone()), query(&transaction));
    assert!(matches!(late, Err(TransactionError::LeaseLost)));
    drop(transaction);

    let [leased] = &taken.rows[..] else {
        panic!("one row")
    };
    let transaction = file.transaction()?;
    transaction.execute("INSERT INTO sessions VALUES ('in time')", [])?;
    store.done_in(&leased.ticket, query(&transaction))?;
    transaction.commit()?;
    let sessions: String =
        file.query_row("SELECT group_concat(uuid) FROM sessions", [], |row| {
            row.get(0)
        })?;
    assert_eq!(sessions, "in time");
    let row = store.find(&id).await?.expect("a row");
    assert_eq!((row.state, row.event), (State::Done, None));
    // Whoever does not know that it was committed must not commit it twice; the worker learns that it was.
    let again = store.done_in(&leased.ticket, query(&file));
    assert!(matches!(again, Err(TransactionError::LeaseLost)));
    let error = ErrorText::new("the commit was not answered");
    let after = Duration::ZERO;
    let settled = store
        .settle(&leased.ticket, Settlement::Again { after, error })
        .await?;
    assert_eq!(settled, Settled::AlreadyDone);
    Ok(())
}

#[tokio::test]
async fn the_first_of_several_deliveries_is_told_in_a_transaction() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    let event = EventBuilder::challenge_approved();
    let deliveries = Deliveries::new()?;
    let received = deliveries.receive(&event)?;
    let other = deliveries.receive(&event.entity_identity("somebody-else"))?;
    let mut file = Connection::open(&path)?;
    let transaction = file.transaction()?;
    assert_eq!(
        store.first_in(&received, query(&transaction))?,
        First::First
    );
    drop(transaction);
    assert_eq!(
        store.first_in(&received, query(&file))?,
        First::First,
        "it was rolled back"
    );
    assert_eq!(store.first_in(&received, query(&file))?, First::Seen);
    assert_eq!(store.first_in(&other, query(&file))?, First::Conflict);
    let answer = Inbox::new(store.clone()).accept(&received).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Done));
    // One that a worker has is seen as well.
    let waiting = deliveries.receive(&EventBuilder::factor_deleted())?;
    let _ = Inbox::new(store.clone()).accept(&waiting).await;
    assert_eq!(store.first_in(&waiting, query(&file))?, First::Seen);
    Ok(())
}

#[test]
fn synchronous_code_needs_no_runtime() -> Result<()> {
    let (_folder, path) = file()?;
    let inbox = Inbox::new(SqliteStore::open_blocking(&path)?);
    let (done, handled) = std::sync::mpsc::channel();
    let worker = inbox.worker_blocking(move |job: Job| done.send(job.id().clone()));
    let worker = worker.start_thread()?;
    let received = received()?;
    assert_eq!(inbox.accept_blocking(&received).status(), 200);
    assert_eq!(handled.recv()?, received.event.delivery_id());
    worker.stop();
    let answer = inbox.accept_blocking(&received);
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Done));
    Ok(())
}

#[tokio::test]
async fn a_queue_that_is_full_is_503_at_once() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::builder(&path).queue(1).open().await?;
    let other = Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let inbox = Inbox::new(store);
    let received = [received()?, received()?, received()?, received()?];
    let answers = tokio::join!(
        inbox.accept(&received[0]),
        inbox.accept(&received[1]),
        inbox.accept(&received[2]),
        inbox.accept(&received[3]),
    );
    let kinds = [answers.0, answers.1, answers.2, answers.3];
    let kinds = kinds.map(|answer| answer.error().map(StoreError::kind));
    assert!(kinds.contains(&Some(StoreErrorKind::Full)), "{kinds:?}");
    assert!(
        kinds.iter().all(Option::is_some),
        "nothing is acknowledged: {kinds:?}"
    );
    Ok(())
}

/// As when a client disconnects: after each number of polls.
#[tokio::test]
async fn an_accept_that_is_dropped_half_way_leaves_a_row_or_none() -> Result<()> {
    let (_folder, path) = file()?;
    let inbox = Inbox::new(SqliteStore::open(&path).await?);
    let deliveries = (0..40).map(|_| received());
    let deliveries: Vec<_> = deliveries.collect::<Result<_>>()?;
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
