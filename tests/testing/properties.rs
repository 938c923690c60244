//! What the kit builds is received, and is what was built.

use proptest::prelude::*;
use proptest::sample::select;

use crate::*;

/// A change to a builder.
#[derive(Debug, Clone)]
enum Change {
    Set(&'static str, String),
    Remove(&'static str),
    V1,
}

fn sid(prefix: &'static str) -> impl Strategy<Value = String> {
    "[0-9a-zA-Z]{32}".prop_map(move |digits| format!("{prefix}{digits}"))
}

fn json() -> impl Strategy<Value = String> {
    prop::collection::btree_map("\\PC{0,12}", "\\PC{0,20}", 0..4)
        .prop_map(|map| serde_json::to_string(&map).unwrap())
}

fn set(
    name: &'static str,
    value: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<Change> {
    value
        .prop_map(move |value| Change::Set(name, value))
        .boxed()
}

fn change() -> impl Strategy<Value = Change> {
    const OPTIONAL: [&str; 3] = [
        "factor_metadata",
        "challenge_hidden_details",
        "challenge_metadata",
    ];
    const UNKNOWN: [&str; 4] = ["region_code", "factor_x_1", "challenge_zone", "session_id"];
    prop_oneof![
        set("uuid", "\\PC{1,64}"),
        set("account_sid", sid("AC")),
        set("service_sid", sid("VA")),
        set("factor_sid", sid("YF")),
        set("challenge_sid", sid("YC")),
        set("entity_identity", "[0-9A-Za-z-]{8,64}"),
        set("factor_type", "[a-z]{1,9}(_[a-z]{1,9})?"),
        set("factor_friendly_name", "\\PC{1,64}"),
        set("factor_metadata", json()),
        set("challenge_details", json()),
        set("challenge_hidden_details", json()),
        set("challenge_metadata", json()),
        (select(&UNKNOWN[..]), "\\PC{0,20}").prop_map(|(name, value)| Change::Set(name, value)),
        select(&OPTIONAL[..]).prop_map(Change::Remove),
        Just(Change::V1),
    ]
}

fn event_type() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => select(&[
            "factor.created", "factor.verified", "factor.deleted", "challenge.approved", "challenge.denied",
        ][..]).prop_map(str::to_owned),
        1 => "[a-z]{3,9}(_[a-z]{3,9})?[.][a-z]{3,9}",
    ]
}

fn url() -> impl Strategy<Value = String> {
    (
        select(&["https://", "http://", "HTTPS://"][..]),
        select(&["", "user:pa%40ss@"][..]),
        select(&["example.com", "Example.COM:8443", "[2001:db8::1]:443"][..]),
        select(&["/", "/a//b", "/a%2Fb/"][..]),
        select(&["", "?", "?a=%3A&b=+'", "?a=1&", "#rc=2&rp=all"][..]),
    )
        .prop_map(|(scheme, user, host, path, rest)| format!("{scheme}{user}{host}{path}{rest}"))
}

fn key() -> impl Strategy<Value = Key> {
    (select(&[0, 1, 2][..])).prop_map(|position| keys()[position].clone())
}

/// Signs an event, hands it over in every way there is, and checks that it comes back.
fn assert_received(event: &EventBuilder, url: &str, key: &Key) {
    let signer = Signer::new(url, key.clone()).unwrap();
    let receiver = Receiver::builder(url)
        .key(key.clone())
        .accept_get()
        .build()
        .unwrap();
    let built = event.build().unwrap();
    for delivery in [
        signer.post(event),
        // In the order of the names: nothing that is free text comes first in a query.
        signer.get(built.parameters()),
        signer.post(built.parameters()),
    ] {
        let received = receiver.receive(&delivery.as_delivery()).unwrap();
        assert_eq!(received.event, built);
        assert_eq!(sorted(received.event.parameters()), sorted(event));
        assert_eq!(received.key.key_id.as_deref(), key.id());
        let request = delivery.into_request().unwrap();
        let from_request = receiver.receive(&Delivery::from_request(&request)).unwrap();
        assert_eq!(from_request, received);
    }
    assert_eq!(sorted(&EventBuilder::from(&built)), sorted(event));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_made_up_is_received(seed: u64, event_type in event_type(), v1: bool, url in url(), key in key()) {
        let event = Device::from_seed(seed).event(event_type);
        let event = if v1 { event.v1() } else { event };
        assert_received(&event, &url, &key);
    }

    #[test]
    fn what_is_set_is_received(
        seed: u64, event_type in event_type(), changes in prop::collection::vec(change(), 1..6), url in url(), key in key(),
    ) {
        let event = Device::from_seed(seed).event(event_type);
        let event = changes.into_iter().fold(event, |event, change| match change {
            Change::Set(name, value) => event.parameter(name, value),
            Change::Remove(name) => event.without(name),
            Change::V1 => event.v1(),
        });
        // Some free texts could be cut, and some parameters do not go together.
        prop_assume!(event.build().is_ok());
        assert_received(&event, &url, &key);
    }
}
