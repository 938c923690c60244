//! The little that a list shows of a delivery.

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks::{Event, WebhookVersion};

use crate::batch::BatchSummary;
use crate::request::Request;

/// Names that Twilio documents for the parameters of Verify Push.
pub(crate) const DOCUMENTED: [&str; 13] = [
    "account_sid",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "challenge_sid",
    "entity_identity",
    "factor_friendly_name",
    "factor_metadata",
    "factor_sid",
    "factor_type",
    "service_sid",
    "type",
    "uuid",
];

/// What a delivery says of itself, whoever sent it.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) event_type: Option<String>,
    pub(crate) uuid: Option<String>,
    pub(crate) identity: Option<String>,
    pub(crate) version: Option<String>,
    /// Names of parameters that Twilio does not document.
    pub(crate) unknown: Vec<String>,
}

impl Summary {
    pub(crate) fn new(request: &Request) -> Self {
        if request.is_batch() {
            let batch = BatchSummary::new(request);
            return Self {
                event_type: batch.event_type,
                uuid: batch.delivery_id,
                identity: batch.verification_sid,
                ..Self::default()
            };
        }
        let params = request.params();
        let get = |name: &str| {
            let mut params = params.iter();
            let found = params.find(|(other, _)| other == name);
            found.map(|(_, value)| value.to_string())
        };
        let event_type = get("type");
        if event_type.is_none() {
            return Self::default();
        }
        let names = params.iter().map(|(name, _)| name.as_ref());
        let unknown = names.filter(|name| !DOCUMENTED.contains(name));
        Self {
            event_type,
            uuid: get("uuid"),
            identity: get("entity_identity"),
            version: event(request)
                .and_then(|event| event.version())
                .map(|version: WebhookVersion| version.to_string()),
            unknown: unknown.map(str::to_owned).collect(),
        }
    }
}

/// Reads an event, without a look at who sent it.
pub(crate) fn event(request: &Request) -> Option<Event<'static>> {
    let params = request.params();
    let builder: EventBuilder = params.into_iter().collect();
    builder.build().ok()
}
