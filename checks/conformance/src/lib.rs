//! One suite that every example server must pass: deliveries as Twilio sends them, and as attackers do, over TCP.
//!
//! ```sh
//! cargo test -p webhook-conformance
//! ```
//!
//! builds the servers, starts each as a process of its own, sends it what [`cases`] lists and what [`connection`]
//! does with a connection, and compares the answers and what its handler did, line by line, with what they must be.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

pub mod cases;
pub mod connection;
pub mod delivery;
pub mod http;
pub mod lambda;
pub mod server;
pub mod streams;
