#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod answer;
mod claims;
mod error;
mod handle;
mod settings;

pub use crate::answer::ClaimAnswer;
pub use crate::claims::{Claim, ClaimTicket, RedisClaims, Settled};
pub use crate::error::ClaimsError;
pub use crate::settings::ClaimsBuilder;
