//! Boundary shifts: one text, signed as one event and split into another.
//!
//! Twilio signs the parameters in the order of their names without anything in between, so the signature of the one
//! is right for the other.

use super::{EventBuilder, OwnedDelivery, Signer, replayed};

pub(super) fn friendly_name(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let signed = event
        .factor_friendly_name("Phone")
        .factor_metadata(r#"{"os":"Android"}"#);
    let sent = signed
        .clone()
        .factor_friendly_name(r#"Phonefactor_metadata{"os":"Android"}"#)
        .without("factor_metadata");
    replayed(signer, &signed, &sent)
}

pub(super) fn hidden_details(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let signed = event.challenge_hidden_details(r#"{"amount":"9000"}"#);
    let sent = signed
        .clone()
        .without("challenge_hidden_details")
        .parameter("challenge_hidden", r#"_details{"amount":"9000"}"#);
    replayed(signer, &signed, &sent)
}

pub(super) fn identity(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let signed = event.entity_identity("user0001f5clerk");
    let sent = signed
        .clone()
        .entity_identity("user0001")
        .parameter("f5", "clerk");
    replayed(signer, &signed, &sent)
}

pub(super) fn planted_approval(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let [challenge_sid, identity, friendly_name] =
        ["challenge_sid", "entity_identity", "factor_friendly_name"]
            .map(|name| event.get(name).unwrap_or_default().to_owned());
    // The digits in reverse make another challenge.
    let (prefix, digits) = challenge_sid.split_at_checked(2).unwrap_or_default();
    let other_challenge = prefix
        .chars()
        .chain(digits.chars().rev())
        .collect::<String>();
    let planted =
        format!("challenge_sid{other_challenge}entity_identityuser-0002factor_friendly_name");
    let signed = event
        .clone()
        .challenge_metadata(format_args!(r#"{{"os":"{planted}"}}"#));
    let sent = signed
        .clone()
        .challenge_metadata(r#"{"os":""#)
        .challenge_sid(other_challenge)
        .entity_identity("user-0002")
        .factor_friendly_name(format_args!(
            r#""}}challenge_sid{challenge_sid}entity_identity{identity}factor_friendly_name{friendly_name}"#
        ));
    replayed(signer, &signed, &sent)
}
