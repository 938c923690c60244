//! Prints whether the time to refuse a wrong tag tells where it differs from the right one: Welch's t for pairs of
//! classes of tags, and the same with a comparison that stops at the first difference.
//!
//! `comparison [MEASUREMENTS]` measures each pair so many times.

use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::{Algorithm, Delivery, Key, Receiver, SharedKey};
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture, URL};
use verify_webhooks_benches::receiver::FORM;
use verify_webhooks_benches::welch::{self, Class};

const MEASUREMENTS: usize = 500_000;
/// So many inputs are made before their measurements, which leaves the making out of these.
const BATCH: usize = 10_000;

/// Which bytes of a tag of so many are wrong.
type Wrong = fn(usize) -> Range<usize>;

const FIRST: Wrong = |_| 0..1;
const LAST: Wrong = |len| len - 1..len;
const ALL: Wrong = |len| 0..len;
const ALL_BUT_FIRST: Wrong = |len| 1..len;
const SECOND_HALF: Wrong = |len| len / 2..len;

/// Left and right class. The first pair differs in nothing and shows what chance does.
const PAIRS: [(&str, Wrong, Wrong); 5] = [
    ("all, all", ALL, ALL),
    ("first, last", FIRST, LAST),
    ("first, all", FIRST, ALL),
    ("all but the first, all", ALL_BUT_FIRST, ALL),
    ("second half, all", SECOND_HALF, ALL),
];

fn main() {
    let measurements = match std::env::args().nth(1) {
        Some(number) => number.parse().expect("a number of measurements"),
        None => MEASUREMENTS,
    };
    let fixture = fixtures::v1_factor();
    let [sha1, sha256] = [Algorithm::HmacSha1, Algorithm::HmacSha256]
        .map(|algorithm| SharedKey::new("CR0", AUTH_TOKEN, algorithm).unwrap());
    let subjects = [
        receiver("`Receiver::verify`, HMAC-SHA1", &sha1, &fixture),
        receiver("`Receiver::verify`, HMAC-SHA256", &sha256, &fixture),
        layer("`signature::verify`, HMAC-SHA1", &sha1, &fixture),
        layer("`signature::verify`, HMAC-SHA256", &sha256, &fixture),
        control::<Hmac<Sha1>>("control, HMAC-SHA1", &fixture),
        control::<Hmac<Sha256>>("control, HMAC-SHA256", &fixture),
    ];

    println!("Welch's t of {measurements} refusals, by the bytes of the tag that are wrong\n");
    println!("| | {} |", PAIRS.map(|pair| pair.0).join(" | "));
    println!("|---|{}", "---:|".repeat(PAIRS.len()));
    let mut rng = Rng::with_seed(0);
    for subject in &subjects {
        let cells = PAIRS.map(|(_, left, right)| {
            let samples = subject.measure(left, right, measurements, &mut rng);
            format!("{:.1}", welch::max_t(&samples))
        });
        println!("| {} | {} |", subject.name, cells.join(" | "));
    }
}

struct Subject<'s> {
    name: &'static str,
    tag: Vec<u8>,
    accepts: Box<dyn Fn(&str) -> bool + 's>,
}

impl<'s> Subject<'s> {
    fn new(name: &'static str, signature: &str, accepts: impl Fn(&str) -> bool + 's) -> Self {
        assert!(accepts(signature));
        Self {
            name,
            tag: STANDARD.decode(signature).unwrap(),
            accepts: Box::new(accepts),
        }
    }

    /// Times refusals of tags of both classes in random order, in nanoseconds.
    fn measure(
        &self,
        left: Wrong,
        right: Wrong,
        measurements: usize,
        rng: &mut Rng,
    ) -> Vec<(Class, f64)> {
        let mut samples = Vec::with_capacity(measurements);
        // All tags are read from the same place in memory.
        let mut signature = String::with_capacity(64);
        while samples.len() < measurements {
            let inputs: Vec<(Class, String)> = (0..BATCH.min(measurements - samples.len()))
                .map(|_| match rng.bool() {
                    true => (Class::Left, self.spoilt(left, rng)),
                    false => (Class::Right, self.spoilt(right, rng)),
                })
                .collect();
            for (class, input) in &inputs {
                signature.clear();
                signature.push_str(input);
                let start = Instant::now();
                let accepted = black_box((self.accepts)(black_box(&signature)));
                let taken = start.elapsed();
                assert!(!accepted);
                samples.push((*class, taken.as_nanos() as f64));
            }
        }
        samples
    }

    fn spoilt(&self, wrong: Wrong, rng: &mut Rng) -> String {
        let mut tag = self.tag.clone();
        for byte in &mut tag[wrong(self.tag.len())] {
            *byte ^= rng.u8(1..);
        }
        STANDARD.encode(tag)
    }
}

fn receiver<'s>(name: &'static str, key: &SharedKey, fixture: &'s Fixture) -> Subject<'s> {
    let receiver = Receiver::builder(URL)
        .shared_key(key.clone())
        .build()
        .unwrap();
    let settings = key.settings();
    let signature = key.sign(URL, fixture.parameters.clone());
    Subject::new(name, &signature, move |signature| {
        let delivery = Delivery::new("POST", fixture.body.as_bytes())
            .content_type(FORM)
            .signature(signature)
            .signature_settings(&settings);
        receiver.verify(&delivery).is_ok()
    })
}

fn layer<'s>(name: &'static str, key: &SharedKey, fixture: &'s Fixture) -> Subject<'s> {
    let key = Key::from(key.clone());
    let url = SignedUrl::new(URL).unwrap();
    let signature = key.sign(URL, fixture.parameters.clone());
    Subject::new(name, &signature, move |signature| {
        let parameters = fixture.parameters.iter().map(|(name, value)| (name, value));
        signature::verify(&key, &url, parameters, signature.as_bytes()).is_ok()
    })
}

/// Compares byte by byte and stops at the first that differs, which is what must not be.
fn control<'s, M: KeyInit + Mac + Clone + 's>(
    name: &'static str,
    fixture: &'s Fixture,
) -> Subject<'s> {
    let keyed = <M as KeyInit>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap();
    let tag = move || {
        let mac = keyed.clone().chain_update(&fixture.string_to_sign);
        mac.finalize().into_bytes()
    };
    let signature = STANDARD.encode(tag());
    Subject::new(name, &signature, move |signature| {
        let received = STANDARD.decode(signature).unwrap();
        received.len() == M::output_size()
            && received.iter().zip(tag()).all(|(one, other)| *one == other)
    })
}
