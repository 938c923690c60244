//! As one writes it with time in mind and the usual crates: borrowed pairs, sorted, one text, a kept HMAC.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha1::Sha1;

#[derive(Debug)]
pub struct Validator {
    url: String,
    mac: Hmac<Sha1>,
}

/// An event that owns its text, with its nested JSON decoded.
#[derive(Debug, Default)]
pub struct Event {
    pub uuid: String,
    pub event_type: String,
    pub account_sid: String,
    pub service_sid: String,
    pub entity_identity: String,
    pub factor_sid: String,
    pub factor_type: Option<String>,
    pub factor_friendly_name: Option<String>,
    pub factor_metadata: Option<Members>,
    pub challenge_sid: Option<String>,
    pub challenge_details: Option<Details>,
    pub challenge_hidden_details: Option<Members>,
    pub challenge_metadata: Option<Members>,
}

pub type Members = std::collections::BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
pub struct Details {
    pub message: String,
    pub fields: Vec<Field>,
    pub date: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Field {
    pub label: String,
    pub value: String,
}

type Pairs<'b> = Vec<(Cow<'b, str>, Cow<'b, str>)>;

impl Validator {
    pub fn new(auth_token: &str, url: &str) -> Self {
        Self {
            url: url.into(),
            mac: Hmac::new_from_slice(auth_token.as_bytes()).unwrap(),
        }
    }

    pub fn validate(&self, body: &str, signature: &str) -> bool {
        self.verified(body, signature).is_some()
    }

    pub fn receive(&self, body: &str, signature: &str) -> Option<Event> {
        let mut event = Event::default();
        for (name, value) in self.verified(body, signature)? {
            match &*name {
                "uuid" => event.uuid = value.into_owned(),
                "type" => event.event_type = value.into_owned(),
                "account_sid" => event.account_sid = value.into_owned(),
                "service_sid" => event.service_sid = value.into_owned(),
                "entity_identity" => event.entity_identity = value.into_owned(),
                "factor_sid" => event.factor_sid = value.into_owned(),
                "factor_type" => event.factor_type = Some(value.into_owned()),
                "factor_friendly_name" => event.factor_friendly_name = Some(value.into_owned()),
                "factor_metadata" => event.factor_metadata = serde_json::from_str(&value).ok()?,
                "challenge_sid" => event.challenge_sid = Some(value.into_owned()),
                "challenge_details" => {
                    event.challenge_details = serde_json::from_str(&value).ok()?;
                }
                "challenge_hidden_details" => {
                    event.challenge_hidden_details = serde_json::from_str(&value).ok()?;
                }
                "challenge_metadata" => {
                    event.challenge_metadata = serde_json::from_str(&value).ok()?;
                }
                _ => {}
            }
        }
        Some(event)
    }

    fn verified<'b>(&self, body: &'b str, signature: &str) -> Option<Pairs<'b>> {
        let mut pairs: Pairs<'_> = form_urlencoded::parse(body.as_bytes()).collect();
        pairs.sort_unstable();
        let mut text = String::with_capacity(self.url.len() + body.len());
        text.push_str(&self.url);
        for (name, value) in &pairs {
            text.push_str(name);
            text.push_str(value);
        }
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        let mut tag = [0; 21];
        let len = STANDARD.decode_slice(signature, &mut tag).ok()?;
        mac.verify_slice(tag.get(..len)?).ok()?;
        Some(pairs)
    }
}
