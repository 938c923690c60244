//! For those who write a store: the suite that says whether it keeps the protocol.
//!
//! [`Conformance`] runs random operations on a store and compares each answer and each row with
//! [`transition`](crate::transition): in sequence, and from many tasks at once. It needs an inbox that is empty and
//! that nobody else uses, and no special clock: its leases and waits are either nothing or an hour.
//!
//! ```
//! use std::sync::Arc;
//! use twilio_verify_webhooks_inbox::MemoryStore;
//! use twilio_verify_webhooks_inbox::testing::Conformance;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! for seed in 0..4 {
//!     let suite = Conformance::from_seed(seed);
//!     suite.sequence(&MemoryStore::new()).await?;
//!     suite.concurrent(Arc::new(MemoryStore::new())).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What a store keeps through a crash cannot be seen from here. Kill its process between an answer and the next, cut
//! its connections after the request went out, and trace its flushes.

mod call;
mod conformance;
mod deliveries;
mod divergence;
mod history;
mod linear;
mod model;

pub use self::conformance::Conformance;
pub use self::deliveries::Deliveries;
pub use self::divergence::Divergence;
