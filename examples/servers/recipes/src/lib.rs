//! The recipe for each framework.
//!
#![doc = include_str!("../../README.md")]
