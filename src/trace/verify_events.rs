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
        let code = first.error.code();
        tracing::warn!(bad_elements, code, reason = %first, "elements are no events");
    }
}

#[cfg(feature = "tracing")]
fn refused(refusal: &EventStreamRefusal) {
    use crate::error::RefusalClass;
    use crate::verify_events::BatchError;

    let (code, class) = (refusal.code(), refusal.class().as_str());
    match (refusal.error, refusal.class()) {
        (
            BatchError::NotJson { .. } | BatchError::NotABatch | BatchError::TooManyElements { .. },
            _,
        ) => tracing::warn!(code, class, reason = %refusal, "events refused"),
        (_, RefusalClass::Misconfigured) => {
            tracing::error!(code, class, reason = %refusal, "events refused");
        }
        _ => tracing::debug!(code, class, reason = %refusal, "events refused"),
    }
}
