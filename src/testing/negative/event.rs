//! Parameters that are signed and are not an event, or not one for the receiver.

use super::{EventBuilder, OwnedDelivery, Signer};

pub(super) fn missing_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.without("entity_identity"))
}

pub(super) fn foreign_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.event_type("factor.verified"))
}

pub(super) fn bad_sid(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let account_sid = event.get("account_sid").unwrap_or_default().to_owned();
    signer.post(&event.factor_sid(account_sid))
}

pub(super) fn bad_identity(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.entity_identity("john@example.com"))
}

pub(super) fn bad_type(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.event_type("CHALLENGE.APPROVED"))
}

pub(super) fn long_friendly_name(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.factor_friendly_name("x".repeat(65)))
}

pub(super) fn malformed_json(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.challenge_details(r#"{"message":"Log in?""#))
}

pub(super) fn json_array(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.challenge_details(r#"["Log in?"]"#))
}

pub(super) fn deep_json(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let (open, close) = (r#"{"a":"#.repeat(65), "}".repeat(65));
    signer.post(&event.challenge_hidden_details(format_args!("{open}1{close}")))
}

/// Makes up another SID, from the digits of the challenge's.
fn with_another(event: EventBuilder, name: &str) -> EventBuilder {
    let prefix = event.get(name).unwrap_or_default().chars().take(2);
    let digits = event
        .get("challenge_sid")
        .unwrap_or_default()
        .chars()
        .skip(2);
    let sid: String = prefix.chain(digits).collect();
    event.parameter(name, sid)
}

pub(super) fn other_account(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&with_another(event, "account_sid"))
}

pub(super) fn other_service(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&with_another(event, "service_sid"))
}

pub(super) fn unknown_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event.parameter("region_code", "ie1"))
}
