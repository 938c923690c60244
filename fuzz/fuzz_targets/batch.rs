//! Batches of Event Streams: a body that is signed is a batch just if `serde_json` takes it for an array or an object,
//! and what is read of an event is what another parser reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use twilio_verify_webhooks::verify_events::{
    Batch, BatchError, CloudEvent, ElementError, EventData, EventStreamReceiver, EventStreamRefusal,
};
use twilio_verify_webhooks::{AuthToken, Delivery, SIGNATURE_HEADER};
use verify_webhooks_fuzz::{SECRETS, checked};

const DESTINATION: &str = "https://example.com/streams";
const GOOD: &str = r#"{"specversion":"1.0","type":"t","source":"s","id":"i","data":{"a":[1,2]}}"#;
/// What neither `Debug` nor an error may show.
const PHONE: &str = "+4915112345678";

fuzz_target!(|input: (u8, &str)| {
    let (way, text) = input;
    let body = match way % 4 {
        0 => text.to_owned(),
        1 => format!(
            r#"[{{"specversion":"1.0","type":"com.twilio.eventstreams.test-event","source":"s","id":"i",{text}}}]"#
        ),
        2 => format!(
            r#"[{{"specversion":"1.0","type":"com.twilio.accountsecurity.verify.verification.approved","source":"s","id":"i","data":{{"account_sid":"AC1","service_sid":"VA1","verification_sid":"VE1","verification_status":"APPROVED","created_at":"2026-11-02T08:14:58.007Z","to":"{PHONE}",{text}}}}}]"#
        ),
        _ => format!("[{GOOD},{text},{GOOD}]"),
    };
    let received = receive(body.as_bytes());
    let is_json = serde_json::from_str::<IgnoredAny>(&body).is_ok();
    let start = body
        .trim_start_matches([' ', '\t', '\n', '\r'])
        .bytes()
        .next();
    let batch = match received.map_err(|refusal| refusal.error) {
        Ok(batch) => {
            assert!(is_json && matches!(start, Some(b'[' | b'{')));
            batch
        }
        Err(BatchError::NotJson { line, .. }) => return assert!(!is_json && line > 0),
        Err(BatchError::NotABatch) => {
            return assert!(is_json && !matches!(start, Some(b'[' | b'{')));
        }
        Err(BatchError::TooManyElements { .. }) => return assert!(body.len() > 4096),
        Err(other) => panic!("{other}"),
    };
    let sent: Vec<&RawValue> = match start {
        Some(b'[') => serde_json::from_str(&body).unwrap(),
        _ => vec![serde_json::from_str(&body).unwrap()],
    };
    assert_eq!(batch.elements.len(), sent.len());
    for ((element, sent), position) in batch.elements.iter().zip(&sent).zip(0..) {
        match element {
            Ok(event) => {
                assert_eq!(event.as_str(), sent.get());
                assert_is_event(event);
            }
            Err(bad) => {
                assert_eq!((bad.position, bad.raw.as_str()), (position, sent.get()));
                assert!(!matches!(bad.error, ElementError::NotJson { .. }));
            }
        }
    }
    if way % 4 == 3 {
        let good = CloudEvent::from_json(GOOD).unwrap();
        let (first, last) = (batch.elements.first(), batch.elements.last());
        assert!(
            [first, last]
                .into_iter()
                .flatten()
                .all(|element| element.as_ref().ok() == Some(&good))
        );
    }
    // The input may hold the number in a place that is shown.
    if way % 4 == 2 && !text.contains("4915") && !text.contains("\\u") {
        assert!(!format!("{batch:?}").contains(PHONE));
    }
    if batch.events().next().is_some() {
        checked();
    }
});

fn receive(body: &[u8]) -> Result<Batch, EventStreamRefusal> {
    let token = || AuthToken::new(SECRETS[0].1).unwrap();
    let receiver = EventStreamReceiver::new(DESTINATION, token()).unwrap();
    let signer = twilio_verify_webhooks::testing::Signer::new(DESTINATION, token()).unwrap();
    let signed = signer.post_json(body);
    let (_, signature) = signed
        .headers()
        .find(|(name, _)| *name == SIGNATURE_HEADER)
        .unwrap();
    receiver.receive(&Delivery::new("POST", body).signature(signature))
}

fn assert_is_event(event: &CloudEvent) {
    assert_eq!(CloudEvent::from_json(event.as_str()).as_ref(), Ok(event));
    assert!((1..=256).contains(&event.id.len()) && (1..=1024).contains(&event.source.len()));
    let id = event.delivery_id();
    let (origin, within) = id
        .to_string()
        .split_once('/')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!(
        (
            origin.replace("%2F", "/").replace("%25", "%").as_str(),
            &*within
        ),
        (id.origin(), id.id())
    );
    // A number that another parser cannot hold is kept as it came.
    let Ok(value) = serde_json::from_str::<Value>(event.as_str()) else {
        return;
    };
    assert!(value["id"] == event.id || value["id"].is_number());
    let data = event
        .data_json()
        .map(|json| serde_json::from_str::<Value>(json).unwrap());
    assert_eq!(data.unwrap_or_default(), value["data"]);
    match &event.data {
        EventData::Verification(data) => {
            let sent = &value["data"];
            let sent = match sent.as_str() {
                Some(text) => &serde_json::from_str(text).unwrap(),
                None => sent,
            };
            assert!(
                sent["verification_sid"] == data.verification_sid
                    || sent["verification_sid"].is_number()
            );
            assert!(data.send_code_attempts.attempts.len() <= 100);
            for (name, unknown) in data.unknown.iter() {
                assert_eq!(unknown.decode::<Value>().unwrap(), sent[name]);
            }
        }
        EventData::SinkTest(data) => assert_eq!(id.id(), data.test_id),
        _ => {}
    }
}
