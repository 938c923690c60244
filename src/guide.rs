//! Pages about what is behind the interface.

#[doc = include_str!("guide/one_reading.md")]
pub mod one_reading {}

#[doc = include_str!("guide/additions.md")]
pub mod additions {}
