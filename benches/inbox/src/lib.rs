//! What an inbox costs, against the physical limit in the same run: `benches/inbox/run`.

mod limit;
mod table;

use std::error::Error;

use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::Device;
use twilio_verify_webhooks_inbox::testing::Deliveries;

pub use crate::limit::{median, raw_flush, raw_write};
pub use crate::table::Table;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Makes approved challenges, no two of one id.
pub fn events(count: usize) -> Result<Vec<Received<'static>>> {
    let (deliveries, mut device) = (Deliveries::new()?, Device::from_seed(1));
    let events = (0..count).map(|_| deliveries.receive(&device.challenge_approved()));
    events.collect()
}
