//! The settings of a webhook that is created or updated.

use std::fmt;

use url::form_urlencoded::Serializer;

use super::webhook::Shown;
use super::{EventTypes, Status, Version, Webhook};
use crate::api::error::RequestError;
use crate::signature::SignedUrl;

/// A webhook to create.
///
/// What is not set is left to Twilio: the webhook is enabled, and called with version 2.
#[derive(Clone, PartialEq, Eq)]
pub struct NewWebhook {
    friendly_name: String,
    event_types: EventTypes,
    webhook_url: String,
    status: Option<Status>,
    version: Option<Version>,
}

impl NewWebhook {
    /// Starts from what Twilio requires.
    ///
    /// The friendly name should hold no personal data. The URL is kept byte for byte: build the
    /// [`Receiver`](crate::Receiver) with the same text.
    ///
    /// # Errors
    ///
    /// [`RequestError`] if the name is blank or if no receiver could be built for the URL.
    ///
    /// ```
    /// use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
    /// use twilio_verify_webhooks::api::{EventTypes, NewWebhook, RequestError};
    ///
    /// let answers = EventTypes::from(Approved).and(Denied);
    /// let webhook = NewWebhook::new("backend", answers, "https://example.com/webhook")?;
    /// assert_eq!(webhook.webhook_url(), "https://example.com/webhook");
    /// let error = NewWebhook::new("backend", Approved, "example.com/webhook").unwrap_err();
    /// assert!(matches!(error, RequestError::WebhookUrl(_)));
    /// # Ok::<(), RequestError>(())
    /// ```
    pub fn new(
        friendly_name: impl Into<String>,
        event_types: impl Into<EventTypes>,
        webhook_url: impl Into<String>,
    ) -> Result<Self, RequestError> {
        Ok(Self {
            friendly_name: check_name(friendly_name.into())?,
            event_types: event_types.into(),
            webhook_url: check_url(webhook_url.into())?,
            status: None,
            version: None,
        })
    }

    /// Sets whether it is called.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets which parameters it is called with.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Returns the URL.
    #[must_use]
    pub fn webhook_url(&self) -> &str {
        &self.webhook_url
    }

    /// Returns what is to change to make another webhook this one, whose URL it has.
    pub(super) fn changes(&self, webhook: &Webhook) -> WebhookUpdate {
        fn changed<T: PartialEq + Clone>(wanted: Option<&T>, found: Option<&T>) -> Option<T> {
            wanted.filter(|_| wanted != found).cloned()
        }

        let found_types = webhook.event_types.as_deref().unwrap_or_default();
        let same_types = self.event_types.are(found_types);
        WebhookUpdate {
            friendly_name: changed(Some(&self.friendly_name), webhook.friendly_name.as_ref()),
            event_types: (!same_types).then(|| self.event_types.clone()),
            webhook_url: None,
            status: changed(self.status.as_ref(), webhook.status.as_ref()),
            version: changed(self.version.as_ref(), webhook.version.as_ref()),
        }
    }

    pub(super) fn form(&self) -> String {
        form(
            Some(&self.friendly_name),
            Some(&self.event_types),
            Some(&self.webhook_url),
            self.status.as_ref(),
            self.version.as_ref(),
        )
    }
}

impl fmt::Debug for NewWebhook {
    /// Shows neither user name, password nor query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewWebhook")
            .field("friendly_name", &self.friendly_name)
            .field("event_types", &self.event_types)
            .field("webhook_url", &Shown(&self.webhook_url))
            .field("status", &self.status)
            .field("version", &self.version)
            .finish()
    }
}

/// Changes to a webhook. What is not set stays as it is.
///
/// ```
/// use twilio_verify_webhooks::api::{Status, WebhookUpdate};
///
/// let update = WebhookUpdate::new().friendly_name("staging")?.status(Status::Disabled);
/// assert!(!update.is_empty());
/// # Ok::<(), twilio_verify_webhooks::api::RequestError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct WebhookUpdate {
    friendly_name: Option<String>,
    event_types: Option<EventTypes>,
    webhook_url: Option<String>,
    status: Option<Status>,
    version: Option<Version>,
}

impl WebhookUpdate {
    /// Changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes what it is called.
    ///
    /// # Errors
    ///
    /// [`RequestError::FriendlyName`] if the name is blank.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{RequestError, WebhookUpdate};
    ///
    /// let update = WebhookUpdate::new().friendly_name("staging")?;
    /// assert!(update.names().eq(["friendly_name"]));
    /// assert_eq!(WebhookUpdate::new().friendly_name(" "), Err(RequestError::FriendlyName));
    /// # Ok::<(), RequestError>(())
    /// ```
    pub fn friendly_name(mut self, friendly_name: impl Into<String>) -> Result<Self, RequestError> {
        self.friendly_name = Some(check_name(friendly_name.into())?);
        Ok(self)
    }

    /// Changes the events it is called for, all of them.
    #[must_use]
    pub fn event_types(mut self, event_types: impl Into<EventTypes>) -> Self {
        self.event_types = Some(event_types.into());
        self
    }

    /// Changes the URL.
    ///
    /// # Errors
    ///
    /// [`RequestError::WebhookUrl`] if no receiver could be built for it.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{RequestError, WebhookUpdate};
    ///
    /// let update = WebhookUpdate::new().webhook_url("https://example.com/webhook")?;
    /// assert!(update.names().eq(["webhook_url"]));
    /// let error = WebhookUpdate::new().webhook_url("/webhook").unwrap_err();
    /// assert!(matches!(error, RequestError::WebhookUrl(_)));
    /// # Ok::<(), RequestError>(())
    /// ```
    pub fn webhook_url(mut self, webhook_url: impl Into<String>) -> Result<Self, RequestError> {
        self.webhook_url = Some(check_url(webhook_url.into())?);
        Ok(self)
    }

    /// Changes whether it is called.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Changes which parameters it is called with.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Tells whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the names of what changes, as Twilio names the fields of a webhook.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            self.friendly_name.as_ref().map(|_| "friendly_name"),
            self.event_types.as_ref().map(|_| "event_types"),
            self.webhook_url.as_ref().map(|_| "webhook_url"),
            self.status.as_ref().map(|_| "status"),
            self.version.as_ref().map(|_| "version"),
        ];
        given.into_iter().flatten()
    }

    pub(super) fn form(&self) -> String {
        form(
            self.friendly_name.as_deref(),
            self.event_types.as_ref(),
            self.webhook_url.as_deref(),
            self.status.as_ref(),
            self.version.as_ref(),
        )
    }
}

impl fmt::Debug for WebhookUpdate {
    /// Shows neither user name, password nor query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookUpdate")
            .field("friendly_name", &self.friendly_name)
            .field("event_types", &self.event_types)
            .field("webhook_url", &self.webhook_url.as_deref().map(Shown))
            .field("status", &self.status)
            .field("version", &self.version)
            .finish()
    }
}

fn check_name(friendly_name: String) -> Result<String, RequestError> {
    match friendly_name.trim() {
        "" => Err(RequestError::FriendlyName),
        _ => Ok(friendly_name),
    }
}

fn check_url(webhook_url: String) -> Result<String, RequestError> {
    SignedUrl::new(&webhook_url)?;
    Ok(webhook_url)
}

/// Twilio reads a list from a repeated key.
fn form(
    friendly_name: Option<&str>,
    event_types: Option<&EventTypes>,
    webhook_url: Option<&str>,
    status: Option<&Status>,
    version: Option<&Version>,
) -> String {
    let event_types = event_types.into_iter().flat_map(EventTypes::iter);
    let event_types = event_types.map(|event_type| ("EventTypes", Some(event_type.as_str())));
    let fields = [("FriendlyName", friendly_name)]
        .into_iter()
        .chain(event_types)
        .chain([
            ("WebhookUrl", webhook_url),
            ("Status", status.map(Status::as_str)),
            ("Version", version.map(Version::as_str)),
        ]);
    let given = fields.filter_map(|(name, value)| Some((name, value?)));
    let form = Serializer::new(String::new()).extend_pairs(given).finish();
    // Forms of the web leave it as it is, those of OpenAPI escape it. Every decoder takes both.
    form.replace('*', "%2A")
}
