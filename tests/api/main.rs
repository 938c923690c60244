//! Calls of the API and their replies, without a network.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod base_url;
mod ensure;
mod errors;
mod messages;
mod paging;
mod redaction;
mod replies;
mod requests;
mod retry;
mod support;
mod values;
