//! What a line of the data says: see `tests/data/README.md`.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use twilio_verify_webhooks::*;
use verify_webhooks_reference::scheme::{self, Hash};

use crate::support::*;

#[derive(Deserialize)]
struct Corpus {
    texts: BTreeMap<String, String>,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    group: String,
    cases: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    #[serde(default)]
    pub(super) receiver: Configuration,
    #[serde(default = "post")]
    method: String,
    target: Option<String>,
    #[serde(default = "form_type")]
    content_type: Vec<String>,
    #[serde(default = "one_signature")]
    signature: Vec<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default = "approval")]
    body: String,
    #[serde(default)]
    sign: Sign,
    pub(super) accepted: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) class: Option<String>,
    pub(super) refusal: Option<String>,
    #[cfg_attr(not(feature = "axum"), allow(dead_code))]
    pub(super) over_http: Option<(OverHttp, String)>,
}

fn post() -> String {
    "POST".into()
}

fn form_type() -> Vec<String> {
    vec![FORM.into()]
}

fn one_signature() -> Vec<String> {
    vec!["<signature>".into()]
}

fn approval() -> String {
    "<v2_approved>".into()
}

/// What comes of a delivery where an HTTP server stands before the receiver.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
#[cfg_attr(not(feature = "axum"), allow(dead_code))]
pub(super) enum OverHttp {
    /// The server answers so by itself, or hands on a request that is answered so.
    Status(u16),
    /// `accepted`, or `not sent` for what is no request.
    Outcome(String),
}

/// What was signed. What is left out is as in the delivery itself.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    url: Option<String>,
    form: Option<String>,
    key: Option<String>,
    algorithm: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Configuration {
    url: Option<String>,
    origin: Option<String>,
    auth_tokens: Vec<String>,
    shared_keys: Vec<(String, String, String)>,
    accounts: BTreeMap<String, String>,
    accept_get: bool,
    body_limit: Option<usize>,
    strict: bool,
    account_sid: Option<String>,
    service_sid: Option<String>,
}

#[derive(Clone)]
pub(super) enum Built {
    One(Receiver),
    Accounts(AccountReceiver, HashMap<AccountSid, AccountKeys>),
}

impl Configuration {
    pub(super) fn build(&self) -> Built {
        /// Sets what both kinds of builders can be told.
        macro_rules! builder {
            ($receiver:ty) => {{
                let mut builder = match &self.origin {
                    Some(origin) => <$receiver>::builder_for_origin(origin),
                    None => <$receiver>::builder(self.url.as_deref().unwrap_or(URL)),
                };
                if self.accept_get {
                    builder = builder.accept_get();
                }
                if self.strict {
                    builder = builder.strict();
                }
                if let Some(limit) = self.body_limit {
                    builder = builder.body_limit(limit);
                }
                if let Some(sid) = &self.account_sid {
                    builder = builder.account_sid(sid.parse().unwrap());
                }
                if let Some(sid) = &self.service_sid {
                    builder = builder.service_sid(sid.parse().unwrap());
                }
                builder
            }};
        }

        if !self.accounts.is_empty() {
            let builder = builder!(AccountReceiver);
            let keys = self.accounts.iter().map(|(sid, token)| {
                let sid = sid.parse().unwrap();
                (
                    sid,
                    AccountKeys::new(sid, [AuthToken::new(token).unwrap()]).unwrap(),
                )
            });
            return Built::Accounts(builder.build().unwrap(), keys.collect());
        }
        let mut builder = builder!(Receiver);
        if self.auth_tokens.is_empty() && self.shared_keys.is_empty() {
            builder = builder.auth_token(token());
        }
        for token in &self.auth_tokens {
            builder = builder.auth_token(AuthToken::new(token).unwrap());
        }
        for (id, secret, algorithm) in &self.shared_keys {
            let algorithm = match algorithm.as_str() {
                "HMAC_SHA1" => Algorithm::HmacSha1,
                "HMAC_SHA256" => Algorithm::HmacSha256,
                other => panic!("{other}"),
            };
            builder = builder.shared_key(SharedKey::new(id, secret, algorithm).unwrap());
        }
        Built::One(builder.build().unwrap())
    }
}

/// A request with nothing left to fill in.
pub(super) struct Raw {
    pub(super) method: String,
    pub(super) target: Option<String>,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Case {
    pub(super) fn request(&self) -> Raw {
        let signature = self.signature();
        let content_type = self.content_type.iter().map(|line| ("Content-Type", line));
        let lines = self
            .signature
            .iter()
            .map(|line| ("X-Twilio-Signature", line));
        let others = self
            .headers
            .iter()
            .map(|(name, line)| (name.as_str(), line));
        let headers = content_type.chain(lines).chain(others).map(|(name, line)| {
            let line = line.replace("<signature>", &signature);
            (name.to_owned(), bytes(&line))
        });
        Raw {
            method: self.method.clone(),
            target: self.target.clone(),
            headers: headers.collect(),
            body: bytes(&self.body),
        }
    }

    /// Signs by itself, not with the crate: so it can use keys that the crate refuses.
    fn signature(&self) -> String {
        let Configuration { url, origin, .. } = &self.receiver;
        let url = match (&self.sign.url, origin) {
            (Some(url), _) => url.clone(),
            (None, Some(origin)) => {
                format!("{origin}{}", self.target.as_deref().unwrap_or_default())
            }
            (None, None) => url.clone().unwrap_or_else(|| URL.into()),
        };
        let form = bytes(self.sign.form.as_ref().unwrap_or(&self.body));
        let text = scheme::text(&url, &scheme::pairs(&form));
        let hash = match self.sign.algorithm.as_deref().unwrap_or("HMAC_SHA1") {
            "HMAC_SHA1" => Hash::Sha1,
            "HMAC_SHA256" => Hash::Sha256,
            other => panic!("{other}"),
        };
        scheme::signature(hash, self.sign.key.as_deref().unwrap_or(TOKEN), &text)
    }

    /// Fills in the texts and repetitions.
    fn expand(&mut self, texts: &BTreeMap<String, String>) {
        let Self {
            target,
            signature,
            body,
            sign,
            ..
        } = self;
        let strings = target.iter_mut().chain(signature).chain([body]);
        let signed = sign.form.iter_mut().chain(&mut sign.url);
        for text in strings.chain(signed) {
            *text = expanded(text, texts);
        }
    }
}

/// Each character is the byte of its number.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

fn expanded(text: &str, texts: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once('<') {
        out.push_str(before);
        let (inside, after) = opened.split_once('>').unwrap();
        match (texts.get(inside), inside.rsplit_once('*')) {
            (Some(known), _) => out.push_str(&expanded(known, texts)),
            (None, Some((piece, times))) => out.push_str(&piece.repeat(times.parse().unwrap())),
            (None, None) if inside == "signature" => out.push_str("<signature>"),
            (None, None) => panic!("no text is named {inside}"),
        }
        rest = after;
    }
    out + rest
}

/// Reads all cases, each with its group.
pub(super) fn all() -> Vec<(String, Case)> {
    let corpus = include_str!("../../data/hostile-deliveries.json");
    let Corpus { texts, groups } = serde_json::from_str(corpus).unwrap();
    let mut cases = Vec::new();
    for Group {
        group,
        cases: of_group,
    } in groups
    {
        for mut case in of_group {
            case.expand(&texts);
            cases.push((group.clone(), case));
        }
    }
    cases
}
