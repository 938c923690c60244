//! Every limit that a delivery meets, in one place. They are public as constants of [`Receiver`](crate::Receiver).

use std::ops::RangeInclusive;

pub(crate) const DEFAULT_BODY_LIMIT: usize = 128 * 1024;
pub(crate) const MAX_BODY_LIMIT: usize = 16 * 1024 * 1024;
pub(crate) const MAX_UNVERIFIED: usize = 8 * 1024;
pub(crate) const MAX_PARAMETERS: usize = 64;
pub(crate) const MAX_NAME_LENGTH: usize = 64;
pub(crate) const MAX_NAME_OCCURRENCES: usize = 64;
pub(crate) const UUID_TEXT_LENGTH: usize = 36;
pub(crate) const UUID_LENGTH: RangeInclusive<usize> = 1..=64;
pub(crate) const ENTITY_IDENTITY_LENGTH: RangeInclusive<usize> = 8..=64;
pub(crate) const FRIENDLY_NAME_LENGTH: RangeInclusive<usize> = 1..=64;
pub(crate) const MAX_EVENT_TYPE_LENGTH: usize = 64;
pub(crate) const MAX_FACTOR_TYPE_LENGTH: usize = 32;
pub(crate) const MAX_JSON_DEPTH: u32 = 64;
