//! JSON as it is written, and what Twilio documents of replies.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A text of JSON with every member of its objects, those of one name too.
#[derive(Debug)]
pub enum Json {
    Null,
    Text(String),
    Integer(i64),
    Other,
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// Whether it is a webhook: an object with a `sid`, whose known members are null or of the kind documented.
    pub fn is_webhook(&self) -> bool {
        let texts = [
            "friendly_name",
            "status",
            "version",
            "webhook_url",
            "webhook_method",
            "date_created",
            "date_updated",
            "url",
        ];
        self.holds("sid", |value| value.is_null_or(|value| value.is_sid("YW")))
            && self.may_hold("service_sid", |value| value.is_sid("VA"))
            && self.may_hold("account_sid", |value| value.is_sid("AC"))
            && self.may_hold("event_types", |value| value.is_array_of(Self::is_text))
            && texts.iter().all(|name| self.may_hold(name, Self::is_text))
    }

    /// Whether it is a page of a list.
    pub fn is_page(&self) -> bool {
        let texts = ["first_page_url", "previous_page_url", "url", "key"];
        let is_integer = |value: &Self| matches!(value, Self::Integer(_));
        let is_meta = |meta: &Self| {
            meta.holds("next_page_url", |value| value.is_null_or(Self::is_text))
                && meta.may_hold("page", is_integer)
                && meta.may_hold("page_size", is_integer)
                && texts.iter().all(|name| meta.may_hold(name, Self::is_text))
        };
        self.holds("webhooks", |value| value.is_array_of(Self::is_webhook))
            && self.holds("meta", is_meta)
    }

    /// Whether it is an object with one member of this name, and that is as said.
    fn holds(&self, name: &str, is_so: impl Fn(&Self) -> bool) -> bool {
        let Self::Object(members) = self else {
            return false;
        };
        let mut values = members.iter().filter(|(other, _)| other == name);
        matches!((values.next(), values.next()), (Some((_, value)), None) if is_so(value))
    }

    /// Whether it is an object, and a member of this name, if there is one, is null or as said.
    fn may_hold(&self, name: &str, is_so: impl Fn(&Self) -> bool) -> bool {
        matches!(self, Self::Object(members) if members.iter().all(|(other, _)| other != name))
            || self.holds(name, |value| value.is_null_or(&is_so))
    }

    fn is_null_or(&self, is_so: impl Fn(&Self) -> bool) -> bool {
        matches!(self, Self::Null) || is_so(self)
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn is_array_of(&self, is_so: impl Fn(&Self) -> bool) -> bool {
        matches!(self, Self::Array(elements) if elements.iter().all(is_so))
    }

    fn is_sid(&self, prefix: &str) -> bool {
        let Self::Text(text) = self else {
            return false;
        };
        let digits = text.strip_prefix(prefix).unwrap_or_default();
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(Json::Integer(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(number.try_into().map_or(Json::Other, Json::Integer))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Json, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = array.next_element()? {
                    elements.push(element);
                }
                Ok(Json::Array(elements))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Json::Object(members))
            }
        }

        deserializer.deserialize_any(Any)
    }
}
