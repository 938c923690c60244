//! The ways to split a string to sign into parameters.
//!
//! A split keeps every byte in its place and the names in their order: that is what one captured signature covers.

use crate::adversarial::Pairs;
use crate::interpretations::DOCUMENTED;

/// Splits a text into documented parameters and at most so many others, and shows every split.
///
/// Left out are splits in which a SID has not 34 bytes, a text more than its documented length, or nested JSON no
/// brace at its end: those are refused whatever else they hold.
pub fn all(text: &str, others: usize, see: &mut dyn FnMut(Pairs)) {
    let mut starts: Vec<usize> = DOCUMENTED
        .iter()
        .flat_map(|name| text.match_indices(name).map(|(start, _)| start))
        .collect();
    starts.sort_unstable();
    let mut search = Search {
        text,
        starts,
        split: Vec::new(),
        see,
    };
    search.name(0, others);
}

struct Search<'t> {
    text: &'t str,
    /// Where documented names start.
    starts: Vec<usize>,
    split: Vec<(&'t str, &'t str)>,
    see: &'t mut dyn FnMut(Pairs),
}

impl<'t> Search<'t> {
    /// Goes through the names that could start here.
    fn name(&mut self, start: usize, others: usize) {
        let rest = &self.text[start..];
        let previous = self.split.last().map_or("", |&(name, _)| name);
        for name in DOCUMENTED {
            if name > previous && rest.starts_with(name) {
                self.value(&rest[..name.len()], start + name.len(), others);
            }
        }
        if others == 0 {
            return;
        }
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let run = rest.bytes().take_while(|&byte| is_name(byte)).count();
        for end in 1..=run.min(32) {
            let name = &rest[..end];
            if name > previous && !DOCUMENTED.contains(&name) {
                self.value(name, start + end, others - 1);
            }
        }
    }

    /// Goes through the places where the value of a name could end.
    fn value(&mut self, name: &'t str, start: usize, others: usize) {
        let (least, most) = match name {
            "account_sid" | "challenge_sid" | "factor_sid" | "service_sid" => (34, 34),
            "entity_identity" => (8, 64),
            "factor_friendly_name" | "uuid" => (1, 4 * 64),
            "type" => (3, 64),
            "factor_type" => (1, 32),
            _ => (0, usize::MAX),
        };
        let is_json = name.ends_with("_details") || name.ends_with("_metadata");
        let is_json = is_json && DOCUMENTED.contains(&name);
        let last = self.text.len().min(start.saturating_add(most));
        for end in start + least..=last {
            let at_end = end == self.text.len();
            let at_name = others > 0 || self.starts.binary_search(&end).is_ok();
            if !(at_end || at_name) || !self.text.is_char_boundary(end) {
                continue;
            }
            let value = &self.text[start..end];
            if is_json && !value.ends_with('}') {
                continue;
            }
            self.split.push((name, value));
            if at_end {
                let pairs = self
                    .split
                    .iter()
                    .map(|&(name, value)| (name.into(), value.into()));
                (self.see)(pairs.collect());
            } else {
                self.name(end, others);
            }
            self.split.pop();
        }
    }
}
