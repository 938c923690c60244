//! The memory store keeps the protocol.

use std::sync::Arc;

use twilio_verify_webhooks_inbox::MemoryStore;
use twilio_verify_webhooks_inbox::testing::{Conformance, Divergence};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keeps_the_protocol() -> Result<(), Divergence> {
    for seed in 0..64 {
        let suite = Conformance::from_seed(seed);
        suite.sequence(&MemoryStore::new()).await?;
        suite.concurrent(Arc::new(MemoryStore::new())).await?;
    }
    Ok(())
}
