//! Welch's t-test on two classes of timings, as in "Dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede,
//! DATE 2017).

/// Which of two classes an input belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Left,
    Right,
}

/// The parts of the fastest samples that are tested beside all of them: what the system adds to the slow ones hides
/// differences.
const CROPS: i32 = 10;

/// Returns the t of largest magnitude over all croppings, positive where the left class takes longer.
pub fn max_t(samples: &[(Class, f64)]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(|one, other| one.1.total_cmp(&other.1));
    // A half, three quarters, seven eighths, …; those who measured alike stay together.
    let crops = (1..=CROPS).map(|crop| {
        let part = 1.0 - 0.5_f64.powi(crop);
        let limit = sorted[((sorted.len() - 1) as f64 * part) as usize].1;
        &sorted[..sorted.partition_point(|sample| sample.1 <= limit)]
    });
    crops
        .chain([&sorted[..]])
        .map(t)
        .filter(|t| !t.is_nan())
        .fold(
            0.0,
            |most: f64, t| if t.abs() > most.abs() { t } else { most },
        )
}

/// Returns Welch's t: the difference of the means in units of its standard error.
pub fn t(samples: &[(Class, f64)]) -> f64 {
    let [left, right] = [Class::Left, Class::Right].map(|class| {
        let of_class = samples.iter().filter(move |sample| sample.0 == class);
        Moments::of(of_class.map(|sample| sample.1))
    });
    (left.mean - right.mean) / (left.squared_error() + right.squared_error()).sqrt()
}

/// Count, mean and sum of squared deviations, by Welford's recurrence.
#[derive(Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of(samples: impl Iterator<Item = f64>) -> Self {
        samples.fold(Self::default(), |moments, sample| {
            let count = moments.count + 1.0;
            let deviation = sample - moments.mean;
            let mean = moments.mean + deviation / count;
            Self {
                count,
                mean,
                squares: moments.squares + deviation * (sample - mean),
            }
        })
    }

    /// Of the mean.
    fn squared_error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}
