use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess};

use super::json_object;
use crate::error::{DecodeError, EventError};
use crate::object::Object;
use crate::params::Name;

/// The text of one complete JSON object, as received in a parameter.
///
/// That it is one object and nothing else was checked on receipt; what it holds is seen when it is decoded. Objects
/// and arrays in it are nested at most 64 deep.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonText<'a> {
    name: Name,
    text: Cow<'a, str>,
}

impl<'a> JsonText<'a> {
    pub(super) fn new(name: Name, text: &'a str) -> Result<Self, EventError> {
        json_object::check(text).map_err(|(fault, position)| EventError::Json {
            name: name.as_str(),
            fault,
            position,
        })?;
        let text = Cow::Borrowed(text);
        Ok(Self { name, text })
    }

    /// Returns what was sent: the text of the object, or what was sent in its place.
    pub(super) fn sent<'t>(json: Option<&'t Self>, absent: Option<&'t str>) -> Option<&'t str> {
        json.map(Self::as_str).or(absent)
    }

    /// Returns the text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Decodes the object into a type of yours, which may borrow from the text.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the element that does not fit the type.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use twilio_verify_webhooks::{ChallengeEvent, DecodeError};
    ///
    /// #[derive(Deserialize)]
    /// struct HiddenDetails {
    ///     order_id: String,
    /// }
    ///
    /// fn order_id(event: &ChallengeEvent<'_>) -> Result<Option<String>, DecodeError> {
    ///     let Some(json) = &event.challenge_hidden_details else { return Ok(None) };
    ///     Ok(Some(json.decode::<HiddenDetails>()?.order_id))
    /// }
    /// ```
    pub fn decode<'t, T: Deserialize<'t>>(&'t self) -> Result<T, DecodeError> {
        let mut json = serde_json::Deserializer::from_str(&self.text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| DecodeError::json(self.name.as_str(), &error))
    }

    /// Decodes the object into a map of strings, as Twilio documents hidden details and metadata to be.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the member that is not a string, or that occurs twice.
    ///
    /// ```
    /// use twilio_verify_webhooks::{DecodeError, FactorEvent};
    ///
    /// fn operating_system(event: &FactorEvent<'_>) -> Result<Option<String>, DecodeError> {
    ///     let Some(json) = &event.factor_metadata else { return Ok(None) };
    ///     Ok(json.strings()?.remove("os").map(|os| os.into_owned()))
    /// }
    /// ```
    pub fn strings(&self) -> Result<StringMap<'_>, DecodeError> {
        self.decode().map(|Strings(map)| map)
    }

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> JsonText<'static> {
        JsonText {
            name: self.name,
            text: Cow::Owned(self.text.into_owned()),
        }
    }
}

impl fmt::Debug for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// An object whose members are all strings, as hidden details and metadata are.
pub type StringMap<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// What a challenge shows to the user.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct ChallengeDetails<'a> {
    /// The question, at most 256 characters by Twilio's documentation.
    #[serde(borrow)]
    pub message: Cow<'a, str>,
    /// Further details in the order shown, at most 20 by Twilio's documentation; empty where there are none.
    #[serde(borrow, default, deserialize_with = "fields")]
    pub fields: Vec<DetailField<'a>>,
    /// When the challenge was made, as text in the form of RFC 3339. Only there if the Service includes it.
    #[serde(borrow, default, deserialize_with = "date")]
    pub date: Option<Cow<'a, str>>,
}

/// One of the details that a challenge shows to the user.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct DetailField<'a> {
    /// What it is, at most 36 characters by Twilio's documentation.
    #[serde(borrow)]
    pub label: Cow<'a, str>,
    /// Its value, at most 128 characters by Twilio's documentation.
    #[serde(borrow)]
    pub value: Cow<'a, str>,
}

fn fields<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<DetailField<'a>>, D::Error> {
    let fields = Option::<Vec<Object<DetailField<'a>>>>::deserialize(deserializer)?;
    Ok(fields
        .into_iter()
        .flatten()
        .map(|Object(field)| field)
        .collect())
}

fn date<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'a>>::deserialize(deserializer)?.map(|Text(date)| date))
}

/// A string, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// An object of strings without a repeated name.
struct Strings<'a>(StringMap<'a>);

impl<'de> Deserialize<'de> for Strings<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Strings<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Strings<'de>, M::Error> {
                let mut strings = StringMap::new();
                while let Some((Text(name), Text(value))) = map.next_entry()? {
                    if strings.insert(name, value).is_some() {
                        return Err(de::Error::custom("a name occurs twice"));
                    }
                }
                Ok(Strings(strings))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
