//! Tells of each delivery that an adapter receives (feature `tracing`).
//!
//! | level | message | fields |
//! |---|---|---|
//! | INFO | `events accepted` | of Verify Events: `events`, how many, `key`, `is_first_key` |
//! | WARN | `elements are no events` | `bad_elements`, how many, `code` and `reason` of the first |
//! | WARN | `events refused` | `code`, `class`, `reason`: the signature is right and the body is no batch |
//! | ERROR, DEBUG | `events refused` | `code`, `class`, `reason`: as for `webhook refused` |
//! | INFO | `webhook accepted` | `delivery_id`, `event_type`, `key` (its position), `is_first_key`: false for a key that replaces another, or is being replaced |
//! | WARN | `webhook refused` | `code`, `class`, `reason`: the signature is right and the event is not read |
//! | WARN | `webhook not received` | `code`: the keys of its account could not be looked up |
//! | ERROR | `webhook refused` | `code`, `class`, `reason`: the application did not hand over what the receiver needs |
//! | DEBUG | `webhook refused` | `code`, `class`, `reason`: what strangers without a captured delivery can bring about, so that forgeries do not flood a log |

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
        Err(error @ ReceiveError::Keys(_)) => {
            tracing::warn!(code = error.code(), "webhook not received");
        }
    }
}

#[cfg(feature = "tracing")]
fn accepted(received: &Received<'_>) {
    let Received { event, key } = received;
    tracing::info!(
        delivery_id = %event.delivery_id(),
        event_type = event.event_type(),
        key = key.position,
        is_first_key = key.position == 0,
        "webhook accepted"
    );
}

#[cfg(feature = "tracing")]
fn refused(refusal: &Refusal) {
    use crate::error::{EventError, RefusalClass};

    let (code, class) = (refusal.code(), refusal.class().as_str());
    match refusal {
        // Which account it is for is read before anything is verified.
        Refusal::Event(
            EventError::Missing {
                name: "account_sid",
            }
            | EventError::Sid {
                name: "account_sid",
                ..
            },
        ) => tracing::debug!(code, class, reason = %refusal, "webhook refused"),
        Refusal::Event(_) => tracing::warn!(code, class, reason = %refusal, "webhook refused"),
        _ if refusal.class() == RefusalClass::Misconfigured => {
            tracing::error!(code, class, reason = %refusal, "webhook refused");
        }
        _ => tracing::debug!(code, class, reason = %refusal, "webhook refused"),
    }
}
