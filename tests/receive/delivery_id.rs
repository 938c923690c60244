//! What to deduplicate on.

use std::collections::{BTreeSet, HashSet};

use twilio_verify_webhooks::*;

use crate::support::*;

const OTHER_ACCOUNT: &str = "ACffffffffffffffffffffffffffffffff";

fn id(account_sid: &str, uuid: &str) -> DeliveryId {
    format!("{account_sid}/{uuid}").parse().unwrap()
}

#[track_caller]
fn assert_refused(text: &str, expected: DeliveryIdError) {
    assert_eq!(text.parse::<DeliveryId>(), Err(expected));
    let json = serde_json::to_string(text).unwrap();
    let error = serde_json::from_str::<DeliveryId>(&json).unwrap_err();
    assert!(
        error.to_string().starts_with(&expected.to_string()),
        "{error}"
    );
}

#[test]
fn it_is_the_account_and_the_uuid_of_every_kind_of_event() {
    let other = with(v2_challenge(), "type", "challenge.expired");
    for pairs in [v1_factor(), v1_challenge(), v2_factor(), other] {
        let delivery_id = accepted(&pairs).delivery_id();
        assert_eq!(delivery_id.account_sid(), ACCOUNT);
        assert_eq!(delivery_id.uuid(), UUID);
        assert_eq!(delivery_id.to_string(), format!("{ACCOUNT}/{UUID}"));
    }
}

#[test]
fn a_uuid_signed_for_another_account_is_another_delivery() {
    let genuine = accepted(&v1_challenge());
    let foreign = accepted(&with(v1_challenge(), "account_sid", OTHER_ACCOUNT));
    assert_eq!(genuine.uuid(), foreign.uuid());
    assert_ne!(genuine.delivery_id(), foreign.delivery_id());
    let seen = HashSet::from([foreign.delivery_id()]);
    assert!(!seen.contains(&genuine.delivery_id()));
}

#[test]
fn its_text_is_read_back_whatever_the_uuid_holds() {
    for uuid in [UUID, "1", "a/b", "/", "ÿ é", "a unique identifier"] {
        let text = format!("{ACCOUNT}/{uuid}");
        let delivery_id = id(ACCOUNT, uuid);
        assert_eq!(delivery_id.to_string(), text);
        let json = serde_json::to_string(&delivery_id).unwrap();
        assert_eq!(json, serde_json::to_string(&text).unwrap());
        assert_eq!(
            serde_json::from_str::<DeliveryId>(&json).unwrap(),
            delivery_id
        );
        let value = serde_json::to_value(&delivery_id).unwrap();
        assert_eq!(
            serde_json::from_value::<DeliveryId>(value).unwrap(),
            delivery_id
        );
    }
}

#[test]
fn its_order_is_that_of_its_texts() {
    let ids = [
        id(OTHER_ACCOUNT, "1"),
        id(ACCOUNT, "2"),
        id(ACCOUNT, "10"),
        id(ACCOUNT, "é"),
        id(ACCOUNT, "1/"),
    ];
    let ordered: Vec<String> = BTreeSet::from(ids.clone())
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    assert_eq!(ordered, texts);
}

#[test]
fn a_text_that_names_no_delivery_is_refused() {
    use DeliveryIdError::*;
    let short = SidError::Length {
        prefix: "AC",
        found: 33,
    };
    let prefix = SidError::Prefix { prefix: "AC" };
    let character = SidError::Character {
        prefix: "AC",
        position: 33,
    };
    assert_refused("", NoSlash);
    assert_refused(UUID, NoSlash);
    assert_refused(ACCOUNT, NoSlash);
    assert_refused(&format!("{}/{UUID}", &ACCOUNT[..33]), Account(short));
    assert_refused(&format!("{SERVICE}/{UUID}"), Account(prefix));
    assert_refused(&format!("{}-/{UUID}", &ACCOUNT[..33]), Account(character));
    assert_refused(&format!("{ACCOUNT}/"), UuidLength { found: 0 });
    let long = "é".repeat(65);
    assert_refused(&format!("{ACCOUNT}/{long}"), UuidLength { found: 65 });
    assert_refused(&format!("{ACCOUNT}/a\nb"), UuidCharacter { position: 1 });
    assert!(serde_json::from_str::<DeliveryId>("1").is_err());
}

#[test]
fn the_longest_uuid_of_a_delivery_is_one_of_an_id() {
    let longest = "é".repeat(64);
    let event = accepted(&with(v1_factor(), "uuid", &longest));
    assert_eq!(event.delivery_id(), id(ACCOUNT, &longest));
}
