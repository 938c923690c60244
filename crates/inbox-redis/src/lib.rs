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

mod answer;
mod claims;
mod error;
mod handle;
mod settings;

#[doc = include_str!("guide.md")]
pub mod guide {}

pub use crate::answer::ClaimAnswer;
pub use crate::claims::{Claim, ClaimTicket, RedisClaims, Settled};
pub use crate::error::ClaimsError;
pub use crate::settings::ClaimsBuilder;
