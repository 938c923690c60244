//! Where documented names occur in the string to sign, and where unknown ones could start.

use crate::error::EventError;
use crate::kernels::block::{self, BLOCK, Finder, Lanes, digit, equal};
use crate::limits;
use crate::params::Name;

/// The places of documented names in a string, in order.
pub(super) struct Places {
    all: [Place; limits::MAX_NAME_OCCURRENCES],
    len: usize,
    /// Where each name starts for the last time.
    last: [Option<usize>; Name::ALL.len()],
}

/// A documented name in a string.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) name: Name,
    /// Whether a name of two words or more lies across the start.
    pub(super) is_overlapped: bool,
}

impl Place {
    pub(super) fn end(self) -> usize {
        self.start.saturating_add(self.name.as_str().len())
    }
}

impl Places {
    pub(super) const fn new() -> Self {
        let first = Place {
            start: 0,
            name: Name::AccountSid,
            is_overlapped: false,
        };
        Self {
            all: [first; limits::MAX_NAME_OCCURRENCES],
            len: 0,
            last: [None; Name::ALL.len()],
        }
    }

    /// Finds the names of two words or more, and `type` and `uuid` from the first `service_sid` on: those before it
    /// are in no interpretation.
    pub(super) fn find(&mut self, text: &str) -> Result<(), EventError> {
        let mut service = None;
        for (block, from) in text.as_bytes().chunks(BLOCK).zip((0..).step_by(BLOCK)) {
            let underscores = block::Places::of_first(block, |bytes| equal(bytes, b'_'));
            if underscores.is_empty() {
                continue;
            }
            let words = block::Places::of_first(block, second_word);
            for underscore in underscores.before(words) {
                let underscore = underscore.saturating_add(from);
                if let Some((start, name)) = joined_at(text, underscore) {
                    self.push(start, name)?;
                    if name == Name::ServiceSid {
                        service = service.or(Some(underscore));
                    }
                }
            }
        }
        let Some(service) = service else {
            return Ok(());
        };
        let text = text.as_bytes();
        // The second letters of both.
        let mut letters = Finder::new(text, |bytes| equal(bytes, b'y') | equal(bytes, b'u'));
        let mut from = service;
        while let Some(letter) = letters.find(from) {
            from = letter.saturating_add(1);
            let start = letter.saturating_sub(1);
            let name = match text.get(start..).and_then(|rest| rest.first_chunk()) {
                Some(b"type") => Name::Type,
                Some(b"uuid") => Name::Uuid,
                _ => continue,
            };
            self.push(start, name)?;
        }
        let all = self.all.get_mut(..self.len).unwrap_or_default();
        all.sort_unstable_by_key(|place| place.start);
        let mut end = 0;
        for place in all {
            place.is_overlapped = place.start < end;
            if place.name.is_joined() {
                end = end.max(place.end());
            }
        }
        Ok(())
    }

    fn push(&mut self, start: usize, name: Name) -> Result<(), EventError> {
        let limit = limits::MAX_NAME_OCCURRENCES;
        let slot = self.all.get_mut(self.len);
        *slot.ok_or(EventError::TooManyNames { limit })? = Place {
            start,
            name,
            is_overlapped: false,
        };
        self.len = self.len.saturating_add(1);
        if let Some(last) = self.last.get_mut(name.index()) {
            *last = Some(start);
        }
        Ok(())
    }

    pub(super) fn all(&self) -> &[Place] {
        self.all.get(..self.len).unwrap_or_default()
    }

    /// Returns those from a place on.
    pub(super) fn from(&self, start: usize) -> &[Place] {
        let all = self.all();
        let first = all.partition_point(|place| place.start < start);
        all.get(first..).unwrap_or_default()
    }

    /// Returns the index of the documented name that starts at a place: none of them starts with another.
    pub(super) fn at(&self, start: usize) -> Option<usize> {
        let all = self.all();
        let index = all.partition_point(|place| place.start < start);
        all.get(index)
            .is_some_and(|place| place.start == start)
            .then_some(index)
    }

    /// Returns the first name of two words or more that starts from a place on.
    pub(super) fn first_joined(&self, from: usize) -> Option<Place> {
        let mut rest = self.from(from).iter();
        rest.find(|place| place.name.is_joined()).copied()
    }

    /// Returns where a name starts for the last time.
    pub(super) fn last(&self, name: Name) -> Option<usize> {
        self.last.get(name.index()).copied().flatten()
    }

    /// Returns where the last name of two words or more ends that starts before a place.
    pub(super) fn end_before(&self, place: usize) -> usize {
        let all = self.all();
        let after = all.partition_point(|other| other.start < place);
        let mut before = all.get(..after).unwrap_or_default().iter().rev();
        let last = before.find(|place| place.name.is_joined());
        last.map_or(0, |place| place.end())
    }

    /// Tells whether a name of two words or more lies partly or wholly between two places, or across one place if
    /// they are the same.
    pub(super) fn overlap(&self, start: usize, end: usize) -> bool {
        let all = self.all();
        let after = all.partition_point(|place| place.start < end);
        let before = all.get(..after).unwrap_or_default().iter().rev();
        before
            .take_while(|place| place.start.saturating_add(Name::LONGEST) > start)
            .any(|place| place.name.is_joined() && place.end() > start)
    }
}

/// Sets all bits of the lanes that hold a letter with which the second word of a documented name begins.
#[inline(always)]
fn second_word(lanes: Lanes) -> Lanes {
    let letters = b"dfhimst".map(|letter| equal(lanes, letter));
    letters
        .into_iter()
        .fold(Lanes::ZERO, |all, lanes| all | lanes)
}

/// Returns the documented name whose first underscore is at a place, and where it starts.
#[inline(always)]
fn joined_at(text: &str, underscore: usize) -> Option<(usize, Name)> {
    let text = text.as_bytes();
    let around: &[u8; 4] = text.get(underscore.checked_sub(2)?..)?.first_chunk()?;
    let (before, name) = match around {
        b"nt_s" => (7, Name::AccountSid),
        b"ce_s" => (7, Name::ServiceSid),
        b"ge_d" => (9, Name::ChallengeDetails),
        b"ge_h" => (9, Name::ChallengeHiddenDetails),
        b"ge_m" => (9, Name::ChallengeMetadata),
        b"ge_s" => (9, Name::ChallengeSid),
        b"or_f" => (6, Name::FactorFriendlyName),
        b"or_m" => (6, Name::FactorMetadata),
        b"or_s" => (6, Name::FactorSid),
        b"or_t" => (6, Name::FactorType),
        b"ty_i" => (6, Name::EntityIdentity),
        _ => return None,
    };
    let start = underscore.checked_sub(before)?;
    let found = text.get(start..)?.starts_with(name.as_str().as_bytes());
    found.then_some((start, name))
}

/// How many words a name must have, by what it follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// One: it follows a value that ends there and nowhere else.
    One,
    /// Two: it follows free text, which could go on with a word. After an identity the first has no digit either.
    Two {
        /// How many letters and digits come first.
        first: usize,
    },
}

impl Words {
    /// Two that a text starts with.
    pub(super) fn two(text: &[u8]) -> Self {
        let first = text.iter().take_while(|byte| is_in_word(**byte)).count();
        Self::Two { first }
    }
}

/// Tells whether a byte is a lower-case letter or a digit.
pub(super) fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Returns the length of the shortest unknown name that a text could start with and that is signed after another.
pub(super) fn shortest_name(text: &[u8], after: Name, words: Words) -> Option<usize> {
    if !text.first()?.is_ascii_lowercase() {
        return None;
    }
    if let Words::Two { first } = words {
        let name = text.get(..first.saturating_add(2))?;
        let (word, rest) = text.split_at_checked(first)?;
        let joins = matches!(rest, [b'_', next, ..] if is_in_word(*next));
        if !joins || name.len() > limits::MAX_NAME_LENGTH {
            return None;
        }
        if after == Name::EntityIdentity && !block::all(word, |bytes| !digit(bytes)) {
            return None;
        }
        if name > after.as_str().as_bytes() {
            return Some(name.len());
        }
    }
    let mut known = after.as_str().bytes();
    let (mut is_after, mut is_joined, mut is_open) = (false, words == Words::One, true);
    for (&byte, len) in text.iter().zip(1..=limits::MAX_NAME_LENGTH) {
        match byte {
            b'_' if is_open => return None,
            b'_' => {}
            b'a'..=b'z' | b'0'..=b'9' => {}
            _ => return None,
        }
        if !is_after {
            match known.next() {
                None => is_after = true,
                Some(other) if other < byte => is_after = true,
                Some(other) if other > byte => return None,
                Some(_) => {}
            }
        }
        is_open = byte == b'_';
        if is_after && is_joined && !is_open {
            return Some(len);
        }
        is_joined |= is_open;
    }
    None
}
