mod headers;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::headers::Holds;
use super::secret::{self, Secret};
use super::{Cause, Finding, neighbours};
use crate::delivery::SIGNATURE_HEADER;
use crate::signature::{Algorithm, Key, host_and_port};

/// How many values of each kind are kept: a genuine request has one or two.
const MOST: usize = 8;

/// The longest text of a header that is shown.
const LONGEST_REGION: usize = 16;

/// What a header tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint<T> {
    pub(super) header: &'static str,
    pub(super) value: T,
}

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
    /// Hosts, and their ports with their `:`.
    pub(super) hosts: Vec<Hint<(&'a str, &'a str)>>,
    pub(super) ports: Vec<Hint<&'a str>>,
    pub(super) schemes: Vec<Hint<&'static str>>,
    pub(super) targets: Vec<Hint<&'a str>>,
    pub(super) prefixes: Vec<Hint<&'a str>>,
    pub(super) region: Option<&'a str>,
    /// Another service whose header the request has.
    pub(super) neighbour: Option<(Cause, &'static str)>,
    pub(super) content_length: Option<usize>,
    /// User name and password with their `:`, as the request carried them.
    pub(super) credentials: Option<String>,
    pub(super) keys: Vec<OfferedKey>,
    /// What the secrets given are, where they are none.
    pub(super) secrets: Vec<Secret>,
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
    /// Picked out are `Host`, `Forwarded`, those in which proxies and platforms keep the original scheme, host, port,
    /// path or URL (the [`cookbook`](super::cookbook) lists them), `Content-Length`, `Authorization`, the signature
    /// headers of neighbouring services, and every line of [`X-Twilio-Signature`](SIGNATURE_HEADER).
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

    /// Adds the secret of the receiver, an AuthToken or that of a SharedKey, exactly as the program reads it.
    ///
    /// A receiver keeps no secret, so what is wrong with its text can be told only if it is given once more; and some
    /// texts make no key at all: for those see [`ReceiverBuilder::diagnose`](crate::ReceiverBuilder::diagnose). White
    /// space, quotes, an assignment around it and the other case of its letters are tried, with either algorithm. A
    /// placeholder, a SID, the secret of an API key and a text that has another length than an AuthToken are named as
    /// such; the last two only where the receiver has no SharedKey, whose secret it may be. The text is not kept.
    #[must_use]
    pub fn secret(mut self, text: &str) -> Self {
        self.secrets.extend(Secret::of(text));
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
    /// The label is in the report if the key matches, so choose one that may be seen.
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
        if name.eq_ignore_ascii_case("content-length") {
            self.content_length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("authorization") {
            self.credentials = basic(value);
        } else if name.eq_ignore_ascii_case("forwarded") {
            self.forwarded(value);
        } else if let Some((header, holds)) = headers::known(name) {
            self.hint(header, holds, value);
        } else if let Some(neighbour) = neighbours::of(name, value) {
            self.neighbour.get_or_insert(neighbour);
        }
    }

    fn hint(&mut self, header: &'static str, holds: Holds, value: &'a str) {
        let first = value.split(',').next().unwrap_or_default().trim();
        match holds {
            Holds::Host => {
                for authority in value.split(',') {
                    self.authority(header, authority.trim());
                }
            }
            Holds::Port if is_port(first) => push(
                &mut self.ports,
                Hint {
                    header,
                    value: first,
                },
            ),
            Holds::Scheme => self.scheme(header, first),
            Holds::Https if first.eq_ignore_ascii_case("on") => self.scheme(header, "https"),
            Holds::Https if first.eq_ignore_ascii_case("off") => self.scheme(header, "http"),
            Holds::Target => self.target(header, value),
            Holds::Prefix if first.starts_with('/') => {
                let value = first.trim_end_matches('/');
                push(&mut self.prefixes, Hint { header, value });
            }
            Holds::Region if is_region(first) => self.region = Some(first),
            _ => {}
        }
    }

    /// Takes what the `Forwarded` header says of host and scheme (RFC 7239, section 4).
    fn forwarded(&mut self, value: &'a str) {
        for pair in value.split([',', ';']) {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let value = value.trim().trim_matches('"');
            match name.trim() {
                name if name.eq_ignore_ascii_case("host") => self.authority("Forwarded", value),
                name if name.eq_ignore_ascii_case("proto") => self.scheme("Forwarded", value),
                _ => {}
            }
        }
    }

    fn scheme(&mut self, header: &'static str, scheme: &str) {
        for known in ["https", "http"] {
            if scheme.eq_ignore_ascii_case(known) {
                push(
                    &mut self.schemes,
                    Hint {
                        header,
                        value: known,
                    },
                );
            }
        }
    }

    fn authority(&mut self, header: &'static str, authority: &'a str) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        let (host, port) = host_and_port(authority);
        if !host.is_empty() && authority.len() <= 261 && authority.bytes().all(fits) {
            push(
                &mut self.hosts,
                Hint {
                    header,
                    value: (host, port),
                },
            );
        }
    }

    /// Takes a path and query, or a complete URL.
    fn target(&mut self, header: &'static str, value: &'a str) {
        if value.starts_with('/') {
            push(&mut self.targets, Hint { header, value });
        } else if let Some((scheme, rest)) = value.split_once("://") {
            self.scheme(header, scheme);
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, target) = rest.split_at_checked(end).unwrap_or_default();
            self.authority(header, authority);
            if target.starts_with('/') {
                push(
                    &mut self.targets,
                    Hint {
                        header,
                        value: target,
                    },
                );
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

/// Tells whether a text is the name of a region, which may be shown.
fn is_region(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_REGION).contains(&text.len()) && text.bytes().all(is_name)
}

/// Reads the credentials of HTTP Basic authentication (RFC 7617).
fn basic(value: &str) -> Option<String> {
    let (scheme, encoded) = value.split_once(' ')?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| is_basic)?;
    String::from_utf8(decoded).ok()
}
