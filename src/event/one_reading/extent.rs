//! Where the value of a documented parameter may end, by its grammar.

use std::ops::{Range, RangeInclusive};

use super::super::json_object;
use super::super::types::{EventType, FactorType};
use super::super::values::is_uuid;
use super::places::{Places, Words, is_in_word};
use crate::kernels::block::{self, Finder, Lanes, alphanumeric, equal};
use crate::limits;
use crate::params::Name;

/// How many ends of free text are looked at: some more than the free texts of one event have.
const MOST_ENDS: usize = 320;

/// What looking for ends may take before it is given up.
pub(super) struct Budget {
    /// Of text that is looked at for the ends of objects.
    bytes: usize,
    /// Of free text.
    ends: usize,
}

impl Budget {
    /// Enough to look at all of a text twice, for the objects of one reading and what is planted in them, and at every
    /// end of the free texts of an event.
    pub(super) fn of(text: &str) -> Self {
        Self {
            bytes: text.len().saturating_mul(2),
            ends: MOST_ENDS,
        }
    }
}

/// Shows every end of the value of a documented parameter that starts at a place, and how many words an unknown name there
/// must have. Of free text only the ends after which something may follow are shown; of those before one word from which
/// the same follows, the first and the one that is presented. `None` if that takes too long.
pub(super) fn ends(
    text: &str,
    places: &Places,
    name: Name,
    start: usize,
    presented: Option<usize>,
    budget: &mut Budget,
    mut see: impl FnMut(usize, Words) -> Option<()>,
) -> Option<()> {
    let rest = text.get(start..).unwrap_or_default();
    let bytes = rest.as_bytes();
    let mut fixed = |len: usize| see(start.saturating_add(len), Words::One);
    let lengths = match name {
        Name::AccountSid | Name::ServiceSid | Name::FactorSid | Name::ChallengeSid => {
            return match is_sid(bytes, name) {
                true => fixed(SID_LENGTH),
                false => Some(()),
            };
        }
        Name::ChallengeDetails
        | Name::ChallengeHiddenDetails
        | Name::ChallengeMetadata
        | Name::FactorMetadata => {
            fixed(0)?;
            if bytes.starts_with(b"null") {
                fixed(4)?;
            }
            let (end, looked_at) = json_object::end(rest);
            budget.bytes = budget.bytes.checked_sub(looked_at)?;
            return end.map_or(Some(()), fixed);
        }
        Name::Type => match known(rest, &EventType::DOCUMENTED, b"._") {
            Some(len) => return fixed(len),
            None => {
                let longest = words(bytes, b"._", limits::MAX_EVENT_TYPE_LENGTH);
                let mut before = bytes.iter().take(longest);
                let dot = before.position(|byte| *byte == b'.');
                dot.map(|dot| dot.saturating_add(2)..=longest)
            }
        },
        Name::FactorType => match known(rest, &FactorType::KNOWN, b"_") {
            Some(len) => return fixed(len),
            None => Some(1..=words(bytes, b"_", limits::MAX_FACTOR_TYPE_LENGTH)),
        },
        Name::Uuid if is_uuid(bytes) => return fixed(limits::UUID_TEXT_LENGTH),
        Name::Uuid => characters(rest, limits::UUID_LENGTH, |c| !c.is_control()),
        Name::EntityIdentity => {
            let (least, most) = limits::ENTITY_IDENTITY_LENGTH.into_inner();
            let bytes = bytes.get(..most).unwrap_or(bytes);
            let others = |bytes| !(alphanumeric(bytes) | equal(bytes, b'-'));
            let end = block::Places::of_first(bytes, others).next();
            Some(least..=end.unwrap_or(most).min(bytes.len()))
        }
        Name::FactorFriendlyName => {
            // After the start of the first name nothing can follow before its end.
            let name = places.first_joined(start);
            let most = name.map_or(text.len(), |place| place.start);
            let shown = text.get(start..most).unwrap_or_default();
            characters(shown, limits::FRIENDLY_NAME_LENGTH, |_| true)
        }
    };
    let Some((least, most)) = lengths.map(RangeInclusive::into_inner) else {
        return Some(());
    };
    let ends = start.saturating_add(least)..=start.saturating_add(most);
    let presented = presented.map(|len| start.saturating_add(len));
    // Of other values more than their end matters.
    let is_any = matches!(name, Name::EntityIdentity | Name::FactorFriendlyName);
    let is_any = |end| is_any && Some(end) != presented;
    let left = &mut budget.ends;
    borders(text.as_bytes(), places, ends, left, is_any, |end, words| {
        // A type does not end with what joins words.
        let before = end
            .checked_sub(1)
            .and_then(|last| text.as_bytes().get(last));
        if matches!(name, Name::Type | Name::FactorType) && matches!(before, Some(b'.' | b'_')) {
            return Some(());
        }
        see(end, words)
    })
}

/// Shows the places of a range at which free text may end: where a documented name starts, where two words start that no
/// documented name overlaps, and the end of the text. Where the value may be anything, all that matters of a name in one
/// word is where it sorts among the documented ones, so that the first of each such place is shown.
fn borders(
    text: &[u8],
    places: &Places,
    range: RangeInclusive<usize>,
    left: &mut usize,
    is_any: impl Fn(usize) -> bool,
    mut see: impl FnMut(usize, Words) -> Option<()>,
) -> Option<()> {
    let (mut at, last) = range.into_inner();
    // Up to the end of the last word that may start in the range, what joins it to the next and the first byte of that.
    let after = text.get(last..).unwrap_or_default();
    let words = after.iter().take(limits::MAX_NAME_LENGTH);
    let word = words.take_while(|byte| is_in_word(**byte)).count();
    let farthest = last.saturating_add(word).saturating_add(2);
    let text = text.get(..farthest).unwrap_or(text);
    let mut underscores = Finder::new(text, |bytes| equal(bytes, b'_'));
    loop {
        let end = text.len();
        let word = joined_word(text, places, &mut underscores, at).unwrap_or(end..end);
        // Before the word nothing starts but documented names.
        let names = places.from(at).iter().map(|place| place.start);
        for name in names.take_while(|name| *name < word.start.min(last.saturating_add(1))) {
            *left = left.checked_sub(1)?;
            see(name, Words::Two { first: 0 })?;
        }
        let starts = text.get(word.start..).unwrap_or_default().windows(2);
        let mut seen = 0;
        for (start, letters) in word.clone().zip(starts) {
            if start > last {
                return Some(());
            }
            *left = left.checked_sub(1)?;
            let first = word.end.saturating_sub(start);
            match letters {
                // No name starts with a digit, and after an identity none is in its first word.
                [b'0'..=b'9', ..] => seen = 0,
                &[letter, next] => {
                    let bit = Name::order(letter, next);
                    // Where there is a bit there is no documented name.
                    let is_long = first > LONGEST_FIRST && bit != 0;
                    let alike = if is_any(start) { bit } else { 0 };
                    if !is_long && alike & seen == 0 {
                        see(start, Words::Two { first })?;
                    }
                    seen |= alike;
                }
                _ => {}
            }
        }
        at = word.end;
        if at == end {
            return match end <= last {
                true => see(end, Words::Two { first: 0 }),
                false => Some(()),
            };
        }
    }
}

/// How many bytes the first of two words may have, with what joins them and one byte of the second.
const LONGEST_FIRST: usize = limits::MAX_NAME_LENGTH - 2;

/// Returns the first word, or end of one, from a place on that is joined to another one where no documented name is.
fn joined_word<F: Fn(Lanes) -> Lanes>(
    text: &[u8],
    places: &Places,
    underscores: &mut Finder<'_, F>,
    at: usize,
) -> Option<Range<usize>> {
    let mut from = at;
    loop {
        let underscore = underscores.find(from)?;
        let next = underscore.saturating_add(1);
        let is_joined = text.get(next).is_some_and(|next| is_in_word(*next))
            && !places.overlap(underscore, next.saturating_add(1));
        if is_joined {
            let at = at.max(places.end_before(underscore));
            let before = text.get(at..underscore).unwrap_or_default();
            let word = before.iter().rev().take_while(|byte| is_in_word(**byte));
            let start = underscore.saturating_sub(word.count());
            if start < underscore {
                return Some(start..underscore);
            }
        }
        from = next;
    }
}

/// How many bytes a SID has.
const SID_LENGTH: usize = 34;

fn is_sid(text: &[u8], name: Name) -> bool {
    let prefix = match name {
        Name::AccountSid => b"AC",
        Name::ServiceSid => b"VA",
        Name::FactorSid => b"YF",
        _ => b"YC",
    };
    let sid = text.get(..SID_LENGTH);
    sid.and_then(|sid| sid.strip_prefix(prefix))
        .is_some_and(|digits| digits.iter().all(u8::is_ascii_alphanumeric))
}

/// Returns the length of the known value that a text starts with, unless a later one goes on from it.
fn known(text: &str, known: &[&str], joins: &[u8]) -> Option<usize> {
    let known = known.iter().find(|known| text.starts_with(**known))?;
    let next = text.as_bytes().get(known.len());
    (!next.is_some_and(|next| joins.contains(next))).then_some(known.len())
}

/// Returns how far a text goes on with lower-case words, each joined to the next by one byte.
fn words(text: &[u8], joins: &[u8], most: usize) -> usize {
    let mut is_open = true;
    let fits = |byte: &&u8| {
        let is_join = joins.contains(*byte);
        let fits = is_join && !is_open || byte.is_ascii_lowercase();
        is_open = is_join;
        fits
    };
    text.iter().take(most).take_while(fits).count()
}

/// Returns the least and the most bytes that so many characters of a kind have at the start of a text.
fn characters(
    text: &str,
    count: RangeInclusive<usize>,
    fits: impl Fn(char) -> bool,
) -> Option<RangeInclusive<usize>> {
    let (least, most) = count.into_inner();
    let mut ends = text
        .char_indices()
        .take(most)
        .take_while(|(_, c)| fits(*c))
        .map(|(start, c)| start.saturating_add(c.len_utf8()));
    let least = ends.nth(least.saturating_sub(1))?;
    Some(least..=ends.last().unwrap_or(least))
}

/// Tells whether a type or uuid ends with its own name and a known value: the parameter then starts there, after an
/// unknown one such as `user_uuid`.
pub(super) fn is_overshot(name: Name, value: &str) -> bool {
    match name {
        Name::Type => {
            let mut known = EventType::DOCUMENTED.into_iter();
            known.any(|known| ends_after(value, name, known.len()) == Some(known))
        }
        Name::Uuid => ends_after(value, name, limits::UUID_TEXT_LENGTH)
            .is_some_and(|uuid| is_uuid(uuid.as_bytes())),
        _ => false,
    }
}

/// Returns so many bytes of the end of a value if the name of the parameter is before them.
fn ends_after(value: &str, name: Name, len: usize) -> Option<&str> {
    let (before, end) = value.split_at_checked(value.len().checked_sub(len)?)?;
    before.ends_with(name.as_str()).then_some(end)
}
