//! A row that cannot be read is put aside, and hinders no other.

use std::sync::Arc;
use std::time::Duration;

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{
    Accepted, Entry, Inbox, Kind, Selection, Settlement, Store, StoreErrorKind, Terms,
};
use twilio_verify_webhooks_inbox_postgres::{PostgresStore, first_in};

use crate::support::{TestResult, connect, name, received, server, store};

const TERMS: Terms = Terms {
    lease: Duration::from_secs(60),
    max_tries: 3,
    kinds: Kind::ALL,
};

/// What is set in the row that is due longest, the column, and whether the row has an id all the same.
const CASES: [(&str, &str, bool); 10] = [
    ("digest = ''", "digest", true),
    ("attempt = -1", "attempt", true),
    ("attempt = 4294967296", "attempt", true),
    ("attempt = 9223372036854775807", "attempt", true),
    ("tries = -1", "tries", true),
    ("received = '-infinity'", "received", true),
    ("received = 'infinity', due = '-infinity'", "received", true),
    ("account_sid = 'nobody'", "account_sid", false),
    ("account_sid = account_sid || '/1'", "account_sid", false),
    ("uuid = ''", "uuid", false),
];

#[tokio::test]
async fn a_row_that_cannot_be_read_hinders_no_other() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    store(&address, "").await?;
    for (set, column, has_id) in CASES {
        let store = PostgresStore::new(Arc::clone(&client), name()?);
        let mut ids = Vec::new();
        let mut entries = Vec::new();
        let mut deliveries = Vec::new();
        for _ in 0..3 {
            let delivery = received(&EventBuilder::challenge_approved())?;
            let entry = Entry::new(&delivery)?;
            deliveries.push(delivery);
            assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
            ids.push(entry.id().clone());
            entries.push(entry);
        }
        let (id, entry) = (&ids[0], &entries[0]);
        let due = if set.contains("due") {
            ""
        } else {
            ", due = '2001-01-01'"
        };
        let update = format!(
            "UPDATE twilio_verify_inbox SET {set}{due} WHERE inbox = '{}' AND uuid = '{}'",
            store.inbox(),
            id.uuid()
        );
        client.batch_execute(&update).await?;
        let inbox = Inbox::new(store.clone());
        assert_eq!(inbox.counts().await?.pending, 3, "{set}");

        let taken = store.take(&TERMS, 8).await?;
        assert_eq!(taken.rows.len(), 2, "{set}");
        let [damaged] = &taken.damaged[..] else {
            panic!("{set}: {:?}", taken.damaged)
        };
        assert_eq!(damaged.column, column, "{set}");
        assert_eq!(damaged.id.as_ref(), has_id.then_some(id), "{set}");
        // It is told once.
        assert_eq!(store.take(&TERMS, 8).await?, Default::default());

        let counts = inbox.counts().await?;
        assert_eq!((counts.pending, counts.working, counts.dead), (0, 2, 1));
        let listed = inbox.dead(1, None).await?;
        assert_eq!(listed.len(), usize::from(has_id), "{set}");
        for dead in &listed {
            let error = dead.row.error.as_ref().map_or("", |error| error.as_str());
            assert!(error.contains(column), "{set}: {error}");
        }
        for leased in &taken.rows {
            store.settle(&leased.ticket, Settlement::Done).await?;
        }
        assert_eq!(inbox.purge(Duration::ZERO, usize::MAX).await?, 2, "{set}");
        if column == "digest" {
            let accepted = store.accept(entry.clone(), None).await.err();
            let (mut user, connection) =
                tokio_postgres::connect(&address, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            let transaction = user.transaction().await?;
            let first = first_in(&transaction, store.inbox(), &deliveries[0]).await;
            for error in [accepted, first.err()] {
                let kind = error.map(|error| error.kind());
                assert_eq!(kind, Some(StoreErrorKind::Corrupt));
            }
        }
        if has_id {
            assert_eq!(inbox.revive(&Selection::at_most(8)).await?, 1, "{set}");
            store.take(&TERMS, 8).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_state_that_nobody_knows_counts_as_dead_and_a_kind_waits() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let client = connect(&address, "").await?;
    store(&address, "").await?;
    for (set, pending, dead) in [
        ("state = -1", 0, 1),
        ("state = 9", 0, 1),
        ("kind = 7, due = '2001-01-01'", 1, 0),
    ] {
        let store = PostgresStore::new(Arc::clone(&client), name()?);
        let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
        assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
        let update = format!(
            "UPDATE twilio_verify_inbox SET {set} WHERE inbox = '{}'",
            store.inbox()
        );
        client.batch_execute(&update).await?;
        assert_eq!(store.take(&TERMS, 8).await?, Default::default(), "{set}");
        let counts = store.counts().await?;
        assert_eq!((counts.pending, counts.dead), (pending, dead), "{set}");
        assert_eq!(counts.oldest_due.is_some(), pending > 0, "{set}");
        let listed = store.dead(8, None).await?;
        assert_eq!(listed.len() as u64, dead, "{set}");
        if dead > 0 {
            let error = store.accept(entry.clone(), None).await.err();
            let kind = error.map(|error| error.kind());
            assert_eq!(kind, Some(StoreErrorKind::Corrupt), "{set}");
            assert!(store.discard(entry.id()).await?, "{set}");
        }
    }
    Ok(())
}
