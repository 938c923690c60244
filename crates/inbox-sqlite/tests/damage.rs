//! A row that cannot be read is put aside, and hinders no other.

use std::error::Error;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    AnswerOutcome, Inbox, Kind, Selection, Settlement, State, Store as _, StoreError,
    StoreErrorKind, Terms,
};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const TERMS: Terms = Terms {
    lease: Duration::from_secs(60),
    max_tries: 3,
    kinds: Kind::ALL,
};

struct Scene {
    folder: TempDir,
    inbox: Inbox<SqliteStore>,
    /// The first of three that are due.
    first: Received<'static>,
}

impl Scene {
    /// Three rows, of which the one that is due longest is damaged.
    async fn new(set: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("events.db");
        let inbox = Inbox::new(SqliteStore::open(&path).await?);
        let deliveries = Deliveries::new()?;
        let mut all = Vec::new();
        for _ in 0..3 {
            let received = deliveries.receive(&EventBuilder::challenge_approved())?;
            assert_eq!(inbox.accept(&received).await.status(), 200);
            all.push(received);
        }
        let first = all.swap_remove(0);
        let file = Connection::open(&path)?;
        let uuid = first.event.uuid().to_owned();
        let sql = format!("UPDATE verify_inbox SET due = 1, {set} WHERE uuid = ?1");
        assert_eq!(
            file.execute(&sql.replace("due = 1, due", "due"), [uuid])?,
            1
        );
        Ok(Self {
            folder,
            inbox,
            first,
        })
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_hinders_no_other() -> Result<()> {
    for (set, column, has_id) in [
        ("digest = x'00'", "digest", true),
        ("attempt = 4294967296", "attempt", true),
        ("tries = -1", "tries", true),
        ("due = -1", "due", true),
        ("received = -1", "received", true),
        ("event = CAST(x'ff' AS TEXT)", "event", true),
        ("error = CAST(x'ff' AS TEXT)", "error", true),
        ("account_sid = 'nobody'", "account_sid", false),
        ("account_sid = account_sid || '/1'", "account_sid", false),
        ("uuid = ''", "uuid", false),
        ("uuid = CAST(x'ff' AS TEXT)", "uuid", false),
    ] {
        let Scene { inbox, first, .. } = &Scene::new(set).await?;
        let (store, id) = (inbox.store(), first.event.delivery_id());
        let taken = store.take(&TERMS, 8).await?;
        assert_eq!(taken.rows.len(), 2, "{set}");
        let [damaged] = &taken.damaged[..] else {
            panic!("{set}: {:?}", taken.damaged)
        };
        assert_eq!(damaged.column, column, "{set}");
        assert_eq!(damaged.id.as_ref(), has_id.then_some(&id), "{set}");
        // It is told once.
        assert_eq!(store.take(&TERMS, 8).await?, Default::default());

        let counts = inbox.counts().await?;
        assert_eq!((counts.pending, counts.working, counts.dead), (0, 2, 1));
        let listed = inbox.dead(8, None).await?;
        assert_eq!(listed.len(), usize::from(has_id), "{set}");
        for dead in &listed {
            let error = dead.row.error.as_ref().map_or("", |error| error.as_str());
            assert!(error.contains(column), "{set}: {error}");
        }
        for leased in &taken.rows {
            store.settle(&leased.ticket, Settlement::Done).await?;
        }
        assert_eq!(inbox.purge(Duration::ZERO, usize::MAX).await?, 2, "{set}");
        if has_id {
            // Whether it is a repetition is known only where the row can be read.
            let answer = inbox.accept(first).await;
            match answer.error().map(StoreError::kind) {
                Some(kind) => assert_eq!(kind, StoreErrorKind::Corrupt, "{set}"),
                None => {
                    let repeated = AnswerOutcome::Repeated(State::Dead);
                    assert_eq!(answer.outcome(), repeated, "{set}");
                }
            }
            // Whoever revives it without mending it finds it dead again; whoever discards it is rid of it.
            assert_eq!(inbox.revive(&Selection::at_most(8)).await?, 1, "{set}");
            store.take(&TERMS, 8).await?;
            assert!(inbox.discard(&id).await? || column != "digest", "{set}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_state_that_nobody_knows_counts_as_dead() -> Result<()> {
    for state in [-1, 4, 9] {
        let Scene { inbox, first, .. } = &Scene::new(&format!("state = {state}")).await?;
        assert_eq!(inbox.store().take(&TERMS, 8).await?.rows.len(), 2);
        assert_eq!(inbox.counts().await?.dead, 1);
        let [dead] = &inbox.dead(8, None).await?[..] else {
            panic!("one row")
        };
        assert_eq!(dead.id, first.event.delivery_id());
        let error = dead.row.error.as_ref().map_or("", |error| error.as_str());
        assert!(error.contains("state"), "{error}");
        let answer = inbox.accept(first).await;
        let kind = answer.error().map(StoreError::kind);
        assert_eq!(kind, Some(StoreErrorKind::Corrupt));
        // A person may decide that it is to be handled.
        assert_eq!(inbox.revive(&Selection::one(dead.id.clone())).await?, 1);
        assert_eq!(inbox.store().take(&TERMS, 8).await?.rows.len(), 1);
    }
    Ok(())
}

/// As after a later version wrote it.
#[tokio::test]
async fn a_kind_that_nobody_here_handles_waits_and_shows() -> Result<()> {
    let Scene { inbox, folder, .. } = &Scene::new("kind = 7").await?;
    let taken = inbox.store().take(&TERMS, 8).await?;
    assert_eq!((taken.rows.len(), taken.damaged.len()), (2, 0));
    let counts = inbox.counts().await?;
    assert_eq!((counts.pending, counts.dead), (1, 0));
    assert!(counts.oldest_due > Some(Duration::from_secs(60)));
    assert!(folder.path().exists());
    Ok(())
}
