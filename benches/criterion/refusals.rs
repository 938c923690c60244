//! What refusals cost, and what each further key and form of the URL adds.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use twilio_verify_webhooks::{AuthToken, Key, Receiver};
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN};
use verify_webhooks_benches::keys::{self, Signer, URLS};
use verify_webhooks_benches::receiver::{delivery, post, receiver};
use verify_webhooks_benches::refused;

fn refusals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refusals");
    group.throughput(Throughput::Elements(1));
    let fixture = fixtures::v2_challenge();
    let receiver = receiver();
    group.bench_function("accepted", |b| {
        b.iter(|| receiver.verify(&delivery(black_box(&fixture))).is_ok());
    });
    for refused in refused::all(&fixture) {
        group.bench_function(refused.name, |b| {
            b.iter(|| receiver.verify(&black_box(&refused).delivery()).is_err());
        });
    }
    group.finish();
}

fn key_counts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keys");
    group.throughput(Throughput::Elements(1));
    let fixture = fixtures::v2_challenge();
    for count in [1, 2, 4, 8] {
        for signer in [Signer::First, Signer::Last, Signer::Absent] {
            let receiver = keys::receiver(count, signer);
            let id = BenchmarkId::new(format!("{signer:?}"), count);
            group.bench_function(id, |b| {
                b.iter(|| receiver.verify(&delivery(black_box(&fixture))).is_ok());
            });
        }
    }
    group.finish();
}

fn url_variants(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("URL");
    group.throughput(Throughput::Elements(1));
    let fixture = fixtures::v2_challenge();
    let key = Key::from(AuthToken::new(AUTH_TOKEN).unwrap());
    for (name, url) in URLS {
        let receiver = Receiver::builder(url).key(key.clone()).build().unwrap();
        let signature = key.sign(url, fixture.parameters.clone());
        let accepted = post(&fixture.body, &signature);
        group.bench_function(BenchmarkId::new("accepted", name), |b| {
            b.iter(|| receiver.verify(black_box(&accepted)).unwrap().position);
        });
        let refused = post(&fixture.body, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        group.bench_function(BenchmarkId::new("refused", name), |b| {
            b.iter(|| receiver.verify(black_box(&refused)).unwrap_err().status());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50);
    targets = refusals, key_counts, url_variants
}
criterion_main!(benches);
