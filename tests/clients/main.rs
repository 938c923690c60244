//! Both clients against servers that behave and servers that do not.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod client;
mod hostile;
mod operations;
mod retries;
mod server;
