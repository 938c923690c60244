//! Batches of Event Streams, beside what no verification can do without: the SHA-256 of the body and an HMAC.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sha2::{Digest as _, Sha256};
use verify_webhooks_benches::batches::{self, Batch};
use verify_webhooks_benches::fixtures::AUTH_TOKEN;
use verify_webhooks_benches::floor::KeptHmac;

fn batches(criterion: &mut Criterion) {
    for count in [1, 10, 100, 900] {
        let batch = batches::approvals(count);
        let Batch {
            body,
            string_to_sign,
            ..
        } = &batch;
        let mut group = criterion.benchmark_group(format!("{count} approvals"));
        group.throughput(Throughput::ElementsAndBytes {
            elements: count as u64,
            bytes: body.len() as u64,
        });
        let kept = KeptHmac::new(AUTH_TOKEN);
        group.bench_function("floor: SHA-256 and HMAC", |b| {
            b.iter(|| {
                (
                    Sha256::digest(black_box(body)),
                    kept.tag(black_box(string_to_sign)),
                )
            });
        });
        let receiver = batches::receiver();
        group.bench_function("verify", |b| {
            b.iter(|| {
                receiver
                    .verify(&black_box(&batch).delivery())
                    .unwrap()
                    .position
            });
        });
        group.bench_function("receive", |b| {
            b.iter(|| receiver.receive(&black_box(&batch).delivery()).unwrap());
        });
        group.bench_function("serde_json::Value alone", |b| {
            b.iter(|| serde_json::from_str::<serde_json::Value>(black_box(body)).unwrap());
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50);
    targets = batches
}
criterion_main!(benches);
