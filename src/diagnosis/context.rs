use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::secret;
use super::{Cause, Finding};
use crate::delivery::SIGNATURE_HEADER;
use crate::signature::{Algorithm, Key, host_and_port};

/// How many values of each kind are kept: a genuine request has one or two.
const MOST: usize = 6;

/// Headers that name a host, as they are usually written.
const HOST_HEADERS: [&str; 6] = [
    "Host",
    ":authority",
    "X-Forwarded-Host",
    "X-Original-Host",
    "X-Host",
    "X-Forwarded-Server",
];

const PORT_HEADERS: [&str; 1] = ["X-Forwarded-Port"];

/// Headers that carry the path and query of the request as it was before, or its whole URL.
const TARGET_HEADERS: [&str; 8] = [
    "X-Original-URL",
    "X-Original-URI",
    "X-Rewrite-URL",
    "X-Forwarded-Uri",
    "X-Forwarded-Path",
    "X-Envoy-Original-Path",
    "X-Replaced-Path",
    "X-MS-Original-URL",
];

const PREFIX_HEADERS: [&str; 2] = ["X-Forwarded-Prefix", "X-Script-Name"];

/// What is known about a delivery beside what a receiver looks at. Everything is optional.
///
/// None of it is trusted: it only says what to try. Give the path and query of the request with
/// [`Delivery::target`](crate::Delivery::target), also where the receiver has no use for them.
///
/// ```
/// use twilio_verify_webhooks::AuthToken;
/// use twilio_verify_webhooks::diagnosis::Context;
///
/// # fn main() -> Result<(), twilio_verify_webhooks::ConfigError> {
/// let headers = [("Host", "localhost:3000"), ("X-Forwarded-Host", "hooks.example.com")];
/// let context = Context::new()
///     .headers(headers)
///     .secret("\"0123456789abcdef0123456789abcdef\"\n")
///     .other_key("token before May", AuthToken::new("fedcba9876543210fedcba9876543210")?)
///     .other_url("https://staging.example.com/webhook");
/// # let _ = context;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Context<'a> {
    /// The lines of the signature header.
    pub(super) signatures: Vec<&'a [u8]>,
    /// A header with a host that it names, and the port with its `:`.
    pub(super) hosts: Vec<(&'static str, &'a str, &'a str)>,
    pub(super) ports: Vec<(&'static str, &'a str)>,
    pub(super) targets: Vec<(&'static str, &'a str)>,
    pub(super) prefixes: Vec<(&'static str, &'a str)>,
    pub(super) content_length: Option<usize>,
    /// User name and password with their `:`, as the request carried them.
    pub(super) credentials: Option<String>,
    pub(super) keys: Vec<OfferedKey>,
    pub(super) secret_prefix: Option<&'static str>,
    pub(super) urls: Vec<&'a str>,
}

/// A key given for the diagnosis.
#[derive(Clone)]
pub(super) struct OfferedKey {
    pub(super) key: Key,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Context<'a> {
    /// Starts with nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds headers of the request, all of them or just some, in any case and order.
    ///
    /// Picked out are `Host`, `Forwarded`, the `X-Forwarded-` headers, those in which proxies keep the original path
    /// or URL, `Content-Length`, `Authorization`, and every line of
    /// [`X-Twilio-Signature`](SIGNATURE_HEADER).
    #[must_use]
    pub fn headers<N, V>(mut self, headers: impl IntoIterator<Item = (N, &'a V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        for (name, value) in headers {
            self.header(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Adds the secret that the receiver was built with, an AuthToken or that of a SharedKey, exactly as the program
    /// reads it.
    ///
    /// A receiver keeps no secret, so what is wrong with its text can be told only if it is given once more. White
    /// space, quotes, an assignment around it and the other case of its letters are tried, with either algorithm.
    /// The text is not kept.
    #[must_use]
    pub fn secret(mut self, text: &str) -> Self {
        self.secret_prefix = self.secret_prefix.or(secret::sid_prefix(text));
        for (findings, secret) in secret::repairs(text) {
            for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
                if let Some(key) = secret::key(&secret, algorithm) {
                    let findings = findings.clone();
                    self.keys.push(OfferedKey { key, findings });
                }
            }
        }
        self
    }

    /// Adds a key that the receiver does not have: an older one, another account's, a sub-account's.
    ///
    /// The label stands in the report if the key matches, so choose one that may be seen.
    #[must_use]
    pub fn other_key(mut self, label: &str, key: impl Into<Key>) -> Self {
        let findings = vec![Finding::new(Cause::OtherKey).at(label.to_owned())];
        let key = key.into();
        self.keys.push(OfferedKey { key, findings });
        self
    }

    /// Adds a URL that the webhook may be configured with, such as that of another environment or tunnel.
    #[must_use]
    pub fn other_url(mut self, url: &'a str) -> Self {
        self.urls.push(url);
        self
    }

    fn header(&mut self, name: &str, value: &'a [u8]) {
        if name.eq_ignore_ascii_case(SIGNATURE_HEADER) {
            push(&mut self.signatures, value);
            return;
        }
        let Some(value) = std::str::from_utf8(value).ok().map(str::trim) else {
            return;
        };
        let one_of = |headers: &[&'static str]| {
            headers
                .iter()
                .copied()
                .find(|header| name.eq_ignore_ascii_case(header))
        };
        if name.eq_ignore_ascii_case("content-length") {
            self.content_length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("authorization") {
            self.credentials = basic(value);
        } else if name.eq_ignore_ascii_case("forwarded") {
            for authority in forwarded_hosts(value) {
                self.authority("Forwarded", authority);
            }
        } else if let Some(header) = one_of(&HOST_HEADERS) {
            for authority in value.split(',') {
                self.authority(header, authority.trim());
            }
        } else if let Some(header) = one_of(&PORT_HEADERS) {
            let port = value.split(',').next().unwrap_or_default().trim();
            if is_port(port) {
                push(&mut self.ports, (header, port));
            }
        } else if let Some(header) = one_of(&TARGET_HEADERS) {
            self.target(header, value);
        } else if let Some(header) = one_of(&PREFIX_HEADERS)
            && value.starts_with('/')
        {
            push(&mut self.prefixes, (header, value.trim_end_matches('/')));
        }
    }

    fn authority(&mut self, header: &'static str, authority: &'a str) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        let (host, port) = host_and_port(authority);
        if !host.is_empty() && authority.len() <= 261 && authority.bytes().all(fits) {
            push(&mut self.hosts, (header, host, port));
        }
    }

    /// Takes a path and query, or a whole URL.
    fn target(&mut self, header: &'static str, value: &'a str) {
        if value.starts_with('/') {
            push(&mut self.targets, (header, value));
        } else if let Some((_, rest)) = value.split_once("://") {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, target) = rest.split_at_checked(end).unwrap_or_default();
            self.authority(header, authority);
            if target.starts_with('/') {
                push(&mut self.targets, (header, target));
            }
        }
    }
}

impl fmt::Debug for Context<'_> {
    /// Shows counts only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("hosts", &self.hosts.len())
            .field("keys", &self.keys.len())
            .field("urls", &self.urls.len())
            .finish_non_exhaustive()
    }
}

fn push<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if values.len() < MOST && !values.contains(&value) {
        values.push(value);
    }
}

pub(super) fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Finds the hosts of a `Forwarded` header (RFC 7239, section 4).
fn forwarded_hosts(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ';']).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let is_host = name.trim().eq_ignore_ascii_case("host");
        is_host.then(|| value.trim().trim_matches('"'))
    })
}

/// Reads the credentials of HTTP Basic authentication (RFC 7617).
fn basic(value: &str) -> Option<String> {
    let (scheme, encoded) = value.split_once(' ')?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| is_basic)?;
    String::from_utf8(decoded).ok()
}
