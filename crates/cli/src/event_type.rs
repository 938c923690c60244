//! Event types that are nearly known ones.

use strsim::damerau_levenshtein;
use twilio_verify_webhooks::{ChallengeEventType, FactorEventType};

use crate::output::Failure;

/// The event types that Twilio documents.
const KNOWN: [&str; 5] = [
    FactorEventType::Created.as_str(),
    FactorEventType::Verified.as_str(),
    FactorEventType::Deleted.as_str(),
    ChallengeEventType::Approved.as_str(),
    ChallengeEventType::Denied.as_str(),
];

/// The most letters that are taken for a mistake.
const MOST_MISTAKES: usize = 2;

/// Takes a known type, and one that is so unlike them that it is meant: Twilio may add types, which have a dot as well.
pub(crate) fn check(event_type: &str) -> Result<(), Failure> {
    let is_type = event_type.contains('.') || event_type == "*";
    match nearly(event_type) {
        Some(known) => Err(Failure::usage(format!(
            "no event type is called {event_type}: did you mean {known}?"
        ))),
        // It may be a secret at the wrong place.
        None if !is_type => Err(Failure::usage(
            "expected an event type such as challenge.approved",
        )),
        None => Ok(()),
    }
}

/// Returns the known type that a text is nearly.
fn nearly(event_type: &str) -> Option<&'static str> {
    if KNOWN.contains(&event_type) {
        return None;
    }
    let written = event_type
        .trim()
        .to_lowercase()
        .replace(['_', '-', ' ', ':', '/'], ".");
    let mut known = KNOWN.into_iter();
    known
        .clone()
        .find(|known| *known == written)
        .or_else(|| {
            // The last word alone, which no two have in common.
            known.clone().find(|known| {
                known
                    .split_once('.')
                    .is_some_and(|(_, last)| last == written)
            })
        })
        .or_else(|| {
            let distance = |known: &&str| damerau_levenshtein(known, &written);
            known
                .by_ref()
                .filter(|known| distance(known) <= MOST_MISTAKES)
                .min_by_key(distance)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_recognised_and_new_types_are_not() {
        for (event_type, known) in [
            ("challenge.aproved", Some("challenge.approved")),
            ("Challenge.Approved", Some("challenge.approved")),
            ("challenge_denied", Some("challenge.denied")),
            ("chalenge.deneid", Some("challenge.denied")),
            ("factors.created", Some("factor.created")),
            ("approved", Some("challenge.approved")),
            (" factor.deleted", Some("factor.deleted")),
            ("factor.created", None),
            ("challenge.expired", None),
            ("factor.updated", None),
            ("factor", None),
            ("", None),
        ] {
            assert_eq!(nearly(event_type), known, "{event_type}");
        }
    }
}
