//! Plain implementations that tests, fuzzing and benches compare the crate with: short, slow, and by other means.

pub mod acceptance;
pub mod adversarial;
pub mod interpretations;
pub mod scheme;
pub mod splits;
