//! As one writes it without a thought for time: a map of owned strings, `format!`, a new HMAC each time.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha1::Sha1;

pub fn validate(auth_token: &str, url: &str, body: &str, signature: &str) -> bool {
    verified(auth_token, url, body, signature).is_some()
}

/// An event with its nested JSON decoded.
#[derive(Debug)]
pub struct Event {
    pub uuid: String,
    pub event_type: String,
    pub account_sid: String,
    pub service_sid: String,
    pub entity_identity: String,
    pub factor_sid: String,
    pub factor_type: Option<String>,
    pub factor_friendly_name: Option<String>,
    pub factor_metadata: Option<Value>,
    pub challenge_sid: Option<String>,
    pub challenge_details: Option<Value>,
    pub challenge_hidden_details: Option<Value>,
    pub challenge_metadata: Option<Value>,
}

pub fn receive(auth_token: &str, url: &str, body: &str, signature: &str) -> Option<Event> {
    let params = verified(auth_token, url, body, signature)?;
    let text = |name: &str| params.get(name).cloned();
    let json = |name: &str| params.get(name).map(|text| serde_json::from_str(text));
    Some(Event {
        uuid: text("uuid")?,
        event_type: text("type")?,
        account_sid: text("account_sid")?,
        service_sid: text("service_sid")?,
        entity_identity: text("entity_identity")?,
        factor_sid: text("factor_sid")?,
        factor_type: text("factor_type"),
        factor_friendly_name: text("factor_friendly_name"),
        factor_metadata: json("factor_metadata").transpose().ok()?,
        challenge_sid: text("challenge_sid"),
        challenge_details: json("challenge_details").transpose().ok()?,
        challenge_hidden_details: json("challenge_hidden_details").transpose().ok()?,
        challenge_metadata: json("challenge_metadata").transpose().ok()?,
    })
}

fn verified(
    auth_token: &str,
    url: &str,
    body: &str,
    signature: &str,
) -> Option<BTreeMap<String, String>> {
    let params: BTreeMap<String, String> = serde_urlencoded::from_str(body).ok()?;
    let mut text = url.to_string();
    for (name, value) in &params {
        text = format!("{text}{name}{value}");
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    let tag = STANDARD.decode(signature).ok()?;
    mac.verify_slice(&tag).ok()?;
    Some(params)
}
