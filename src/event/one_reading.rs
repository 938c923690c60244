//! One reading: why no accepted delivery can be split into another one.
//!
//! Twilio signs the URL, then names and values in the order of the names, without delimiters. So a signature fits every
//! split of the same string, and whoever holds one signed delivery may present any of them. All rules that leave one
//! reading are here; `values`, `types` and `json_object` say what a value is. The page `guide::one_reading` explains the
//! problem from its beginning.
//!
//! # Documented parameters, known types
//!
//! Such a delivery is accepted for what its values are. Two rules let nothing be moved across the end of a value, two
//! more let nothing be hidden in it. The strings are what is signed, shortened by `…`.
//!
//! | rule | accepted | refused |
//! |---|---|---|
//! | A SID has 34 characters, a type is one of a closed list, a UUID ends where it does | `typechallenge.denieduuid…` | `typechallenge.deniedx` |
//! | Nested JSON is one complete object, or blank, or `null` | `factor_metadata{}factor_sid…` | `factor_metadata{"a":"factor_sid…` |
//! | An identity has letters, digits and dashes, so no name of two words starts in it | `entity_identityuser-0001factor_sid…` | `entity_identityuser_0001…` |
//! | A friendly name holds no documented name | `factor_friendly_namemy_phone` | `factor_friendly_namexfactor_metadata{}` |
//!
//! That this leaves no string with two readings is decided by the test `decided`, which runs two copies of this grammar
//! over the same string.
//!
//! # Anything else
//!
//! Twilio adds parameters and types without notice. With an unknown parameter, an unknown event or factor type, or an
//! underscore in free text, which may be that of an unknown name, the complete string is examined:
//!
//! > It is accepted if exactly one interpretation of it exists, and that is the one presented.
//!
//! An interpretation places the documented names in their order, gives each a value by its grammar, and leaves between
//! them unknown stretches that could start with a name sorted between their neighbours. Two are the same if every
//! documented parameter says the same. This grammar is **broader than what is accepted**: an unknown value may hold
//! anything, documented names too, and a name may be `typed` or `uuid2`. Otherwise the interpretation that was signed
//! would not be seen where a rule refuses it, and an altered one would look unique. With `session_note` holding a text
//! that an attacker wrote, the denial
//!
//! ```text
//! session_note=typechallenge.approveduuidxv_w type=challenge.denied uuid=<UUID>
//! session_note= type=challenge.approved uuid=x v_wtypechallenge=.denieduuid<UUID>
//! ```
//!
//! is also an approval: both are refused. It is no broader than that, or usual deliveries would have a second
//! interpretation:
//!
//! - After free text an unknown name has two words, and after an identity no digit in the first: any hexadecimal identity
//!   could end in `f591`.
//! - A documented name of two words neither overlaps an unknown name nor crosses the end of a value, and where a documented
//!   name may come next and is there, it is that one. `user-0001` before `factor_sid` is not `user-0001fact` before `or_sid`.
//! - The parameters belong together: an event of a known type has those it always has. Which an unknown type has is not
//!   known, so there no unknown value holds a documented name of two words.
//! - After an unknown parameter, a `type` or `uuid` does not end with its own name and a known value: `user_uuid=1` is not
//!   `user=_` with another uuid.
//! - An unknown type may be longer than another interpretation has it: `factor.status_updated` is not `factor.stat`
//!   followed by `us_updated`.
//!
//! Of what is found to be the only interpretation, some is refused all the same:
//!
//! | rule | accepted | refused |
//! |---|---|---|
//! | Nothing unknown is before `account_sid`, where the URL could be longer | `account_sid…api_version1` | `ab_smsxaccount_sid…` |
//! | With GET, neither an unknown parameter nor free text is first in the query | `?account_sid=…` | `?app_id=1&account_sid=…` |
//! | With an origin, nothing unknown is after `uuid`, and a `uuid` has few characters | `…uuid<UUID>` | `…uuid<UUID>version2` |
//! | An unknown name is made of lower-case words | `region_code` | `regionCode` |
//! | It is not the start of a documented name, and does not go on from one without an underscore | `date` | `c`, `factor_sids` |
//! | Every documented name of two words starts a parameter, but in nested JSON and in a uuid | `dateMay` | `datechallenge_hidden_details{}` |
//!
//! # Why this is enough
//!
//! If the string has an interpretation without unknown parts, any other split of it either has unknown parts: then the
//! search finds both, and that split is refused. Or it has none: then the decision above holds. If it has no such
//! interpretation, every split that is accepted went through the search, and two that say different things would both be
//! found.
//!
//! What remains cannot be closed: an unknown parameter whose name and value only go on from free text. An identity, a
//! friendly name, a uuid that is no UUID or a type that is not known may so be longer than what was signed. If such a name
//! has one word, what was signed is no interpretation, and a uuid that is no UUID or a type that is not known may be shorter,
//! up to a word before an underscore in it. SECURITY.md says what to do.
//!
//! The search is in `interpretations`. It looks at each place of a documented name once, whatever leads there, and gives
//! up, which is a refusal, beyond a number of names and of kinds of ways, so that its work grows with the string and no
//! faster.

mod extent;
mod interpretations;
mod places;
mod shape;
mod ways;

use self::interpretations::Outcome;
use self::places::{Places, Words, shortest_name};
use self::ways::Difference;
use super::Rules;
use super::types::{EventType, FactorType};
use super::values::is_uuid;
use crate::error::{EventError, UnknownName, UnknownParameterFault};
use crate::kernels::block::holds;
use crate::limits;
use crate::params::{Name, Params};

/// Checks the names and places of unknown parameters, and what comes first in a query.
pub(super) fn check_unknown(params: Params<'_>, rules: Rules) -> Result<(), EventError> {
    match params.all_documented() && !rules.in_url {
        true => Ok(()),
        false => check_names(params, rules),
    }
}

fn check_names(params: Params<'_>, rules: Rules) -> Result<(), EventError> {
    let mut before = None;
    for (position, parameter) in params.sorted().enumerate() {
        match parameter.known {
            Some(name) => before = Some(name),
            None => {
                let name = parameter.name();
                check_name(params, rules, before, name)
                    .map_err(|fault| unknown_parameter(position, name, fault))?;
            }
        }
    }
    match rules.in_url {
        true => check_first(params),
        false => Ok(()),
    }
}

fn check_name(
    params: Params<'_>,
    rules: Rules,
    before: Option<Name>,
    name: &str,
) -> Result<(), UnknownParameterFault> {
    if rules.strict {
        return Err(UnknownParameterFault::Strict);
    }
    if !is_joined_words(name) {
        return Err(UnknownParameterFault::InvalidName);
    }
    let is_first = || params.iter().next().is_some_and(|(first, _)| first == name);
    let is_unbounded = match before {
        None => true,
        Some(Name::Uuid) if rules.url_from_request => true,
        Some(_) => rules.in_url && (rules.url_from_request || is_first()),
    };
    if is_unbounded {
        return Err(UnknownParameterFault::Unbounded);
    }
    if is_like_documented(name) {
        return Err(UnknownParameterFault::LikeDocumented);
    }
    Ok(())
}

/// Checks that the query of a GET does not start with a text that could have started in the URL of another webhook.
fn check_first(params: Params<'_>) -> Result<(), EventError> {
    let Some((name, value)) = params.iter().next() else {
        return Ok(());
    };
    match Name::of(name.as_bytes()) {
        Some(name) if is_free(name, value) => {
            let name = name.as_str();
            Err(EventError::FirstInQuery { name })
        }
        _ => Ok(()),
    }
}

/// Checks that what was signed says nothing else, as far as documented parameters go.
pub(super) fn check(params: Params<'_>) -> Result<(), EventError> {
    match is_usual(params) {
        true => Ok(()),
        false => check_all(params),
    }
}

/// Tells whether all parameters are documented and of known types, and no free text among them could hold the name of
/// an unknown one.
fn is_usual(params: Params<'_>) -> bool {
    let is_plain = |name, is_plain: fn(&str) -> bool| params.documented(name).is_none_or(is_plain);
    params.all_documented()
        && is_plain(Name::FactorFriendlyName, |value| !holds(value, b'_'))
        && is_plain(Name::Uuid, |value| !holds(value, b'_'))
        && is_plain(Name::Type, |value| EventType::DOCUMENTED.contains(&value))
        && is_plain(Name::FactorType, |value| FactorType::KNOWN.contains(&value))
}

#[cold]
fn check_all(params: Params<'_>) -> Result<(), EventError> {
    let mut places = const { Places::new() };
    places.find(params.text())?;
    check_starts(params, &places)?;
    match interpretations::find(params, &places) {
        Outcome::Only => Ok(()),
        Outcome::Other(difference) => Err(ambiguous(params, difference)),
        Outcome::None => Err(unseparated(params)),
        Outcome::TooLong => Err(EventError::TooManyNames {
            limit: limits::MAX_NAME_OCCURRENCES,
        }),
    }
}

/// Checks that every documented name of two words or more starts a parameter, unless it is in nested JSON or a uuid.
fn check_starts(params: Params<'_>, places: &Places) -> Result<(), EventError> {
    let mut sorted = params.sorted().enumerate().peekable();
    for place in places.all().iter().filter(|place| place.name.is_joined()) {
        // The parameter that the name lies in or starts.
        while sorted
            .next_if(|(_, parameter)| parameter.end() <= place.start)
            .is_some()
        {}
        let Some((position, parameter)) = sorted.peek() else {
            break;
        };
        let value_start = parameter.name_end();
        match parameter.known {
            Some(name) if name == place.name && parameter.start() == place.start => {}
            Some(name)
                if (name.is_json() || name == Name::Uuid)
                    && (value_start <= place.start && place.end() <= parameter.end()) => {}
            Some(name) => {
                return Err(EventError::Ambiguous {
                    name: name.as_str(),
                    position: place.start.saturating_sub(value_start),
                });
            }
            None => {
                let fault = UnknownParameterFault::HoldsDocumented;
                return Err(unknown_parameter(*position, parameter.name(), fault));
            }
        }
    }
    Ok(())
}

/// The refusal of a string that says something else as well.
#[cold]
fn ambiguous(params: Params<'_>, difference: Difference) -> EventError {
    let sorted = params.sorted().enumerate();
    let mut unknown = sorted.filter(|(_, parameter)| parameter.known.is_none());
    let mut last = None;
    let after = unknown.find_map(|(position, parameter)| {
        last = Some((position, parameter.name()));
        last.filter(|(_, name)| *name > difference.name.as_str())
    });
    match after.or(last) {
        Some((position, name)) => {
            unknown_parameter(position, name, UnknownParameterFault::Ambiguous)
        }
        None => EventError::Ambiguous {
            name: difference.name.as_str(),
            position: difference.position.into(),
        },
    }
}

/// The refusal of a reading in which an unknown parameter is not separated from the value before it.
#[cold]
fn unseparated(params: Params<'_>) -> EventError {
    let fault = UnknownParameterFault::PartOfNeighbour;
    let mut before = None;
    let mut found = None;
    for (position, parameter) in params.sorted().enumerate() {
        let text = parameter.name();
        if let (None, Some((after, is_free))) = (parameter.known, before) {
            let words = match is_free {
                true => Words::two(text.as_bytes()),
                false => Words::One,
            };
            if shortest_name(text.as_bytes(), after, words).is_none() {
                return unknown_parameter(position, text, fault);
            }
            found = Some((position, text));
        }
        before = parameter
            .known
            .map(|name| (name, is_free(name, parameter.value())));
    }
    match found {
        Some((position, name)) => unknown_parameter(position, name, fault),
        None => EventError::Ambiguous {
            name: Name::Type.as_str(),
            position: 0,
        },
    }
}

/// Tells whether a value is free text, which could go on where it ends.
fn is_free(name: Name, value: &str) -> bool {
    match name {
        Name::EntityIdentity | Name::FactorFriendlyName => true,
        Name::Uuid => !is_uuid(value.as_bytes()),
        Name::Type => !EventType::DOCUMENTED.contains(&value),
        Name::FactorType => !FactorType::KNOWN.contains(&value),
        _ => false,
    }
}

fn unknown_parameter(position: usize, name: &str, fault: UnknownParameterFault) -> EventError {
    let name = match fault {
        // Such a name may be a piece of something else.
        UnknownParameterFault::HoldsDocumented => UnknownName::default(),
        _ => UnknownName::new(name),
    };
    EventError::UnknownParameter {
        position,
        name,
        fault,
    }
}

/// Tells whether a name is made of lower-case words of letters and digits, the first starting with a letter, joined by
/// single underscores.
fn is_joined_words(name: &str) -> bool {
    let mut is_open = true;
    let fits = name.bytes().all(|byte| {
        let fits = match byte {
            b'_' => !is_open,
            _ => byte.is_ascii_lowercase() || byte.is_ascii_digit(),
        };
        is_open = byte == b'_';
        fits
    });
    fits && !is_open && name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Tells whether a name is the start of a documented one, or continues one other than by an underscore.
fn is_like_documented(name: &str) -> bool {
    if name.len() > 1 && !Name::may_start(name.as_bytes()) {
        return false;
    }
    let mut documented = Name::ALL.into_iter().map(Name::as_str);
    documented.any(|documented| {
        documented.starts_with(name)
            || name
                .strip_prefix(documented)
                .is_some_and(|rest| !rest.starts_with('_'))
    })
}
