//! The store keeps the protocol.

use std::error::Error;
use std::sync::Arc;

use twilio_verify_webhooks_inbox::testing::Conformance;
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol() -> Result<(), Box<dyn Error>> {
    for seed in 0..4 {
        let directory = tempfile::tempdir()?;
        let suite = Conformance::from_seed(seed);
        let store = SqliteStore::open(directory.path().join("sequence.db")).await?;
        suite.sequence(&store).await?;
        let store = SqliteStore::open(directory.path().join("concurrent.db")).await?;
        suite.concurrent(Arc::new(store)).await?;
    }
    Ok(())
}
