//! Signatures that are missing, ill-formed or wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use super::{EventBuilder, OwnedDelivery, Signer, replayed};
use crate::delivery::{SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};
use crate::signature::{Algorithm, string_to_sign};

/// Puts another signature in the place of the right one.
fn with_signature(
    signer: &Signer,
    event: &EventBuilder,
    change: impl FnOnce(String) -> String,
) -> OwnedDelivery {
    let delivery = signer.post(event);
    let right = delivery
        .headers()
        .find(|(name, _)| *name == SIGNATURE_HEADER)
        .map_or_else(String::new, |(_, value)| value.to_owned());
    delivery.with_header_replaced(SIGNATURE_HEADER, change(right))
}

/// Signs with any secret, the empty one too.
fn sign(signer: &Signer, secret: &str, url: &str, event: &EventBuilder) -> String {
    let text = string_to_sign(url, event);
    let (secret, text) = (secret.as_bytes(), text.as_bytes());
    let tag = match signer.key().algorithm() {
        Algorithm::HmacSha1 => Hmac::<Sha1>::new_from_slice(secret)
            .map(|mac| STANDARD.encode(mac.chain_update(text).finalize().into_bytes())),
        Algorithm::HmacSha256 => Hmac::<Sha256>::new_from_slice(secret)
            .map(|mac| STANDARD.encode(mac.chain_update(text).finalize().into_bytes())),
    };
    // HMAC takes keys of every length.
    tag.unwrap_or_default()
}

/// A signature of the right form that fits nothing.
fn wrong(signer: &Signer, event: &EventBuilder) -> String {
    let secret = event.get("uuid").unwrap_or_default();
    sign(signer, secret, signer.url(), event)
}

pub(super) fn none(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    signer.post(&event).without_header(SIGNATURE_HEADER)
}

pub(super) fn empty(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    with_signature(signer, &event, |_| String::new())
}

pub(super) fn two(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let wrong = wrong(signer, &event);
    signer.post(&event).with_header(SIGNATURE_HEADER, wrong)
}

pub(super) fn joined(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let wrong = wrong(signer, &event);
    with_signature(signer, &event, |right| format!("{right},{wrong}"))
}

pub(super) fn malformed(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    with_signature(signer, &event, |right| {
        format!("*{}", right.chars().skip(1).collect::<String>())
    })
}

pub(super) fn unpadded(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    with_signature(signer, &event, |right| {
        right.trim_end_matches('=').to_owned()
    })
}

pub(super) fn short(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    with_signature(signer, &event, |right| right.chars().skip(4).collect())
}

pub(super) fn wrong_key(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let wrong = wrong(signer, &event);
    with_signature(signer, &event, |_| wrong)
}

pub(super) fn empty_key(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let signature = sign(signer, "", signer.url(), &event);
    with_signature(signer, &event, |_| signature)
}

pub(super) fn wrong_url(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let url = match signer.url().split_once('?') {
        Some((url, query)) => format!("{url}/other?{query}"),
        None => format!("{}/other", signer.url()),
    };
    let signature = signer.key().sign(&url, &event);
    with_signature(signer, &event, |_| signature)
}

pub(super) fn wrong_scheme(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let (scheme, rest) = signer.url().split_once("://").unwrap_or_default();
    let other = match scheme.eq_ignore_ascii_case("http") {
        true => "https",
        false => "http",
    };
    let signature = signer.key().sign(&format!("{other}://{rest}"), &event);
    with_signature(signer, &event, |_| signature)
}

fn with_settings(signer: &Signer, event: &EventBuilder, settings: &str) -> OwnedDelivery {
    signer
        .post(event)
        .with_header_replaced(SIGNATURE_SETTINGS_HEADER, settings)
}

pub(super) fn unknown_shared_key(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let algorithm = signer.key().algorithm();
    let settings = format!("key=webhooks_sharedkey_unknown,algorithm={algorithm}");
    with_settings(signer, &event, &settings)
}

pub(super) fn unknown_algorithm(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let settings = match signer.key().id() {
        Some(id) => format!("key={id},algorithm=HMAC_MD5"),
        None => "algorithm=HMAC_MD5".to_owned(),
    };
    with_settings(signer, &event, &settings)
}

pub(super) fn malformed_settings(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    with_settings(signer, &event, signer.key().algorithm().as_str())
}

pub(super) fn tampered_value(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let denied = event.clone().event_type("challenge.denied");
    replayed(signer, &denied, &event)
}

pub(super) fn added_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let more = event.clone().parameter("region_code", "en");
    replayed(signer, &event, &more)
}

pub(super) fn removed_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let less = event.clone().without("challenge_hidden_details");
    replayed(signer, &event, &less)
}
