//! Tells of each delivery that an adapter receives (feature `tracing`).
//!
//! | level | message | fields |
//! |---|---|---|
//! | INFO | `webhook accepted` | `delivery_id`, `event_type`, `key` (its position), `is_first_key`: false for a key that replaces another, or is being replaced |
//! | INFO | `events accepted` | of Verify Events: `events`, how many, `key`, `is_first_key` |
//! | WARN | `webhook refused`, `events refused` | `code`, `class`, `reason`: the signature, or the length; or the signature is right and what is signed is not read |
//! | WARN | `webhook not received` | `code`, `reason`: the keys of its account could not be looked up |
//! | WARN | `elements are no events` | of Verify Events: `bad_elements`, how many, `code` and `reason` of the first |
//! | ERROR | `webhook refused`, `events refused` | `code`, `class`, `reason`: the application did not hand over what the receiver needs |
//! | DEBUG | `webhook refused`, `events refused` | `code`, `class`, `reason`: what is no webhook of Twilio's at all |
//!
//! Strangers can bring about all of these but the first two and what is not read, and whoever captured a delivery those as
//! well. So each message is told loudly, as a warning or error, at most once a minute for each `code`, with `not_shown`: how
//! many came since the last time, which were told at DEBUG.
//!
//! A request whose client is gone before it was read or answered is dropped by the server, and nothing is told of it.

#[cfg(feature = "tracing")]
mod loud;
#[cfg(feature = "verify-events")]
mod verify_events;

#[cfg(feature = "verify-events")]
pub(crate) use self::verify_events::batch;
use crate::error::ReceiveError;
#[cfg(any(feature = "tracing", feature = "axum", feature = "actix-web"))]
use crate::error::Refusal;
use crate::receiver::{KeyStoreError, Received};

#[cfg(all(not(feature = "tracing"), any(feature = "axum", feature = "actix-web")))]
pub(crate) fn received(_: &Result<Received<'static>, Refusal>) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn account_received(_: &Result<Received<'static>, ReceiveError<KeyStoreError>>) {}

#[cfg(all(feature = "tracing", any(feature = "axum", feature = "actix-web")))]
pub(crate) fn received(result: &Result<Received<'static>, Refusal>) {
    match result {
        Ok(received) => accepted(received),
        Err(refusal) => refused(refusal),
    }
}

#[cfg(feature = "tracing")]
pub(crate) fn account_received(result: &Result<Received<'static>, ReceiveError<KeyStoreError>>) {
    match result {
        Ok(received) => accepted(received),
        Err(ReceiveError::Refused(refusal)) => refused(refusal),
        Err(ReceiveError::Keys(error)) => {
            let code = "keys_unavailable";
            let message = "webhook not received";
            match loud::is_due(message, code) {
                Some(not_shown) => tracing::warn!(code, reason = %error, not_shown, "{message}"),
                None => tracing::debug!(code, reason = %error, "{message}"),
            }
        }
    }
}

#[cfg(feature = "tracing")]
fn accepted(received: &Received<'_>) {
    let Received { event, key } = received;
    tracing::info!(
        delivery_id = %crate::invisible::escaped(&event.delivery_id().to_string()),
        event_type = event.event_type(),
        key = key.position,
        is_first_key = key.position == 0,
        "webhook accepted"
    );
}

#[cfg(feature = "tracing")]
fn refused(refusal: &Refusal) {
    use crate::error::EventError;

    let is_verified = match refusal {
        // Which account it is for is read before anything is verified.
        Refusal::Event(
            EventError::Missing {
                name: "account_sid",
            }
            | EventError::Sid {
                name: "account_sid",
                ..
            },
        ) => false,
        Refusal::Event(_) => true,
        _ => false,
    };
    let refused = Refused {
        message: "webhook refused",
        code: refusal.code(),
        class: refusal.class(),
        reason: refusal,
        is_verified,
    };
    refused.tell();
}

#[cfg(feature = "tracing")]
struct Refused<'r> {
    message: &'static str,
    code: &'static str,
    class: crate::error::RefusalClass,
    reason: &'r dyn std::fmt::Display,
    is_verified: bool,
}

#[cfg(feature = "tracing")]
impl Refused<'_> {
    fn tell(self) {
        use crate::error::RefusalClass::{
            Malformed, Misconfigured, Signature, TooLarge, Unsupported,
        };

        let Self {
            message,
            code,
            reason,
            ..
        } = self;
        let class = self.class.as_str();
        let is_loud = match self.class {
            Signature | TooLarge | Misconfigured => true,
            Malformed | Unsupported => self.is_verified,
        };
        let due = is_loud.then(|| loud::is_due(message, code)).flatten();
        match due {
            None => tracing::debug!(code, class, reason = %reason, "{message}"),
            Some(not_shown) if self.class == Misconfigured => {
                tracing::error!(code, class, reason = %reason, not_shown, "{message}");
            }
            Some(not_shown) => {
                tracing::warn!(code, class, reason = %reason, not_shown, "{message}");
            }
        }
    }
}
