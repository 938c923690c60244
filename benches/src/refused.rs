//! Deliveries that are refused, each for one reason.

use twilio_verify_webhooks::Delivery;

use crate::fixtures::Fixture;
use crate::receiver::{FORM, post};

/// A request that is refused for what its name says.
#[derive(Debug)]
pub struct Refused {
    pub name: &'static str,
    body: String,
    signature: Option<String>,
}

impl Refused {
    pub fn delivery(&self) -> Delivery<'_> {
        match &self.signature {
            Some(signature) => post(&self.body, signature),
            None => Delivery::new("POST", self.body.as_bytes()).content_type(FORM),
        }
    }
}

/// Spoils a delivery in every way.
pub fn all(fixture: &Fixture) -> Vec<Refused> {
    let Fixture {
        body, signature, ..
    } = fixture;
    let refused = |name, body: &str, signature: &str| Refused {
        name,
        body: body.into(),
        signature: Some(signature.into()),
    };
    let many: Vec<String> = (0..5000).map(|number| format!("name_{number}=1")).collect();
    vec![
        Refused {
            signature: None,
            ..refused("missing header", body, "")
        },
        refused("wrong length", body, "c2hvcnQ="),
        refused("no base64", body, "not base64 but as long as it"),
        refused("oversized body", &"a=".repeat(1 << 19), signature),
        refused("5,000 parameters", &many.join("&"), signature),
        refused("duplicate at the end", &format!("{body}&uuid=1"), signature),
        refused("bad escape at the end", &format!("{body}%2"), signature),
        refused("wrong tag", body, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ]
}
