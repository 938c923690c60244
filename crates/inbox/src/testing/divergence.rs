use std::error::Error;
use std::fmt;

/// A store did something else than the protocol says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Divergence {
    /// The seed of the run, which gives the same operations again.
    pub seed: u64,
    /// Which operation it was, counted from 0.
    pub step: usize,
    /// What was done, what was expected, and what was seen.
    pub what: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, what } = self;
        write!(f, "seed {seed}, step {step}: {what}")
    }
}

impl Error for Divergence {}
