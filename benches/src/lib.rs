//! Deliveries to measure with, and other ways to validate them to compare with.

pub mod batches;
pub mod fixtures;
pub mod floor;
pub mod keys;
pub mod naive;
pub mod receiver;
pub mod refused;
pub mod rounds;
pub mod tidy;
pub mod webhook_verify;
pub mod welch;
pub mod worst;
