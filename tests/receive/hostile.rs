//! The hostile deliveries of `tests/data/hostile-deliveries.json`, each with the refusal it must meet.

mod case;
#[cfg(feature = "axum")]
mod over_http;

use std::collections::BTreeSet;

use twilio_verify_webhooks::*;

use self::case::{Built, Case};
use crate::support::*;

/// Receives in every way there is.
fn received(case: &Case) -> Result<Event<'static>, Refusal> {
    let request = case.request();
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name, value.as_slice()));
    let delivery = Delivery::new(&request.method, &request.body).headers(headers);
    let delivery = match &request.target {
        Some(target) => delivery.target(target),
        None => delivery,
    };
    match case.receiver.build() {
        Built::One(receiver) => receive_delivery(&receiver, &delivery),
        Built::Accounts(receiver, accounts) => {
            let received = receiver.receive(&delivery, |sid| accounts.get(&sid));
            let mut buffer = Buffer::new();
            let in_two_steps = receiver
                .open(&delivery, &mut buffer)
                .and_then(|unverified| {
                    let keys = accounts.get(&unverified.account_sid()?);
                    let keys = keys.ok_or(Refusal::UnknownAccount)?;
                    unverified.receive(keys)
                });
            assert_eq!(received, in_two_steps.map(Received::into_owned));
            received.map(|received| received.event)
        }
    }
}

/// What is not as the case says.
fn fault(case: &Case) -> Option<String> {
    let (found, accepted) = (received(case), case.accepted.as_deref());
    let as_expected = match &found {
        Ok(event) => Some(event.event_type()) == accepted && event.uuid() == UUID,
        Err(refusal) => {
            let (text, class) = (format!("{refusal:?}"), format!("{:?}", refusal.class()));
            (Some(text), Some(class), Some(refusal.status()))
                == (case.refusal.clone(), case.class.clone(), case.status)
        }
    };
    (!as_expected).then(|| match found {
        Ok(event) => format!("accepted as {} {}", event.event_type(), event.uuid()),
        Err(refusal) => format!("{} {:?} {refusal:?}", refusal.status(), refusal.class()),
    })
}

#[test]
fn each_delivery_is_refused_for_its_reason_and_the_genuine_ones_are_accepted() {
    let cases = case::all();
    let faults = cases
        .iter()
        .filter_map(|(group, case)| Some(format!("{group}: {}: {}", case.name, fault(case)?)));
    let faults: Vec<_> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_corpus_is_as_large_and_as_broad_as_it_says() {
    let cases = case::all();
    let refused = cases.iter().filter(|(_, case)| case.refusal.is_some());
    assert!(refused.clone().count() >= 500);
    assert!(cases.len() - refused.clone().count() >= 40);
    let names: BTreeSet<_> = cases
        .iter()
        .map(|(group, case)| (group, &case.name))
        .collect();
    assert_eq!(names.len(), cases.len(), "a name occurs twice in a group");
    for (group, case) in &cases {
        let accepted = case.accepted.is_some();
        assert_ne!(accepted, case.refusal.is_some(), "{group}: {}", case.name);
        assert_eq!(
            (case.class.is_some(), case.status.is_some()),
            (!accepted, !accepted),
            "{group}: {}",
            case.name
        );
    }
    // Each way in which a delivery can be refused, as it is written in a refusal.
    let reasons: BTreeSet<String> = refused
        .flat_map(|(_, case)| {
            let words = case.refusal.as_deref().unwrap_or_default();
            let words = words.split(|c: char| !c.is_ascii_alphanumeric());
            words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        })
        .map(str::to_owned)
        .collect();
    for reason in [
        "Method",
        "MediaType",
        "Missing",
        "SeveralLines",
        "Other",
        "Encoded",
        "TooLarge",
        "Escape",
        "NotAscii",
        "NotUtf8",
        "EmptyName",
        "RepeatedName",
        "TooManyParameters",
        "Malformed",
        "HoldsParameter",
        "Query",
        "Body",
        "Empty",
        "Joined",
        "WhiteSpace",
        "UrlSafeAlphabet",
        "NotBase64",
        "Padding",
        "Length",
        "SpareBits",
        "SeveralSettings",
        "MalformedSettings",
        "UnknownAlgorithm",
        "NoSuchKey",
        "Mismatch",
        "UnknownAccount",
        "OtherAccount",
        "OtherService",
        "Unexpected",
        "Sid",
        "Prefix",
        "Character",
        "Ambiguous",
        "Form",
        "Unrecognized",
        "InvalidName",
        "Json",
        "NotAnObject",
        "Syntax",
        "EndsEarly",
        "TrailingText",
        "TooDeep",
        "UnknownParameter",
        "Strict",
        "LikeDocumented",
        "HoldsDocumented",
        "PartOfNeighbour",
        "Unbounded",
    ] {
        assert!(reasons.contains(reason), "nothing is refused as {reason}");
    }
}
