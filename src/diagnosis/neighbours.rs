//! Webhooks of other services, told by their headers and bodies.

use super::{Cause, Finding};
use crate::delivery::Delivery;
use crate::signature::has_hash_of_body;

/// Names the service that signs with a header.
pub(super) fn of(name: &str, value: &str) -> Option<(Cause, &'static str)> {
    const HEADERS: [(&str, Cause); 6] = [
        ("X-Twilio-Email-Event-Webhook-Signature", Cause::Sendgrid),
        ("X-Twilio-Email-Event-Webhook-Timestamp", Cause::Sendgrid),
        ("X-Authy-Signature", Cause::Authy),
        ("X-Authy-Signature-Nonce", Cause::Authy),
        ("X-Segment-Signature", Cause::Segment),
        ("X-Signature", Cause::Segment),
    ];
    let known = HEADERS.into_iter();
    let mut known = known.filter(|(header, _)| name.eq_ignore_ascii_case(header));
    if let Some((header, cause)) = known.next() {
        return Some((cause, header));
    }
    let is_segment = name.eq_ignore_ascii_case("user-agent") && value.starts_with("Segment");
    is_segment.then_some((Cause::Segment, "User-Agent"))
}

/// Says which other service sent a request, if one did. `X-Signature` is no service's own: it counts with a body that
/// Segment sends.
pub(super) fn observed(
    delivery: &Delivery<'_>,
    named: Option<(Cause, &'static str)>,
) -> Option<Finding> {
    let has = |name: &str| {
        let name = format!("\"{name}\"");
        let mut windows = delivery.body.windows(name.len());
        windows.any(|window| window == name.as_bytes())
    };
    let is_json = delivery.body.trim_ascii_start().starts_with(b"{")
        || delivery.body.trim_ascii_start().starts_with(b"[");
    let is_event = is_json && has("specversion");
    let is_segment = is_json && has("messageId") && (has("anonymousId") || has("userId"));
    match named {
        Some((Cause::Segment, "X-Signature")) if !is_segment => {}
        Some((cause, header)) => return Some(Finding::new(cause).at(header)),
        None => {}
    }
    let query = delivery.target.and_then(|target| target.split_once('?'));
    let hash = query.map(|(_, query)| query).unwrap_or_default();
    let has_hash = hash.split('&').any(|pair| pair.starts_with("bodySHA256="));
    if is_event && (has_hash || delivery.signature.count > 0) {
        let at = if !has_hash {
            "the body"
        } else if has_hash_of_body(hash, delivery.body) {
            "bodySHA256"
        } else {
            "bodySHA256, which is not that of the body"
        };
        return Some(Finding::new(Cause::EventStreams).at(at));
    }
    (is_segment && delivery.signature.count == 0)
        .then(|| Finding::new(Cause::Segment).at("the body"))
}
