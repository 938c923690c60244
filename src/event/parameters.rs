use std::fmt;

use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::error::DecodeError;
use crate::params::{Name, Params};

/// Names and values of an event, in the order of the names.
///
/// Each name occurs once. Twilio signs names and values without anything in between, so the signature does not
/// vouch for where one with an undocumented name begins and ends: take them as hints.
#[derive(Clone)]
pub struct Parameters<'a>(Kept<'a>);

#[derive(Clone)]
enum Kept<'a> {
    /// All of a delivery's parameters.
    All(Params<'a>),
    /// Those with an undocumented name.
    Undocumented(Params<'a>),
    Owned(Box<[(Box<str>, Box<str>)]>),
}

impl<'a> Parameters<'a> {
    pub(super) fn all(params: Params<'a>) -> Self {
        Self(Kept::All(params))
    }

    pub(super) fn undocumented(params: Params<'a>) -> Self {
        if params.all_documented() {
            return Self(Kept::Owned(Box::default()));
        }
        Self(Kept::Undocumented(params))
    }

    /// Goes through names and values in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let (borrowed, documented_too, owned) = match &self.0 {
            Kept::All(params) => (Some(params), true, None),
            Kept::Undocumented(params) => (Some(params), false, None),
            Kept::Owned(owned) => (None, true, Some(owned)),
        };
        let borrowed = borrowed.into_iter().flat_map(Params::sorted);
        let borrowed =
            borrowed.filter(move |(name, _)| documented_too || Name::of(name.as_bytes()).is_none());
        let owned = owned.into_iter().flat_map(|owned| owned.iter());
        borrowed.chain(owned.map(|(name, value)| (&**name, &**value)))
    }

    /// Returns the value of a parameter. Names are compared byte by byte.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|&(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Reads them into a type of yours, a field for each parameter; numbers and the like from their text.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the parameter that does not fit the type.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use twilio_verify_webhooks::{DecodeError, OtherEvent};
    ///
    /// #[derive(Deserialize)]
    /// struct Expired {
    ///     challenge_sid: String,
    ///     attempts: u32,
    /// }
    ///
    /// fn expired(event: &OtherEvent<'_>) -> Option<Result<Expired, DecodeError>> {
    ///     (event.event_type == "challenge.expired").then(|| event.parameters.decode())
    /// }
    /// ```
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish();
        let parts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(form.as_bytes()));
        serde_path_to_error::deserialize(parts).map_err(|error| DecodeError::parameters(&error))
    }

    /// Makes them own their text.
    #[must_use]
    pub fn into_owned(self) -> Parameters<'static> {
        if let Kept::Owned(owned) = self.0 {
            return Parameters(Kept::Owned(owned));
        }
        let owned = self
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Parameters(Kept::Owned(owned))
    }
}

impl PartialEq for Parameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Parameters<'_> {}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
