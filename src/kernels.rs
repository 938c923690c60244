//! The code that is written for speed alone: sixteen bytes at a time, wrapping arithmetic, lookup tables.
//!
//! A reader may skip it. What it does is said by the first line of each function, and the rest of the crate is plain.
//! What it gains is measured in `benches`: plain loops over bytes in its place take twice as long to verify a delivery, and
//! without its `inline(always)` verifying takes a quarter longer.

pub(crate) mod block;
mod decode;
mod split;

pub(crate) use self::decode::{Pieces, SLACK, Writer, Written};
pub(crate) use self::split::{Bounds, split};
