//! For tests of a handler for Event Streams.

mod batch;
mod builder;
mod negative;
mod verification;

pub use self::builder::CloudEventBuilder;
pub use self::negative::BatchCase;
pub use self::verification::StartedVerification;
