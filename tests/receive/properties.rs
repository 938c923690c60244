//! What holds for every delivery.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::*;

use crate::one_reading::readings;
use crate::support::*;

/// Text that people write, with the names of parameters and pieces of events among it.
fn text(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 '.,!?_-]{1,8}",
        2 => "\\PC{1,4}",
        1 => select(&verify_webhooks_reference::interpretations::DOCUMENTED[..]).prop_map(str::to_owned),
        1 => select(&[
            "typechallenge.approveduuid", CHALLENGE, FACTOR, SERVICE, "some_name", "factor_lang", "v_2", "{}", "\"}",
        ][..])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..5)
        .prop_map(move |pieces| pieces.concat().chars().take(most).collect())
}

fn sid(prefix: &'static str) -> impl Strategy<Value = String> {
    "[0-9a-f]{32}".prop_map(move |digits| format!("{prefix}{digits}"))
}

fn strings() -> impl Strategy<Value = String> {
    prop::collection::btree_map(text(24), text(40), 0..3)
        .prop_map(|map| serde_json::to_string(&map).unwrap())
}

fn details() -> impl Strategy<Value = String> {
    let fields = prop::collection::vec((text(36), text(60)), 0..3);
    (text(80), fields).prop_map(|(message, fields)| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(label, value)| serde_json::json!({ "label": label, "value": value }))
            .collect();
        serde_json::json!({ "message": message, "fields": fields }).to_string()
    })
}

/// Parameters of a documented event, version 1 or 2, in any order. Free texts may make it one that is refused.
fn event() -> impl Strategy<Value = Pairs> {
    let identity = prop_oneof![
        "[0-9a-f]{32}",
        "[a-z]{3,9}-[0-9]{4,8}",
        "[A-Za-z0-9-]{8,64}"
    ];
    let uuid = prop_oneof![
        4 => "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        1 => text(64),
    ];
    let event_type = select(
        &[
            "factor.created",
            "factor.verified",
            "factor.deleted",
            "challenge.approved",
            "challenge.denied",
        ][..],
    );
    let ids = (sid("AC"), sid("VA"), sid("YF"), sid("YC"), identity, uuid);
    let texts = (
        text(64),
        details(),
        prop::option::of(strings()),
        prop::option::of(strings()),
    );
    (
        event_type,
        any::<bool>(),
        ids,
        texts,
        prop::option::of(strings()),
    )
        .prop_map(|(event_type, is_v2, ids, texts, factor_metadata)| {
            let (account_sid, service_sid, factor_sid, challenge_sid, identity, uuid) = ids;
            let (friendly_name, details, hidden_details, metadata) = texts;
            let mut pairs = vec![
                ("uuid", uuid),
                ("type", event_type.to_owned()),
                ("account_sid", account_sid),
                ("service_sid", service_sid),
                ("entity_identity", identity),
                ("factor_sid", factor_sid),
            ];
            let is_challenge = event_type.starts_with("challenge");
            pairs.extend(is_challenge.then_some(("challenge_sid", challenge_sid)));
            if is_v2 {
                pairs.push(("factor_type", "push".to_owned()));
                pairs.push(("factor_friendly_name", friendly_name));
                pairs.extend(factor_metadata.map(|json| ("factor_metadata", json)));
            }
            if is_v2 && is_challenge {
                pairs.push(("challenge_details", details));
                pairs.extend(hidden_details.map(|json| ("challenge_hidden_details", json)));
                pairs.extend(metadata.map(|json| ("challenge_metadata", json)));
            }
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Pairs>()
        })
        .prop_shuffle()
}

/// An event that is accepted.
pub(crate) fn accepted_event() -> impl Strategy<Value = Pairs> {
    event().prop_filter("free texts that could be cut", |pairs| {
        receiver()
            .receive(&Request::signed(pairs).delivery())
            .is_ok()
    })
}

pub(crate) fn url() -> impl Strategy<Value = String> {
    (
        select(&["https://", "http://", "HTTPS://"][..]),
        select(&["", "user:pa%40ss@", "user@"][..]),
        select(
            &[
                "example.com",
                "Example.COM",
                "192.0.2.7",
                "[2001:db8::1]",
                "bücher.example",
            ][..],
        ),
        select(&["", ":443", ":80", ":8443", ":"][..]),
        select(&["", "/", "/a//b/../c", "/España", "/a%2Fb", "/a b"][..]),
        select(&["", "?", "?a=%3A&b=+'", "?q=ñ"][..]),
        select(&["", "#rc=2&rp=all"][..]),
    )
        .prop_map(|(scheme, user, host, port, path, query, fragment)| {
            format!("{scheme}{user}{host}{port}{path}{query}{fragment}")
        })
}

pub(crate) fn key() -> impl Strategy<Value = Key> {
    let algorithm = select(&[Algorithm::HmacSha1, Algorithm::HmacSha256][..]);
    // Neither quoted nor a SID.
    ("[!-~]{0,80}_", prop::option::of(algorithm)).prop_map(|(secret, algorithm)| match algorithm {
        None => AuthToken::new(&secret).unwrap().into(),
        Some(algorithm) => SharedKey::new("key_1", &secret, algorithm).unwrap().into(),
    })
}

/// Signs as a given key does, settings header included.
pub(crate) fn signed(key: &Key, url: &str, pairs: &Pairs) -> Request {
    let request = Request::signed(pairs).replace(SIGNATURE_HEADER, &key.sign(url, pairs.clone()));
    match key {
        Key::SharedKey(key) => request.header(SIGNATURE_SETTINGS_HEADER, &key.settings()),
        _ => request,
    }
}

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn what_is_signed_is_received(pairs in accepted_event(), url in url(), key in key(), form in any::<Index>()) {
        let receiver = Receiver::builder(&*url).key(key.clone()).build().unwrap();
        let forms = SignedUrl::new(&url).unwrap();
        let form = form.index(forms.variants().len());
        let request = signed(&key, forms.variants().nth(form).unwrap(), &pairs);
        let event = receive(&receiver, &request).unwrap();
        let mut sorted = pairs;
        sorted.sort();
        let parameters: Pairs = event.parameters().map(|(name, value)| (name.into(), value.into())).collect();
        prop_assert_eq!(&parameters, &sorted);
        let json = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(serde_json::from_str::<Event<'_>>(&json).unwrap(), event);
    }

    #[test]
    fn the_serde_form_is_read_back_equal(
        pairs in accepted_event(),
        event_type in prop::option::of(select(&["challenge.expired", "factor.renamed", "entity.created"][..])),
        added in prop::collection::btree_map("(region|zone|webhook)_[a-z]{3,6}", text(40), 0..3),
    ) {
        let pairs = event_type.map_or(pairs.clone(), |event_type| with(pairs, "type", event_type));
        let pairs = added.iter().fold(pairs, |pairs, (name, value)| with(pairs, name, value));
        let Ok(event) = receive(&receiver(), &Request::signed(&pairs)) else {
            return Ok(());
        };
        let json = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Event<'_>>(&json).unwrap(), &event);
        let value = serde_json::to_value(&event).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Event<'_>>(value).unwrap(), &event);
        let form = serde_urlencoded::to_string(&event).unwrap();
        prop_assert_eq!(&serde_urlencoded::from_str::<Event<'_>>(&form).unwrap(), &event);
        prop_assert_eq!(&event.clone().into_owned(), &event);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(
        method in select(&["GET", "POST", "PUT"][..]),
        target in prop::option::of("\\PC{0,40}"),
        headers in prop::collection::vec((select(&[
            "content-type", "content-encoding", "x-twilio-signature", "x-twilio-webhooks-signature-settings",
        ][..]), prop::collection::vec(any::<u8>(), 0..40)), 0..5),
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_slice()));
        let mut delivery = Delivery::new(method, &body).headers(headers);
        if let Some(target) = &target {
            delivery = delivery.target(target);
        }
        for builder in [Receiver::builder(URL), Receiver::builder_for_origin("https://example.com")] {
            let receiver = builder.auth_token(token()).accept_get().build().unwrap();
            prop_assert!(receiver.receive(&delivery).is_err());
        }
    }

    #[test]
    fn no_signed_form_makes_it_panic(body in "([a-z_]{0,9}|[=&%+_.{}\"é]|%[0-9A-F]{2}|type|uuid|account_sid){0,30}") {
        let body = body.as_bytes();
        let pairs = serde_urlencoded::from_bytes::<Pairs>(body).unwrap_or_default();
        let request = Request::post(body).header(SIGNATURE_HEADER, &token().sign(URL, pairs));
        let _ = receive(&receiver(), &request);
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn every_other_cut_of_what_is_signed_is_refused(mut pairs in accepted_event()) {
        pairs.sort();
        prop_assert_eq!(readings(&receiver(), &pairs, 1), BTreeSet::from([pairs]));
    }

    /// Even where the event itself is refused, its signature is good for no other.
    #[test]
    fn a_refused_event_has_at_most_one_reading(pairs in event()) {
        prop_assert!(readings(&receiver(), &pairs, 0).len() <= 1);
    }
}
