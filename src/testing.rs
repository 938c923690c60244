//! Test your handler: events, signed deliveries, and deliveries that have to be refused.

mod delivery;
mod device;
mod event;
#[cfg(feature = "http")]
mod http;
mod negative;
mod signer;

pub use self::delivery::OwnedDelivery;
pub use self::device::Device;
pub use self::event::EventBuilder;
pub use self::negative::{NegativeCase, UnknownCase};
pub use self::signer::Signer;
