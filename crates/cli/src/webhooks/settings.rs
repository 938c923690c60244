//! The settings of a webhook, checked.

use twilio_verify_webhooks::api::{
    EventType, EventTypes, NewWebhook, Status, Version, WebhookUpdate,
};

use crate::arguments::{SettingsArguments, StatusArgument, VersionArgument};
use crate::event_type;
use crate::output::Failure;
use crate::reachable;

impl SettingsArguments {
    pub(super) fn new_webhook(&self) -> Result<NewWebhook, Failure> {
        let expected = |option: &str| Failure::usage(format!("expected {option}"));
        let name = self.name.clone().ok_or_else(|| expected("--name"))?;
        let url = self.url()?.ok_or_else(|| expected("--url"))?;
        let events = self.event_types()?.ok_or_else(|| expected("--events"))?;
        let mut new = NewWebhook::new(name, events, url).map_err(Failure::usage)?;
        if let Some(status) = self.status {
            new = new.status(status.into());
        }
        if let Some(version) = self.webhook_version {
            new = new.version(version.into());
        }
        Ok(new)
    }

    /// Returns a change of at least one setting.
    pub(super) fn update(&self) -> Result<WebhookUpdate, Failure> {
        let mut update = WebhookUpdate::new();
        if let Some(name) = &self.name {
            update = update.friendly_name(name).map_err(Failure::usage)?;
        }
        if let Some(url) = self.url()? {
            update = update.webhook_url(url).map_err(Failure::usage)?;
        }
        if let Some(events) = self.event_types()? {
            update = update.event_types(events);
        }
        if let Some(status) = self.status {
            update = update.status(status.into());
        }
        if let Some(version) = self.webhook_version {
            update = update.version(version.into());
        }
        match update.is_empty() {
            true => Err(Failure::usage(
                "expected something to change: --name, --url, --events, --status or --version",
            )),
            false => Ok(update),
        }
    }

    /// Refuses a URL that Twilio cannot call: every delivery would be lost.
    fn url(&self) -> Result<Option<String>, Failure> {
        match self.url.as_deref().and_then(reachable::not_from_twilio) {
            Some(reason) => Err(Failure::usage(reason)),
            None => Ok(self.url.clone()),
        }
    }

    fn event_types(&self) -> Result<Option<EventTypes>, Failure> {
        if self.events.is_empty() {
            return Ok(None);
        }
        let mut event_types = Vec::new();
        for event_type in &self.events {
            event_type::check(event_type)?;
            event_types.push(EventType::from(event_type.trim()));
        }
        EventTypes::try_from(event_types)
            .map(Some)
            .map_err(Failure::usage)
    }
}

impl From<StatusArgument> for Status {
    fn from(status: StatusArgument) -> Self {
        match status {
            StatusArgument::Enabled => Self::Enabled,
            StatusArgument::Disabled => Self::Disabled,
        }
    }
}

impl From<VersionArgument> for Version {
    fn from(version: VersionArgument) -> Self {
        match version {
            VersionArgument::V1 => Self::V1,
            VersionArgument::V2 => Self::V2,
        }
    }
}
