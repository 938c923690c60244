//! Where documented names occur in the string to sign, and where unknown ones could start.

use crate::error::EventError;
use crate::kernels::block::{self, BLOCK, equal};
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
}

impl Place {
    pub(super) fn end(self) -> usize {
        self.start.saturating_add(self.name.as_str().len())
    }
}

impl Places {
    /// Finds the names of two words or more, and `type` and `uuid` from the first `service_sid` on: those before it
    /// are in no interpretation.
    pub(super) fn find(text: &str) -> Result<Self, EventError> {
        let start = 0;
        let name = Name::AccountSid;
        let mut places = Self {
            all: [Place { start, name }; limits::MAX_NAME_OCCURRENCES],
            len: 0,
            last: [None; Name::ALL.len()],
        };
        let mut service = None;
        for underscore in first_underscores(text) {
            if let Some(place) = joined_at(text, underscore) {
                places.push(place)?;
                if place.name == Name::ServiceSid {
                    service = service.or(Some(place.end()));
                }
            }
        }
        let Some(service) = service else {
            return Ok(places);
        };
        let rest = text.get(service..).unwrap_or_default();
        for name in [Name::Type, Name::Uuid] {
            for (start, _) in rest.match_indices(name.as_str()) {
                let start = start.saturating_add(service);
                places.push(Place { start, name })?;
            }
        }
        let all = places.all.get_mut(..places.len).unwrap_or_default();
        all.sort_unstable_by_key(|place| place.start);
        Ok(places)
    }

    fn push(&mut self, place: Place) -> Result<(), EventError> {
        let limit = limits::MAX_NAME_OCCURRENCES;
        let slot = self.all.get_mut(self.len);
        *slot.ok_or(EventError::TooManyNames { limit })? = place;
        self.len = self.len.saturating_add(1);
        if let Some(last) = self.last.get_mut(place.name.index()) {
            *last = Some(place.start);
        }
        Ok(())
    }

    pub(super) fn all(&self) -> &[Place] {
        self.all.get(..self.len).unwrap_or_default()
    }

    /// Returns the index of the documented name that starts at a place: none of them starts with another.
    pub(super) fn at(&self, start: usize) -> Option<usize> {
        let all = self.all();
        let index = all.partition_point(|place| place.start < start);
        all.get(index)
            .is_some_and(|place| place.start == start)
            .then_some(index)
    }

    /// Returns where the first name of two words or more starts, from a place on.
    pub(super) fn first_joined(&self, from: usize) -> Option<usize> {
        let all = self.all();
        let first = all.partition_point(|place| place.start < from);
        let mut rest = all.iter().skip(first);
        let place = rest.find(|place| place.name < Name::Type)?;
        Some(place.start)
    }

    /// Returns where a name starts for the last time.
    pub(super) fn last(&self, name: Name) -> Option<usize> {
        self.last.get(name.index()).copied().flatten()
    }

    /// Tells whether a name of two words or more lies partly or wholly between two places, or across one place if
    /// they are the same.
    pub(super) fn overlap(&self, start: usize, end: usize) -> bool {
        let all = self.all();
        let after = all.partition_point(|place| place.start < end);
        let before = all.get(..after).unwrap_or_default().iter().rev();
        before
            .take_while(|place| place.start.saturating_add(Name::LONGEST) > start)
            .any(|place| place.name < Name::Type && place.end() > start)
    }
}

/// Returns an iterator over the underscores that the last letter of a documented name's first word is before.
fn first_underscores(text: &str) -> impl Iterator<Item = usize> {
    let mut before = false;
    let blocks = (0_usize..)
        .step_by(BLOCK)
        .zip(text.as_bytes().chunks(BLOCK));
    blocks.flat_map(move |(start, text)| {
        let letters = block::Places::of_first(text, |bytes| {
            equal(bytes, b't') | equal(bytes, b'e') | equal(bytes, b'r') | equal(bytes, b'y')
        });
        let underscores = block::Places::of_first(text, |bytes| equal(bytes, b'_'));
        let found = underscores.after(letters, before);
        before = matches!(text.last(), Some(b't' | b'e' | b'r' | b'y'));
        found.map(move |place| start.saturating_add(place))
    })
}

/// Returns the documented name whose first underscore is at a place.
#[inline(always)]
fn joined_at(text: &str, underscore: usize) -> Option<Place> {
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
    found.then_some(Place { start, name })
}

/// How many words a name must have, by what it follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// One: it follows a value that ends there and nowhere else.
    One,
    /// Two: it follows free text, which could go on with a word. After an identity the first has no digit either.
    Two,
}

/// Returns the length of the shortest unknown name that a text could start with and that is signed after another.
pub(super) fn shortest_name(text: &[u8], after: Name, words: Words) -> Option<usize> {
    if !text.first()?.is_ascii_lowercase() {
        return None;
    }
    let digits_first = words == Words::One || after != Name::EntityIdentity;
    let mut known = after.as_str().bytes();
    let (mut is_after, mut is_joined, mut is_open) = (false, words == Words::One, true);
    for (&byte, len) in text.iter().zip(1..=limits::MAX_NAME_LENGTH) {
        match byte {
            b'_' if is_open => return None,
            b'_' => {}
            b'0'..=b'9' if !digits_first && !is_joined => return None,
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
