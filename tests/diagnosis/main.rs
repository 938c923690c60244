//! Diagnoses of deliveries that are broken in one way each, in several, or forged.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod accounts;
mod bounds;
mod command;
mod cookbook;
mod forged;
mod hypotheses;
mod redaction;
mod report;
mod requests;
mod scene;
