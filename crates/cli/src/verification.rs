//! Whether Twilio sent a request, and if not, why it does not look so.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};
use twilio_verify_webhooks::diagnosis::{Context, Diagnosis};
use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::verify_events::EventStreamReceiver;
use twilio_verify_webhooks::{ConfigError, Key, Receiver, RefusalClass};

use crate::batch;
use crate::pieces::{Pieces, host_and_port};
use crate::request::Request;
use crate::secrets::Secret;

/// A receiver, with what a diagnosis needs in addition.
#[derive(Clone)]
pub(crate) struct Verification {
    url: String,
    signed: SignedUrl,
    receiver: Receiver,
    /// For batches of Event Streams; `None` if the URL can be no destination.
    streams: Option<EventStreamReceiver>,
    /// The secrets as they were given, for what may be wrong with their text.
    secrets: Vec<Secret>,
}

/// What a receiver makes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Twilio sent it.
    Accepted {
        /// The key that matched, by its kind, id and position.
        key: String,
        /// The variant of the configured URL that was signed.
        variant: String,
    },
    /// It is not shown that Twilio sent it, or it is no event.
    Refused {
        /// The status to answer with.
        status: u16,
        /// What is wrong.
        message: String,
        /// Whether the signature is what is wrong.
        signature: bool,
    },
}

impl Outcome {
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
        }
    }

    /// Returns what is wrong.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Self::Accepted { .. } => None,
            Self::Refused { message, .. } => Some(message),
        }
    }
}

impl Verification {
    pub(crate) fn new(
        url: &str,
        keys: &[Key],
        secrets: Vec<Secret>,
        accept_get: bool,
    ) -> Result<Self, ConfigError> {
        let builder = keys
            .iter()
            .cloned()
            .fold(Receiver::builder(url), |builder, key| builder.key(key));
        let streams = keys
            .iter()
            .cloned()
            .fold(EventStreamReceiver::builder(url), |builder, key| {
                builder.key(key)
            });
        let streams = streams.body_limit(Receiver::DEFAULT_BODY_LIMIT);
        let builder = if accept_get {
            builder.accept_get()
        } else {
            builder
        };
        Ok(Self {
            url: url.to_owned(),
            signed: SignedUrl::new(url)?,
            receiver: builder.build()?,
            streams: streams.build().ok(),
            secrets,
        })
    }

    /// The URL as configured.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The most bytes of a body that are looked at.
    pub(crate) fn body_limit(&self) -> usize {
        self.receiver.body_limit()
    }

    /// Verifies a request, and returns the answer of a receiver as well if it is refused.
    pub(crate) fn verify(&self, request: &Request) -> (Outcome, Option<Response<Bytes>>) {
        if let Some(streams) = self.streams.as_ref().filter(|_| request.is_batch()) {
            return self.verify_batch(streams, request);
        }
        match self.receiver.receive(&request.delivery()) {
            Ok(received) => {
                let key = self.receiver.keys().get(received.key.position);
                let variant = key.and_then(|key| self.variant(key, request));
                let outcome = Outcome::Accepted {
                    key: received.key.to_string(),
                    variant: variant.unwrap_or_else(|| self.url.clone()),
                };
                (outcome, None)
            }
            Err(refusal) => {
                let outcome = Outcome::Refused {
                    status: refusal.status(),
                    message: refusal.to_string(),
                    signature: refusal.class() == RefusalClass::Signature,
                };
                (outcome, Some(refusal.to_response()))
            }
        }
    }

    fn verify_batch(
        &self,
        streams: &EventStreamReceiver,
        request: &Request,
    ) -> (Outcome, Option<Response<Bytes>>) {
        match streams.receive(&request.delivery()) {
            Ok(batch) => {
                let variants = self.signed.variants().map(str::to_owned);
                let variant = batch::signed_destination(self.receiver.keys(), variants, request);
                let outcome = Outcome::Accepted {
                    key: batch.key.to_string(),
                    variant: variant.unwrap_or_else(|| self.url.clone()),
                };
                (outcome, None)
            }
            Err(refusal) => {
                let outcome = Outcome::Refused {
                    status: refusal.status(),
                    message: refusal.to_string(),
                    signature: refusal.class() == RefusalClass::Signature,
                };
                (outcome, Some(refusal.to_response()))
            }
        }
    }

    /// Finds out why a request is refused. Bounded, but costly: see [`twilio_verify_webhooks::diagnosis`].
    pub(crate) fn diagnose(&self, request: &Request) -> Diagnosis {
        let context = Context::new().headers(request.header_lines());
        let context = self
            .secrets
            .iter()
            .fold(context, |context, secret| context.secret(secret.expose()));
        self.receiver.diagnose(&request.delivery(), &context)
    }

    /// Finds the URL that a refused request was signed for, among those that the request itself leads to.
    ///
    /// It is certain: the signature is made again with a key that is configured.
    pub(crate) fn signed_url(&self, request: &Request) -> Option<String> {
        if request.is_batch() {
            let target = request
                .target
                .split(['?', '&'])
                .take_while(|part| !part.starts_with("bodySHA256="));
            let target = target.collect::<Vec<_>>().join("?");
            let target = Request {
                target,
                ..request.clone()
            };
            let urls = likely_urls(&Pieces::of(&self.url), &target);
            return batch::signed_destination(self.receiver.keys(), urls, request);
        }
        let signature = request.signature()?;
        let params = request.params();
        let params = if request.is_get() { Vec::new() } else { params };
        let matches = |url: &String| {
            let params = params.iter().map(|(name, value)| (name, value));
            let mut keys = self.receiver.keys().iter();
            keys.any(|key| key.sign(url, params.clone()) == signature)
        };
        likely_urls(&Pieces::of(&self.url), request)
            .into_iter()
            .find(matches)
    }

    /// Finds the variant of the configured URL that was signed.
    fn variant(&self, key: &Key, request: &Request) -> Option<String> {
        let signature = request.signature()?;
        if request.is_get() {
            let configured = Pieces::of(&self.url).query;
            let rest = rest(&request.target, configured.as_deref());
            let mut variants = self.signed.variants();
            return variants
                .find(|variant| {
                    key.sign::<&str, &str>(&format!("{variant}{rest}"), []) == signature
                })
                .map(str::to_owned);
        }
        let params = request.params();
        let params = params.iter().map(|(name, value)| (name, value));
        let mut variants = self.signed.variants();
        variants
            .find(|variant| key.sign(variant, params.clone()) == signature)
            .map(str::to_owned)
    }

    /// Signs a request anew as Twilio would, with the first of the keys that an outcome names.
    pub(crate) fn key(&self, outcome: &Outcome) -> Option<&Key> {
        let Outcome::Accepted { key: name, .. } = outcome else {
            return None;
        };
        // `MatchedKey` names a key by its position.
        let position = name.rsplit_once("(key ")?.1.trim_end_matches(')');
        self.receiver.keys().get(position.parse::<usize>().ok()?)
    }
}

/// What a GET adds to the configured URL.
fn rest<'t>(target: &'t str, configured: Option<&str>) -> &'t str {
    let start = target.find('?').unwrap_or(target.len());
    let query = target.get(start..).unwrap_or_default();
    match configured {
        None => query,
        Some(configured) => query
            .strip_prefix('?')
            .and_then(|query| query.strip_prefix(configured))
            .unwrap_or_default(),
    }
}

/// Lists the URLs that Twilio may have called: each scheme, host, port, path and query that is configured or that the
/// request carries, with each other.
fn likely_urls(configured: &Pieces, request: &Request) -> Vec<String> {
    let seen = Pieces::seen(request);
    let mut hosts = vec![
        (configured.host.clone(), configured.port.clone()),
        (seen.host.clone(), seen.port.clone()),
        (seen.host.clone(), String::new()),
        (configured.host.clone(), String::new()),
    ];
    for name in ["x-forwarded-host", "x-original-host", "host"] {
        let (host, port) = host_and_port(request.header(name).unwrap_or_default());
        hosts.push((host.to_owned(), port.to_owned()));
    }
    let mut targets = vec![configured.target(), request.target.clone()];
    for name in [
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x-forwarded-uri",
        "x-envoy-original-path",
    ] {
        let target = request.header(name).filter(|text| text.starts_with('/'));
        targets.extend(target.map(str::to_owned));
    }
    for name in ["x-forwarded-prefix", "x-script-name"] {
        if let Some(prefix) = request.header(name) {
            targets.push(format!(
                "{}{}",
                prefix.trim_end_matches('/'),
                request.target
            ));
        }
    }
    let slashes: Vec<String> = targets.iter().map(|target| other_slash(target)).collect();
    targets.extend(slashes);
    let mut urls = Vec::new();
    for target in targets {
        for (host, port) in &hosts {
            for scheme in ["https", "http"] {
                let mut pieces = Pieces {
                    scheme: scheme.to_owned(),
                    host: host.clone(),
                    port: port.clone(),
                    ..Pieces::default()
                };
                pieces.set_target(&target);
                let url = pieces.url();
                if !host.is_empty() && !urls.contains(&url) {
                    urls.push(url);
                }
            }
        }
    }
    urls
}

/// The same path with a slash at its end where there is none, and without where there is one.
fn other_slash(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    match path.strip_suffix('/') {
        Some(path) => format!("{path}{query}"),
        None => format!("{path}/{query}"),
    }
}
