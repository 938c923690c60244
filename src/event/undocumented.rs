//! Parameters whose names Twilio does not document, and why they cannot change what the documented ones say.
//!
//! Twilio adds parameters without notice, so they are accepted. As the signed text has no delimiters, each is also
//! a way to cut that text differently. These rules leave one reading of the documented parameters:
//!
//! - A name has a form that no piece of a SID, an identity or a documented name has, and name and value hold no
//!   documented name that could start there. So no documented parameter is swallowed or cut in two.
//! - Behind a value of fixed extent (a SID, a JSON object, a documented type) a name starts where the value ends.
//!   Behind free text it must start at the first place where one could. Behind a type the crate does not know
//!   there is none.

use super::Rules;
use super::types::{EventType, FactorType};
use super::values::Values;
use crate::error::{EventError, UnknownParameterFault};
use crate::kernels::block::holds;
use crate::params::{Name, Params};

/// Longer than every documented name: what follows in a name has no influence on how it compares with them.
const DECISIVE: usize = 26;

/// Checks the parameters with undocumented names.
#[inline(always)]
pub(super) fn check(params: Params<'_>, rules: Rules) -> Result<(), EventError> {
    match params.all_documented() {
        true => Ok(()),
        false => check_all(params, rules),
    }
}

fn check_all(params: Params<'_>, rules: Rules) -> Result<(), EventError> {
    let mut before = None;
    for (position, (name, _)) in params.sorted().enumerate() {
        match Name::of(name.as_bytes()) {
            Some(name) => before = Some(name),
            None => check_one(params, rules, before, position, name)
                .map_err(|fault| EventError::UnknownParameter { position, fault })?,
        }
    }
    Ok(())
}

fn check_one(
    params: Params<'_>,
    rules: Rules,
    before: Option<Name>,
    position: usize,
    name: &str,
) -> Result<(), UnknownParameterFault> {
    if rules.strict {
        return Err(UnknownParameterFault::Strict);
    }
    let is_outermost = matches!(before, None | Some(Name::Uuid));
    if rules.url_from_request && (is_outermost || rules.in_url) {
        return Err(UnknownParameterFault::Unbounded);
    }
    if !has_form(name, before) {
        return Err(UnknownParameterFault::InvalidName);
    }
    if is_like_documented(name) {
        return Err(UnknownParameterFault::LikeDocumented);
    }
    let next = next_documented(params, before);
    // With all that follows: two of them may spell together what neither does alone.
    let text = params.signed_from(position, next);
    // `session_type` can be read in one way only: nothing that comes before `type` in it is a name. If anything before
    // an earlier one is, so is it before the last.
    let next_place = next.and_then(|next| text.rfind(next.as_str()));
    let is_cut = |place| starts(text.get(..place).unwrap_or_default(), before, next);
    if Name::find_joined(text).is_some() || next_place.is_some_and(is_cut) {
        return Err(UnknownParameterFault::HoldsDocumented);
    }
    let neighbour = before.and_then(|before| Some((before, params.documented(before)?)));
    match neighbour {
        Some((Name::Type, value)) if !EventType::DOCUMENTED.contains(&value) => {
            Err(UnknownParameterFault::PartOfNeighbour)
        }
        Some((Name::FactorType, value)) if value != FactorType::PUSH => {
            Err(UnknownParameterFault::PartOfNeighbour)
        }
        _ => Ok(()),
    }
}

/// Checks that a free text of at least so many characters could not end before it does, because an undocumented
/// parameter could start within it, alone or together with what is signed behind it.
#[inline(always)]
pub(super) fn check_free_text(
    values: &Values<'_>,
    name: Name,
    value: &str,
    least: usize,
) -> Result<(), EventError> {
    let &Values { params, rules } = values;
    // Every such name has an underscore.
    if rules.strict || params.all_documented() && !holds(value, b'_') {
        return Ok(());
    }
    check_ends(params, name, value, least)
}

fn check_ends(params: Params<'_>, name: Name, value: &str, least: usize) -> Result<(), EventError> {
    let next = next_documented(params, Some(name));
    let text = params.signed_from_value(name, next);
    if !text.contains('_') {
        return Ok(());
    }
    for (position, _) in value.char_indices().skip(least) {
        if starts(text.get(position..).unwrap_or_default(), Some(name), next) {
            let name = name.as_str();
            return Err(EventError::Ambiguous { name, position });
        }
    }
    Ok(())
}

/// Checks that a type the crate does not know is not a documented one with another parameter behind it.
pub(super) fn check_unknown_type(
    values: &Values<'_>,
    name: Name,
    value: &str,
    documented: &[&str],
) -> Result<(), EventError> {
    let next = next_documented(values.params, Some(name));
    let cut = documented
        .iter()
        .filter(|_| !values.rules.strict)
        .filter_map(|known| Some((known.len(), value.strip_prefix(known)?)))
        .find(|&(_, rest)| starts(rest, Some(name), next))
        .map(|(position, _)| position);
    let swallowed = next.and_then(|next| value.find(next.as_str()));
    match cut.or(swallowed) {
        None => Ok(()),
        Some(position) => Err(EventError::Ambiguous {
            name: name.as_str(),
            position,
        }),
    }
}

/// Tells whether a text starts with an undocumented name that is signed between two documented ones.
fn starts(text: &str, after: Option<Name>, next: Option<Name>) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let run = text.bytes().take_while(|&byte| is_name(byte)).count();
    let Some(underscore) = text.get(..run).and_then(|run| run.find('_')) else {
        return false;
    };
    let shortest = underscore.saturating_add(2);
    (shortest..=run.min(shortest.max(DECISIVE)))
        .filter_map(|len| text.get(..len))
        .any(|name| {
            after.is_none_or(|after| name > after.as_str())
                && next.is_none_or(|next| name < next.as_str())
                && has_form(name, after)
                && !is_like_documented(name)
        })
}

/// Words of lower-case letters and digits joined by single underscores, at least two, the first starting with a
/// letter. Behind an identity, which may end in letters and digits itself, the first word has no digit.
fn has_form(name: &str, before: Option<Name>) -> bool {
    let digits_first = before != Some(Name::EntityIdentity);
    let is_word = |word: &str, digits: bool| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || digits && byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split_once('_').is_some_and(|(first, rest)| {
            is_word(first, digits_first) && rest.split('_').all(|word| is_word(word, true))
        })
}

/// Tells whether a name is the start of a documented one, or continues one other than by an underscore.
fn is_like_documented(name: &str) -> bool {
    Name::ALL.into_iter().map(Name::as_str).any(|documented| {
        documented.starts_with(name)
            || name
                .strip_prefix(documented)
                .is_some_and(|rest| !rest.starts_with('_'))
    })
}

/// The first documented parameter of a delivery that is signed behind a name.
fn next_documented(params: Params<'_>, name: Option<Name>) -> Option<Name> {
    let mut names = Name::ALL.into_iter();
    names.find(|&next| Some(next) > name && params.documented(next).is_some())
}
