//! A request as it was received.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use twilio_verify_webhooks::{Delivery, SIGNATURE_HEADER};
use url::form_urlencoded;

/// What the parameters of each event of Verify Push have, and no envelope of CloudEvents: its names hold no underscore.
#[derive(Deserialize)]
struct PrintedParameters {
    #[serde(rename = "account_sid")]
    _account_sid: IgnoredAny,
}

/// Enough of a request to verify it, to forward it and to send it again.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they were in the request line.
    pub(crate) target: String,
    /// Every line of every header, in order.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Borrows it, as a receiver takes it.
    pub(crate) fn delivery(&self) -> Delivery<'_> {
        Delivery::new(&self.method, &self.body)
            .target(&self.target)
            .headers(self.header_lines())
    }

    /// Returns the lines of the headers.
    pub(crate) fn header_lines(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// Returns the first line of a header, its name in any case, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.header_lines();
        let (_, value) = lines.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Returns the signature that it carries.
    pub(crate) fn signature(&self) -> Option<&str> {
        self.header(SIGNATURE_HEADER)
    }

    /// Tells whether it is a batch of Event Streams: its body is JSON, as that of no webhook of Verify Push is, and not
    /// the parameters of one printed as JSON.
    pub(crate) fn is_batch(&self) -> bool {
        let is_batch = match self.body.trim_ascii_start().first() {
            Some(b'[') => true,
            Some(b'{') => serde_json::from_slice::<PrintedParameters>(&self.body).is_err(),
            _ => false,
        };
        is_batch && self.method == "POST"
    }

    pub(crate) fn is_get(&self) -> bool {
        self.method == "GET"
    }

    /// Decodes the parameters, in the order received: those of the body, or of the query where that is all there is.
    ///
    /// Whatever does not decode is replaced: this is for people to read, and says nothing of who sent it.
    pub(crate) fn params(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.form()).collect()
    }

    fn form(&self) -> &[u8] {
        if self.is_batch() {
            b""
        } else if self.is_get() {
            self.query().unwrap_or_default().as_bytes()
        } else {
            &self.body
        }
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// Returns the value of a parameter.
    pub(crate) fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut params = form_urlencoded::parse(self.form());
        params
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Returns about how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| {
            let text = name.len().saturating_add(value.len());
            text.saturating_add(64)
        });
        headers
            .fold(self.target.len(), usize::saturating_add)
            .saturating_add(self.body.len())
    }
}
