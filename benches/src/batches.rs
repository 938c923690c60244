//! Batches of Event Streams: genuine ones, and those that ask most, at any size.

use sha2::{Digest as _, Sha256};
use twilio_verify_webhooks::testing::{CloudEventBuilder, StartedVerification};
use twilio_verify_webhooks::verify_events::{EventStreamReceiver, VerificationEventType};
use twilio_verify_webhooks::{AuthToken, Delivery};

use crate::fixtures::AUTH_TOKEN;
use crate::floor;

pub const DESTINATION: &str = "https://example.com/streams";

/// A signed batch.
#[derive(Debug)]
pub struct Batch {
    pub name: &'static str,
    pub body: String,
    /// What is signed: the destination with the hash.
    pub string_to_sign: String,
    pub signature: String,
}

impl Batch {
    fn new(name: &'static str, body: String) -> Self {
        let hash = Sha256::digest(body.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let string_to_sign = format!("{DESTINATION}?bodySHA256={hash}");
        let signature = floor::signature(AUTH_TOKEN, &string_to_sign);
        Self {
            name,
            body,
            string_to_sign,
            signature,
        }
    }

    pub fn delivery(&self) -> Delivery<'_> {
        Delivery::new("POST", self.body.as_bytes()).signature(&self.signature)
    }
}

/// A receiver that takes any number of elements.
pub fn receiver() -> EventStreamReceiver {
    EventStreamReceiver::builder(DESTINATION)
        .auth_token(AuthToken::new(AUTH_TOKEN).unwrap())
        .body_limit(EventStreamReceiver::MAX_BODY_LIMIT)
        .element_limit(EventStreamReceiver::MAX_ELEMENT_LIMIT)
        .build()
        .unwrap()
}

/// So many verifications that were approved.
pub fn approvals(count: usize) -> Batch {
    let mut started = StartedVerification::from_seed(1);
    let events: Vec<String> = (0..count)
        .map(|_| started.verification(VerificationEventType::Approved).json())
        .collect();
    Batch::new("approvals", format!("[{}]", events.join(",")))
}

/// One of each, of about so many bytes.
pub fn all(bytes: usize) -> Vec<Batch> {
    let approval = CloudEventBuilder::verification_approved();
    let events = bytes / (approval.json().len() + 1);
    // An event that is filled with a text over and over.
    let filled = |name, start: &str, text: &str, end: &str| {
        let event = approval.json();
        let (before, after) = event.split_once(r#""account_sid""#).unwrap();
        let frame = before.len() + after.len() + start.len() + end.len() + 16;
        let times = bytes.saturating_sub(frame) / text.len();
        let body = format!(
            r#"[{before}{start}{}{end},"account_sid"{after}]"#,
            text.repeat(times)
        );
        Batch::new(name, body)
    };
    let many = |name, element: &str| {
        let times = bytes / (element.len() + 1);
        Batch::new(
            name,
            format!("[{element}{}]", format!(",{element}").repeat(times - 1)),
        )
    };
    let names = |start: &str| {
        let count = bytes.saturating_sub(1200) / 12;
        let members: Vec<String> = (0..count)
            .map(|number| format!(r#""{number:06}":"""#))
            .collect();
        format!("{start}{}", members.join(","))
    };
    vec![
        approvals(events.max(1)),
        many("empty objects", "{}"),
        many("numbers", "1"),
        many(
            "deep elements",
            &format!("{}{}", "[".repeat(50), "]".repeat(50)),
        ),
        Batch::new(
            "brackets alone",
            "[".repeat(bytes / 2) + &"]".repeat(bytes / 2),
        ),
        filled("text without escapes", r#""x":""#, "a", "\""),
        filled("text of escapes", r#""x":""#, "\\\\", "\""),
        filled("white space", r#""x": "#, " ", "1"),
        filled(
            "empty attempts",
            r#""x":1,"check_attempts":{"attempts":[{}"#,
            ",{}",
            "]}",
        ),
        filled("deep member", r#""x":[[]"#, ",[[[[]]]]", "]"),
        filled("many members", &names(""), " ", ""),
        filled("tags", &format!(r#""tags":{{{}}}"#, names("")), " ", ""),
        filled("data as text", r#""x":""#, r#"{\"a\":[]}"#, "\""),
    ]
}
