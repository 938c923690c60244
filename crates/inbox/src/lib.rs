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

#[cfg(feature = "actix-web")]
mod actix_web;
mod answer;
mod at_once;
#[cfg(feature = "axum")]
mod axum;
mod blocking;
#[cfg(feature = "verify-events")]
mod cloud_events;
mod digest;
mod dyn_store;
mod error;
pub mod guide;
mod handler;
#[cfg(feature = "http")]
mod http;
mod inbox;
mod job;
mod kind;
mod memory;
mod purge;
mod race;
mod row;
mod run;
mod settings;
mod store;
mod stored_event;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod transition;
mod wake;
mod worker;

pub use crate::answer::{Answer, AnswerOutcome};
pub use crate::blocking::Blocking;
#[cfg(feature = "verify-events")]
pub use crate::cloud_events::{CloudEventJob, row_id};
pub use crate::digest::Digest;
pub use crate::dyn_store::DynStore;
pub use crate::error::{StoreError, StoreErrorKind};
pub use crate::inbox::{Dead, Inbox};
pub use crate::job::{Failure, Job};
pub use crate::kind::Kind;
pub use crate::memory::MemoryStore;
pub use crate::row::{ErrorText, Row, State, Timestamp};
pub use crate::settings::InboxBuilder;
pub use crate::store::{
    Accepted, BlockingStore, Counts, Damaged, Entry, Leased, Selection, Settled, Settlement, Store,
    Taken, Terms, Ticket,
};
pub use crate::transition::{Operation, Outcome, transition};
pub use crate::worker::{Worker, WorkerThread};
