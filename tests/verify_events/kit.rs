//! The testing kit: its events are read as their types, its negative cases are refused.

use twilio_verify_webhooks::testing::{BatchCase, CloudEventBuilder, Signer, StartedVerification};
use twilio_verify_webhooks::verify_events::*;
use twilio_verify_webhooks::{Algorithm, SharedKey};

use crate::support::*;

#[test]
fn there_is_a_builder_for_each_type() {
    use CloudEventBuilder as Event;
    let builders = [
        Event::verification_pending(),
        Event::verification_approved(),
        Event::verification_canceled(),
        Event::verification_expired(),
        Event::verification_max_attempts_reached(),
        Event::message_sent(),
        Event::message_delivered(),
        Event::message_undelivered(),
        Event::message_read(),
        Event::message_failed(),
        Event::attempt_dlr_sent(),
        Event::attempt_dlr_delivered(),
        Event::attempt_dlr_undelivered(),
        Event::attempt_dlr_read(),
        Event::attempt_dlr_failed(),
        Event::sink_test(),
        Event::new("com.twilio.accountsecurity.verify.challenge.approved"),
    ];
    let batch = receiver()
        .receive(&signer().post_events(&builders).as_delivery())
        .unwrap();
    assert_eq!(batch.events().count(), builders.len());
    let mut ids: Vec<_> = batch.events().map(CloudEvent::delivery_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), builders.len());
    for (event, index) in batch.events().zip(0..) {
        match &event.data {
            EventData::Verification(data) => {
                assert!(index < 5 && data.unknown.is_empty());
                assert_eq!(data.event_type, VerificationEventType::ALL[index]);
                let word = event.event_type.rsplit('.').next().unwrap();
                assert_eq!(
                    data.verification_status,
                    VerificationStatus::from(word),
                    "{word}"
                );
                assert!(!matches!(
                    data.verification_status,
                    VerificationStatus::Other(_)
                ));
                let is_approved = data.event_type == VerificationEventType::Approved;
                assert_eq!(data.verified_at.is_some(), is_approved);
            }
            EventData::Message(data) => {
                assert!((5..10).contains(&index) && data.unknown.is_empty());
                assert_eq!(data.event_type, MessageEventType::ALL[index - 5]);
                assert_eq!(data.status, MessageStatus::from(data.event_type.as_str()));
                assert_eq!(data.tags.get("flow"), Some("login"));
            }
            EventData::AttemptDlr(data) => {
                assert!((10..15).contains(&index) && data.unknown.is_empty());
                assert_eq!(data.event_type, MessageEventType::ALL[index - 10]);
                assert!(data.tags.is_empty());
            }
            EventData::SinkTest(_) => assert_eq!(index, 15),
            other => assert!(index == 16, "{other:?}"),
        }
    }
}

#[test]
fn parts_are_set_and_left_out() {
    let event = CloudEventBuilder::message_sent()
        .data("to", "+1")
        .data("risk", 7)
        .without_data("tags")
        .attribute("id", "i")
        .without_attribute("time")
        .build()
        .unwrap();
    let EventData::Message(data) = &event.data else {
        panic!("a message")
    };
    assert_eq!(data.to.as_ref().unwrap().as_str(), "+1");
    assert_eq!(data.unknown.get("risk").unwrap().as_str(), "7");
    assert!(data.tags.is_empty() && event.time.is_none());
    assert_eq!(event.id, "i");
    assert_eq!(CloudEventBuilder::empty().json(), "{}");
}

#[test]
fn a_verification_tells_one_story() {
    let mut started = StartedVerification::from_seed(1)
        .with_account_sid(ACCOUNT)
        .with_to("+1");
    let events = [
        started.verification(VerificationEventType::Pending),
        started.message(MessageEventType::Delivered),
        started.verification(VerificationEventType::Approved),
    ];
    let batch = receiver()
        .receive(&signer().post_events(&events).as_delivery())
        .unwrap();
    assert!(
        batch
            .events()
            .all(|event| event.account_sid() == Some(ACCOUNT))
    );
    let times: Vec<_> = batch
        .events()
        .map(|event| event.time.clone().unwrap().to_string())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let mut again = StartedVerification::from_seed(1)
        .with_account_sid(ACCOUNT)
        .with_to("+1");
    assert_eq!(
        again.verification(VerificationEventType::Pending),
        events[0]
    );
}

#[test]
fn each_negative_case_meets_its_status() {
    let id = "webhooks_sharedkey_00000000000000000000000000";
    let shared = SharedKey::new(id, "another-secret", Algorithm::HmacSha256).unwrap();
    for destination in [DESTINATION, "https://hooks.example.com/streams?tenant=1"] {
        let by_token = Signer::new(destination, token()).unwrap();
        let by_shared_key = Signer::new(destination, shared.clone()).unwrap();
        for signer in [by_token, by_shared_key] {
            let receiver = EventStreamReceiver::builder(destination)
                .key(signer.key().clone())
                .build()
                .unwrap();
            let genuine = signer.post_events(&[CloudEventBuilder::verification_approved()]);
            assert!(receiver.receive(&genuine.as_delivery()).is_ok());
            for case in BatchCase::ALL {
                let delivery = case.delivery(&signer);
                let refusal = receiver.receive(&delivery.as_delivery()).unwrap_err();
                assert_eq!(refusal.status(), case.status(), "{case}: {refusal}");
                assert!(
                    case.is_refused_by(refusal.status()),
                    "{}",
                    case.description()
                );
            }
        }
    }
}
