//! Digests are frozen: those in a database of years ago must come out the same.

use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::Digest;

fn event() -> EventBuilder {
    EventBuilder::challenge_approved()
        .v1()
        .uuid("e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a")
        .parameter("account_sid", "AC0123456789abcdef0123456789abcdef")
        .parameter("service_sid", "VA0123456789abcdef0123456789abcdef")
        .entity_identity("ff483d1ff591898a9942916050d2ca3f")
        .parameter("factor_sid", "YF0123456789abcdef0123456789abcdef")
        .parameter("challenge_sid", "YC0123456789abcdef0123456789abcdef")
}

/// Computed from the definition with Python's `hashlib`.
const DIGEST: &str = "Digest(1bdaa460bf7a10bccf004649893e6543)";

#[test]
fn a_digest_is_as_defined() {
    let event = event().build().expect("an event");
    assert_eq!(format!("{:?}", Digest::of(&event)), DIGEST);
}

#[test]
fn every_documented_parameter_counts_and_no_other() {
    let digest = |event: EventBuilder| Digest::of(&event.build().expect("an event"));
    let first = digest(event());
    assert_eq!(digest(event().parameter("wireless_carrier", "none")), first);
    for (name, value) in [
        ("type", "challenge.denied"),
        ("uuid", "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5b"),
        ("account_sid", "AC1123456789abcdef0123456789abcdef"),
        ("service_sid", "VA1123456789abcdef0123456789abcdef"),
        ("entity_identity", "ff483d1ff591898a9942916050d2ca3e"),
        ("factor_sid", "YF1123456789abcdef0123456789abcdef"),
        ("challenge_sid", "YC1123456789abcdef0123456789abcdef"),
    ] {
        assert_ne!(digest(event().parameter(name, value)), first, "{name}");
    }
}
