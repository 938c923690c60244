use std::time::Duration;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    Accepted, Entry, ErrorText, Kind, Selection, Settled, Settlement, State, Store, Terms,
};
use twilio_verify_webhooks_inbox_postgres::{InboxName, InboxNameError, PostgresStore};

use crate::support::{TestResult, connect, name, received, server, store};

#[tokio::test]
async fn two_applications_do_not_see_each_other() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let one = store(&address, "").await?;
    let other = PostgresStore::new(connect(&address, "").await?, name()?);
    let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
    let terms = Terms {
        lease: Duration::from_secs(60),
        max_tries: 3,
        kinds: Kind::ALL,
    };
    assert_eq!(one.accept(entry.clone(), None).await?, Accepted::New);
    assert!(other.take(&terms, 8).await?.rows.is_empty());
    assert_eq!(other.counts().await?.pending, 0);
    assert_eq!(other.find(entry.id()).await?, None);

    // Nothing that the other does reaches a row that is dead, nor one that is done.
    let taken = one.take(&terms, 8).await?;
    let ticket = &taken.rows.first().ok_or("expected a row")?.ticket;
    assert_eq!(other.settle(ticket, Settlement::Done).await?, Settled::Lost);
    let error = ErrorText::new("no use");
    one.settle(ticket, Settlement::Dead { error }).await?;
    assert!(other.dead(8, None).await?.is_empty());
    assert_eq!(other.revive(&Selection::at_most(8)).await?, 0);
    assert!(!other.discard(entry.id()).await?);
    assert!(one.discard(entry.id()).await?);
    assert_eq!(other.purge(Duration::ZERO, 8).await?, 0);
    assert_eq!(other.accept(entry.clone(), None).await?, Accepted::New);
    assert_eq!(one.accept(entry, None).await?, Accepted::Known(State::Done));
    Ok(())
}

#[test]
fn names_that_are_refused() {
    let long = "x".repeat(65);
    for (name, error) in [
        ("", InboxNameError::Empty),
        (" \t", InboxNameError::Empty),
        ("a\0b", InboxNameError::Control { position: 1 }),
        ("a\n", InboxNameError::Control { position: 1 }),
        (long.as_str(), InboxNameError::TooLong { found: 65 }),
    ] {
        assert_eq!(InboxName::new(name), Err(error), "{name:?}");
    }
    assert!(InboxName::new("x".repeat(64)).is_ok());
}
