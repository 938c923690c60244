//! The API calls and both clients against a mock server that checks every request. Start it with `checks/prism/run`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod client;
mod errors;
mod operations;
