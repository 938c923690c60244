//! A receiver and a request that does not suit it.

use twilio_verify_webhooks::diagnosis::{Cause, Context, Diagnosis};
use twilio_verify_webhooks::*;

pub(crate) const URL: &str = "https://example.com/webhook";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const OTHER_TOKEN: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) fn token(text: &str) -> AuthToken {
    AuthToken::new(text).unwrap()
}

pub(crate) fn v1() -> Pairs {
    [
        ("uuid", "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"),
        ("type", "challenge.approved"),
        ("account_sid", "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("service_sid", "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("entity_identity", "ff483d1ff591898a9942916050d2ca3f"),
        ("factor_sid", "YFa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("challenge_sid", "YCa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

pub(crate) fn v2() -> Pairs {
    let mut pairs = v1();
    let more = [
        ("factor_type", "push"),
        ("factor_friendly_name", "Zoë's Phone"),
        ("factor_metadata", r#"{"os":"Android 16"}"#),
        ("challenge_details", r#"{"message":"Log in?","fields":[]}"#),
    ];
    pairs.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    pairs
}

pub(crate) fn with(mut pairs: Pairs, name: &str, value: &str) -> Pairs {
    match pairs.iter_mut().find(|(other, _)| other == name) {
        Some((_, old)) => *old = value.into(),
        None => pairs.push((name.into(), value.into())),
    }
    pairs
}

pub(crate) fn form(pairs: &[(String, String)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

/// Everything a diagnosis is given.
#[derive(Clone)]
pub(crate) struct Scene {
    /// The URL at Twilio.
    pub(crate) signed: String,
    pub(crate) builder: ReceiverBuilder,
    pub(crate) method: &'static str,
    pub(crate) target: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) secret: Option<&'static str>,
    pub(crate) keys: Vec<(&'static str, Key)>,
    pub(crate) urls: Vec<String>,
}

impl Scene {
    /// A receiver for a URL, and parameters signed with another.
    pub(crate) fn new(configured: &str, signed: &str, pairs: &Pairs) -> Self {
        Self::with_builder(
            Receiver::builder(configured).auth_token(token(TOKEN)),
            signed,
            pairs,
        )
    }

    pub(crate) fn with_builder(builder: ReceiverBuilder, signed: &str, pairs: &Pairs) -> Self {
        let signature = token(TOKEN).sign(signed, pairs.clone());
        Self {
            signed: signed.to_owned(),
            builder,
            method: "POST",
            target: None,
            headers: vec![
                ("Content-Type", FORM.into()),
                ("X-Twilio-Signature", signature),
            ],
            body: form(pairs).into(),
            secret: None,
            keys: Vec::new(),
            urls: Vec::new(),
        }
    }

    pub(crate) fn genuine(pairs: &Pairs) -> Self {
        Self::new(URL, URL, pairs)
    }

    /// Signs some text of URL and parameters in place of what was signed.
    pub(crate) fn text(self, text: &str) -> Self {
        let signature = token(TOKEN).sign::<&str, &str>(text, []);
        self.set("X-Twilio-Signature", &signature)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.header(name, value)
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn target(mut self, target: &str) -> Self {
        self.target = Some(target.into());
        self
    }

    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn signature(&self) -> String {
        let mut headers = self.headers.iter();
        let header = headers.find(|(name, _)| *name == "X-Twilio-Signature");
        header.unwrap().1.clone()
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> + Clone {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (*name, value.as_bytes()))
    }

    pub(crate) fn delivery(&self) -> Delivery<'_> {
        let delivery = Delivery::new(self.method, &self.body).headers(self.headers());
        match &self.target {
            Some(target) => delivery.target(target),
            None => delivery,
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let mut context = Context::new().headers(self.headers());
        if let Some(secret) = self.secret {
            context = context.secret(secret);
        }
        for (label, key) in &self.keys {
            context = context.other_key(label, key.clone());
        }
        for url in &self.urls {
            context = context.other_url(url);
        }
        context
    }

    pub(crate) fn receiver(&self) -> Receiver {
        self.builder.clone().build().unwrap()
    }

    pub(crate) fn diagnose(&self) -> Diagnosis {
        let receiver = self.receiver();
        receiver.diagnose(&self.delivery(), &self.context())
    }
}

pub(crate) fn causes(diagnosis: &Diagnosis) -> Vec<Cause> {
    diagnosis
        .causes
        .iter()
        .map(|finding| finding.cause)
        .collect()
}

pub(crate) fn observations(diagnosis: &Diagnosis) -> Vec<Cause> {
    let observations = diagnosis.observations.iter();
    observations.map(|finding| finding.cause).collect()
}
