//! What is allocated for a delivery.

use allocation_counter::measure;
use twilio_verify_webhooks::{AccountKeys, AuthToken, Buffer};
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture};
use verify_webhooks_benches::receiver::{account_receiver, delivery, post, receiver};
use verify_webhooks_benches::{refused, worst};

const LARGEST_ON_STACK: usize = 8 * 1024;

/// How many times memory is taken from the heap, a growing buffer included.
fn allocations(work: impl FnOnce()) -> u64 {
    measure(work).count_total
}

/// A delivery whose body has exactly so many bytes.
fn of_size(bytes: usize) -> Fixture {
    let make = |filler: usize| {
        let mut parameters = fixtures::v2_factor().parameters;
        let metadata = format!(r#"{{"os":"{}"}}"#, "a".repeat(filler));
        parameters.last_mut().unwrap().1 = metadata;
        Fixture::new("filled", parameters)
    };
    let fixture = make(bytes - make(0).body.len());
    assert_eq!(fixture.body.len(), bytes);
    fixture
}

fn up_to_the_largest() -> impl Iterator<Item = Fixture> {
    let filled = [512, 1024, 1025, 2048, 2049, 4096, 6144, LARGEST_ON_STACK].map(of_size);
    fixtures::all().into_iter().chain(filled)
}

#[test]
fn verify_allocates_nothing() {
    let receiver = receiver();
    for fixture in up_to_the_largest() {
        let delivery = delivery(&fixture);
        let count = allocations(|| assert!(receiver.verify(&delivery).is_ok()));
        assert_eq!(count, 0, "{}, {} bytes", fixture.name, fixture.body.len());
    }
}

#[test]
fn a_reused_buffer_allocates_nothing() {
    let receiver = receiver();
    let mut buffer = Buffer::new();
    let largest = of_size(64 * 1024);
    receiver
        .receive_in(&delivery(&largest), &mut buffer)
        .unwrap();
    for fixture in up_to_the_largest().chain([largest]) {
        let delivery = delivery(&fixture);
        let count = allocations(|| {
            receiver.verify_in(&delivery, &mut buffer).unwrap();
            receiver.receive_in(&delivery, &mut buffer).unwrap();
        });
        assert_eq!(count, 0, "{}, {} bytes", fixture.name, fixture.body.len());
    }
}

#[test]
fn a_new_buffer_allocates_at_most_once() {
    let receiver = receiver();
    for fixture in up_to_the_largest().chain([of_size(64 * 1024)]) {
        let delivery = delivery(&fixture);
        let count = allocations(|| {
            let mut buffer = Buffer::new();
            receiver.receive_in(&delivery, &mut buffer).unwrap();
        });
        assert!(count <= 1, "{}: {count}", fixture.name);
    }
}

#[test]
fn an_owned_event_allocates_once_for_each_text() {
    // uuid and entity_identity; in version 2 factor_friendly_name and each JSON object too.
    let texts = [2, 4, 7, 7, 7];
    let receiver = receiver();
    for (fixture, texts) in fixtures::all().into_iter().zip(texts) {
        let delivery = delivery(&fixture);
        let count = allocations(|| drop(receiver.receive(&delivery).unwrap()));
        assert!(count <= texts, "{}: {count}", fixture.name);
    }
}

#[test]
fn unknown_parameters_of_an_owned_event_take_two_more() {
    let receiver = receiver();
    for names in [
        &["status"][..],
        &["session_code", "shard", "site", "status", "timestamp"],
    ] {
        let mut parameters = fixtures::v2_factor().parameters;
        parameters.extend(names.iter().map(|name| (*name, "1".to_owned())));
        let fixture = Fixture::new("unknown", parameters);
        let delivery = delivery(&fixture);
        let count = allocations(|| drop(receiver.receive(&delivery).unwrap()));
        assert!(count <= 4 + 2, "{names:?}: {count}");
    }
}

#[test]
fn a_refusal_allocates_nothing() {
    let receiver = receiver();
    let mut buffer = Buffer::new();
    receiver
        .receive_in(&delivery(&of_size(100 * 1024)), &mut buffer)
        .unwrap();
    for refused in refused::all(&fixtures::v2_challenge()) {
        let (name, delivery) = (refused.name, refused.delivery());
        let verify = allocations(|| assert!(receiver.verify(&delivery).is_err()));
        let receive = allocations(|| assert!(receiver.receive(&delivery).is_err()));
        let receive_in =
            allocations(|| assert!(receiver.receive_in(&delivery, &mut buffer).is_err()));
        assert_eq!([verify, receive, receive_in], [0, 0, 0], "{name}");
    }
}

#[test]
fn what_is_not_signed_allocates_nothing() {
    let accounts = account_receiver();
    let keys = [("AC4f2a91c07be35d68a1f09c3d7e5b2846", AUTH_TOKEN)].map(|(sid, token)| {
        AccountKeys::new(sid.parse().unwrap(), [AuthToken::new(token).unwrap()]).unwrap()
    });
    let receiver = receiver();
    let bodies = [1, 4, 7, 32, 64, 127].into_iter().flat_map(|kibibytes| {
        let worst = worst::all(kibibytes * 1024);
        worst.into_iter().map(|worst| (worst.name, worst.body))
    });
    let mut rng = fastrand::Rng::with_seed(1);
    let pieces = [
        "a=", "b", "type=", "&", "=", "+", "%41", "%4", "%C3%A9", "%C3", "é",
    ];
    let random = (1..2000).map(|count| {
        let body = (0..count).map(|_| pieces[rng.usize(..pieces.len())]);
        ("random", body.collect())
    });
    for (name, body) in bodies.chain(random) {
        let delivery = post(&body, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let verify = allocations(|| assert!(receiver.verify(&delivery).is_err()));
        let receive = allocations(|| assert!(receiver.receive(&delivery).is_err()));
        let of_account = allocations(|| {
            let received = accounts.receive(&delivery, |_| keys.first());
            assert!(received.is_err());
        });
        let receive_in = allocations(|| {
            let mut buffer = Buffer::new();
            assert!(receiver.receive_in(&delivery, &mut buffer).is_err());
        });
        let buffer = u64::from(body.len() <= LARGEST_ON_STACK);
        let length = body.len();
        assert_eq!(
            [verify, receive, of_account],
            [0, 0, 0],
            "{name}, {length} bytes"
        );
        assert!(receive_in <= buffer, "{name}, {length} bytes");
    }
}
