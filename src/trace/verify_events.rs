//! What is told of batches.

use crate::verify_events::{Batch, EventStreamRefusal};

#[cfg(not(feature = "tracing"))]
pub(crate) fn batch(_: &Result<Batch, EventStreamRefusal>) {}

#[cfg(feature = "tracing")]
pub(crate) fn batch(result: &Result<Batch, EventStreamRefusal>) {
    match result {
        Ok(batch) => accepted(batch),
        Err(refusal) => refused(refusal),
    }
}

#[cfg(feature = "tracing")]
fn accepted(batch: &Batch) {
    let events = batch.events().count();
    let key = batch.key.position;
    tracing::info!(events, key, is_first_key = key == 0, "events accepted");
    if let Some(first) = batch.bad_elements().next() {
        let bad_elements = batch.bad_elements().count();
        let (code, message) = (first.error.code(), "elements are no events");
        match super::loud::is_due(message, code) {
            Some(not_shown) => {
                tracing::warn!(bad_elements, code, reason = %first, not_shown, "{message}");
            }
            None => tracing::debug!(bad_elements, code, reason = %first, "{message}"),
        }
    }
}

#[cfg(feature = "tracing")]
fn refused(refusal: &EventStreamRefusal) {
    use crate::verify_events::BatchError;

    let refused = super::Refused {
        message: "events refused",
        code: refusal.code(),
        class: refusal.class(),
        reason: refusal,
        is_verified: matches!(
            refusal.error,
            BatchError::NotJson { .. } | BatchError::NotABatch | BatchError::TooManyElements { .. }
        ),
    };
    refused.tell();
}
