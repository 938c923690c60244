//! Every interpretation of a string to sign, by going through all of its splits.
//!
//! An interpretation says where each documented parameter is. Between them there may be unknown parameters, of which it
//! only says where the first starts: their values may hold anything.

use std::collections::BTreeSet;

/// The parameters that Twilio documents, in the order they are signed in.
pub const DOCUMENTED: [&str; 13] = [
    "account_sid",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "challenge_sid",
    "entity_identity",
    "factor_friendly_name",
    "factor_metadata",
    "factor_sid",
    "factor_type",
    "service_sid",
    "type",
    "uuid",
];

const EVENT_TYPES: [&str; 5] = [
    "factor.created",
    "factor.verified",
    "factor.deleted",
    "challenge.approved",
    "challenge.denied",
];
const FACTOR_TYPES: [&str; 3] = ["push", "totp", "passkeys"];
const REQUIRED: [&str; 4] = ["account_sid", "service_sid", "type", "uuid"];
const JSON: [&str; 4] = [
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "factor_metadata",
];

/// The documented parameters of an interpretation, and the unknown texts between them with the place of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interpretation<'t> {
    /// Names and values, in order.
    pub documented: Vec<(&'t str, &'t str)>,
    /// Names and values of unknown parameters, run together: the place of each in the string, and its text.
    pub unknown: Vec<(usize, &'t str)>,
}

impl Interpretation<'_> {
    /// Tells whether a reading that says this may be accepted, as far as another interpretation goes: they say the same,
    /// but that this one may have a longer type that is not known.
    pub fn allows(&self, other: &Self) -> bool {
        let is_allowed = |(one, other): (&(&str, &str), &(&str, &str))| {
            one == other
                || one.0 == other.0
                    && (one.0 == "type" || one.0 == "factor_type")
                    && !EVENT_TYPES.contains(&other.1)
                    && !FACTOR_TYPES.contains(&other.1)
                    && one.1.starts_with(other.1)
        };
        self.documented.len() == other.documented.len()
            && self
                .documented
                .iter()
                .zip(&other.documented)
                .all(is_allowed)
    }
}

/// Returns all interpretations of a string.
pub fn all(text: &str) -> BTreeSet<Interpretation<'_>> {
    let mut search = Search {
        text,
        documented: Vec::new(),
        unknown: Vec::new(),
        found: BTreeSet::new(),
    };
    if text.starts_with(DOCUMENTED[0]) {
        search.parameter(0, DOCUMENTED[0]);
    }
    search.found
}

struct Search<'t> {
    text: &'t str,
    documented: Vec<(&'static str, &'t str)>,
    unknown: Vec<(usize, &'t str)>,
    found: BTreeSet<Interpretation<'t>>,
}

impl<'t> Search<'t> {
    /// Goes through the values of a documented parameter whose name is at a place.
    fn parameter(&mut self, place: usize, name: &'static str) {
        let start = place + name.len();
        let is_after_unknown = self
            .unknown
            .last()
            .is_some_and(|(at, text)| at + text.len() == place);
        for len in lengths(name, &self.text[start..]) {
            let end = start + len;
            let value = &self.text[start..end];
            if is_after_unknown && is_overshot(name, value) {
                continue;
            }
            self.documented.push((name, value));
            self.after(end, name, value);
            self.documented.pop();
        }
    }

    /// Goes on after a value.
    fn after(&mut self, end: usize, name: &'static str, value: &'t str) {
        if name == "uuid" && end == self.text.len() {
            self.find();
        }
        if is_within_documented(self.text, end, end) {
            return;
        }
        let rest = &self.text[end..];
        if let Some(next) = next_names(name).find(|next| rest.starts_with(next)) {
            return self.parameter(end, next);
        }
        let lengths = (1..=rest.len().min(64)).filter(|&len| rest.is_char_boundary(len));
        let names: Vec<&str> = lengths
            .map(|len| &rest[..len])
            .filter(|unknown| *unknown > name && is_unknown_name(unknown, name, value))
            .filter(|unknown| !is_within_documented(self.text, end, end + unknown.len()))
            .collect();
        if names.is_empty() {
            return;
        }
        if name == "uuid" {
            self.unknown.push((end, rest));
            self.find();
            self.unknown.pop();
        }
        for next in next_names(name) {
            for (place, _) in self.text.match_indices(next) {
                let fits = |unknown: &&str| end + unknown.len() <= place && *unknown < next;
                if place > end
                    && names.iter().any(fits)
                    && !is_within_documented(self.text, place, place)
                {
                    self.unknown.push((end, &self.text[end..place]));
                    self.parameter(place, next);
                    self.unknown.pop();
                }
            }
        }
    }

    fn find(&mut self) {
        if is_event(&self.documented, &self.unknown) {
            self.found.insert(Interpretation {
                documented: self.documented.clone(),
                unknown: self.unknown.clone(),
            });
        }
    }
}

/// The documented names that may come next: what every event has is not left out.
fn next_names(name: &str) -> impl Iterator<Item = &'static str> {
    let required = REQUIRED.into_iter().find(|next| *next > name);
    let last = required.unwrap_or_default();
    DOCUMENTED
        .into_iter()
        .filter(move |next| *next > name && *next <= last)
}

fn is_joined(name: &str) -> bool {
    name.contains('_')
}

/// Tells whether a documented name of two words lies partly between two places, or across one place.
pub fn is_within_documented(text: &str, start: usize, end: usize) -> bool {
    let names = DOCUMENTED.into_iter().filter(|name| is_joined(name));
    names
        .flat_map(|name| text.match_indices(name))
        .any(|(place, name)| place < end && place + name.len() > start)
}

/// Tells whether a text could be an unknown name after a value.
fn is_unknown_name(text: &str, after: &str, value: &str) -> bool {
    let words: Vec<&str> = text.split('_').collect();
    let is_word = |word: &&str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_free = is_free(after, value);
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && words.iter().all(is_word)
        && (!is_free || words.len() > 1)
        && (after != "entity_identity" || !words[0].contains(|c: char| c.is_ascii_digit()))
}

/// Tells whether a value is free text.
fn is_free(name: &str, value: &str) -> bool {
    match name {
        "entity_identity" | "factor_friendly_name" => true,
        "type" => !EVENT_TYPES.contains(&value),
        "factor_type" => !FACTOR_TYPES.contains(&value),
        "uuid" => !is_uuid(value),
        _ => false,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// How many bytes a value may have that starts a text. None but JSON has more than 64 characters.
fn lengths(name: &str, text: &str) -> Vec<usize> {
    if JSON.contains(&name) {
        let absent = ["", "null"]
            .into_iter()
            .filter(|value| text.starts_with(value));
        return absent.map(str::len).chain(object_length(text)).collect();
    }
    let lengths = (0..=text.len().min(4 * 64)).filter(|&len| text.is_char_boundary(len));
    lengths.filter(|&len| is_value(name, text, len)).collect()
}

/// Tells whether a value of so many bytes may start a text, unless it is JSON.
fn is_value(name: &str, text: &str, len: usize) -> bool {
    let value = &text[..len];
    let count = value.chars().count();
    let is_sid = |prefix| {
        len == 34
            && value.starts_with(prefix)
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match name {
        "account_sid" => is_sid("AC"),
        "service_sid" => is_sid("VA"),
        "factor_sid" => is_sid("YF"),
        "challenge_sid" => is_sid("YC"),
        "entity_identity" => {
            (8..=64).contains(&count)
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }
        "factor_friendly_name" => {
            (1..=64).contains(&count)
                && !DOCUMENTED
                    .into_iter()
                    .any(|name| is_joined(name) && value.contains(name))
        }
        "uuid" => match text.get(..36).is_some_and(is_uuid) {
            true => len == 36,
            false => (1..=64).contains(&count) && !value.contains(char::is_control),
        },
        "type" => match known(&EVENT_TYPES, text, "._") {
            Some(known) => value == known,
            None => {
                let parts: Vec<&str> = value.split('.').collect();
                len <= 64 && parts.len() > 1 && parts.into_iter().all(is_snake_case)
            }
        },
        "factor_type" => match known(&FACTOR_TYPES, text, "_") {
            Some(known) => value == known,
            None => len <= 32 && is_snake_case(value),
        },
        _ => false,
    }
}

/// The known value that a text starts with, unless a later one goes on from it.
fn known<'k>(known: &[&'k str], text: &str, joins: &str) -> Option<&'k str> {
    let known = known.iter().find(|known| text.starts_with(**known))?;
    let next = text[known.len()..].chars().next();
    next.is_none_or(|next| !joins.contains(next))
        .then_some(known)
}

fn is_snake_case(text: &str) -> bool {
    text.split('_')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Returns how many bytes the object has that a text starts with, white space after it included.
fn object_length(text: &str) -> Option<usize> {
    let spaces = [' ', '\t', '\n', '\r'];
    if !text.trim_start_matches(spaces).starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    values.next()?.ok()?;
    let rest = &text[values.byte_offset()..];
    Some(text.len() - rest.trim_start_matches(spaces).len())
}

/// Tells whether a type or uuid ends with its own name and a known value.
fn is_overshot(name: &str, value: &str) -> bool {
    value.match_indices(name).any(|(place, _)| {
        let rest = &value[place + name.len()..];
        match name {
            "type" => EVENT_TYPES.contains(&rest),
            "uuid" => is_uuid(rest),
            _ => false,
        }
    })
}

/// Tells whether these parameters belong together.
fn is_event(documented: &[(&str, &str)], unknown: &[(usize, &str)]) -> bool {
    let get = |name| {
        documented
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| *value)
    };
    let has = |name| get(name).is_some();
    let is_object = |name| get(name).is_some_and(|value| !value.is_empty() && value != "null");
    let event_type = get("type").unwrap_or_default();
    if !EVENT_TYPES.contains(&event_type) {
        let holds = |(_, text): &(usize, &str)| {
            DOCUMENTED
                .into_iter()
                .any(|name| is_joined(name) && text.contains(name))
        };
        return !unknown.iter().any(holds);
    }
    let is_v2 = ["factor_type", "factor_friendly_name"]
        .into_iter()
        .chain(JSON)
        .any(has);
    let mut fits = has("entity_identity") && has("factor_sid");
    fits &= !is_v2 || has("factor_type") && has("factor_friendly_name");
    match event_type.starts_with("challenge.") {
        true => {
            fits && has("challenge_sid")
                && (get("factor_type") != Some("push") || is_object("challenge_details"))
        }
        false => fits && !has("challenge_sid") && !JSON[..3].iter().any(|name| is_object(name)),
    }
}
