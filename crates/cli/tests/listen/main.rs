//! `listen`, `replay` and `inspect`, run as programs and spoken to over TCP.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod application;
mod batches;
mod bounds;
mod captures;
mod ends;
mod forwarding;
mod guard;
mod lines;
mod negatives;
mod program;
mod replays;
mod terminal;
mod web;
mod webhook;
