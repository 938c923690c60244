//! Every sample of the data file is read as its kind.

use serde_json::Value;
use twilio_verify_webhooks::verify_events::*;

use crate::support::receive;

fn samples() -> Vec<Value> {
    let data: Value = serde_json::from_str(include_str!("../data/verify-events.json")).unwrap();
    data["samples"].as_array().unwrap().clone()
}

fn batch(id: &str) -> Batch {
    let samples = samples();
    let sample = samples.iter().find(|sample| sample["id"] == id).unwrap();
    receive(sample["body"].to_string()).unwrap()
}

#[track_caller]
fn one(id: &str) -> CloudEvent {
    let mut batch = batch(id);
    assert_eq!(batch.elements.len(), 1);
    batch.elements.remove(0).unwrap()
}

fn kind(event: &CloudEvent) -> &'static str {
    match event.data {
        EventData::Verification(_) => "verification",
        EventData::Message(_) => "message",
        EventData::AttemptDlr(_) => "attempt-dlr",
        EventData::SinkTest(_) => "test",
        _ => "unknown",
    }
}

#[test]
fn each_is_of_its_kind_and_keeps_its_text() {
    let mut judged = 0;
    for sample in samples() {
        let body = sample["body"].as_array().unwrap();
        let batch = receive(sample["body"].to_string()).unwrap();
        assert_eq!(batch.elements.len(), body.len());
        for (element, sent) in batch.elements.iter().zip(body) {
            let text = match element {
                Ok(event) => {
                    let expected = sample["kind"].as_str().unwrap();
                    assert!(expected == "batch" || kind(event) == expected, "{sample}");
                    assert_eq!(event.event_type, sent["type"]);
                    assert_eq!(event.id, sent["id"]);
                    event.as_str()
                }
                Err(bad) => bad.raw.as_str(),
            };
            assert_eq!(text, sent.to_string());
            judged += 1;
        }
        // One event alone, as some say that it is sent.
        if let [sent] = &body[..] {
            let alone = receive(sent.to_string()).unwrap();
            assert_eq!(alone.elements, batch.elements);
        }
    }
    assert_eq!(judged, 27);
}

#[test]
fn a_verification_says_how_it_stands() {
    use VerificationStatus::*;
    for (id, status, event_type) in [
        (
            "verification-pending-v3",
            Pending,
            VerificationEventType::Pending,
        ),
        (
            "verification-approved-v3",
            Approved,
            VerificationEventType::Approved,
        ),
        (
            "verification-canceled-v3",
            Canceled,
            VerificationEventType::Canceled,
        ),
        (
            "verification-expired-v3",
            Expired,
            VerificationEventType::Expired,
        ),
        (
            "verification-max-attempts-v3",
            MaxAttemptsReached,
            VerificationEventType::MaxAttemptsReached,
        ),
    ] {
        let event = one(id);
        let EventData::Verification(data) = &event.data else {
            panic!("{id}")
        };
        assert_eq!(data.verification_status, status);
        assert_eq!(data.event_type, event_type);
        assert_eq!(data.event_type.as_str(), event.event_type);
        assert_eq!(status.is_end(), status != Pending);
        assert_eq!(data.to.as_ref().unwrap().as_str(), "+4915112345678");
        assert_eq!(event.dataschema.as_ref().unwrap().version(), Some(3));
        // The planned end, whatever became of it.
        assert_eq!(
            data.expired_at.as_ref().unwrap().as_str(),
            "2026-11-02T08:24:58.007Z"
        );
        assert!(data.unknown.is_empty());
    }
}

#[test]
fn sends_and_checks_are_listed() {
    let event = one("verification-approved-v3");
    let EventData::Verification(data) = &event.data else {
        panic!("a verification")
    };
    assert_eq!(data.send_code_attempts.count, Some(2));
    let sent = &data.send_code_attempts.attempts;
    let channels: Vec<_> = sent.iter().map(|sent| sent.channel.clone()).collect();
    assert_eq!(channels, [Some(Channel::WhatsApp), Some(Channel::Sms)]);
    let tags: Vec<_> = sent[0].tags.iter().collect();
    assert_eq!(tags, [("flow", "login"), ("shard", "7")]);
    let checked = &data.check_attempts.attempts;
    let statuses: Vec<_> = checked
        .iter()
        .map(|checked| checked.status.clone())
        .collect();
    assert_eq!(
        statuses,
        [Some(CheckStatus::Failure), Some(CheckStatus::Success)]
    );
    assert_eq!(data.verified_at, checked[1].time);

    let event = one("verification-approved-v2-old-subscriber");
    let EventData::Verification(data) = &event.data else {
        panic!("a verification")
    };
    let sent = &data.send_code_attempts.attempts[0];
    assert_eq!(sent.delivery_status, Some(MessageStatus::Undelivered));
    assert_eq!(sent.error_code.as_deref(), Some("30003"));
}

#[test]
fn a_message_says_what_became_of_it() {
    for (id, status, error_code) in [
        ("message-sent-v1", MessageStatus::Sent, None),
        ("message-delivered-v1", MessageStatus::Delivered, None),
        (
            "message-undelivered-v1",
            MessageStatus::Undelivered,
            Some("30005"),
        ),
        ("message-read-v1", MessageStatus::Read, None),
        ("message-delivered-v2-tags", MessageStatus::Delivered, None),
        ("message-minimal", MessageStatus::Sent, None),
        ("attempt-dlr-sent-v1", MessageStatus::Sent, None),
        ("attempt-dlr-delivered-v1", MessageStatus::Delivered, None),
        (
            "attempt-dlr-undelivered-v1",
            MessageStatus::Undelivered,
            Some("30005"),
        ),
        (
            "attempt-dlr-failed-v1",
            MessageStatus::Failed,
            Some("30005"),
        ),
    ] {
        let event = one(id);
        let (EventData::Message(data) | EventData::AttemptDlr(data)) = &event.data else {
            panic!("{id}")
        };
        assert_eq!(data.status, status, "{id}");
        assert_eq!(data.error_code.as_deref(), error_code, "{id}");
        assert!(event.event_type.ends_with(data.event_type.as_str()), "{id}");
        assert!(data.unknown.is_empty(), "{id}");
    }
    let event = one("message-delivered-v2-tags");
    let EventData::Message(data) = &event.data else {
        panic!("a message")
    };
    assert_eq!(data.tags.get("flow"), Some("login"));
    // Leading zeros stay.
    assert_eq!(
        (data.mcc.as_deref(), data.mnc.as_deref()),
        (Some("262"), Some("01"))
    );
}

#[test]
fn tests_of_a_sink_are_different_events() {
    let [first, second] = ["sink-test", "sink-test-again"].map(one);
    assert_eq!(first.id, second.id);
    assert_ne!(first.delivery_id(), second.delivery_id());
    assert_eq!(
        first.delivery_id().id(),
        "6d0b0c57-2c0f-4f1e-9a6b-0d5f3a7c1e22"
    );
}

#[test]
fn what_is_not_known_is_kept() {
    let event = one("newer-schema-extra-members");
    let EventData::Verification(data) = &event.data else {
        panic!("a verification")
    };
    assert_eq!(data.unknown.get("risk").unwrap().as_str(), r#"{"score":7}"#);
    let region = event.extensions.get("twilioregion").unwrap();
    assert_eq!(region.decode::<Value>().unwrap()["edge"], "ashburn");

    let event = one("unknown-type");
    let EventData::Other(data) = &event.data else {
        panic!("another event")
    };
    assert_eq!(data.error, None);
    assert_eq!(
        event.account_sid(),
        Some("AC3f9c1d7e2b5a48608d4e7a1c9b2f6035")
    );
    let sent: Value = event.decode_data().unwrap();
    assert_eq!(sent["service_sid"], "VAa1b2c3d4e5f60718293a4b5c6d7e8f90");
}

#[test]
fn an_envelope_as_the_catalogue_shows_it_is_read() {
    let event = one("catalog-style-envelope");
    assert_eq!(event.time, None);
    assert_eq!(event.account_sid().unwrap().len(), 33);
    let sent = event.extensions.get("datacontenttype").unwrap();
    assert_eq!(sent.as_str(), r#""2025-10-08T07:17:02.363Z""#);
}

#[test]
fn a_batch_keeps_the_order_of_arrival() {
    let batch = batch("batch-mixed-out-of-order");
    let last_words = batch
        .events()
        .map(|event| event.event_type.rsplit('.').next().unwrap());
    assert!(last_words.eq(["delivered", "pending", "sent"]));
}

#[test]
fn a_bad_element_does_not_cost_the_others() {
    let batch = batch("batch-one-bad");
    assert_eq!(batch.events().count(), 2);
    let [bad] = &batch.bad_elements().collect::<Vec<_>>()[..] else {
        panic!("one bad element")
    };
    assert_eq!(bad.position, 1);
    assert_eq!(bad.error, ElementError::Missing { name: "type" });
    assert_eq!(bad.raw.as_str(), r#"{"hello":"world"}"#);
}

#[test]
fn a_batch_may_be_empty() {
    assert!(batch("empty-array").elements.is_empty());
}
