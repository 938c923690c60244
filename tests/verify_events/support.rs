//! A receiver, and batches signed for it.

use serde_json::{Value, json};
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{OwnedDelivery, Signer};
use twilio_verify_webhooks::verify_events::*;

pub(crate) const DESTINATION: &str = "https://hooks.example.com/streams";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

pub(crate) fn token() -> AuthToken {
    AuthToken::new(TOKEN).unwrap()
}

pub(crate) fn builder() -> EventStreamReceiverBuilder {
    EventStreamReceiver::builder(DESTINATION).auth_token(token())
}

pub(crate) fn receiver() -> EventStreamReceiver {
    builder().build().unwrap()
}

pub(crate) fn signer() -> Signer {
    Signer::new(DESTINATION, token()).unwrap()
}

pub(crate) fn signed(body: impl Into<Vec<u8>>) -> OwnedDelivery {
    signer().post_json(body)
}

/// Receives a body that is signed.
pub(crate) fn receive(body: impl Into<Vec<u8>>) -> Result<Batch, EventStreamRefusal> {
    receiver().receive(&signed(body).as_delivery())
}

/// Receives one event that is signed, and fails unless it is one.
#[track_caller]
pub(crate) fn event(event: &Value) -> CloudEvent {
    element(&event.to_string()).unwrap()
}

/// Receives one element that is signed.
#[track_caller]
pub(crate) fn element(json: &str) -> Result<CloudEvent, ElementError> {
    let mut elements = receive(format!("[{json}]")).unwrap().elements;
    assert_eq!(elements.len(), 1);
    elements.remove(0).map_err(|bad| bad.error)
}

/// An event of a verification.
pub(crate) fn approved() -> Value {
    json!({
        "specversion": "1.0",
        "type": "com.twilio.accountsecurity.verify.verification.approved",
        "source": "/v2/Services/VA0123456789abcdef0123456789abcdef",
        "id": "2be9fec91c2c7e4b40fedb0d2bf11da0f6fe4a7047946e3bd492a7377e7c6154",
        "dataschema": "https://events-schemas.twilio.com/AccountSecurity.VerifyEventStreamEvent/3",
        "time": "2026-11-02T08:15:30.412Z",
        "data": {
            "account_sid": ACCOUNT,
            "service_sid": "VA0123456789abcdef0123456789abcdef",
            "verification_sid": "VE0123456789abcdef0123456789abcdef",
            "verification_status": "APPROVED",
            "created_at": "2026-11-02T08:14:58.007Z",
            "to": "+4915112345678",
            "send_code_attempts": { "count": 1, "attempts": [{
                "time": "2026-11-02T08:14:58.120Z",
                "channel": "SMS",
                "attempt_sid": "VL0123456789abcdef0123456789abcdef",
                "tags": { "flow": "a-secret-flow" }
            }] },
            "check_attempts": { "count": 1, "attempts": [{
                "time": "2026-11-02T08:15:30.311Z",
                "status": "SUCCESS"
            }] }
        }
    })
}

/// An event of a message.
pub(crate) fn delivered() -> Value {
    json!({
        "specversion": "1.0",
        "type": "com.twilio.accountsecurity.verify.message.delivered",
        "source": "/v2/Services/VA0123456789abcdef0123456789abcdef",
        "id": "1e76945aa1ed53ccf097e062064667e668cb29f49333c1d5ba38e4ebdc54d7b4",
        "data": {
            "created_at": "2026-11-02T08:14:58.120Z",
            "account_sid": ACCOUNT,
            "service_sid": "VA0123456789abcdef0123456789abcdef",
            "verification_sid": "VE0123456789abcdef0123456789abcdef",
            "attempt_sid": "VL0123456789abcdef0123456789abcdef",
            "channel": "SMS",
            "message_status": "DELIVERED",
            "mcc": "262",
            "mnc": "01",
            "to": "+4915112345678",
            "tags": { "flow": "a-secret-flow" }
        }
    })
}

/// A test of the sink.
pub(crate) fn sink_test(test_id: &str) -> Value {
    json!({
        "specversion": "1.0",
        "type": "com.twilio.eventstreams.test-event",
        "source": "Sink",
        "id": ACCOUNT,
        "time": "2026-11-02T07:59:59.001Z",
        "data": { "test_id": test_id }
    })
}

/// The same with a member set, or taken away: `data.to`, say.
pub(crate) fn with(mut event: Value, path: &str, value: Option<Value>) -> Value {
    let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parents = parents.split('.').filter(|name| !name.is_empty());
    let parent = parents.fold(&mut event, |parent, name| match name.parse::<usize>() {
        Ok(index) => &mut parent[index],
        Err(_) => &mut parent[name],
    });
    let parent = parent.as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(name.to_owned(), value)),
        None => drop(parent.remove(name)),
    }
    event
}

pub(crate) fn verification(event: &CloudEvent) -> &VerificationData {
    match &event.data {
        EventData::Verification(data) => data,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn message(event: &CloudEvent) -> &MessageData {
    match &event.data {
        EventData::Message(data) => data,
        other => panic!("{other:?}"),
    }
}
