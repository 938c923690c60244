use crate::delivery::{SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};
use crate::error::UrlError;
use crate::signature::{Key, SignedUrl, body_hash_after};

use super::OwnedDelivery;
use super::event::form;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Twilio's side of a webhook: a URL as it is configured, and the key that signs.
///
/// It signs the parameters of an event, or of any form webhook that Twilio sends.
///
/// ```
/// use twilio_verify_webhooks::testing::{EventBuilder, Signer};
/// use twilio_verify_webhooks::{AuthToken, Receiver};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (url, token) = ("https://mywebsite.com/webhook", AuthToken::new("a-token-for-tests")?);
/// let signer = Signer::new(url, token.clone())?;
/// let receiver = Receiver::builder(url).auth_token(token).build()?;
///
/// let delivery = signer.post(&EventBuilder::factor_verified());
/// assert_eq!(receiver.receive(&delivery.as_delivery())?.event.event_type(), "factor.verified");
///
/// // Of another product.
/// let sms = signer.post([("From", "+14158675310"), ("Body", "Hi")]);
/// assert_eq!(sms.body(), b"From=%2B14158675310&Body=Hi");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Signer {
    url: SignedUrl,
    key: Key,
}

impl Signer {
    /// Takes the URL byte for byte as it is configured at Twilio, and the AuthToken or SharedKey.
    ///
    /// The URL is signed as it is written, without fragment, user name and password. To sign another form that a
    /// receiver takes, as with a port, give that form.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if the text is not an absolute `http` or `https` URL.
    ///
    /// ```
    /// use twilio_verify_webhooks::testing::Signer;
    /// use twilio_verify_webhooks::{AuthToken, UrlError};
    ///
    /// # let token = AuthToken::new("a-token-for-tests")?;
    /// let signer = Signer::new("https://example.com/webhook#rc=2", token.clone())?;
    /// assert_eq!(signer.url(), "https://example.com/webhook");
    /// assert_eq!(Signer::new("/webhook", token).unwrap_err(), UrlError::NotAbsolute);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(url: &str, key: impl Into<Key>) -> Result<Self, UrlError> {
        let url = SignedUrl::new(url)?;
        let key = key.into();
        Ok(Self { url, key })
    }

    /// Returns the URL that is signed.
    #[must_use]
    pub fn url(&self) -> &str {
        // Where there are four variants, the last two are without user name and password.
        let mut variants = self.url.variants();
        let public = variants.len().saturating_sub(2);
        variants.nth(public).unwrap_or_default()
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Returns the headers that carry the signature of a form: one for an AuthToken, two for a SharedKey.
    #[must_use]
    pub fn headers<N: AsRef<str>, V: AsRef<str>>(
        &self,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Vec<(&'static str, String)> {
        self.signed(self.url(), params)
    }

    /// Signs a POST, the parameters its body.
    #[must_use]
    pub fn post<N: AsRef<str>, V: AsRef<str>>(
        &self,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> OwnedDelivery {
        let params: Vec<(N, V)> = params.into_iter().collect();
        let params = params
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()));
        let (host, target) = self.place();
        let headers = self.headers(params.clone());
        self.delivery("POST", target, host, headers)
            .with_header("content-type", FORM_TYPE)
            .with_body(form(params))
    }

    /// Signs a GET, whose parameters follow the URL in its query.
    #[must_use]
    pub fn get<N: AsRef<str>, V: AsRef<str>>(
        &self,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> OwnedDelivery {
        let form = form(params);
        let (host, target) = self.place();
        let delimiter = match self.url().split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let url = format!("{}{delimiter}{form}", self.url());
        let headers = self.signed::<&str, &str>(&url, []);
        self.delivery("GET", format!("{target}{delimiter}{form}"), host, headers)
    }

    /// Signs a POST whose body is JSON: as Twilio does for its webhooks with JSON bodies, Event Streams among them.
    ///
    /// The hash of the body is appended to the URL as `bodySHA256`, and that is signed; the request goes there too. A URL
    /// that has such a parameter already gets no other.
    ///
    /// ```
    /// use twilio_verify_webhooks::signature::{self, SignedUrl};
    /// use twilio_verify_webhooks::testing::Signer;
    /// use twilio_verify_webhooks::{AuthToken, SIGNATURE_HEADER};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let url = "https://mywebsite.com/webhook";
    /// let signer = Signer::new(url, AuthToken::new("a-token-for-tests")?)?;
    /// let delivery = signer.post_json(r#"{"property":"value"}"#);
    /// assert!(delivery.target().starts_with("/webhook?bodySHA256="));
    ///
    /// let signature = delivery.headers().find(|(name, _)| *name == SIGNATURE_HEADER);
    /// let (_, signature) = signature.ok_or("a signed delivery")?;
    /// signature::verify_json(signer.key(), &SignedUrl::new(url)?, delivery.body(), signature.as_bytes())?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn post_json(&self, body: impl Into<Vec<u8>>) -> OwnedDelivery {
        let body = body.into();
        let appended = body_hash_after(&self.url, &body).unwrap_or_default();
        let (host, target) = self.place();
        let url = format!("{}{appended}", self.url());
        let headers = self.signed::<&str, &str>(&url, []);
        self.delivery("POST", format!("{target}{appended}"), host, headers)
            .with_header("content-type", "application/json")
            .with_body(body)
    }

    fn signed<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Vec<(&'static str, String)> {
        let signature = (SIGNATURE_HEADER, self.key.sign(url, params));
        let settings = match &self.key {
            Key::AuthToken(_) => None,
            Key::SharedKey(key) => Some((SIGNATURE_SETTINGS_HEADER, key.settings())),
        };
        std::iter::once(signature).chain(settings).collect()
    }

    fn delivery(
        &self,
        method: &str,
        target: String,
        host: &str,
        headers: Vec<(&'static str, String)>,
    ) -> OwnedDelivery {
        let delivery = OwnedDelivery::new(method, target, "").with_header("host", host);
        headers
            .into_iter()
            .fold(delivery, |delivery, (name, value)| {
                delivery.with_header(name, value)
            })
    }

    /// Where the URL leads: host and port, then path and query.
    fn place(&self) -> (&str, String) {
        let (_, place) = self.url().split_once("://").unwrap_or_default();
        let end = place.find(['/', '\\', '?']).unwrap_or(place.len());
        let (host, target) = place.split_at_checked(end).unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        (host, format!("{slash}{target}"))
    }
}
