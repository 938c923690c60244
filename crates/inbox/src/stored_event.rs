//! The event of a row, of whichever kind.

use std::fmt;
use std::time::Duration;

use twilio_verify_webhooks::Event;
#[cfg(feature = "verify-events")]
use twilio_verify_webhooks::verify_events::CloudEvent;

use crate::kind::Kind;
use crate::row::ErrorText;
use crate::settings::Settings;

pub(crate) enum StoredEvent {
    Push(Event<'static>),
    #[cfg(feature = "verify-events")]
    Cloud(CloudEvent),
}

impl StoredEvent {
    /// Reads what an [`Entry`](crate::Entry) holds.
    pub(crate) fn read(kind: Kind, text: &str) -> Result<Self, ErrorText> {
        match kind {
            Kind::Push => serde_json::from_str(text)
                .map(Self::Push)
                .map_err(unreadable),
            #[cfg(feature = "verify-events")]
            Kind::Cloud => CloudEvent::from_json(text)
                .map(Self::Cloud)
                .map_err(unreadable),
            #[cfg(not(feature = "verify-events"))]
            Kind::Cloud => Err(unreadable("the feature verify-events is off")),
        }
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

fn unreadable(error: impl fmt::Display) -> ErrorText {
    ErrorText::new(format_args!("the event cannot be read: {error}"))
}
