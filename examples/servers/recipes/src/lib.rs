//! The recipe for each framework, a page of the guide.
//!
#![doc = include_str!("../../../../src/guide/frameworks.md")]
