//! Operations that a seed chooses.

use std::time::Duration;

use fastrand::Rng;
use twilio_verify_webhooks::DeliveryId;

use crate::kind::Kind;
use crate::row::ErrorText;
use crate::store::{Entry, Selection, Settlement, Terms, Ticket};

/// Leases and waits are this or nothing, so that no clock decides.
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

/// A call of a store.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Accept(Entry, Option<Duration>),
    Take(Terms, usize),
    Settle(Ticket, Settlement),
    Revive(Selection),
    Discard(DeliveryId),
    Purge(Duration, usize),
}

impl Call {
    pub(super) fn random(rng: &mut Rng, entries: &[[Entry; 2]], tickets: &[Ticket]) -> Self {
        let Some([entry, other]) = rng.choice(entries) else {
            return Self::Purge(HOUR, 1);
        };
        let time = |rng: &mut Rng| if rng.bool() { HOUR } else { Duration::ZERO };
        match rng.u8(..20) {
            0..5 => {
                let entry = if rng.u8(..5) == 0 { other } else { entry };
                let lease = rng.bool().then(|| time(rng));
                Self::Accept(entry.clone(), lease)
            }
            5..10 => {
                let kinds = [Kind::ALL, Kind::ALL, &[Kind::Push], &[Kind::Cloud], &[]];
                let terms = Terms {
                    lease: time(rng),
                    max_tries: rng.u32(1..4),
                    kinds: rng.choice(kinds).unwrap_or_default(),
                };
                Self::Take(terms, rng.usize(1..5))
            }
            10..16 => {
                // Of any attempt so far; now and then one that was never granted.
                let ticket = rng.choice(tickets).filter(|_| rng.u8(..10) > 0).cloned();
                let ticket = ticket.unwrap_or_else(|| {
                    let attempt = rng.choice([0, 1, 7]).unwrap_or_default();
                    Ticket::new(entry.id().clone(), attempt)
                });
                Self::Settle(ticket, random_settlement(rng))
            }
            16 => Self::Revive(Selection::one(entry.id().clone())),
            17 => {
                let selection = Selection::at_most(rng.usize(..4));
                Self::Revive(match rng.u8(..4) {
                    0 => selection.account_sid(entry.id().account_sid()),
                    1 => selection.error_contains("%"),
                    2 => selection.error_contains("lease"),
                    _ => selection,
                })
            }
            18 => Self::Discard(entry.id().clone()),
            _ => Self::Purge(time(rng), rng.usize(1..3)),
        }
    }
}

fn random_settlement(rng: &mut Rng) -> Settlement {
    let long = "\u{1F511}".repeat(ErrorText::MAX_LEN);
    let errors = ["timed out", "100 % '\";--", "", long.as_str()];
    let error = ErrorText::new(rng.choice(errors).unwrap_or_default());
    let time = if rng.bool() { HOUR } else { Duration::ZERO };
    match rng.u8(..6) {
        0 | 1 => Settlement::Done,
        2 => Settlement::Again { after: time, error },
        3 => Settlement::HandBack,
        4 => Settlement::Extend { lease: time },
        _ => Settlement::Dead { error },
    }
}
