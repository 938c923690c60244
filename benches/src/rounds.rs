//! Times candidates side by side: each in turn for some microseconds, over and over, so that whatever else the
//! machine does meets all of them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one candidate runs before it is the next one's turn.
const TURN: Duration = Duration::from_micros(25);

/// Runs a candidate so many times and returns how long that took.
type Run<'c> = Box<dyn FnMut(u32) -> Duration + 'c>;

pub struct Candidate<'c> {
    pub name: &'static str,
    run: Run<'c>,
}

impl<'c> Candidate<'c> {
    pub fn new<T>(name: &'static str, mut work: impl FnMut() -> T + 'c) -> Self {
        let run = move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(work());
            }
            start.elapsed()
        };
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// Finds how many times fit into a turn.
    fn calibrate(&mut self) -> u32 {
        let mut times = 1;
        while (self.run)(times) < TURN && times < 1 << 16 {
            times *= 2;
        }
        let taken = (self.run)(times).as_secs_f64() / f64::from(times);
        ((TURN.as_secs_f64() / taken) as u32).max(1)
    }
}

/// Nanoseconds for one call.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub median: f64,
    pub minimum: f64,
}

/// Times the candidates in so many rounds, in the order given.
pub fn time(candidates: &mut [Candidate<'_>], rounds: usize) -> Vec<Timing> {
    let times: Vec<u32> = candidates.iter_mut().map(Candidate::calibrate).collect();
    let mut samples = vec![Vec::with_capacity(rounds); candidates.len()];
    for round in 0..rounds {
        for turn in 0..candidates.len() {
            // Nobody always runs behind the same neighbour.
            let index = (round + turn * (1 + round % 2)) % candidates.len();
            let taken = (candidates[index].run)(times[index]);
            samples[index].push(taken.as_nanos() as f64 / f64::from(times[index]));
        }
    }
    samples.into_iter().map(timing).collect()
}

fn timing(mut samples: Vec<f64>) -> Timing {
    samples.sort_by(f64::total_cmp);
    Timing {
        median: samples[samples.len() / 2],
        minimum: samples[0],
    }
}
