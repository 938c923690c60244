//! The event of a row, of whichever kind.

use std::time::Duration;

use twilio_verify_webhooks::Event;
#[cfg(feature = "verify-events")]
use twilio_verify_webhooks::verify_events::CloudEvent;

use crate::row::ErrorText;
use crate::settings::Settings;

pub(crate) enum StoredEvent {
    Push(Event<'static>),
    #[cfg(feature = "verify-events")]
    Cloud(CloudEvent),
}

impl StoredEvent {
    /// Reads what an [`Entry`](crate::Entry) holds. No text is both: an event of Verify Push has a `uuid`, and only texts.
    pub(crate) fn read(text: &str) -> Result<Self, ErrorText> {
        let unreadable = |error: serde_json::Error| {
            ErrorText::new(format_args!("the event cannot be read: {error}"))
        };
        let push = serde_json::from_str(text)
            .map(Self::Push)
            .map_err(unreadable);
        #[cfg(feature = "verify-events")]
        if push.is_err()
            && let Ok(event) = CloudEvent::from_json(text)
        {
            return Ok(Self::Cloud(event));
        }
        push
    }

    pub(crate) fn event_type(&self) -> &str {
        match self {
            Self::Push(event) => event.event_type(),
            #[cfg(feature = "verify-events")]
            Self::Cloud(event) => &event.event_type,
        }
    }

    /// After what age it is not acted on any more.
    pub(crate) const fn give_up_after(&self, settings: &Settings) -> Option<Duration> {
        match self {
            Self::Push(event) => settings.give_up_after(event),
            #[cfg(feature = "verify-events")]
            Self::Cloud(_) => settings.give_up_all_after(),
        }
    }
}
