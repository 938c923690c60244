#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
// Received bytes never meet code that can panic, wrap or lose bits.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod builder;
mod connection;
mod error;
mod files;
mod key;
mod record;
mod rows;
mod schema;
mod store;
mod thread;
mod transaction;

#[doc = include_str!("guide.md")]
pub mod guide {}

pub use crate::builder::SqliteBuilder;
pub use crate::store::SqliteStore;
pub use crate::transaction::{First, Statement, TransactionError};
