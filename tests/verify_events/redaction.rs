//! What logs must not hold.

use serde_json::json;
use twilio_verify_webhooks::verify_events::EventStreamReceiver;

use crate::support::*;

#[test]
fn numbers_tags_names_and_unknown_values_are_not_in_debug() {
    let private = [
        "4915112345678",
        "a-secret-flow",
        "Harbour",
        "a-secret-risk",
        "a-secret-other",
        "a-secret-bad",
    ];
    let sent = with(
        approved(),
        "data.friendly_name",
        Some(json!("Harbour Bank")),
    );
    let sent = with(
        sent,
        "data.custom_friendly_name",
        Some(json!("Harbour Login")),
    );
    let sent = with(sent, "data.risk", Some(json!("a-secret-risk")));
    let sent = with(sent, "extra", Some(json!("a-secret-risk")));
    let other = with(delivered(), "type", Some(json!("com.twilio.other")));
    let other = with(other, "data.other", Some(json!("a-secret-other")));
    let bad = json!({ "to": "+4915112345678", "x": "a-secret-bad" });
    let batch = receive(format!("[{sent},{},{other},{bad}]", delivered())).unwrap();
    assert_eq!(batch.events().count(), 3);
    let texts = [format!("{batch:?}"), format!("{batch:#?}")];
    let bad = batch.bad_elements().map(|bad| format!("{bad}{bad:?}"));
    let raw = batch.events().map(|event| format!("{:?}", event.raw()));
    for text in texts.into_iter().chain(bad).chain(raw) {
        for private in private {
            assert!(!text.contains(private), "{private}: {text}");
        }
    }
    let text = format!("{batch:?}");
    for public in [
        "VE0123456789abcdef0123456789abcdef",
        "Approved",
        "Delivered",
        "risk",
        "RawJson(15 bytes)",
    ] {
        assert!(text.contains(public), "{public}: {text}");
    }
}

#[test]
fn a_receiver_shows_neither_secret_nor_password() {
    let destination = "https://user:a-secret-password@example.com/x?k=a-secret-query";
    let builder = EventStreamReceiver::builder(destination).auth_token(token());
    let texts = [
        format!("{builder:?}"),
        format!("{:?}", builder.build().unwrap()),
    ];
    for text in texts {
        assert!(
            !text.contains("a-secret") && !text.contains(TOKEN),
            "{text}"
        );
    }
}
