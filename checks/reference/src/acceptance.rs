//! Which splits of a string to sign may be accepted, by all of its interpretations.

use std::collections::BTreeSet;

use crate::adversarial::Pairs;
use crate::interpretations::{DOCUMENTED, Interpretation};

/// Returns splits of a string: what was signed, and all interpretations with every length of unknown name.
pub fn splits(signed: &Pairs, all: &BTreeSet<Interpretation<'_>>) -> Vec<Pairs> {
    let mut splits = vec![signed.clone()];
    for interpretation in all {
        let lengths = interpretation.unknown.iter().map(|(_, text)| text.len());
        let longest = lengths.map(|len| len.min(24)).max();
        for len in 1..=longest.unwrap_or(1) {
            splits.extend(parameters(interpretation, len));
        }
    }
    splits.sort_unstable();
    splits.dedup();
    // Names of other lengths may sort otherwise.
    let text = concatenated(signed);
    splits.retain(|split| concatenated(split) == text);
    splits
}

/// Tells whether a split may be accepted: it keeps the rules on unknown parameters, and no interpretation says anything
/// else.
pub fn allows(split: &Pairs, all: &BTreeSet<Interpretation<'_>>) -> bool {
    let own = documented(split);
    let presented = all.iter().find(|one| one.documented == own);
    keeps_rules(split, &concatenated(split))
        && presented.is_some_and(|presented| all.iter().all(|other| presented.allows(other)))
}

/// Returns names and values as they are signed, but for the URL.
pub fn concatenated(pairs: &Pairs) -> String {
    let pairs = pairs.iter().flat_map(|(name, value)| [&**name, &**value]);
    pairs.collect()
}

/// Returns what the documented parameters say.
pub fn documented(pairs: &Pairs) -> Vec<(&str, &str)> {
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
