//! Files as they are found: locked, full, read-only, damaged, of another version. Nothing is acknowledged that is not
//! kept, and the error says what the matter is.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    AnswerOutcome, Entry, Inbox, Kind, Settlement, State, Store as _, StoreError, StoreErrorKind,
    Terms, Ticket,
};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

use crate::{Result, accept, file, received, refused};

#[tokio::test]
async fn rows_are_there_after_the_file_is_opened_again() -> Result<()> {
    let (_folder, path) = file()?;
    let received = received()?;
    let store = SqliteStore::open(&path).await?;
    assert_eq!(
        Inbox::new(store).accept(&received).await.outcome(),
        AnswerOutcome::New
    );
    let store = SqliteStore::open(&path).await?;
    let answer = Inbox::new(store).accept(&received).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    Ok(())
}

#[tokio::test]
async fn a_locked_file_is_503_within_the_deadline_and_works_afterwards() -> Result<()> {
    let (_folder, path) = file()?;
    let busy = Duration::from_millis(50);
    let store = SqliteStore::builder(&path)
        .busy_timeout(busy)
        .open()
        .await?;
    let other = Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let answer = accept(&store).await?;
    assert_eq!(answer.status(), 503);
    refused(answer.error(), StoreErrorKind::Unavailable, "locked");
    other.execute_batch("ROLLBACK")?;
    assert_eq!(accept(&store).await?.outcome(), AnswerOutcome::New);
    Ok(())
}

#[tokio::test]
async fn a_full_file_is_503_and_keeps_what_it_has() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::builder(&path)
        .max_bytes(100_000)
        .open()
        .await?;
    let inbox = Inbox::new(store.clone());
    let mut kept = Vec::new();
    let full = loop {
        let received = received()?;
        let answer = inbox.accept(&received).await;
        match answer.outcome() {
            AnswerOutcome::New => kept.push(received),
            _ => break answer,
        }
    };
    refused(full.error(), StoreErrorKind::Full, "full");
    assert!(kept.len() > 10, "{}", kept.len());
    for received in &kept {
        let answer = inbox.accept(received).await;
        assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_written_is_refused() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, path) = file()?;
    drop(SqliteStore::open(&path).await?);
    // Whoever is root may write whatever the permissions say; a name that leads nowhere stops root as well.
    let nowhere = SqliteStore::open(folder.path().join("no such folder").join("events.db")).await;
    refused(
        nowhere.err().as_ref(),
        StoreErrorKind::Unavailable,
        "unable to open",
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
    if fs::OpenOptions::new().write(true).open(&path).is_err() {
        let refusal = SqliteStore::open(&path).await;
        refused(refusal.err().as_ref(), StoreErrorKind::ReadOnly, "readonly");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() -> Result<()> {
    let (_folder, path) = file()?;
    fs::write(&path, "an approval".repeat(1000))?;
    let refusal = SqliteStore::open(&path).await;
    refused(
        refusal.err().as_ref(),
        StoreErrorKind::Corrupt,
        "not a database",
    );
    Ok(())
}

#[tokio::test]
async fn a_damaged_file_is_503() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    for _ in 0..100 {
        assert_eq!(accept(&store).await?.status(), 200);
    }
    drop(store);
    // Puts all in the file itself.
    Connection::open(&path)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut bytes = fs::read(&path)?;
    bytes.iter_mut().skip(8192).for_each(|byte| *byte = 0xAA);
    fs::write(&path, bytes)?;
    // What is damaged shows when it is opened, or when it is used.
    let error = match SqliteStore::open(&path).await {
        Err(error) => Some(error),
        Ok(store) => accept(&store).await?.error().cloned(),
    };
    refused(error.as_ref(), StoreErrorKind::Corrupt, "malformed");
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_replaced_beside_its_log_acknowledges_nothing() -> Result<()> {
    let (folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    assert_eq!(accept(&store).await?.status(), 200);
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy)?;
    fs::rename(&copy, &path)?;
    let answer = accept(&store).await?;
    refused(answer.error(), StoreErrorKind::Unavailable, "replaced");
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_taken_away_while_it_is_open_acknowledges_nothing() -> Result<()> {
    let (folder, path) = file()?;
    let aside = folder.path().join("aside.db");
    let names = ["", "-wal", "-shm"].map(|end| {
        let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        (name(&path), name(&aside))
    });
    let store = SqliteStore::open(&path).await?;
    let inbox = Inbox::new(store.clone());
    let known = received()?;
    assert_eq!(inbox.accept(&known).await.status(), 200);
    for (from, to) in &names {
        fs::rename(from, to)?;
    }
    for received in [&received()?, &known] {
        let answer = inbox.accept(received).await;
        assert_eq!(answer.status(), 503);
        let kind = answer.error().map(StoreError::kind);
        assert_eq!(kind, Some(StoreErrorKind::Unavailable), "{answer:?}");
    }
    assert!(inbox.counts().await.is_err());
    assert!(!path.exists(), "no file in its place");
    // Put back, it goes on with what it has.
    for (from, to) in &names {
        fs::rename(to, from)?;
    }
    let answer = inbox.accept(&known).await;
    assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));

    // Another file has its name: nothing is acknowledged from the one that has none.
    let other = folder.path().join("other.db");
    drop(SqliteStore::open(&other).await?);
    // Its threads close it, with all in the file itself.
    while other.with_extension("db-wal").exists() {
        tokio::task::yield_now().await;
    }
    let replace = |by: &Path| -> Result<()> {
        fs::remove_file(&names[1].0)?;
        fs::remove_file(&names[2].0)?;
        Ok(fs::rename(by, &path)?)
    };
    replace(&other)?;
    let fresh = received()?;
    let answer = inbox.accept(&fresh).await;
    refused(answer.error(), StoreErrorKind::Unavailable, "replaced");
    let answer = inbox.accept(&fresh).await;
    assert_eq!(answer.outcome(), AnswerOutcome::New, "{answer:?}");
    let read = SqliteStore::open(&path).await?;
    assert!(read.find(&fresh.event.delivery_id()).await?.is_some());
    // One without tables is no inbox, and none is made of it.
    let empty = folder.path().join("empty.db");
    Connection::open(&empty)?.execute_batch("CREATE TABLE other (x)")?;
    replace(&empty)?;
    let _ = accept(&store).await?;
    let answer = accept(&store).await?;
    refused(answer.error(), StoreErrorKind::Schema, "no tables");
    Ok(())
}

#[tokio::test]
async fn a_bound_on_bytes_holds_with_other_pages() -> Result<()> {
    let (_folder, path) = file()?;
    Connection::open(&path)?.execute_batch("PRAGMA page_size = 16384; VACUUM")?;
    let store = SqliteStore::builder(&path)
        .max_bytes(500_000)
        .open()
        .await?;
    while accept(&store).await?.status() == 200 {}
    drop(store);
    Connection::open(&path)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let len = fs::metadata(&path)?.len();
    assert!((200_000..=500_000).contains(&len), "{len}");
    Ok(())
}

/// Moves one row to and fro, while others count.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_of_one_moment() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    assert_eq!(accept(&store).await?.status(), 200);
    let terms = Terms {
        lease: Duration::from_secs(60),
        max_tries: 3,
        kinds: Kind::ALL,
    };
    let mover = SqliteStore::open(&path).await?;
    let moves = tokio::spawn(async move {
        for _ in 0..300 {
            let taken = mover.take(&terms, 1).await?;
            for leased in &taken.rows {
                mover.settle(&leased.ticket, Settlement::HandBack).await?;
            }
        }
        Ok::<(), StoreError>(())
    });
    while !moves.is_finished() {
        let counts = store.counts().await?;
        assert_eq!(counts.pending + counts.working, 1, "{counts:?}");
    }
    moves.await??;
    Ok(())
}

#[tokio::test]
async fn what_is_purged_leaves_the_log_as_well() -> Result<()> {
    let (_folder, path) = file()?;
    let inbox = Inbox::new(SqliteStore::open(&path).await?);
    for _ in 0..40 {
        let received = received()?;
        assert_eq!(inbox.accept(&received).await.status(), 200);
    }
    let terms = Terms {
        lease: Duration::from_secs(60),
        max_tries: 3,
        kinds: Kind::ALL,
    };
    for leased in inbox.store().take(&terms, 40).await?.rows {
        inbox
            .store()
            .settle(&leased.ticket, Settlement::Done)
            .await?;
    }
    let wal = path.with_extension("db-wal");
    assert!(fs::metadata(&wal)?.len() > 0);
    assert_eq!(inbox.purge(Duration::ZERO, usize::MAX).await?, 40);
    assert_eq!(fs::metadata(&wal)?.len(), 0);
    Ok(())
}

fn set_version(path: &Path, version: i64, compatible_from: i64) -> Result<()> {
    let file = Connection::open(path)?;
    let versions = [version, compatible_from];
    file.execute(
        "UPDATE verify_inbox_schema SET version = ?1, compatible_from = ?2",
        versions,
    )?;
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_works_if_it_is_compatible_and_is_503_if_not() -> Result<()> {
    let (_folder, path) = file()?;
    let store = SqliteStore::open(&path).await?;
    // A rolling deploy: another process brings a newer version while this one runs.
    set_version(&path, 9, 1)?;
    assert_eq!(accept(&store).await?.outcome(), AnswerOutcome::New);
    set_version(&path, 9, 9)?;
    let answer = accept(&store).await?;
    assert_eq!(answer.status(), 503);
    refused(
        answer.error(),
        StoreErrorKind::Schema,
        "version 9, which needs a program of version 9",
    );
    let refusal = SqliteStore::open(&path).await;
    refused(refusal.err().as_ref(), StoreErrorKind::Schema, "version 9");
    set_version(&path, 0, 0)?;
    let refusal = SqliteStore::open(&path).await;
    refused(
        refusal.err().as_ref(),
        StoreErrorKind::Schema,
        "older than 1",
    );
    Ok(())
}

#[tokio::test]
async fn a_file_without_a_write_ahead_log_is_refused() -> Result<()> {
    let refusal = SqliteStore::open(":memory:").await;
    refused(
        refusal.err().as_ref(),
        StoreErrorKind::NotDurable,
        "journal_mode is memory",
    );
    Ok(())
}

#[tokio::test]
async fn a_repetition_writes_nothing() -> Result<()> {
    let (_folder, path) = file()?;
    let inbox = Inbox::new(SqliteStore::open(&path).await?);
    let received = received()?;
    let _ = inbox.accept(&received).await;
    let wal = path.with_extension("db-wal");
    let files = || -> Result<_> {
        let [file, wal] = [fs::read(&path)?, fs::read(&wal)?];
        Ok((file, wal))
    };
    let before = files()?;
    for _ in 0..100 {
        let answer = inbox.accept(&received).await;
        assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    }
    assert!(before == files()?, "no byte changed");
    Ok(())
}

#[tokio::test]
async fn what_is_done_leaves_no_text_in_the_file() -> Result<()> {
    let (_folder, path) = file()?;
    let secret = "the-person-of-the-event";
    let event = EventBuilder::challenge_approved().entity_identity(secret);
    let received = Deliveries::new()?.receive(&event)?;
    let store = SqliteStore::open(&path).await?;
    store
        .accept(Entry::new(&received)?, Some(Duration::ZERO))
        .await?;
    let holds = |path: &Path| -> Result<bool> {
        let file = Connection::open(path)?;
        file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        let bytes = fs::read(path)?;
        Ok(bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes()))
    };
    assert!(holds(&path)?);
    let ticket = Ticket::first(received.event.delivery_id());
    store.settle(&ticket, Settlement::Done).await?;
    assert!(!holds(&path)?);
    Ok(())
}
