//! The README's code for each framework.
//!
#![doc = include_str!(concat!(env!("OUT_DIR"), "/frameworks.md"))]
