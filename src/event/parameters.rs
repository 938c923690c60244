use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::error::DecodeError;
use crate::kernels::Bounds;
use crate::params::{Name, Params};

/// Parameters that an event keeps: names and values, in the order of the names.
///
/// They borrow from the [`Params`](crate::Params) of the delivery, or own their text. Each name occurs once. Twilio signs names and values without anything in between, so the signature does not
/// fix where one that its page does not list begins and ends: take them as hints.
#[derive(Clone)]
pub struct EventParams<'a>(Kept<'a>);

#[derive(Clone)]
enum Kept<'a> {
    /// All of a delivery's parameters.
    All(Params<'a>),
    /// Those that Twilio's page does not list.
    Unknown(Params<'a>),
    Owned(Owned),
}

/// Names and values in their order, in two allocations however many there are.
#[derive(Clone, Default)]
struct Owned {
    text: Box<str>,
    bounds: Box<[Bounds]>,
}

impl Owned {
    fn new(pairs: EventParamsIter<'_>) -> Self {
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for (name, value) in pairs.clone() {
            count = count.saturating_add(1);
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
        }
        let mut text = String::with_capacity(bytes);
        let mut bounds = Vec::with_capacity(count);
        for (name, value) in pairs {
            let start = text.len();
            text.push_str(name);
            let name_end = text.len();
            text.push_str(value);
            bounds.push(Bounds::new(start, name_end, text.len()));
        }
        Self {
            text: text.into(),
            bounds: bounds.into(),
        }
    }

    fn at(&self, position: usize) -> Option<(&str, &str)> {
        let bounds = self.bounds.get(position)?;
        let name = self.text.get(bounds.start()..bounds.name_end())?;
        let value = self.text.get(bounds.name_end()..bounds.end())?;
        Some((name, value))
    }
}

impl<'a> EventParams<'a> {
    pub(super) fn all(params: Params<'a>) -> Self {
        Self(Kept::All(params))
    }

    pub(super) fn unknown(params: Params<'a>) -> Self {
        if params.all_documented() {
            return Self(Kept::Owned(Owned::default()));
        }
        Self(Kept::Unknown(params))
    }

    /// Returns an iterator over names and values, in the order of the names.
    #[must_use]
    pub fn iter(&self) -> EventParamsIter<'_> {
        EventParamsIter {
            kept: &self.0,
            position: 0,
        }
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

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> EventParams<'static> {
        if let Kept::Owned(owned) = self.0 {
            return EventParams(Kept::Owned(owned));
        }
        EventParams(Kept::Owned(Owned::new(self.iter())))
    }
}

impl PartialEq for EventParams<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for EventParams<'_> {}

impl Hash for EventParams<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|pair| pair.hash(state));
    }
}

impl<'e> IntoIterator for &'e EventParams<'_> {
    type Item = (&'e str, &'e str);
    type IntoIter = EventParamsIter<'e>;

    fn into_iter(self) -> EventParamsIter<'e> {
        self.iter()
    }
}

impl fmt::Debug for EventParams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Names and values of an event, in the order of the names: see [`EventParams::iter`].
#[derive(Clone)]
pub struct EventParamsIter<'e> {
    kept: &'e Kept<'e>,
    /// Of the next one, in the order of the names.
    position: usize,
}

impl<'e> Iterator for EventParamsIter<'e> {
    type Item = (&'e str, &'e str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let pair = match self.kept {
                Kept::All(params) | Kept::Unknown(params) => params.sorted_at(self.position),
                Kept::Owned(owned) => owned.at(self.position),
            };
            let (name, value) = pair?;
            self.position = self.position.saturating_add(1);
            let is_skipped =
                matches!(self.kept, Kept::Unknown(_)) && Name::of(name.as_bytes()).is_some();
            if !is_skipped {
                return Some((name, value));
            }
        }
    }
}

impl fmt::Debug for EventParamsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
