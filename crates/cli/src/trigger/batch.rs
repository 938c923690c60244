//! Deliveries of Event Streams.

use serde_json::Value;
use twilio_verify_webhooks::testing::{BatchCase, CloudEventBuilder, StartedVerification};
use twilio_verify_webhooks::verify_events::{MessageEventType, VerificationEventType};

use crate::arguments::Change;

/// How all types of Event Streams begin.
const PREFIX: &str = "com.twilio.";

/// Tells whether an event comes from Event Streams.
pub(super) fn is_cloud_event(event_type: &str) -> bool {
    event_type.starts_with(PREFIX)
}

/// Makes an event, with the changes that were asked for in its data.
pub(super) fn event(
    started: &mut StartedVerification,
    event_type: &str,
    changes: &[Change],
) -> CloudEventBuilder {
    let event = started.event(event_type);
    changes.iter().fold(event, |event, change| match change {
        Change::Set(name, text) => event.data(name, value(text)),
        Change::Without(name) => event.without_data(name),
    })
}

/// JSON where the text is an object, an array, `true`, `false` or `null`; a string otherwise, as codes and numbers of
/// phones are.
fn value(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::String(_) | Value::Number(_)) | Err(_) => text.into(),
        Ok(value) => value,
    }
}

/// The story of a verification, as its events come: in one batch, and not in order.
pub(super) fn scenario(started: &mut StartedVerification) -> Vec<Vec<CloudEventBuilder>> {
    let pending = started.verification(VerificationEventType::Pending);
    let sent = started.message(MessageEventType::Sent);
    let delivered = started.message(MessageEventType::Delivered);
    let approved = started.verification(VerificationEventType::Approved);
    vec![
        vec![started.sink_test()],
        vec![sent, pending.clone()],
        vec![approved, delivered],
        vec![pending],
    ]
}

/// Names a batch by its events.
pub(super) fn title(events: &[CloudEventBuilder]) -> String {
    let types = events
        .iter()
        .filter_map(|event| Some(event.build().ok()?.event_type));
    types.collect::<Vec<_>>().join(", ")
}

/// Finds negative deliveries by name.
pub(super) fn cases(name: &str) -> Option<Vec<BatchCase>> {
    if name == "all" {
        return Some(BatchCase::ALL.to_vec());
    }
    let case = BatchCase::ALL.iter().find(|case| case.name() == name)?;
    Some(vec![*case])
}
