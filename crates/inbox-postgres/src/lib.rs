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
#![forbid(unsafe_code)]

#[cfg(feature = "deadpool")]
mod deadpool;
mod error;
mod name;
mod pool;
mod row;
pub mod statements;
mod store;
mod transaction;

#[doc = include_str!("guide.md")]
pub mod guide {}

#[cfg(feature = "deadpool")]
pub use crate::deadpool::PooledConnection;
pub use crate::name::{InboxName, InboxNameError};
pub use crate::pool::Pool;
pub use crate::statements::{SCHEMA, SCHEMA_VERSION};
pub use crate::store::PostgresStore;
pub use crate::transaction::{DoneInError, First, done_in, first_in};
