//! The signature header, read with indulgence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Cause, Finding};
use crate::signature::{Algorithm, Tag};

/// How many signatures of one request are looked at.
const MOST_TAGS: usize = 3;

/// The longest text that may be a signature, spoilt or not.
const LONGEST: usize = 1024;

/// The tags that a request carries, and what is wrong with how it carries them.
pub(super) struct Tags {
    pub(super) tags: Vec<(Algorithm, Tag)>,
    pub(super) findings: Vec<Finding>,
}

impl Tags {
    /// Reads the lines of the header, of which there may be more than are known.
    pub(super) fn new(lines: &[&[u8]], count: usize) -> Self {
        let mut tags = Self {
            tags: Vec::new(),
            findings: Vec::new(),
        };
        match count {
            0 => tags.found(Cause::SignatureMissing),
            1 => {}
            _ => tags.found(Cause::SignatureRepeated),
        }
        for line in lines {
            tags.line(line);
        }
        tags
    }

    fn found(&mut self, cause: Cause) {
        if !self.findings.iter().any(|finding| finding.cause == cause) {
            self.findings.push(cause.into());
        }
    }

    fn line(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return self.found(Cause::SignatureEmpty);
        }
        let parts: Vec<&[u8]> = line.split(|byte| *byte == b',').collect();
        if parts.len() > 1 {
            self.found(Cause::SignatureJoined);
        }
        for part in parts {
            if self.tags.len() < MOST_TAGS {
                self.value(part);
            }
        }
    }

    fn value(&mut self, value: &[u8]) {
        let Some(text) = std::str::from_utf8(value)
            .ok()
            .filter(|text| text.len() <= LONGEST)
        else {
            return self.found(Cause::SignatureUnreadable);
        };
        let mut steps: Vec<Cause> = Vec::new();
        let mut current = text.to_owned();
        for (cause, repair) in REPAIRS {
            if let Some(tag) = canonical(&current) {
                return self.read(tag, &steps);
            }
            let repaired = repair(&current);
            if repaired != current {
                steps.push(cause);
                current = repaired;
            }
        }
        match canonical(&current) {
            Some(tag) => self.read(tag, &steps),
            None => self.found(Cause::SignatureUnreadable),
        }
    }

    fn read(&mut self, (algorithm, tag): (Algorithm, Tag), steps: &[Cause]) {
        for cause in steps {
            self.found(*cause);
        }
        self.tags.push((algorithm, tag));
    }
}

type Repair = (Cause, fn(&str) -> String);

const REPAIRS: [Repair; 6] = [
    (Cause::SignaturePadded, |text| {
        let is_padding = |c: char| c.is_whitespace() || c.is_control() || "\"'`".contains(c);
        text.trim_matches(is_padding).to_owned()
    }),
    (Cause::SignatureInHex, from_hex),
    (Cause::SignatureEscaped, |text| {
        let text = text.replace(' ', "+");
        [
            ("%2B", "+"),
            ("%2F", "/"),
            ("%3D", "="),
            ("%2b", "+"),
            ("%2f", "/"),
            ("%3d", "="),
        ]
        .into_iter()
        .fold(text, |text, (escape, plain)| text.replace(escape, plain))
    }),
    (Cause::SignatureAlphabet, |text| {
        text.replace('-', "+").replace('_', "/")
    }),
    // A tag leaves a group of two bytes, whose base64 ends in one `=`.
    (Cause::SignaturePadding, |text| {
        format!("{}=", text.trim_end_matches('='))
    }),
    (Cause::SignaturePadded, |text| {
        text.split_whitespace().collect()
    }),
];

fn canonical(text: &str) -> Option<(Algorithm, Tag)> {
    [Algorithm::HmacSha1, Algorithm::HmacSha256]
        .into_iter()
        .find_map(|algorithm| {
            let tag = Tag::parse(text.as_bytes(), algorithm).ok()?;
            Some((algorithm, tag))
        })
}

fn from_hex(text: &str) -> String {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    match digits.as_deref().map(<[u8]>::as_chunks) {
        Some((pairs, [])) if matches!(pairs.len(), 20 | 32) => {
            let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
            STANDARD.encode(bytes)
        }
        _ => text.to_owned(),
    }
}
