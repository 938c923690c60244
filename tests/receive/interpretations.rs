//! The string to sign as a whole: what is accepted of it, beside a plain search for all its interpretations.

use std::collections::BTreeSet;

use twilio_verify_webhooks::Refusal;
use twilio_verify_webhooks::signature::string_to_sign;
use verify_webhooks_reference::adversarial;
use verify_webhooks_reference::interpretations::{self, DOCUMENTED, Interpretation};

use crate::support::*;

/// How many deliveries are tried.
const DELIVERIES: u64 = 500;

fn is_accepted(pairs: &Pairs) -> bool {
    let request = Request::signed(pairs);
    match receiver().receive(&request.delivery()) {
        Ok(_) => true,
        Err(Refusal::Event(_)) => false,
        Err(refusal) => panic!("the signature is right, and yet: {refusal:?}"),
    }
}

fn documented(pairs: &Pairs) -> Vec<(&str, &str)> {
    let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
    pairs
        .filter(|(name, _)| DOCUMENTED.contains(name))
        .collect()
}

/// Tells whether the rules on each unknown parameter, and on what it holds, are met.
fn keeps_rules(pairs: &Pairs, text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_name = |name: &str| {
        name > DOCUMENTED[0]
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.split('_').all(is_word)
            && !DOCUMENTED.iter().any(|documented| {
                documented.starts_with(name)
                    || name
                        .strip_prefix(documented)
                        .is_some_and(|rest| !rest.starts_with('_'))
            })
    };
    let mut starts = BTreeSet::new();
    let mut end = 0;
    for (name, value) in pairs {
        let start = end;
        let value_start = start + name.len();
        end = value_start + value.len();
        if !DOCUMENTED.contains(&&**name) {
            if !is_name(name) {
                return false;
            }
            continue;
        }
        starts.insert(start);
        if name.ends_with("_details") || name.ends_with("_metadata") || name == "uuid" {
            for documented in DOCUMENTED {
                starts.extend(
                    value
                        .match_indices(documented)
                        .map(|(at, _)| value_start + at),
                );
            }
        }
    }
    let joined = DOCUMENTED.into_iter().filter(|name| name.contains('_'));
    joined
        .flat_map(|name| text.match_indices(name))
        .all(|(place, _)| starts.contains(&place))
}

/// Makes parameters of an interpretation, each unknown text one of them, with a name of so many bytes.
fn parameters(interpretation: &Interpretation<'_>, len: usize) -> Option<Pairs> {
    let unknown = interpretation
        .unknown
        .iter()
        .map(|(_, text)| text.split_at_checked(len.min(text.len())));
    let mut pairs: Vec<(&str, &str)> = unknown.collect::<Option<_>>()?;
    pairs.extend(&interpretation.documented);
    pairs.sort_unstable();
    let names: BTreeSet<&str> = pairs.iter().map(|(name, _)| *name).collect();
    (names.len() == pairs.len()).then(|| {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        pairs.into_iter().map(owned).collect()
    })
}

#[test]
fn one_interpretation_is_accepted_and_no_other() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..DELIVERIES {
        let signed = adversarial::delivery(seed);
        let text = string_to_sign("", signed.clone());
        let all = interpretations::all(&text);
        let mut readings: Vec<Pairs> = vec![signed.clone()];
        for interpretation in &all {
            let longest = interpretation
                .unknown
                .iter()
                .map(|(_, text)| text.len().min(24))
                .max();
            for len in 1..=longest.unwrap_or(1) {
                readings.extend(parameters(interpretation, len));
            }
        }
        readings.sort_unstable();
        readings.dedup();
        let mut said = BTreeSet::new();
        for pairs in &readings {
            if string_to_sign("", pairs.clone()) != text {
                continue;
            }
            let own = documented(pairs);
            let presented = all.iter().find(|one| one.documented == own);
            let expected = keeps_rules(pairs, &text)
                && presented
                    .is_some_and(|presented| all.iter().all(|other| presented.allows(other)));
            let found = is_accepted(pairs);

            assert_eq!(
                found, expected,
                "seed {seed}: {pairs:?}\nof {signed:?}\nall {all:#?}"
            );
            if found {
                said.insert(own);
            }
        }
        assert!(said.len() <= 1, "seed {seed}: {said:?}");
        match is_accepted(&signed) {
            true => accepted += 1,
            false => refused += 1,
        }
    }
    // It says little if all are refused.
    assert!(
        accepted > refused / 10,
        "{accepted} accepted, {refused} refused"
    );
}
