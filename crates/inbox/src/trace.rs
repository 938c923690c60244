//! What is told to `tracing`: ids and types of events, never their text nor that of failures.

use std::time::Duration;

use tracing::{Span, error, info, info_span, warn};
use twilio_verify_webhooks::{DeliveryId, Received};

use crate::answer::{Answer, AnswerOutcome};
use crate::error::StoreError;
#[cfg(feature = "verify-events")]
use crate::store::Accepted;
use crate::store::{Damaged, Ticket};

pub(crate) fn answer(received: &Received<'_>, answer: &Answer) {
    let event = &received.event;
    let (account, uuid) = (event.account_sid(), event.uuid());
    let (account_sid, event_type) = (account.as_str(), event.event_type());
    match (answer.outcome(), answer.error()) {
        (AnswerOutcome::New, _) => info!(account_sid, uuid, event_type, "accepted"),
        (AnswerOutcome::Repeated(state), _) => {
            let state = state.as_str();
            info!(account_sid, uuid, event_type, state, "repeated");
        }
        (AnswerOutcome::Conflict(state), _) => {
            let state = state.as_str();
            warn!(account_sid, uuid, event_type, state, "conflict");
        }
        (AnswerOutcome::Unavailable, error) => {
            let error = error.map(tracing::field::display);
            error!(account_sid, uuid, event_type, error, "not stored");
        }
    }
}

/// One event of a batch.
#[cfg(feature = "verify-events")]
pub(crate) fn cloud_event(
    id: &DeliveryId,
    event_type: &str,
    accepted: &Result<Accepted, StoreError>,
) {
    let (account, uuid) = (id.account_sid(), id.uuid());
    let account_sid = account.as_str();
    match accepted {
        Ok(Accepted::New) => info!(account_sid, uuid, event_type, "accepted"),
        Ok(Accepted::Known(state)) => {
            let state = state.as_str();
            info!(account_sid, uuid, event_type, state, "repeated");
        }
        Ok(Accepted::Conflict(state)) => {
            let state = state.as_str();
            warn!(account_sid, uuid, event_type, state, "conflict");
        }
        Err(error) => error!(account_sid, uuid, event_type, %error, "not stored"),
    }
}

#[cfg(feature = "verify-events")]
pub(crate) fn batch_not_stored(events: usize, error: &StoreError) {
    error!(events, %error, "batch not stored");
}

/// A taken row, as events about it name it.
pub(crate) struct Traced<'t> {
    pub(crate) ticket: &'t Ticket,
    /// Empty if the event cannot be read.
    pub(crate) event_type: &'t str,
}

macro_rules! told {
    ($level:ident, $traced:expr, $($fields:tt)+) => {{
        let Traced { ticket, event_type } = $traced;
        let (account, uuid) = (ticket.id().account_sid(), ticket.id().uuid());
        let (account_sid, attempt) = (account.as_str(), ticket.attempt());
        $level!(account_sid, uuid, event_type, attempt, $($fields)+);
    }};
}

impl Traced<'_> {
    pub(crate) fn taken(&self, retaken: bool) {
        told!(info, self, retaken, "taken");
    }

    pub(crate) fn done(&self) {
        told!(info, self, "done");
    }

    pub(crate) fn again(&self, after: Duration) {
        told!(warn, self, after_ms = millis(after), "again");
    }

    pub(crate) fn handed_back(&self) {
        told!(info, self, "handed back");
    }

    pub(crate) fn dead(&self) {
        told!(error, self, "dead");
    }

    pub(crate) fn lease_lost(&self) {
        told!(warn, self, "lease lost");
    }

    pub(crate) fn unsettled(&self, error: &StoreError) {
        told!(warn, self, %error, "not settled, the lease will run out");
    }
}

/// The span that a handler runs in.
pub(crate) fn job(id: &DeliveryId, event_type: &str, attempt: u32) -> Span {
    let (account_sid, uuid) = (id.account_sid(), id.uuid());
    let account_sid = account_sid.as_str();
    info_span!("job", account_sid, uuid, event_type, attempt)
}

pub(crate) fn buried(id: &DeliveryId) {
    let (account_sid, uuid) = (id.account_sid(), id.uuid());
    let account_sid = account_sid.as_str();
    error!(account_sid, uuid, "dead");
}

pub(crate) fn damaged(damaged: &Damaged) {
    let id = damaged.id.as_ref();
    let account = id.map(DeliveryId::account_sid);
    let account_sid = account.as_ref().map(|account| account.as_str());
    let (uuid, column) = (id.map(DeliveryId::uuid), damaged.column);
    error!(account_sid, uuid, column, "damaged row is dead");
}

pub(crate) fn store_failed(error: &StoreError) {
    error!(%error, "the worker cannot take rows and goes on trying");
}

pub(crate) fn store_recovered(failures: u32) {
    info!(failures, "the worker can take rows again");
}

pub(crate) fn stopping(running: usize) {
    info!(running, "the worker takes no more rows");
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
