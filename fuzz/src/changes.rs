//! What can happen to a delivery between Twilio and a receiver, and what a diagnosis is to call it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twilio_verify_webhooks::diagnosis::Cause;

use crate::report::PLANTED;
use crate::{FORM, Pairs, SECRETS, form, reference};

/// A delivery, and the receiver that it reaches.
#[derive(Debug)]
pub struct Scene {
    /// The URL at Twilio, in pieces.
    pub signed: Location,
    /// The URL that the receiver is built with.
    pub configured: Location,
    pub pairs: Pairs,
    /// What is signed behind the URL.
    pub tail: String,
    pub body: String,
    pub media_type: &'static str,
    /// Which of [`SECRETS`] signs.
    pub signer: usize,
    /// Which of them the receiver has.
    pub keys: &'static [usize],
    /// Headers beside those of every delivery.
    pub hints: Vec<(&'static str, String)>,
    pub target: Option<String>,
    pub other_url: Option<String>,
    pub secret: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub scheme: &'static str,
    pub host: &'static str,
    pub port: &'static str,
    pub path: String,
    /// With its question mark.
    pub query: String,
}

impl Location {
    pub fn text(&self) -> String {
        let Self {
            scheme,
            host,
            port,
            path,
            query,
        } = self;
        format!("{scheme}://{host}{port}{path}{query}")
    }
}

/// Something that happened, if it makes a difference here.
type Change = Option<Vec<Cause>>;

impl Scene {
    /// Nothing has happened yet.
    pub fn new(origin: u8, target: &str, pairs: Pairs) -> Self {
        let (scheme, host, port) = [
            ("https", "example.com", ""),
            ("http", "example.com", ":8000"),
            ("https", "www.example.com", ":443"),
            ("https", "me:secret@example.com", ""),
        ][usize::from(origin) % 4];
        let query = target.find('?').unwrap_or(target.len());
        let location = Location {
            scheme,
            host,
            port,
            path: format!("/{}", &target[..query]),
            query: target[query..].to_owned(),
        };
        Self {
            signed: location.clone(),
            configured: location,
            tail: reference::text("", &pairs),
            body: form(&pairs),
            pairs,
            media_type: FORM,
            signer: 0,
            keys: &[0],
            hints: Vec::new(),
            target: None,
            other_url: None,
            secret: None,
        }
    }

    /// Has the receiver built for another URL.
    pub fn change_url(&mut self, change: u8) -> Change {
        let Self {
            signed,
            configured,
            hints,
            ..
        } = self;
        let causes = match change % 12 {
            0 => return None,
            1 => {
                configured.scheme = if signed.scheme == "https" {
                    "http"
                } else {
                    "https"
                };
                vec![Cause::Scheme]
            }
            2 => {
                signed.port = ":12345";
                hints.push(("X-Forwarded-Port", "12345".to_owned()));
                vec![Cause::Port]
            }
            3 => {
                signed.host = "hooks.example.org";
                hints.push(("X-Forwarded-Host", signed.host.to_owned()));
                vec![Cause::Host]
            }
            4 => match signed.path.strip_suffix('/') {
                // Of several slashes only one is missed.
                Some(bare) if !bare.ends_with('/') => {
                    configured.path = bare.to_owned();
                    vec![Cause::TrailingSlashMissing]
                }
                _ => {
                    configured.path.push('/');
                    vec![Cause::TrailingSlashExtra]
                }
            },
            5 => {
                if signed.query.len() < 2 {
                    signed.query = "?tenant=1".to_owned();
                }
                configured.query.clear();
                self.target = Some(format!("{}{}", signed.path, signed.query));
                vec![Cause::QueryMissing]
            }
            6 => {
                let delimiter = if signed.query.is_empty() { '?' } else { '&' };
                configured.query.extend([delimiter, 'x', '=', '1']);
                vec![Cause::QueryExtra]
            }
            7 => {
                signed.path.insert_str(0, "/team");
                hints.push(("X-Forwarded-Prefix", "/team".to_owned()));
                vec![Cause::PathPrefix]
            }
            8 => {
                configured.path.insert_str(0, "/behind");
                hints.push(("X-Original-URL", signed.path.clone()));
                vec![Cause::PathPrefix]
            }
            9 => {
                (signed.scheme, signed.host, signed.port) = ("https", "hooks.example.org", "");
                let here = ("http", "localhost", ":3000");
                (configured.scheme, configured.host, configured.port) = here;
                hints.push(("X-Forwarded-Host", signed.host.to_owned()));
                vec![Cause::Scheme, Cause::Host, Cause::Port]
            }
            10 => {
                signed.host = "staging.example.org";
                signed.path.insert_str(0, "/other");
                self.other_url = Some(signed.text());
                vec![Cause::OtherUrl]
            }
            _ => {
                let (_, bare) = signed.host.split_once('@')?;
                configured.host = bare;
                let credentials = STANDARD.encode("me:secret");
                hints.push(("Authorization", format!("Basic {credentials}")));
                vec![Cause::Credentials]
            }
        };
        Some(causes)
    }

    /// Changes what arrives of the parameters, or signs them otherwise than Twilio does.
    pub fn change_parameters(&mut self, change: u8, position: u8) -> Change {
        let position = usize::from(position) % self.pairs.len();
        let genuine = (self.body.clone(), self.tail.clone());
        let cause = match change % 14 {
            0 => return None,
            1 => {
                let mut pairs = self.pairs.clone();
                pairs.insert(position, (format!("{PLANTED}_name"), PLANTED.to_owned()));
                self.body = form(&pairs);
                Cause::ParameterAdded
            }
            2 => {
                let blank = "challenge_hidden_details";
                if self.pairs.iter().any(|(name, _)| name == blank) {
                    return None;
                }
                self.sign_with(|pairs| pairs.push((blank.to_owned(), String::new())));
                Cause::BlankDropped
            }
            3 => {
                self.sign_with(|pairs| pairs[position].1.push(' '));
                Cause::WhiteSpaceTrimmed
            }
            4 => {
                self.body.push('\n');
                Cause::BodyLineBreak
            }
            5 => {
                self.body = STANDARD.encode(&self.body);
                Cause::FormInBase64
            }
            6 => {
                let members = self.pairs.iter().cloned();
                let members = members.map(|(name, value)| (name, value.into()));
                self.body = serde_json::Value::Object(members.collect()).to_string();
                self.media_type = "application/json";
                Cause::FormAsJson
            }
            7 => {
                let pieces = self.pairs.iter().flat_map(|(name, value)| [&**name, value]);
                self.tail = pieces.collect();
                Cause::Unsorted
            }
            8 => {
                self.tail.clear();
                Cause::BodyNotSigned
            }
            9 => {
                let query = &*self.signed.query;
                if query == "?" || query.ends_with('&') {
                    // Nothing stands between the URL and the body then.
                    self.tail.clone_from(&self.body);
                    Cause::SignedRawBody
                } else {
                    let delimiter = if query.is_empty() { '?' } else { '&' };
                    self.tail = format!("{delimiter}{}", self.body);
                    Cause::GetAsPost
                }
            }
            10 if !self.body.contains("%2B") => return None,
            10 => {
                self.body = self.body.replace('+', "%20").replace("%2B", "+");
                Cause::PlusSigns
            }
            11 => {
                self.body = self.body.replace('%', "%25").replace('+', "%2B");
                Cause::EscapedTwice
            }
            12 => {
                // In another order it is still the same.
                let pairs: Vec<&str> = self.body.rsplit('&').collect();
                self.body = pairs.join("&");
                return None;
            }
            _ => {
                self.body = self.body.replace('&', "&amp;");
                Cause::HtmlEscaped
            }
        };
        ((&self.body, &self.tail) != (&genuine.0, &genuine.1)).then(|| vec![cause])
    }

    fn sign_with(&mut self, change: impl FnOnce(&mut Pairs)) {
        let mut pairs = self.pairs.clone();
        change(&mut pairs);
        self.tail = reference::text("", &pairs);
    }

    /// Gives the receiver another key than the one that signs, or the wrong text of it.
    pub fn change_key(&mut self, change: u8) -> Change {
        let (_, secret, _) = SECRETS[0];
        let cause = match change % 8 {
            0 => return None,
            6 => {
                self.signer = 3;
                Cause::OtherKey
            }
            7 => {
                // The settings header is lost.
                (self.signer, self.keys) = (2, &[0, 2]);
                Cause::SettingsHeader
            }
            text => {
                self.keys = &[3];
                let (text, cause) = match text {
                    1 => (format!("{secret}\r\n"), Cause::SecretWhiteSpace),
                    2 => (format!("\"{secret}\""), Cause::SecretQuotes),
                    3 => (format!("AUTH_TOKEN={secret}"), Cause::SecretAssignment),
                    4 => (secret.to_ascii_uppercase(), Cause::SecretCase),
                    _ => (secret.to_owned(), Cause::OtherKey),
                };
                self.secret = Some(text);
                cause
            }
        };
        Some(vec![cause])
    }
}

/// Spells a signature otherwise, and says what is then seen of it.
pub fn change_signature(change: u8, signature: &str) -> Option<(Vec<String>, Cause)> {
    let one = |signature: String| vec![signature];
    let other = match change % 9 {
        1 => (one(format!(" {signature}")), Cause::SignaturePadded),
        2 => (one(format!("'{signature}'")), Cause::SignaturePadded),
        3 => (
            one(signature.replace('+', "-").replace('/', "_")),
            Cause::SignatureAlphabet,
        ),
        4 => (one(signature.replace('=', "")), Cause::SignaturePadding),
        5 => (one(signature.replace('=', "%3D")), Cause::SignatureEscaped),
        6 => {
            let tag = STANDARD.decode(signature).unwrap();
            let digits = tag.iter().map(|byte| format!("{byte:02X}"));
            (one(digits.collect()), Cause::SignatureInHex)
        }
        7 => (vec![signature.to_owned(); 2], Cause::SignatureRepeated),
        8 => (
            one(format!("{signature},{signature}")),
            Cause::SignatureJoined,
        ),
        _ => return None,
    };
    (other.0 != [signature]).then_some(other)
}
