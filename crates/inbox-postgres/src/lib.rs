#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
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

#[cfg(feature = "deadpool")]
pub use crate::deadpool::PooledConnection;
pub use crate::name::{InboxName, InboxNameError};
pub use crate::pool::Pool;
pub use crate::statements::{SCHEMA, SCHEMA_VERSION};
pub use crate::store::PostgresStore;
pub use crate::transaction::{DoneInError, First, done_in, first_in};
