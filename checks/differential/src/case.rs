use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use twilio_verify_webhooks::signature::string_to_sign;
use twilio_verify_webhooks::{Algorithm, AuthToken, ConfigError, Key, SharedKey};

pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) const KEY_ID: &str = "webhooks_sharedkey_1";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Layer {
    /// Whether a signature fits a URL and decoded parameters.
    Parameters,
    /// Whether a signature fits a URL and a JSON body.
    Json,
    /// Whether a request is a delivery of Verify Push.
    Request,
    /// Whether a request is a delivery of Event Streams.
    Batch,
}

/// A URL and parameters that a signature was made over.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) secret: String,
    pub(crate) url: String,
    pub(crate) pairs: Pairs,
}

/// What is given to every validator.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) layer: Layer,
    /// Whether it is to be accepted by Twilio's documentation: of a request, that Twilio sends it to a webhook that is
    /// configured so; of parameters or a body, that the signature fits them, whoever split them so.
    pub(crate) genuine: bool,
    pub(crate) secret: String,
    /// The algorithm of a SharedKey; the secret is an AuthToken without.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) url: String,
    /// The configured destination of a sink; the URL is what the request was for.
    pub(crate) destination: Option<String>,
    /// Decoded; in a request they are in its body.
    pub(crate) params: Pairs,
    pub(crate) method: &'static str,
    /// What follows the configured URL in the request line.
    pub(crate) in_target: String,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) signature: Option<String>,
    pub(crate) settings: Option<String>,
    /// What the signature was made over, if it was made at all.
    pub(crate) signed: Option<Signed>,
}

impl Case {
    /// Parameters, signed as they are.
    pub(crate) fn parameters(url: &str, params: Pairs) -> Self {
        let mut case = Self {
            name: String::new(),
            layer: Layer::Parameters,
            genuine: true,
            secret: "12345".to_owned(),
            algorithm: None,
            url: url.to_owned(),
            destination: None,
            params,
            method: "POST",
            in_target: String::new(),
            content_type: None,
            body: Vec::new(),
            signature: None,
            settings: None,
            signed: None,
        };
        let params = case.params.clone();
        case.sign(url, params);
        case
    }

    /// A JSON body. `{hash}` in the URL stands for its hash.
    pub(crate) fn json(url: &str, body: &str) -> Self {
        let hash = Sha256::digest(body.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut case = Self::parameters(&url.replace("{hash}", &hash), Vec::new());
        case.layer = Layer::Json;
        case.body = body.into();
        case
    }

    /// A batch for a destination, requested and signed with this query.
    pub(crate) fn batch(destination: &str, query: &str, body: &str) -> Self {
        let mut case = Self::json(&format!("{}{query}", public(destination)), body);
        case.layer = Layer::Batch;
        case.destination = Some(destination.to_owned());
        case
    }

    /// A request whose form holds these parameters.
    pub(crate) fn request(url: &str, params: Pairs) -> Self {
        let body = form(&params).into_bytes();
        let content_type = Some(FORM.to_owned());
        Self {
            layer: Layer::Request,
            body,
            content_type,
            ..Self::parameters(url, params)
        }
    }

    pub(crate) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    pub(crate) fn forged(mut self) -> Self {
        self.genuine = false;
        self
    }

    pub(crate) fn sign(&mut self, url: &str, pairs: Pairs) {
        let secret = self.secret.clone();
        self.sign_with(&secret, url, pairs);
    }

    pub(crate) fn sign_with(&mut self, secret: &str, url: &str, pairs: Pairs) {
        let text = string_to_sign(url, pairs.clone());
        self.signature = Some(tag(secret, self.algorithm, &text));
        let (secret, url) = (secret.to_owned(), url.to_owned());
        self.signed = Some(Signed { secret, url, pairs });
    }

    /// Replaces the AuthToken by a SharedKey that signs the same.
    pub(crate) fn with_shared_key(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self.settings = Some(format!("key={KEY_ID},algorithm={algorithm}"));
        if let Some(Signed { secret, url, pairs }) = self.signed.take() {
            self.sign_with(&secret, &url, pairs);
        }
        self
    }

    pub(crate) fn key(&self) -> Result<Key, ConfigError> {
        Ok(match self.algorithm {
            None => AuthToken::new(&self.secret)?.into(),
            Some(algorithm) => SharedKey::new(KEY_ID, &self.secret, algorithm)?.into(),
        })
    }

    /// The URL that the request was for: without the fragment, which is never sent, if there is more to it.
    pub(crate) fn requested_url(&self) -> String {
        match (&*self.in_target, self.url.split_once('#')) {
            ("", _) => self.url.clone(),
            (more, Some((url, _))) => format!("{url}{more}"),
            (more, None) => format!("{}{more}", self.url),
        }
    }

    /// The case as the other implementations read it.
    pub(crate) fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Question<'c> {
            layer: Layer,
            secret: &'c str,
            algorithm: Option<&'static str>,
            url: &'c str,
            requested_url: String,
            params: &'c Pairs,
            method: &'static str,
            content_type: &'c Option<String>,
            body: String,
            signature: &'c Option<String>,
            settings: &'c Option<String>,
        }

        let question = Question {
            layer: self.layer,
            secret: &self.secret,
            algorithm: self.algorithm.map(Algorithm::as_str),
            url: &self.url,
            requested_url: self.requested_url(),
            params: &self.params,
            method: self.method,
            content_type: &self.content_type,
            body: self.body.iter().map(|byte| format!("{byte:02x}")).collect(),
            signature: &self.signature,
            settings: &self.settings,
        };
        serde_json::to_string(&question).expect("a case is plain data")
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            layer,
            genuine,
            url,
            params,
            method,
            content_type,
            settings,
            signed,
            ..
        } = self;
        write!(
            f,
            "{name} ({layer:?}, genuine: {genuine}): {method} {url} {params:.300?}"
        )?;
        if *layer == Layer::Request {
            write!(
                f,
                ", {content_type:?}, {settings:?}, {:.300?}",
                String::from_utf8_lossy(&self.body)
            )?;
        }
        match signed {
            Some(Signed { url, pairs, .. }) if pairs == params => write!(f, ", signed for {url}"),
            Some(Signed { url, pairs, .. }) => write!(f, ", signed for {url} {pairs:.300?}"),
            None => write!(f, ", the signature {:.40?}", self.signature),
        }
    }
}

/// A URL without user name and password, which no request line has.
pub(crate) fn public(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (_, rest) = rest.split_once('@').unwrap_or(("", rest));
            format!("{scheme}://{rest}")
        }
        None => url.to_owned(),
    }
}

/// Signs with any secret, an empty one too.
fn tag(secret: &str, algorithm: Option<Algorithm>, text: &str) -> String {
    match algorithm {
        Some(Algorithm::HmacSha256) => {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
            STANDARD.encode(
                mac.expect("any length")
                    .chain_update(text)
                    .finalize()
                    .into_bytes(),
            )
        }
        _ => {
            let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes());
            STANDARD.encode(
                mac.expect("any length")
                    .chain_update(text)
                    .finalize()
                    .into_bytes(),
            )
        }
    }
}

pub(crate) fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

pub(crate) fn pairs(form: &str) -> Pairs {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}
