//! Deliveries as Twilio sends them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use twilio_verify_webhooks::{AuthToken, SIGNATURE_HEADER};

use crate::http::Request;

/// The URL that the servers are configured with. They listen elsewhere, as behind a proxy.
pub const URL: &str = "https://example.com/webhook";
/// The token that the servers are configured with.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The account of all deliveries.
pub const ACCOUNT: &str = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
/// The media type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// How many bytes a form may have.
pub const LIMIT: usize = 128 * 1024;

/// The parameters of an event, no two of which have the same uuid or identity.
#[derive(Debug, Clone)]
pub struct Event {
    pub identity: String,
    pub uuid: String,
    pub params: Vec<(String, String)>,
}

impl Event {
    /// An event with the parameters of version 1.
    #[must_use]
    pub fn v1(event_type: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let identity = format!("identity-{count:08}");
        let uuid = format!("{count:08x}-73c4-4d1d-8d1f-6b6f0f5f1c5a");
        let event = Self {
            identity: identity.clone(),
            uuid: uuid.clone(),
            params: Vec::new(),
        };
        let event = event
            .with("uuid", &uuid)
            .with("type", event_type)
            .with("account_sid", ACCOUNT)
            .with("service_sid", "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5")
            .with("entity_identity", &identity)
            .with("factor_sid", "YFa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5");
        if event_type.starts_with("challenge.") {
            event.with("challenge_sid", "YCa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5")
        } else {
            event
        }
    }

    /// An event with the parameters of version 2.
    #[must_use]
    pub fn v2(event_type: &str) -> Self {
        let event = Self::v1(event_type)
            .with("factor_type", "push")
            .with("factor_friendly_name", "John\u{2019}s Phone")
            .with("factor_metadata", r#"{"os":"Android"}"#);
        if event_type.starts_with("challenge.") {
            let details =
                r#"{"message":"Log in?","fields":[{"label":"Where","value":"Lyon & more"}]}"#;
            event
                .with("challenge_details", details)
                .with("challenge_hidden_details", r#"{"ip":"127.0.0.1"}"#)
                .with("challenge_metadata", r#"{"os":"Android 16"}"#)
        } else {
            event
        }
    }

    /// An event whose form has exactly `len` bytes.
    #[must_use]
    pub fn of_len(len: usize) -> Self {
        let event = Self::v2("challenge.approved");
        let hidden = |fill: usize| format!(r#"{{"fill":"{}"}}"#, "x".repeat(fill));
        let empty = event.clone().with("challenge_hidden_details", &hidden(0));
        let fill = len - empty.form().len();
        event.with("challenge_hidden_details", &hidden(fill))
    }

    /// Sets a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.params.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.params.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Leaves a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(other, _)| other != name);
        self
    }

    #[must_use]
    pub fn form(&self) -> String {
        let mut form = String::new();
        for (name, value) in &self.params {
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(name);
            form.push('=');
            for byte in value.bytes() {
                match byte {
                    b' ' => form.push('+'),
                    b'-' | b'.' | b'_' => form.push(byte.into()),
                    _ if byte.is_ascii_alphanumeric() => form.push(byte.into()),
                    _ => write!(form, "%{byte:02X}").unwrap(),
                }
            }
        }
        form
    }

    #[must_use]
    pub fn signature(&self, token: &str) -> String {
        let token = AuthToken::new(token).unwrap();
        token.sign(URL, self.params.clone())
    }

    /// The request that Twilio makes of it.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::post(self.form())
            .header("Content-Type", FORM)
            .header(SIGNATURE_HEADER, &self.signature(TOKEN))
    }

    /// What the handler's line must hold: what it does for whom.
    #[must_use]
    pub fn act(&self) -> String {
        let (_, event_type) = &self.params[1];
        let identity = &self.identity;
        match event_type.as_str() {
            "challenge.approved" => format!("let {identity} in"),
            "challenge.denied" => format!("keep {identity} out"),
            known if known.starts_with("factor.") => format!("{known} for {identity}"),
            other => format!("nothing to do for {other}"),
        }
    }
}
