//! The ways to split a string to sign, with unknown parameters at given places.

use serde::de::IgnoredAny;
use verify_webhooks_reference::interpretations::DOCUMENTED;

use crate::Pairs;

/// Tells whether Twilio documents a parameter of this name.
pub fn is_documented(name: &str) -> bool {
    DOCUMENTED.contains(&name)
}

/// Shows every way to split a text into documented parameters and others, names in their order. Names that Twilio does
/// not document start at the given places only: with one place each, many inputs get through what one would not.
///
/// Only those are left out in which a value breaks a rule of its own, whatever the other parameters are:
/// that it is there at all, a SID, one complete JSON object (see the target `json`), or made of the characters of a type
/// or an identity.
pub fn all(text: &str, others: &[usize], see: &mut dyn FnMut(Pairs)) {
    let split = Vec::new();
    Search {
        text,
        others,
        split,
        see,
    }
    .go_on(0);
}

struct Search<'t> {
    text: &'t str,
    others: &'t [usize],
    split: Vec<(&'t str, &'t str)>,
    see: &'t mut dyn FnMut(Pairs),
}

impl<'t> Search<'t> {
    fn go_on(&mut self, start: usize) {
        let rest = &self.text[start..];
        if rest.is_empty() && self.follows("uuie") {
            let pairs = self
                .split
                .iter()
                .map(|&(name, value)| (name.into(), value.into()));
            (self.see)(pairs.collect());
        }
        for name in DOCUMENTED.into_iter().filter(|name| rest.starts_with(name)) {
            if self.follows(name) {
                for end in ends(name, &rest[name.len()..]) {
                    self.take(start, name.len(), end);
                }
            }
        }
        if !self.others.contains(&start) {
            return;
        }
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let run = rest.bytes().take_while(|&byte| is_name(byte)).count();
        for name in (1..=run)
            .map(|end| &rest[..end])
            .filter(|name| name.contains('_'))
        {
            if self.follows(name) && !is_documented(name) {
                for end in 0..=rest.len() - name.len() {
                    self.take(start, name.len(), end);
                }
            }
        }
    }

    /// Tells whether a name may come next: it is in order, and nothing that every event has is left out before it.
    fn follows(&self, name: &str) -> bool {
        let previous = self.split.last().map_or("", |&(name, _)| name);
        let is_skipped = |required: &str| previous < required && required < name;
        previous < name
            && !["account_sid", "service_sid", "type", "uuid"]
                .into_iter()
                .any(is_skipped)
    }

    /// Takes a name and a value of so many bytes each, and goes on after them.
    fn take(&mut self, start: usize, name: usize, value: usize) {
        let middle = start + name;
        let end = middle + value;
        let (text, rest) = (self.text, self.text.get(end..));
        let Some(rest) = rest else { return };
        let goes_on = rest.is_empty()
            || self.others.contains(&end)
            || DOCUMENTED.iter().any(|name| rest.starts_with(name));
        if goes_on {
            self.split.push((&text[start..middle], &text[middle..end]));
            self.go_on(end);
            self.split.pop();
        }
    }
}

/// Where the value of a documented parameter may end.
fn ends(name: &str, rest: &str) -> Vec<usize> {
    let sid = |prefix| match rest.starts_with(prefix) {
        true => vec![34],
        false => Vec::new(),
    };
    let run = |least: usize, most: usize, fits: fn(u8) -> bool| {
        let run = rest.bytes().take_while(|&byte| fits(byte)).count();
        (least..=run.min(most)).collect()
    };
    match name {
        "account_sid" => sid("AC"),
        "challenge_sid" => sid("YC"),
        "factor_sid" => sid("YF"),
        "service_sid" => sid("VA"),
        "entity_identity" => run(8, 64, |byte| byte.is_ascii_alphanumeric() || byte == b'-'),
        "type" => run(3, 64, |byte| {
            byte.is_ascii_lowercase() || byte == b'.' || byte == b'_'
        }),
        "factor_type" => run(1, 32, |byte| byte.is_ascii_lowercase() || byte == b'_'),
        // At most 64 characters of at most 4 bytes.
        "factor_friendly_name" | "uuid" => run(1, 4 * 64, |_| true),
        _ => whole_objects(rest),
    }
}

/// Where a JSON object ends that a text starts with: after its brace, or after white space that follows it.
fn whole_objects(text: &str) -> Vec<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let is_object = text.trim_start().starts_with('{') && matches!(values.next(), Some(Ok(_)));
    let end = values.byte_offset();
    let spaces = |rest: &str| {
        rest.bytes()
            .take_while(|byte| b" \t\n\r".contains(byte))
            .count()
    };
    match text.get(end..) {
        Some(rest) if is_object => (end..=end + spaces(rest)).collect(),
        _ => Vec::new(),
    }
}
