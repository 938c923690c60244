use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;

use super::data::EventData;
use super::error::ElementError;
use super::event_id::EventId;
use super::fault::Fault;
use super::json::{self, RawJson};
use super::members::{Members, ObjectFault};
use super::read;
use super::texts::{DataSchema, TimeText};
use super::unknown::UnknownMembers;
use crate::error::{DecodeError, JsonFault};

/// The most bytes of `id` and `type`. Twilio's ids have 64 and fewer, its longest type 67.
const MAX_ID: usize = 256;
/// The most bytes of `source`, a path of three SIDs.
const MAX_SOURCE: usize = 1024;

/// An event as Event Streams sends it: the attributes of a CloudEvent, and what it says.
///
/// What Twilio publishes on these attributes contradicts itself, so little is asked of them: `specversion` starts with
/// `1.`, and `id`, `source` and `type` are texts that are not empty. Never read anything out of an `id` or a `source`.
///
/// An event is data: it can be kept, as [text](Self::as_str), and [read back](Self::from_json). That it came from Twilio is
/// known where a [receiver](super::EventStreamReceiver) returned it, not from the event itself.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CloudEvent {
    /// The id, at most 256 bytes. Deduplicate on the [`delivery_id`](Self::delivery_id) instead: the id of each test event
    /// is the same.
    pub id: String,
    /// Where it comes from, at most 1024 bytes. Its form differs between Twilio's pages.
    pub source: String,
    /// The type as Twilio writes it, such as `com.twilio.accountsecurity.verify.verification.approved`; at most 256 bytes.
    pub event_type: String,
    /// When it happened. The only thing to sort by: events come in any order.
    pub time: Option<TimeText>,
    /// The schema that the data was written by.
    pub dataschema: Option<DataSchema>,
    /// What happened.
    pub data: EventData,
    /// The other attributes, such as `datacontenttype`, and what Twilio adds. `specversion` is checked and not kept: it is
    /// in the [raw JSON](Self::raw).
    pub extensions: UnknownMembers,
    raw: RawJson,
}

impl CloudEvent {
    /// Reads an event from its text, as [`as_str`](Self::as_str) returns it: from a queue, or a table.
    ///
    /// # Errors
    ///
    /// [`ElementError`] if it is none.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::{CloudEvent, EventData};
    ///
    /// let text = r#"{
    ///     "specversion": "1.0",
    ///     "type": "com.twilio.eventstreams.test-event",
    ///     "source": "Sink",
    ///     "id": "AC0123456789abcdef0123456789abcdef",
    ///     "data": { "test_id": "6d0b0c57-2c0f-4f1e-9a6b-0d5f3a7c1e22" }
    /// }"#;
    /// let event = CloudEvent::from_json(text)?;
    /// let EventData::SinkTest(test) = &event.data else { panic!("a test of the sink") };
    /// assert_eq!(test.test_id, "6d0b0c57-2c0f-4f1e-9a6b-0d5f3a7c1e22");
    /// assert_eq!(event.as_str(), text);
    /// # Ok::<(), twilio_verify_webhooks::verify_events::ElementError>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ElementError> {
        check_object(text)?;
        let mut members = Members::read(text).map_err(|fault| match fault {
            ObjectFault::NotAnObject => ElementError::NotAnObject,
            ObjectFault::Names => ElementError::Names { object: "event" },
        })?;
        let mut attribute = |name, lengths| attribute(&mut members, name, lengths);
        let event_type = attribute("type", 1..=MAX_ID)?;
        let source = attribute("source", 1..=MAX_SOURCE)?;
        let id = attribute("id", 1..=MAX_ID)?;
        // Whatever its length, only its start is of interest.
        let specversion = attribute("specversion", 0..=usize::MAX)?;
        if !specversion.starts_with("1.") {
            return Err(ElementError::SpecVersion);
        }
        let time = members.take("time", read::time);
        let dataschema = members.take("dataschema", read::word);
        let data = members.take("data", Some);
        let data = match EventData::read(&event_type, data) {
            Ok(data) => data,
            Err(Fault::Names | Fault::Data(_)) => {
                return Err(ElementError::Names { object: "data" });
            }
        };
        Ok(Self {
            id,
            source,
            event_type,
            time,
            dataschema,
            data,
            extensions: members.into_unknown(),
            raw: RawJson::new(text),
        })
    }

    /// Returns what identifies the event, the same each time it is sent again: what to recognise repetitions by.
    ///
    /// It is the account that the data names, or else the `source`, together with the `id`. For a test of the sink it is
    /// the account with the `test_id`, because the `id` of each test is that of the account; of a test that has none,
    /// the time takes its place.
    ///
    /// Twilio sends an event again for up to four hours; keep what you have seen for a day.
    #[must_use]
    pub fn delivery_id(&self) -> EventId {
        if self.event_type == super::data::SINK_TEST {
            let id = match (&self.data, &self.time) {
                (EventData::SinkTest(test), _) => &test.test_id,
                (_, Some(time)) => time.as_str(),
                (_, None) => &self.id,
            };
            return EventId::new(&self.id, id);
        }
        EventId::new(self.data.account_sid().unwrap_or(&self.source), &self.id)
    }

    /// Returns the account that the event names: the `account_sid` of its data, or the id of a test of the sink.
    #[must_use]
    pub fn account_sid(&self) -> Option<&str> {
        if self.event_type == super::data::SINK_TEST {
            return Some(&self.id);
        }
        self.data.account_sid()
    }

    /// Returns the text of the event as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.raw.as_str()
    }

    /// Returns the text of the event, which may be [decoded](RawJson::decode) into a type of yours.
    #[must_use]
    pub const fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// Returns the text of `data` as received, if there is any. It is not necessarily an object.
    #[must_use]
    pub fn data_json(&self) -> Option<&str> {
        let mut members = Members::read(self.as_str()).ok()?;
        members.take("data", Some)
    }

    /// Decodes `data` into a type of yours, which may borrow from the text; `null` where there is none.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the member that does not fit the type.
    ///
    /// ```
    /// use twilio_verify_webhooks::DecodeError;
    /// use twilio_verify_webhooks::verify_events::CloudEvent;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Delivered {
    ///     message_sid: String,
    /// }
    ///
    /// /// Of a type that this crate does not know.
    /// fn message_sid(event: &CloudEvent) -> Result<String, DecodeError> {
    ///     Ok(event.decode_data::<Delivered>()?.message_sid)
    /// }
    /// ```
    pub fn decode_data<'t, T: Deserialize<'t>>(&'t self) -> Result<T, DecodeError> {
        json::decode("data", self.data_json().unwrap_or("null"))
    }
}

impl fmt::Debug for CloudEvent {
    /// Shows neither phone numbers nor tags, nor values of members that are not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudEvent")
            .field("id", &self.id)
            .field("source", &self.source)
            .field("event_type", &self.event_type)
            .field("time", &self.time)
            .field("dataschema", &self.dataschema)
            .field("data", &self.data)
            .field("extensions", &self.extensions)
            .finish_non_exhaustive()
    }
}

/// Checks that a text is one JSON object, nested no deeper than 64.
fn check_object(text: &str) -> Result<(), ElementError> {
    match crate::event::check_json_object(text) {
        Ok(()) => Ok(()),
        Err((JsonFault::TooDeep, _)) => Err(ElementError::TooDeep),
        Err((JsonFault::NotAnObject, _)) => Err(ElementError::NotAnObject),
        Err((_, position)) => Err(ElementError::NotJson { position }),
    }
}

fn attribute(
    members: &mut Members<'_>,
    name: &'static str,
    lengths: RangeInclusive<usize>,
) -> Result<String, ElementError> {
    let text = members
        .require(name, read::text)
        .map_err(|error| match error {
            super::error::DataError::Type { name } => ElementError::Type { name },
            _ => ElementError::Missing { name },
        })?;
    let found = text.len();
    if !lengths.contains(&found) {
        let most = *lengths.end();
        return Err(ElementError::Length { name, most, found });
    }
    Ok(text)
}
