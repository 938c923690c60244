//! The statistic that the bench `comparison` reports.

use verify_webhooks_benches::welch::{Class, max_t, t};

fn samples(left: &[f64], right: &[f64]) -> Vec<(Class, f64)> {
    let left = left.iter().map(|sample| (Class::Left, *sample));
    let right = right.iter().map(|sample| (Class::Right, *sample));
    left.chain(right).collect()
}

/// Means 3 and 6, variances 2.5 and 10, five samples each: -3 / sqrt(0.5 + 2).
#[test]
fn t_of_small_samples() {
    let found = t(&samples(
        &[1.0, 2.0, 3.0, 4.0, 5.0],
        &[2.0, 4.0, 6.0, 8.0, 10.0],
    ));
    assert!((found + 1.897_366_596).abs() < 1e-9, "{found}");
}

/// Means 2 and 5, variances 1 and 20 / 3, three and four samples: -3 / sqrt(1 / 3 + 5 / 3).
#[test]
fn t_of_samples_of_unequal_number() {
    let found = t(&samples(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0, 8.0]));
    assert!((found + 2.121_320_344).abs() < 1e-9, "{found}");
}

#[test]
fn cropping_shows_what_slow_samples_hide() {
    let spread = |start: u32| (0..1000).map(move |number| f64::from(start + number % 10));
    let slow = (0..100).map(|number| 1e6 * f64::from(1 + number % 7));
    let left: Vec<f64> = spread(101).chain(slow.clone()).collect();
    let right: Vec<f64> = spread(100).chain(slow).collect();
    let samples = samples(&left, &right);
    assert!(t(&samples).abs() < 1.0);
    assert!(max_t(&samples) > 4.5);
}

#[test]
fn equal_classes_give_none() {
    assert_eq!(max_t(&samples(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0])), 0.0);
}
