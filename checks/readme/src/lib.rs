//! The code of the front page.
//!
#![doc = include_str!("../../../README.md")]
