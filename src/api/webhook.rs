use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::{read_json, sealed};
use super::{EventType, Method, Status, Version};
use crate::api::error::ReplyError;
use crate::sid::{AccountSid, ServiceSid, WebhookSid};
use crate::signature::SignedUrl;

/// A webhook as Twilio has it.
///
/// The fields are named as Twilio names them. Its documents promise the presence of none, so each is an `Option`.
///
/// Serialises to the JSON that Twilio sends, members unknown to this version of the crate included, and back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// The SID of the webhook.
    // It may be null but must be there: without it anything would be a webhook.
    #[serde(deserialize_with = "Option::deserialize")]
    pub sid: Option<WebhookSid>,
    /// The Service it belongs to.
    #[serde(default)]
    pub service_sid: Option<ServiceSid>,
    /// The account that the Service belongs to.
    #[serde(default)]
    pub account_sid: Option<AccountSid>,
    /// What it is called. Not meant for personal data.
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// The events it is called for.
    #[serde(default)]
    pub event_types: Option<Vec<EventType>>,
    /// Whether it is called.
    #[serde(default)]
    pub status: Option<Status>,
    /// Which parameters it is called with.
    #[serde(default)]
    pub version: Option<Version>,
    /// The URL that is called, byte for byte what a [`Receiver`](crate::Receiver) is built with.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// The HTTP method it is called with.
    #[serde(default)]
    pub webhook_method: Option<Method>,
    /// When it was created.
    #[serde(default)]
    pub date_created: Option<DateText>,
    /// When it was last updated.
    #[serde(default)]
    pub date_updated: Option<DateText>,
    /// Where it is in the API.
    #[serde(default)]
    pub url: Option<String>,
    /// Members unknown to this version of the crate.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for Webhook {
    /// Shows neither user name, password nor query of the URL, nor the values of unknown members.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("sid", &self.sid)
            .field("service_sid", &self.service_sid)
            .field("account_sid", &self.account_sid)
            .field("friendly_name", &self.friendly_name)
            .field("event_types", &self.event_types)
            .field("status", &self.status)
            .field("version", &self.version)
            .field("webhook_url", &self.webhook_url.as_deref().map(Shown))
            .field("webhook_method", &self.webhook_method)
            .field("date_created", &self.date_created)
            .field("date_updated", &self.date_updated)
            .field("url", &self.url.as_deref().map(Shown))
            .field("extra", &self.extra.keys())
            .finish()
    }
}

/// A URL of which user name, password and query stay hidden.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SignedUrl::new(self.0) {
            Ok(url) => url.public().fmt(f),
            Err(_) => f.write_str("…"),
        }
    }
}

impl sealed::Read for Webhook {
    fn read(status: StatusCode, body: &[u8]) -> Result<Self, ReplyError> {
        read_json(status, body)
    }
}

/// A date and time as Twilio writes it: ISO 8601 in GMT, such as `2015-07-30T20:00:00Z`.
///
/// The text is kept as it came. With the feature `jiff` it can be read as an instant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateText(String);

impl DateText {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// [`jiff::Error`] if it is not a date and time with an offset from GMT.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::DateText;
    ///
    /// let created: DateText = serde_json::from_str(r#""2015-07-30T20:00:00Z""#)?;
    /// assert_eq!(created.timestamp().unwrap().as_second(), 1_438_286_400);
    /// let local: DateText = serde_json::from_str(r#""2015-07-30T20:00:00""#)?;
    /// assert!(local.timestamp().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "jiff")]
    pub fn timestamp(&self) -> Result<jiff::Timestamp, jiff::Error> {
        self.0.parse()
    }
}

impl fmt::Display for DateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
