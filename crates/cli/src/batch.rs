//! Batches of Verify Events, as Event Streams delivers them.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use twilio_verify_webhooks::Key;
use twilio_verify_webhooks::verify_events::CloudEvent;

use crate::request::Request;

/// What a batch says of itself, whoever sent it: how many events there are, and what the first one is.
#[derive(Debug, Default)]
pub(crate) struct BatchSummary {
    pub(crate) event_type: Option<String>,
    pub(crate) delivery_id: Option<String>,
    pub(crate) verification_sid: Option<String>,
}

impl BatchSummary {
    pub(crate) fn new(request: &Request) -> Self {
        let elements = elements(request);
        let mut events = elements
            .iter()
            .filter_map(|json| CloudEvent::from_json(json).ok());
        let Some(first) = events.next() else {
            return Self::default();
        };
        let others = elements.len().saturating_sub(1);
        let event_type = match others {
            0 => first.event_type.clone(),
            others => format!("{} and {others} more", first.event_type),
        };
        let data: Option<Value> = first.decode_data().ok();
        let verification_sid = data
            .as_ref()
            .and_then(|data| data.get("verification_sid")?.as_str());
        Self {
            event_type: Some(event_type),
            delivery_id: Some(first.delivery_id().to_string()),
            verification_sid: verification_sid.map(str::to_owned),
        }
    }
}

/// The most elements that are looked at for people to read.
const MOST_SHOWN: usize = 1000;

fn elements(request: &Request) -> Vec<String> {
    match serde_json::from_slice(&request.body) {
        Ok(Value::Array(elements)) => elements
            .iter()
            .take(MOST_SHOWN)
            .map(Value::to_string)
            .collect(),
        Ok(object) => vec![object.to_string()],
        Err(_) => Vec::new(),
    }
}

/// Finds the URL that a batch was signed for, if it is one of these.
pub(crate) fn signed_destination(
    keys: &[Key],
    urls: impl IntoIterator<Item = String>,
    request: &Request,
) -> Option<String> {
    let signature = request.signature()?;
    urls.into_iter().find(|url| {
        let signed = string_to_sign(url, &request.body);
        let mut keys = keys.iter();
        keys.any(|key| key.sign::<&str, &str>(&signed, []) == signature)
    })
}

/// Returns what is signed of a batch: the destination, and the hash of the body.
pub(crate) fn string_to_sign(url: &str, body: &[u8]) -> String {
    let delimiter = if url.contains('?') { '&' } else { '?' };
    let hash = Sha256::digest(body);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{url}{delimiter}bodySHA256={hash}")
}
