#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod builder;
mod connection;
mod error;
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
