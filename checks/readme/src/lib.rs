//! The code of the front page, and of those pages of the guide that need axum or a sibling crate.
//!
#![doc = include_str!("../../../README.md")]

#[doc = include_str!("../../../src/guide/first_webhook.md")]
pub mod first_webhook {}

#[doc = include_str!("../../../src/guide/exactly_once.md")]
pub mod exactly_once {}

#[doc = include_str!("../../../src/guide/testing_your_handler.md")]
pub mod testing_your_handler {}

#[doc = include_str!("../../../src/guide/moving.md")]
pub mod moving {}

#[doc = include_str!("../../../src/guide/verify_events.md")]
pub mod verify_events {}
