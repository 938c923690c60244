//! What is allocated for a batch.

use allocation_counter::measure;
use verify_webhooks_benches::batches::{self, Batch};

/// The most bytes that are on the heap at once.
fn peak(batch: &Batch) -> u64 {
    let receiver = batches::receiver();
    let delivery = batch.delivery();
    measure(|| drop(receiver.receive(&delivery))).bytes_max
}

#[test]
fn the_heap_is_linear_in_the_size_of_a_batch() {
    let sizes = [16, 32, 64, 128].map(|kibibytes| batches::all(kibibytes * 1024));
    for row in 0..sizes[0].len() {
        let [small, .., large] = sizes.each_ref().map(|batches| &batches[row]);
        let growth = large.body.len() as f64 / small.body.len() as f64;
        let (less, more) = (peak(small), peak(large));
        // A vector that grows has room for up to twice of what is in it.
        assert!(
            more as f64 <= 2.0 * growth * less as f64 + 4096.0,
            "{}: {less}, {more}",
            small.name
        );
    }
}

#[test]
fn the_heap_is_a_few_times_a_genuine_batch() {
    for count in [1, 10, 100, 900] {
        let batch = batches::approvals(count);
        let times = peak(&batch) as f64 / batch.body.len() as f64;
        assert!(times < 6.0, "{count}: {times}");
    }
}

#[test]
fn the_heap_is_bounded_whatever_is_signed() {
    for batch in batches::all(128 * 1024) {
        let times = peak(&batch) as f64 / batch.body.len() as f64;
        // An element of two bytes takes as much room as any other.
        let most = if batch.name == "numbers" || batch.name == "empty objects" {
            400.0
        } else {
            40.0
        };
        assert!(times < most, "{}: {times}", batch.name);
    }
}

#[test]
fn a_stranger_has_little_memory_taken() {
    for batch in batches::all(128 * 1024) {
        let receiver = batches::receiver();
        let forged = batch.delivery().signature("x");
        let forged = [
            forged,
            twilio_verify_webhooks::Delivery::new("POST", batch.body.as_bytes())
                .signature("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ];
        for forged in forged {
            let taken = measure(|| assert!(receiver.receive(&forged).is_err())).bytes_max;
            assert!(taken <= 512, "{}: {taken}", batch.name);
        }
    }
}
