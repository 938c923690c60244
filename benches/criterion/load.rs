//! Bodies that ask most, at several sizes, and several threads at once.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::receiver::{delivery, post, receiver};
use verify_webhooks_benches::{fixtures, worst};

/// Bytes per second stay the same from one size to the next where time grows with size alone.
fn worst_cases(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("worst");
    let receiver = receiver();
    let mut buffer = Buffer::new();
    for kibibytes in [1, 8, 32, 127] {
        for worst in worst::all(kibibytes * 1024) {
            group.throughput(Throughput::Bytes(worst.body.len() as u64));
            let id = BenchmarkId::new(worst.name, format!("{kibibytes} KiB"));
            group.bench_function(id, |b| {
                b.iter(|| {
                    let delivery = post(black_box(&worst.body), &worst.signature);
                    receiver.receive_in(&delivery, &mut buffer).is_ok()
                });
            });
        }
    }
    group.finish();
}

fn threads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("threads");
    let fixture = fixtures::v2_challenge();
    let receiver = receiver();
    for threads in [1_u64, 2, 4] {
        group.throughput(Throughput::Elements(threads));
        group.bench_function(threads.to_string(), |b| {
            b.iter_custom(|times| {
                let start = Instant::now();
                std::thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| {
                            let mut buffer = Buffer::new();
                            for _ in 0..times {
                                let delivery = delivery(black_box(&fixture));
                                let received = receiver.receive_in(&delivery, &mut buffer);
                                black_box(&received.unwrap().event);
                            }
                        });
                    }
                });
                start.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30);
    targets = worst_cases, threads
}
criterion_main!(benches);
