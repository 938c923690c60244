//! Where the value of a documented parameter may end, by its grammar.

use super::super::json_object;
use super::super::types::{EventType, FactorType};
use super::super::values::is_uuid;
use super::places::{Place, Places, Words, is_in_word};
use crate::limits;
use crate::params::Name;

/// How much of a text an object may take before looking for its end is given up.
pub(super) struct Budget(usize);

impl Budget {
    /// Enough to look at all of a text twice: the objects of one reading and what is planted in them.
    pub(super) fn of(text: &str) -> Self {
        Self(text.len().saturating_mul(2))
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// Shows every end of the value of a documented parameter that starts at a place, and whether it is free text there:
/// what could go on. Of free text only the ends after which something may follow. `None` if that takes too long.
pub(super) fn ends(
    text: &str,
    places: &Places,
    name: Name,
    start: usize,
    budget: &mut Budget,
    mut see: impl FnMut(usize, Words),
) -> Option<()> {
    let rest = text.get(start..).unwrap_or_default();
    let bytes = rest.as_bytes();
    let mut fixed = |len: usize| see(start.saturating_add(len), Words::One);
    let mut borders = Borders::new(text, places);
    match name {
        Name::AccountSid if is_sid(bytes, b"AC") => fixed(SID_LENGTH),
        Name::ServiceSid if is_sid(bytes, b"VA") => fixed(SID_LENGTH),
        Name::FactorSid if is_sid(bytes, b"YF") => fixed(SID_LENGTH),
        Name::ChallengeSid if is_sid(bytes, b"YC") => fixed(SID_LENGTH),
        Name::AccountSid | Name::ServiceSid | Name::FactorSid | Name::ChallengeSid => {}
        Name::ChallengeDetails
        | Name::ChallengeHiddenDetails
        | Name::ChallengeMetadata
        | Name::FactorMetadata => {
            fixed(0);
            if bytes.starts_with(b"null") {
                fixed(4);
            }
            let (end, looked_at) = json_object::end(rest);
            budget.spend(looked_at)?;
            if let Some(end) = end {
                fixed(end);
            }
        }
        Name::Type => match known(rest, &EventType::DOCUMENTED, b"._") {
            Some(len) => fixed(len),
            None => words(
                bytes,
                b"._",
                limits::MAX_EVENT_TYPE_LENGTH,
                |len, has_dot| {
                    let end = start.saturating_add(len);
                    if let Some(words) = borders.at(end).filter(|_| has_dot) {
                        see(end, words);
                    }
                },
            ),
        },
        Name::FactorType => match known(rest, &FactorType::KNOWN, b"_") {
            Some(len) => fixed(len),
            None => words(bytes, b"_", limits::MAX_FACTOR_TYPE_LENGTH, |len, _| {
                let end = start.saturating_add(len);
                if let Some(words) = borders.at(end) {
                    see(end, words);
                }
            }),
        },
        Name::Uuid if is_uuid(bytes) => fixed(limits::UUID_TEXT_LENGTH),
        Name::Uuid => {
            let fits = |c: char| !c.is_control();
            characters(rest, limits::UUID_LENGTH.into_inner(), fits, |len| {
                let end = start.saturating_add(len);
                if let Some(words) = borders.at(end) {
                    see(end, words);
                }
            });
        }
        Name::EntityIdentity => {
            let (least, most) = limits::ENTITY_IDENTITY_LENGTH.into_inner();
            let fits = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
            let longest = bytes.iter().take(most).take_while(fits).count();
            for end in (least..=longest).map(|len| start.saturating_add(len)) {
                if let Some(words) = borders.at(end) {
                    see(end, words);
                }
            }
        }
        Name::FactorFriendlyName => {
            // After the start of the first name nothing can follow before its end.
            let most = places
                .first_joined(start)
                .map_or(text.len(), |place| place.start);
            let lengths = limits::FRIENDLY_NAME_LENGTH.into_inner();
            characters(
                rest,
                lengths,
                |_| true,
                |len| {
                    let end = start.saturating_add(len);
                    if let Some(words) = borders.at(end).filter(|_| end <= most) {
                        see(end, words);
                    }
                },
            );
        }
    }
    Some(())
}

/// Where free text may end, because what follows there can start with a name.
struct Borders<'t> {
    text: &'t [u8],
    places: &'t Places,
    /// The documented names that are not before the last place asked for.
    names: &'t [Place],
    /// Where the letters and digits end that follow that place, and whether an unknown name could go on there.
    word: (usize, bool),
}

impl<'t> Borders<'t> {
    fn new(text: &'t str, places: &'t Places) -> Self {
        Self {
            text: text.as_bytes(),
            places,
            names: places.all(),
            word: (0, false),
        }
    }

    /// Returns what follows a place if a documented name starts there, two words follow that overlap none, or the string
    /// ends. The places that are asked for go up.
    fn at(&mut self, place: usize) -> Option<Words> {
        if self.word.0 < place {
            let rest = self.text.get(place..).unwrap_or_default();
            let word = rest.iter().take_while(|byte| is_in_word(**byte));
            let end = place.saturating_add(word.count());
            let joins = self.text.get(end) == Some(&b'_')
                && !self.places.overlap(end, end.saturating_add(1));
            self.word = (end, joins);
        }
        while let [first, rest @ ..] = self.names
            && first.start < place
        {
            self.names = rest;
        }
        let is_name = self.names.first().is_some_and(|name| name.start == place);
        let first = self.word.0.saturating_sub(place);
        (is_name || self.word.1 || place == self.text.len()).then_some(Words::Two { first })
    }
}

/// How many bytes a SID has.
const SID_LENGTH: usize = 34;

fn is_sid(text: &[u8], prefix: &[u8]) -> bool {
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

/// Shows every length at which a text starts with lower-case words, each joined to the next by one byte, and whether a
/// dot is among these.
fn words(text: &[u8], joins: &[u8], most: usize, mut see: impl FnMut(usize, bool)) {
    let (mut is_open, mut has_dot) = (true, false);
    for (byte, len) in text.iter().zip(1..=most) {
        match byte {
            b'a'..=b'z' => {
                is_open = false;
                see(len, has_dot);
            }
            join if !is_open && joins.contains(join) => {
                is_open = true;
                has_dot |= *join == b'.';
            }
            _ => return,
        }
    }
}

/// Shows every length at which a text starts with so many characters of a kind.
fn characters(
    text: &str,
    (least, most): (usize, usize),
    fits: impl Fn(char) -> bool,
    mut see: impl FnMut(usize),
) {
    for ((start, c), count) in text.char_indices().zip(1..=most) {
        if !fits(c) {
            return;
        }
        if count >= least {
            see(start.saturating_add(c.len_utf8()));
        }
    }
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
