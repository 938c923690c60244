//! How long answers took.

use std::time::Duration;

use serde::Serialize;

/// Latencies of answers, each kept, so that percentiles are exact.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<Duration>);

/// The latencies that a share of the answers kept to, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) max: f64,
}

impl Latencies {
    pub(super) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Returns none if there was no answer.
    pub(super) fn percentiles(&mut self) -> Option<Percentiles> {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            // The smallest latency that so many of a thousand answers kept to.
            let rank = self.0.len().checked_mul(per_mille)?.div_ceil(1000);
            let latency = self.0.get(rank.checked_sub(1)?)?;
            Some(latency.as_secs_f64() * 1000.0)
        };
        Some(Percentiles {
            p50: at(500)?,
            p90: at(900)?,
            p99: at(990)?,
            p999: at(999)?,
            max: at(1000)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_latencies_that_so_many_kept_to() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentiles(), None);
        for milliseconds in (1..=1000).rev() {
            latencies.add(Duration::from_millis(milliseconds));
        }
        let expected = Percentiles {
            p50: 500.0,
            p90: 900.0,
            p99: 990.0,
            p999: 999.0,
            max: 1000.0,
        };
        assert_eq!(latencies.percentiles(), Some(expected));
        let mut one = Latencies(vec![Duration::from_millis(7)]);
        let Some(Percentiles { p50, max, .. }) = one.percentiles() else {
            panic!("one latency")
        };
        assert_eq!((p50, max), (7.0, 7.0));
    }
}
