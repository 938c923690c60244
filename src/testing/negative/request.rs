//! Requests of another kind than a webhook.

use super::{EventBuilder, OwnedDelivery, Signer};

/// The body limit of a receiver that has no other.
const BODY_LIMIT: usize = 128 * 1024;

pub(super) fn wrong_method(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event).with_method("PUT")
}

pub(super) fn json_body(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let members: serde_json::Map<_, _> = event
        .iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let body = serde_json::Value::Object(members).to_string();
    signer.post_json(body)
}

pub(super) fn wrong_media_type(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer
        .post(&event)
        .with_header_replaced("content-type", "text/plain")
}

pub(super) fn no_media_type(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event).without_header("content-type")
}

pub(super) fn two_media_types(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer
        .post(&event)
        .with_header("content-type", "application/json")
}

pub(super) fn content_encoding(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event).with_header("content-encoding", "gzip")
}

pub(super) fn oversized(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.parameter("padding_text", "x".repeat(BODY_LIMIT)))
}

pub(super) fn get(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.get(&event)
}

pub(super) fn tampered_get(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let denied = signer.get(&event.event_type("challenge.denied"));
    let target = denied
        .target()
        .replace("type=challenge.denied", "type=challenge.approved");
    denied.with_target(target)
}

pub(super) fn get_with_body(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.get(&event).with_body(event.form())
}
