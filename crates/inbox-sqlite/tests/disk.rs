//! A disk that is really full: a file system of one megabyte, mounted for the test alone.
#![cfg(target_os = "linux")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox::{
    Answer, AnswerOutcome, Inbox, Kind, Settlement, State, Store as _, StoreErrorKind, Terms,
};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Set in the process that has the disk.
const DISK: &str = "INBOX_SMALL_DISK";

#[test]
fn a_full_disk_is_503_and_loses_nothing() -> Result<()> {
    if let Some(disk) = env::var_os(DISK) {
        let runtime = tokio::runtime::Runtime::new()?;
        return runtime.block_on(fills(disk.as_ref()));
    }
    let disk = tempfile::tempdir()?;
    let mount = r#"mount -t tmpfs -o size=1m none "$INBOX_SMALL_DISK""#;
    // As root, or as a user who may be root in a namespace of their own.
    let namespaces = ["-m", "-Urm"].into_iter().find(|namespaces| {
        let mut command = Command::new("unshare");
        command.args([namespaces, "sh", "-c", mount]);
        let output = command.env(DISK, disk.path()).output();
        output.is_ok_and(|output| output.status.success())
    });
    let Some(namespaces) = namespaces else {
        eprintln!("left out: no file system can be mounted here; the quota of the file is tested");
        return Ok(());
    };
    let status = Command::new("unshare")
        .args([namespaces, "sh", "-c"])
        .arg(format!(r#"{mount} && exec "$0" --exact "$1" --nocapture"#))
        .arg(env::current_exe()?)
        .arg("a_full_disk_is_503_and_loses_nothing")
        .env(DISK, disk.path())
        .status()?;
    assert!(status.success(), "on the full disk");
    Ok(())
}

/// Accepts until it is refused.
async fn fill(inbox: &Inbox<SqliteStore>) -> Result<(Vec<Received<'static>>, Answer)> {
    let deliveries = Deliveries::new()?;
    let mut kept = Vec::new();
    loop {
        let received = deliveries.receive(&EventBuilder::challenge_approved())?;
        let answer = inbox.accept(&received).await;
        match answer.outcome() {
            AnswerOutcome::New => kept.push(received),
            _ => return Ok((kept, answer)),
        }
    }
}

async fn fills(disk: &Path) -> Result<()> {
    let filler = disk.join("filler");
    fs::write(&filler, vec![1; 300_000])?;
    let path = disk.join("events.db");
    let store = SqliteStore::open(&path).await?;
    let inbox = Inbox::new(store.clone());
    let (mut kept, full) = fill(&inbox).await?;
    assert!(kept.len() > 10, "{}", kept.len());
    assert_eq!(full.status(), 503);
    let error = full.error().ok_or("expected an error")?;
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    assert!(error.to_string().contains("full"), "{error}");

    // What is known is recognised, and nothing is taken that cannot be written down.
    for received in &kept {
        let answer = inbox.accept(received).await;
        assert_eq!(answer.outcome(), AnswerOutcome::Repeated(State::Pending));
    }
    let terms = Terms {
        lease: Duration::from_secs(60),
        max_tries: 3,
        kinds: Kind::ALL,
    };
    let taken = store.take(&terms, kept.len()).await;
    assert_eq!(
        taken.err().map(|error| error.kind()),
        Some(StoreErrorKind::Full)
    );

    // With room again the same store goes on, and another that opens the file finds everything.
    fs::remove_file(&filler)?;
    let (more, full) = fill(&inbox).await?;
    assert!(!more.is_empty(), "{full:?}");
    kept.extend(more);
    drop((inbox, store));
    // Room for the index of the write-ahead log and for what is settled.
    let status = Command::new("mount")
        .args(["-o", "remount,size=16m"])
        .arg(disk)
        .status()?;
    assert!(status.success());
    let store = SqliteStore::open(&path).await?;
    for received in &kept {
        let row = store.find(&received.event.delivery_id()).await?;
        assert_eq!(row.map(|row| row.state), Some(State::Pending));
    }
    let taken = store.take(&terms, kept.len()).await?;
    assert_eq!(taken.rows.len(), kept.len());
    for leased in &taken.rows {
        store.settle(&leased.ticket, Settlement::Done).await?;
    }
    Ok(())
}
