//! Each delivery through each step, beside its floor and other ways to validate it.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;
use twilio_verify_webhooks::{Buffer, Event};
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture, URL};
use verify_webhooks_benches::floor::{self, KeptHmac};
use verify_webhooks_benches::receiver::{account_receiver, delivery, receiver};
use verify_webhooks_benches::tidy::Validator;
use verify_webhooks_benches::{naive, webhook_verify};

fn validation(criterion: &mut Criterion) {
    for fixture in fixtures::all() {
        let mut group = criterion.benchmark_group(fixture.name);
        group.throughput(Throughput::ElementsAndBytes {
            elements: 1,
            bytes: fixture.body.len() as u64,
        });
        floor(&mut group, &fixture);
        steps(&mut group, &fixture);
        json(&mut group, &fixture);
        others(&mut group, &fixture);
        group.finish();
    }
}

fn floor(group: &mut BenchmarkGroup<'_, WallTime>, fixture: &Fixture) {
    let text = &fixture.string_to_sign;
    let kept = KeptHmac::new(AUTH_TOKEN);
    group.bench_function("floor/R: HMAC, keyed state kept", |b| {
        b.iter(|| kept.tag(black_box(text)));
    });
    group.bench_function("floor/HMAC, keyed afresh", |b| {
        b.iter(|| floor::keyed_afresh(AUTH_TOKEN, black_box(text)));
    });
    group.bench_function("floor/SHA-1 without a key", |b| {
        b.iter(|| floor::compressions(black_box(text)));
    });
}

fn steps(group: &mut BenchmarkGroup<'_, WallTime>, fixture: &Fixture) {
    let receiver = receiver();
    let accounts = account_receiver();
    let mut buffer = Buffer::new();
    group.bench_function("decode and order", |b| {
        b.iter(|| {
            let unverified = accounts.open(&delivery(black_box(fixture)), &mut buffer);
            unverified.unwrap().params().len()
        });
    });
    group.bench_function("verify", |b| {
        b.iter(|| {
            receiver
                .verify(&delivery(black_box(fixture)))
                .unwrap()
                .position
        });
    });
    group.bench_function("receive/buffer reused", |b| {
        b.iter(|| {
            let received = receiver.receive_in(&delivery(black_box(fixture)), &mut buffer);
            black_box(&received.unwrap().event);
        });
    });
    group.bench_function("receive/buffer new", |b| {
        b.iter(|| {
            let mut buffer = Buffer::new();
            let received = receiver.receive_in(&delivery(black_box(fixture)), &mut buffer);
            black_box(&received.unwrap().event);
        });
    });
    group.bench_function("receive/owned", |b| {
        b.iter(|| receiver.receive(&delivery(black_box(fixture))).unwrap());
    });
}

fn json(group: &mut BenchmarkGroup<'_, WallTime>, fixture: &Fixture) {
    let received = receiver().receive(&delivery(fixture)).unwrap();
    let Event::Challenge(event) = &received.event else {
        return;
    };
    group.bench_function("JSON/details", |b| {
        b.iter(|| black_box(event).details().unwrap());
    });
    group.bench_function("JSON/maps", |b| {
        b.iter(|| {
            let event = black_box(event);
            let maps = [
                &event.challenge_hidden_details,
                &event.challenge_metadata,
                &event.factor_metadata,
            ];
            maps.map(|json| json.as_ref().map(|json| json.strings().unwrap()))
        });
    });
    group.bench_function("JSON/details into serde_json::Value", |b| {
        let details = event.challenge_details.as_ref().unwrap();
        b.iter(|| black_box(details).decode::<Value>().unwrap());
    });
}

fn others(group: &mut BenchmarkGroup<'_, WallTime>, fixture: &Fixture) {
    let Fixture {
        body, signature, ..
    } = fixture;
    group.bench_function("others/naive, validate", |b| {
        b.iter(|| naive::validate(AUTH_TOKEN, URL, black_box(body), signature));
    });
    group.bench_function("others/naive, struct and JSON", |b| {
        b.iter(|| naive::receive(AUTH_TOKEN, URL, black_box(body), signature));
    });
    let tidy = Validator::new(AUTH_TOKEN, URL);
    group.bench_function("others/tidy, validate", |b| {
        b.iter(|| tidy.validate(black_box(body), signature));
    });
    group.bench_function("others/tidy, struct and JSON", |b| {
        b.iter(|| tidy.receive(black_box(body), signature));
    });
    let secret = webhook_verify::secret();
    group.bench_function("others/webhook-verify, validate", |b| {
        b.iter(|| webhook_verify::validate(&secret, URL, black_box(body), signature));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50);
    targets = validation
}
criterion_main!(benches);
