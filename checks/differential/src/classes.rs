//! The classes of differences, as `README.md` explains them.

use Verdict::{AcceptsForgery, Policy, Raises, RefusesGenuine};
use std::fmt;

use twilio_verify_webhooks::signature::string_to_sign;
use twilio_verify_webhooks::verify_events::BatchError;
use twilio_verify_webhooks::{
    Algorithm, ConfigError, FormError, KeyError, Refusal, SignatureError,
};

use crate::case::{Case, Layer, Pairs, Signed};
use crate::ours::Refused;
use crate::peers::{Answer, Peer};

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Theirs refuses what Twilio sends.
    RefusesGenuine,
    /// Theirs accepts what Twilio did not send.
    AcceptsForgery,
    /// Theirs raises an error where this crate refuses.
    Raises,
    /// Both are right by their own rules.
    Policy,
}

pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    applies: fn(&Difference<'_>) -> bool,
}

pub(crate) struct Difference<'d> {
    pub(crate) case: &'d Case,
    pub(crate) peer: Peer,
    pub(crate) ours: &'d Result<(), Refused>,
    pub(crate) answer: &'d Answer,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            peer,
            ours,
            answer,
        } = self;
        write!(f, "{case}; this crate: {ours:?}, {peer:?}: {answer:?}")
    }
}

impl Difference<'_> {
    pub(crate) fn class(&self) -> Option<&'static Class> {
        CLASSES
            .iter()
            .find(|class| self.allows(class.verdict) && (class.applies)(self))
    }

    fn allows(&self, verdict: Verdict) -> bool {
        let accepts = *self.answer == Answer::Accepts;
        match verdict {
            RefusesGenuine => self.ours.is_ok() && self.case.genuine && !accepts,
            AcceptsForgery => self.ours.is_err() && !self.case.genuine && accepts,
            Raises => self.ours.is_err() && matches!(self.answer, Answer::Raises(_)),
            Policy => self.ours.is_err() && accepts,
        }
    }
}

/// The first class that applies counts.
pub(crate) const CLASSES: &[Class] = &[
    class("hmac-sha256", RefusesGenuine, |d| {
        d.is_npm() && d.case.algorithm == Some(Algorithm::HmacSha256)
    }),
    class("user-dropped", RefusesGenuine, |d| {
        !d.url().user.is_empty() && d.signed_url().is_some_and(|url| url.user.is_empty())
    }),
    class("fragment-dropped", RefusesGenuine, |d| {
        !d.url().fragment.is_empty() && d.signed_url().is_some_and(|url| url.fragment.is_empty())
    }),
    class("port-behind-colons", RefusesGenuine, |d| {
        let Url {
            user, host, port, ..
        } = d.url();
        d.is_pypi()
            && !port.is_empty()
            && (user.contains(':') || host.contains(':'))
            && d.signed_url().is_some_and(|url| url.port.is_empty())
    }),
    class("empty-port", RefusesGenuine, |d| {
        d.is_pypi() && d.url().port == ":" && d.signed_url().is_some_and(|url| url.port.is_empty())
    }),
    class("scheme-in-capitals", RefusesGenuine, |d| {
        d.is_pypi() && d.url().scheme.contains(char::is_uppercase)
    }),
    class("lone-question-mark", RefusesGenuine, |d| {
        d.is_pypi() && d.url().path_and_query.ends_with('?')
    }),
    class("order-of-utf16", RefusesGenuine, |d| {
        d.is_npm() && !is_in_same_order(&d.case.params)
    }),
    class("hash-in-path", RefusesGenuine, |d| {
        d.peer == Peer::NpmExpress && d.case.url.contains("bodySHA256")
    }),
    class("media-type-of-the-page", RefusesGenuine, |d| {
        d.peer == Peer::NpmExpress
            && d.case.content_type.as_deref() == Some("application/x-www-urlencoded")
    }),
    class("empty-secret", AcceptsForgery, |d| {
        matches!(
            d.ours,
            Err(Refused::Config(ConfigError::Key(
                KeyError::Empty | KeyError::Blank
            )))
        )
    }),
    class("unsigned-body", AcceptsForgery, |d| {
        let is_of_url_alone = d
            .case
            .signed
            .as_ref()
            .is_some_and(|signed| signed.pairs.is_empty());
        d.peer == Peer::NpmExpress
            && is_of_url_alone
            && d.refusal(|refusal| matches!(refusal, Refusal::MediaType(_)))
    }),
    class("other-split", AcceptsForgery, |d| {
        d.is_other_split()
            && d.refusal(|refusal| matches!(refusal, Refusal::Event(_) | Refusal::Form(_)))
    }),
    class("no-signature", Raises, |d| {
        d.is_pypi() && d.case.signature.is_none()
    }),
    class("no-body-hash", Raises, |d| {
        d.is_pypi()
            && d.case.layer == Layer::Json
            && d.signature(|error| {
                matches!(
                    error,
                    SignatureError::ConfiguredBodyHash | SignatureError::Mismatch { .. }
                )
            })
    }),
    class("unreadable-url", Raises, |d| {
        matches!(d.ours, Err(Refused::Config(ConfigError::Url(_))))
    }),
    class("other-query", Policy, |d| {
        d.case.layer == Layer::Batch && d.is_mismatch()
    }),
    class("no-batch", Policy, |d| {
        matches!(
            d.ours,
            Err(Refused::Batch(
                BatchError::NotJson { .. } | BatchError::NotABatch
            ))
        )
    }),
    class("fragment-signed", Policy, |d| {
        d.is_mismatch() && d.signed_url().is_some_and(|url| !url.fragment.is_empty())
    }),
    class("other-spelling-of-url", Policy, |d| {
        let is_same = |signed: &Signed| {
            canonical(&signed.url).is_some_and(|signed| Some(signed) == canonical(&d.case.url))
        };
        d.is_mismatch() && d.case.signed.as_ref().is_some_and(is_same)
    }),
    class("no-webhook-url", Policy, |d| {
        matches!(d.ours, Err(Refused::Config(ConfigError::Url(_))))
    }),
    class("padded-secret", Policy, |d| {
        matches!(
            d.ours,
            Err(Refused::Config(ConfigError::Key(
                KeyError::WhiteSpace { .. }
            )))
        )
    }),
    class("hash-not-appended-once", Policy, |d| {
        d.case.layer == Layer::Json
            && d.signature(|error| {
                matches!(
                    error,
                    SignatureError::ConfiguredBodyHash | SignatureError::Mismatch { .. }
                )
            })
    }),
    class("id-of-shared-key", Policy, |d| {
        d.is_pypi()
            && d.signature(|error| {
                matches!(error, SignatureError::NoSuchKey { names_id: true, .. })
            })
    }),
    class("form-of-settings", Policy, |d| {
        d.is_pypi() && d.signature(|error| *error == SignatureError::MalformedSettings)
    }),
    class("repeated-name", Policy, |d| {
        d.refusal(|refusal| matches!(refusal, Refusal::Form(FormError::RepeatedName { .. })))
    }),
    class("lenient-decoding", Policy, |d| {
        d.refusal(|refusal| matches!(refusal, Refusal::Form(_)))
    }),
    class("too-large", Policy, |d| {
        d.refusal(|refusal| matches!(refusal, Refusal::TooLarge { .. }))
    }),
    class("media-type", Policy, |d| {
        d.refusal(|refusal| matches!(refusal, Refusal::MediaType(_))) && d.peer != Peer::NpmExpress
    }),
    class("method", Policy, |d| {
        d.refusal(|refusal| matches!(refusal, Refusal::Method { .. } | Refusal::Body { .. }))
    }),
    class("no-event", Policy, |d| {
        d.is_signed_as_sent() && d.refusal(|refusal| matches!(refusal, Refusal::Event(_)))
    }),
];

const fn class(
    name: &'static str,
    verdict: Verdict,
    applies: fn(&Difference<'_>) -> bool,
) -> Class {
    Class {
        name,
        verdict,
        applies,
    }
}

impl Difference<'_> {
    fn is_npm(&self) -> bool {
        self.peer != Peer::Pypi
    }

    fn is_pypi(&self) -> bool {
        self.peer == Peer::Pypi
    }

    fn url(&self) -> Url<'_> {
        Url::new(&self.case.url)
    }

    fn signed_url(&self) -> Option<Url<'_>> {
        self.case
            .signed
            .as_ref()
            .map(|signed| Url::new(&signed.url))
    }

    fn refusal(&self, is: fn(&Refusal) -> bool) -> bool {
        matches!(self.ours, Err(Refused::Refusal(refusal)) if is(refusal))
    }

    fn signature(&self, is: fn(&SignatureError) -> bool) -> bool {
        matches!(self.ours, Err(Refused::Refusal(Refusal::Signature(error))) if is(error))
    }

    fn is_mismatch(&self) -> bool {
        self.signature(|error| matches!(error, SignatureError::Mismatch { .. }))
    }

    /// Tells whether the parameters sent are those that are signed.
    fn is_signed_as_sent(&self) -> bool {
        let sorted = |pairs: &Pairs| {
            let mut pairs = pairs.clone();
            pairs.sort();
            pairs
        };
        let signed = self.case.signed.as_ref();
        signed.is_some_and(|signed| sorted(&signed.pairs) == sorted(&self.case.params))
    }

    /// Tells whether other parameters are signed than sent, and yet the same text.
    fn is_other_split(&self) -> bool {
        let is_same_text = |signed: &Signed| {
            string_to_sign(&signed.url, signed.pairs.clone())
                == string_to_sign(&self.case.url, self.case.params.clone())
                || string_to_sign("", signed.pairs.clone())
                    == string_to_sign("", self.case.params.clone())
        };
        !self.is_signed_as_sent() && self.case.signed.as_ref().is_some_and(is_same_text)
    }
}

/// The parts of a URL, as text.
#[derive(Clone, Copy)]
struct Url<'a> {
    scheme: &'a str,
    user: &'a str,
    host: &'a str,
    port: &'a str,
    path_and_query: &'a str,
    fragment: &'a str,
}

impl<'a> Url<'a> {
    fn new(url: &'a str) -> Self {
        let (url, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (authority, path_and_query) =
            rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let port = host
            .rfind(':')
            .filter(|&colon| host.rfind(']').is_none_or(|bracket| bracket < colon));
        let (host, port) = host.split_at(port.unwrap_or(host.len()));
        Self {
            scheme,
            user,
            host,
            port,
            path_and_query,
            fragment,
        }
    }
}

/// A URL as a parser prints it, without port, its query decoded.
fn canonical(url: &str) -> Option<(String, Pairs)> {
    let mut url = url::Url::parse(url).ok()?;
    let pairs = url.query_pairs().into_owned().collect();
    url.set_query(None);
    url.set_port(None).ok()?;
    Some((url.into(), pairs))
}

/// Tells whether names, and the values of each, are in the same order by their bytes and by their UTF-16.
fn is_in_same_order(pairs: &Pairs) -> bool {
    let utf16 = |(name, value): &(String, String)| {
        (
            name.encode_utf16().collect(),
            value.encode_utf16().collect(),
        )
    };
    let mut by_bytes = pairs.clone();
    by_bytes.sort();
    let mut by_utf16 = pairs.clone();
    by_utf16.sort_by_key(|pair| -> (Vec<u16>, Vec<u16>) { utf16(pair) });
    by_bytes == by_utf16
}

/// Classes without a row in the readme, and rows without a class.
pub(crate) fn undocumented() -> Vec<String> {
    let rows = include_str!("../README.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: Vec<&str> = rows.collect();
    let missing = CLASSES.iter().filter(|class| !rows.contains(&class.name));
    let missing = missing.map(|class| format!("README.md has no row for {}", class.name));
    let stale = rows
        .iter()
        .filter(|row| !CLASSES.iter().any(|class| class.name == **row));
    missing
        .chain(stale.map(|row| format!("README.md has a row for {row}, which is no class")))
        .collect()
}
