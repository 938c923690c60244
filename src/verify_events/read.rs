//! What a JSON value is read as. Each of these takes a valid value and returns `None` for one of another type.

use std::fmt;

use serde::de::{self, Deserializer as _, SeqAccess};
use serde_json::value::RawValue;

use super::members::ObjectFault;
use super::texts::{PhoneNumber, TimeText, digits};

/// The most sends or checks that are read of a verification. Twilio ends it after five of each.
const MAX_ATTEMPTS: usize = 100;

/// A string; or a number, whose text is kept.
pub(super) fn text(json: &str) -> Option<String> {
    match json.bytes().next()? {
        b'"' => serde_json::from_str(json).ok(),
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

/// A string that is not empty; or a number.
pub(super) fn filled(json: &str) -> Option<String> {
    text(json).filter(|text| !text.is_empty())
}

/// One of the words of an open set.
pub(super) fn word<T: for<'t> From<&'t str>>(json: &str) -> Option<T> {
    filled(json).map(|word| word.as_str().into())
}

pub(super) fn time(json: &str) -> Option<TimeText> {
    filled(json).map(|time| TimeText(time.into()))
}

pub(super) fn phone_number(json: &str) -> Option<PhoneNumber> {
    filled(json).map(|number| PhoneNumber(number.into()))
}

/// `true` or `false`.
pub(super) fn boolean(json: &str) -> Option<bool> {
    serde_json::from_str(json).ok()
}

/// A whole number; or a string of its digits.
pub(super) fn number(json: &str) -> Option<u64> {
    digits(&text(json)?)
}

/// A string that may be empty, which says that there is none.
pub(super) fn error_code(json: &str) -> Option<Option<String>> {
    text(json).map(|code| Some(code).filter(|code| !code.is_empty()))
}

/// What is read of an array.
pub(super) struct List<T> {
    /// The elements that are objects.
    pub(super) read: Vec<T>,
    /// Whether there is nothing else in it. An element that is `null` is absent.
    pub(super) is_complete: bool,
}

/// An array, each element read by `read`.
pub(super) fn list<T>(
    json: &str,
    read: impl Fn(&str) -> Result<T, ObjectFault>,
) -> Result<List<T>, ObjectFault> {
    let Ok(Ok(elements)) = elements(json, MAX_ATTEMPTS) else {
        return Err(ObjectFault::NotAnObject);
    };
    let mut list = List {
        read: Vec::with_capacity(elements.len()),
        is_complete: true,
    };
    for element in elements.iter().map(|element| element.get()) {
        match read(element) {
            Ok(value) => list.read.push(value),
            Err(ObjectFault::NotAnObject) => list.is_complete &= element == "null",
            Err(ObjectFault::Names) => return Err(ObjectFault::Names),
        }
    }
    Ok(list)
}

/// An array has more elements than are read.
pub(super) struct TooMany;

/// The elements of an array, at most `most`, which is all that the text has.
pub(super) fn elements(
    json: &str,
    most: usize,
) -> Result<Result<Vec<&RawValue>, TooMany>, serde_json::Error> {
    struct Visitor(usize);

    impl<'de> de::Visitor<'de> for Visitor {
        type Value = Result<Vec<&'de RawValue>, TooMany>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
            let mut elements = Vec::new();
            while elements.len() < self.0 {
                match array.next_element()? {
                    Some(element) => elements.push(element),
                    None => return Ok(Ok(elements)),
                }
            }
            let mut has_more = false;
            while array.next_element::<&RawValue>()?.is_some() {
                has_more = true;
            }
            Ok(if has_more { Err(TooMany) } else { Ok(elements) })
        }
    }

    let mut json = serde_json::Deserializer::from_str(json);
    let elements = json.deserialize_seq(Visitor(most))?;
    json.end().map(|()| elements)
}
